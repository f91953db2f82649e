from django.urls import URLPattern, path

from procedures import views

office: list[URLPattern] = [
    path("procedures/", views.ProcedureList.as_view(), name="procedure-list"),
    path("procedures/variants/<number>/", views.VariantDetail.as_view(), name="procedure-variant"),
    path("procedures/variants/<number>/edit/", views.VariantEditor.as_view(), name="procedure-variant-edit"),
    path("procedures/variants/<number>/preview/", views.VariantPreview.as_view(), name="procedure-variant-preview"),
    path("procedures/variants/<number>/retire/", views.VariantRetire.as_view(), name="procedure-variant-retire"),
    path("procedures/<number>/", views.ProcedureDetail.as_view(), name="procedure-detail"),
    path("procedures/<number>/edit/", views.ProcedureEditor.as_view(), name="procedure-edit"),
    path("procedures/<number>/preview/", views.ProcedurePreview.as_view(), name="procedure-preview"),
    path("procedures/<number>/pictures/add/", views.ReferencePictureAdd.as_view(), name="reference-picture-add"),
    path(
        "procedures/<number>/pictures/<int:picture>/remove/",
        views.ReferencePictureRemove.as_view(),
        name="reference-picture-remove",
    ),
    path("procedures/<number>/compare/", views.ProcedureCompare.as_view(), name="procedure-compare"),
    path("procedures/<number>/new-variant/", views.VariantCreate.as_view(), name="procedure-variant-create"),
]
