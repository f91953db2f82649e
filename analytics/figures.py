"""The figures scores are made of, for many merchants at once, by what was known at the end of a day.

One query for each source, whatever the number of merchants.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from django.utils import timezone

from analytics.decay import RECENT_DAYS, SPAN, Market, alarm, market_of, signs
from analytics.scorecard import Floats, Ints
from assets.models import TerminalModel
from merchants.models import Merchant

CHURN = (
    "fall", "volume", "silence", "repairs", "repeats", "complaints", "device_years", "contract_days", "visit_days", "fee", "overdue",
)  # fmt: skip
UPSELL = ("growth", "per_terminal", "package", "lacking")
SERVICE_LEVELS = ("basic", "plus", "premium")
PRODUCTS = TerminalModel.Kind.values
DAYS_A_MONTH = 365.25 / 12
KNOWN_AFTER = 90  # days, until it is known whether a merchant left
SAMPLE_STRETCHES, SAMPLE_STRETCH = 20, 1_000  # merchants
LIVE = ("active",)

MERCHANTS = """
SELECT m.id, coalesce(m.trade_id, 0), coalesce(city.id, 0)
FROM merchants_merchant m JOIN workforce_region r ON r.id = m.region_id
LEFT JOIN workforce_region city ON city.path = substring(r.path FROM '^(?:[^/]+/){1,3}')
WHERE m.status = ANY(%(statuses)s) AND m.merged_into_id IS NULL AND m.id > %(after)s
ORDER BY m.id LIMIT %(most)s
"""
DAYS = """
SELECT merchant_id, string_agg(int4send(day - %(first)s::date) || int8send(cents) || int4send(count), ''::bytea)
FROM merchants_merchantday
WHERE merchant_id BETWEEN %(low)s AND %(high)s AND day BETWEEN %(first)s AND %(until)s GROUP BY merchant_id
"""
MARKET = """
SELECT coalesce(trade_id, 0), city_id, day - %(first)s::date, cents, merchants
FROM merchants_cityday WHERE day BETWEEN %(first)s AND %(until)s
"""
ORDERS = """
SELECT o.merchant_id,
    count(*) FILTER (WHERE t.code = 'repair' AND o.service_date > %(until)s::date - 90),
    greatest(count(*) FILTER (WHERE t.code = 'repair' AND o.service_date > %(until)s::date - 30) - 1, 0),
    count(*) FILTER (WHERE o.service_date > %(until)s::date - 90 AND (t.code = 'complaint' OR r.score <= 2)),
    %(until)s::date - (max(o.completed_at) FILTER (WHERE o.completed_at < %(end)s))::date
FROM workorders_workorder o JOIN workorders_workordertype t ON t.id = o.type_id
LEFT JOIN workorders_rating r ON r.order_id = o.id AND r.at < %(end)s
WHERE o.merchant_id BETWEEN %(low)s AND %(high)s AND o.service_date <= %(until)s AND o.opened_at < %(end)s
    AND (o.cancelled_at IS NULL OR o.cancelled_at >= %(end)s)
GROUP BY o.merchant_id
"""
TERMINALS = """
SELECT b.merchant_id, count(*) FILTER (WHERE m.kind = 'pos'), max(%(until)s::date - t.received_on) / 365.25::float8,
    {products}
FROM assets_binding b JOIN assets_terminal t ON t.id = b.terminal_id JOIN assets_terminalmodel m ON m.id = t.model_id
WHERE b.merchant_id BETWEEN %(low)s AND %(high)s AND b.started_at < %(end)s AND (b.ended_at IS NULL OR b.ended_at >= %(end)s)
GROUP BY b.merchant_id
""".format(products=", ".join(f"bool_or(m.kind = '{kind}')::int" for kind in PRODUCTS))
CONTRACTS = f"""
SELECT DISTINCT ON (merchant_id) merchant_id, ends_on - %(until)s::date,
    array_position(ARRAY{list(SERVICE_LEVELS)}, service_level::text) - 1, monthly_fee::float8
FROM merchants_contract WHERE merchant_id BETWEEN %(low)s AND %(high)s AND starts_on <= %(until)s
ORDER BY merchant_id, starts_on DESC, id DESC
"""
FEES = "SELECT merchant_id, fee_rate::float8 FROM merchants_terms WHERE merchant_id BETWEEN %(low)s AND %(high)s"
OVERDUE = """
SELECT merchant_id, %(until)s::date - min(due_on) FROM inspections_inspection
WHERE merchant_id BETWEEN %(low)s AND %(high)s AND due_on < %(until)s AND (finished_on IS NULL OR finished_on > %(until)s)
GROUP BY merchant_id
"""
LEFT = """
SELECT merchant_id, min(day) <= %(snapshot)s, max(day) > %(snapshot)s::date + %(known)s - 28
FROM merchants_merchantday WHERE merchant_id BETWEEN %(low)s AND %(high)s AND count > 0
    AND day BETWEEN %(snapshot)s::date - 27 AND %(snapshot)s::date + %(known)s
