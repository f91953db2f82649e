from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path

from workforce.views import accounts as account_views
from workforce.views import office as views

accounts: list[URLPattern] = [
    path("", account_views.home, name="home"),
    path("healthz/", account_views.healthz, name="healthz"),
    path("login/", account_views.LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", account_views.set_language, name="language"),
    path("password/", account_views.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", account_views.PasswordResetView.as_view(), name="password-reset"),
    path("password/reset/sent/", account_views.PasswordResetSentView.as_view(), name="password-reset-sent"),
    path(
        "password/reset/<uidb64>/<token>/",
        account_views.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
]

office: list[URLPattern] = [
    path("people/", views.PersonList.as_view(), name="person-list"),
    path("people/add/", views.PersonCreate.as_view(), name="person-create"),
    path("people/<str:number>/", views.PersonDetail.as_view(), name="person-detail"),
    path("people/<str:number>/edit/", views.PersonEdit.as_view(), name="person-edit"),
    path("people/<str:number>/skills/", views.PersonSkills.as_view(), name="person-skills"),
    path("people/<str:number>/skills/set/", views.PersonSetSkill.as_view(), name="person-set-skill"),
    path("people/<str:number>/shifts/", views.PersonSetShifts.as_view(), name="person-set-shifts"),
    path("people/<str:number>/badge/", views.PersonRevokeBadge.as_view(), name="person-revoke-badge"),
    path("people/<str:number>/time/", views.PersonBookTime.as_view(), name="person-book-time"),
    path("organisations/", views.OrganisationList.as_view(), name="organisation-list"),
    path("organisations/add/", views.OrganisationCreate.as_view(), name="organisation-create"),
    path("organisations/<slug:number>/", views.OrganisationEdit.as_view(), name="organisation-edit"),
    path("saved-views/<slug:page>/", views.SavedViews.as_view(), name="saved-views"),
]
