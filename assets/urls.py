from django.urls import URLPattern

office: list[URLPattern] = []
public: list[URLPattern] = []
