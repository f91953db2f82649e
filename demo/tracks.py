"""The ways of today as the phones told them: to each order that was begun, and there until it was done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from demo.crew import ZONE, Worker
from demo.world import World
from dispatch.queries.map import stops_on
from workforce.positions import Reported, record_positions

EVERY = timedelta(minutes=1)
WANDER_DEG = 6e-5  # some six metres
BEND = 0.55  # of the way goes north or south, then the rest east or west, as streets do

Place = tuple[float, float]


def tell_positions(world: World, at: datetime) -> None:
    """Of everybody on shift, up to now: the day of those with an order, the place where the others wait."""
    for worker in world.crew:
        if worker.is_on_shift(at):
            waiting = (at, worker.lat, worker.lon, 25.0)
            record_positions(worker.user, list(_day(worker, world.rng, at)) or [waiting], at=at)


def _day(worker: Worker, rng: Random, at: datetime) -> Iterator[Reported]:
    place = worker.user.start_lat, worker.user.start_lon
    for stop in stops_on(worker.user, at.astimezone(ZONE).date()):
        if stop.departed_at is None or stop.lat is None:
            continue
        there = stop.lat, stop.lon
        arrival = stop.arrived_at or stop.departed_at + (at - stop.departed_at) * 1.5  # else still on the way
        moment = stop.departed_at
        while moment < min(stop.completed_at or at, at):
            share = (moment - stop.departed_at) / max(arrival - stop.departed_at, EVERY)
            lat, lon = _between(place, there, min(share, 1))
            yield moment, lat + rng.gauss(0, WANDER_DEG), lon + rng.gauss(0, WANDER_DEG), rng.uniform(6, 25)
            moment += EVERY
        place = there


def _between(place: Place, there: Place, share: float) -> Place:
    north, east = min(share / BEND, 1), max(share - BEND, 0) / (1 - BEND)
    return place[0] + (there[0] - place[0]) * north, place[1] + (there[1] - place[1]) * east
