"""How much of each part will be used, how many to have there, and how such levels would have done so far.

A history is a matrix: a row a part (at a place, in a region), a column a month, the newest last; NaN where nobody knows,
as before the part was there. A month without use is 0, not NaN.

Sources: Syntetos, Boylan and Croston 2005 (patterns); Teunter, Syntetos and Babai 2011 (TSB); Marshall 1991 (shrinkage).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

RARE = 1.32  # months between uses from which use is intermittent
UNEVEN = 0.49  # squared coefficient of variation of the quantities from which they are erratic
SPREAD_MONTHS = 24  # what the spread of use is taken from
JUDGED_WINDOWS = 12  # of the past, by which the weights are chosen
NAIVE_MONTHS = 12
AT_ONCE = 20_000  # quantiles, so that a hundred thousand rows fit into memory

# What is tried; the first of each is taken when there is no past to choose by. How fast the chance of a use, the quantity
# used and the mean follow what is new, and how many uses the spread of all weighs against a part's own.
CHANCE_WEIGHTS = (0.1, 0.05, 0.2)
SIZE_WEIGHTS = (0.2, 0.1, 0.3)
MEAN_WEIGHTS = (0.2, 0.1, 0.3)
PULLS = (4.0, 1.0, 16.0)


class Pattern(StrEnum):
    SMOOTH = "smooth"
    INTERMITTENT = "intermittent"
    ERRATIC = "erratic"
    LUMPY = "lumpy"


class Rule(StrEnum):
    FORECAST = "forecast"
    TWICE_THE_MEAN = "twice_the_mean"
    ZERO = "zero"


def rarity(history: ArrayLike) -> Floats:
    """ADI: known months for each month with a use; infinite where there is none."""
    use = np.asarray(history, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((use > 0).any(1), (~np.isnan(use)).sum(1) / (use > 0).sum(1), np.inf)


def unevenness(history: ArrayLike) -> Floats:
    """CV² of the quantities of months with a use; 0 where there is none."""
    use = np.asarray(history, float)
    used = use > 0
    count = np.maximum(used.sum(1), 1)
    mean = use.sum(1, where=used) / count
    deviation = use - mean[:, None]
    return (deviation**2).sum(1, where=used) / count / np.where(mean > 0, mean, 1) ** 2


def patterns(history: ArrayLike) -> NDArray[np.str_]:
    """The Pattern of each row."""
    rare, uneven = rarity(history) >= RARE, unevenness(history) >= UNEVEN
    names = [[Pattern.SMOOTH, Pattern.ERRATIC], [Pattern.INTERMITTENT, Pattern.LUMPY]]
    return np.array(names)[rare.astype(int), uneven.astype(int)]


def tsb(history: ArrayLike, chance_weight: float, size_weight: float) -> Floats:
    """Expected use in each month, as seen before it: one column more than the history, the last one for what comes.

    The chance of a use follows every month, the quantity only months with a use; so what nobody needs any longer fades.
    A row begins with plain means (the weights are never below one over the number seen) and needs no look ahead.
    """
    use = np.asarray(history, float)
    means = np.zeros((len(use), use.shape[1] + 1))
    chance, size, months, uses = (np.zeros(len(use)) for _ in range(4))
    for month, now in enumerate(use.T):
        known, used = ~np.isnan(now), now > 0
        months += known
        uses += used
        chance += np.where(known, np.maximum(chance_weight, 1 / np.maximum(months, 1)) * (used - chance), 0)
        size += np.where(used, np.maximum(size_weight, 1 / np.maximum(uses, 1)) * (now - size), 0)
        means[:, month + 1] = chance * size
    return means


def ses(history: ArrayLike, weight: float) -> Floats:
    """Simple exponential smoothing, laid out and begun as `tsb`."""
    use = np.asarray(history, float)
    means = np.zeros((len(use), use.shape[1] + 1))
    months = np.zeros(len(use))
    for month, now in enumerate(use.T):
        known = ~np.isnan(now)
        months += known
        step = np.maximum(weight, 1 / np.maximum(months, 1)) * (now - means[:, month])
        means[:, month + 1] = means[:, month] + np.where(known, step, 0)
    return means


def spread(history: ArrayLike, pull: float) -> Floats:
    """Variance over mean of a month's use, as seen before each month, from the last SPREAD_MONTHS; laid out as `tsb`.

    A row with little use is pulled to what all rows show, as if they had added `pull` uses to its own. Never below 1:
    use that varies less than by chance alone is not counted on.
    """
    use = np.asarray(history, float)
    known, total, squares = (
        _of_the_last(SPREAD_MONTHS, values) for values in (~np.isnan(use), np.nan_to_num(use), np.nan_to_num(use) ** 2)
    )
    mean = total / np.maximum(known, 1)
    deviations = np.maximum(squares - total * mean, 0)
    expected = np.maximum(known - 1, 0) * mean
    of_all = deviations.sum(0) / np.where(expected.sum(0) > 0, expected.sum(0), np.inf)
    return np.maximum((deviations + pull * of_all) / (expected + pull), 1)


def _of_the_last(months: int, values: NDArray) -> Floats:
    """The sum of the columns before each, the last `months` of them, and before the one that comes."""
    sums, before = np.zeros((2, len(values), values.shape[1] + 1))
    sums[:, 1:] = values.cumsum(1)
    before[:, months:] = sums[:, :-months]
    return sums - before


def negative_binomial_quantile(mean: ArrayLike, variance: ArrayLike, quantile: float) -> NDArray[np.int64]:
    """The least quantity that is enough with this probability; 0 where nothing is expected. A variance not above the
    mean is taken for Poisson's. Exact: summed up in logarithms, so that a mean of thousands does not underflow."""
    assert 0 < quantile <= 0.9999
    mean, variance = (values.astype(float) for values in np.broadcast_arrays(mean, variance))
    shape, mean, variance = mean.shape, mean.ravel(), variance.ravel()
    if mean.size > AT_ONCE:
        every = (slice(first, first + AT_ONCE) for first in range(0, mean.size, AT_ONCE))
        found = [negative_binomial_quantile(mean[some], variance[some], quantile) for some in every]
        return np.concatenate(found).reshape(shape)
    answer = np.zeros(mean.size, np.int64)
    rows = np.flatnonzero(mean > 0)
    mean, variance = mean[rows], np.maximum(variance[rows], mean[rows] * (1 + 1e-6))
    size = mean**2 / (variance - mean)
    log_step = np.log1p(-mean / variance)
    log_mass = size * np.log(mean / variance)
    below = np.exp(log_mass)
    more, first, width = below < quantile, 1, 16
    while more.any():
        rows = rows[more]
        size, log_step, log_mass, below = (values[more] for values in (size, log_step, log_mass, below))
        count = np.arange(first, first + width)
        logs = log_mass[:, None] + np.cumsum(np.log1p((size[:, None] - 1) / count) + log_step[:, None], 1)
        sums = below[:, None] + np.cumsum(np.exp(logs), 1)
        more = sums[:, -1] < quantile
        answer[rows] = np.where(more, 0, count[(sums >= quantile).argmax(1)])
        log_mass, below, first, width = logs[:, -1], sums[:, -1], first + width, min(2 * width, 4096)
    return answer.reshape(shape)


