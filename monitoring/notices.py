"""Whom an outage is told."""

from datetime import datetime

from django.utils.translation import gettext as _

from monitoring.models import Incident
from notifications.actions import notify
from workorders.notices import dispatchers_in


def tell_outage(incident: Incident, at: datetime) -> None:
    """The dispatchers, once, however many terminals are silent."""

    def text() -> tuple[str, str]:
        names = {"count": incident.count, "region": incident.region, "number": incident.number}
        return (
            _("Outage in %(region)s: %(count)d terminals fell silent together") % names,
            _("%(number)s holds them together: no single orders are opened while it lasts.") % names,
        )

    for person in dispatchers_in(incident.region):
        notify(
            person,
            kind="incident",
            key=f"incident:{incident.number}",
            text=text,
            at=at,
            url=incident.get_absolute_url(),
        )
