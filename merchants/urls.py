from django.urls import URLPattern, path

from merchants.views import choices

office: list[URLPattern] = [
    path("merchants/search/", choices.MerchantSearch.as_view(), name="merchant-search"),
]
