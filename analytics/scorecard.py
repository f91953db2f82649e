"""A scorecard: each figure falls into a bin, each bin has whole points, and a base with the points is the score, exactly.

Figures are a matrix: a row a merchant, a column a characteristic, NaN where nobody knows. Points are shifted so that a
usual row gets about none: what a characteristic adds is already the difference from its peers.
Sources: Siddiqi 2006 (weight of evidence, points); Platt 1999 (probability); Yurdakul 2018 (stability index).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Model = Callable[[Floats], Floats]  # figures → probabilities

DOUBLE_ODDS = 20  # points that double the odds
MOST_BINS = 10
FEWEST_IN_BIN = 0.02  # share of the rows
PSEUDO_ROWS = 2.0  # weigh against extreme odds of small bins
RIDGE = 1.0
REASONS = 3


@dataclass(frozen=True)
class Characteristic:
    """Bin i holds the figures from edges[i-1] up to, but not including, edges[i]; the last points are for no figure."""

    name: str
    edges: tuple[float, ...]
    points: tuple[int, ...]

    def __post_init__(self) -> None:
        assert len(self.points) == len(self.edges) + 2 and list(self.edges) == sorted(self.edges), self.name

    def bins(self, figures: Floats) -> Ints:
        return bins_of(figures, self.edges)


@dataclass(frozen=True)
class Scorecard:
    """`slope` and `intercept` make log odds of a score."""

    base: int
    characteristics: tuple[Characteristic, ...]
    slope: float
    intercept: float

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.characteristics)

    def points(self, figures: Floats) -> Ints:
        """What each characteristic adds to the score."""
        columns = zip(self.characteristics, np.asarray(figures, float).T, strict=True)
        return np.column_stack([np.array(each.points)[each.bins(column)] for each, column in columns])

    def score(self, figures: Floats) -> Ints:
        return self.base + self.points(figures).sum(1)

    def probability_of(self, score: ArrayLike) -> Floats:
        return sigmoid(self.intercept + self.slope * np.asarray(score, float))

    def probability(self, figures: Floats) -> Floats:
        return self.probability_of(self.score(figures))

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping) -> "Scorecard":
        rows = kept["characteristics"]
        return cls(
            kept["base"],
            tuple(Characteristic(row["name"], tuple(row["edges"]), tuple(row["points"])) for row in rows),
            kept["slope"],
            kept["intercept"],
        )


def top_reasons(points: Ints, most: int = REASONS) -> Ints:
    """Columns of the `most` highest points of each row, the highest first; -1 where a column adds none."""
    order = np.argsort(-points, axis=1, kind="stable")[:, :most]
    return np.where(np.take_along_axis(points, order, 1) > 0, order, -1)


def bins_of(figures: Floats, edges: ArrayLike) -> Ints:
    return np.where(np.isnan(figures), np.size(edges) + 1, np.searchsorted(edges, figures, side="right"))


def sigmoid(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))


def fit(
    names: Sequence[str], figures: Floats, outcome: ArrayLike, rising: Mapping[str, int] | None = None
) -> Scorecard:
    """`rising`: 1 for a figure that can only add to the risk as it grows, -1 for one that can only take from it."""
    y = np.asarray(outcome, float)
    edges = [edges_of(column, y, (rising or {}).get(name, 0)) for name, column in zip(names, figures.T, strict=True)]
    bins = [bins_of(column, each) for column, each in zip(figures.T, edges, strict=True)]
    evidence = [weights_of_evidence(b, y, len(e) + 2) for b, e in zip(bins, edges, strict=True)]
    weighed = np.column_stack([woe[b] for woe, b in zip(evidence, bins, strict=True)])
    intercept, *weights = logit(weighed, y, RIDGE)
    factor = DOUBLE_ODDS / np.log(2)
    exact = [factor * weight * woe for weight, woe in zip(weights, evidence, strict=True)]
    usual = [round(float(each[b].mean())) for each, b in zip(exact, bins, strict=True)]
    whole = [np.rint(each - shift).astype(int) for each, shift in zip(exact, usual, strict=True)]
    base = round(factor * intercept) + sum(usual)
    score = base + sum(each[b] for each, b in zip(whole, bins, strict=True))
    offset, slope = logit(score[:, None] / factor, y, 0.0)
    named = zip(names, edges, whole, strict=True)
    return Scorecard(
        base,
        tuple(Characteristic(name, tuple(e.tolist()), tuple(p.tolist())) for name, e, p in named),
        float(slope / factor),
        float(offset),
    )


def edges_of(column: Floats, outcome: Floats, rising: int = 0) -> Floats:
    """Every value its own bin where there are few, else quantiles; neighbours whose odds run against `rising` merge."""
    known = ~np.isnan(column)
    values, y = column[known], outcome[known]
    distinct = np.unique(values)
    if len(distinct) <= MOST_BINS:
        edges = (distinct[1:] + distinct[:-1]) / 2
    else:
        edges = np.unique(np.quantile(values, np.arange(1, MOST_BINS) / MOST_BINS))
        edges = edges[edges > distinct[0]]
    while len(edges):
        bins = np.searchsorted(edges, values, side="right")
        rows = np.bincount(bins, minlength=len(edges) + 1)
        rate = np.bincount(bins, y, len(edges) + 1) / np.maximum(rows, 1)
        small = np.minimum(rows[1:], rows[:-1]) < FEWEST_IN_BIN * len(column)
        against = (np.diff(rate) * rising < 0) if rising else np.zeros(len(edges), bool)
        if not (small | against).any():
            break
        worst = np.where(small, -1.0, np.where(against, np.diff(rate) * rising, np.inf)).argmin()
        edges = np.delete(edges, worst)
    return edges


def weights_of_evidence(bins: Ints, outcome: Floats, count: int) -> Floats:
    """Log odds of each bin against those of all rows; a bin without rows has 0."""
    rate = np.clip(outcome.mean(), 1e-6, 1 - 1e-6)
    bad = np.bincount(bins, outcome, count) + PSEUDO_ROWS * rate
    good = np.bincount(bins, 1 - outcome, count) + PSEUDO_ROWS * (1 - rate)
    return np.log(bad / good) - np.log(rate / (1 - rate))


def logit(columns: Floats, outcome: Floats, ridge: float) -> Floats:
    """Intercept and weights of a logistic regression by Newton's method."""
    x = np.column_stack([np.ones(len(columns)), columns])
    penalty = np.diag([0.0] + [ridge] * columns.shape[1]) + 1e-9 * np.eye(x.shape[1])
    weights = np.zeros(x.shape[1])
    for _round in range(50):
        p = sigmoid(x @ weights)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + penalty, x.T @ (outcome - p) - penalty @ weights)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


