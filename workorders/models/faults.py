"""The shared list that makes repairs countable: what was seen, why it was, what helped."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel


class FaultCodeQuerySet(models.QuerySet):
    def in_use(self) -> "FaultCodeQuerySet":
        return self.filter(is_active=True)

    def fitting(self, model: TerminalModel | None) -> "FaultCodeQuerySet":
        """Those of every kind of terminal and of this one's."""
        return self.filter(model_kind__in=["", model.kind]) if model else self


class FaultCode(models.Model):
    class Kind(models.TextChoices):
        SYMPTOM = "symptom", _("Symptom")
        CAUSE = "cause", _("Cause")
        REMEDY = "remedy", _("Remedy")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    model_kind = models.CharField(
        _("kind of terminal"), max_length=10, choices=TerminalModel.Kind, blank=True, help_text=_("Empty: every kind.")
    )
    is_other = models.BooleanField(
        _("means “other”"), default=False, help_text=_("Counted, so that a missing code is noticed.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = FaultCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("fault code")
        verbose_name_plural = _("fault codes")
        ordering = ["kind", "is_other", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="fault_code_once"),
            models.CheckConstraint(condition=Q(kind__in=["symptom", "cause", "remedy"]), name="fault_code_kind"),
        ]

    def __str__(self) -> str:
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name
