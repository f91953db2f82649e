"""Where an order fits best into a row, and into which. Judged per gap in constant time unless somebody becomes late."""

import numpy as np

from routing.planning.arrays import (
    ACTIVE,
    CLOSES,
    CURRENT,
    DEPOT_AT,
    DURATION,
    EASY,
    EASY_HUNGRY,
    HAS_LONGEST,
    HAS_LUNCH,
    HEAD,
    HEAD_FROM,
    HEAD_TO,
    IS_PLAIN,
    IS_SOFT,
    LATEST,
    LATEST_HUNGRY,
    LEG,
    LENGTH,
    LONGEST,
    LUNCH_FROM,
    MEMO_GAP,
    MEMO_VERSION,
    MOST_ORDERS,
    NEEDS_FROM,
    NEEDS_TO,
    NEVER,
    OPENS,
    ORDERS,
    PRIZE,
    RAMP,
    READY,
    READY_HUNGRY,
    SEQ,
    SOFT,
    TAIL,
    TAIL_FROM,
    TAIL_TO,
    TRAVEL,
    VERSION,
    W_TRAVEL,
    WHO_FROM,
    WHO_TO,
    WORK,
)  # fmt: skip
from routing.planning.compiled import compiled, inner
from routing.planning.rows import imbalance, joined, lay_out, move_price, put_in, touch
from routing.planning.timing import after_lunch, drive, lateness, soft_of, start_of

BLINK = 0.01  # how often a better gap is overlooked
INF = float("inf")
# A gap is stored as gap | depot gap << 16 | (depot + 1) << 32: first the depot goes in, then the order.
DEPOT_GAP, DEPOT, GAP = 16, 32, 0xFFFF
R12, R25, R27, R11, FACTOR = (np.uint64(value) for value in (12, 25, 27, 11, 2685821657736338717))


@inner
def chance(random):
    """0 ≤ … < 1, by xorshift64*: the state is an array of ours, so that a search can be continued anywhere."""
    bits = random[0]
    bits ^= bits >> R12
    bits ^= bits << R25
    bits ^= bits >> R27
    random[0] = bits
    return ((bits * FACTOR) >> R11) * (1.0 / 9007199254740992.0)


@inner
def worth(node, price, weight, amount, x):
    """What it costs to leave an order out."""
    return price[x, PRIZE] * amount[RAMP] + move_price(node, weight, -1, x)


@inner
def softness(travel, node, price, person, weight, line, row, cost, trial, x, p, r, gap):
    """By how much lateness and overtime of a row grow, exactly."""
    length = row[r, LENGTH]
    for k in range(gap + 1):
        trial[k] = line[r, SEQ, k]
    trial[gap + 1] = x
    for k in range(gap + 1, length + 2):
        trial[k + 1] = line[r, SEQ, k]
    return soft_of(travel, node, price, person, weight, trial, p, length + 1)[0] - cost[r, SOFT]


@inner
def has_stock(node, needs, carried, stock, line, row, used, own, n, x, p, depot):
    """Whether a depot has what `p` would be short of; what others pick up there in the plan is gone."""
    r = own[p, CURRENT]
    for index in range(node[x, NEEDS_FROM], node[x, NEEDS_TO]):
        part = needs[index, 0]
        missing = used[r, part] + needs[index, 1] - carried[p, part]
        if missing > 0:
            for other in range(own.shape[0]):
                at = row[own[other, CURRENT], DEPOT_AT]
                if other != p and at > 0 and line[own[other, CURRENT], SEQ, at] == n + depot:
                    missing += max(0, used[own[other, CURRENT], part] - carried[other, part])
            if missing > stock[depot, part]:
                return False
    return True


@inner
def first_gap(node, needs, carried, stock, line, row, used, own, n, x, p, r):
    """From where on an order whose parts are short can stand in a row with a pick-up; NEVER: nowhere."""
    at = row[r, DEPOT_AT]
    if not has_stock(node, needs, carried, stock, line, row, used, own, n, x, p, line[r, SEQ, at] - n):
        return NEVER
    for index in range(node[x, NEEDS_FROM], node[x, NEEDS_TO]):
        left = carried[p, needs[index, 0]] - needs[index, 1]
        for k in range(1, at):
            for other in range(node[line[r, SEQ, k], NEEDS_FROM], node[line[r, SEQ, k], NEEDS_TO]):
                if needs[other, 0] == needs[index, 0]:
                    left -= needs[other, 1]
        if left < 0:
            return at
    return 0


