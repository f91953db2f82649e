"""What runs low, and what is bought."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts import actions, forms, lists, permissions
from spareparts.models import Handover, Place, PurchaseOrder, PurchaseRequest, ReorderRule
from spareparts.views.documents import Button, Document, DocumentAction
from toolkit.lists import ListPage
from toolkit.views import FormPage

MOST_AT_ONCE = 60


class ReorderRuleList(ListPage):
    name = "reorder-rule-list"
    title = _("Reorder rules")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.ReorderRuleFilter
    table_class = lists.ReorderRuleTable
    create_url = "office:reorder-rule-set"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Set a rule")
    empty_text = _("No rules yet: say of which part there should always be some at a depot.")

    def rows(self) -> QuerySet[ReorderRule]:
        return ReorderRule.objects.visible_to(self.request.user).with_stock().select_related("part", "place")


class ReorderRuleSet(FormPage):
    """Sets the one rule of a part at a depot."""

    permission = permissions.MOVE_STOCK
    title = _("Set a reorder rule")
    submit_label = _("Save")
    form_class = forms.ReorderRuleForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        rules = ReorderRule.objects.visible_to(self.request.user)
        key = {"part__code": self.request.GET.get("part", ""), "place__code": self.request.GET.get("place", "")}
        asked = {name: self.request.GET[name] for name in self.form_class.base_fields if name in self.request.GET}
        rule = rules.filter(**key).first()
        return (
            rule and {name: getattr(rule, name) for name in ("reorder_point", "order_up_to", "is_active")} or {}
        ) | asked

    def run_action(self, values: dict) -> ReorderRule:
        return actions.set_reorder_rule(values.pop("part"), **values, **self.who)

    def done_url(self, result: ReorderRule) -> str:
        return reverse("office:reorder-rule-list")

    def back_url(self) -> str:
        return reverse("office:reorder-rule-list")


class PurchaseRequestList(ListPage):
    name = "purchase-request-list"
    title = _("Purchase requests")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.PurchaseRequestFilter
    table_class = lists.PurchaseRequestTable
    create_url = "office:purchase-order-make"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Order parts")
    empty_text = _("Nothing runs low.")

    def rows(self) -> QuerySet[PurchaseRequest]:
        rows = PurchaseRequest.objects.visible_to(self.request.user)
        return rows.select_related("part", "place", "suggested_from", "order")

    def table(self) -> lists.PurchaseRequestTable:
        table = super().table()
        table.is_editable = self.request.user.has_perm(permissions.MOVE_STOCK)
        return table


class MoveInstead(DocumentAction):
    title = _("Move it instead of buying it")
    submit_label = _("Send")

    def subjects(self) -> QuerySet[PurchaseRequest]:
        return PurchaseRequest.objects.visible_to(self.request.user).select_related("part", "place", "suggested_from")

    def get_title(self) -> str:
        it = self.subject
        names = {"count": it.quantity, "part": it.part, "source": it.suggested_from, "place": it.place}
        return str(_("Move %(count)d × %(part)s from %(source)s to %(place)s") % names)

    def run_action(self, values: dict) -> Handover:
        return actions.move_instead(self.subject, **self.who)

    def done_url(self, result: Handover) -> str:
        return result.get_absolute_url()


class PurchaseOrderMake(FormPage):
    permission = permissions.MOVE_STOCK
    title = _("Order parts")
    submit_label = _("Place the order")
    form_class = forms.PurchaseForm

    def get_form_kwargs(self) -> dict:
        rows = PurchaseRequest.objects.visible_to(self.request.user).filter(state=PurchaseRequest.State.OPEN)
        rows = rows.select_related("part", "place").order_by("part__name", "pk")
        return super().get_form_kwargs() | {"requests": rows[:MOST_AT_ONCE]}

    def run_action(self, values: dict) -> PurchaseOrder:
        return actions.order_purchase(**values, **self.who)

    def back_url(self) -> str:
        return reverse("office:purchase-request-list")


def orders_of(page: Any) -> QuerySet[PurchaseOrder]:
    """Those of which some lines are for places the person may see."""
    places = Place.objects.visible_to(page.request.user).values("pk")
    lines = PurchaseRequest.objects.filter(place__in=places, order__isnull=False).values("order")
    return PurchaseOrder.objects.filter(pk__in=lines).select_related("supplier", "ordered_by")


class PurchaseOrderList(ListPage):
    name = "purchase-order-list"
    title = _("Purchase orders")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.PurchaseOrderFilter
    table_class = lists.PurchaseOrderTable
    empty_text = _("Nothing has been ordered yet.")

    def rows(self) -> QuerySet[PurchaseOrder]:
        return orders_of(self).prefetch_related("lines__part")


class PurchaseOrderMixin:
    def subjects(self) -> QuerySet[PurchaseOrder]:
        return orders_of(self)


class PurchaseOrderDetail(PurchaseOrderMixin, Document):
    list_url, list_title = "office:purchase-order-list", _("Purchase orders")
    heads = (_("Part"), _("For"), _("Ordered"), _("Received"), _("Missing"), _("Price for one"))

    def facts(self) -> list:
        it = self.subject
        return [
            (_("Supplier"), it.supplier),
            (_("Ordered by"), it.ordered_by.name),
            (_("Ordered"), it.ordered_at),
            (_("Closed"), it.closed_at),
            (_("Note"), it.note),
        ]

    def lines(self) -> list:
        rows = self.subject.lines.select_related("part", "place").order_by("part__name", "pk")
        return [(row.part, row.place, row.quantity, row.received, row.missing or "–", row.unit_cost) for row in rows]

    def buttons(self) -> list[Button]:
        if self.subject.closed_at:
            return []
        return [Button(_("Receive"), "office:purchase-order-receive", style="btn-primary")]


class PurchaseOrderReceive(PurchaseOrderMixin, DocumentAction):
    title = _("What has come")
    submit_label = _("Receive")
    form_class = forms.ArrivedPurchaseForm

    def get_form_kwargs(self) -> dict:
        rows = self.subject.lines.filter(state=PurchaseRequest.State.ORDERED).select_related("part", "place")
        return super().get_form_kwargs() | {"lines": rows}

    def run_action(self, values: dict) -> PurchaseOrder:
        return actions.receive_purchase(self.subject, **values, **self.who)
