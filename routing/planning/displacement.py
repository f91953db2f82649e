"""What an insertion does to the others, before anybody confirms it."""

from routing.planning.problem import Displaced, Plan, Problem


def displaced(problem: Problem, before: Plan, after: Plan) -> list[Displaced]:
    """Orders of `before` that change person, time (by more than the tolerance of the weights) or fall out, those that
    fall out first, then by how much later they start. Running and pinned work is never among them: plans keep it."""
    now, then = before.whereabouts(), after.whereabouts()
    changes = []
    for order in problem.orders:
        if order.key not in now:
            continue
        person, visit = now[order.key]
        other, moved = then.get(order.key, (None, None))
        shift = moved.start_s - visit.start_s if moved else 0
        if other != person or abs(shift) > problem.weights.tolerance_s:
            start = moved.start_s if moved else None
            changes.append(
                (-1 if moved is None else 0, -shift, Displaced(order.key, person, other, visit.start_s, start))
            )
    return [change for *_, change in sorted(changes, key=lambda change: change[:2])]
