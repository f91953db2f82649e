from django.urls import URLPattern, path

from analytics.views import office as views

office: list[URLPattern] = [
    path("", views.HomePage.as_view(), name="home"),
    path("charts/<slug:name>/", views.ChartPanel.as_view(), name="chart"),
    path("search/", views.SearchPage.as_view(), name="search"),
]
