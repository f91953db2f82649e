"""Orders and requests as the office sees them: lists, pages and what may be done to them."""

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from assets.models import Terminal
from merchants import permissions as merchant_permissions
from merchants.models import Merchant
from toolkit.choices import ChoicePage
from toolkit.forms import Confirm, ReasonForm
from toolkit.lists import ListPage, Table
from toolkit.views import ActionPage, DetailPage, FormPage, Page, SubjectMixin
from workforce.models import User
from workorders import actions, forms, lists, permissions
from workorders.clock import clocks
from workorders.lifecycle import NEXT, ONGOING, UNDER_WAY, Outcome, Status
from workorders.models import Request, WorkOrder
from workorders.preparation import warnings_before
from workorders.public_forms import TAGS
from workorders.queries import durations, planned_in_words, stages

TERMINAL_STEPS = {  # by code of the order type
    "swap": ("office:work-order-swap", gettext_lazy("Swap the terminal")),
    "retrieve": ("office:work-order-retrieve", gettext_lazy("Take the terminal away")),
    "relocate": ("office:work-order-relocate", gettext_lazy("Register another place")),
}
IN_ROW = ("type", "merchant", "engineer", "region", "terminal", "symptom", "cause", "remedy")


class OrderListPage(ListPage):
    permission = permissions.VIEW_ORDER
    export_permission = permissions.EXPORT_ORDERS
    create_url = "office:work-order-create"
    create_permission = permissions.OPEN_ORDER
    create_label = gettext_lazy("New work order")

    def rows(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user).select_related(*IN_ROW).prefetch_related("pauses")

    def table(self) -> Table:
        table = super().table()
        table.at = timezone.now()
        return table


class WorkOrderList(OrderListPage):
    name = "work-order-list"
    title = gettext_lazy("Work orders")
    filterset_class = lists.WorkOrderFilter
    table_class = lists.WorkOrderTable
    empty_text = gettext_lazy("No work orders yet: open one, or wait for a merchant to report a fault.")


class WorkOrderPool(OrderListPage):
    """What nobody has yet, the most urgent first."""

    name = "work-order-pool"
    title = gettext_lazy("Order pool")
    filterset_class = lists.PoolFilter
    table_class = lists.PoolTable
    empty_text = gettext_lazy("The pool is empty: every order has somebody.")

    def rows(self) -> QuerySet[WorkOrder]:
        rows = super().rows().in_pool().prefetch_related("rejections__person")
        return rows.order_by("priority", F("response_due_at").asc(nulls_last=True), "pk")


class EngineerSearch(ChoicePage):
    """People who do orders, to filter by."""

    permission = permissions.VIEW_ORDER

    def rows(self) -> QuerySet[User]:
        return User.objects.visible_to(self.request.user).engineers().select_related("region")

    def choice(self, row: User) -> tuple[str, str]:
        return row.username, " · ".join(filter(None, [row.name, row.region and row.region.name]))


class OrderMixin:
    permission = permissions.VIEW_ORDER

    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user).select_related(
            *IN_ROW,
            "booking",
            "run__version",
            "terminal__model",
            "opened_by",
            "signature",
            "sla_policy",
            "arrival_photo",
            "completion_photo",
        )


class WorkOrderDetail(OrderMixin, DetailPage):
    template_name = "workorders/detail.html"

    def get_context_data(self, **kwargs) -> dict:
        order, status = (self.subject, Status(self.subject.status))
        can_edit = self.request.user.has_perm(permissions.EDIT_ORDER)
        following = NEXT[status]
        rating = getattr(order, "rating", None)
        return super().get_context_data(
            stages=stages(order),
            clocks=clocks(order, timezone.now()),
            sla_warnings=order.sla_warnings.all(),
            durations=durations(order),
            requests=order.requests.order_by("received_at"),
            rating=rating,
            rating_tags=[TAGS.get(tag, tag) for tag in rating.tags] if rating else [],
            pause=order.pauses.filter(ended_at=None).first(),
            planned=planned_in_words(order),
            warnings=warnings_before(order, at=timezone.now()),
            priority=lists.priority_badge(order.priority),
            can_assign=Status.ASSIGNED in following,
            can_edit=can_edit and status in ONGOING,
            can_return=can_edit and Status.OPEN in following,
            can_cancel=can_edit and Status.CANCELLED in following,
            terminal_step=TERMINAL_STEPS.get(order.type.code) if status in UNDER_WAY else None,
            can_close=can_edit and Status.CLOSED in following,
            can_link=can_edit and status != Status.CANCELLED,
            **kwargs,
        )


class OrderAction(OrderMixin, ActionPage):
    permission = permissions.EDIT_ORDER
    template_name = "workorders/action.html"


class WorkOrderEdit(OrderAction):
    title = gettext_lazy("Edit the order")
    submit_label = gettext_lazy("Save")
    form_class = forms.EditForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def run_action(self, values: dict) -> WorkOrder:
        return actions.change_work_order(self.subject, **values, **self.who)


class WorkOrderReturn(OrderAction):
    title = gettext_lazy("Put the order back into the pool")
    submit_label = gettext_lazy("Put back")
    form_class = ReasonForm

    def run_action(self, values: dict) -> WorkOrder:
        return actions.return_to_pool(self.subject, **values, **self.who)


