from django.urls import URLPattern, path

from workorders.views import escalations, needs, originals, panels, reports, support, terminals, visits
from workorders.views import office as pages
from workorders.views import public as public_pages

office: list[URLPattern] = [
    path("work-orders/", pages.WorkOrderList.as_view(), name="work-order-list"),
    path("work-orders/pool/", pages.WorkOrderPool.as_view(), name="work-order-pool"),
    path("work-orders/support/", support.SupportList.as_view(), name="support-list"),
    path("work-orders/visits/", visits.VisitList.as_view(), name="visit-list"),
    path("work-orders/new/", pages.WorkOrderCreate.as_view(), name="work-order-create"),
    path("work-orders/engineers/", pages.EngineerSearch.as_view(), name="engineer-search"),
    path("work-orders/<number>/", pages.WorkOrderDetail.as_view(), name="work-order-detail"),
    path("work-orders/<number>/support/", support.SupportAnswerPage.as_view(), name="work-order-support"),
    path("work-orders/<number>/edit/", pages.WorkOrderEdit.as_view(), name="work-order-edit"),
    path("work-orders/<number>/return/", pages.WorkOrderReturn.as_view(), name="work-order-return"),
    path("work-orders/<number>/cancel/", pages.WorkOrderCancel.as_view(), name="work-order-cancel"),
    path("work-orders/<number>/close/", pages.WorkOrderClose.as_view(), name="work-order-close"),
    path("work-orders/<number>/tracking-link/", pages.WorkOrderTrackingLink.as_view(), name="work-order-tracking-link"),
    path("work-orders/<number>/promises/", panels.OrderPromises.as_view(), name="work-order-promises"),
    path("work-orders/<number>/checklist/", panels.OrderChecklist.as_view(), name="work-order-checklist"),
    path("work-orders/<number>/photos/", panels.OrderPhotos.as_view(), name="work-order-photos"),
    path("work-orders/<number>/originals/<uuid:id>/", originals.OrderOriginal.as_view(), name="work-order-original"),
    path("work-orders/<number>/report/", reports.OrderReport.as_view(), name="work-order-report"),
    path("work-orders/<number>/report.pdf", reports.OrderReportPdf.as_view(), name="work-order-report-pdf"),
    path("work-orders/<number>/visit/", visits.OrderVisit.as_view(), name="work-order-visit"),
    path("work-orders/<number>/visit/settle/", visits.SettleVisit.as_view(), name="work-order-visit-settle"),
    path("work-orders/<number>/needs/", needs.OrderNeeds.as_view(), name="work-order-needs"),
    path("work-orders/<number>/needs/change/", needs.ChangeNeeds.as_view(), name="work-order-change-needs"),
    path("work-orders/<number>/parts/use/", needs.UsePart.as_view(), name="work-order-use-part"),
    path("work-orders/<number>/terminal/swap/", terminals.SwapTerminal.as_view(), name="work-order-swap"),
    path("work-orders/<number>/terminal/retrieve/", terminals.RetrieveTerminal.as_view(), name="work-order-retrieve"),
    path("work-orders/<number>/terminal/relocate/", terminals.RelocateTerminal.as_view(), name="work-order-relocate"),
    path("work-orders/<number>/visit/codes/<uuid:id>/", visits.ReviewCode.as_view(), name="work-order-visit-code"),
    path("work-orders/<number>/history/", panels.OrderHistory.as_view(), name="work-order-history"),
    path("merchants/<number>/orders/", panels.MerchantOrders.as_view(), name="merchant-orders"),
    path("terminals/not-back/", terminals.NotBackList.as_view(), name="not-back-list"),
    path("terminals/<number>/report-place/", terminals.TerminalReportPlace.as_view(), name="terminal-report-place"),
    path("terminals/<number>/orders/", panels.TerminalOrders.as_view(), name="terminal-orders"),
    path("people/<number>/orders/", panels.PersonOrders.as_view(), name="person-orders"),
    path("escalations/", escalations.EscalationList.as_view(), name="escalation-list"),
    path("escalations/new/", escalations.EscalationCreate.as_view(), name="escalation-create"),
    path("escalations/<number>/", escalations.EscalationEdit.as_view(), name="escalation-edit"),
    path("requests/", pages.RequestList.as_view(), name="request-list"),
    path("requests/<number>/", pages.RequestDetail.as_view(), name="request-detail"),
    path("requests/<number>/phone/", pages.RequestRevealPhone.as_view(), name="request-reveal-phone"),
]
field: list[URLPattern] = [
    path("orders/<str:number>/report.pdf", reports.OwnReportPdf.as_view(), name="order-report"),
]
public: list[URLPattern] = [
    path("s/<str:token>/", public_pages.StickerPage.as_view(), name="sticker"),
    path("r/<str:token>/", public_pages.RequestPage.as_view(), name="request"),
    path("t/<str:token>/", public_pages.TrackingPage.as_view(), name="tracking"),
    path("t/<str:token>/report.pdf", reports.TrackedReportPdf.as_view(), name="tracking-report"),
    path("report/<str:token>/", reports.ReportCheck.as_view(), name="report-check"),
    path("t/<str:token>/message/", public_pages.MessagePage.as_view(), name="message"),
    path("check/", public_pages.EngineerCheckPage.as_view(), name="engineer-check"),
    path("language/", public_pages.Language.as_view(), name="language"),
    path("captcha/challenge/", public_pages.Challenge.as_view(), name="captcha"),
]
