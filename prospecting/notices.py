"""Whom we tell what about a lead."""

from datetime import datetime

from django.utils.translation import gettext as _

from notifications.actions import notify
from prospecting.models import Lead


def tell_asked(lead: Lead, *, at: datetime) -> None:
    """Whoever has it; what lies in the pool is seen in the list of leads."""

    def text() -> tuple[str, str]:
        return (
            _("%(lead)s wants a terminal") % {"lead": lead},
            _("They asked for it on our public page. Call them today."),
        )

    if lead.owner:
        url = f"/field/leads/{lead.number}/" if lead.owner.is_field else lead.get_absolute_url()
        notify(lead.owner, kind="lead-asked", key=f"asked:{lead.pk}:{at.isoformat()}", text=text, at=at, url=url)
