from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import ScoreModel
from analytics.rules import CODE_VERSION, RULES
from analytics.scorecard import Scorecard
from journal.actions import record
from toolkit.errors import Refused
from workforce.models import User


def model_in_use(kind: str) -> ScoreModel:
    """The active one; the rules as the code has them where none is, or where the merchants are no longer like those it
    was learnt from."""
    rows = ScoreModel.objects.filter(kind=kind)
    active = rows.filter(is_active=True, is_rules=False).first()
    if active is not None and not active.is_adrift and set(active.scorecard.names) <= set(RULES[kind].names):
        return active
    return rows.filter(is_rules=True, code_version=CODE_VERSION).first() or make_model(
        kind, RULES[kind], is_rules=True, code_version=CODE_VERSION
    )


def make_model(kind: str, card: Scorecard, **values) -> ScoreModel:
    last = ScoreModel.objects.filter(kind=kind).order_by("-version").values_list("version", flat=True).first() or 0
    return ScoreModel.objects.create(
        number=f"{kind}-{last + 1}", kind=kind, version=last + 1, card=card.as_json(), **values
    )


def approve_model(model: ScoreModel, *, by: User, at: datetime) -> ScoreModel:
    """From the next scoring on it is used instead of the one before. Rules take the place of what was learnt."""
    with transaction.atomic():
        rows = ScoreModel.objects.select_for_update().filter(kind=model.kind).order_by("pk")
        model = next(row for row in rows if row.pk == model.pk)
        if model.is_active:
            raise Refused(_("It is in use already."))
        if model.is_rules and model.code_version != CODE_VERSION:
            raise Refused(_("These rules are of an older version of the program."))
        rows.filter(is_active=True).update(is_active=False)
        model.is_active, model.approved_by, model.approved_at = True, by, at
        model.save(update_fields=["is_active", "approved_by", "approved_at"])
        record("analytics.approve_model", model, by=by, at=at)
        return model
