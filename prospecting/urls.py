from django.urls import URLPattern, path

from prospecting.views import leads, opportunities, tasks

office: list[URLPattern] = [
    path("leads/", leads.LeadList.as_view(), name="lead-list"),
    path("leads/search/", leads.LeadSearch.as_view(), name="lead-search"),
    path("leads/add/", leads.LeadCreate.as_view(), name="lead-create"),
    path("leads/<str:number>/", leads.LeadDetail.as_view(), name="lead-detail"),
    path("leads/<str:number>/visits/", leads.LeadVisits.as_view(), name="lead-visits"),
    path("leads/<str:number>/history/", leads.LeadHistory.as_view(), name="lead-history"),
    path("leads/<str:number>/edit/", leads.LeadEdit.as_view(), name="lead-edit"),
    path("leads/<str:number>/hand-on/", leads.LeadHandOn.as_view(), name="lead-hand-on"),
    path("leads/<str:number>/release/", leads.LeadRelease.as_view(), name="lead-release"),
    path("leads/<str:number>/discard/", leads.LeadDiscard.as_view(), name="lead-discard"),
    path("leads/<str:number>/merge/", leads.LeadMerge.as_view(), name="lead-merge"),
    path("leads/<str:number>/phone/", leads.LeadReveal.as_view(), name="lead-reveal"),
    path("leads/<str:number>/opportunity/", leads.LeadOpportunity.as_view(), name="lead-opportunity"),
    path("opportunities/", opportunities.OpportunityList.as_view(), name="opportunity-list"),
    path("opportunities/pipeline/", opportunities.Pipeline.as_view(), name="pipeline"),
    path("opportunities/<str:number>/", opportunities.OpportunityDetail.as_view(), name="opportunity-detail"),
    path("opportunities/<str:number>/edit/", opportunities.OpportunityChange.as_view(), name="opportunity-edit"),
    path("opportunities/<str:number>/move/", opportunities.OpportunityMove.as_view(), name="opportunity-move"),
    path("opportunities/<str:number>/lose/", opportunities.OpportunityLose.as_view(), name="opportunity-lose"),
    path("opportunities/<str:number>/promise/", opportunities.OfferMake.as_view(), name="opportunity-offer"),
    path(
        "opportunities/<str:number>/promises/<int:offer>/withdraw/",
        opportunities.OfferWithdraw.as_view(),
        name="opportunity-offer-withdraw",
    ),
    path("opportunities/<str:number>/convert/", opportunities.OpportunityConvert.as_view(), name="opportunity-convert"),
    path("prospecting-tasks/", tasks.TaskList.as_view(), name="prospecting-task-list"),
    path("prospecting-tasks/give/", tasks.TaskGive.as_view(), name="prospecting-task-give"),
    path("prospecting-tasks/<str:number>/", tasks.TaskDetail.as_view(), name="prospecting-task-detail"),
    path("prospecting-tasks/<str:number>/cancel/", tasks.TaskCancel.as_view(), name="prospecting-task-cancel"),
]
