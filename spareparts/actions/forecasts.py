"""What will be used, reckoned every night, and what people who know better expect instead."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.actions import record
from spareparts.demand import Outlook, Rule, back_test, forecast, patterns
from spareparts.history import InstalledBase, installed_base, regions_with_parts, use_by_month
from spareparts.models import Forecast, ForecastEdit
from toolkit.errors import Refused
from workforce.models import Region, User

AHEAD_MONTHS = 2  # until what is ordered now has come, and until it is ordered again
QUANTILE = 0.95
NEW_MONTHS = 6  # with fewer known months the installed base says more
LONGEST = timedelta(days=366)
TESTED = ("pinball", "fill_rate", "level")
WRITTEN = (
    "kind", "used", "terminals", "monthly", "spread", "quantile", "reorder_point", "order_up_to", "computed_at",
    *TESTED, *(f"naive_{name}" for name in TESTED),
)  # fmt: skip


def make_forecasts(*, at: datetime) -> int:
    """Those of this month, in every region where that has not been done today. Any process, any time: a part has one
    forecast in a region and month, and it comes out the same. Returns how many regions were reckoned."""
    today = timezone.localtime(at)
    month = today.date().replace(day=1)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    done = Forecast.objects.filter(month=month, computed_at__gte=midnight).values("region")
    regions = list(regions_with_parts().exclude(pk__in=done))
    base = installed_base(month) if regions else None
    for region in regions:
        if base:
            _reckon(region, month, base, at)
    return len(regions)


def _reckon(region: Region, month: date, base: InstalledBase, at: datetime) -> None:
    use = use_by_month(month, region, base.fitting(region))
    if not use.parts:
        return
    seen = forecast(use.matrix, AHEAD_MONTHS, QUANTILE)
    kinds = [str(kind) for kind in patterns(use.matrix)]
    monthly, ratio, known = seen.monthly.copy(), seen.ratio.copy(), use.known_months
    for row, part in enumerate(use.parts):
        if known[row] < NEW_MONTHS and base.terminals(part, region):
            kinds[row] = Forecast.Kind.NEW
            monthly[row], ratio[row] = base.expected(part, region)
    points, fills = levels(monthly, ratio)
    test = back_test(use.matrix, AHEAD_MONTHS, QUANTILE)
    rows = []
    for row, part in enumerate(use.parts):
        tested = {} if kinds[row] == Forecast.Kind.NEW else test.scores(np.array([row]))
        scores = {
            f"{prefix}{name}": _known(getattr(tested.get(rule), score, None))
            for prefix, rule in (("", Rule.FORECAST), ("naive_", Rule.TWICE_THE_MEAN))
            for name, score in zip(TESTED, ("pinball", "fill_rate", "units"), strict=True)
        }
        rows.append(
            Forecast(
                part_id=part,
                region=region,
                month=month,
                kind=kinds[row],
                used=[None if np.isnan(count) else int(count) for count in use.matrix[row]],
                terminals=base.terminals(part, region),
                monthly=_known(monthly[row]),
                spread=_known(ratio[row]),
                quantile=_known(QUANTILE),
                reorder_point=points[row],
                order_up_to=fills[row],
                computed_at=at,
                **scores,
            )
        )
    Forecast.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["region", "month", "part"], update_fields=WRITTEN, batch_size=500
    )


def _known(figure: float | None) -> Decimal | None:
    return None if figure is None or np.isnan(figure) else Decimal(f"{figure:.4f}")


def levels(monthly: np.ndarray, ratio: np.ndarray) -> tuple[list[int], list[int]]:
    """Below which to order, and up to how many: enough for the month until it comes, and for the one after it too."""
    outlook = Outlook(monthly, ratio)
    point, fill = outlook.level(1, QUANTILE), outlook.level(AHEAD_MONTHS, QUANTILE)
    return point.tolist(), np.maximum(point, fill).tolist()


def set_forecast(
    forecast: Forecast, *, monthly: Decimal, until: date, reason: str, by: User, at: datetime
) -> ForecastEdit:
    """A person's figure counts instead until that day; the one before it ends."""
    today = timezone.localtime(at).date()
    if not reason.strip():
        raise Refused(_("Say why you expect something else."), field="reason")
    if not 0 <= monthly <= 1_000_000:
        raise Refused(_("Between 0 and 1,000,000 a month, please."), field="monthly")
    if not today <= until <= today + LONGEST:
        raise Refused(_("Choose a day within a year from today."), field="until")
    (point,), (fill,) = levels(np.array([float(monthly)]), np.array([float(forecast.spread)]))
    with transaction.atomic():
        key = _locked(forecast)
        live = ForecastEdit.objects.filter(**key, ended_at=None).first()
        if live is not None:
            live.ended_at = at
            live.save(update_fields=["ended_at"])
        edit = ForecastEdit.objects.create(
            **key, monthly=monthly, reorder_point=point, order_up_to=fill, reason=reason.strip()[:200], until=until,
            set_by=by, set_at=at,
        )  # fmt: skip
        before = live.monthly if live else forecast.monthly.quantize(Decimal("0.01"))
        changes = {"monthly": [before, monthly], "until": [live and live.until, until]}
        record("spareparts.set_forecast", edit, by=by, at=at, changes=changes, note=edit.reason)
        return edit


def drop_forecast_edit(forecast: Forecast, *, by: User, at: datetime) -> ForecastEdit:
    """The reckoned figure counts again."""
    with transaction.atomic():
        live = ForecastEdit.objects.filter(**_locked(forecast), ended_at=None).first()
        if live is None:
            raise Refused(_("Nobody has set another figure: the forecast counts."))
        live.ended_at = at
        live.save(update_fields=["ended_at"])
        record("spareparts.drop_forecast_edit", live, by=by, at=at, changes={"monthly": [live.monthly, None]})
        return live


def _locked(forecast: Forecast) -> dict[str, int]:
    """Part and region, for one person at a time."""
    row = Forecast.objects.select_for_update(of=("self",), no_key=True).get(pk=forecast.pk)
    return {"part_id": row.part_id, "region_id": row.region_id}  # type: ignore[attr-defined]
