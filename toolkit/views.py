"""The kinds of page there are. A page states its permission and starts from a scoped queryset; an action decides."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView
from django.views.generic.base import ContextMixin

from toolkit.errors import Refused


class Page(ContextMixin):
    """Mixin of every page behind the login: without `permission` it does not open at all."""

    permission: str = ""
    title: Any = ""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not self.permission:
            raise ImproperlyConfigured(f"{type(self).__name__} states no permission")
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(title=self.get_title(), **kwargs)

    def get_title(self) -> str:
        return str(self.title)


class SubjectMixin:
    """A page about one row, found by its human number among those the person may see; 404 otherwise."""

    slug_field = "number"

    def subjects(self) -> models.QuerySet:
        """The rows this person may open, e.g. Merchant.objects.visible_to(self.request.user)."""
        raise NotImplementedError

    @cached_property
    def subject(self) -> Any:
        try:
            return self.subjects().get(**{self.slug_field: self.kwargs["number"]})
        except models.ObjectDoesNotExist as missing:
            raise Http404 from missing


class DetailPage(SubjectMixin, Page, TemplateView):
    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(subject=self.subject, **kwargs)

    def get_title(self) -> str:
        return str(self.subject)


class PanelPage(DetailPage):
    """A part of a detail page, loaded by htmx; belongs to the app that owns the data."""


class FormPage(Page, FormView):
    """A form whose cleaned data are the keyword arguments of an action.

    The action's refusal is shown in the form, which comes back filled in with status 422.
    """

    template_name = "generic/form.html"
    submit_label: Any = ""
    success_message: Any = ""

    @cached_property
    def who(self) -> dict[str, Any]:
        """Who does it, and when: arguments of every action."""
        return {"by": self.request.user, "at": timezone.now()}

    def run_action(self, values: dict) -> Any:
        raise NotImplementedError

    def form_valid(self, form) -> HttpResponse:
        try:
            result = self.run_action(form.cleaned_data)
        except Refused as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
            return self.form_invalid(form)
        if self.success_message:
            messages.success(self.request, str(self.success_message))
        return self.redirect(self.done_url(result))

    def form_invalid(self, form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def done_url(self, result: Any) -> str:
        """Where to go when it is done."""
        return result.get_absolute_url()

    def redirect(self, url: str) -> HttpResponse:
        if self.request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            submit_label=self.submit_label or self.get_title(), back_url=self.back_url(), **kwargs
        )

    def back_url(self) -> str:
        """Where "cancel" leads."""
        return ""


class ActionPage(SubjectMixin, FormPage):
    """A FormPage about one subject: run_action calls its verb."""

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(subject=self.subject, **kwargs)

    def done_url(self, result: Any) -> str:
        return self.subject.get_absolute_url()

    def back_url(self) -> str:
        return self.subject.get_absolute_url()
