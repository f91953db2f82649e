from django.urls import URLPattern, path

from evidence import views

files: list[URLPattern] = [path("files/<str:token>/", views.capture, name="capture")]
