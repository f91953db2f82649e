"""Whom we tell what about models: those who keep them."""

from collections.abc import Callable
from datetime import date, datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from analytics.models import ScoreModel
from analytics.permissions import KEEP_MODELS
from notifications.actions import notify
from workforce.models import User
from workforce.roles import FIELD


def tell_drift(model: ScoreModel, day: date, *, at: datetime) -> None:
    """Once a month for a model."""

    def text() -> tuple[str, str]:
        names = {"model": model.number, "figure": number_format(model.highest_drift, 2)}
        return (
            _("The merchants are no longer those of model %(model)s") % names,
            _("Its highest stability index is %(figure)s. Look at it, and learn or set its points anew.") % names,
        )

    _tell_keepers("model-drift", f"drift:{model.number}:{day:%Y-%m}", text, model, at)


def tell_candidate(model: ScoreModel, *, at: datetime) -> None:
    def text() -> tuple[str, str]:
        return (
            _("A model was learnt: %(model)s") % {"model": model.number},
            _("Compare its figures with those of the one in use, and approve it if it is better."),
        )

    _tell_keepers("model-candidate", f"candidate:{model.number}", text, model, at)


def _tell_keepers(kind: str, key: str, text: Callable[[], tuple[str, str]], model: ScoreModel, at: datetime) -> None:
    for person in User.objects.filter(is_active=True).exclude(role__in=FIELD):
        if person.has_perm(KEEP_MODELS):
            notify(person, kind=kind, key=key, text=text, at=at, url=model.get_absolute_url(), by_mail=False)
