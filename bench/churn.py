"""How well the scorecard finds who leaves, on IBM's Telco sample: 7,043 customers, 26.5 % of whom left.

    .venv/bin/python bench/churn.py [--folds 5] [--repeats 2]

Bar: AUC of the whole points ≥ .845, calibration error ≤ .03. Gradient boosting stands beside it. The sample has no dates:
for the back-test in the order of time, a customer's snapshot is the day the tenure began, the newest last.
"""

import argparse
import csv
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analytics.challenger import boosted
from analytics.scorecard import Floats, back_test, fit, quality

FILE = Path(__file__).resolve().parents[2] / "shared/data/telco_churn.csv"
NUMBERS = {"tenure", "MonthlyCharges", "TotalCharges"}
BAR_AUC, BAR_CALIBRATION = 0.845, 0.03


def read(path: Path = FILE) -> tuple[list[str], Floats, Floats]:
    """Names, figures and who left; the values of a category are numbered in alphabetical order."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in {"customerID", "Churn"}]

    def column(name: str) -> list[float]:
        values = [row[name].strip() for row in rows]
        if name in NUMBERS:
            return [float(value) if value else np.nan for value in values]
        codes = {value: float(place) for place, value in enumerate(sorted(set(values)))}
        return [codes[value] for value in values]

    return names, np.array([column(name) for name in names]).T, np.array([row["Churn"] == "Yes" for row in rows], float)


def folds(rows: int, count: int, seed: int) -> list[np.ndarray]:
    return np.array_split(np.random.default_rng(seed).permutation(rows), count)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    if not FILE.exists():
        sys.exit(f"The sample is not at {FILE}; the README of shared/data says what it is.")
    names, figures, left = read()
    models = {
        "scorecard, whole points": lambda x, y: fit(names, x, y).probability,
        "gradient boosting": boosted,
    }
    print(f"{len(left):,} customers, {left.mean():.1%} left; {options.folds} folds × {options.repeats}")
    print(f"{'':28}{'AUC':>14}{'calibration':>13}{'lift 10 %':>11}{'CPU-s':>8}")
    reached = True
    for name, train in models.items():
        begun, found = time.process_time(), []
        for repeat in range(options.repeats):
            for judged in folds(len(left), options.folds, repeat):
                seen = np.setdiff1d(np.arange(len(left)), judged)
                found.append(quality(train(figures[seen], left[seen])(figures[judged]), left[judged]))
        aucs, gaps, lifts = (np.array([getattr(q, key) for q in found]) for key in ("auc", "calibration_error", "lift"))
        took = time.process_time() - begun
        print(f"{name:28}{aucs.mean():7.4f} ±{aucs.std():.4f}{gaps.mean():13.4f}{lifts.mean():11.2f}{took:8.1f}")
        if name.startswith("scorecard"):
            reached = aucs.mean() >= BAR_AUC and gaps.mean() <= BAR_CALIBRATION
    card = fit(names, figures, left)
    points = card.points(figures)
    exact = bool((card.base + points.sum(1) == card.score(figures)).all())
    print(f"contributions sum to the score in {len(left):,} of {len(left):,} rows" if exact else "SUMS DIFFER")
    print("back-test in the order of time (tenure as the date):")
    begun_on = -np.nan_to_num(figures[:, names.index("tenure")])
    for name, train in models.items():
        for cut, q in zip((-24, -6), back_test(train, figures, left, begun_on, 0, (-24, -6)), strict=True):
            print(f"  {name:26} from {cut:4} months: {q.rows:5,} rows, AUC {q.auc:.4f}, lift {q.lift:.2f}")
    print(f"bar (AUC ≥ {BAR_AUC}, calibration error ≤ {BAR_CALIBRATION}): {'reached' if reached else 'MISSED'}")
    return int(not (reached and exact))


if __name__ == "__main__":
    sys.exit(main())
