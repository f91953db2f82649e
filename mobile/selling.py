"""What a prospector's phone sends about shops, and what it does with them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import TerminalModel
from evidence.models import Capture
from merchants.models import Trade
from mobile.forms import CaptureField, Moment, Place
from prospecting import actions
from prospecting.actions.rounds import TO_THE_END, TOMORROW
from prospecting.models import Competitor, Lead, Objection, Offer, Opportunity, Visit
from prospecting.models.visits import Picked
from toolkit.errors import Refused
from workforce.models import User

SOON = [("1", gettext_lazy("Tomorrow")), ("3", gettext_lazy("In 3 days")), ("7", gettext_lazy("In a week"))]
TURNOVERS = [10_000, 30_000, 50_000, 100_000, 300_000]  # a month
PROMISES: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "evening": (Offer.Kind.ENVIRONMENT, gettext_lazy("Installed outside opening hours"), {}),
    "counter": (Offer.Kind.ENVIRONMENT, gettext_lazy("Cables hidden under the counter"), {}),
    "paper": (Offer.Kind.EXTRA, gettext_lazy("Rolls of receipt paper"), {"quantity": 10}),
    "speaker": (Offer.Kind.EXTRA, gettext_lazy("A loudspeaker for payments"), {"quantity": 1}),
    "base": (Offer.Kind.EXTRA, gettext_lazy("A charging base"), {"quantity": 1}),
}
NO_TALK = (Visit.Outcome.CLOSED, Visit.Outcome.GONE)


def _codes(model: type[Picked]) -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        model._default_manager.filter(is_active=True),
        to_field_name="code",
        required=False,
        label=model._meta.verbose_name_plural,
    )


class VisitMade(Place, Moment):
    """A next step is so many days after the visit, or on a day that was picked."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=Visit.Outcome,
        error_messages={"required": gettext_lazy("Say whom you have met.")},
    )  # fmt: skip
    intention = forms.TypedChoiceField(
        label=gettext_lazy("Intention"), choices=Lead.Intention, coerce=int, empty_value=None, required=False
    )
    objections = _codes(Objection)
    seen = _codes(Competitor)
    next_step = forms.ChoiceField(label=gettext_lazy("Next step"), choices=Visit.NextStep, required=False)
    in_days = forms.TypedChoiceField(
        label=gettext_lazy("When"), choices=SOON, coerce=int, empty_value=None, required=False
    )
    next_step_on = forms.DateField(label=gettext_lazy("On"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
    reason = forms.CharField(label=gettext_lazy("Why not at the shop"), max_length=200, required=False)
    captures = CaptureField()

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"captures": Capture.objects.filter(by=user)}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        in_days, on = values.pop("in_days", None), values.get("next_step_on")
        values["next_step"] = step = values.get("next_step") or Visit.NextStep.NONE
        if step == Visit.NextStep.NONE:
            values["next_step_on"] = None
        elif on is None and in_days:
            values["next_step_on"] = timezone.localdate(values.get("device_at")) + timedelta(days=in_days)
        values["seen"] = {each: 1 for each in values.get("seen") or ()}
        if values.get("outcome") in NO_TALK:
            values["intention"] = None
        return values


class NewShop(VisitMade):
    """A shop seen on the street, and what came of the first visit."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=160, error_messages={"required": gettext_lazy("Give the shop's name.")}
    )
    trade = forms.ModelChoiceField(
        Trade.objects.all(), to_field_name="code", label=gettext_lazy("Kind"), required=False
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    material_code = forms.CharField(label=gettext_lazy("code"), max_length=300, required=False)
    field_order = ("name", "trade")

    def clean_material_code(self) -> str:
        """A code scanned off material is the address of our page with ?c=."""
        text = self.cleaned_data["material_code"]
        return parse_qs(urlsplit(text).query).get("c", [text])[0]


class Doubt(forms.Form):
    """What of a shop tells whether it is known already."""

    name = forms.CharField(max_length=160, required=False)
    phone = forms.CharField(max_length=40, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False)


class Here(Place, Moment):
    """Where the prospector stands."""


class PutOff(Moment):
    until = forms.ChoiceField(
        label=gettext_lazy("Until"),
        choices=[(TO_THE_END, gettext_lazy("Later")), (TOMORROW, gettext_lazy("Skip today"))],
    )


class WantsToSign(Moment):
    """Nothing of it has to be known yet."""

    monthly_volume = forms.DecimalField(
        label=gettext_lazy("expected monthly turnover"), min_value=0, max_digits=14, decimal_places=2, required=False
    )
    model = forms.ModelChoiceField(TerminalModel.objects.all(), label=gettext_lazy("Terminals"), required=False)
    count = forms.IntegerField(label=gettext_lazy("how many"), min_value=1, max_value=99, required=False)


class Promised(Moment):
    promise = forms.ChoiceField(label=gettext_lazy("Promise"), choices=[(key, row[1]) for key, row in PROMISES.items()])


def open_opportunity(
    lead: Lead,
    *,
    by: User,
    at: datetime,
    monthly_volume: Decimal | None = None,
    model: TerminalModel | None = None,
    count: int | None = None,
    device_at: datetime | None = None,
) -> Opportunity:
    with transaction.atomic():
        made = actions.open_opportunity(lead, by=by, at=at, monthly_volume=monthly_volume)
        return actions.change_opportunity(made, terminals={model: count or 1} if model else {}, by=by, at=at)


def promise(lead: Lead, *, promise: str, by: User, at: datetime, device_at: datetime | None = None) -> Offer:
    opportunity = lead.opportunities.open().filter(owner=by).first()
    if opportunity is None:
        raise Refused(_("There is no open opportunity. Open one first."))
    kind, text, terms = PROMISES[promise]
    return actions.make_offer(opportunity, kind=kind, text=str(text), by=by, at=at, **terms)
