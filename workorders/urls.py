from django.urls import URLPattern, path

from workorders.views import office as pages

office: list[URLPattern] = [
    path("work-orders/<number>/", pages.WorkOrderDetail.as_view(), name="work-order-detail"),
]
public: list[URLPattern] = []
