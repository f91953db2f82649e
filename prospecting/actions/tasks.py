from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from journal.actions import record
from prospecting.models import Cell, Lead, ProspectingTask, Stop, Visit
from toolkit.errors import Refused
from workforce.models import Region, User
from workforce.roles import Role

MOST_STOPS = 500


def give_task(
    *,
    prospector: User,
    title: str,
    region: Region,
    due_on: date,
    by: User,
    at: datetime,
    cells: Sequence[Cell] = (),
    leads: Sequence[Lead] = (),
) -> ProspectingTask:
    """“Cover these cells by Friday”, “visit these 40 leads”: the shops of the cells that are worth a visit, and the leads."""
    title = title.strip()[:120]
    if not title:
        raise Refused(_("Say in a few words what is to be done."), field="title")
    if prospector.role != Role.PROSPECTOR or not prospector.is_active:
        raise Refused(_("%(person)s is no active prospector.") % {"person": prospector}, field="prospector")
    if due_on < region.service_date(at):
        raise Refused(_("Choose a day that is still to come."), field="due_on")
    with transaction.atomic():
        free = Lead.objects.hunted().filter(Q(owner=None) | Q(owner=prospector))
        inside = free.filter(cell__in=cells).order_by("last_visited_at", "pk")[: MOST_STOPS + 1] if cells else []
        wanted = {lead.pk: lead for lead in [*leads, *inside]}
        if not wanted:
            raise Refused(_("There is no shop to visit in it. Choose leads, or cells that have some."))
        if len(wanted) > MOST_STOPS:
            raise Refused(_("A task has at most %(count)d shops. Choose fewer cells.") % {"count": MOST_STOPS})
        task = ProspectingTask.objects.create(
            title=title, region=region, prospector=prospector, due_on=due_on, created_by=by, created_at=at
        )
        task.cells.set(cells)
        Stop.objects.bulk_create(Stop(task=task, lead=lead) for lead in wanted.values())
        changes = {"prospector": [None, str(prospector)], "leads": [None, len(wanted)], "until": [None, due_on]}
        record("prospecting.give_task", task, by=by, at=at, changes=changes)
        return task


def cancel_task(task: ProspectingTask, *, reason: str, by: User, at: datetime) -> ProspectingTask:
    with transaction.atomic():
        task = ProspectingTask.objects.select_for_update().get(pk=task.pk)
        if task.status != ProspectingTask.Status.OPEN:
            raise Refused(_("“%(task)s” is over: %(status)s.") % {"task": task, "status": task.get_status_display()})
        if not reason.strip():
            raise Refused(_("Say why it is cancelled."), field="reason")
        _end(task, ProspectingTask.Status.CANCELLED, at)
        record("prospecting.cancel_task", task, by=by, at=at, note=reason.strip()[:200])
        return task


def tick_off(visits: Sequence[Visit], *, by: User, at: datetime) -> None:
    """They make the stops at their leads of the prospector's open tasks; a task without a stop left is done."""
    tasks = ProspectingTask.objects.open().filter(prospector=by, stops__lead__in=[visit.lead_id for visit in visits])
    for task in ProspectingTask.objects.select_for_update().filter(pk__in=tasks.values("pk")).order_by("pk"):
        for visit in visits:
            task.stops.filter(lead=visit.lead, visit=None).update(visit=visit)
        if not task.stops.filter(visit=None).exists():
            _end(task, ProspectingTask.Status.DONE, at)
            record("prospecting.finish_task", task, by=by, at=at)


def _end(task: ProspectingTask, status: ProspectingTask.Status, at: datetime) -> None:
    task.status, task.ended_at = status, at
    task.save(update_fields=["status", "ended_at"])
