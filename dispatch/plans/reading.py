"""What a day plan is made from, read with a fixed number of queries and kept as plain values.

The rows of people and orders are what a plan is compared with before it is applied: equal rows mean that nothing it
rests on has changed.
"""

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch.models import RuleSet
from dispatch.plans.day import Day, LeftOut, Row
from dispatch.plans.models import DayPlan
from dispatch.plans.orders import order_rows, read_orders, with_whom
from dispatch.plans.people import engineers, working
from routing.planning import Weights
from spareparts.models import Place, Stock
from toolkit.errors import Refused
from workforce.models import Region

CALM = 4  # times the usual price of moving an order
LATEST_S = 14 * 60 * 60  # an order is rather done so late than not at all


def read_day(plan: DayPlan, at: datetime) -> tuple[dict[str, Any], list[LeftOut]]:
    """The inputs of a plan as they stand now, seen from `at`; and what is left out, with the reason."""
    day, rules = Day(plan, at), _rules(plan.region)
    most_orders, most_people = settings.DAY_PLAN_MOST
    engineers_there, orders = engineers(day), read_orders(day, most_orders + 1)
    rows = order_rows(day, orders, engineers_there)
    planned = {row["id"] for row in rows}
    booked = {order["booking_id"] for order in orders if order["id"] in planned}
    people = working(day, engineers_there, rows, booked, rules.max_orders)
    rows = with_whom(day, rows, {person["id"] for person in people})
    if len(people) > most_people or len(orders) > most_orders:
        raise Refused(
            _("More than %(orders)d orders or %(people)d people are too many for one plan. Plan its parts one by one.")
            % {"orders": most_orders, "people": most_people}
        )
    inputs = {
        "people": people,
        "orders": rows,
        "set_aside": [],
        "depots": _depots(day, rows),
        "weights": asdict(weights_of(rules, is_calm=plan.is_calm)),
        "overtime_s": plan.overtime_min * 60,
    }
    return inputs, day.left_out


def _depots(day: Day, orders: list[Row]) -> list[Row]:
    """Where the parts are that the orders need."""
    needed = {part for order in orders for part in order["parts"]}
    if not needed:
        return []
    near = Q(region__in=day.regions) | Q(region__path__in=day.plan.region.line)
    places = Place.objects.depots().filter(near, lat__isnull=False).select_related("calendar").order_by("pk")
    found = {place.pk: place for place in places.prefetch_related("calendar__days")}
    stock: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Stock.objects.there().filter(place__in=found, part__code__in=needed)
    for place, part, quantity in rows.values_list("place_id", "part__code", "quantity"):
        stock[place][part] = quantity
    depots = []
    for key, parts in stock.items():
        if (hours := _opening(day, found[key])) is not None:
            place = [found[key].lat, found[key].lon]
            depots.append({"id": key, "name": found[key].name, "place": place, "hours": hours, "parts": parts})
    return depots


def _opening(day: Day, place: Place) -> list[int] | None:
    """From when until when somebody can be served; None on a closed day."""
    if place.calendar is None:
        return [0, day.seconds(day.ends)]
    differs = [each.hours for each in place.calendar.days.all() if each.date == day.plan.on]
    hours = differs[0] if differs else place.calendar.weekly.get(str(day.plan.on.weekday()), [])
    if not hours:
        return None
    zone = ZoneInfo(place.calendar.time_zone)
    return [day.clock(hours[0][0], zone), day.clock(hours[-1][1], zone)]


def _rules(region: Region) -> RuleSet:
    """Those in force there for all types; without any, the standard values."""
    fitting = RuleSet.objects.in_force().filter(Q(region=None) | Q(region__path__in=region.line), order_type=None)
    return max(
        fitting.select_related("region"), key=lambda rules: len(rules.region.path) if rules.region else 0,
        default=RuleSet(),
    )  # fmt: skip


def weights_of(rules: RuleSet, *, is_calm: bool) -> Weights:
    """The usual prices, in the proportion the rules give to short ways, being in time and an even load."""
    usual, standard = Weights(), RuleSet()
    punctual = rules.lateness_weight / standard.lateness_weight
    late = [
        min(price * punctual, left_out / LATEST_S) for price, left_out in zip(usual.late, usual.unserved, strict=True)
    ]
    return Weights(
        late=tuple(late),  # type: ignore[arg-type]
        travel=max(usual.travel * rules.travel_weight / standard.travel_weight, 0.05),
        imbalance=usual.imbalance * rules.load_weight / standard.load_weight,
        moved=usual.moved * (CALM if is_calm else 1),
        later=usual.later * (CALM if is_calm else 1),
    )
