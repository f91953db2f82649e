from django.urls import URLPattern, path

from spareparts.views import office as views

office: list[URLPattern] = [
    path("stock/", views.StockList.as_view(), name="stock-list"),
    path("stock/moves/", views.MovementList.as_view(), name="stock-move-list"),
    path("stock/receive/", views.Receive.as_view(), name="stock-receive"),
    path("stock/hand-out/", views.Transfer.as_view(), name="stock-transfer"),
    path("stock/take-back/", views.Return.as_view(), name="stock-return"),
    path("depots/", views.DepotList.as_view(), name="depot-list"),
    path("depots/add/", views.DepotCreate.as_view(), name="depot-create"),
    path("depots/<slug:number>/", views.DepotEdit.as_view(), name="depot-edit"),
    path("stock/parts/", views.PartSearch.as_view(), name="part-search"),
    path("stock/places/", views.PlaceSearch.as_view(), name="place-search"),
]
