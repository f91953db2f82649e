from django.urls import URLPattern, path

from journal import views

office: list[URLPattern] = [path("log/", views.Log.as_view(), name="log")]
