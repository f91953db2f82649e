"""Ruin and recreate by string removals (SISR): Christiaens and Vanden Berghe, Transportation Science 54(2), 2020."""

from collections.abc import Callable, Sequence
from math import exp, log

from routing.planning.arrays import (
    ABSENT_AT,
    ACTIVE,
    BEST,
    BEST_LENGTH,
    BEST_VERSION,
    CLOSES,
    COST,
    CURRENT,
    END,
    FAR,
    ITERATION,
    LENGTH,
    MOVE_RAMP,
    MOVES,
    NEVER,
    OPENS,
    PRIZE,
    RAMP,
    SEQ,
    SIZE,
    START,
    STRING,
    VERSION,
    VERSIONS,
    W_MOVED,
    WHERE,
    WHOLE,
    Model,
    State,
)  # fmt: skip
from routing.planning.compiled import compiled, inner
from routing.planning.insertion import chance, recreate, worth
from routing.planning.rows import is_possible, lay_out, touch, weed

LONGEST_STRING = 10
SPLIT = 0.5  # share of strings with a part in the middle that is kept
MORE_KEPT = 0.01  # chance that the part kept is longer by one, again and again
# What costs more in the quarters of the search (the fifth is for the very end): leaving out, where it may pay, or orders
# that only pay in company are never found; or moving what stands, or too much of it is moved before there is a need.
NOTHING, LEAVING_OUT, MOVING = range(3)
RAMPS = (4.0, 2.0, 1.4, 1.0, 1.0)
ABSENT_NEARBY, ABSENT_ANYWHERE = 10, 2  # how many of those left out are tried in each iteration


@inner
def _take(spot, todo, x):
    spot[x, WHERE] = -1
    todo[0] += 1
    todo[todo[0]] = x


@inner
def _take_string(line, spot, todo, random, r, length, x, most):
    """Some neighbours in the row, x among them (if it is not in the part that a split keeps)."""
    at = 1
    while line[r, SEQ, at] != x:
        at += 1
    size, kept = 1 + int(chance(random) * min(length, most)), 0
    if 1 < size < length and chance(random) < SPLIT:
        kept = 1
        while size + kept < length and chance(random) < MORE_KEPT:
            kept += 1
    first, last = max(1, at - size - kept + 1), min(at, length - size - kept + 1)
    first += int(chance(random) * (last - first + 1))
    keep_from = first + size + kept
    if kept:
        keep_from = first + 1 + int(chance(random) * (size - 1))
    for k in range(first, first + size + kept):
        if (k < keep_from or k >= keep_from + kept) and line[r, SEQ, k] < spot.shape[0]:
            _take(spot, todo, line[r, SEQ, k])


@inner
def _take_back(own, spot, touched, todo, p, before):
    """As if nothing had been taken from the row touched last."""
    for index in range(before + 1, todo[0] + 1):
        spot[todo[index], WHERE] = p
    todo[0] = before
    touched[0] -= 1
    own[p, CURRENT] = own[p, ACTIVE]


@inner
def _take_absent(near, spot, random, absent, todo, seed):
    """Some of those left out: they are too many to try them all each time."""
    n = spot.shape[0]
    count = absent[n]
    if count <= ABSENT_NEARBY + ABSENT_ANYWHERE:
        for index in range(count):
            _take(spot, todo, absent[index])
        return
    wanted = ABSENT_NEARBY
    for index in range(near.shape[1]):
        if spot[near[seed, index], ABSENT_AT] >= 0:
            _take(spot, todo, near[seed, index])
            wanted -= 1
            if wanted == 0:
                break
    for _ in range(wanted + ABSENT_ANYWHERE):
        x = absent[int(chance(random) * count)]
        is_new = True
        for index in range(1, todo[0] + 1):
            is_new = is_new and todo[index] != x
        if is_new:
            _take(spot, todo, x)


@inner
def _sort(node, price, random, todo, key):
    """The orders to do, by one of several criteria."""
    dice = chance(random)
    for index in range(1, todo[0] + 1):
        x = todo[index]
        if dice < 0.2:
            value = chance(random)
        elif dice < 0.4:
            value = -price[x, PRIZE] * (0.5 + chance(random))
        elif dice < 0.55:
            value = -price[x, SIZE]
        elif dice < 0.7:
            value = -price[x, FAR]
        elif dice < 0.75:
            value = price[x, FAR]
        elif dice < 0.85:
            value = float(node[x, CLOSES] - node[x, OPENS])
        elif dice < 0.93:
            value = float(node[x, OPENS])
        else:
            value = -float(node[x, CLOSES])
        at = index
        while at > 1 and key[at - 1] > value:
            key[at] = key[at - 1]
            todo[at] = todo[at - 1]
            at -= 1
        key[at] = value
        todo[at] = x


