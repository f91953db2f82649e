"""Plans in the words people read."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.models import TerminalModel
from inspections.calendar import Unit
from inspections.criteria import Criteria, Risk
from inspections.models import InspectionPlan
from merchants.models import Merchant, Trade
from workforce.models import Region


def rhythm(plan: InspectionPlan) -> str:
    """'Every 3 months'."""
    if plan.unit == Unit.WEEK:
        return ngettext("Every week", "Every %(count)d weeks", plan.every) % {"count": plan.every}
    return ngettext("Every month", "Every %(count)d months", plan.every) % {"count": plan.every}


def criteria_in_words(criteria: Criteria) -> list[tuple[str, str]]:
    """What each criterion asks, and the values that will do."""
    said = [
        (_("Tier"), [str(Merchant.Tier(tier).label) for tier in criteria.get("tiers", [])]),
        (_("Trade"), _names(Trade, criteria.get("trades"))),
        (_("Only in these regions"), _names(Region, criteria.get("regions"))),
        (_("With one of these terminal models"), _names(TerminalModel, criteria.get("models"))),
        (_("Risk"), [str(Risk(risk).label) for risk in criteria.get("risks", [])]),
        (_("No service for so many days"), [number_format(days) for days in [criteria.get("unvisited_days")] if days]),
        (
            _("Takes at least, ¥ in 28 days"),
            [number_format(yuan, force_grouping=True) for yuan in [criteria.get("volume_from")] if yuan],
        ),
        (_("Only where a live terminal stands"), [_("yes")] if criteria.get("with_terminal") else []),
    ]
    return [(what, ", ".join(values)) for what, values in said if values]


def _names(model: type[Trade | Region | TerminalModel], codes: list[str] | None) -> list[str]:
    return [str(row) for row in model.objects.filter(code__in=codes)] if codes else []
