from django.urls import URLPattern

office: list[URLPattern] = []
accounts: list[URLPattern] = []
