"""The kind of page a phone opens."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from notifications.models import Notice
from toolkit.errors import Refused
from toolkit.views import Page
from workforce.permissions import SEE_FIELD
from workorders.lifecycle import Status

SECRETS = re.compile(r'<input type="hidden" name="(?:csrfmiddlewaretoken|command)"[^>]*>')  # the phone makes its own
KEPT = re.compile(r'data-kept="([^"]+)" src="([^"]+)"')
PASSING = re.compile(r'(?<=/files/)[^"/]+')  # signed links change all the time


def part_of(view: Callable[[], "FieldPage"], request: HttpRequest, url: str, **kwargs: Any) -> dict[str, Any]:
    """The body of a page as the phone keeps it; its version changes whenever what is to be seen does.

    `files` are links to the pictures and voices on it by the id of their capture.
    """
    page = view()
    page.setup(request, **kwargs)  # type: ignore[attr-defined]
    context = page.get_context_data(skeleton="field/part.html", here=url)
    html = SECRETS.sub("", render_to_string(page.template_name, context, request)).strip()  # type: ignore[attr-defined]
    version = hashlib.sha256(PASSING.sub("", html).encode()).hexdigest()[:16]
    title = f"{page.get_title()} · Fieldloop"
    return {"url": url, "title": title, "version": version, "html": html, "files": dict(KEPT.findall(html))}


def _labels() -> dict[str, str]:
    """What the phone writes on the chip of an order that has gone on by itself."""
    labels = {value: str(label) for value, label in Status.choices}
    return {**labels, Status.ASSIGNED: _("Please accept"), "gone": _("Handed back")}


class FieldPage(Page):
    """Times are shown in the time zone of the person's region. Asked for as JSON a page answers as the phone keeps it."""

    permission = SEE_FIELD

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if "application/json" in request.headers.get("Accept", ""):
            response = JsonResponse(part_of(type(self), request, request.path, **kwargs))
            response["Cache-Control"] = "no-store"
            return response
        return super().get(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        region = getattr(request.user, "region", None)
        with timezone.override(region.zone if region else None):
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response

    @cached_property
    def at(self) -> datetime:
        return timezone.now()

    def get_context_data(self, **kwargs) -> dict:
        unread = Notice.objects.in_app_of(self.request.user).unread().count()
        return super().get_context_data(
            at=self.at, unread_notices=unread, status_labels=json.dumps(_labels()), **kwargs
        )


class PhoneDoor(FieldPage, View):
    """Answers JSON; what is refused comes back with its sentence and status 422, and the phone keeps what was typed."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refusal:
            return self.refused(refusal)

    def refused(self, refusal: Refused) -> HttpResponse:
        return JsonResponse({"sentence": str(refusal), "field": refusal.field}, status=422)

    @property
    def is_plain(self) -> bool:
        """Sent by the browser itself: the phone's own script asks for JSON."""
        return "text/html" in self.request.headers.get("Accept", "")