@dataclass(frozen=True)
class Outlook:
    """What to expect of each row: use a month, and its variance over its mean."""

    monthly: Floats
    ratio: Floats

    def level(self, months: float, quantile: float) -> NDArray[np.int64]:
        """How many are enough for so many months with this probability."""
        mean = self.monthly * months
        return negative_binomial_quantile(mean, self.ratio * mean, quantile)


def forecast(history: ArrayLike, months: int = 2, quantile: float = 0.95) -> Outlook:
    """What comes after the history. Its weights are those that would have served best for levels of so many months at
    this quantile, one choice for the smooth rows (SES) and one for all others (TSB)."""
    use = np.asarray(history, float)
    seen = _outlooks(use, months, quantile, [use.shape[1]])
    return Outlook(seen.monthly[:, 0], seen.ratio[:, 0])


def _outlooks(use: Floats, months: int, quantile: float, moments: Sequence[int]) -> Outlook:
    """As seen at each of these moments (the number of months known then): a column each."""
    smoothed = [(True, ses(use, weight)) for weight in MEAN_WEIGHTS]
    rare = [(False, tsb(use, *weights)) for weights in product(CHANCE_WEIGHTS, SIZE_WEIGHTS)]
    ratios = [spread(use, pull) for pull in PULLS]
    tried = [(smooth, Outlook(means, ratio)) for smooth, means in smoothed + rare for ratio in ratios]

    begin, end = max(min(moments) - months - JUDGED_WINDOWS + 1, 1), max(moments) - months + 1
    judged = slice(begin, max(end, begin))
    used = _windows(use, months)[:, judged]
    losses = []
    for _, seen in tried:
        level = Outlook(seen.monthly[:, judged], seen.ratio[:, judged]).level(months, quantile)
        losses.append(np.nan_to_num(pinball(used, level, quantile)).astype(np.float32))

    monthly, ratio = np.zeros((2, len(use), len(moments)))
    for column, moment in enumerate(moments):
        is_smooth = patterns(use[:, :moment]) == Pattern.SMOOTH
        over = slice(max(moment - months - JUDGED_WINDOWS + 1 - begin, 0), max(moment - months + 1 - begin, 0))
        for smooth, rows in ((True, np.flatnonzero(is_smooth)), (False, np.flatnonzero(~is_smooth))):
            own = [index for index, (kind, _) in enumerate(tried) if kind == smooth]
            best = tried[min(own, key=lambda index: losses[index][rows, over].sum())][1]
            monthly[rows, column] = best.monthly[rows, moment]
            ratio[rows, column] = best.ratio[rows, moment]
    return Outlook(monthly, ratio)


