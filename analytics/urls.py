from django.urls import URLPattern, path

from analytics.views import insights
from analytics.views import office as views

office: list[URLPattern] = [
    path("", views.HomePage.as_view(), name="home"),
    path("charts/<slug:name>/", views.ChartPanel.as_view(), name="chart"),
    path("search/", views.SearchPage.as_view(), name="search"),
    path("insights/", insights.InsightList.as_view(), name="insight-list"),
    path("merchants/<slug:number>/insights/", insights.MerchantInsights.as_view(), name="merchant-insights"),
    path("merchants/<slug:number>/insights/<slug:kind>/care/", insights.InsightCare.as_view(), name="insight-care"),
    path("merchants/<slug:number>/insights/<slug:kind>/judge/", insights.InsightJudge.as_view(), name="insight-judge"),
    path("models/", insights.ModelList.as_view(), name="model-list"),
    path("models/<slug:number>/", insights.ModelDetail.as_view(), name="model-detail"),
    path("models/<slug:number>/approve/", insights.ModelApprove.as_view(), name="model-approve"),
]
