"""The keeper's pick list: what is asked for in the field."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from spareparts import actions, forms, lists, permissions
from spareparts.models import Handover, Requisition, Stock
from spareparts.views.documents import Button, Document, DocumentAction, order_link
from toolkit.lists import ListPage

State = Requisition.State


class RequisitionList(ListPage):
    name = "requisition-list"
    title = _("Requisitions")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.RequisitionFilter
    table_class = lists.RequisitionTable
    empty_text = _("Nobody has asked for parts yet.")

    def rows(self) -> QuerySet[Requisition]:
        rows = Requisition.objects.visible_to(self.request.user)
        return rows.select_related("person", "source__person").prefetch_related("lines__part")


class RequisitionMixin:
    def subjects(self) -> QuerySet[Requisition]:
        rows = Requisition.objects.visible_to(self.request.user)
        return rows.select_related("person", "source__person", "decided_by", "handover")


class RequisitionDetail(RequisitionMixin, Document):
    list_url, list_title = "office:requisition-list", _("Requisitions")
    heads = (_("Part"), _("Quantity"), _("There"))

    def facts(self) -> list:
        it = self.subject
        return [
            (_("For whom"), it.person.name),
            (_("Work order"), order_link(it.order_number)),
            (_("Out of"), it.source),
            (_("Value"), it.value),
            (_("Asked"), it.asked_at),
            (_("Held until"), it.expires_at if it.state in Requisition.OPEN and not it.source.person else None),
            (_("Decided by"), it.decided_by and it.decided_by.name),
            (_("Reason"), it.reason),
            (_("Hand-over"), it.handover),
            (_("Note"), it.note),
        ]

    def lines(self) -> list:
        there = dict(Stock.objects.filter(place=self.subject.source).values_list("part", "quantity"))
        rows = self.subject.lines.select_related("part")
        return [(row.part, row.quantity, there.get(row.part_id, 0)) for row in rows]

    def buttons(self) -> list[Button]:
        refuse = Button(_("Refuse"), "office:requisition-refuse", style="btn-outline-danger")
        give = Button(_("Hand over"), "office:requisition-give", style="btn-primary", posts=True)
        if self.subject.source.person_id:
            return []
        return {
            State.ASKED: [
                refuse,
                Button(_("Approve"), "office:requisition-approve", permissions.APPROVE_STOCK, "btn-green", posts=True),
            ],
            State.APPROVED: [refuse, Button(_("Picked"), "office:requisition-pick", posts=True), give],
            State.PICKED: [refuse, give],
        }.get(self.subject.state, [])


class RequisitionApprove(RequisitionMixin, DocumentAction):
    permission = permissions.APPROVE_STOCK
    title = _("Approve the requisition")

    def run_action(self, values: dict) -> Requisition:
        return actions.approve_requisition(self.subject, **self.who)


class RequisitionPick(RequisitionMixin, DocumentAction):
    title = _("Picked")

    def run_action(self, values: dict) -> Requisition:
        return actions.pick_parts(self.subject, **self.who)


class RequisitionGive(RequisitionMixin, DocumentAction):
    title = _("Hand over")
    success_message = _("On the way: it is confirmed on the phone.")

    def run_action(self, values: dict) -> Handover:
        return actions.give_parts(self.subject, **self.who)


class RequisitionRefuse(RequisitionMixin, DocumentAction):
    title = _("Refuse the requisition")
    form_class = forms.ReasonForm

    def run_action(self, values: dict) -> Requisition:
        return actions.refuse_requisition(self.subject, **values, **self.who)
