"""Everybody who works here: one login per role by the role's own name, and 69 people in the field."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from django.contrib.auth.hashers import make_password
from django.db.models import prefetch_related_objects

from demo.crew import SHIFTS, Worker
from demo.names import Wording
from demo.places import CITIES, DISTRICTS, HANGZHOU, NINGBO, WEAK, District
from demo.reference import Reference
from workforce.actions import create_person, set_shifts, set_skill
from workforce.models import Region, User
from workforce.roles import Role

PASSWORD = "fieldloop-demo"
OFFICE = {  # user name: role, region
    "manager": (Role.MANAGER, "company"),
    "dispatcher": (Role.DISPATCHER, "hangzhou"),
    "dispatcher-ningbo": (Role.DISPATCHER, "ningbo"),
    "warehouse": (Role.WAREHOUSE, "hangzhou"),
    "analyst": (Role.ANALYST, "zhejiang"),
    "finance": (Role.FINANCE, "company"),
    "ops": (Role.OPS, None),
}
ENGINEERS, INSPECTORS, PROSPECTORS = 48, 6, 15
FEWEST = 26, 2, 3  # of each, in a small company
FAR = {"tonglu", "chunan", "jiande"}  # too far from the city to be served from there
IN_THE_CITY = 8  # engineers who serve all of Hangzhou, some of them at night
REJECTING = "xihu"  # where the engineer works who rejects too much


@dataclass
class Staff:
    office: dict[str, User] = field(default_factory=dict)
    crews: list[list[Worker]] = field(default_factory=list)  # by heap of districts
    rejecting: User | None = None


def hire(
    regions: dict[str, Region],
    reference: Reference,
    heaps: list[list[District]],
    *,
    language: str,
    rng: random.Random,
    at: datetime,
    today: date,
    is_small: bool = False,
) -> Staff:
    """`today`: some skills run out soon after it, and some before."""
    engineers, inspectors, prospectors = FEWEST if is_small else (ENGINEERS, INSPECTORS, PROSPECTORS)
    staff, wording = Staff(crews=[[] for _heap in heaps]), Wording(language, rng)
    taken: set[str] = set()
    new = partial(create_person, by=None, at=at, language=language)
    for username, (role, region) in OFFICE.items():
        name, _spelled = wording.person()
        staff.office[username] = new(
            username=username, name=name, role=role, region=regions[region] if region else None
        )
    manager = staff.office["manager"]

    def hire_one(role: Role, place: District | str, login: str = "", **traits) -> Worker | User:
        name, spelled = wording.person()
        username = login or next(each for each in _spellings(spelled) if each not in taken)
        taken.add(username)
        near = place if isinstance(place, District) else rng.choice(CITIES[place][-1][:8])
        lat, lon = near.place(rng)
        code = place.code if isinstance(place, District) else place
        user = new(
            username=username, name=name, role=role, region=regions[code], phone=wording.phone(), start_lat=lat,
            start_lon=lon,
        )  # fmt: skip
        if role == Role.PROSPECTOR:
            _work(user, "day", {0, 1, 2, 3, 4, 5}, manager, at)
            return user
        shift = traits.pop("shift", None) or rng.choice(["early", "day", "day", "late"])
        weekdays = set(range(7)) - ({rng.randrange(7)} if shift != "standby" else set())
        _work(user, shift, weekdays, manager, at)
        levels = _levels(role, rng)
        for code, level in levels.items():
            days = (-40, 12, 25) if code in ("qr-speaker", "network") and not login else (12, 25, 200)
            expires_on = today + timedelta(days=rng.choice(days)) if rng.random() < 0.12 else None
            set_skill(user, skill=reference.skills[code], level=level, expires_on=expires_on, by=manager, at=at)
        return Worker(user, set(), shift, weekdays, levels, lat, lon, **traits)

    _hire_engineers(hire_one, staff, heaps, engineers)
    for number in range(inspectors):
        worker = hire_one(
            Role.INSPECTOR, "hangzhou", "" if number else "inspector", shift="day" if number else "standby"
        )
        heap = number % len(heaps)
        worker.covers = {district.code for district in heaps[heap]}
        staff.crews[heap].append(worker)
    for number in range(prospectors):
        hire_one(Role.PROSPECTOR, "hangzhou", "" if number else "prospector")
    User.objects.filter(pk__gte=manager.pk).update(password=make_password(PASSWORD))
    return staff


def _hire_engineers(hire_one, staff: Staff, heaps: list[list[District]], engineers: int) -> None:
    def join(worker: Worker, heap: int, covers: set[str]) -> None:
        worker.covers = covers
        staff.crews[heap].append(worker)

    heap_of = {district.code: number for number, heap in enumerate(heaps) for district in heap}
    for number in range(IN_THE_CITY):
        shift = "standby" if number < 2 else "night" if number < 6 else "day"
        heap = number % len(heaps)
        worker = hire_one(Role.ENGINEER, "hangzhou", "" if number else "engineer", shift=shift)
        join(
            worker,
            heap,
            {district.code for district in heaps[heap] if district in HANGZHOU and district.code not in FAR},
        )
    for _number in range(2):
        join(hire_one(Role.ENGINEER, "ningbo", shift="day"), heap_of[NINGBO[0].code], {each.code for each in NINGBO})
    for district, count in _shares(engineers - IN_THE_CITY - 2).items():
        for number in range(count):
            traits = {"pace": 1.7} if district == WEAK else {}
            if district == REJECTING and number == 0:
                traits = {"reject_rate": 0.5, "shift": "day"}
            worker = hire_one(Role.ENGINEER, DISTRICTS[district], **traits)
            join(worker, heap_of[district], {district})
            if worker.reject_rate > 0.1:
                staff.rejecting = worker.user


def _shares(count: int) -> dict[str, int]:
    """Engineers by district, one at least; the weak district has too few."""
    shares = {district.code: district.share * (0.5 if district.code == WEAK else 1) for district in HANGZHOU}
    found = dict.fromkeys(shares, 1)
    for _more in range(count - len(found)):
        neediest = max(shares, key=lambda code: shares[code] / found[code])
        found[neediest] += 1
    return found


def _levels(role: Role, rng: random.Random) -> dict[str, int]:
    if role == Role.INSPECTOR:
        return {"qr-speaker": rng.randint(2, 4)}
    levels = {"install": rng.randint(2, 5), "pos-repair": rng.choice((2, 2, 3, 4, 5))}
    levels |= {
        code: rng.randint(1, 4) for code, share in (("qr-speaker", 0.7), ("network", 0.4)) if rng.random() < share
    }
    return levels | ({"training": rng.randint(1, 3)} if rng.random() < 0.6 else {})


def _work(user: User, shift: str, weekdays: set[int], by: User, at: datetime) -> None:
    hours: list[tuple[time, time]] = SHIFTS[shift]
    set_shifts(user, shifts=[(day, start, end) for day in sorted(weekdays) for start, end in hours], by=by, at=at)
    prefetch_related_objects([user], "shifts")  # read with every position


def _spellings(spelled: str):
    yield spelled
    number = 2
    while True:
        yield f"{spelled}{number}"
        number += 1
