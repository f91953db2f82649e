"""Terminals at shops, what they reported last, and a rule for each story."""

from datetime import timedelta

import pytest

from assets.models import Binding, TerminalState
from monitoring.actions import make_rule, publish_rule
from tests import factories as make

MINUTE = timedelta(minutes=1)

LEVELS = {
    "offline": {"raise_at": 60, "clear_at": 10, "clear_after_min": 30},
    "paper": {"raise_at": 10, "clear_at": 40, "raise_after_min": 5, "clear_after_min": 5},
    "keys": {"raise_at": 20, "clear_at": 50},
    "tamper": {"raise_at": 1, "clear_at": 0},
    "place": {"raise_at": 500, "clear_at": 300},
    "renewal": {"raise_at": 36, "clear_at": 35, "least_faults": 2},
    "firmware": {"raise_at": 0, "clear_at": 1, "firmware": "4.2.0"},
    "dormant": {"raise_at": 90, "clear_at": 3},
    "abandoned": {"raise_at": 365, "clear_at": 3},
    "demand": {"raise_at": 4, "clear_at": 1},
    "region": {"raise_at": 6, "clear_at": 3},
}


@pytest.fixture
def rule(manager, at):
    """Makes a rule of a kind and switches it on."""

    def on(kind, *, order_type=None, **values):
        wanted = LEVELS[kind] | values
        made = make_rule(name=kind.title(), kind=kind, order_type=order_type, by=manager, at=at, **wanted)
        return publish_rule(made, by=manager, at=at)

    return on


@pytest.fixture
def shop(xihu, at):
    """Makes a shop with a live terminal that was heard just now, some metres east of the others."""

    def made(east_m=0, **state):
        merchant = make.MerchantFactory(region=xihu, lat=30.2701, lon=120.1501 + east_m / 96_000)
        terminal = make.TerminalFactory(region=xihu, status="live")
        Binding.objects.create(
            terminal=terminal,
            merchant=merchant,
            started_at=at - timedelta(days=200),
            lat=merchant.lat,
            lon=merchant.lon,
        )
        TerminalState.objects.create(terminal=terminal, **{"last_heard_at": at, "paper_percent": 80} | state)
        return terminal

    return made


@pytest.fixture
def hear():
    """What terminals report, and when; silence is marked as the task does."""

    def heard(terminals, at, **values):
        TerminalState.objects.filter(terminal__in=terminals).update(last_heard_at=at, silent_since=None, **values)

    return heard
