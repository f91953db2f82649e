"""The doors through which a browser writes: commands, and the code in a photo. The phone's own are in sync.py."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from hashlib import file_digest
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from evidence.actions import keep_picture
from evidence.models import Capture
from journal.actions import once
from mobile.commands import COMMANDS, SUBJECTS, Command
from mobile.forms import PhoneForm, checked
from mobile.views.orders import own_orders, rendered_order
from mobile.views.pages import PhoneDoor
from toolkit.codes import read_code
from toolkit.errors import Refused
from workorders.service_report import Shown, shown

ENVELOPE = ("command", "csrfmiddlewaretoken")
CLOCK_OFF = timedelta(minutes=2)  # here nobody knows by how much a phone's clock is wrong; mobile/operations.py does


class CommandDoor(PhoneDoor):
    """One command. Without JavaScript it has a page of its own, is sent from there or by a button, and leads on."""

    http_method_names = ["get", "post"]

    def get_title(self) -> str:
        return str(self._command().label)

    def get(self, request: HttpRequest, things: str, number: str, name: str) -> HttpResponse:
        command = self._command()
        self._subject()
        return self._page(command.form(initial=request.GET.dict(), user=request.user))

    def post(self, request: HttpRequest, things: str, number: str, name: str) -> HttpResponse:
        command = self._command()

        def run() -> dict:
            values = checked(command.form(body, user=request.user))
            if (device_at := values.get("device_at")) and abs(device_at - self.at) > CLOCK_OFF:
                values["device_at"] = None
            command.run(self._subject(), by=request.user, at=self.at, **values)
            return {"done": f"{things}/{number}/{name}", "at": self.at.isoformat()}

        id = self._id()
        body = self._body(id)
        sent = {key: values for key, values in body.lists() if key not in ENVELOPE}
        answer = once(id, by=request.user, at=self.at, body={"path": request.path, **sent}, run=run)
        if self.is_plain:
            return HttpResponseRedirect(self._page_after(things, number))
        return JsonResponse({"answer": answer, **self._follow_up(things, number)})

    def refused(self, refusal: Refused) -> HttpResponse:
        if not self.is_plain:
            return super().refused(refusal)
        try:
            body = self._body(self._id())
        except Refused:  # that is what was refused
            body = self.request.POST
        form = self._command().form(initial=body.dict(), user=self.request.user)
        return self._page(form, refusal, captures=body.getlist("captures"))

    def _page(self, form: PhoneForm, refusal: Refused | None = None, captures: Iterable[str] = ()) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            refusal=refusal,
            captures=captures,
            takes_pictures="captures" in form.fields,
            report=self._report(form),
            id=uuid.uuid4(),
            back_url=self._page_after(self.kwargs["things"], self.kwargs["number"]),
        )
        return render(self.request, "mobile/command.html", context, status=422 if refusal else 200)

    def _report(self, form: PhoneForm) -> Shown | None:
        """What is signed, above the signature."""
        if "shown_sha256" not in form.fields:
            return None
        report = shown(self._subject())
        form.initial["shown_sha256"] = report.sha256
        return report

    def _command(self) -> Command:
        command = COMMANDS.get((self.kwargs["things"], self.kwargs["name"]))
        if command is None:
            raise Http404
        if not self.request.user.has_perm(command.permission):
            raise PermissionDenied
        return command

    def _subject(self) -> Any:
        subject = SUBJECTS[self.kwargs["things"]](self.request.user, self.kwargs["number"]).first()
        if subject is None:
            raise Http404
        return subject

    def _id(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.request.POST.get("command", ""))
        except ValueError as broken:
            raise Refused(_("This page is out of date. Please load it again.")) from broken

    def _body(self, id: uuid.UUID) -> QueryDict:
        """What was sent. Files, which only a page without JavaScript sends along, are kept and named by their ids."""
        body = self.request.POST.copy()
        is_signed = self.kwargs["name"] == "sign"
        kind = Capture.Kind.SIGNATURE if is_signed else Capture.Kind.PHOTO
        for file in self.request.FILES.getlist("file"):
            file.seek(0)
            own = uuid.uuid5(id, file_digest(file, "sha256").hexdigest())
            file.seek(0)
            body.appendlist("captures", str(keep_picture(file, id=own, kind=kind, by=self.request.user, at=self.at).pk))
        return body

    def _page_after(self, things: str, number: str) -> str:
        if things in ("terminals", "stickers"):
            return reverse("field:scan") + f"?code={number}"
        if things in ("handovers", "requisitions") or self.kwargs["name"] == "send-parts":
            return reverse("field:me")
        if things == "refills":
            return reverse("field:channels")
        if things == "articles":
            return reverse("field:article", args=[number])
        if things == "leads" and SUBJECTS[things](self.request.user, number).exists():
            return reverse("field:lead", args=[number])
        if things == "reviews" and SUBJECTS[things](self.request.user, number).open().exists():
            return reverse("field:review", args=[number])
        is_own = own_orders(self.request.user).filter(number=number).exists()
        return reverse("field:order", args=[number]) if is_own else reverse("field:today")

    def _follow_up(self, things: str, number: str) -> dict[str, str]:
        """What the phone shows next: the order as it is now, or another page."""
        order = own_orders(self.request.user).filter(number=number).first() if things == "orders" else None
        if order is None:
            return {"go": self._page_after(things, number)}
        return {"page": rendered_order(self.request, order, self.at)}


class CodeDoor(PhoneDoor):
    """Reads the code in a photo."""

    def post(self, request: HttpRequest) -> JsonResponse:
        if "file" not in request.FILES:
            raise Refused(_("Take a photo of the code first."))
        return JsonResponse({"code": read_code(request.FILES["file"])})
