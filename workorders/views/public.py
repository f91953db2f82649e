"""What a merchant does without a login: report a fault, follow it, answer, rate, and ask whether an engineer is real.

These pages hold no right but what stands in their address: nothing rests on a cookie. They are therefore exempt from the
cross-site check, which could not work anyway: under no-referrer a browser sends its forms with `Origin: null`.
"""

from datetime import datetime
from hashlib import file_digest
from typing import Any
from uuid import UUID, uuid5

from altcha_django.views import ChallengeView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, View

from assets.models import Sticker, Terminal
from evidence.actions import keep_picture, keep_recording
from evidence.models import Capture
from journal.actions import once
from merchants.models import Merchant
from toolkit.errors import Refused
from workorders import public_limits as limits
from workorders import tracking
from workorders.actions import order_by_token, rate_work_order, receive_request
from workorders.lifecycle import DONE, ONGOING, Outcome, Status
from workorders.links import merchant_of
from workorders.models import Rating, Request, WorkOrder, WorkOrderType
from workorders.public_forms import (
    MAX_PHOTOS,
    MOST_VOICE_S,
    EngineerCheckForm,
    FilingForm,
    MessageForm,
    RatingForm,
    RequestForm,
)

CONTACT = ("contact_name", "contact_phone", "contact_email")
REPAIR = "repair"  # code of the order type of what is reported here


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class PublicPage(View):
    """Not stored, not indexed, tells no other site where it was. What is not there has one page, whatever the reason."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = self.before() or super().dispatch(request, *args, **kwargs)
        except Http404:
            response = render(request, "public/not_found.html", status=404)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def before(self) -> HttpResponse | None:
        """Finds what the address names; a response given here takes the place of the page."""
        return None


class PublicForm(PublicPage, FormView):
    """A form that comes back filled in: with 422 when something in it is wrong, with 429 when it is too much."""

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            return self.act(form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except limits.TooMany as too_many:
            form.add_error(None, str(too_many))
            response = self.render_to_response(self.get_context_data(form=form, too_many=too_many), status=429)
            response["Retry-After"] = str(too_many.wait_s)
            return response
        return self.form_invalid(form)

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def act(self, form: Form) -> HttpResponse:
        raise NotImplementedError


class FilingPage(PublicForm):
    """Takes in a request or a message."""

    channel = Request.Channel.LINK
    merchant: Merchant
    chosen: Terminal | None
    needs_proof = False
    extra_context = {"max_photos": MAX_PHOTOS, "most_voice_s": MOST_VOICE_S}

    def joins(self, terminal: Terminal | None) -> WorkOrder | None:
        """The open order this is about, if there is one."""
        raise NotImplementedError

    def check_limits(self, terminal: Terminal | None, values: dict, at: datetime) -> None:
        raise NotImplementedError

    def done_url(self, token: str) -> str:
        return reverse("public:tracking", args=[token])

    def get_context_data(self, too_many: limits.TooMany | None = None, **kwargs: Any) -> dict:
        needs_proof = self.needs_proof or (too_many is not None and too_many.proof_helps)
        return super().get_context_data(needs_proof=needs_proof, **kwargs)

    def act(self, form: FilingForm) -> HttpResponse:
        values, at = (form.cleaned_data, timezone.now())
        terminal = values.get("terminal") or self.chosen
        told = {name: values.get(name, "") for name in ("summary", "details", *CONTACT)}
        once(
            values["id"],
            by=None,
            at=at,
            body={**told, "merchant": self.merchant.pk, "terminal": terminal and terminal.pk},
            run=lambda: self.take_in(terminal, values, told, at),
        )
        filed = Request.objects.get(pk=values["id"])
        if filed.outcome == Outcome.REJECTED:
            return render(self.request, "public/rejected.html", {"reason": filed.reject_reason}, status=409)
        return redirect(self.done_url(filed.tracking_link.token))

    def take_in(self, terminal: Terminal | None, values: dict, told: dict, at: datetime) -> dict:
        """Happens once per id: a double tap or a retry costs nothing, brings nothing and gets the same answer."""
        self.check_limits(terminal, values, at)
        order = self.joins(terminal)
        receive_request(
            id=values["id"],
            channel=self.channel,
            type=order.type if order else repair_type(),
            merchant=self.merchant,
            terminal=terminal,
            language=translation.get_language(),
            pictures=[
                *[keep_photo(file, request_id=values["id"], at=at) for file in values["photos"]],
                *([keep_voice(values["voice"], request_id=values["id"], at=at)] if values["voice"] else []),
            ],
            order=order,
            at=at,
            **told,
        )
        return {}


def repair_type() -> WorkOrderType:
    try:
        return WorkOrderType.objects.get(code=REPAIR)
    except WorkOrderType.DoesNotExist as missing:
        raise Refused(_("Repairs cannot be reported here yet. Please call your service contact.")) from missing


def keep_photo(file: UploadedFile, *, request_id: UUID, at: datetime) -> Capture:
    try:
        return keep_picture(file, id=own_id(file, request_id), kind=Capture.Kind.PHOTO, by=None, at=at)
    except Refused as refusal:
        raise Refused(f"{file.name}: {refusal}", field="photos") from refusal


def keep_voice(file: UploadedFile, *, request_id: UUID, at: datetime) -> Capture:
    try:
        return keep_recording(file, id=own_id(file, request_id), kind=Capture.Kind.AUDIO, by=None, at=at)
    except Refused as refusal:
        raise Refused(str(refusal), field="voice") from refusal


def own_id(file: UploadedFile, request_id: UUID) -> UUID:
    """The same file of the same request is one capture, however often it is sent."""
    file.seek(0)
    id = uuid5(request_id, file_digest(file, "sha256").hexdigest())
    file.seek(0)
    return id


class RequestPage(FilingPage):
    """By the merchant's link: the terminal is chosen among those that are there."""

    template_name = "public/request.html"
    needs_proof = True

    def before(self) -> HttpResponse | None:
        merchant = merchant_of(self.kwargs["token"])
        if merchant is None:
            raise Http404
        self.merchant = merchant
        live = Terminal.objects.filter(bindings__in=merchant.bindings.live())
        self.terminals = list(live.select_related("model").order_by("pk"))
        return None

    @property
    def chosen(self) -> Terminal | None:
        """Where there is nothing to choose."""
        return self.terminals[0] if len(self.terminals) == 1 else None

    @cached_property
    def reported(self) -> dict[int, WorkOrder]:
        """The open repairs of these terminals, by terminal."""
        orders = WorkOrder.objects.ongoing().filter(
            merchant=self.merchant, terminal__in=self.terminals, type__code=REPAIR
        )
        return {order.terminal_id: order for order in orders.select_related("region", "type").order_by("pk")}

    def joins(self, terminal: Terminal | None) -> WorkOrder | None:
        return self.reported.get(terminal.pk) if terminal else None

    def check_limits(self, terminal: Terminal | None, values: dict, at: datetime) -> None:
        limits.check_filing(
            self.request,
            about=f"terminal {terminal.pk}" if terminal else f"merchant {self.merchant.pk}",
            phone=values.get("contact_phone", ""),
            is_on_the_spot=not self.needs_proof,
            has_proof=values["has_proof"],
            at=at,
        )

    def get_form_class(self) -> type[FilingForm]:
        """Where the only terminal has been reported already, something can be added; a form opened before that counts."""
        is_reported = self.joins(self.chosen) and "symptom" not in self.request.POST
        return MessageForm if is_reported else RequestForm

    def get_form_kwargs(self) -> dict:
        kwargs = super().get_form_kwargs()
        if self.get_form_class() is RequestForm:
            kwargs |= {"terminals": self.terminals, "is_chosen": self.chosen is not None, "reported": self.reported}
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict:
        order = self.joins(self.chosen)
        return super().get_context_data(
            merchant=self.merchant,
            terminal=self.chosen,
            order=order,
            sentence=order and tracking.SENTENCES[Status(order.status)],
            reported_at=order and tracking.spoken_time(order.opened_at, timezone.now(), order.region.zone),
            **kwargs,
        )


