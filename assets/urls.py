from django.urls import URLPattern, path

from assets.views import choices, depot, filings, stickers, telemetry
from assets.views import office as views

office: list[URLPattern] = [
    path("terminals/", views.TerminalList.as_view(), name="terminal-list"),
    path("terminals/search/", choices.TerminalSearch.as_view(), name="terminal-search"),
    path("terminals/receive/", views.TerminalReceive.as_view(), name="terminal-receive"),
    path("terminals/bench/", depot.BenchPage.as_view(), name="terminal-bench"),
    path("terminals/bench/scan/", depot.BenchScan.as_view(), name="terminal-bench-scan"),
    path("terminals/where/", views.WhereWasIt.as_view(), name="terminal-where"),
    path("terminals/idle/", views.IdleList.as_view(), name="idle-list"),
    path("terminals/away/", views.MismatchList.as_view(), name="mismatch-list"),
    path("terminals/to-report/", filings.FilingList.as_view(), name="filing-list"),
    path("terminals/reports/", filings.FilingReportList.as_view(), name="filing-report-list"),
    path("terminals/reports/make/", filings.FilingReportCreate.as_view(), name="filing-report-create"),
    path("terminals/reports/<str:number>/", filings.FilingReportDetail.as_view(), name="filing-report-detail"),
    path("terminals/reports/<str:number>/reported/", filings.FilingReported.as_view(), name="filing-reported"),
    path("terminals/<str:number>/", views.TerminalDetail.as_view(), name="terminal-detail"),
    path("terminals/<str:number>/places/", views.TerminalBindings.as_view(), name="terminal-bindings"),
    path("terminals/<str:number>/telemetry/", telemetry.TerminalTelemetry.as_view(), name="terminal-telemetry"),
    path("terminals/<str:number>/life/", views.TerminalLife.as_view(), name="terminal-life"),
    path("terminals/<str:number>/edit/", views.TerminalEdit.as_view(), name="terminal-edit"),
    path("terminals/<str:number>/issue/", views.TerminalIssue.as_view(), name="terminal-issue"),
    path("terminals/<str:number>/take-back/", views.TerminalTakeBack.as_view(), name="terminal-take-back"),
    path("terminals/<str:number>/bind/", views.TerminalBind.as_view(), name="terminal-bind"),
    path("terminals/<str:number>/unbind/", views.TerminalUnbind.as_view(), name="terminal-unbind"),
    path("terminals/<str:number>/relocate/", views.TerminalRelocate.as_view(), name="terminal-relocate"),
    path("terminals/<str:number>/resolve/", views.TerminalResolve.as_view(), name="terminal-resolve"),
    path(
        "terminals/<str:number>/places/<int:binding>/account/",
        views.TerminalRevealAccount.as_view(),
        name="terminal-reveal-account",
    ),
    path("terminals/<str:number>/sticker/", views.TerminalStick.as_view(), name="terminal-stick"),
    path("terminals/<str:number>/scrap/", views.TerminalScrap.as_view(), name="terminal-scrap"),
    path("merchants/<str:number>/terminals/", views.MerchantTerminals.as_view(), name="merchant-terminals"),
    path("merchants/<str:number>/terminals/bind/", views.MerchantBindTerminal.as_view(), name="merchant-bind-terminal"),
    path("bags/search/", choices.BagSearch.as_view(), name="bag-search"),
    path("stickers/", stickers.SheetList.as_view(), name="sticker-sheet-list"),
    path("stickers/make/", stickers.SheetCreate.as_view(), name="sticker-sheet-create"),
    path("stickers/<str:number>/", stickers.SheetDetail.as_view(), name="sticker-sheet-detail"),
    path("stickers/<str:number>/hand-out/", stickers.SheetHandOut.as_view(), name="sticker-hand-out"),
    path("stickers/<str:number>/loss/", stickers.SheetLoss.as_view(), name="sticker-loss"),
    path("stickers/<str:number>/print/", stickers.SheetPdf.as_view(), name="sticker-sheet-pdf"),
]
public: list[URLPattern] = []
