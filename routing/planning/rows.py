"""Rows and what is known of them: laid out anew after every change, so that a gap is judged in constant time."""

from routing.planning.arrays import (
    ACTIVE,
    CAN_BE_LATE,
    CLOSES,
    CURRENT,
    DAY_CLOSES,
    DAY_LAST,
    DAY_LENGTH,
    DAY_OPENS,
    DEPOT_AT,
    DUE,
    DUE_AGAIN,
    DURATION,
    EASY,
    EASY_HUNGRY,
    END,
    HAS_LONGEST,
    HAS_LUNCH,
    HEAD,
    HEAD_FROM,
    HEAD_TO,
    IS_OUT,
    IS_PLAIN,
    IS_SOFT,
    LATEST,
    LATEST_HUNGRY,
    LEG,
    LENGTH,
    LONGEST,
    LUNCH_FROM,
    LUNCH_TO,
    MAY_BE_LATE,
    MOVES,
    NEEDS_FROM,
    NEEDS_TO,
    NEVER,
    NOW,
    OPENS,
    ORDERS,
    PLAIN_LINES,
    READY,
    READY_HUNGRY,
    SEQ,
    SOFT,
    TAIL,
    TAIL_FROM,
    TAIL_TO,
    TRAVEL,
    W_IMBALANCE,
    W_MOVED,
    W_TRAVEL,
    WHERE,
    WHOLE,
    WORK,
    WORK_BEFORE,
)  # fmt: skip
from routing.planning.compiled import compiled, inner
from routing.planning.timing import (
    after_lunch,
    before_lunch,
    drive,
    drive_back,
    latest_start,
    soft_of,
    start_of,
)  # fmt: skip

NOT_POSSIBLE = float("inf")


@inner
def imbalance(person, weight, p, busy):
    total = busy + person[p, WORK_BEFORE]
    return weight[W_IMBALANCE] * total * total / person[p, DAY_LENGTH]


@inner
def move_price(node, weight, p, x):
    return weight[W_MOVED] if node[x, NOW] >= 0 and node[x, NOW] != p else 0.0


@compiled
def joined(duration, first, last, seconds, duration_after, first_after, last_after):
    """Two parts of a day as one: least duration, earliest and latest beginning (time-window segments of Vidal)."""
    offset = duration + seconds
    wait = max(0, first_after - offset - last)
    begins = max(first_after - offset, first) - wait
    return offset + duration_after + wait, begins, min(last_after - offset, last)


@inner
def _move_on(line, r, which, same_after, length):
    """Times of the nodes behind, which stand one further than when they were laid out; the end already does."""
    for k in range(length, same_after, -1):
        line[r, which, k] = line[r, which, k - 1]


@inner
def _ready_times(node, person, line, p, r, length, first):
    has_lunch = person[p, HAS_LUNCH]
    hungry = person[p, DAY_OPENS] + 0 if has_lunch else NEVER
    fed = NEVER if has_lunch else person[p, DAY_OPENS] + 0
    line[r, READY_HUNGRY, 0], line[r, READY, 0] = hungry, fed
    if first > 1:
        hungry, fed = line[r, READY_HUNGRY, first - 1] + 0, line[r, READY, first - 1] + 0
    for k in range(first, length + 1):
        x, seconds, arrival = line[r, SEQ, k], line[r, LEG, k - 1], NEVER
        if fed < NEVER:
            arrival = drive(person, p, fed, seconds)
        if hungry < NEVER:
            start = start_of(person, node, p, x, drive(person, p, hungry, seconds))
            if start + node[x, DURATION] > person[p, LUNCH_FROM]:  # else lunch is better behind this visit
                arrival = min(arrival, after_lunch(person, p, hungry, seconds, False))
            hungry = NEVER
            if start < NEVER and start + node[x, DURATION] <= person[p, LUNCH_TO]:
                hungry = start + node[x, DURATION]
        fed = NEVER
        if arrival < NEVER:
            start = start_of(person, node, p, x, arrival)
            if start < NEVER:
                fed = start + node[x, DURATION]
        line[r, READY_HUNGRY, k], line[r, READY, k] = hungry, fed


