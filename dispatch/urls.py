from django.urls import URLPattern, path

from dispatch.views import office as pages

office: list[URLPattern] = [
    path("work-orders/<str:number>/dispatch/", pages.DispatchPanel.as_view(), name="work-order-dispatch"),
    path("work-orders/<str:number>/why-not/", pages.WhyNot.as_view(), name="work-order-why-not"),
    path("work-orders/<str:number>/assign/", pages.Assign.as_view(), name="work-order-assign"),
    path("dispatch-rules/", pages.RuleSetList.as_view(), name="rule-set-list"),
    path("dispatch-rules/new/", pages.RuleSetCreate.as_view(), name="rule-set-create"),
    path("dispatch-rules/<str:number>/", pages.RuleSetEdit.as_view(), name="rule-set-edit"),
]
