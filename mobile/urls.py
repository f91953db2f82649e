from django.urls import URLPattern, path

from mobile.views import articles, channels, commands, documents, late, leads, me, orders, parts, scan, shell, sync

field: list[URLPattern] = [
    path("sw.js", shell.worker, name="worker"),
    path("shell/", shell.shell, name="shell"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("", orders.TodayPage.as_view(), name="today"),
    path("scan/", scan.ScanPage.as_view(), name="scan"),
    path("prepare/", parts.PreparePage.as_view(), name="prepare"),
    path("me/", me.MePage.as_view(), name="me"),
    path("codes/", commands.CodeDoor.as_view(), name="code"),
    path("work/", sync.WorkDoor.as_view(), name="work"),
    path("sync/", sync.OperationsDoor.as_view(), name="sync"),
    path("uploads/", sync.UploadsDoor.as_view(), name="upload-begin"),
    path("uploads/<uuid:id>/", sync.UploadDoor.as_view(), name="upload"),
    path("orders/<str:number>/", orders.OrderPage.as_view(), name="order"),
    path("orders/<str:number>/parts/", parts.OrderPartsPage.as_view(), name="order-parts"),
    path("orders/<str:number>/fresh/", orders.OrderFreshness.as_view(), name="order-fresh"),
    path("orders/<str:number>/phone/<slug:key>/", orders.OrderPhone.as_view(), name="order-phone"),
    path("leads/new/", leads.NewLeadPage.as_view(), name="lead-new"),
    path("leads/doubles/", leads.DoublesDoor.as_view(), name="lead-doubles"),
    path("leads/<str:number>/", leads.LeadPage.as_view(), name="lead"),
    path("leads/<str:number>/phone/", leads.LeadPhone.as_view(), name="lead-phone"),
    path("channels/", channels.ChannelsPage.as_view(), name="channels"),
    path("documents/", documents.DocumentsPage.as_view(), name="documents"),
    path("reviews/<str:number>/", documents.ReviewPage.as_view(), name="review"),
    path("articles/", articles.ArticlesPage.as_view(), name="articles"),
    path("articles/<str:number>/", articles.ArticlePage.as_view(), name="article"),
    path("<slug:things>/<str:number>/<slug:name>/", commands.CommandDoor.as_view(), name="command"),
]

office: list[URLPattern] = [
    path("late-work/", late.LateWorkList.as_view(), name="late-work-list"),
    path("late-work/<uuid:number>/take-over/", late.TakeOver.as_view(), name="late-work-take-over"),
    path("late-work/<uuid:number>/dismiss/", late.Dismiss.as_view(), name="late-work-dismiss"),
    path("work-orders/<number>/late/", late.OrderLateWork.as_view(), name="work-order-late"),
    path("people/<number>/phones/", late.PersonPhones.as_view(), name="person-phones"),
    path("people/<number>/phones/<uuid:device>/revoke/", late.RevokeDevice.as_view(), name="person-phone-revoke"),
]
