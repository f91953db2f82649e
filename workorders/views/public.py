"""What a merchant does without a login: report a fault, follow it, answer, rate, and ask whether an engineer is real.

These pages hold no right but what stands in their address: nothing rests on a cookie. They are therefore exempt from the
cross-site check, which could not work anyway: under no-referrer a browser sends its forms with `Origin: null`.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from altcha_django.views import ChallengeView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
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
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from assets.models import Sticker, Terminal
from evidence.actions import keep_picture
from evidence.models import Capture
from merchants.models import Merchant
from toolkit.errors import Refused
from toolkit.secrets import normalize_phone
from workorders import public_limits as limits
from workorders.actions import order_by_token, rate_work_order, receive_request
from workorders.lifecycle import DONE, ONGOING, WITH_ENGINEER, Status
from workorders.links import merchant_of
from workorders.models import Rating, Request, WorkOrder, WorkOrderType
from workorders.public_forms import EngineerCheckForm, FilingForm, MessageForm, RatingForm, RequestForm, masked
from workorders.tracking import approach, spoken_time, stages

REPAIR = "repair"  # code of the order type of what is reported here


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class PublicPage(TemplateView):
    """Not stored, not indexed, tells no other site where it was. What is not there has one page whatever the reason."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = self.before() or super().dispatch(request, *args, **kwargs)
        except Http404:
            response = render(request, "public/not_found.html", status=404)
        except limits.TooMany as too_many:
            response = self.too_many(too_many)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def before(self) -> HttpResponse | None:
        """Finds what the address names; a response given here takes the place of the page."""
        return None

    def too_many(self, too_many: limits.TooMany) -> HttpResponse:
        return render(
            self.request,
            "public/too_many.html",
            {"sentence": str(too_many)},
            status=429,
            headers={"Retry-After": str(too_many.wait_s)},
        )


class FilingPage(PublicPage, FormView):
    """Brings us something. What cannot be taken comes back filled in."""

    channel = Request.Channel.LINK
    merchant: Merchant
    order: WorkOrder | None = None  # the open one that this joins
    needs_proof = False

    def file(self, values: dict, photos: list[Capture]) -> tuple[Request, str | None]:
        raise NotImplementedError

    def check_limits(self, values: dict, has_proof: bool) -> None:
        raise NotImplementedError

    def form_valid(self, form: FilingForm) -> HttpResponse:
        values = form.cleaned_data
        values.pop("website")
        try:
            if not Request.objects.filter(pk=values["id"]).exists():  # a repeat costs nothing
                self.check_limits(values, values.pop("has_proof", False))
            filed, token = self.file(values, kept(values.pop("photos"), values["id"]))
        except limits.TooMany as too_many:
            self.needs_proof = too_many.proof_helps
            form.add_error(None, str(too_many))
            response = self.form_invalid(form)
            response.status_code, response["Retry-After"] = (429, str(too_many.wait_s))
            return response
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self.form_invalid(form)
        if token is None:
            return render(self.request, "public/rejected.html", {"reason": filed.reject_reason}, status=409)
        return redirect(self.done_url(token))

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def done_url(self, token: str) -> str:
        return reverse("public:tracking", args=[token])


class RequestPage(FilingPage):
    """By the merchant's link: the terminal is chosen among those that are there."""

    template_name = "public/request.html"
    needs_proof = True

    def before(self) -> None:
        merchant = merchant_of(self.kwargs["token"])
        if merchant is None:
            raise Http404
        self.merchant = merchant
        self.terminals = list(
            Terminal.objects.filter(bindings__in=merchant.bindings.live()).select_related("model").order_by("pk")
        )

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
        return {order.terminal_id: order for order in orders.select_related("region").order_by("pk")}
