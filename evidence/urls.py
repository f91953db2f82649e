from django.urls import URLPattern

files: list[URLPattern] = []
