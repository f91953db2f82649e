"""What is missing before orders can be planned: each check is a list, its count is the length of that list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants import permissions as merchants
from spareparts import permissions as spareparts
from spareparts.models import Place
from workforce import permissions as workforce
from workforce.models import Organisation, PersonSkill, Shift, User
from workorders import permissions as workorders
from workorders.models import WorkOrder

SOON = timedelta(days=30)
COUNTED = 1000  # no further


@dataclass(frozen=True)
class Check:
    key: str
    label: Any
    why: Any
    rows: Callable[[User, datetime], QuerySet]
    name: Callable[[Any], str]
    about: Callable[[Any], str]
    mend: Callable[[Any], str]  # the page where it is put right, by whom `permission` lets
    permission: str

    def count(self, user: User, at: datetime) -> int:
        return self.rows(user, at).order_by()[: COUNTED + 1].count()


def _crew(user: User) -> QuerySet:
    return User.objects.visible_to(user).engineers().select_related("region").order_by("name", "pk")


def _today(user: User, at: datetime):
    return user.region.service_date(at) if user.region else at.date()


def _without_skills(user: User, at: datetime) -> QuerySet:
    held = PersonSkill.objects.filter(person=OuterRef("pk")).exclude(expires_on__lt=_today(user, at))
    return _crew(user).exclude(Exists(held))


def _without_shifts(user: User, at: datetime) -> QuerySet:
    return _crew(user).exclude(Exists(Shift.objects.filter(person=OuterRef("pk"))))


def _without_start(user: User, at: datetime) -> QuerySet:
    return _crew(user).filter(start_lat=None)


def _expiring_skills(user: User, at: datetime) -> QuerySet:
    today = _today(user, at)
    held = PersonSkill.objects.filter(person__in=_crew(user).values("pk"), expires_on__range=(today, today + SOON))
    return held.select_related("person", "skill").order_by("expires_on", "person__name", "pk")


def _orders(user: User) -> QuerySet:
    return WorkOrder.objects.visible_to(user).ongoing().select_related("merchant", "type").order_by("pk")


def _without_duration(user: User, at: datetime) -> QuerySet:
    return _orders(user).filter(duration_min=0)


def _without_place(user: User, at: datetime) -> QuerySet:
    return _orders(user).filter(lat=None, merchant__lat=None)


def _without_due_time(user: User, at: datetime) -> QuerySet:
    return _orders(user).filter(sla={}, response_due_at=None, resolution_due_at=None)


def _ending_organisations(user: User, at: datetime) -> QuerySet:
    staff = User.objects.engineers().filter(organisation=OuterRef("pk"))
    ending = Organisation.objects.visible_to(user).filter(ends_on__lte=_today(user, at) + SOON)
    return ending.filter(Exists(staff)).order_by("ends_on", "pk")


def _depots_nowhere(user: User, at: datetime) -> QuerySet:
    return Place.objects.visible_to(user).depots().filter(lat=None).select_related("region").order_by("name", "pk")


def _page(name: str, key: str) -> Callable[[Any], str]:
    """The page of that name for the row's `key`, through dots."""

    def url(row: Any) -> str:
        for part in key.split("."):
            row = getattr(row, part)
        return reverse(f"office:{name}", args=[row])

    return url


def _region(row: Any) -> str:
    return str(row.region or "–")


def _order_about(order: WorkOrder) -> str:
    return f"{order.type} · {order.merchant.name}"


def _until(day: Any) -> str:
    return _("until %(date)s") % {"date": date_format(day, "SHORT_DATE_FORMAT")}


CHECKS = [
    Check(
        "no-skills", gettext_lazy("People without a valid skill"),
        gettext_lazy("They are offered no order that needs one."),
        _without_skills, str, _region, _page("person-set-skill", "username"), workforce.EDIT_PEOPLE,
    ),
    Check(
        "no-shifts", gettext_lazy("People without working hours"),
        gettext_lazy("They are never on shift, so nothing is given to them."),
        _without_shifts, str, _region, _page("person-set-shifts", "username"), workforce.EDIT_PEOPLE,
    ),
    Check(
        "no-start", gettext_lazy("People without a start place"),
        gettext_lazy("Their first way of the day is reckoned from the middle of the region."),
        _without_start, str, _region, _page("person-edit", "username"), workforce.EDIT_PEOPLE,
    ),
    Check(
        "expiring-skills", gettext_lazy("Skills that expire within 30 days"),
        gettext_lazy("Renew them, or their orders go to others."),
        _expiring_skills, lambda held: held.person.name, lambda held: f"{held} · {_until(held.expires_on)}",
        _page("person-set-skill", "person.username"), workforce.EDIT_PEOPLE,
    ),
    Check(
        "no-duration", gettext_lazy("Orders without a duration"),
        gettext_lazy("They take no time in anybody's day."),
        _without_duration, str, _order_about, _page("work-order-edit", "number"), workorders.EDIT_ORDER,
    ),
    Check(
        "no-place", gettext_lazy("Orders without a place"),
        gettext_lazy("Ways to them are guessed: give the merchant a place."),
        _without_place, str, _order_about, _page("merchant-edit", "merchant.number"), merchants.EDIT_MERCHANT,
    ),
    Check(
        "no-due-time", gettext_lazy("Orders without a due time"),
        gettext_lazy("No service level fits them, so they are done when there is time. Look at the merchant's contract."),
        _without_due_time, str, _order_about, _page("merchant-contract-sign", "merchant.number"), merchants.EDIT_MERCHANT,
    ),
    Check(
        "ending-organisations", gettext_lazy("Organisations whose contract has ended, or ends within 30 days"),
        gettext_lazy("Afterwards their people are given nothing new."),
        _ending_organisations, str, lambda each: _until(each.ends_on), _page("organisation-edit", "code"), workforce.EDIT_PEOPLE,
    ),
    Check(
        "depots-nowhere", gettext_lazy("Depots without a place"),
        gettext_lazy("Nobody can be sent there to collect a part."),
        _depots_nowhere, str, _region, _page("depot-edit", "code"), spareparts.MOVE_STOCK,
    ),
]  # fmt: skip
BY_KEY = {check.key: check for check in CHECKS}
