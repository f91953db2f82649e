from django.urls import URLPattern

field: list[URLPattern] = []
