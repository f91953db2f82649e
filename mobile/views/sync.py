"""The doors of the phone's own program, all in JSON: work to take along, operations, files. See docs/sync.md."""

import json
import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from evidence.actions import PIECE_BYTES, begin_upload, receive_chunk
from evidence.models import Upload
from mobile.actions import see_device
from mobile.forms import UploadStart, checked
from mobile.models import Device
from mobile.operations import MOST, receive
from mobile.shell import build
from mobile.views.pages import FieldPage
from mobile.work import Known, package
from toolkit.errors import Refused


class Unreadable(ValueError):
    """Not the JSON this door takes."""


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class SyncDoor(FieldPage, View):
    """Answers JSON in every case: without a session 401 and "login", without a valid token 403 and a fresh one."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            if not request.user.is_authenticated:
                response = self.outcome(self.stranger(), status=401)
            elif (rejection := _Csrf(request).rejection) is not None:
                response = self.outcome("csrf", status=403, reason=rejection, csrf=get_token(request))
            else:
                response = super().dispatch(request, *args, **kwargs)
        except Unreadable as wrong:
            response = self.outcome("unreadable", status=400, reason=str(wrong))
        response["Cache-Control"] = "no-store"
        return response

    def stranger(self) -> str:
        """What somebody without a session is to do."""
        return "login"

    def outcome(self, outcome: str, *, status: int = 200, **about: Any) -> JsonResponse:
        return JsonResponse({"outcome": outcome, **about}, status=status)

    def about(self) -> dict[str, Any]:
        """What every answer to a phone says."""
        return {"csrf": get_token(self.request), "at": self.at.isoformat(), "build": build()}

    def sent(self) -> dict[str, Any]:
        try:
            content = json.loads(self.request.body)
        except ValueError as wrong:
            raise Unreadable(_("This is not JSON.")) from wrong
        if not isinstance(content, dict):
            raise Unreadable(_("This is not a JSON object."))
        return content


class _Csrf(CsrfViewMiddleware):
    """Django's check, made by hand: its page in HTML would look to the phone like somebody else's."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(lambda _request: HttpResponse())
        self.rejection: str | None = None
        self.process_view(request, None, (), {})

    def _reject(self, request: HttpRequest, reason: str) -> None:
        self.rejection = reason


class WorkDoor(SyncDoor):
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> JsonResponse:
        user, known = request.user, Known.read(request.GET.get("known", ""))
        return JsonResponse(
            {
                "user": {"id": user.pk, "username": user.username, "name": user.name},
                "language": get_language(),
                **self.about(),
                **package(request, user, known=known, stamp=request.GET.get("stamp", ""), at=self.at),
            }
        )


class OperationsDoor(SyncDoor):
    """The ping, and up to 20 operations with it: one result each, in their order."""

    http_method_names = ["post"]

    def stranger(self) -> str:
        """Somebody who was switched off has no session any more: their phone wipes itself."""
        device_id = _uuid(self.sent().get("device")) if self.request.method == "POST" else None
        device = Device.objects.select_related("user").filter(pk=device_id).first()
        return "wipe" if device and device.must_wipe else "login"

    def post(self, request: HttpRequest) -> JsonResponse:
        sent = self.sent()
        operations, nonce, device_id = sent.get("operations") or [], sent.get("nonce"), _uuid(sent.get("device"))
        if device_id is None or not isinstance(nonce, str):
            raise Unreadable(_("“device” must be a UUID and “nonce” a text."))
        if not isinstance(operations, list) or len(operations) > MOST:
            raise Unreadable(_("“operations” must be a list of at most %(most)d.") % {"most": MOST})
        device = see_device(device_id, by=request.user, at=self.at)
        about = {"nonce": nonce, "user": request.user.pk, **self.about()}
        if device.must_wipe:
            return self.outcome("wipe", **about)
        results = [receive(each, device=device, by=request.user, at=self.at) for each in operations]
        return JsonResponse({**about, "results": results})


class UploadsDoor(SyncDoor):
    """A file is announced; the answer says how much of it is there already."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        try:
            values = checked(UploadStart(_plain(self.sent())))
            upload = begin_upload(**values, by=request.user, at=self.at)
        except Refused as refusal:
            return self.outcome("refused", reason=str(refusal))
        return answer(upload)


class UploadDoor(SyncDoor):
    """One piece of a file."""

    http_method_names = ["put"]

    def put(self, request: HttpRequest, id: uuid.UUID) -> JsonResponse:
        offset = request.GET.get("offset", "")
        if not offset.isdigit():
            raise Unreadable(_("“offset” must be a number of bytes."))
        if len(request.body) > PIECE_BYTES:
            raise Unreadable(_("A piece has at most %(most)d bytes.") % {"most": PIECE_BYTES})
        try:
            return answer(receive_chunk(id, offset=int(offset), content=request.body, by=request.user, at=self.at))
        except Upload.DoesNotExist:
            return self.outcome("unknown", status=404, reason=_("This file has not been announced."))
        except Refused as refusal:
            return self.outcome("refused", reason=str(refusal))


def answer(upload: Upload) -> JsonResponse:
    """The phone lets a file go only when it is told the hash, which is the server's own."""
    about = {"id": str(upload.pk), "offset": upload.offset, "done": upload.is_whole}
    if upload.refusal:
        return JsonResponse({**about, "outcome": "refused", "reason": upload.refusal})
    return JsonResponse({**about, "sha256": upload.capture.sha256} if upload.is_whole else about)


def _plain(sent: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in sent.items() if value is not None}


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
