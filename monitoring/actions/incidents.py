"""Many terminals of an area that fall silent together are one incident; while it runs nobody is sent to each of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from os.path import commonprefix
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from journal.actions import record
from monitoring import notices
from monitoring.detection import LEAST, OVER, SHARE, WINDOW, Cell, areas, box_of, burst, cell_of, is_outage, neighbours
from monitoring.lifecycle import Kind, State
from monitoring.measures import Measured
from monitoring.models import Alert, Incident
from toolkit.numbers import next_number
from workforce.models import Region

LIVE_WITHIN = timedelta(days=1)  # what was not heard for longer had gone before

LIVE = """
SELECT box.number, count(*) FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])
WITH ORDINALITY AS box(south, west, north, east, number)
JOIN merchants_merchant m ON m.lat >= box.south AND m.lat < box.north AND m.lon >= box.west AND m.lon < box.east
JOIN assets_binding b ON b.merchant_id = m.id AND b.ended_at IS NULL
JOIN assets_terminalstate s ON s.terminal_id = b.terminal_id AND s.last_heard_at >= %s
GROUP BY box.number
"""


Silence = tuple[Alert, datetime]


def fold(alerts: Sequence[Alert], places: Mapping[int, Measured], at: datetime) -> None:
    """Gives those of these new alerts, not saved yet, that belong to an outage its incident; and those raised in the
    last minutes for which nobody was sent yet."""
    silent = _by_cell(alerts, places, at)
    if not silent:
        return
    running = {tuple(cell): incident for incident in _running() for cell in incident.cells}
    for cell in silent.keys() & running.keys():
        _join(running[cell], silent.pop(cell), [cell])
    bursts = {cell: burst(heard for _alert, heard in there) for cell, there in silent.items()}
    suspects = {cell for cell, count in bursts.items() if count >= LEAST}
    if not suspects:
        return
    edges = {near for cell in suspects for near in neighbours(cell)} & silent.keys()
    live = _live(edges, at)
    hit = {cell for cell in suspects if is_outage(bursts[cell], live[cell])}
    at_the_edge = {near for cell in hit for near in neighbours(cell)} & edges
    hit |= {cell for cell in at_the_edge if bursts[cell] >= SHARE * live[cell]}
    for area in areas(hit):
        there = [each for cell in area for each in silent[cell]]
        beside = next((running[near] for cell in area for near in neighbours(cell) if near in running), None)
        if beside:
            _join(beside, there, area)
        else:
            _begin(area, there, at)


def _by_cell(alerts: Sequence[Alert], places: Mapping[int, Measured], at: datetime) -> dict[Cell, list[Silence]]:
    silent: dict[Cell, list[Silence]] = defaultdict(list)
    for alert in alerts:
        place = places[alert.terminal_id]
        if place.lat is not None and place.lon is not None and place.heard:
            silent[cell_of(place.lat, place.lon)].append((alert, place.heard))
    loose = Alert.objects.uncleared().filter(
        kind=Kind.OFFLINE, state=State.OPEN, incident=None, opened_at__gt=at - 2 * WINDOW, merchant__lat__isnull=False
    )
    for alert in loose.select_related("terminal__state", "merchant"):
        cell = cell_of(alert.merchant.lat, alert.merchant.lon)
        silent[cell].append((alert, alert.terminal.state.last_heard_at))
    return dict(silent)


def _running() -> list[Incident]:
    return list(Incident.objects.select_for_update().running().order_by("pk"))


def _live(cells: Iterable[Cell], at: datetime) -> Counter[Cell]:
    """How many terminals of each cell have been heard of late, those that are silent now included."""
    ordered = sorted(cells)
    sides = [list(side) for side in zip(*map(box_of, ordered), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(LIVE, [*sides, at - LIVE_WITHIN])
        return Counter({ordered[number - 1]: count for number, count in cursor.fetchall()})


def _begin(area: Iterable[Cell], there: list[Silence], at: datetime) -> None:
    incident = Incident.objects.create(
        number=next_number("IC"), region=_common_region(alert.region_id for alert, _heard in there),
        cells=sorted(map(list, area)), count=0, began_at=min(heard for _alert, heard in there), found_at=at,
    )  # fmt: skip
    _join(incident, there, ())
    changes: dict[str, Any] = {"count": [None, incident.count], "region": [None, str(incident.region)]}
    record("monitoring.begin_incident", incident, by=None, at=at, changes=changes)
    notices.tell_outage(incident, at)


def _join(incident: Incident, there: list[Silence], cells: Iterable[Cell]) -> None:
    known = {tuple(cell) for cell in incident.cells}
    incident.cells = sorted(map(list, known | {*cells}))
    incident.count += len(there)
    incident.save()
    for alert, _heard in there:
        alert.incident = incident
    Alert.objects.filter(pk__in=[alert.pk for alert, _heard in there if alert.pk]).update(incident=incident)


def _common_region(regions: Iterable[int]) -> Region:
    """The deepest that holds them all."""
    lines = [region.line for region in Region.objects.filter(pk__in={*regions})]
    return Region.objects.get(path=commonprefix(lines)[-1])


def end_incidents(*, at: datetime) -> int:
    """Those of which hardly anything is silent any more; to what still is, somebody is sent from now on."""
    ended = 0
    with transaction.atomic():
        silent = Count("alerts", filter=Q(alerts__cleared_at=None, alerts__calm_since=None))
        counts = dict(Incident.objects.running().annotate(silent=silent).values_list("pk", "silent"))
        for incident in _running():
            if counts.get(incident.pk, incident.count) <= OVER * incident.count:
                incident.ended_at = at
                incident.save()
                record("monitoring.end_incident", incident, by=None, at=at, changes={"ended_at": [None, at]})
                ended += 1
    return ended
