from itertools import product
from math import ceil, exp, inf, lgamma, log

import numpy as np
import pytest

from spareparts.demand import (
    CHANCE_WEIGHTS,
    MEAN_WEIGHTS,
    SIZE_WEIGHTS,
    Pattern,
    Rule,
    Score,
    back_test,
    failure_rates,
    forecast,
    negative_binomial_quantile,
    patterns,
    rarity,
    score,
    ses,
    spread,
    tsb,
    unevenness,
)

NAN = np.nan


def shop(parts: int = 300, months: int = 36) -> np.ndarray:
    """Parts used from once in years to five times a month, every third in lots of very different size."""
    dice = np.random.default_rng(7)
    use = dice.poisson(np.geomspace(0.03, 5, parts)[:, None], (parts, months)).astype(float)
    use[::3] *= dice.geometric(0.3, (len(use[::3]), months))
    return use


def test_a_pattern_is_told_by_how_rare_and_how_uneven_the_use_is():
    history = [
        [2, 2, 3, 2, 3, 2],
        [0, 2, 0, 0, 2, 0],
        [1, 9, 1, 1, 9, 1],
        [0, 1, 0, 0, 9, 0],
        [NAN, NAN, NAN, NAN, 2, 2],  # what nobody knows is no month without use
        [0, 0, 0, 0, 0, 0],
    ]
    assert rarity(history).tolist() == [1, 3, 1, 3, 1, inf]
    assert unevenness(history)[:4] == pytest.approx([2 / 49, 0, (128 / 9) / (11 / 3) ** 2, 16 / 25])
    assert patterns(history).tolist() == [
        Pattern.SMOOTH,
        Pattern.INTERMITTENT,
        Pattern.ERRATIC,
        Pattern.LUMPY,
        Pattern.SMOOTH,
        Pattern.INTERMITTENT,
    ]


def test_means_are_smoothed_as_by_hand_and_fade_when_nobody_needs_the_part_any_longer():
    """TSB with both weights ½: the chance goes 1, ½, ¾, ⅜, the quantity 2, 2, 3, 3; a month nobody knows changes
    nothing. Weights of 0 leave the plain means of the beginning: 2 of 4 months, 3 at a time."""
    history = [[2, 0, 4, 0, NAN], [NAN, 2, 0, 4, 0]]
    assert tsb(history, 0.5, 0.5).tolist() == [[0, 2, 1, 2.25, 1.125, 1.125], [0, 0, 2, 1, 2.25, 1.125]]
    assert tsb(history, 0, 0)[:, -1] == pytest.approx([1.5, 1.5])
    assert ses(history, 0.5).tolist() == [[0, 2, 1, 2.5, 1.25, 1.25], [0, 0, 2, 1, 2.5, 1.25]]


def test_the_spread_of_little_use_is_drawn_to_that_of_all():
    """By hand: deviations 64 where chance alone lets 12 expect, 0 of 12 and 0 of 0, together 64 of 24; never below 1."""
    history = [[0, 8, 0, 8], [4, 4, 4, 4], [0, 0, 0, 0]]
    assert spread(history, 0.001)[:, -1] == pytest.approx([64 / 12, 1, 64 / 24], rel=1e-3)
    assert spread(history, 12)[:, -1] == pytest.approx([(64 + 32) / 24, 32 / 24, 64 / 24])


@pytest.mark.parametrize("mean", [0.01, 0.3, 4, 50, 5000])
@pytest.mark.parametrize("quantile", [0.5, 0.95, 0.999])
def test_the_quantile_is_that_of_the_geometric_distribution_where_both_are_the_same(mean, quantile):
    closed_form = max(ceil(log(1 - quantile) / log(mean / (1 + mean)) - 1e-12) - 1, 0)
    assert negative_binomial_quantile(mean, mean + mean**2, quantile) == closed_form


def test_the_quantile_is_poissons_where_use_varies_by_chance_alone():
    """Tables for 1, 2 and 10; Cornish and Fisher's expansion for 20,000, where a table ends and exp(-mean) is 0."""
    assert negative_binomial_quantile([0, 1, 2, 10, 20_000], 0, 0.95).tolist() == [0, 3, 5, 15, 20_233]
    assert negative_binomial_quantile([[1, 2], [10, NAN]], 0, 0.99).tolist() == [[4, 6], [18, 0]]


def test_a_score_is_as_by_hand():
    used, level = np.array([[0.0, 3, NAN], [1, 2, 4]]), np.array([[1, 1, 9], [1, 4, 4]])
    assert score(used, level, 0.95) == Score(pytest.approx((0.05 + 1.9 + 0.1) / 5), 0.8, 2.2)
    assert np.isnan(score(used * NAN, level, 0.95).pinball)