class StickerPage(RequestPage):
    """By the sticker on a terminal, which says which one it is."""

    channel = Request.Channel.STICKER
    needs_proof = False

    def before(self) -> HttpResponse | None:
        sticker = Sticker.objects.select_related("terminal__model").filter(token=self.kwargs["token"]).first()
        if sticker and sticker.lost_at:
            return render(self.request, "public/sticker_lost.html", {"sticker": sticker}, status=410)
        if sticker is None or sticker.voided_at:
            raise Http404
        binding = sticker.terminal.live_binding if sticker.terminal else None
        if binding is None:
            return render(self.request, "public/sticker_unused.html", {"sticker": sticker})
        self.merchant, self.terminals = (binding.merchant, [sticker.terminal])
        return None


class OrderPage(PublicForm):
    """A page about the order of a tracking link."""

    order: WorkOrder

    def before(self) -> HttpResponse | None:
        self.at = timezone.now()
        order = order_by_token(self.kwargs["token"], self.at)
        if order is None:
            raise Http404
        self.order = order
        return None

    @property
    def tracking_url(self) -> str:
        return reverse("public:tracking", args=[self.kwargs["token"]])


class TrackingPage(OrderPage):
    """Where the order stands; after the work, how it was."""

    template_name = "public/tracking.html"
    form_class = RatingForm

    def act(self, form: RatingForm) -> HttpResponse:
        rate_work_order(self.order, at=self.at, **form.cleaned_data)
        return redirect(self.tracking_url)

    def get_context_data(self, **kwargs: Any) -> dict:
        order, zone = self.order, self.order.region.zone
        rating = Rating.objects.filter(order=order).first()
        requests = order.requests.order_by("received_at").prefetch_related("captures")
        approach = tracking.approach(order, self.at)
        arrival = approach.expected_at if approach else tracking.planned_arrival(order)
        return super().get_context_data(
            order=order,
            sentence=tracking.SENTENCES[Status(order.status)],
            message_url=reverse("public:message", args=[self.kwargs["token"]]),
            link_token=self.kwargs["token"],
            stages=tracking.stages(order, self.at),
            approach=approach,
            arrival=arrival and tracking.spoken_time(arrival, self.at, zone),
            due=order.response_due_at and tracking.spoken_time(order.response_due_at, self.at, zone),
            is_late=bool(order.response_due_at and order.response_due_at < self.at),
            received=[
                (tracking.short_time(each.received_at, self.at, zone), each, *tracking.photos_and_voices(each))
                for each in requests
            ],
            is_ongoing=order.status in ONGOING,
            is_waiting=order.status in ONGOING and order.arrived_at is None,
            is_done=order.status in DONE,
            pause=order.pauses.filter(ended_at=None).first() if order.status == Status.PAUSED else None,
            rating=rating,
            now=tracking.short_time(self.at, self.at, zone),
            **kwargs,
        )


