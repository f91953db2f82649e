"""What the contract of an outsourcer allows of an order, and what it does not in words."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from workforce.models import Organisation
from workorders.models import WorkOrder

ENDED, KIND, ELSEWHERE = "organisation_ended", "organisation_kind", "organisation_elsewhere"


def what_forbids(organisation: Organisation, order: WorkOrder, on: date) -> list[str]:
    found = {
        ENDED: organisation.ends_on is not None and organisation.ends_on < on,
        KIND: not organisation.order_types.filter(pk=order.type_id).exists(),
        ELSEWHERE: not organisation.regions.filter(path__in=order.region.line).exists(),
    }
    return [reason for reason, holds in found.items() if holds]


def in_words(reason: str, *, organisation: str, ends_on: date | None, kind: Any, region: Any) -> str:
    sentence = {
        ENDED: _("the contract with %(organisation)s ended on %(date)s"),
        KIND: _("%(organisation)s may not do orders of the type “%(kind)s”"),
        ELSEWHERE: _("%(organisation)s may not work in %(region)s"),
    }[reason]
    ended = date_format(ends_on, "SHORT_DATE_FORMAT") if ends_on else ""
    return sentence % {"organisation": organisation, "date": ended, "kind": kind, "region": region}
