"""Which merchants' business falls away, against their own rhythm and the market of their trade and city.

A matrix of amounts: a row a merchant, a column a day, the newest last; 0 where nothing was taken. Everything is worked out
from the SPAN days before a date, so that what comes later cannot be known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEK = 7
USUAL_DAYS, RECENT_DAYS = 84, 28
SPAN = USUAL_DAYS + RECENT_DAYS
FEWEST_USUAL_DAYS = 20  # with transactions; with fewer nobody can say what is usual
PULL = 40  # merchants that a cell weighs against its trade everywhere
ALARM = 2.33  # see bench/decay.py
UNSURE = 0.06  # of a usual week's log volume, at least: nobody is as steady as a few weeks say


@dataclass(frozen=True)
class Market:
    """Per cell (trade and city) and day: the amount of a merchant that is open, and how many are, both against usual."""

    volume: Floats
    openness: Floats


def market_of(cents: Floats, merchants: Floats, trades: Ints) -> Market:
    """From sums by cell and day. `trades` names the trade of each cell: small cells lean on it."""
    size, counts = np.zeros((2, trades.max() + 1, cents.shape[1]))
    np.add.at(size, trades, cents)
    np.add.at(counts, trades, merchants)

    def against_usual(days: Floats) -> Floats:
        usual = np.median(days, axis=1, keepdims=True)
        return np.where(usual > 0, days / np.maximum(usual, 1e-9), 1.0)

    def leaning(own: Floats, all_of_trade: Floats) -> Floats:
        return (own * merchants + all_of_trade[trades] * PULL) / (merchants + PULL)

    per_open = against_usual(cents / np.maximum(merchants, 1)), against_usual(size / np.maximum(counts, 1))
    open_now = against_usual(merchants), against_usual(counts)
    return Market(np.maximum(leaning(*per_open), 0.02), np.clip(leaning(*open_now), 0.0, 1.0))


@dataclass(frozen=True)
class Signs:
    """Of each merchant; NaN where too little is known. Volumes of open days are shares of the usual ones.

    `fall` is that of 28 days in log and in standard deviations of the merchant's own weeks. `silent_days` are days without
    a transaction on which one was to be expected, `longest_silence` the most of them in a row before.
    """

    volume_28: Floats
    volume_7: Floats
    fall: Floats
    silent_days: Floats
    longest_silence: Floats


def signs(amounts: Floats, volume: Floats, openness: Floats, until: int) -> Signs:
    """`until`: column of the last day that is known. `volume` and `openness`: the market's, a row for each merchant."""
    assert until + 1 >= SPAN
    days = slice(until + 1 - SPAN, until + 1)
    x = amounts[:, days] / volume[:, days]
    is_open = x > 0
    log = np.log(x, out=np.zeros_like(x), where=is_open)
    weekday, before = np.arange(SPAN) % WEEK, USUAL_DAYS // WEEK
    often = is_open[:, :USUAL_DAYS].reshape(-1, before, WEEK).sum(1)
    level = log[:, :USUAL_DAYS].reshape(-1, before, WEEK).sum(1) / np.maximum(often, 1)
    # on a weekday on which it was never open before, whatever it takes is usual
    off = np.where(is_open & (often > 0)[:, weekday], log - level[:, weekday], 0.0)
    expected = (often / before)[:, weekday] * openness[:, days]

    def mean_of(days: int) -> Floats:
        return off[:, -days:].sum(1) / np.maximum(is_open[:, -days:].sum(1), 1)

    open_in_week = is_open[:, :USUAL_DAYS].reshape(-1, before, WEEK).sum(2)
    weekly = off[:, :USUAL_DAYS].reshape(-1, before, WEEK).sum(2) / np.maximum(open_in_week, 1)
    spread = np.sqrt((weekly**2).sum(1) / np.maximum((open_in_week > 0).sum(1), 1) + UNSURE**2)
    due = np.cumsum(expected, axis=1)
    last_due = np.maximum.accumulate(np.where(is_open, due, 0.0), axis=1)
    waits = np.where(is_open[:, 1:USUAL_DAYS], (due - expected)[:, 1:USUAL_DAYS] - last_due[:, : USUAL_DAYS - 1], 0.0)
    found = Signs(
        volume_28=np.exp(mean_of(RECENT_DAYS)),
        volume_7=np.exp(mean_of(WEEK)),
        fall=-mean_of(RECENT_DAYS) / spread * np.sqrt(RECENT_DAYS / WEEK),
        silent_days=due[:, -1] - last_due[:, -1],
        longest_silence=waits.max(1),
    )
    is_known = is_open[:, :USUAL_DAYS].sum(1) >= FEWEST_USUAL_DAYS
    return Signs(**{name: np.where(is_known, column, np.nan) for name, column in vars(found).items()})


def alarm(found: Signs) -> Floats:
    """How far business has fallen away; from ALARM on somebody should look. The weights were found on planted decays."""
    off = found.fall / 5 - 2 * np.log(found.volume_28) - np.log(found.volume_7) / 1.5 + found.silent_days / 10
    return np.maximum(off, 0.0)
