from django.urls import URLPattern, path

from notifications import views

office: list[URLPattern] = [
    path("notices/", views.inbox, name="notice-list"),
    path("notices/count/", views.count, name="notice-count"),
]
field: list[URLPattern] = [
    path("notices/", views.inbox, name="notices"),
    path("notices/count/", views.count, name="notice-count"),
]