@dataclass(frozen=True)
class Quality:
    """`lift`: how many times as frequent the outcome is among the tenth with the highest risk."""

    rows: int
    rate: float
    auc: float
    calibration_error: float
    lift: float


def quality(risk: ArrayLike, outcome: ArrayLike) -> Quality:
    p, y = np.asarray(risk, float), np.asarray(outcome, float)
    tenth = y[np.argsort(-p, kind="stable")[: max(len(y) // 10, 1)]].mean()
    return Quality(len(y), float(y.mean()), auc(p, y), calibration_error(p, y), float(tenth / y.mean()))


def auc(risk: Floats, outcome: Floats) -> float:
    """How often a row with the outcome has a higher risk than one without; ties count half."""
    _values, place, count = np.unique(risk, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    bad = outcome.sum()
    return float((ranks[outcome > 0].sum() - bad * (bad + 1) / 2) / (bad * (len(outcome) - bad)))


def calibration_error(risk: Floats, outcome: Floats, groups: int = 10) -> float:
    """Mean distance of what was expected from what came, over tenths of the rows in the order of their risk."""
    parts = np.array_split(np.argsort(risk, kind="stable"), groups)
    gaps = [abs(risk[part].mean() - outcome[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(risk))


def stability(before: Ints, now: Ints) -> float:
    """Population stability index of two counts by bin; above .2 the rows are no longer those the model knows."""
    was, has = ((np.asarray(each, float) + 0.5) / (np.sum(each) + 0.5 * len(each)) for each in (before, now))
    return float(((has - was) * np.log(has / was)).sum())


def back_test(
    train: Callable[[Floats, Floats], Model],
    figures: Floats,
    outcome: ArrayLike,
    snapshots: ArrayLike,
    known_after: float,
    cuts: Iterable[float],
) -> list[Quality]:
    """As it would have gone: at each cut a model of the rows whose outcome was known by then judges the later ones.

    `snapshots` and `cuts` are on one scale of time; an outcome is known `known_after` its snapshot.
    """
    y, when, ends = np.asarray(outcome, float), np.asarray(snapshots, float), [*cuts, np.inf]
    found = []
    for cut, end in pairwise(ends):
        seen, judged = when + known_after <= cut, (when >= cut) & (when < end)
        found.append(quality(train(figures[seen], y[seen])(figures[judged]), y[judged]))
    return found