class MessagePage(FilingPage, OrderPage):
    """Something to add while the order is open."""

    template_name = "public/message.html"
    form_class = MessageForm

    def before(self) -> HttpResponse | None:
        super().before()
        self.merchant = self.order.merchant
        return None if self.order.status in ONGOING else redirect(self.tracking_url)

    @property
    def chosen(self) -> Terminal | None:
        return self.order.terminal

    def joins(self, terminal: Terminal | None) -> WorkOrder:
        return self.order

    def check_limits(self, terminal: Terminal | None, values: dict, at: datetime) -> None:
        limits.check_filing(
            self.request,
            about=f"order {self.order.pk}",
            phone="",
            is_on_the_spot=True,
            has_proof=values["has_proof"],
            at=at,
        )

    def done_url(self, token: str) -> str:
        return self.tracking_url

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(order=self.order, tracking_url=self.tracking_url, **kwargs)


class EngineerCheckPage(PublicForm):
    """Is this engineer real? Yes or no and nothing more."""

    template_name = "public/engineer_check.html"
    form_class = EngineerCheckForm

    def get_initial(self) -> dict:
        return {"badge": self.request.GET.get("badge", "")[:60], "order": self.request.GET.get("order", "")[:20]}

    def get_context_data(self, too_many: limits.TooMany | None = None, **kwargs: Any) -> dict:
        return super().get_context_data(needs_proof=too_many is not None and too_many.proof_helps, **kwargs)

    def act(self, form: EngineerCheckForm) -> HttpResponse:
        values, at = form.cleaned_data, timezone.now()
        badge, number = values["badge"], values["order"]
        limits.check_engineer(self.request, number=number, has_proof=values["has_proof"], at=at)
        answer = tracking.is_real(badge=badge, number=number, at=at)
        return self.render_to_response(self.get_context_data(form=form, answer=answer))


@method_decorator([login_not_required, never_cache], name="dispatch")
class Challenge(ChallengeView):
    """altcha's own view, open to everybody and throttled. It stands before altcha's in the list of addresses."""

    ratelimit = staticmethod(limits.may_have_challenge)


class Language(PublicPage):
    """Switches the language of this browser and goes back to the page `next`."""

    def post(self, request: HttpRequest) -> HttpResponse:
        language, back = request.POST.get("language", ""), request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            raise Http404
        response = HttpResponseRedirect(back)
        if language in dict(settings.LANGUAGES):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.HTTPS
            )
        return response