@inner
def _latest_times(node, person, line, starts, p, r, length, same_after, is_easy):
    """`starts` (used where `is_easy`): when the visits begin now; nothing is asked to begin earlier than that."""
    has_lunch = person[p, HAS_LUNCH]
    fed_line, hungry_line, last = LATEST, LATEST_HUNGRY, person[p, DAY_LAST] + 0
    if is_easy:
        fed_line, hungry_line = EASY, EASY_HUNGRY
        last = min(last, max(person[p, DAY_CLOSES], starts[length + 1]))
    fed = last
    hungry = min(last, person[p, LUNCH_TO]) if has_lunch else -NEVER
    line[r, fed_line, length + 1], line[r, hungry_line, length + 1] = fed, hungry
    first = length
    if same_after < length:
        _move_on(line, r, fed_line, same_after, length)
        _move_on(line, r, hungry_line, same_after, length)
        first, fed, hungry = same_after, line[r, fed_line, same_after + 1] + 0, line[r, hungry_line, same_after + 1] + 0
    for k in range(first, 0, -1):
        x, seconds, by = line[r, SEQ, k], line[r, LEG, k], -NEVER
        closes = node[x, CLOSES]
        if is_easy:
            closes = min(closes, max(min(node[x, DUE], node[x, DUE_AGAIN]), starts[k]))
        if has_lunch:
            by = before_lunch(person, p, fed, seconds, k == length)
            if hungry > -NEVER:
                by = max(by, drive_back(person, p, hungry, seconds))
        hungry = -NEVER
        if by > -NEVER:
            hungry = latest_start(person, node, p, x, closes, by)
        if fed > -NEVER:
            fed = latest_start(person, node, p, x, closes, drive_back(person, p, fed, seconds))
        line[r, fed_line, k], line[r, hungry_line, k] = fed, hungry


@inner
def _soften(travel, node, price, person, weight, line, row, cost, starts, trial, p, r, length):
    """Cost of lateness and overtime, and what comes for free of it."""
    for k in range(length + 2):
        starts[k] = -NEVER
        trial[k] = line[r, SEQ, k]
    _latest_times(node, person, line, starts, p, r, length, NEVER, True)
    ready, seconds = person[p, DAY_OPENS] + 0, line[r, LEG, 0]
    if length == 0 and not person[p, IS_OUT]:
        return
    if person[p, HAS_LUNCH]:
        is_on_time = after_lunch(person, p, ready, seconds, length == 0) <= line[r, EASY, 1]
        is_on_time = is_on_time or drive(person, p, ready, seconds) <= line[r, EASY_HUNGRY, 1]
    else:
        is_on_time = drive(person, p, ready, seconds) <= line[r, EASY, 1]
    if is_on_time:
        return
    cost[r, SOFT], lunch = soft_of(travel, node, price, person, weight, trial, p, length)
    if cost[r, SOFT] > 0:
        for k in range(length + 1):
            if k == lunch:
                arrival = after_lunch(person, p, ready, line[r, LEG, k], k == length)
            else:
                arrival = drive(person, p, ready, line[r, LEG, k])
            starts[k + 1] = min(arrival, NEVER)
            if k < length:
                start = start_of(person, node, p, line[r, SEQ, k + 1], arrival)
                starts[k + 1] = start
                ready = start + node[line[r, SEQ, k + 1], DURATION]
        _latest_times(node, person, line, starts, p, r, length, NEVER, True)
    if length == 0 and cost[r, SOFT] == NOT_POSSIBLE:
        cost[r, SOFT] = 0.0  # the running order alone comes whatever the rules say


