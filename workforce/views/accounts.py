"""Logging in and out, passwords, language, and where a person starts."""

from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from workforce.models import User


def home(request: HttpRequest) -> HttpResponse:
    """Field staff start on the phone's page of today, everybody else in the office."""
    return redirect("field:today" if request.user.is_field else "office:home")


class LoginView(auth.LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True
    extra_context = {"title": _("Log in")}

    def form_invalid(self, form) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class PasswordResetView(auth.PasswordResetView):
    template_name = "accounts/form.html"
    email_template_name = "accounts/password_reset_mail.txt"
    subject_template_name = "accounts/password_reset_subject.txt"
    success_url = reverse_lazy("password-reset-sent")
    extra_context = {"title": _("Reset the password"), "submit_label": _("Send the link"),
                     "lead": _("We send you a link with which you choose a new password.")}  # fmt: skip


class PasswordResetSentView(auth.PasswordResetDoneView):
    template_name = "accounts/sentence.html"
    extra_context = {
        "title": _("Look into your mail"),
        "lead": _("If the address belongs to a person here, a link is on its way. It works for a few hours."),
    }


class PasswordResetConfirmView(auth.PasswordResetConfirmView):
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("login")
    extra_context = {"submit_label": _("Save the password")}


class PasswordChangeView(auth.PasswordChangeView):
    template_name = "accounts/form.html"
    success_url = reverse_lazy("home")
    extra_context = {"title": _("Change password"), "submit_label": _("Save the password")}


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switches the language of this browser and, for who is logged in, of the notices and mails too."""
    language = request.POST.get("language", "")
    target = request.META.get("HTTP_REFERER", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    if translation.check_for_language(language) and language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.HTTPS
        )
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For the proxy and the container: the process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
