from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from prospecting.models.grid import Cell
from prospecting.models.leads import Lead
from prospecting.models.visits import Visit
from toolkit.numbers import next_number
from workforce.models import Region, RegionScopedQuerySet, User


class ProspectingTaskQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "ProspectingTaskQuerySet":
        return self.filter(prospector=user) if user.is_field else self.in_regions_of(user)

    def open(self) -> "ProspectingTaskQuerySet":
        return self.filter(status=ProspectingTask.Status.OPEN)


class ProspectingTask(models.Model):
    """“Cover these cells by Friday”, “visit these 40 leads”: its stops are the leads; it is done when all are visited."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=120)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("region"))
    prospector = models.ForeignKey(
        User, models.PROTECT, related_name="prospecting_tasks", db_index=False, verbose_name=_("prospector")
    )
    cells = models.ManyToManyField(Cell, related_name="tasks", blank=True, verbose_name=_("cells"))
    due_on = models.DateField(_("until"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, editable=False, verbose_name=_("given by")
    )
    created_at = models.DateTimeField(_("given"), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = ProspectingTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("prospecting task")
        verbose_name_plural = _("prospecting tasks")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["prospector", "status", "due_on"], name="task_prospector"),
            models.Index(fields=["region", "-id"], name="task_region"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("office:prospecting-task-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("PT")
        super().save(*args, **kwargs)


class Stop(models.Model):
    """A lead to be visited for a task; `position` is its place on the route of the day, once that was worked out."""

    task = models.ForeignKey(
        ProspectingTask, models.CASCADE, related_name="stops", db_index=False, verbose_name=_("prospecting task")
    )
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="stops", verbose_name=_("lead"))
    position = models.PositiveSmallIntegerField(_("place on the route"), null=True)
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, related_name="stops", db_index=False, verbose_name=_("visit")
    )

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "lead"], name="lead_once_per_task")]
        indexes = [models.Index(fields=["lead"], name="stop_to_make", condition=Q(visit=None))]
