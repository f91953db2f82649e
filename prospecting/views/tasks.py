from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from prospecting import actions, forms, lists, permissions
from prospecting.models import Cell, ProspectingTask
from toolkit.forms import ReasonForm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage


def counted(rows: QuerySet[ProspectingTask]) -> QuerySet[ProspectingTask]:
    shown = rows.annotate(stops_count=Count("stops"), made=Count("stops", filter=Q(stops__visit__isnull=False)))
    return shown.order_by("-pk")  # grouped rows do not keep the order of the model


class TaskList(ListPage):
    name = "prospecting-task-list"
    title = _("Prospecting tasks")
    permission = permissions.VIEW_LEAD
    filterset_class = lists.TaskFilter
    table_class = lists.TaskTable
    create_url = "office:prospecting-task-give"
    create_permission = permissions.GIVE_TASKS
    create_label = _("Give a task")
    empty_text = _("No tasks yet: give a prospector some cells to cover.")

    def rows(self) -> QuerySet[ProspectingTask]:
        return counted(ProspectingTask.objects.visible_to(self.request.user)).select_related("prospector", "region")


class TaskMixin:
    permission = permissions.VIEW_LEAD

    def subjects(self) -> QuerySet[ProspectingTask]:
        return counted(ProspectingTask.objects.visible_to(self.request.user)).select_related("prospector", "region")


class TaskDetail(TaskMixin, DetailPage):
    template_name = "prospecting/task.html"

    def get_context_data(self, **kwargs) -> dict:
        stops = self.subject.stops.select_related("lead", "visit").order_by("position", "pk")
        points = [
            {"lat": stop.lead.lat, "lon": stop.lead.lon, "label": stop.lead.name}
            for stop in stops
            if stop.lead.lat is not None
        ]
        return super().get_context_data(stops=stops, map_data={"points": points}, **kwargs)


class TaskGive(FormPage):
    permission = permissions.GIVE_TASKS
    title = _("Give a task")
    form_class = forms.TaskForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        """For cells chosen on the map: ?cell=…&cell=…, to whoever has all of them."""
        numbers = self.request.GET.getlist("cell")
        cells = Cell.objects.visible_to(self.request.user).standing().with_owner().filter(number__in=numbers)
        owners = set(cells.values_list("now__prospector__username", flat=True))
        first = cells.first()
        return {
            "cells": cells,
            "region": first and first.region_id,
            "prospector": owners.pop() if len(owners) == 1 else None,
        }

    def run_action(self, values: dict[str, Any]) -> ProspectingTask:
        return actions.give_task(**values, **self.who)


class TaskCancel(TaskMixin, ActionPage):
    permission = permissions.GIVE_TASKS
    title = _("Cancel the task")
    form_class = ReasonForm

    def run_action(self, values: dict[str, Any]) -> ProspectingTask:
        return actions.cancel_task(self.subject, **values, **self.who)
