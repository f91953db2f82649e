from django.urls import URLPattern, path

from mobile.views import commands, me, orders, scan

field: list[URLPattern] = [
    path("", orders.TodayPage.as_view(), name="today"),
    path("scan/", scan.ScanPage.as_view(), name="scan"),
    path("me/", me.MePage.as_view(), name="me"),
    path("position/", commands.PositionDoor.as_view(), name="position"),
    path("pictures/", commands.PictureDoor.as_view(), name="picture"),
    path("codes/", commands.CodeDoor.as_view(), name="code"),
    path("orders/<str:number>/", orders.OrderPage.as_view(), name="order"),
    path("orders/<str:number>/fresh/", orders.OrderFreshness.as_view(), name="order-fresh"),
    path("orders/<str:number>/phone/<slug:key>/", orders.OrderPhone.as_view(), name="order-phone"),
    path("<slug:things>/<str:number>/<slug:name>/", commands.CommandDoor.as_view(), name="command"),
]
