from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from journal.actions import differences, record
from toolkit.errors import Refused
from workforce.models import Badge, Booking, Organisation, PersonSkill, Region, Shift, Skill, User


def create_person(
    *, username: str, name: str, role: str, by: User | None, at: datetime, password: str | None = None, **fields: Any
) -> User:
    with transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise Refused(
                _("The user name “%(name)s” is taken. Please choose another.") % {"name": username}, field="username"
            )
        _refuse_office_without_region(role, fields.get("region"))
        person = User.objects.create_user(username, password, name=name, role=role, **fields)
        record("workforce.create_person", person, by=by, at=at, changes={"role": [None, role]})
        return person


def change_person(person: User, *, by: User, at: datetime, **values: Any) -> User:
    """Changes fields of a person. Switching `is_active` off ends every session with the next request (ModelBackend)."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person.pk)
        if person == by and values.get("is_active") is False:
            raise Refused(_("You cannot switch off your own access. Ask a colleague."), field="is_active")
        changes = differences(person, values)
        _refuse_office_without_region(person.role, person.region)
        if not changes:
            return person
        if "phone" in changes:
            changes["phone"] = ["…", "…"]
        person.save()
        if not person.is_active:
            Badge.objects.filter(person=person).delete()
        verb = "workforce.deactivate_person" if changes.get("is_active") == [True, False] else "workforce.change_person"
        record(verb, person, by=by, at=at, changes=changes)
        return person


def own_badge(person: User, *, at: datetime) -> Badge:
    """What they show at the door; made when they first look at it."""
    return Badge.objects.get_or_create(person=person, defaults={"made_at": at})[0]


def revoke_badge(person: User, *, by: User, at: datetime) -> User:
    """Whoever has seen the code can do nothing with it any more; the person finds another one on their phone."""
    with transaction.atomic():
        if not Badge.objects.filter(person=person).delete()[0]:
            raise Refused(
                _("%(name)s has no badge code yet: it is made when they first look at it.") % {"name": person}
            )
        record("workforce.revoke_badge", person, by=by, at=at)
        return person


def _refuse_office_without_region(role: str, region: Any) -> None:
    if role != "ops" and region is None:
        raise Refused(_("Choose the region this person works in."), field="region")


def make_organisation(
    *,
    code: str,
    name: str,
    regions: Iterable[Region],
    order_types: Iterable[Any],
    ends_on: date | None = None,
    by: User | None,
    at: datetime,
) -> Organisation:
    """`order_types` are those of workorders."""
    with transaction.atomic():
        if Organisation.objects.filter(code=code).exists():
            raise Refused(_("The code “%(code)s” is taken. Please choose another.") % {"code": code}, field="code")
        organisation = Organisation.objects.create(code=code, name=name, ends_on=ends_on)
        changes = _permit(organisation, regions=regions, order_types=order_types)
        record("workforce.make_organisation", organisation, by=by, at=at, changes=changes)
        return organisation


def change_organisation(organisation: Organisation, *, by: User, at: datetime, **values: Any) -> Organisation:
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        permits = {name: values.pop(name) for name in ("regions", "order_types") if name in values}
        changes = differences(organisation, values)
        organisation.save()
        if changes := changes | _permit(organisation, **permits):
            record("workforce.change_organisation", organisation, by=by, at=at, changes=changes)
        return organisation


def _permit(organisation: Organisation, **permits: Iterable[Any]) -> dict[str, list]:
    """Sets what it may do and where; returns what changed."""
    changes = {}
    for name, rows in permits.items():
        related, wanted = getattr(organisation, name), list(rows)
        before = list(related.all())
        if {row.pk for row in before} != {row.pk for row in wanted}:
            related.set(wanted)
            changes[name] = [sorted(map(str, before)), sorted(map(str, wanted))]
    return changes


def set_skill(
    person: User, *, skill: Skill, level: int, expires_on: Any = None, by: User | None, at: datetime
) -> PersonSkill:
    with transaction.atomic():
        held, _new = PersonSkill.objects.update_or_create(
            person=person, skill=skill, defaults={"level": level, "expires_on": expires_on}
        )
        record("workforce.set_skill", person, by=by, at=at, changes={skill.code: [None, level]})
        return held


def set_shifts(person: User, *, shifts: list[tuple[int, Any, Any]], by: User | None, at: datetime) -> None:
    """Replaces the weekly shifts by (weekday, from, until)."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        before = [str(shift) for shift in person.shifts.all()]
        person.shifts.all().delete()
        made = Shift.objects.bulk_create(
            [Shift(person=person, weekday=d, starts_at=s, ends_at=e) for d, s, e in shifts]
        )
        record("workforce.set_shifts", person, by=by, at=at, changes={"shifts": [before, [str(s) for s in made]]})


def book_time(
    person: User,
    *,
    kind: str,
    start: datetime,
    end: datetime,
    by: User | None,
    at: datetime,
    label: str = "",
    force: bool = False,
) -> Booking:
    """Books a stretch of a person's time. Refused when it overlaps, unless `by` forces it, by name."""
    try:
        with transaction.atomic():
            booking = Booking.objects.create(
                person=person,
                kind=kind,
                during=DateTimeTZRange(start, end),
                label=label,
                forced_by=by if force else None,
            )
            if kind != Booking.Kind.WORK:
                record("workforce.book_time", person, by=by, at=at, changes={label or kind: [None, [start, end]]})
            return booking
    except IntegrityError as clash:
        if "no_double_booking" not in str(clash):
            raise
        raise Refused(_("%(name)s is already booked at that time.") % {"name": person.name}) from clash


def move_booking(booking: Booking, *, start: datetime, end: datetime) -> None:
    """Moves or shortens a booking; refused when it then overlaps another."""
    try:
        with transaction.atomic():
            Booking.objects.filter(pk=booking.pk).update(during=DateTimeTZRange(start, end))
    except IntegrityError as clash:
        raise Refused(_("%(name)s is already booked at that time.") % {"name": booking.person.name}) from clash


def release_time(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).delete()


def view_track(person: User, *, on: date, by: User, at: datetime) -> None:
    """Writes down who looks at whose track of a day."""
    record("workforce.view_track", person, by=by, at=at, note=f"{on:%Y-%m-%d}")
