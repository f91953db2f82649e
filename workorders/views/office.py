from django.db.models import QuerySet

from toolkit.views import DetailPage
from workorders import permissions
from workorders.models import WorkOrder


class WorkOrderDetail(DetailPage):
    permission = permissions.VIEW_ORDER
    template_name = "workorders/detail.html"

    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user)
