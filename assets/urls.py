from django.urls import URLPattern, path

from assets.views import choices

office: list[URLPattern] = [
    path("terminals/search/", choices.TerminalSearch.as_view(), name="terminal-search"),
    path("bags/search/", choices.BagSearch.as_view(), name="bag-search"),
]
public: list[URLPattern] = []
