"""The final times of a row, lunch and all."""

from routing.planning.arrays import (
    CLOSES,
    DAY_CLOSES,
    DAY_LAST,
    DAY_OPENS,
    DURATION,
    HAS_LONGEST,
    HAS_LUNCH,
    IS_OUT,
    LUNCH_FROM,
    LUNCH_LENGTH,
    LUNCH_TO,
    NEVER,
    OPENS,
    W_OVERTIME,
)  # fmt: skip
from routing.planning.compiled import compiled
from routing.planning.rows import joined
from routing.planning.timing import begin, drive, drive_back, lateness, start_of

LUNCH = -2  # as a node


@compiled
def _write(times, count, x, arrival, start, end, seconds):
    times[count, 0], times[count, 1], times[count, 2] = x, arrival, start
    times[count, 3], times[count, 4] = end, seconds


@compiled
def _leaving(travel, node, person, p, seq, length):
    """The first of the times to leave that make the day shortest."""
    span, begins, ends = 0, person[p, DAY_OPENS], person[p, DAY_LAST]
    for k in range(length):
        x = seq[k + 1]
        seconds = travel[seq[k], x]
        span, begins, ends = joined(span, begins, ends, seconds, node[x, DURATION], node[x, OPENS], node[x, CLOSES])
    return begins


@compiled
def _leave_late(person, p, times):
    """Nobody waits at the first door who can wait at home."""
    opens = person[p, DAY_OPENS]
    if person[p, IS_OUT] or person[p, HAS_LONGEST] or times[0, 0] == -1:
        return times[0, 1] - times[0, 4] if person[p, HAS_LONGEST] else opens
    leaves = max(opens, drive_back(person, p, times[0, 2], times[0, 4]))
    times[0, 1] = drive(person, p, leaves, times[0, 4])
    return leaves


@compiled
def _times(travel, node, price, person, weight, p, seq, length, lunch, times):
    cost, count, ready = 0.0, 0, person[p, DAY_OPENS]
    if person[p, HAS_LONGEST]:
        ready = _leaving(travel, node, person, p, seq, length)
    for k in range(length + 1):
        seconds, following = travel[seq[k], seq[k + 1]], seq[k + 1]
        if k == lunch:
            eaten = person[p, LUNCH_LENGTH]
            arrival = drive(person, p, ready, seconds)
            at = begin(person, p, max(arrival, person[p, LUNCH_FROM]), eaten)
            before = begin(person, p, max(ready, person[p, LUNCH_FROM]), eaten)
            if k == length or at > person[p, LUNCH_TO] or drive(person, p, before + eaten, seconds) < at + eaten:
                _write(times, count, LUNCH, ready, before, before + eaten, 0)
                if before > person[p, LUNCH_TO]:
                    cost = float("inf")
            else:
                _write(times, count, LUNCH, arrival, at, at + eaten, seconds)
                seconds = 0
            ready = times[count, 3]
            count += 1
        arrival = drive(person, p, ready, seconds)
        if k == length:
            _write(times, count, -1, arrival, arrival, arrival, seconds)
            if arrival > person[p, DAY_LAST] or (lunch < 0 and person[p, HAS_LUNCH] and arrival > person[p, LUNCH_TO]):
                cost = float("inf")
            return cost + weight[W_OVERTIME] * max(0, arrival - person[p, DAY_CLOSES]), count + 1
        start = start_of(person, node, p, following, arrival)
        if start == NEVER:
            cost, start = float("inf"), max(arrival, node[following, OPENS])
        cost += lateness(node, price, following, start)
        ready = start + node[following, DURATION]
        _write(times, count, following, arrival, start, ready, seconds)
        count += 1
    return cost, count


@compiled
def timetable(travel, node, price, person, weight, p, seq, length, times):
    """Fills `times` with node, arrival, start, end, travel of each visit, and of the end; their number and when the
    person leaves. Lunch lies in the gap that makes least late, and of those, that is home first."""
    best, best_end, best_gap = float("inf"), NEVER, -1
    for gap in range(-1, length + 1):
        if (gap >= 0) == (person[p, HAS_LUNCH] == 1) or gap < 0:
            cost, count = _times(travel, node, price, person, weight, p, seq, length, gap, times)
            end = times[count - 1, 1]
            if cost < best or (cost == best and end < best_end):
                best, best_end, best_gap = cost, end, gap
    cost, count = _times(travel, node, price, person, weight, p, seq, length, best_gap, times)
    return count, _leave_late(person, p, times)
