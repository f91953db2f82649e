from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

KEPT_ON = "kept_on"


class TimeZoneMiddleware:
    """Shows times as they are where the person works."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.user.region is None:
            return self.get_response(request)
        with timezone.override(request.user.region.zone):
            return self.get_response(request)


class LongSessionMiddleware:
    """Field staff stay logged in as long as they use their phone: the session's 30 days begin anew every day."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        today = str(timezone.now().date())
        if request.user.is_authenticated and request.user.is_field and request.session.get(KEPT_ON) != today:
            request.session[KEPT_ON] = today
        return self.get_response(request)
