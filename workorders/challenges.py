"""The code that has to be seen in photos of a visit: given out with the day's work, good for that visit and that day.

A visit is one person's turn at an order: who gets it afterwards gets other codes. A phone that has been out of reach since
the day before shows that day's code, which therefore counts as well.
"""

from datetime import datetime, timedelta

from evidence.challenges import challenge_code
from evidence.models import Capture
from workorders.models import WorkOrder


def asks_for_code(order: WorkOrder) -> bool:
    return any(step.get("code") for step in order.run.steps) if order.run else False


def code_of(order: WorkOrder, at: datetime) -> str:
    """Of the day at the order's place; nothing where no step asks for one."""
    return challenge_code(_visit(order), order.region.service_date(at)) if asks_for_code(order) else ""


def has_right_code(order: WorkOrder, photo: Capture) -> bool:
    """Whether the code that was shown while it was taken is that of this visit, of that day or the day before."""
    day = order.region.service_date(photo.taken_at or photo.received_at)
    return photo.challenge in {challenge_code(_visit(order), on) for on in (day, day - timedelta(days=1))}


def coded_photos(order: WorkOrder) -> list[Capture]:
    """Those in which a code should be seen."""
    steps = [step["key"] for step in order.run.steps if step.get("code")] if order.run else []
    if not steps:
        return []
    answers = order.run.answers.current().filter(step__in=steps)
    return list(Capture.objects.filter(answers__in=answers).distinct())


def _visit(order: WorkOrder) -> str:
    assert order.assigned_at is not None
    return f"{order.number} {order.engineer_id} {order.assigned_at.isoformat()}"
