"""Terminals that orders move, as the office tells it, and as orders leave them: not back, or away from their place."""

import uuid

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy

from assets.lifecycle import TerminalStatus
from assets.models import Binding, Custody, Mismatch, Terminal
from assets.permissions import EXPORT_TERMINALS
from assets.views.office import TerminalMixin
from evidence.actions import keep_picture
from evidence.models import Capture
from merchants.models import Merchant
from toolkit.lists import ListPage
from toolkit.views import ActionPage
from workorders import actions, forms, permissions
from workorders.lists import NotBackFilter, NotBackTable
from workorders.models import WorkOrder
from workorders.views.office import OrderAction

RETRIEVES = "retrieve"  # code of the order type


class NotBackList(ListPage):
    """In a bag after the order that took it away was closed; or still at a merchant that has closed. Oldest first."""

    name = "not-back-list"
    title = gettext_lazy("Closed but not back")
    permission = permissions.VIEW_ORDER
    filterset_class = NotBackFilter
    table_class = NotBackTable
    export_permission = EXPORT_TERMINALS
    empty_text = gettext_lazy("Everything that was taken away has come back.")

    def rows(self) -> QuerySet[Terminal]:
        terminals = Terminal.objects.visible_to(self.request.user).select_related("model", "region", "holder")
        latest = Custody.objects.filter(terminal=OuterRef("pk")).order_by("-at", "-id")
        attempts = (
            WorkOrder.objects.filter(terminal=OuterRef("pk"), type__code=RETRIEVES)
            .order_by()
            .values("terminal")
            .annotate(count=Count("pk"))
            .values("count")
        )
        rows = terminals.with_live_bindings().annotate(
            order_number=Subquery(latest.values("order_number")[:1]),
            attempts=Coalesce(Subquery(attempts, output_field=IntegerField()), 0),
        )
        if self.request.GET.get("case") == NotBackFilter.AT_A_CLOSED_MERCHANT:
            closed = Binding.objects.live().filter(merchant__status=Merchant.Status.CLOSED)
            rows = rows.filter(status=TerminalStatus.LIVE, pk__in=closed.values("terminal"))
        else:
            still_going_on = WorkOrder.objects.ongoing().filter(number=OuterRef("order_number"))
            rows = rows.filter(status=TerminalStatus.RETRIEVED).exclude(Exists(still_going_on))
        return rows.order_by("since", "pk")


class TerminalReportPlace(TerminalMixin, ActionPage):
    permission = permissions.OPEN_ORDER
    template_name = "assets/action.html"
    title = gettext_lazy("Report it away from its place")
    submit_label = gettext_lazy("Report")
    form_class = forms.ReportPlaceForm

    def run_action(self, values: dict) -> Mismatch | None:
        return actions.report_place(self.subject, **values, by=self.request.user, at=timezone.now())


class OrderTerminal(OrderAction):
    """What the engineer does with the phone, told by the office for them."""

    permission = permissions.TELL_SWAP

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"order": self.subject}


class SwapTerminal(OrderTerminal):
    title = gettext_lazy("Swap the terminal")
    submit_label = gettext_lazy("Swap")
    form_class = forms.SwapForm

    def run_action(self, values: dict) -> Binding:
        who = self.who
        photos = [
            keep_picture(file, id=uuid.uuid4(), kind=Capture.Kind.PHOTO, source=Capture.Source.UNKNOWN, **who)
            for file in values.pop("captures")
        ]
        return actions.swap_terminal(self.subject, photos=photos, **values, **who)


class RetrieveTerminal(OrderTerminal):
    title = gettext_lazy("Take the terminal away")
    submit_label = gettext_lazy("Take away")
    form_class = forms.RetrieveForm

    def run_action(self, values: dict) -> Terminal:
        return actions.retrieve_terminal(self.subject, **values, **self.who)


class RelocateTerminal(OrderTerminal):
    title = gettext_lazy("Register another place")
    submit_label = gettext_lazy("Register")
    form_class = forms.RelocateHereForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Binding:
        return actions.relocate_terminal(self.subject, **values, **self.who)
