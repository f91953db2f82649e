"""What the rules of a kind look at, now: one query each, only for what may have to be raised or is raised already."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from assets.models import TerminalState
from monitoring.detection import MONTHS, WEEKS, oddness, rise, version_number
from monitoring.lifecycle import FALLS, OF_MERCHANTS, OF_REGIONS, Kind
from monitoring.models import AlertRule
from workforce.models import Region
from workorders.models import WorkOrder

MONTH = 28  # days: as many of each weekday


class Measured(NamedTuple):
    """`value` is in the unit of the kind; `faults` are repairs in a year, where renewal asks for them."""

    terminal: int | None
    merchant: int | None
    region: int
    terminal_model: int | None
    value: float
    lat: float | None = None
    lon: float | None = None
    heard: datetime | None = None
    faults: int = 0


# of the last state s of a terminal, at its binding b; null: unknown
VALUES: dict[Kind, str] = {
    Kind.OFFLINE: "extract(epoch FROM %(now)s - s.last_heard_at) / 60",
    Kind.PAPER: "s.paper_percent",
    Kind.KEYS: "s.card_keys_left",
    Kind.TAMPER: "s.is_tampered::int",
    Kind.PLACE: "111195 * sqrt((s.lat - b.lat) ^ 2 + ((s.lon - b.lon) * cos(radians(b.lat))) ^ 2)",
    # versions are read here, each once
    Kind.FIRMWARE: "(SELECT number FROM unnest(%(versions)s::text[], %(numbers)s::bigint[]) v (name, number) WHERE name = s.firmware)",
    Kind.RENEWAL: "extract(epoch FROM %(now)s - t.received_on) / 86400 / 30.44",
}
AT_BINDING = "JOIN assets_binding b ON b.terminal_id = s.terminal_id AND b.ended_at IS NULL"
AGED = "JOIN assets_terminal t ON t.id = s.terminal_id AND t.status = 'live'"
SUSPECTS = {
    Kind.OFFLINE: ("", "s.silent_since IS NOT NULL"),
    Kind.PLACE: (AT_BINDING, "true"),
    Kind.FIRMWARE: ("", "s.firmware = ANY(%(old)s::text[])"),
    Kind.RENEWAL: (AGED, "true"),
}
TERMINALS = """
WITH chosen AS (
  SELECT s.terminal_id FROM {states} s {join} WHERE {suspect} AND {value} {beyond} %(loosest)s
  UNION SELECT unnest(%(others)s::bigint[])
)
SELECT t.id, m.id, m.region_id, t.model_id, ({value})::float8, m.lat, m.lon, {heard}, {faults}
FROM chosen JOIN {states} s USING (terminal_id) JOIN assets_terminal t ON t.id = s.terminal_id {binding}
JOIN merchants_merchant m ON m.id = b.merchant_id AND m.status IN ('active', 'onboarding')
WHERE ({value}) IS NOT NULL
"""
EVERY_TERMINAL = "(SELECT id AS terminal_id FROM assets_terminal)"  # heard of or not
REPAIRS = """(SELECT count(*) FROM workorders_workorder o JOIN workorders_workordertype y ON y.id = o.type_id
  WHERE o.terminal_id = t.id AND y.code = 'repair' AND o.opened_at > %(now)s - interval '1 year')"""

# counted from the newest day of any merchant: while no file comes in nobody falls asleep
MERCHANTS = """
SELECT NULL, m.id, m.region_id, NULL, (%(newest)s - greatest(latest.day, begun.day))::float8
FROM merchants_merchant m
JOIN LATERAL (
  SELECT min(b.started_at)::date AS day FROM assets_binding b WHERE b.merchant_id = m.id AND b.ended_at IS NULL
  AND NOT EXISTS (SELECT FROM monitoring_exemption x WHERE x.terminal_id = b.terminal_id AND x.ended_at IS NULL)
) begun ON begun.day <= %(newest)s - %(loosest)s::int
LEFT JOIN LATERAL (
  SELECT d.day FROM merchants_merchantday d WHERE d.merchant_id = m.id AND d.count > 0 ORDER BY d.day DESC LIMIT 1
) latest ON true
WHERE m.status = 'active' AND m.merged_into_id IS NULL
AND (latest.day IS NULL OR latest.day <= %(newest)s - %(loosest)s::int)
AND NOT (%(kind)s = 'dormant' AND EXISTS (
  SELECT FROM monitoring_alert a WHERE a.merchant_id = m.id AND a.kind = 'abandoned' AND a.cleared_at IS NULL
))
"""


def measure(kind: Kind, rules: Sequence[AlertRule], others: Collection[int], at: datetime) -> list[Measured]:
    """Everything beyond the easiest of these rules, and the terminals named besides, while they are at a merchant."""
    if kind in OF_REGIONS:
        return _regions(rules, SIGNS[kind], timezone.localdate(at))
    levels = [rule.limits.raise_at for rule in rules]
    loosest = (max if kind in FALLS else min)(levels) if levels else None
    if kind in OF_MERCHANTS:
        newest = _newest_day()
        return _rows(MERCHANTS, {"newest": newest, "loosest": loosest, "kind": kind}) if newest and levels else []
    now = min(at, TerminalState.objects.heard() or at) if kind == Kind.OFFLINE else at
    values = {"now": now, "loosest": loosest, "others": list(others)}
    return _rows(terminals_sql(kind), values | (_versions(loosest) if kind == Kind.FIRMWARE else {}))


def _versions(loosest: float | None) -> dict[str, list]:
    """There are few, however many terminals: those that can be read, and those that are too old."""
    names = (
        TerminalState.objects.filter(firmware__isnull=False).order_by().values_list("firmware", flat=True).distinct()
    )
    numbers = {name: number for name in names if (number := version_number(name))}
    old = [name for name, number in numbers.items() if loosest is not None and number <= loosest]
    return {"versions": list(numbers), "numbers": list(numbers.values()), "old": old}


def terminals_sql(kind: Kind) -> str:
    is_renewal = kind == Kind.RENEWAL
    join, suspect = SUSPECTS.get(kind, ("", "true"))
    return TERMINALS.format(
        states=EVERY_TERMINAL if is_renewal else "assets_terminalstate", join=join, suspect=suspect,
        value=VALUES[kind], beyond="<=" if kind in FALLS else ">=", binding=AT_BINDING,
        heard="NULL" if is_renewal else "s.last_heard_at", faults=REPAIRS if is_renewal else "0",
    )  # fmt: skip


def _rows(sql: str, values: dict[str, Any]) -> list[Measured]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Measured(*row) for row in cursor.fetchall()]


def _newest_day() -> date | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(day) FROM merchants_cityday")
        return cursor.fetchone()[0]


# -- regions -----------------------------------------------------------------------------------------------------------


def daily_orders(regions: Sequence[Region], since: date, until: date) -> dict[int, list[int]]:
    """By region, everything below included: how many orders were opened on each day, the last one left out."""
    counted = WorkOrder.objects.filter(service_date__gte=since, service_date__lt=until).order_by()
    by_path: dict[str, dict[date, int]] = defaultdict(dict)
    for path, day, count in counted.values_list("region__path", "service_date").annotate(Count("pk")):
        by_path[path][day] = count
    days = [since + timedelta(days=number) for number in range((until - since).days)]
    return {
        region.pk: [
            sum(counts.get(day, 0) for path, counts in by_path.items() if path.startswith(region.path)) for day in days
        ]
        for region in regions
    }


def watched_regions(rules: Sequence[AlertRule]) -> list[Region]:
    """Those right below the regions of the rules; without one, the first below the whole company."""
    own = [rule.region_id for rule in rules if rule.region_id]
    found = Region.objects.filter(parent__in=own)
    if len(own) < len(rules):
        found |= Region.objects.filter(parent__isnull=False, parent__parent=None)
    return list(found.distinct())


def clear_rise(days: list[int]) -> float:
    """Of months of MONTH days, up to the last."""
    return rise([sum(days[start : start + MONTH]) for start in range(len(days) % MONTH, len(days), MONTH)])


SIGNS: dict[Kind, Callable[[list[int]], float]] = {Kind.DEMAND: clear_rise, Kind.REGION: oddness}
DAYS = max(MONTHS * MONTH, 7 * WEEKS + 1)


def _regions(rules: Sequence[AlertRule], sign: Callable[[list[int]], float], today: date) -> list[Measured]:
    regions = watched_regions(rules) if rules else []
    if not regions:
        return []
    days = daily_orders(regions, today - timedelta(days=DAYS), today)
    return [Measured(None, None, region.pk, None, sign(days[region.pk])) for region in regions]
