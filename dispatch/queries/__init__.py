"""Reading for dispatch: people.py fetches candidates, ranking.py compares them."""

from dispatch.queries.people import candidates, count_passed_over
from dispatch.queries.ranking import Ranking, best_first, inputs_of, job_of, look_at, rank, why_not

__all__ = [
    "Ranking",
    "best_first",
    "candidates",
    "count_passed_over",
    "inputs_of",
    "job_of",
    "look_at",
    "rank",
    "why_not",
]
