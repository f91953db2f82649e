"""The problem and the search's state as arrays, which is all the compiled code sees. It is handed the arrays one by
one and never keeps parts of them: bundles and slices cost numba many times the compilation, and counting references.

A node is an order (0 … n-1), then a depot, then a place where days begin or end. Each person has two rows, the one of
the present solution and one to try changes in. A row is the start, the visits, the end; gap k lies behind position k.
"""

from typing import NamedTuple

from numpy.typing import NDArray

NEVER = 1 << 30  # later than everything; -NEVER earlier

# columns of node
OPENS, CLOSES, DURATION, DUE, DUE_AGAIN, NOW, NEEDS_FROM, NEEDS_TO, WHO_FROM, WHO_TO, MAY_BE_LATE = range(11)
# columns of price: per second, per second, for leaving out; what orders are sorted by
LATE, LATE_AGAIN, PRIZE, FAR, SIZE = range(5)
# columns of person; behind them pairs, the absences
(
    START, END, DAY_OPENS, DAY_CLOSES, DAY_LAST, LUNCH_FROM, LUNCH_TO, LUNCH_LENGTH, DAY_LENGTH, WORK_BEFORE,
    MOST_ORDERS, LONGEST, IS_PLAIN, HAS_LUNCH, HAS_LONGEST, IS_OUT, ABSENCES,
) = range(17)  # fmt: skip
# entries of weight
W_TRAVEL, W_OVERTIME, W_IMBALANCE, W_MOVED = range(4)
# lines of a row: the nodes; earliest times ready to leave, latest times of arrival that keep everything possible (or,
# EASY, that make nothing later than it is), each before and after lunch; legs; segments for LONGEST
(
    SEQ, READY, LATEST, LEG, READY_HUNGRY, LATEST_HUNGRY, EASY_HUNGRY, EASY, HEAD, HEAD_FROM, HEAD_TO, TAIL, TAIL_FROM,
    TAIL_TO,
) = range(14)  # fmt: skip
PLAIN_LINES = 4  # more are not looked at in plain rows where nothing costs extra
# columns of row
LENGTH, ORDERS, TRAVEL, WORK, DEPOT_AT, CAN_BE_LATE, IS_SOFT = range(7)
# columns of cost
SOFT, MOVES, WHOLE = range(3)
# columns of own
ACTIVE, CURRENT, VERSION, BEST_VERSION, BEST_LENGTH = range(5)
# columns of spot
WHERE, ABSENT_AT = range(2)
# columns of memo
MEMO_VERSION, MEMO_GAP = range(2)
# entries of amount
COST, BEST, ITERATION, RAMP, VERSIONS, STRING, MOVE_RAMP = range(7)


class Model(NamedTuple):
    travel: NDArray  # int32 [node, node]
    back: NDArray  # its transpose, for speed
    node: NDArray  # int32 [orders and depots, …]
    price: NDArray  # float64 [orders and depots, …]
    person: NDArray  # int32 [people, …]
    weight: NDArray  # float64
    needs: NDArray  # int32 [all, 2]: part, quantity
    carried: NDArray  # int32 [people, parts]
    stock: NDArray  # int32 [depots, parts]
    who: NDArray  # int32: people by order
    may: NDArray  # bool [orders, people]: the same
    near: NDArray  # int32 [orders, some]: the order itself, then others, the nearest first


class State(NamedTuple):
    line: NDArray  # int32 [rows, lines, length + 2]
    row: NDArray  # int64 [rows, …]
    cost: NDArray  # float64 [rows, …]
    used: NDArray  # int32 [rows, parts]
    own: NDArray  # int64 [people, …]: the row of the present solution, the row looked at, …
    spot: NDArray  # int32 [orders, …]: person or -1, index in `absent` or -1
    memo: NDArray  # int64 [orders, people, …]: best gaps (see insertion.py) of rows nobody touched
    memo_cost: NDArray  # float64 [orders, people]
    starts: NDArray  # int32: scratch
    trial: NDArray  # int32: scratch
    random: NDArray  # uint64 [1]
    touched: NDArray  # int32 [people + 1]: the number of them, then who
    absent: NDArray  # int32 [orders + 1]: which, the number of them last
    todo: NDArray  # int32 [orders + 1]: the number of them, then which
    key: NDArray  # float64 [orders + 1]
    best: NDArray  # int32 [people, length + 2]
    amount: NDArray  # float64
