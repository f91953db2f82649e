from django.urls import URLPattern, path

from prospecting.views import public as pages

public: list[URLPattern] = [
    path("want/", pages.WantPage.as_view(), name="want"),
    path("want/sent/", pages.WantSentPage.as_view(), name="want-sent"),
]
