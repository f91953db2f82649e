"""A plan as pages show it: figures before and after, one line of bars per person, and routes on a map."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any

from django.db.models import Max, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.plans.models import DayPlan, PlannedDay, PlannedOrder
from dispatch.plans.words import clock, lasts
from workforce.models import Booking

LEGEND = [
    ("kept", gettext_lazy("as before")),
    ("new", gettext_lazy("from the pool")),
    ("moved", gettext_lazy("to somebody else")),
    ("shifted", gettext_lazy("at another time")),
    ("fixed", gettext_lazy("fixed")),
    ("late", gettext_lazy("late")),
    ("way", gettext_lazy("driving")),
    ("leave", gettext_lazy("leave, lunch, break")),
]
MOST_POINTS = 200  # orders nobody does, on the map
COLOURS = ("blue", "orange", "teal", "purple", "red", "green", "yellow", "cyan", "pink", "indigo", "lime", "azure")


@dataclass(frozen=True)
class Figure:
    """`gain` is above 0 where the plan is better, below where it is worse, None where it depends."""

    label: str
    before: str
    after: str
    gain: float | None
    url_before: str = ""
    url_after: str = ""


def figures(plan: DayPlan) -> list[Figure]:
    before, after = plan.totals["before"], plan.totals["after"]
    orders, days = (f"{reverse(f'office:planned-{name}-list')}?plan={plan.number}" for name in ("order", "day"))

    def figure(label: str, name: str, shown: Any, url: str, query: str, *, is_good: bool = False) -> Figure:
        gain = after[name] - before[name]
        was, becomes = (f"{url}&{query}={when}" if query else url for when in ("before", "after"))
        return Figure(label, shown(before[name]), shown(after[name]), gain if is_good else -gain, was, becomes)

    return [
        figure(_("Orders done that day"), "served", str, orders, "served", is_good=True),
        _urgent(plan, f"{orders}&priority=1&priority=2"),
        figure(_("Late orders"), "late_orders", str, orders, "late"),
        figure(_("Lateness in all"), "lateness_s", lasts, orders, "late"),
        replace(figure(_("Driving"), "travel_s", lasts, days, ""), gain=None),
        replace(figure(_("Way by road, about"), "metres", _kilometres, days, ""), gain=None),
        _driving_per_order(plan, days),
        figure(_("Overtime"), "overtime_s", lasts, days, "overtime"),
        replace(figure(_("Spread of the load between people"), "imbalance", _percent, days, ""), gain=None),
    ]


def _driving_per_order(plan: DayPlan, url: str) -> Figure:
    before, after = (
        totals["travel_s"] / max(1, totals["served"]) for totals in (plan.totals["before"], plan.totals["after"])
    )
    gain = before - after if plan.totals["before"]["served"] else None
    return Figure(_("Driving per order"), lasts(before), lasts(after), gain, url, url)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _kilometres(metres: float) -> str:
    return _("%(count)s km") % {"count": f"{metres / 1000:,.0f}"}


def _urgent(plan: DayPlan, url: str) -> Figure:
    counts = [
        [sum(totals["by_priority"].get(priority, [0, 0])[index] for priority in ("1", "2")) for index in (0, 1)]
        for totals in (plan.totals["before"], plan.totals["after"])
    ]
    before, after = (_("%(done)d of %(all)d") % {"done": done, "all": every} for done, every in counts)
    return Figure(_("Urgent and high ones done"), before, after, counts[1][0] - counts[0][0], url, url)


@dataclass(frozen=True)
class Search:
    """How the best plan found got better: `line` are points of an SVG 100 wide and 30 high, falling costs fall."""

    served: int
    late: int
    travel: str
    line: str


def search_so_far(plan: DayPlan) -> Search | None:
    points = plan.progress.get("points")
    if not points:
        return None
    costs, last_s = [point[4] for point in points], max(points[-1][0], 0.1)
    span = max(costs) - min(costs) or 1
    line = " ".join(f"{100 * point[0] / last_s:.1f},{2 + 26 * (max(costs) - point[4]) / span:.1f}" for point in points)
    _seconds, served, late, travel_s, _cost = points[-1]
    return Search(served, late, lasts(travel_s), f"{line} 100,{line.split(',')[-1]}")


@dataclass(frozen=True)
class Bar:
    """`left` and `width` in percent of the hours shown."""

    left: float
    width: float
    kind: str
    title: str
    label: str = ""
    url: str = ""


@dataclass
class Lane:
    day: PlannedDay
    hours: str
    share_before: int  # of the working hours, in percent
    share_after: int
    load_before: str
    load_after: str
    shift: Bar
    before: list[Bar] = field(default_factory=list)
    after: list[Bar] = field(default_factory=list)


@dataclass(frozen=True)
class Hours:
    plan: DayPlan
    first: int
    last: int

    @property
    def marks(self) -> list[tuple[str, float]]:
        step = 1 if self.last - self.first <= 12 else 2
        return [
            (f"{hour % 24:02d}", 100 * (hour - self.first) / (self.last - self.first))
            for hour in range(self.first, self.last, step)
        ]

    def bar(self, begin_s: float, end_s: float, kind: str, title: str, label: str = "", url: str = "") -> Bar:
        span = (self.last - self.first) * 3600
        left = min(100.0, max(0.0, 100 * (begin_s - self.first * 3600) / span))
        right = min(100.0, max(left, 100 * (end_s - self.first * 3600) / span))
        return Bar(round(left, 2), round(right - left, 2), kind, title, label, url)

    def seconds(self, instant: datetime) -> float:
        return (instant - self.plan.midnight) / timedelta(seconds=1)


def hours_of(plan: DayPlan) -> Hours:
    """From the first hour anybody works to the last."""
    span = plan.days.aggregate(opens=Min("opens_at"), closes=Max("closes_at"))
    ends = plan.orders.aggregate(end=Max("end_after"))["end"]
    if span["opens"] is None:
        return Hours(plan, 8, 18)
    whole = Hours(plan, 0, 24)
    last = max(whole.seconds(each) for each in (span["closes"], ends) if each)
    return Hours(plan, floor(whole.seconds(span["opens"]) / 3600), ceil(last / 3600))


def lanes(plan: DayPlan, days: Sequence[PlannedDay], hours: Hours) -> list[Lane]:
    found = {day.person_id: _lane(plan, day, hours) for day in days}
    rows = plan.orders.filter(Q(engineer_before__in=found) | Q(engineer_after__in=found))
    for row in rows.select_related("order__merchant").order_by("start_after", "start_before"):
        names = {"order": row.order.number, "merchant": row.order.merchant.name}
        url = row.order.get_absolute_url()
        if row.engineer_before_id in found and row.start_before:
            begin = hours.seconds(row.start_before)
            title = _("%(time)s %(merchant)s, %(order)s") % {**names, "time": clock(row.start_before, plan)}
            lasts_s = row.order.duration_min * 60
            kind = (
                "late" if row.late_before_s else "leaves" if row.engineer_after_id != row.engineer_before_id else "kept"
            )
            found[row.engineer_before_id].before.append(hours.bar(begin, begin + lasts_s, kind, title, url=url))
        if row.engineer_after_id in found:
            begin, end = hours.seconds(row.start_after), hours.seconds(row.end_after)
            title = _("%(time)s–%(end)s %(merchant)s, %(order)s: %(change)s") % {
                **names, "time": clock(row.start_after, plan), "end": clock(row.end_after, plan),
                "change": row.get_change_display(),
            }  # fmt: skip
            lane = found[row.engineer_after_id]
            if row.travel_after_s:
                way = _("%(time)s on the way") % {"time": lasts(row.travel_after_s)}
                lane.after.append(hours.bar(begin - row.travel_after_s, begin, "way", way))
            kind = "late" if row.late_after_s else row.change
            lane.after.append(hours.bar(begin, end, kind, title, label=clock(row.start_after, plan), url=url))
    return list(found.values())


def _lane(plan: DayPlan, day: PlannedDay, hours: Hours) -> Lane:
    opens, closes = hours.seconds(day.opens_at), hours.seconds(day.closes_at)
    words = f"{clock(day.opens_at, plan)}–{clock(day.closes_at, plan)}"
    loads = [load["work_s"] + load["travel_s"] for load in (day.before, day.after)]
    before, after = (round(100 * load / max(1, closes - opens)) for load in loads)
    shift = hours.bar(opens, closes, "shift", words)
    lane = Lane(day, words, before, after, lasts(loads[0]), lasts(loads[1]), shift)
    titles = {"lunch": _("Lunch"), "break": _("Break"), "depot": _("Collects parts"), **dict(Booking.Kind.choices)}
    for kind, begin, end in day.breaks:
        bar = hours.bar(begin, end, kind, str(titles[kind]))
        lane.after.append(bar)
        if kind not in ("lunch", "depot"):
            lane.before.append(bar)
    return lane


def routes(plan: DayPlan, days: Sequence[PlannedDay]) -> dict[str, Any]:
    """For the map: the ways of these people through the day, and what nobody does; WGS-84."""
    starts = {row["id"]: row["start"] for row in plan.inputs["people"]} if plan.inputs else {}
    stops: dict[int, list[PlannedOrder]] = defaultdict(list)
    served = plan.orders.filter(engineer_after__in=[day.person_id for day in days]).order_by("start_after")
    for row in served.select_related("order__merchant"):
        stops[row.engineer_after_id].append(row)
    left = plan.orders.filter(engineer_after=None).select_related("order__merchant").order_by("order__priority", "pk")
    return {
        "routes": [
            {
                "id": day.person_id,
                "name": day.person.name,
                "colour": COLOURS[number % len(COLOURS)],
                "start": starts[day.person_id],
                "stops": [_stop(plan, str(index), row) for index, row in enumerate(stops[day.person_id], start=1)],
            }
            for number, day in enumerate(days)
        ],
        "points": [_stop(plan, "", row) for row in left[:MOST_POINTS]],
    }


def _stop(plan: DayPlan, text: str, row: PlannedOrder) -> dict[str, Any]:
    when = clock(row.start_after, plan) if row.start_after else row.get_change_display()
    return {
        "lat": row.order.lat,
        "lon": row.order.lon,
        "text": text,
        "label": f"{when} {row.order.merchant.name}",
        "url": row.order.get_absolute_url(),
    }