@inner
def _segments(node, person, line, p, r, length):
    duration, first, last = 0, person[p, DAY_OPENS] + 0, person[p, DAY_LAST] + 0
    line[r, HEAD, 0], line[r, HEAD_FROM, 0], line[r, HEAD_TO, 0] = duration, first, last
    for k in range(1, length + 1):
        x = line[r, SEQ, k]
        duration, first, last = joined(
            duration, first, last, line[r, LEG, k - 1], node[x, DURATION], node[x, OPENS], node[x, CLOSES]
        )
        line[r, HEAD, k], line[r, HEAD_FROM, k], line[r, HEAD_TO, k] = duration, first, last
    duration, first, last = 0, -NEVER, person[p, DAY_LAST] + 0
    line[r, TAIL, length + 1], line[r, TAIL_FROM, length + 1], line[r, TAIL_TO, length + 1] = duration, first, last
    for k in range(length, 0, -1):
        x = line[r, SEQ, k]
        duration, first, last = joined(
            node[x, DURATION], node[x, OPENS], node[x, CLOSES], line[r, LEG, k], duration, first, last
        )
        line[r, TAIL, k], line[r, TAIL_FROM, k], line[r, TAIL_TO, k] = duration, first, last


@compiled
def lay_out(travel, node, price, person, weight, line, row, cost, starts, trial, p, r, changed, same_after):
    """Times and cost of a row in which the nodes from position `changed` on are others than before, or have moved by
    one: those behind `same_after` are the same as before."""
    length = row[r, LENGTH]
    if same_after < length:
        _move_on(line, r, LEG, same_after, length)
    for k in range(max(changed - 1, 0), min(length, same_after) + 1):
        line[r, LEG, k] = travel[line[r, SEQ, k], line[r, SEQ, k + 1]]
    if length == 0 and not person[p, IS_OUT]:
        line[r, LEG, 0] = 0
    if person[p, IS_PLAIN]:
        line[r, READY, 0] = person[p, DAY_OPENS]
        at = max(changed, 1)
        ready = line[r, READY, at - 1] + 0
        for k in range(at, length + 1):
            x = line[r, SEQ, k]
            ready = max(ready + line[r, LEG, k - 1], node[x, OPENS]) + node[x, DURATION]
            line[r, READY, k] = ready
        at, latest = length, person[p, DAY_LAST] + 0
        line[r, LATEST, length + 1] = latest
        if same_after < length:
            _move_on(line, r, LATEST, same_after, length)
            at, latest = same_after, line[r, LATEST, same_after + 1] + 0
        for k in range(at, 0, -1):
            x = line[r, SEQ, k]
            latest = min(node[x, CLOSES], latest - line[r, LEG, k] - node[x, DURATION])
            line[r, LATEST, k] = latest
    else:
        _ready_times(node, person, line, p, r, length, max(changed, 1))
        _latest_times(node, person, line, starts, p, r, length, same_after, False)
        if person[p, HAS_LONGEST]:
            _segments(node, person, line, p, r, length)
    seconds = 0
    for k in range(length + 1):
        seconds += line[r, LEG, k]
    is_soft = person[p, DAY_CLOSES] < person[p, DAY_LAST] or row[r, CAN_BE_LATE] > 0
    row[r, TRAVEL] = seconds
    row[r, IS_SOFT] = is_soft
    cost[r, SOFT] = 0.0
    if is_soft:
        _soften(travel, node, price, person, weight, line, row, cost, starts, trial, p, r, length)
    busy = float(seconds + row[r, WORK])
    cost[r, WHOLE] = weight[W_TRAVEL] * seconds + cost[r, SOFT] + cost[r, MOVES] + imbalance(person, weight, p, busy)


@compiled
def touch(person, line, row, cost, used, own, touched, p):
    """From now on the person's other row is looked at, a copy at first."""
    old = own[p, ACTIVE]
    new = 4 * p + 1 - old
    own[p, CURRENT] = new
    is_plain = person[p, IS_PLAIN] and not row[old, IS_SOFT]
    for which in range(PLAIN_LINES if is_plain else line.shape[1]):
        for k in range(row[old, LENGTH] + 2):
            line[new, which, k] = line[old, which, k]
    for column in range(row.shape[1]):
        row[new, column] = row[old, column]
    for column in range(cost.shape[1]):
        cost[new, column] = cost[old, column]
    for part in range(used.shape[1]):
        used[new, part] = used[old, part]
    touched[0] += 1
    touched[touched[0]] = p


