from django.urls import URLPattern, path

from monitoring import views

office: list[URLPattern] = [
    path("alerts/", views.AlertList.as_view(), name="alert-list"),
    path("incidents/", views.IncidentList.as_view(), name="incident-list"),
    path("incidents/<str:number>/", views.IncidentDetail.as_view(), name="incident-detail"),
    path("alert-rules/", views.AlertRuleList.as_view(), name="alert-rule-list"),
    path("alert-rules/new/", views.AlertRuleCreate.as_view(), name="alert-rule-create"),
    path("alert-rules/<str:number>/", views.AlertRuleDetail.as_view(), name="alert-rule-detail"),
    path("alert-rules/<str:number>/try/", views.AlertRuleTry.as_view(), name="alert-rule-try"),
    path("merchants/<str:number>/alerts/", views.MerchantAlerts.as_view(), name="merchant-alerts"),
    path("terminals/<str:number>/alerts/", views.TerminalAlerts.as_view(), name="terminal-alerts"),
    path("terminals/<str:number>/may-lie-idle/", views.TerminalExempt.as_view(), name="terminal-exempt"),
]
