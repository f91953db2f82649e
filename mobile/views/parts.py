"""Parts for an order: who has what, how far away, and asking for it."""

from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from mobile.parts import asked_by, wanted_for, within_reach
from mobile.preparing import preparation_of
from mobile.views.orders import OrderMixin
from mobile.views.pages import FieldPage
from spareparts.models import Movement, Part, Stock
from spareparts.permissions import REQUEST_PARTS
from workorders.actions.needs import MAY_USE_PARTS
from workorders.lifecycle import WITH_ENGINEER, Status

MOST_NAMES = 300


class OrderPartsPage(OrderMixin, TemplateView):
    title = _("Parts for the order")
    permission = REQUEST_PARTS
    template_name = "mobile/parts.html"

    def get_title(self) -> str:
        return str(self.title)

    def get_context_data(self, **kwargs) -> dict:
        order, user = self.subject, self.request.user
        return super().get_context_data(
            order=order,
            wanted=wanted_for(order, user, self.at),
            asked=asked_by(user, order.number),
            used=Movement.objects.filter(order_number=order.number, kind=Movement.Kind.USE).select_related("part"),
            bag=Stock.objects.in_bag_of(user).there().select_related("part").order_by("part__name"),
            may_use=order.status in MAY_USE_PARTS,
            every_part=Part.objects.in_use()[:MOST_NAMES],
            places=within_reach(user),
            may_ask=order.status in WITH_ENGINEER,
            may_wait=order.status in (Status.ON_SITE, Status.IN_PROGRESS),
            **kwargs,
        )


class PreparePage(FieldPage, TemplateView):
    """What the orders of today and tomorrow need, or likely do, and the own bag has not."""

    title = _("Prepare")
    permission = REQUEST_PARTS
    template_name = "mobile/prepare.html"

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        return super().get_context_data(prepared=preparation_of(user, self.at).find(user, self.at), **kwargs)
