"""The kind of page a phone opens."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View

from notifications.models import Notice
from toolkit.errors import Refused
from toolkit.views import Page
from workforce.permissions import SEE_FIELD


class FieldPage(Page):
    """Times are shown in the time zone of the person's region."""

    permission = SEE_FIELD

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
        return super().get_context_data(at=self.at, unread_notices=unread, **kwargs)


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
