from django.urls import URLPattern, path

from dispatch import views

office: list[URLPattern] = [
    path("work-orders/<str:number>/dispatch/", views.DispatchPanel.as_view(), name="work-order-dispatch"),
    path("work-orders/<str:number>/why-not/", views.WhyNot.as_view(), name="work-order-why-not"),
    path("work-orders/<str:number>/assign/", views.Assign.as_view(), name="work-order-assign"),
    path("dispatch-rules/", views.RuleSetList.as_view(), name="rule-set-list"),
    path("dispatch-rules/new/", views.RuleSetCreate.as_view(), name="rule-set-create"),
    path("dispatch-rules/<str:number>/", views.RuleSetEdit.as_view(), name="rule-set-edit"),
]
