from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from spareparts.models import Part
from workorders.models.faults import FaultCode
from workorders.models.types import WorkOrderType


class PartUse(models.Model):
    """How many orders of the last year used up a part: of a type, and narrower of a model, of a symptom, of both.
    Without a part: how many orders there were. Written anew once a day."""

    type = models.ForeignKey(WorkOrderType, models.CASCADE, related_name="+", db_index=False, verbose_name=_("type"))
    model = models.ForeignKey(
        TerminalModel, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("model"),
        help_text="null: every model",
    )  # fmt: skip
    symptom = models.ForeignKey(
        FaultCode, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("symptom"),
        help_text="null: every symptom",
    )  # fmt: skip
    part = models.ForeignKey(
        Part, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("part"),
        help_text="null: the orders, whatever was used",
    )  # fmt: skip
    orders = models.PositiveIntegerField(_("orders"))
    learned_at = models.DateTimeField(_("worked out"))

    class Meta:
        verbose_name = _("use of parts")
        verbose_name_plural = _("uses of parts")
        constraints = [
            models.UniqueConstraint(
                fields=["type", "symptom", "model", "part"], name="part_use_once", nulls_distinct=False,
                include=["orders"],
            ),
            models.CheckConstraint(condition=Q(orders__gt=0), name="part_use_of_some_orders"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.part or self.type}: {self.orders}"
