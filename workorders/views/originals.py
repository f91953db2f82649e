from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.generic import View

from toolkit.files import serve
from toolkit.views import Page, SubjectMixin
from workorders import actions, permissions
from workorders.views.office import OrderMixin

ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
}


class OrderOriginal(OrderMixin, SubjectMixin, Page, View):
    """Answers a press of the button with the file, to be saved and never shown."""

    permission = permissions.OPEN_ORIGINAL
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: str, id: UUID) -> HttpResponseBase:
        capture = actions.open_original(self.subject, capture_id=id, by=request.user, at=timezone.now())
        name = f"{number}-{capture.pk}.{ENDINGS.get(capture.mime, 'bin')}"
        return serve(request, capture.original.open("rb"), mime="application/octet-stream", download_as=name)
