"""Today's work, and one order of it."""

import hashlib
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from inspections.models import Kind
from merchants.actions import reveal_phone as reveal_contact
from mobile import sentences
from mobile.help import help_for
from mobile.queries import OrderPage as OrderParts
from mobile.queries import day_of, order_page, phone_contact, phone_request
from mobile.views.pages import FieldPage, PhoneDoor
from procedures.steps import Severity
from prospecting.permissions import PROSPECT
from prospecting.rounds import day_round
from toolkit.errors import Refused
from toolkit.secrets import normalize_phone
from toolkit.views import SubjectMixin
from workforce.models import User
from workorders.actions import reveal_phone as reveal_requester
from workorders.lifecycle import ONGOING
from workorders.models import Pause, WorkOrder
from workorders.permissions import DO_ORDER


class TodayPage(FieldPage, TemplateView):
    """The page asks for its list again every 20 seconds and says which one it shows: 204 when that is still right."""

    title = gettext_lazy("Today")
    template_name = "mobile/today.html"

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if "seen" not in request.GET:
            return super().get(request, *args, **kwargs)
        context = self.get_context_data()
        same = request.GET["seen"] == context["seen"]
        return HttpResponse(status=204) if same else render(request, "mobile/jobs_fresh.html", context)

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        of_the_day = {"round": day_round(user, self.at)} if user.has_perm(PROSPECT) else {"day": day_of(user, self.at)}
        context = super().get_context_data(**of_the_day, **kwargs)
        template = "field/prospecting_round.html" if "round" in of_the_day else "mobile/jobs.html"
        jobs = render_to_string(template, context, self.request)
        return {**context, "jobs": jobs, "seen": hashlib.sha256(jobs.encode()).hexdigest()[:16]}


def own_orders(user: User) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.visible_to(user).select_related(
        "merchant", "type", "terminal__model", "region", "booking", "run__version__procedure", "signature"
    )


class OrderMixin(SubjectMixin, FieldPage):
    """One of the person's own orders."""

    permission = DO_ORDER

    def subjects(self) -> QuerySet[WorkOrder]:
        return own_orders(self.request.user)

    def get_title(self) -> str:
        return self.subject.merchant.name


def rendered_order(request: HttpRequest, order: WorkOrder, at: datetime) -> str:
    """The part of the order page that a command may change."""
    return rendered_page(request, order_page(order, request.user, at), at)


def rendered_page(request: HttpRequest, page: OrderParts, at: datetime) -> str:
    context = {
        "page": page,
        "order": page.order,
        "at": at,
        "sentences": sentences,
        "pause_reasons": Pause.Reason.choices,
        "severities": Severity.choices,
        "finding_kinds": Kind.choices,
    }
    context["help"] = help_for(page.order, request.user)
    return render_to_string("mobile/order_body.html", context, request)


class OrderPage(OrderMixin, TemplateView):
    template_name = "mobile/order.html"

    @cached_property
    def parts(self) -> OrderParts:
        return order_page(self.subject, self.request.user, self.at)

    def get_context_data(self, **kwargs) -> dict:
        body = rendered_page(self.request, self.parts, self.at)
        return super().get_context_data(order=self.subject, version=self.parts.version, body=body, **kwargs)


class OrderFreshness(FieldPage, View):
    """Says so when the order is no longer as the page shows it; 204 otherwise. The page is not replaced unasked:
    somebody may be writing on it."""

    permission = DO_ORDER

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        order = WorkOrder.objects.visible_to(request.user).filter(number=number).first()
        if order is not None and order_page(order, request.user, self.at).version == request.GET.get("seen"):
            return HttpResponse(status=204)
        return render(request, "mobile/order_changed.html", {"order": order})


class OrderPhone(OrderMixin, PhoneDoor):
    """The clear number, written down in the journal; only while the order is open. The answer is never stored."""

    def post(self, request: HttpRequest, number: str, key: str) -> HttpResponse:
        if self.subject.status not in ONGOING:
            raise Refused(_("This order is over, so its phone numbers are no longer given out. Ask your dispatcher."))
        if key == "contact" and (contact := phone_contact(self.subject)):
            phone = reveal_contact(contact, by=request.user, at=self.at)
        elif key == "request" and (asked := phone_request(self.subject)):
            phone = reveal_requester(asked, by=request.user, at=self.at)
        else:
            raise Http404
        phone = normalize_phone(phone) or phone
        if not self.is_plain:
            response: HttpResponse = JsonResponse({"phone": phone})
        else:
            response = render(request, "mobile/phone.html", self.get_context_data(order=self.subject, phone=phone))
        response["Cache-Control"] = "no-store"
        return response

    def refused(self, refusal: Refused) -> HttpResponse:
        if not self.is_plain:
            return super().refused(refusal)
        context = self.get_context_data(order=self.subject, refusal=refusal)
        return render(self.request, "mobile/phone.html", context, status=422)
