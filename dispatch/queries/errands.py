"""Parts that are missing in a bag, and the depots that have them."""

from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.queries.people import HORIZON, place_of
from dispatch.slots import Candidates, Depot, Errands
from routing.geo import distance_m
from spareparts.models import Place
from spareparts.queries import DepotStock, depots_with
from workorders.clock import opening_hours
from workorders.models import WorkOrder
from workorders.sla import hours_between

MOST_DEPOTS = 10  # the nearest to the order


def depots_for(order: WorkOrder) -> list[DepotStock]:
    """The nearest that have something the order needs."""
    lat, lon = place_of(order)
    if lat is None or lon is None or not order.needs.parts:
        return []
    known = depots_with({need.id for need in order.needs.parts})
    known.sort(key=lambda depot: (distance_m(lat, lon, depot.place.lat, depot.place.lon), depot.place.pk))
    return known[:MOST_DEPOTS]


def missing(found: Candidates, order: WorkOrder) -> NDArray[np.int64]:
    """How many of each part each person has too few."""
    return np.maximum(np.array([need.quantity for need in order.needs.parts], dtype=np.int64) - found.carried, 0)


def with_errands(
    found: Candidates, order: WorkOrder, depots: list[DepotStock], at: datetime
) -> tuple[Candidates, Errands]:
    """What is missing no longer bars those who find all of it at one depot."""
    parts = order.needs.parts
    short = missing(found, order)
    stock = np.array([[depot.quantity.get(need.id, 0) for need in parts] for depot in depots], dtype=np.int64)
    stock = stock.reshape(-1, len(parts))
    choices = tuple(tuple(np.flatnonzero((stock >= row).all(axis=1)).tolist()) if row.any() else None for row in short)
    stranded = np.array([choice == () for choice in choices], dtype=bool)
    barred = {
        **found.barred,
        **{f"no_part:{need.code}": stranded & (short[:, n] > 0) for n, need in enumerate(parts)},
    }
    return replace(found, barred=barred), Errands(tuple(_depot(each.place, at) for each in depots), choices)


def _depot(place: Place, at: datetime) -> Depot:
    until = at + HORIZON
    hours = [(at, until)]
    if place.calendar:
        hours = hours_between(opening_hours(place.calendar, place.region.service_date(at)), at, until)
    return Depot(place.lat, place.lon, tuple((opens.timestamp(), closes.timestamp()) for opens, closes in hours))
