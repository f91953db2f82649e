import numpy as np
import pytest

from analytics.decay import ALARM, RECENT_DAYS, SPAN, alarm, market_of, signs
from bench.decay import DAYS, alarms_in, judge, market_in, town

LEVEL = np.ones((1, SPAN))


def alarm_of(days: np.ndarray, market: np.ndarray = LEVEL, openness: np.ndarray = LEVEL) -> float:
    return float(alarm(signs(days[None, :], market, openness, SPAN - 1))[0])


def steady() -> np.ndarray:
    """A shop that takes 100 by day, 150 on the last day of its week, give or take a little."""
    return np.where(np.arange(SPAN) % 7 == 6, 150.0, 100.0) * np.tile([1.0, 1.05, 0.95], SPAN)[:SPAN]


def test_planted_decays_are_found_and_the_healthy_left_alone():
    looks = np.arange(SPAN, DAYS, 6)
    shown = town(700, seed=21)
    found = judge(shown, alarms_in(shown, looks) >= ALARM, looks)
    assert found.in_time.mean() >= 0.95
    assert found.falsely.mean() <= 0.042


def test_what_comes_later_changes_nothing():
    shown = town(60, seed=5)
    market, until = market_in(shown), SPAN + 20
    shuffled = shown.amounts.copy()
    np.random.default_rng(1).shuffle(shuffled[:, until + 1 :].T)
    before, after = (signs(x, market.volume, market.openness, until) for x in (shown.amounts, shuffled))
    assert not (shuffled == shown.amounts).all()
    assert np.array_equal(alarm(before), alarm(after))


def test_a_fall_is_told_with_its_figures():
    days = steady()
    days[-RECENT_DAYS:] /= 2
    found = signs(days[None, :], LEVEL, LEVEL, SPAN - 1)
    assert found.volume_28[0] == pytest.approx(0.5, abs=0.02)
    assert found.volume_7[0] == pytest.approx(0.5, abs=0.02)
    assert found.silent_days[0] == 0
    assert alarm_of(days) > ALARM > alarm_of(steady())


def test_a_fall_of_the_whole_market_is_no_alarm():
    days, market = steady(), np.ones((1, SPAN))
    days[-10:] *= 0.3
    market[:, -10:] = 0.3
    assert alarm_of(days, market) == pytest.approx(alarm_of(steady()), abs=1e-9)


def test_days_on_which_it_never_opens_or_all_are_closed_are_no_silence():
    days, openness = steady(), np.ones((1, SPAN))
    days[6::7] = 0  # the last day here is one of them
    assert signs(days[None, :], LEVEL, LEVEL, SPAN - 1).silent_days[0] == 0
    days[-8:] = 0
    openness[:, -8:] = 0
    assert signs(days[None, :], LEVEL, openness, SPAN - 1).silent_days[0] == 0
    assert signs(days[None, :], LEVEL, LEVEL, SPAN - 1).silent_days[0] == 6


def test_nobody_judges_a_merchant_of_three_weeks():
    days = steady()
    days[:-21] = 0
    assert np.isnan(alarm_of(days))


def test_small_cells_lean_on_their_trade():
    """A café alone in its town that doubles is not a market that doubles."""
    cents, merchants = np.full((2, 60), 100.0 * 200), np.full((2, 60), 200.0)
    cents[1], merchants[1] = 100, 1
    cents[1, -10:] = 200
    market = market_of(cents, merchants, np.array([0, 0]))
    assert market.volume[0, -1] == pytest.approx(1, abs=0.02)
    assert market.volume[1, -1] < 1.1