@inner
def _count_in(node, weight, needs, row, cost, used, p, r, x, sign):
    """The sums of a row that have nothing to do with the sequence."""
    row[r, ORDERS] += sign
    row[r, WORK] += sign * node[x, DURATION]
    row[r, CAN_BE_LATE] += sign * node[x, MAY_BE_LATE]
    cost[r, MOVES] += sign * move_price(node, weight, p, x)
    for index in range(node[x, NEEDS_FROM], node[x, NEEDS_TO]):
        used[r, needs[index, 0]] += sign * needs[index, 1]


@inner
def put_in(node, weight, needs, line, row, cost, used, spot, p, r, x, gap):
    """An order or a depot, not laid out yet."""
    length = row[r, LENGTH]
    for k in range(length + 1, gap, -1):
        line[r, SEQ, k + 1] = line[r, SEQ, k]
    line[r, SEQ, gap + 1] = x
    row[r, LENGTH] = length + 1
    if row[r, DEPOT_AT] > gap:
        row[r, DEPOT_AT] += 1
    if x < spot.shape[0]:
        spot[x, WHERE] = p
        _count_in(node, weight, needs, row, cost, used, p, r, x, 1)
    else:
        row[r, DEPOT_AT] = gap + 1
        row[r, WORK] += node[x, DURATION]


@inner
def weed(node, person, weight, needs, carried, line, row, cost, used, spot, p, r):
    """A row without the orders that were taken away from it, and without a pick-up nobody needs; the position from
    which on it is another. Not laid out yet."""
    length, n = row[r, LENGTH], spot.shape[0]
    for k in range(1, length + 1):
        x = line[r, SEQ, k]
        if x < n and spot[x, WHERE] != p:
            _count_in(node, weight, needs, row, cost, used, p, r, x, -1)
    is_short = False
    for part in range(used.shape[1]):
        is_short = is_short or used[r, part] > carried[p, part]
    kept, first = 0, 0
    row[r, DEPOT_AT] = 0
    for k in range(1, length + 1):
        x = line[r, SEQ, k]
        is_kept = is_short
        if x < n:
            is_kept = spot[x, WHERE] == p
        if is_kept:
            kept += 1
            line[r, SEQ, kept] = x
            if x >= n:
                row[r, DEPOT_AT] = kept
        else:
            if first == 0:
                first = kept + 1
            if x >= n:
                row[r, WORK] -= node[x, DURATION]
    line[r, SEQ, kept + 1] = person[p, END]
    row[r, LENGTH] = kept
    return first


@inner
def is_possible(node, person, line, row, p, r):
    """Of a row from which orders were taken: where a detour takes less time than the way, the rest can be too late."""
    length = row[r, LENGTH]
    if length == 0:
        return True
    if person[p, IS_PLAIN]:
        for k in range(1, length + 1):
            if line[r, READY, k] - node[line[r, SEQ, k], DURATION] > node[line[r, SEQ, k], CLOSES]:
                return False
        return line[r, READY, length] + line[r, LEG, length] <= person[p, DAY_LAST]
    ready, seconds = person[p, DAY_OPENS] + 0, line[r, LEG, 0]
    if person[p, HAS_LUNCH] and after_lunch(person, p, ready, seconds, False) <= line[r, LATEST, 1]:
        return True
    if drive(person, p, ready, seconds) > line[r, LATEST_HUNGRY if person[p, HAS_LUNCH] else LATEST, 1]:
        return False
    if not person[p, HAS_LONGEST]:
        return True
    head, after = (line[r, HEAD, length], line[r, HEAD_FROM, length], line[r, HEAD_TO, length]), length + 1
    tail = line[r, TAIL, after], line[r, TAIL_FROM, after], line[r, TAIL_TO, after]
    return joined(*head, line[r, LEG, length], *tail)[0] <= person[p, LONGEST]
