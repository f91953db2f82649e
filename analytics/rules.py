"""Points by experts, in force until there are labels to learn from. 20 points double the odds; a usual merchant gets none.

A row of edges and one of points longer by two: the last points are for who has no such figure.
"""

import hashlib
from math import log
from pathlib import Path

from analytics.decay import ALARM
from analytics.scorecard import DOUBLE_ODDS, Characteristic, Scorecard

SLOPE = log(2) / DOUBLE_ODDS
USUAL_CHURN, USUAL_UPSELL = 0.03, 0.05  # probability of a merchant with no points


def _card(usual: float, *rows: tuple[str, tuple[float, ...], tuple[int, ...]]) -> Scorecard:
    return Scorecard(0, tuple(Characteristic(*row) for row in rows), SLOPE, log(usual / (1 - usual)))


CHURN = _card(
    USUAL_CHURN,
    ("fall", (0.8, 1.4, ALARM, 4.0), (-6, 0, 10, 34, 52, 0)),
    ("volume", (0.4, 0.6, 0.8, 1.15), (30, 20, 8, 0, -8, 0)),
    ("silence", (2, 5, 12, 25), (0, 6, 16, 28, 44, 0)),
    ("repairs", (0.5, 1.5, 2.5), (-2, 3, 10, 18, 0)),
    ("repeats", (0.5, 1.5), (0, 10, 18, 0)),
    ("complaints", (0.5, 1.5), (0, 14, 26, 0)),
    ("device_years", (2, 4, 6), (-4, 0, 5, 10, 0)),
    ("contract_days", (0, 30, 90), (12, 14, 6, 0, 0)),
    ("visit_days", (60, 180, 365), (-5, -2, 0, 5, 0)),
    ("fee", (0.9, 1.1, 1.3), (-4, 0, 6, 12, 0)),
    ("overdue", (1, 30), (0, 4, 8, 0)),
)
UPSELL = _card(
    USUAL_UPSELL,
    ("growth", (0.85, 1.0, 1.15, 1.3), (-30, -6, 0, 16, 28, 0)),
    ("per_terminal", (0.7, 1.3, 2.0, 3.0), (-12, 0, 10, 22, 34, -12)),
    ("package", (0.7, 1.3, 2.0, 3.0), (-10, 0, 8, 18, 28, -6)),
    ("lacking", (0.3, 0.5, 0.7), (-6, 4, 12, 20, -6)),
)
RULES = {"churn": CHURN, "upsell": UPSELL}


def _version() -> str:
    """Of everything a score comes from."""
    here = Path(__file__).parent
    files = sorted(here / name for name in ("decay.py", "figures.py", "rules.py", "scorecard.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


CODE_VERSION = _version()
