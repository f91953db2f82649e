"""Whom we tell what about a lead."""

from datetime import datetime

from django.utils.translation import gettext as _

from notifications.actions import notify
from prospecting.models import Lead
from prospecting.permissions import EDIT_GRID
from workforce.models import User


def tell_asked(lead: Lead, *, at: datetime) -> None:
    """Whoever has it; of one outside of the grid, or in a cell that is nobody's, who manages the grid there."""

    def text() -> tuple[str, str]:
        return (
            _("%(lead)s wants a terminal") % {"lead": lead},
            _("They asked for it on our public page. Call them today."),
        )

    def unowned() -> tuple[str, str]:
        where = _("It lies in %(cell)s, which is nobody's.") if lead.cell_id else _("It lies outside of the grid.")
        return text()[0], where % {"cell": lead.cell} + " " + _("Give the lead to a prospector.")

    told = (
        [(lead.owner, text)]
        if lead.owner
        else [(person, unowned) for person in User.objects.nearest_with(EDIT_GRID, lead.region)]
    )
    for person, words in told:
        url = f"/field/leads/{lead.number}/" if person.is_field else lead.get_absolute_url()
        notify(person, kind="lead-asked", key=f"asked:{lead.pk}:{at.isoformat()}", text=words, at=at, url=url)
