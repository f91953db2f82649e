"""What is usual in each trade, and a merchant's figures against it."""

from dataclasses import dataclass

import numpy as np

from analytics.figures import CHURN, PRODUCTS, SERVICE_LEVELS, UPSELL, Sources
from analytics.scorecard import Floats, Ints

USUAL_FEE_RATE = 0.38  # percent, where nobody's is known
MORE_VOLUME = 0.1  # what a merchant who grows is expected to bring on top
FEWEST_PEERS = 10  # of a trade; smaller ones are compared with all merchants
ALL = "all"

Usual = dict[str, dict[str, list[float | None]]]  # trade → name → figures; None where nobody has one


def usual_figures(sample: Sources) -> Usual:
    """For all merchants, and for each trade that is large enough."""
    found = {ALL: _usual(sample, np.ones(len(sample.ids), bool))}
    for trade in np.unique(sample.trades):
        rows = sample.trades == trade
        if rows.sum() >= FEWEST_PEERS:
            found[str(trade)] = _usual(sample, rows)
    return found


def _usual(sample: Sources, rows: np.ndarray) -> dict[str, list[float | None]]:
    def by_level(figures: Floats) -> list[float | None]:
        return [_median(figures[rows & (sample.level == place)]) for place in range(len(SERVICE_LEVELS))]

    return {
        "churn": [_median(column) for column in sample.churn[rows].T],
        "growth": [_median(sample.churn[rows, CHURN.index("volume")])],
        "per_terminal": [_median(sample.per_terminal[rows])],
        "monthly_cents": by_level(sample.monthly_cents),
        "monthly_fee": by_level(sample.monthly_fee),
        "products": [float(share) for share in sample.products[rows].mean(0)],
    }


def _median(figures: Floats) -> float | None:
    known = figures[~np.isnan(figures)]
    return round(float(np.median(known)), 4) if len(known) else None


@dataclass(frozen=True)
class Compared:
    """`figures` are what a scorecard goes by; `shown` and `peers` what people are shown of them, in one unit.

    `about` says what is lacking; `cents` is what a merchant brings in a year, or might bring more.
    """

    names: tuple[str, ...]
    figures: Floats
    shown: Floats
    peers: Floats
    cents: Floats
    about: list[str]


def compare(of: Sources, usual: Usual) -> dict[str, Compared]:
    trades = [usual.get(str(trade), usual[ALL]) for trade in of.trades.tolist()]

    def peers(name: str) -> Floats:
        return np.array([each[name] for each in trades], dtype=float).reshape(len(of.ids), -1)

    fee = CHURN.index("fee")
    theirs, figures = peers("churn"), of.churn.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        figures[:, fee] = of.churn[:, fee] / theirs[:, fee]
    rate = np.where(
        np.isnan(of.churn[:, fee]), np.where(np.isnan(theirs[:, fee]), USUAL_FEE_RATE, theirs[:, fee]), of.churn[:, fee]
    )
    by_rate = of.monthly_cents * rate / 100
    own_fee = np.nan_to_num(of.monthly_fee) * 100
    brings = 12 * (by_rate + own_fee)
    churn = Compared(CHURN, figures, of.churn, theirs, brings, [""] * len(of.ids))
    return {"churn": churn, "upsell": _upsell(of, peers, by_rate, own_fee)}


def _upsell(of: Sources, peers, by_rate: Floats, own_fee: Floats) -> Compared:
    rows = np.arange(len(of.ids))
    level = np.nan_to_num(of.level, nan=0).astype(int)
    growth = of.churn[:, CHURN.index("volume")]
    amount = peers("monthly_cents")[rows, level]
    # the top package can hold any volume
    amount = np.where((amount > 0) & (level < len(SERVICE_LEVELS) - 1), amount, np.nan)
    busy = peers("per_terminal")[:, 0]
    share = np.where(of.products > 0, 0.0, peers("products"))
    lacking: Ints = share.argmax(1)
    shown = np.column_stack([growth, of.per_terminal, of.monthly_cents / 100, share.max(1)])
    theirs = np.column_stack([peers("growth")[:, 0], busy, amount / 100, np.full(len(rows), np.nan)])
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = np.column_stack([growth, of.per_terminal / busy, of.monthly_cents / amount, share.max(1)])
    figures[~np.isfinite(figures)] = np.nan
    next_fee = np.nan_to_num(peers("monthly_fee")[rows, np.minimum(level + 1, len(SERVICE_LEVELS) - 1)]) * 100
    gains = 12 * (MORE_VOLUME * by_rate + np.maximum(next_fee - own_fee, 0))
    return Compared(UPSELL, figures, shown, theirs, gains, [PRODUCTS[place] for place in lacking.tolist()])
