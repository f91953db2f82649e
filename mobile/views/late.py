"""The office's side of phones: work that came too late, and the phones themselves."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mobile import actions
from mobile.commands import COMMANDS
from mobile.lists import LateWorkFilter, LateWorkTable
from mobile.models import Device, Parked
from mobile.operations import shown_answer_of
from mobile.permissions import SETTLE_LATE_WORK
from toolkit.forms import Confirm, ReasonForm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, PanelPage
from workforce.models import User
from workforce.permissions import EDIT_PEOPLE
from workorders.models import WorkOrder


def shown(row: Parked, order: WorkOrder) -> dict[str, Any]:
    return {"row": row, "what": COMMANDS["orders", row.kind].label, **shown_answer_of(row, order)}


class LateWorkList(ListPage):
    """What phones sent in when the order was over or somebody else's."""

    name = "late-work-list"
    title = _("Sent in too late")
    permission = SETTLE_LATE_WORK
    filterset_class = LateWorkFilter
    table_class = LateWorkTable
    empty_text = _("Nothing has come in too late.")

    def rows(self) -> QuerySet[Parked]:
        return Parked.objects.visible_to(self.request.user).select_related("order__merchant", "by", "settled_by")


class OrderLateWork(PanelPage):
    permission = SETTLE_LATE_WORK
    template_name = "late/panel.html"

    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user).select_related("run__version")

    def get_context_data(self, **kwargs) -> dict:
        rows = self.subject.parked.select_related("by", "settled_by").prefetch_related("captures")
        parked = [
            {"row": row, "what": COMMANDS["orders", row.kind].label, **shown_answer_of(row, self.subject)}
            for row in rows
        ]
        return super().get_context_data(parked=parked, **kwargs)


class LateWorkAction(ActionPage):
    permission = SETTLE_LATE_WORK
    slug_field = "pk"
    template_name = "late/settle.html"

    def subjects(self) -> QuerySet[Parked]:
        return Parked.objects.visible_to(self.request.user).select_related(
            "order__merchant", "order__run__version", "by"
        )

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(each=shown(self.subject, self.subject.order), **kwargs)

    def done_url(self, result: Any) -> str:
        return f"{self.subject.order.get_absolute_url()}#late"

    def back_url(self) -> str:
        return self.done_url(None)


class TakeOver(LateWorkAction):
    title = _("Take over what came too late")
    submit_label = _("Take over")
    form_class = Confirm

    def run_action(self, values: dict) -> Parked:
        return actions.take_over(self.subject, by=self.request.user, at=timezone.now())


class Dismiss(LateWorkAction):
    title = _("Dismiss what came too late")
    submit_label = _("Dismiss")
    form_class = ReasonForm

    def run_action(self, values: dict) -> Parked:
        return actions.dismiss(self.subject, **values, by=self.request.user, at=timezone.now())


class PersonMixin:
    permission = EDIT_PEOPLE
    slug_field = "username"

    def subjects(self) -> QuerySet[User]:
        return User.objects.visible_to(self.request.user)


class PersonPhones(PersonMixin, PanelPage):
    template_name = "late/phones.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(devices=self.subject.devices.all(), **kwargs)


class RevokeDevice(PersonMixin, ActionPage):
    title = _("Revoke the phone")
    submit_label = _("Revoke")
    form_class = Confirm
    template_name = "late/revoke.html"

    @property
    def device(self) -> Device:
        device = self.subject.devices.filter(pk=self.kwargs["device"]).first()
        if device is None:
            raise Http404
        return device

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(device=self.device, **kwargs)

    def run_action(self, values: dict) -> Device:
        return actions.revoke_device(self.device, by=self.request.user, at=timezone.now())
