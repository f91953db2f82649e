from django.urls import URLPattern, path

from inspections.views import audit, findings, plans

office: list[URLPattern] = [
    path("inspections/", plans.InspectionList.as_view(), name="inspection-list"),
    path("inspection-plans/", plans.PlanList.as_view(), name="inspection-plan-list"),
    path("inspection-plans/add/", plans.PlanCreate.as_view(), name="inspection-plan-create"),
    path("inspection-plans/preview/", plans.PlanPreview.as_view(), name="inspection-plan-preview"),
    path("inspection-plans/<str:number>/", plans.PlanDetail.as_view(), name="inspection-plan-detail"),
    path("inspection-plans/<str:number>/figures/", plans.PlanFigures.as_view(), name="inspection-plan-figures"),
    path("inspection-plans/<str:number>/edit/", plans.PlanEdit.as_view(), name="inspection-plan-edit"),
    path("inspection-plans/<str:number>/start/", plans.PlanStart.as_view(), name="inspection-plan-start"),
    path("inspection-plans/<str:number>/stop/", plans.PlanStop.as_view(), name="inspection-plan-stop"),
    path("merchants/<str:number>/inspections/", plans.MerchantInspections.as_view(), name="merchant-inspections"),
    path("inspections/audit/", audit.AuditList.as_view(), name="inspection-audit"),
    path("findings/", findings.FindingList.as_view(), name="finding-list"),
    path("findings/burn-down/", findings.BurnDown.as_view(), name="finding-burn-down"),
    path("findings/<str:number>/", findings.FindingDetail.as_view(), name="finding-detail"),
    path("findings/<str:number>/accept/", findings.FindingAccept.as_view(), name="finding-accept"),
    path("findings/<str:number>/open-order/", findings.FindingOpenOrder.as_view(), name="finding-open-order"),
    path("work-orders/<str:number>/findings/", findings.OrderFindings.as_view(), name="work-order-findings"),
]
