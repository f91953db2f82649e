from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.lifecycle import Step, TerminalStatus
from assets.models.terminals import Binding, Terminal
from workforce.models import Region, User

KEY_LIKE = r"[0-9A-Fa-f]{32}"  # as long as the shortest key in use; an identifier has dashes


def _status(label) -> models.CharField:
    return models.CharField(label, max_length=10, choices=TerminalStatus, blank=True)


def _ref(model: type, label, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(model, models.PROTECT, null=null, related_name="+", db_index=False, verbose_name=label)


class CustodyQuerySet(models.QuerySet):
    def until(self, at: datetime) -> "CustodyQuerySet":
        """What had happened before `at`, the newest first."""
        return self.filter(at__lt=at).order_by("-at", "-id")

    def told(self) -> "CustodyQuerySet":
        """With all that a person reads of it."""
        return self.select_related(
            "by", "holder", "from_holder", "binding__merchant", "from_binding__merchant", "region"
        )


class Custody(models.Model):
    """One move of a terminal: from whom and where to whom and where. Written from receipt on, never changed."""

    terminal = models.ForeignKey(
        Terminal, models.PROTECT, related_name="custody", db_index=False, verbose_name=_("terminal")
    )
    step = models.CharField(_("what"), max_length=10, choices=Step)
    at = models.DateTimeField(_("time"))
    by = _ref(User, _("who"))
    from_status = _status(_("from"))
    from_holder = _ref(User, _("from the bag of"))
    from_binding = _ref(Binding, _("from the merchant"))
    status = models.CharField(_("to"), max_length=10, choices=TerminalStatus)
    holder = _ref(User, _("to the bag of"))
    binding = _ref(Binding, _("to the merchant"))
    region = _ref(Region, _("region"), null=False)
    order_number = models.CharField(_("work order"), max_length=20, blank=True)
    run = models.CharField(_("run"), max_length=60, blank=True, help_text=_("Of the staging, key or test program."))
    note = models.CharField(_("reason"), max_length=200, blank=True)

    objects = CustodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("custody record")
        verbose_name_plural = _("custody records")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(run__regex=KEY_LIKE), name="custody_holds_no_key"),
            models.CheckConstraint(
                condition=Q(status__in=["issued", "retrieved"], holder__isnull=False)
                | (~Q(status__in=["issued", "retrieved"]) & Q(holder=None)),
                name="custody_in_a_bag_has_a_holder",
            ),
            models.CheckConstraint(
                condition=Q(status="live", binding__isnull=False) | (~Q(status="live") & Q(binding=None)),
                name="custody_live_has_a_binding",
            ),
        ]
        indexes = [
            models.Index(fields=["terminal", "-at", "-id"], name="custody_terminal"),
            models.Index(fields=["order_number"], name="custody_order", condition=~Q(order_number="")),
        ]
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate the custody record';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.step}"
