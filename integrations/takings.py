"""What merchants took by day as machines send it: what is wrong with a row keeps out that row only."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field, WrapValidator

from integrations.heartbeats import MOST_INT, Broken, Text, keep_broken
from integrations.rows.transactions import MOST_TERMINALS, Name, merchants_named
from merchants.actions import Takings, take_transactions
from merchants.months import oldest_day

Amount = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=2)]


class DayTaken(BaseModel):
    merchant: Text = Field(
        min_length=1, max_length=60, description="Our number, the outside number, or the code an acquirer knows it by."
    )
    acquirer_code: Text = Field("", max_length=20, description="Needed where two acquirers use the same code.")
    day: date = Field(description="By the acquirer's calendar.")
    count: int = Field(ge=0, le=MOST_INT, description="Number of transactions.")
    amount: Amount = Field(description="Before refunds.")
    refunds: Amount = Decimal(0)
    terminals: int | None = Field(None, ge=0, le=MOST_TERMINALS, description="How many were used.")


LenientDay = Annotated[DayTaken, WrapValidator(keep_broken)]


class TakenDays(NamedTuple):
    kept: int
    refused: dict[int, str]  # why, by place


def take_days(sent: Sequence[DayTaken | Broken], *, source: str, at: datetime) -> TakenDays:
    refused = {place: each.why for place, each in enumerate(sent) if isinstance(each, Broken)}
    named = merchants_named({Name(each.merchant, each.acquirer_code) for each in sent if isinstance(each, DayTaken)})
    today = timezone.localdate(at)
    rows = []
    for place, each in enumerate(sent):
        if isinstance(each, Broken):
            continue
        found = named[Name(each.merchant, each.acquirer_code)]
        if not oldest_day(today) <= each.day <= today + timedelta(days=1):
            refused[place] = _("Days are taken from %(oldest)s until today.") % {"oldest": oldest_day(today)}
        elif not found:
            refused[place] = _("There is no merchant “%(number)s”.") % {"number": each.merchant}
        elif len(found) > 1:
            text = _("“%(number)s” is the code of several merchants: name the acquirer too.")
            refused[place] = text % {"number": each.merchant}
        else:
            cents, refunds = int(each.amount * 100), int(each.refunds * 100)
            rows.append(Takings(next(iter(found)), each.day, each.count, cents, refunds, each.terminals))
    if rows:
        take_transactions(rows, by=None, at=at, source=source)
    return TakenDays(len(rows), dict(sorted(refused.items())))
