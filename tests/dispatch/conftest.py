from datetime import datetime

import pytest

from dispatch import queries
from dispatch.models import RuleSet
from workforce.models import Position, User
from workorders.actions import open_work_order
from workorders.models import WorkOrder

NORTH_DEG_A_KM = 1 / 111.195


def place(km_north: float) -> tuple[float, float]:
    """So many kilometres north of the merchant of the cast."""
    return 30.2741 + km_north * NORTH_DEG_A_KM, 120.1551


def way_min(km: float) -> float:
    """As the great circle with a road factor of 1.35 at 25 km/h has it."""
    return km * 1.35 / 25 * 60


def seen(person: User, km_north: float, at: datetime) -> None:
    """The phone reports where the person is."""
    lat, lon = place(km_north)
    Position.objects.update_or_create(person=person, defaults={"lat": lat, "lon": lon, "accuracy_m": 10, "at": at})


@pytest.fixture
def new_order(repair, merchant, at):
    def open_another(**values) -> WorkOrder:
        given = {"type": repair, "merchant": merchant, "summary": "Paper jam", "by": None, "at": at}
        return open_work_order(**given | values)

    return open_another


@pytest.fixture
def order(new_order) -> WorkOrder:
    """In the pool, for the merchant in Xihu."""
    return new_order()


@pytest.fixture
def reasons_of(order, at):
    """Why not, by the person's user name."""

    def look(rule_set: RuleSet | None = None) -> dict[str, list[str]]:
        entries = queries.why_not(WorkOrder.objects.get(pk=order.pk), at, rule_set=rule_set)
        return {entry["username"]: entry["reasons"] for entry in entries}

    return look


@pytest.fixture
def chosen_from(order, at):
    """User names of those who pass the limits of the query, nearest first."""

    def look(rule_set: RuleSet | None = None) -> list[str]:
        fresh = WorkOrder.objects.get(pk=order.pk)
        return list(queries.candidates(fresh, rule_set or RuleSet.objects.for_order(fresh), at).username)

    return look