@compiled
def _settle(line, row, own, spot, touched, absent, todo, amount, is_accepted):
    """Keep the touched rows or go back to what was before."""
    n = spot.shape[0]
    for index in range(1, touched[0] + 1):
        p = touched[index]
        if is_accepted:
            own[p, ACTIVE] = own[p, CURRENT]
            amount[VERSIONS] += 1
            own[p, VERSION] = int(amount[VERSIONS])
        else:
            own[p, CURRENT] = own[p, ACTIVE]
    for index in range(1, todo[0] + 1):
        x = todo[index]
        at = spot[x, ABSENT_AT]
        if not is_accepted:
            spot[x, WHERE] = -1
        elif spot[x, WHERE] >= 0 and at >= 0:
            absent[n] -= 1
            last = absent[absent[n]]
            absent[at] = last
            spot[last, ABSENT_AT] = at
            spot[x, ABSENT_AT] = -1
        elif spot[x, WHERE] < 0 and at < 0:
            absent[absent[n]] = x
            spot[x, ABSENT_AT] = absent[n]
            absent[n] += 1
    if not is_accepted:
        for index in range(1, touched[0] + 1):
            p = touched[index]
            r = own[p, ACTIVE]
            for k in range(1, row[r, LENGTH] + 1):
                if line[r, SEQ, k] < n:
                    spot[line[r, SEQ, k], WHERE] = p
    touched[0] = 0
    todo[0] = 0


@compiled
def _remember(line, row, own, best):
    for p in range(own.shape[0]):
        if own[p, BEST_VERSION] != own[p, VERSION]:
            r = own[p, ACTIVE]
            own[p, BEST_VERSION], own[p, BEST_LENGTH] = own[p, VERSION], row[r, LENGTH]
            for k in range(row[r, LENGTH] + 2):
                best[p, k] = line[r, SEQ, k]


@compiled
def _whole_cost(node, price, weight, cost, own, spot, absent, amount):
    total = 0.0
    for p in range(own.shape[0]):
        total += cost[own[p, ACTIVE], WHOLE]
    for index in range(absent[spot.shape[0]]):
        total += worth(node, price, weight, amount, absent[index])
    return total


@inner
def _price_moves(weight, cost, own, amount, ramp):
    by = ramp / amount[MOVE_RAMP]
    amount[MOVE_RAMP] = ramp
    weight[W_MOVED] *= by
    for p in range(own.shape[0]):
        cost[own[p, ACTIVE], WHOLE] += (by - 1) * cost[own[p, ACTIVE], MOVES]
        cost[own[p, ACTIVE], MOVES] *= by
        amount[VERSIONS] += 1  # what is remembered of gaps has the old price
        own[p, VERSION] = int(amount[VERSIONS])