@inner
def gap_with_depot(
    travel, node, price, person, weight, needs, carried, stock, line, row, cost, used, own, trial, n, x, p, r, limit
):
    """The cheapest pair of gaps, for a pick-up of what is missing and, behind it, for the order."""
    length, found, best = row[r, LENGTH], -1, limit
    for depot in range(stock.shape[0]):
        if not has_stock(node, needs, carried, stock, line, row, used, own, n, x, p, depot):
            continue
        d = n + depot
        for a in range(length + 1):
            i, j, earliest = line[r, SEQ, a], line[r, SEQ, a + 1], line[r, READY, a] + 0
            if person[p, HAS_LUNCH]:
                earliest = min(earliest, line[r, READY_HUNGRY, a])
            if earliest > node[d, CLOSES]:
                break
            # `earliest` somebody without lunch and absences would be ready in the gap, who has picked up
            earliest = max(earliest + travel[i, d], node[d, OPENS]) + node[d, DURATION]
            if earliest > node[d, CLOSES] + node[d, DURATION]:
                continue
            for b in range(a, length + 1):
                y, z = line[r, SEQ, b], line[r, SEQ, b + 1]
                if b > a:
                    earliest += travel[d, j] if b == a + 1 else line[r, LEG, b - 1]
                    if earliest > max(line[r, LATEST, b], line[r, LATEST_HUNGRY, b]):
                        break
                    earliest = max(earliest, node[y, OPENS]) + node[y, DURATION]
                if earliest > node[x, CLOSES]:
                    break
                done = max(earliest + travel[d if a == b else y, x], node[x, OPENS]) + node[x, DURATION]
                if done + travel[x, z] > max(line[r, LATEST, b + 1], line[r, LATEST_HUNGRY, b + 1]):
                    continue
                if a == b:
                    seconds = travel[i, d] + travel[d, x] + travel[x, j] - line[r, LEG, a]
                else:
                    seconds = travel[i, d] + travel[d, j] - line[r, LEG, a]
                    seconds += travel[y, x] + travel[x, z] - line[r, LEG, b]
                total = weight[W_TRAVEL] * seconds
                if total >= best:
                    continue
                at = 0
                for k in range(length + 2):
                    trial[at] = line[r, SEQ, k]
                    at += 1
                    if k == a:
                        trial[at] = d
                        at += 1
                    if k == b:
                        trial[at] = x
                        at += 1
                total += soft_of(travel, node, price, person, weight, trial, p, length + 2)[0] - cost[r, SOFT]
                if total < best:
                    best, found = total, (b + 1) | (a << DEPOT_GAP) | ((depot + 1) << DEPOT)
    return best, found


