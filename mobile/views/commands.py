"""The doors through which a phone writes: commands, pictures, positions."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from evidence.actions import keep_picture
from journal.actions import once
from mobile.commands import COMMANDS, SUBJECTS
from mobile.forms import PictureUpload, Position, checked
from mobile.queries import may_share_position
from mobile.views.orders import own_orders, rendered_order
from mobile.views.pages import FieldPage
from toolkit.codes import read_code
from toolkit.errors import Refused
from workforce.actions import report_position
from workorders.permissions import DO_ORDER

ENVELOPE = ("command", "csrfmiddlewaretoken")


class PhoneDoor(FieldPage, View):
    """Answers JSON; what is refused comes back with its sentence and status 422, and the phone keeps what was typed."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refusal:
            return JsonResponse({"sentence": str(refusal), "field": refusal.field}, status=422)


class CommandDoor(PhoneDoor):
    def post(self, request: HttpRequest, things: str, number: str, name: str) -> JsonResponse:
        command = COMMANDS.get((things, name))
        if command is None:
            raise Http404
        if not request.user.has_perm(command.permission):
            raise PermissionDenied

        def run() -> dict:
            subject = SUBJECTS[things](request.user, number).first()
            if subject is None:
                raise Http404
            command.run(subject, by=request.user, at=self.at, **checked(command.form(request.POST, user=request.user)))
            return {"done": f"{things}/{number}/{name}", "at": self.at.isoformat()}

        sent = {key: values for key, values in request.POST.lists() if key not in ENVELOPE}
        answer = once(self._id(), by=request.user, at=self.at, body={"path": request.path, **sent}, run=run)
        return JsonResponse({"answer": answer, **self._follow_up(things, number)})

    def _id(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.request.POST.get("command", ""))
        except ValueError as broken:
            raise Refused(_("This page is out of date. Please load it again.")) from broken

    def _follow_up(self, things: str, number: str) -> dict[str, str]:
        """What the phone shows next: the order as it is now, or another page."""
        if things != "orders":
            return {"go": reverse("field:scan") + f"?code={number}"}
        order = own_orders(self.request.user).filter(number=number).first()
        return {"page": rendered_order(self.request, order, self.at)} if order else {"go": reverse("field:today")}


class PictureDoor(PhoneDoor):
    """Keeps one photo or signature; its id is made on the phone, so that sending it again changes nothing."""

    permission = DO_ORDER

    def post(self, request: HttpRequest) -> JsonResponse:
        values = checked(PictureUpload(request.POST, request.FILES))
        capture = keep_picture(values.pop("file"), **values, by=request.user, at=self.at)
        if capture.by_id != request.user.pk:
            raise Refused(_("This photo was already sent with other content. Please take it again."))
        return JsonResponse({"id": str(capture.pk), "sha256": capture.sha256, "url": capture.get_absolute_url()})


class CodeDoor(PhoneDoor):
    """Reads the code in a photo."""

    def post(self, request: HttpRequest) -> JsonResponse:
        if "file" not in request.FILES:
            raise Refused(_("Take a photo of the code first."))
        return JsonResponse({"code": read_code(request.FILES["file"])})


class PositionDoor(PhoneDoor):
    """Keeps the position only in shift and while an order is under way; otherwise it is not looked at."""

    permission = DO_ORDER

    def post(self, request: HttpRequest) -> JsonResponse:
        is_shared = may_share_position(request.user, self.at)
        if is_shared:
            report_position(request.user, **checked(Position(request.POST)), at=self.at)
        return JsonResponse({"shared": is_shared})