def test_what_is_steady_is_expected_again():
    outlook = forecast([[5] * 24, [0] * 24, [NAN] * 24, [NAN] * 23 + [5]])
    assert outlook.monthly.tolist() == [5, 0, 0, 5]
    assert outlook.level(2, 0.95).tolist() == [15, 0, 0, 15]  # Poisson's of 10
    assert outlook.level(0.2, 0.95).tolist() == [3, 0, 0, 3]


def test_what_is_smooth_follows_its_mean_and_all_else_the_chance_of_a_use():
    history = np.array([[3, 4, 5, 0, 4, 3, 5, 4, 6, 5, 4, 6], [0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 2]])
    assert patterns(history).tolist() == [Pattern.SMOOTH, Pattern.INTERMITTENT]
    smooth, rare = forecast(history).monthly
    assert smooth in {ses(history, weight)[0, -1] for weight in MEAN_WEIGHTS}
    assert rare in {tsb(history, *weights)[1, -1] for weights in product(CHANCE_WEIGHTS, SIZE_WEIGHTS)}


@pytest.mark.parametrize("history", [np.empty((0, 24)), np.empty((3, 0)), [[4.0]], [[1.0, 0, 3]]])
def test_little_or_no_history_is_enough_for_a_forecast(history):
    assert forecast(history).level(2, 0.95).shape == (len(history),)


def test_the_levels_hold_as_often_as_they_promise_and_cost_less_than_twice_the_mean():
    test = back_test(shop())
    held = (test.used <= test.levels[Rule.FORECAST]).mean()
    assert 0.95 <= held <= 0.98  # whole numbers hold a little oftener
    scores = test.scores()
    assert scores[Rule.FORECAST].pinball < 0.9 * scores[Rule.TWICE_THE_MEAN].pinball
    assert scores[Rule.ZERO] == Score(pytest.approx(0.95 * test.used.mean()), 0, 0)
    assert scores[Rule.TWICE_THE_MEAN].units == pytest.approx(
        np.mean([4 * shop()[:, start - 12 : start].mean() for start in range(24, 35)])
    )
    one = test.scores(slice(299, 300))[Rule.FORECAST]
    assert one == score(test.used[299:], test.levels[Rule.FORECAST][299:], 0.95)


def test_nothing_is_known_before_it_has_happened():
    """Levels of windows that begin by a month are the same whatever comes after it; so are the weights they rest on."""
    other = shop()
    other[:, 30:] = other[::-1, 30:] * 5
    mine, theirs = back_test(shop()), back_test(other)
    before = [index for index, start in enumerate(mine.starts) if start <= 30]
    assert len(before) == 7
    for rule in Rule:
        assert (mine.levels[rule][:, before] == theirs.levels[rule][:, before]).all()
    assert (mine.levels[Rule.FORECAST][:, -1] != theirs.levels[Rule.FORECAST][:, -1]).any()
    now = forecast(shop()[:, :30])
    assert (now.level(2, 0.95) == mine.levels[Rule.FORECAST][:, before[-1]]).all()


def test_failure_rates_of_small_fleets_are_drawn_to_that_of_all():
    """By hand (Marshall): mean 40/300, variance between .0155556 - .0013333 = .0142222, so as if every group had seen
    1.25 failures more in 9.375 months more. A new model has the rate of all."""
    rates = failure_rates([30, 10, 0, 0], [100, 100, 100, 0])
    assert rates.rate == pytest.approx([31.25 / 109.375, 11.25 / 109.375, 1.25 / 109.375, 40 / 300])
    assert rates.shape == pytest.approx([31.25, 11.25, 1.25, 1.25])
    lucky_and_large = failure_rates([2, 60, 5, 200], [4, 400, 500, 4000])
    assert lucky_and_large.rate.argmax() == 1

    alike = failure_rates([10, 11, 9], [100, 100, 100])
    assert alike.rate == pytest.approx([0.1] * 3)
    assert failure_rates([0, 0], [50, 0]).level([1000, 1000], 0.95).tolist() == [0, 0]


def test_an_installed_base_needs_what_its_rate_and_the_doubt_about_it_say():
    """30 terminal-months of a new model at 40/300, known as well as by 1.25 failures: the mass function added up."""
    rates = failure_rates([30, 10, 0, 0], [100, 100, 100, 0])
    size, chance = 1.25, 1.25 / (1.25 + 4)

    def mass(count: int) -> float:
        logs = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
        return exp(logs + size * log(chance) + count * log(1 - chance))

    enough = next(count for count in range(99) if sum(mass(k) for k in range(count + 1)) >= 0.95)
    assert rates.level([0, 0, 0, 30], 0.95).tolist() == [0, 0, 0, enough]