@compiled
def recreate(
    travel, back, node, price, person, weight, needs, carried, stock, who, may, line, row, cost, used, own, spot, memo,
    memo_cost, starts, trial, random, touched, todo, amount, first_todo, last_todo, is_noisy, only, only_from,
):  # fmt: skip
    """Put each order of `todo` from … to … where it costs least, if that is less than to leave it out: with anybody, or
    with `only` and from gap `only_from` on. Best gaps of rows nobody touched are remembered, and looked at first."""
    n = spot.shape[0]
    for turn in range(first_todo, last_todo + 1):
        x = todo[turn]
        opens, closes, duration = node[x, OPENS], node[x, CLOSES], node[x, DURATION]
        from_needs, to_needs = node[x, NEEDS_FROM], node[x, NEEDS_TO]
        cheapest, chosen, chosen_gap = worth(node, price, weight, amount, x), -1, -1
        from_who, to_who = node[x, WHO_FROM], node[x, WHO_TO]
        if only >= 0:
            from_who = to_who
        for index in range(from_who, to_who + touched[0]):
            p = who[index] if index < to_who else touched[1 + index - to_who]
            r = own[p, CURRENT]
            is_touched = r != own[p, ACTIVE]
            if index < to_who:
                if is_touched:
                    continue
                if memo[x, p, MEMO_VERSION] == own[p, VERSION]:
                    if memo_cost[x, p] < cheapest and not (is_noisy and chance(random) < BLINK):
                        cheapest, chosen, chosen_gap = memo_cost[x, p], p, memo[x, p, MEMO_GAP]
                    continue
            elif not may[x, p] or (only >= 0 and p != only):
                continue
            move, gap, first, length = move_price(node, weight, p, x), -1, 0, row[r, LENGTH]
            best = cheapest - move if is_touched else INF
            blinks = is_noisy and is_touched
            for at in range(from_needs, to_needs):
                if used[r, needs[at, 0]] + needs[at, 1] > carried[p, needs[at, 0]]:
                    first = -1
            if row[r, ORDERS] >= person[p, MOST_ORDERS]:
                first = NEVER
            if first < 0:
                first = NEVER
                if stock.shape[0] > 0 and row[r, DEPOT_AT] > 0:
                    first = first_gap(node, needs, carried, stock, line, row, used, own, n, x, p, r)
                elif stock.shape[0] > 0 and not person[p, HAS_LONGEST]:
                    best, gap = gap_with_depot(
                        travel, node, price, person, weight, needs, carried, stock, line, row, cost, used, own, trial, n,
                        x, p, r, best,
                    )  # fmt: skip
            is_plain = person[p, IS_PLAIN]
            easy, easy_hungry = (EASY, EASY_HUNGRY) if row[r, IS_SOFT] else (LATEST, LATEST_HUNGRY)
            for k in range(max(first, only_from), length + 1):
                fed, latest = line[r, READY, k], line[r, LATEST, k + 1]
                if is_plain:
                    if fed > closes:
                        break
                    if latest < opens + duration:
                        continue
                else:
                    if min(fed, line[r, READY_HUNGRY, k]) > closes:
                        break
                    if max(latest, line[r, LATEST_HUNGRY, k + 1]) < opens + duration:
                        continue
                to, fro = back[x, line[r, SEQ, k]], travel[x, line[r, SEQ, k + 1]]
                total = weight[W_TRAVEL] * (to + fro - line[r, LEG, k])
                if total >= best:
                    continue
                if is_plain:
                    start = max(fed + to, opens)
                    arrival = start + duration + fro
                    if start > closes or arrival > latest:
                        continue
                    is_easy = arrival <= line[r, easy, k + 1]
                else:
                    hungry, start, hungry_start = line[r, READY_HUNGRY, k], NEVER, NEVER
                    arrival, hungry_arrival = NEVER, NEVER
                    if fed < NEVER:
                        arrival = drive(person, p, fed, to)
                    if hungry < NEVER:
                        hungry_start = start_of(person, node, p, x, drive(person, p, hungry, to))
                        if hungry_start + duration > person[p, LUNCH_FROM]:
                            arrival = min(arrival, after_lunch(person, p, hungry, to, False))
                    if arrival < NEVER:
                        start = start_of(person, node, p, x, arrival)
                    arrival = NEVER
                    if start < NEVER:
                        arrival = drive(person, p, start + duration, fro)
                    if hungry_start < NEVER:
                        hungry_arrival = drive(person, p, hungry_start + duration, fro)
                        eaten = after_lunch(person, p, hungry_start + duration, fro, k == length)
                        if eaten <= arrival:
                            arrival, start = eaten, hungry_start
                    if hungry_arrival > line[r, LATEST_HUNGRY, k + 1] and arrival > latest:
                        continue
                    if person[p, HAS_LONGEST]:
                        span, begins, ends = joined(
                            line[r, HEAD, k], line[r, HEAD_FROM, k], line[r, HEAD_TO, k], to, duration, opens, closes
                        )
                        after = line[r, TAIL, k + 1], line[r, TAIL_FROM, k + 1], line[r, TAIL_TO, k + 1]
                        if joined(span, begins, ends, fro, after[0], after[1], after[2])[0] > person[p, LONGEST]:
                            continue
                    is_easy = arrival <= line[r, easy, k + 1]
                    if hungry_arrival <= line[r, easy_hungry, k + 1]:
                        is_easy, start = True, hungry_start
                if is_easy:
                    total += lateness(node, price, x, start)
                else:
                    total += softness(travel, node, price, person, weight, line, row, cost, trial, x, p, r, k)
                if total < best and not (blinks and chance(random) < BLINK):
                    best, gap = total, k
            if gap >= 0:
                seconds = best / max(weight[W_TRAVEL], 1e-9)
                busy = float(row[r, TRAVEL] + row[r, WORK])
                best += move - imbalance(person, weight, p, busy)
                best += imbalance(person, weight, p, busy + duration + seconds)
            else:
                best = INF
            if not is_touched:
                memo[x, p, MEMO_VERSION], memo[x, p, MEMO_GAP], memo_cost[x, p] = own[p, VERSION], gap, best
                if best < cheapest and is_noisy and chance(random) < BLINK:
                    best = INF
            if best < cheapest:
                cheapest, chosen, chosen_gap = best, p, gap
        if chosen < 0:
            continue
        depot = (chosen_gap >> DEPOT) - 1
        gap, at = chosen_gap & GAP, row[own[chosen, CURRENT], DEPOT_AT]
        if depot >= 0 or at > 0:
            which = depot if depot >= 0 else line[own[chosen, CURRENT], SEQ, at] - n
            if not has_stock(node, needs, carried, stock, line, row, used, own, n, x, chosen, which):
                continue  # it went to somebody else since it was looked at
        if own[chosen, CURRENT] == own[chosen, ACTIVE]:
            touch(person, line, row, cost, used, own, touched, chosen)
        r = own[chosen, CURRENT]
        changed = gap + 1
        if depot >= 0:
            changed = (chosen_gap >> DEPOT_GAP) & GAP
            put_in(node, weight, needs, line, row, cost, used, spot, chosen, r, n + depot, changed)
        put_in(node, weight, needs, line, row, cost, used, spot, chosen, r, x, gap)
        lay_out(
            travel, node, price, person, weight, line, row, cost, starts, trial, chosen, r, min(changed, gap + 1),
            NEVER if depot >= 0 else gap + 1,
        )  # fmt: skip
