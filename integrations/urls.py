from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from integrations import views
from integrations.api import api
from integrations.columns import COLUMNS

office: list[URLPattern] = [
    path("imports/", views.ImportList.as_view(), name="import-list"),
    path("imports/add/", views.ImportCreate.as_view(), name="import-create"),
    *(
        path(
            f"imports/template/{kind}.csv",
            views.ImportTemplate.as_view(),
            {"kind": kind},
            name=f"import-template-{kind}",
        )
        for kind in COLUMNS
    ),
    path("imports/<str:number>/", views.ImportDetail.as_view(), name="import-detail"),
    path("imports/<str:number>/columns/", views.ImportMap.as_view(), name="import-map"),
    path("imports/<str:number>/start/", views.ImportStart.as_view(), name="import-start"),
    path("imports/<str:number>/rows.csv", views.ImportRows.as_view(), name="import-rows"),
    path("api-tokens/", views.TokenList.as_view(), name="api-token-list"),
    path("api-tokens/make/", views.TokenCreate.as_view(), name="api-token-create"),
    path("api-tokens/<str:number>/revoke/", views.TokenRevoke.as_view(), name="api-token-revoke"),
]
machines = api.urls[0]
for pattern in machines:
    pattern.callback = login_not_required(pattern.callback)  # a token opens it
