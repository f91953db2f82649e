"""What work orders show on their own page and on those of merchants, terminals and people."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from assets.models import Terminal
from merchants.models import Merchant
from procedures.queries import checklist
from toolkit.views import PanelPage
from workforce.models import User
from workorders import permissions
from workorders.links import request_link
from workorders.lists import WorkOrderTable
from workorders.models import WorkOrder
from workorders.queries import history
from workorders.views.office import IN_ROW, OrderMixin

LATEST = 20


class OrderPromises(OrderMixin, PanelPage):
    template_name = "workorders/promises.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(promises=self.subject.promises.select_related("answered_by"), **kwargs)


class OrderChecklist(OrderMixin, PanelPage):
    template_name = "workorders/checklist.html"

    def get_context_data(self, **kwargs) -> dict:
        every = checklist(self.subject.run) if self.subject.run else []
        steps = [step for step in every if step.is_taken]
        return super().get_context_data(
            steps=steps,
            version=self.subject.run,
            answered=sum(step.answer is not None for step in steps),
            **kwargs,
        )


class OrderPhotos(OrderMixin, PanelPage):
    template_name = "workorders/photos.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            captures=self.subject.captures.select_related("by"),
            may_open_originals=self.request.user.has_perm(permissions.OPEN_ORIGINAL),
            **kwargs,
        )


class OrderHistory(OrderMixin, PanelPage):
    template_name = "workorders/history.html"

    def get_context_data(self, **kwargs) -> dict:
        before = self.request.GET.get("before", "")
        before_id = int(before) if before.isdigit() else None
        return super().get_context_data(
            stretch=history(self.subject, before_id=before_id), is_first=before_id is None, **kwargs
        )


class OrdersPanel(PanelPage):
    """The latest orders of a subject, with the way to all of them."""

    permission = permissions.VIEW_ORDER
    template_name = "workorders/orders_panel.html"
    parameter: str  # of the list and of the page that makes a new order
    can_create = True
    columns = ("number", "type", "merchant", "summary", "status", "engineer", "due", "opened_at")

    def orders(self) -> QuerySet[WorkOrder]:
        return self.subject.work_orders.visible_to(self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        orders = self.orders().order_by("-pk")
        exclude = [name for name in WorkOrderTable.base_columns if name not in self.columns]
        table = WorkOrderTable(orders.select_related(*IN_ROW)[:LATEST], exclude=exclude, orderable=False)
        table.at = timezone.now()
        query = urlencode({self.parameter: self.kwargs["number"]})
        return super().get_context_data(
            table=table,
            has_more=orders[: LATEST + 1].count() > LATEST,
            list_url=f"{reverse('office:work-order-list')}?{query}",
            create_url=f"{reverse('office:work-order-create')}?{query}" if self.can_create else "",
            **kwargs,
        )


class MerchantOrders(OrdersPanel):
    parameter = "merchant"
    columns = ("number", "type", "summary", "status", "engineer", "due", "opened_at")

    def subjects(self) -> QuerySet[Merchant]:
        return Merchant.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        may_give_out = self.request.user.has_perm(permissions.OPEN_ORDER)
        return super().get_context_data(request_link=request_link(self.subject) if may_give_out else "", **kwargs)


class TerminalOrders(OrdersPanel):
    slug_field = "serial"
    parameter = "terminal"

    def subjects(self) -> QuerySet[Terminal]:
        return Terminal.objects.visible_to(self.request.user)

    @property
    def can_create(self) -> bool:
        return self.subject.live_binding is not None


class PersonOrders(OrdersPanel):
    slug_field = "username"
    parameter = "engineer"
    can_create = False
    columns = ("number", "type", "merchant", "summary", "status", "due", "opened_at")

    def subjects(self) -> QuerySet[User]:
        return User.objects.visible_to(self.request.user)
