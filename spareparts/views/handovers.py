"""Parts on their way from one to another."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from spareparts import actions, forms, lists, permissions
from spareparts.models import Handover
from spareparts.views.documents import Button, Document, DocumentAction, order_link
from toolkit.lists import ListPage


class HandoverList(ListPage):
    name = "handover-list"
    title = _("Hand-overs")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.HandoverFilter
    table_class = lists.HandoverTable
    create_url = "office:stock-transfer"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Hand out parts")
    empty_text = _("Nothing has been handed over yet.")

    def rows(self) -> QuerySet[Handover]:
        rows = Handover.objects.visible_to(self.request.user)
        return rows.select_related("source__person", "target__person", "sent_by", "done_by")


class HandoverMixin:
    def subjects(self) -> QuerySet[Handover]:
        rows = Handover.objects.visible_to(self.request.user)
        return rows.select_related("source__person", "target__person", "sent_by", "done_by")


class HandoverDetail(HandoverMixin, Document):
    list_url, list_title = "office:handover-list", _("Hand-overs")
    heads = (_("Part"), _("Sent"), _("Arrived"), _("Value"))

    def facts(self) -> list:
        it = self.subject
        return [
            (_("Kind"), it.get_kind_display()),
            (_("Out of"), it.source),
            (_("To"), it.target),
            (_("Work order"), order_link(it.order_number)),
            (_("Sent by"), it.sent_by and it.sent_by.name),
            (_("Sent"), it.sent_at),
            (_("Confirmed by"), it.done_by and it.done_by.name),
            (_("Settled"), it.done_at),
            (_("Note"), it.note),
            (_("Reason"), it.reason),
        ]

    def lines(self) -> list:
        rows = self.subject.lines.select_related("part")
        return [(row.part, row.quantity, "–" if row.arrived is None else row.arrived, row.value) for row in rows]

    def buttons(self) -> list[Button]:
        if self.subject.state != Handover.State.SENT:
            return []
        back = Button(_("Send back"), "office:handover-send-back")
        if self.subject.target.person:
            return [back]
        return [
            back,
            Button(_("Not everything arrived"), "office:handover-arrive"),
            Button(_("Everything arrived"), "office:handover-confirm", style="btn-green", posts=True),
        ]

    def hint(self) -> str:
        person = self.subject.target.person
        if person is None or self.subject.state != Handover.State.SENT:
            return ""
        return str(_("%(name)s confirms on the phone.") % {"name": person.name})


class HandoverConfirm(HandoverMixin, DocumentAction):
    title = _("Everything arrived")
    success_message = _("The parts are in stock.")

    def run_action(self, values: dict) -> Handover:
        return actions.confirm_parts(self.subject, **self.who)


class HandoverArrive(HandoverMixin, DocumentAction):
    title = _("What arrived")
    submit_label = _("Confirm")
    form_class = forms.ArrivalForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"lines": self.subject.lines.select_related("part")}

    def run_action(self, values: dict) -> Handover:
        return actions.confirm_parts(self.subject, **values, **self.who)


class HandoverSendBack(HandoverMixin, DocumentAction):
    title = _("Send back")
    form_class = forms.ReasonForm

    def run_action(self, values: dict) -> Handover:
        return actions.take_back_parts(self.subject, **values, **self.who)