@compiled
def search(
    travel, back, node, price, person, weight, needs, carried, stock, who, may, near, line, row, cost, used, own, spot, memo,
    memo_cost, starts, trial, random, touched, absent, todo, key, best, amount, count, origin, step, hot, cold, removals, dear,
):  # fmt: skip
    """`count` iterations; the temperature falls from `hot` to `cold` as origin + step × iteration goes from 0 to 1."""
    n = spot.shape[0]
    for _ in range(count):
        progress = min(1.0, origin + step * amount[ITERATION])
        temperature = hot * exp(log(cold / hot) * progress)
        ramp = RAMPS[int(4 * progress)]
        if (dear == LEAVING_OUT and amount[RAMP] != ramp) or (dear == MOVING and amount[MOVE_RAMP] != ramp):
            if dear == MOVING:
                _price_moves(weight, cost, own, amount, ramp)
            else:
                amount[RAMP] = ramp
            amount[COST] = _whole_cost(node, price, weight, cost, own, spot, absent, amount)
            amount[BEST] = amount[COST]
            _remember(line, row, own, best)
        if amount[ITERATION] % 64 == 0:
            days = 0
            for p in range(own.shape[0]):
                days += row[own[p, ACTIVE], LENGTH] > 0
            amount[STRING] = max(1.0, min(LONGEST_STRING, (n - absent[n]) / max(days, 1)))
        amount[ITERATION] += 1
        # ruin
        strings = int(chance(random) * max(4 * removals / (1 + amount[STRING]) - 1, 1.0)) + 1
        seed = int(chance(random) * n)
        for index in range(near.shape[1]):
            p = spot[near[seed, index], WHERE]
            if p >= 0 and own[p, CURRENT] == own[p, ACTIVE]:
                touch(person, line, row, cost, used, own, touched, p)
                r, before = own[p, CURRENT], todo[0] + 0
                _take_string(line, spot, todo, random, r, row[r, LENGTH], near[seed, index], int(amount[STRING]))
                first = weed(node, person, weight, needs, carried, line, row, cost, used, spot, p, r)
                lay_out(travel, node, price, person, weight, line, row, cost, starts, trial, p, r, first, NEVER)
                if not is_possible(node, person, line, row, p, r):
                    _take_back(own, spot, touched, todo, p, before)
                strings -= 1
                if strings == 0:
                    break
        _take_absent(near, spot, random, absent, todo, seed)
        # recreate
        _sort(node, price, random, todo, key)
        delta = 0.0
        recreate(
            travel, back, node, price, person, weight, needs, carried, stock, who, may, line, row, cost, used, own, spot,
            memo, memo_cost, starts, trial, random, touched, todo, amount, 1, todo[0], True, -1, 0,
        )  # fmt: skip
        for index in range(1, todo[0] + 1):
            x = todo[index]
            if (spot[x, WHERE] < 0) != (spot[x, ABSENT_AT] >= 0):
                value = worth(node, price, weight, amount, x)
                delta += value if spot[x, WHERE] < 0 else -value
        for index in range(1, touched[0] + 1):
            p = touched[index]
            delta += cost[own[p, CURRENT], WHOLE] - cost[own[p, ACTIVE], WHOLE]
        is_accepted = delta < -temperature * log(max(chance(random), 1e-12))
        _settle(line, row, own, spot, touched, absent, todo, amount, is_accepted)
        if is_accepted:
            amount[COST] += delta
            if amount[COST] < amount[BEST] - 1e-7:
                amount[COST] = _whole_cost(node, price, weight, cost, own, spot, absent, amount)
                amount[BEST] = amount[COST]
                _remember(line, row, own, best)


def begin_search(
    model: Model, state: State, order: Sequence[int], warm: Sequence[int], is_cancelled: Callable[[], bool]
) -> None:
    """Fill empty rows with `order`: first the warm start (`warm`: people by order, in sequence), at any price, then the
    rest where it is worth it; or with a part of them."""
    m, s, n = model, state, len(state.spot)
    arrays = m[:11] + s[:12]
    for p in range(len(s.own)):
        s.own[p, ACTIVE] = s.own[p, CURRENT] = 2 * p
        s.line[2 * p, SEQ, :2] = m.person[p, [START, END]]
        lay_out(*m[:1], *m[2:6], s.line, s.row, s.cost, s.starts, s.trial, p, 2 * p, 0, NEVER)
        touch(m.person, s.line, s.row, s.cost, s.used, s.own, s.touched, p)
    s.spot[:, WHERE], s.spot[:, ABSENT_AT], s.absent[:n], s.absent[n] = -1, range(n), range(n), n
    s.todo[0], s.todo[1 : len(order) + 1] = len(order), order
    ramp = s.amount[RAMP]
    for turn in range(3):
        s.amount[RAMP] = ramp if turn == 2 else 1e9
        # to the end of the row it was in, anywhere in that row, anywhere
        for index, (x, p) in enumerate(zip(order, warm, strict=True), 1):
            if is_cancelled():
                break
            if s.spot[x, WHERE] < 0 and (p >= 0 or turn == 2):
                from_gap = s.row[s.own[p, CURRENT], LENGTH] if turn == 0 else 0
                recreate(*arrays, s.todo, s.amount, index, index, False, p if turn < 2 else -1, from_gap)
    _settle(s.line, s.row, s.own, s.spot, s.touched, s.absent, s.todo, s.amount, True)
    s.amount[COST] = s.amount[BEST] = _whole_cost(*m[2:4], m.weight, s.cost, s.own, s.spot, s.absent, s.amount)
    _remember(s.line, s.row, s.own, s.best)
