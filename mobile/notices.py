from django.utils.translation import gettext as _

from journal.models import Entry
from mobile.models import Parked
from notifications.actions import notify
from workorders.notices import dispatchers_of


def tell_parked(parked: Parked, entry: Entry) -> None:
    """Once for an order and a person: a whole checklist that comes too late is one piece of news."""

    def text() -> tuple[str, str]:
        names = {"name": parked.by.name, "order": parked.order, "reason": parked.get_reason_display()}
        return (
            _("%(name)s sent in work for %(order)s too late") % names,
            _("%(reason)s. Take it over or dismiss it.") % names,
        )

    for person in dispatchers_of(parked.order):
        notify(
            person,
            kind="late-work",
            key=f"late:{parked.order_id}:{parked.by_id}",
            text=text,
            at=entry.at,
            url=parked.order.get_absolute_url(),
        )
