import json

import numpy as np
import pytest

from analytics.scorecard import Scorecard, auc, back_test, fit, quality, stability, top_reasons
from bench.churn import FILE, read


def shops(rows: int = 4_000) -> tuple[np.ndarray, np.ndarray]:
    """Volume against last year, complaints, noise; who leaves depends on the first two, the third is sometimes unknown."""
    dice = np.random.default_rng(3)
    figures = np.column_stack([dice.normal(1, 0.3, rows), dice.poisson(0.4, rows), dice.normal(size=rows)])
    left = dice.random(rows) < 1 / (1 + np.exp(2 + 4 * (figures[:, 0] - 1) - 0.8 * figures[:, 1]))
    figures[dice.random(rows) < 0.1, 2] = np.nan
    return figures, left.astype(float)


def test_the_scorecard_reaches_its_bar_on_customers_it_has_not_seen():
    assert FILE.exists(), f"The sample is not at {FILE}; the README of shared/data says what it is."
    names, figures, left = read()
    judged = np.random.default_rng(11).random(len(left)) < 0.3
    card = fit(names, figures[~judged], left[~judged])
    found = quality(card.probability(figures[judged]), left[judged])
    assert found.auc >= 0.845
    assert found.calibration_error <= 0.03
    assert found.lift > 2.5


def test_points_are_whole_and_sum_to_the_score_and_survive_being_kept():
    figures, left = shops()
    card = fit(("volume", "complaints", "noise"), figures, left, {"volume": -1, "complaints": 1})
    points = card.points(figures)
    assert points.dtype.kind == "i"
    assert (card.base + points.sum(1) == card.score(figures)).all()
    assert abs(points.mean(0)).max() < 1, "a usual row gets about none"
    assert Scorecard.from_json(json.loads(json.dumps(card.as_json()))) == card


def test_a_figure_that_can_only_raise_the_risk_never_lowers_it():
    figures, left = shops()
    card = fit(("volume", "complaints", "noise"), figures, left, {"volume": -1, "complaints": 1})
    volume, complaints, noise = card.characteristics
    assert (np.diff(volume.points[:-1]) <= 0).all()
    assert (np.diff(complaints.points[:-1]) >= 0).all()
    assert max(map(abs, noise.points)) < max(complaints.points), "what says nothing gets few points"


def test_the_reasons_are_what_adds_most_and_nothing_that_adds_none():
    assert top_reasons(np.array([[5, -2, 9, 7, 1], [0, -1, 3, 0, 0]])).tolist() == [[2, 3, 0], [2, -1, -1]]


def test_ties_count_half():
    assert auc(np.array([0.1, 0.5, 0.5, 0.9]), np.array([0, 1, 0, 1])) == pytest.approx(0.875)


def test_a_back_test_learns_only_from_what_was_known_at_the_cut():
    figures, left = shops(600)
    days = np.arange(600.0)
    learned_from: list[int] = []

    def train(x, y):
        learned_from.append(len(x))
        return fit(("volume", "complaints", "noise"), x, y).probability

    found = back_test(train, figures, left, days, known_after=90, cuts=(300, 450))
    assert learned_from == [211, 361]
    assert [each.rows for each in found] == [150, 150]


def test_other_rows_than_those_learned_from_are_noticed():
    before = [100, 200, 400, 200, 100]
    assert stability(before, [11, 19, 41, 20, 9]) < 0.02
    assert stability(before, [400, 200, 100, 20, 10]) > 0.2
