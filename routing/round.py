"""In which order to call on places from where somebody stands. Pure: places in, an order out."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from routing.geo import Place, TravelTimes


def order_from(start: Place | None, places: Sequence[Place], travel: TravelTimes) -> list[int]:
    """Indexes of `places` on a short open way: the nearest next, then mended while that shortens it: stretches turned
    about, single places moved.

    Without a start the way begins at the first place.
    """
    if not places:
        return []
    seconds = travel.matrix([start or places[0], *places], [start or places[0], *places]).tolist()

    def length(way: list[int]) -> float:
        return sum(seconds[here][there] for here, there in pairwise(way))

    way, left = [0], set(range(1, len(places) + 1))
    while left:
        way.append(min(left, key=lambda there: (seconds[way[-1]][there], there)))
        left.remove(way[-1])
    best, is_shorter = length(way), True
    while is_shorter:
        is_shorter = False
        for first, last in combinations(range(1, len(way)), 2):
            before, part, after = way[:first], way[first : last + 1], way[last + 1 :]
            for mended in (part[::-1], [*part[1:], part[0]], [part[-1], *part[:-1]]):
                other = [*before, *mended, *after]
                if (shorter := length(other)) < best - 1e-6:
                    way, best, is_shorter = other, shorter, True
                    break
    return [index - 1 for index in way[1:]]
