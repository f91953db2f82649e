"""What an order needs of whoever does it, and the parts that were used up on it."""

from django.utils.translation import gettext_lazy

from spareparts.models import Movement
from spareparts.queries import carried_by
from toolkit.views import PanelPage
from workorders import actions, forms, permissions
from workorders.actions.needs import MAY_USE_PARTS
from workorders.lifecycle import ONGOING
from workorders.models import WorkOrder
from workorders.views.office import OrderAction, OrderMixin

MOST_MOVES = 50


class OrderNeeds(OrderMixin, PanelPage):
    template_name = "workorders/needs.html"

    def get_context_data(self, **kwargs) -> dict:
        order = self.subject
        carried = carried_by(order.engineer, {need.id for need in order.needs.parts}) if order.engineer else {}
        can_edit = self.request.user.has_perm(permissions.EDIT_ORDER)
        used = Movement.objects.filter(order_number=order.number).select_related("part", "by", "source__person")
        return super().get_context_data(
            skills=order.needs.skills,
            parts=[(need, carried.get(need.id, 0)) for need in order.needs.parts],
            used=used[:MOST_MOVES],
            can_change=can_edit and order.status in ONGOING,
            can_use=can_edit and order.engineer_id is not None and order.status in MAY_USE_PARTS,
            **kwargs,
        )


class ChangeNeeds(OrderAction):
    title = gettext_lazy("What the order needs")
    submit_label = gettext_lazy("Save")
    form_class = forms.NeedsForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"order": self.subject}

    def run_action(self, values: dict) -> WorkOrder:
        return actions.change_needs(self.subject, **values, **self.who)

    def done_url(self, result: WorkOrder) -> str:
        return f"{self.subject.get_absolute_url()}#needs"


class UsePart(OrderAction):
    title = gettext_lazy("Book a part as used up")
    submit_label = gettext_lazy("Book")
    form_class = forms.UsePartForm

    def run_action(self, values: dict) -> Movement:
        return actions.use_part(self.subject, **values, **self.who)

    def done_url(self, result: Movement) -> str:
        return f"{self.subject.get_absolute_url()}#needs"
