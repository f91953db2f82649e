from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import record
from prospecting.models import Lead, Round
from prospecting.rounds import day_round, today_of
from toolkit.errors import Refused
from workforce.models import User

TO_THE_END, TOMORROW = "later", "tomorrow"


def order_round(
    prospector: User,
    *,
    by: User,
    at: datetime,
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    device_at: datetime | None = None,
) -> Round:
    """The rest of the day's round anew, from where the prospector stands."""
    if lat is None or lon is None:
        raise Refused(_("Your phone gave no position. Switch it on and try again."))
    with transaction.atomic():
        noted = _locked(prospector, at)
        noted.lat, noted.lon, noted.ordered_at, noted.leads = lat, lon, min(device_at or at, at), []
        noted.save()
        _note_order(noted, at)
        record("prospecting.order_round", prospector, by=by, at=at, device_at=device_at)
        return noted


def put_off(lead: Lead, *, until: str, by: User, at: datetime, device_at: datetime | None = None) -> Round:
    """To the end of the day's round, or out of it: it comes again tomorrow."""
    with transaction.atomic():
        noted = _locked(by, at)
        if until == TOMORROW:
            noted.skipped = [*{*noted.skipped, lead.pk}]
            noted.save()
        _note_order(noted, at)
        if until == TO_THE_END:
            noted.leads = [*(pk for pk in noted.leads if pk != lead.pk), lead.pk]
            noted.save()
        record(
            "prospecting.put_off", lead, by=by, at=at, device_at=device_at, merchant_id=lead.merchant_id,
            changes={"until": [None, until]},
        )  # fmt: skip
        return noted


def _locked(prospector: User, at: datetime) -> Round:
    day = today_of(prospector, at)
    Round.objects.get_or_create(prospector=prospector, day=day)
    return Round.objects.select_for_update(of=("self",)).get(prospector=prospector, day=day)


def _note_order(noted: Round, at: datetime) -> None:
    """From now on the order stays, whoever looks at it from wherever."""
    noted.leads = [call.lead.pk for call in day_round(noted.prospector, at).calls]
    noted.save()
