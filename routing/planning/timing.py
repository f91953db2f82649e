"""When things happen in a row: ways around absences, the lunch in its gap, lateness and overtime."""

from routing.planning.arrays import (
    ABSENCES,
    CLOSES,
    DAY_CLOSES,
    DAY_LAST,
    DAY_OPENS,
    DUE,
    DUE_AGAIN,
    DURATION,
    HAS_LUNCH,
    LATE,
    LATE_AGAIN,
    LUNCH_FROM,
    LUNCH_LENGTH,
    LUNCH_TO,
    NEVER,
    OPENS,
    W_OVERTIME,
)  # fmt: skip
from routing.planning.compiled import compiled, inner

FIRST = ABSENCES + 1  # column of the first absence


@compiled
def drive(person, p, at, seconds):
    """Arrival of one who leaves at `at`."""
    for column in range(FIRST, FIRST + 2 * person[p, ABSENCES], 2):
        begins, ends = person[p, column], person[p, column + 1]
        if ends > at and at + seconds > begins:
            seconds -= max(0, begins - at)
            at = ends
    return at + seconds


@compiled
def drive_back(person, p, by, seconds):
    """When to leave at the latest."""
    for column in range(FIRST + 2 * person[p, ABSENCES] - 2, FIRST - 1, -2):
        begins, ends = person[p, column], person[p, column + 1]
        if begins < by and by - seconds < ends:
            seconds -= max(0, by - ends)
            by = begins
    return by - seconds


@compiled
def begin(person, p, at, length):
    """The first instant from `at` with so much time before the next absence."""
    for column in range(FIRST, FIRST + 2 * person[p, ABSENCES], 2):
        if person[p, column + 1] > at and at + length > person[p, column]:
            at = person[p, column + 1]
    return at


@inner
def begin_back(person, p, by, length):
    for column in range(FIRST + 2 * person[p, ABSENCES] - 2, FIRST - 1, -2):
        if person[p, column] < by + length and by < person[p, column + 1]:
            by = person[p, column] - length
    return by


@compiled
def start_of(person, node, p, x, arrival):
    """NEVER when it is too late."""
    at = begin(person, p, max(arrival, node[x, OPENS]), node[x, DURATION])
    return at if at <= node[x, CLOSES] else NEVER


@inner
def latest_start(person, node, p, x, closes, done_by):
    at = begin_back(person, p, min(closes, done_by - node[x, DURATION]), node[x, DURATION])
    return at if at >= node[x, OPENS] else -NEVER


@inner
def after_lunch(person, p, ready, seconds, is_end):
    """Arrival with lunch at the door, or before leaving where that is the only way or the day is over; or NEVER."""
    length, first, last = person[p, LUNCH_LENGTH], person[p, LUNCH_FROM], person[p, LUNCH_TO]
    arrival = NEVER
    if ready < NEVER:
        if not is_end:
            at = begin(person, p, max(drive(person, p, ready, seconds), first), length)
            if at <= last:
                arrival = at + length
        at = begin(person, p, max(ready, first), length)
        if at <= last:
            arrival = min(arrival, drive(person, p, at + length, seconds))
    return arrival


@inner
def before_lunch(person, p, by, seconds, is_end):
    """The latest time to be ready with lunch in this gap and arrival by `by`."""
    length, first, last = person[p, LUNCH_LENGTH], person[p, LUNCH_FROM], person[p, LUNCH_TO]
    ready = -NEVER
    if by > -NEVER:
        if not is_end:
            at = begin_back(person, p, min(last, by - length), length)
            if at >= first:
                ready = drive_back(person, p, at, seconds)
        at = begin_back(person, p, min(last, drive_back(person, p, by, seconds) - length), length)
        if at >= first:
            ready = max(ready, at)
    return ready


@compiled
def lateness(node, price, x, start):
    """What it costs."""
    late = price[x, LATE] * max(0, start - node[x, DUE])
    return late + price[x, LATE_AGAIN] * max(0, start - node[x, DUE_AGAIN])


@inner
def soft_of(travel, node, price, person, weight, seq, p, length):
    """Least lateness and overtime of a row (inf where it is impossible), and the gap of its lunch (-1: none)."""
    best, gap, before, ready = float("inf"), -1, 0.0, person[p, DAY_OPENS] + 0
    has_lunch = person[p, HAS_LUNCH]
    for k in range(length + 1):
        # With lunch in this gap (or none at all) on to the end …
        seconds = travel[seq[k], seq[k + 1]]
        if has_lunch:
            arrival = after_lunch(person, p, ready, seconds, k == length)
        else:
            arrival = drive(person, p, ready, seconds)
        cost, at = before, k + 1
        while arrival < NEVER and cost < best and at <= length:
            start = start_of(person, node, p, seq[at], arrival)
            arrival = NEVER
            if start < NEVER:
                cost += lateness(node, price, seq[at], start)
                arrival = drive(person, p, start + node[seq[at], DURATION], travel[seq[at], seq[at + 1]])
            at += 1
        if arrival <= person[p, DAY_LAST]:
            cost += weight[W_OVERTIME] * max(0, arrival - person[p, DAY_CLOSES])
            if cost < best:
                best, gap = cost, k
        if not has_lunch:
            return best, -1
        # … or hungry on to the next visit.
        arrival = drive(person, p, ready, seconds)
        if k == length:
            if arrival <= min(person[p, LUNCH_TO], person[p, DAY_LAST]):
                before += weight[W_OVERTIME] * max(0, arrival - person[p, DAY_CLOSES])
                if before <= best:
                    best, gap = before, -1
            break
        start = start_of(person, node, p, seq[k + 1], arrival)
        if start == NEVER:
            break
        before += lateness(node, price, seq[k + 1], start)
        ready = start + node[seq[k + 1], DURATION]
        if ready > person[p, LUNCH_TO] or before >= best:
            break
    return best, gap