class WorkOrderCancel(OrderAction):
    title = gettext_lazy("Cancel the order")
    submit_label = gettext_lazy("Cancel the order")
    form_class = ReasonForm
    template_name = "workorders/cancel.html"

    def run_action(self, values: dict) -> WorkOrder:
        return actions.cancel_work_order(self.subject, **values, **self.who)


class WorkOrderClose(OrderAction):
    title = gettext_lazy("Close the order")
    submit_label = gettext_lazy("Close")
    form_class = Confirm
    template_name = "workorders/close.html"

    def run_action(self, values: dict) -> WorkOrder:
        return actions.close_work_order(self.subject, **self.who)


class WorkOrderTrackingLink(OrderAction):
    """Makes a link and shows it in the same answer: afterwards only its hash is known."""

    title = gettext_lazy("Tracking link for the merchant")
    submit_label = gettext_lazy("Make a link")
    form_class = Confirm
    template_name = "workorders/tracking_link.html"

    def form_valid(self, form) -> HttpResponse:
        token = actions.make_tracking_link(self.subject, **self.who)
        url = self.request.build_absolute_uri(reverse("public:tracking", args=[token]))
        return render(self.request, self.template_name, self.get_context_data(form=form, tracking_url=url))


class WorkOrderCreate(Page, TemplateView):
    """Without ?merchant= or ?terminal= it asks which merchant; with it, what is wanted there."""

    permission = permissions.OPEN_ORDER
    title = gettext_lazy("New work order")

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        wanted = {"merchant": request.GET.get("merchant", ""), "terminal": request.GET.get("terminal", "")}
        if any(wanted.values()):
            return RequestOnBehalf.as_view()(request, **wanted)
        form = forms.MerchantChoice(by=request.user)
        return render(request, "workorders/choose_merchant.html", self.get_context_data(form=form))

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return self.get(request, *args, **kwargs)


class RequestOnBehalf(FormPage):
    permission = permissions.OPEN_ORDER
    title = gettext_lazy("New work order")
    submit_label = gettext_lazy("File the request")
    form_class = forms.RequestOnBehalfForm
    template_name = "workorders/create.html"

    @cached_property
    def terminal(self) -> Terminal | None:
        """The one named in the address, if it is at a merchant."""
        live = Terminal.objects.filter(serial=self.kwargs["terminal"], bindings__ended_at=None)
        return live.first() if self.kwargs["terminal"] else None

    @cached_property
    def merchant(self) -> Merchant:
        merchants = Merchant.objects.visible_to(self.request.user).not_merged().select_related("region")
        if self.kwargs["merchant"]:
            merchant = merchants.filter(number=self.kwargs["merchant"]).first()
        else:
            merchant = merchants.filter(bindings__terminal=self.terminal, bindings__ended_at=None).first()
        if merchant is None:
            raise Http404
        return merchant

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"merchant": self.merchant}

    def get_initial(self) -> dict:
        return {
            "terminal": self.terminal and self.terminal.serial,
            "contact": self.merchant.contacts.filter(is_primary=True).first(),
        }

    def get_context_data(self, **kwargs) -> dict:
        ongoing = self.merchant.work_orders.ongoing().select_related("type", "engineer", "terminal")[:10]
        return super().get_context_data(merchant=self.merchant, ongoing=ongoing, **kwargs)

    def run_action(self, values: dict) -> Request:
        request, _token = actions.receive_request(
            **values, merchant=self.merchant, by=self.request.user, at=timezone.now()
        )
        names = {"order": request.order, "reason": request.reject_reason}
        if request.outcome == Outcome.REJECTED:
            messages.error(self.request, _("Not possible: %(reason)s") % names)
        elif request.outcome == Outcome.MERGED:
            messages.info(self.request, _("Added to %(order)s, which was reported just now.") % names)
        else:
            messages.success(self.request, _("%(order)s is in the pool.") % names)
        return request

    def done_url(self, result: Request) -> str:
        return (result.order or result).get_absolute_url()

    def back_url(self) -> str:
        return self.merchant.get_absolute_url()


class RequestList(ListPage):
    name = "request-list"
    title = gettext_lazy("Requests")
    permission = permissions.VIEW_REQUEST
    filterset_class = lists.RequestFilter
    table_class = lists.RequestTable
    create_url = "office:work-order-create"
    create_permission = permissions.OPEN_ORDER
    create_label = gettext_lazy("File a request")
    empty_text = gettext_lazy("Nobody has asked for anything yet.")

    def rows(self) -> QuerySet[Request]:
        return (
            Request.objects.visible_to(self.request.user)
            .select_related("merchant", "type", "order", "terminal", "region", "received_by")
            .defer("contact_phone")
        )


class RequestMixin:
    permission = permissions.VIEW_REQUEST

    def subjects(self) -> QuerySet[Request]:
        return Request.objects.visible_to(self.request.user).select_related(
            "merchant", "type", "order", "terminal", "region", "received_by"
        )


class RequestDetail(RequestMixin, DetailPage):
    template_name = "workorders/request.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(captures=self.subject.captures.all(), **kwargs)


class RequestRevealPhone(RequestMixin, SubjectMixin, Page, TemplateView):
    """Answers a press of the button with the number, which is written down."""

    permission = merchant_permissions.REVEAL_PHONE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        phone = actions.reveal_phone(self.subject, by=request.user, at=timezone.now())
        response = render(request, "merchants/phone.html", {"phone": phone})
        response["Cache-Control"] = "no-store"
        return response