def _windows(use: Floats, months: int) -> Floats:
    """The use of so many months from each on, NaN where one of them is not known: a column each start."""
    if use.shape[1] < months:
        return np.empty((len(use), 0))
    return np.lib.stride_tricks.sliding_window_view(use, months, axis=1).sum(2)


def pinball(used: Floats, level: ArrayLike, quantile: float) -> Floats:
    """The loss least in the mean when the levels are the quantiles."""
    short = used - np.asarray(level)
    return np.maximum(quantile * short, (quantile - 1) * short)


@dataclass(frozen=True)
class Score:
    pinball: float  # the mean of parts and windows
    fill_rate: float  # units served of units asked for; NaN when none was
    units: float  # the mean level of a part


def score(used: Floats, level: ArrayLike, quantile: float) -> Score:
    """How levels did against what was used. Windows with NaN do not count."""
    known = ~np.isnan(used)
    used, level = used[known], np.broadcast_to(level, known.shape)[known]
    if not used.size:
        return Score(np.nan, np.nan, np.nan)
    asked = used.sum()
    return Score(
        float(pinball(used, level, quantile).mean()),
        float(np.minimum(used, level).sum() / asked) if asked else np.nan,
        float(level.mean()),
    )


@dataclass(frozen=True)
class BackTest:
    """A column a window: those of `months` that end in the last months of the history, each judged by what was known
    when it began."""

    quantile: float
    starts: tuple[int, ...]  # columns of the history
    used: Floats
    seen: Outlook  # what was forecast when each window began
    levels: dict[Rule, Floats]

    def scores(self, rows: slice | NDArray = slice(None)) -> dict[Rule, Score]:
        return {rule: score(self.used[rows], level[rows], self.quantile) for rule, level in self.levels.items()}


def back_test(history: ArrayLike, months: int = 2, quantile: float = 0.95, last: int = 12) -> BackTest:
    """The forecast beside what people do without one: twice the mean use of the last year over so many months, and
    nothing at all. Needs more months than the `last` ones, those that are judged."""
    use = np.asarray(history, float)
    starts = tuple(range(use.shape[1] - last, use.shape[1] - months + 1))
    assert starts and starts[0] > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a year nobody knows has no mean
        mean = np.column_stack([np.nanmean(use[:, max(start - NAIVE_MONTHS, 0) : start], 1) for start in starts])
    seen = _outlooks(use, months, quantile, starts)
    levels = {
        Rule.FORECAST: seen.level(months, quantile).astype(float),
        Rule.TWICE_THE_MEAN: 2 * months * np.nan_to_num(mean),
        Rule.ZERO: np.zeros((len(use), len(starts))),
    }
    return BackTest(quantile, starts, _windows(use, months)[:, list(starts)], seen, levels)


@dataclass(frozen=True)
class FailureRates:
    """Per group (model and part, say): Gamma-distributed, of this mean; `shape` failures' worth of knowledge."""

    rate: Floats  # failures per terminal-month
    shape: Floats

    def level(self, terminal_months: ArrayLike, quantile: float) -> NDArray[np.int64]:
        """How many are enough for the installed base over the time to come."""
        mean = self.rate * np.asarray(terminal_months, float)
        return negative_binomial_quantile(mean, mean + mean**2 / np.maximum(self.shape, 1e-9), quantile)


def failure_rates(failures: ArrayLike, terminal_months: ArrayLike) -> FailureRates:
    """Gamma–Poisson shrinkage: the fewer terminal-months a group has seen, the nearer its rate to that of all; a new
    model has the rate of all. Where the groups differ no more than by chance, all have the same."""
    failures, seen = np.asarray(failures, float), np.asarray(terminal_months, float)
    total, groups = seen.sum(), (seen > 0).sum()
    if not failures.sum() or not total:
        return FailureRates(np.zeros(len(seen)), np.zeros(len(seen)))
    mean = failures.sum() / total
    own = np.divide(failures, seen, out=np.zeros(len(seen)), where=seen > 0)
    between = (seen * (own - mean) ** 2).sum() / total - mean * groups / total
    if between <= 0:
        return FailureRates(np.full(len(seen), mean), np.full(len(seen), failures.sum()))
    shape = failures + mean**2 / between
    return FailureRates(shape / (seen + mean / between), shape)