GROUP BY merchant_id
"""
DAY = np.dtype([("day", ">i4"), ("cents", ">i8"), ("count", ">i4")])


@dataclass(frozen=True)
class Sources:
    """What was read of merchants, a row each. `churn` are the figures of CHURN, but the fee in percent."""

    ids: Ints
    trades: Ints
    churn: Floats
    monthly_cents: Floats
    per_terminal: Floats  # transactions on an open day
    products: Floats  # which PRODUCTS it has
    level: Floats  # place in SERVICE_LEVELS
    monthly_fee: Floats


class Markets:
    """Of all trades and cities, for the SPAN days up to a day."""

    def __init__(self, until: date) -> None:
        rows = np.array(_rows(MARKET, until, np.zeros(0, int)), dtype=float).reshape(-1, 5)
        cells, where = np.unique(rows[:, :2].astype(int), axis=0, return_inverse=True)
        self.cells = {tuple(cell): place for place, cell in enumerate(cells.tolist())}
        cents, merchants = np.zeros((2, len(cells), SPAN))
        cents[where, rows[:, 2].astype(int)] = rows[:, 3]
        merchants[where, rows[:, 2].astype(int)] = rows[:, 4]
        trades = np.unique(cells[:, 0], return_inverse=True)[1] if len(cells) else np.zeros(0, int)
        found = market_of(cents, merchants, trades) if len(cells) else Market(cents, merchants)
        flat = np.ones((1, SPAN))  # of a cell nobody knows
        self.volume, self.openness = np.vstack([found.volume, flat]), np.vstack([found.openness, flat])

    def of(self, trades: Ints, cities: Ints) -> Market:
        cells = [self.cells.get(cell, -1) for cell in zip(trades.tolist(), cities.tolist(), strict=True)]
        return Market(self.volume[cells], self.openness[cells])


def merchants_after(after: int, most: int, statuses: Sequence[str] = LIVE) -> Ints:
    """A row for each: its key, its trade, its city (0 for none), in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(MERCHANTS, {"after": after, "most": most, "statuses": list(statuses)})
        return np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)


def stretches(statuses: Sequence[str] = LIVE) -> Iterator[Ints]:
    """A sample of merchants: stretches from the oldest to the newest; of few merchants all."""
    newest = Merchant.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    after = -1
    for start in range(0, newest + 1, newest // SAMPLE_STRETCHES + 1):
        found = merchants_after(max(start - 1, after), SAMPLE_STRETCH, statuses)
        if len(found):
            yield found
            after = int(found[-1, 0])


def left_after(ids: Ints, snapshot: date) -> Floats:
    """1 for who took something in the four weeks up to the snapshot and nothing in the last four of KNOWN_AFTER days after
    it, 0 for who still did, NaN for who took nothing before."""
    found = np.full(len(ids), np.nan)
    days: dict[str, Any] = {"low": int(ids[0]), "high": int(ids[-1]), "snapshot": snapshot, "known": KNOWN_AFTER}
    with connection.cursor() as cursor:
        cursor.execute(LEFT, days)
        for merchant, was_there, is_there in cursor.fetchall():
            row = np.searchsorted(ids, merchant)
            if was_there and row < len(ids) and ids[row] == merchant:
                found[row] = not is_there
    return found


def read(merchants: Ints, until: date, markets: Markets) -> Sources:
    """`merchants` is a stretch of what merchants_after gives."""
    ids, trades, cities = merchants.T
    cents, counts = np.zeros((2, len(ids), SPAN))
    for merchant, packed in _rows(DAYS, until, ids):
        days, row = np.frombuffer(packed, DAY), np.searchsorted(ids, merchant)
        if row < len(ids) and ids[row] == merchant:
            cents[row, days["day"]], counts[row, days["day"]] = days["cents"], days["count"]
    market = markets.of(trades, cities)
    found = signs(cents, market.volume, market.openness, SPAN - 1)
    orders = _table(ORDERS, until, ids, (0, 0, 0, np.nan))
    terminals = _table(TERMINALS, until, ids, (0, np.nan) + (0,) * len(PRODUCTS))
    contracts = _table(CONTRACTS, until, ids, (np.nan,) * 3)
    fee_rate = _table(FEES, until, ids, (np.nan,))[:, 0]
    overdue = _table(OVERDUE, until, ids, (0,))[:, 0]
    open_days, tills = np.maximum((counts[:, -RECENT_DAYS:] > 0).sum(1), 1), terminals[:, 0]
    return Sources(
        ids=ids,
        trades=trades,
        churn=np.column_stack(
            [alarm(found), found.volume_28, found.silent_days, orders[:, :3], terminals[:, 1], contracts[:, 0], orders[:, 3],
             fee_rate, overdue]
        ),
        monthly_cents=cents.sum(1) / SPAN * DAYS_A_MONTH,
        per_terminal=np.where(tills > 0, counts[:, -RECENT_DAYS:].sum(1) / open_days / np.maximum(tills, 1), np.nan),
        products=terminals[:, 2:],
        level=contracts[:, 1],
        monthly_fee=contracts[:, 2],
    )  # fmt: skip


def _rows(query: str, until: date, ids: Ints) -> list[tuple[Any, ...]]:
    """Bytes come as bytes: the cursor is a binary one."""
    end = timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))
    values: dict[str, Any] = {"until": until, "end": end, "first": until - timedelta(days=SPAN - 1)}
    if len(ids):
        values |= {"low": int(ids[0]), "high": int(ids[-1])}
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own merge the values here, which cannot be binary
        return cursor.execute(query, values, binary=True).fetchall()


def _table(query: str, until: date, ids: Ints, missing: Sequence[float]) -> Floats:
    table = np.tile(np.array(missing, float), (len(ids), 1))
    found = np.array(_rows(query, until, ids), dtype=float).reshape(-1, len(missing) + 1)
    found = found[np.isin(found[:, 0].astype(np.int64), ids)]
    table[np.searchsorted(ids, found[:, 0].astype(np.int64))] = found[:, 1:]
    return table
