"""How likely an order uses up a part, by what orders like it used up. Arithmetic over counts, no Django."""

from collections.abc import Iterable
from typing import NamedTuple

STRENGTH = 8  # a wider circle weighs as much as so many orders of the narrower one
ENOUGH = 5  # orders that may be told of


class Circle(NamedTuple):
    """So many orders that are alike, and on how many of them the part was used up."""

    orders: int
    used: int


class Chance(NamedTuple):
    """`told`: the narrowest circle with enough orders to be spoken of, else the widest."""

    share: float
    told: Circle

    @property
    def percent(self) -> int:
        return round(100 * self.share)


def chance(circles: Iterable[Circle]) -> Chance:
    """Given from the widest circle to the narrowest, and at least one.

    Each is a beta-binomial mean whose prior is the circle around it: where few orders are alike, the wider one speaks.
    The widest is held against nothing at all, so that a single order makes no rule.
    """
    share, told = 0.0, None
    for circle in circles:
        share = (circle.used + STRENGTH * share) / (circle.orders + STRENGTH)
        if told is None or circle.orders >= ENOUGH:
            told = circle
    assert told is not None
    return Chance(share, told)
