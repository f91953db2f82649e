from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from workforce.models import User


class Procedure(models.Model):
    """A standard operating procedure (SOP): what the steps of a kind of work are. Its content is in its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> "ProcedureVersion | None":
        return self.versions.order_by("-number").first()


class ProcedureVersion(models.Model):
    """Published and from then on unchanged: a run keeps the version it began with.

    `steps` is a list of {key, kind, title, title_zh, help, help_zh, required, options, min, max, unit, count}, where
    an option is {value, label, label_zh} and `count` the least number of photos; procedures/steps.py checks them.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions", verbose_name=_("procedure"))
    number = models.PositiveIntegerField(_("version"))
    steps = models.JSONField(_("steps"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("published by"))

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure", "-number"]
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_once")]

    def __str__(self) -> str:
        return f"{self.procedure} v{self.number}"


class Run(models.Model):
    """One pass through a procedure."""

    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="runs", verbose_name=_("version"))
    started_at = models.DateTimeField(_("started"))

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")


class AnswerQuerySet(models.QuerySet):
    def current(self) -> "AnswerQuerySet":
        return self.filter(superseded_at=None)


class Answer(models.Model):
    """What was found or done at a step. Never overwritten: a new answer supersedes the one before."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="answers", verbose_name=_("run"))
    step = models.CharField(_("step"), max_length=40)
    value = models.JSONField(_("value"), null=True)
    captures = models.ManyToManyField(Capture, related_name="answers", verbose_name=_("captures"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("time"))
    device_at = models.DateTimeField(_("time on the device"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step"], condition=Q(superseded_at=None), name="one_current_answer_per_step"
            )
        ]
