"""How well visits are proven: worked out by a task, settled by a person. Nothing follows from a score by itself."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import record
from toolkit.errors import Refused
from workforce.models import User
from workorders.authenticity import Thresholds, parts_of, score_of
from workorders.challenges import coded_photos
from workorders.models import CodeReview, Visit, VisitRules
from workorders.visit_facts import facts_of


def score_visits(*, at: datetime, limit: int = 200) -> int:
    """Works out those that wait, each in its own transaction; several may run side by side."""
    limits = VisitRules.in_force()
    for done in range(limit):
        with transaction.atomic():
            waiting = Visit.objects.filter(scored_at=None).select_for_update(skip_locked=True, of=("self",))
            visit = (
                waiting.select_related("order__merchant", "order__terminal", "order__run__version")
                .order_by("pk")
                .first()
            )
            if visit is None:
                return done
            _score(visit, limits, at)
    return limit


def _score(visit: Visit, limits: Thresholds, at: datetime) -> None:
    parts = parts_of(facts_of(visit.order), limits)
    visit.parts, visit.score, visit.scored_at = ([asdict(part) for part in parts], score_of(parts), at)
    visit.is_low = visit.score is not None and visit.score < limits.low_below
    visit.save(update_fields=["parts", "score", "scored_at", "is_low"])


def review_code(visit: Visit, *, capture: UUID, found: str, by: User, at: datetime) -> Visit:
    """Somebody has looked for the code in a photo; the score is worked out again. They may change their mind."""
    if found not in CodeReview.Found.values:
        raise Refused(_("Say whether the code is seen."), field="found")
    with transaction.atomic():
        visit = Visit.objects.select_for_update().get(pk=visit.pk)
        order = visit.order
        if capture not in {photo.pk for photo in coded_photos(order)}:
            raise Refused(_("This photo is not one of those that show the code."))
        before = visit.code_reviews.filter(capture=capture).values_list("found", flat=True).first()
        if before != found:
            visit.code_reviews.update_or_create(capture_id=capture, defaults={"found": found, "by": by, "at": at})
            _score(visit, VisitRules.in_force(), at)
            record(
                "workorders.review_code", order, by=by, at=at, merchant_id=order.merchant_id,
                changes={"challenge code": [before, found]},
            )  # fmt: skip
        return visit


def settle_visit(visit: Visit, *, how: str, note: str = "", by: User, at: datetime) -> Visit:
    """Somebody has looked: in order, or to be followed up and why."""
    note = note.strip()[:300]
    if how not in Visit.How.values:
        raise Refused(_("Choose how it is settled."), field="how")
    if how == Visit.How.FOLLOW_UP and not note:
        raise Refused(_("Say what is to be followed up."), field="note")
    with transaction.atomic():
        visit = Visit.objects.select_for_update().get(pk=visit.pk)
        if visit.settled_at is not None:
            raise Refused(_("%(name)s has settled this already.") % {"name": visit.settled_by.name})
        visit.how, visit.note, visit.settled_by, visit.settled_at = (how, note, by, at)
        visit.save(update_fields=["how", "note", "settled_by", "settled_at"])
        record(
            "workorders.settle_visit", visit.order, by=by, at=at, merchant_id=visit.order.merchant_id,
            changes={"how": [None, how]}, note=note,
        )  # fmt: skip
        return visit
