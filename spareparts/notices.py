"""Whom we tell what about parts."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from notifications.actions import notify
from spareparts.models import Handover, Requisition

State = Requisition.State
OF_A_REQUISITION = {
    State.APPROVED: _("Approved: %(requisition)s for %(order)s"),
    State.PICKED: _("Ready to be fetched: %(requisition)s for %(order)s"),
    State.REFUSED: _("Refused: %(requisition)s for %(order)s"),
    State.EXPIRED: _("Lapsed: %(requisition)s for %(order)s"),
}  # fmt: skip


def tell_sent(handover: Handover, parts: str, entry: Entry) -> None:
    """The receiver, who is asked to confirm."""
    person = handover.target.person
    if person is None:
        return

    def text() -> tuple[str, str]:
        names = {"parts": parts, "place": handover.source, "handover": handover}
        return (
            gettext("On the way to you: %(parts)s") % names,
            gettext("From %(place)s. Confirm when you have them.") % names,
        )

    _tell(person, "parts-sent", text, entry)


def tell_asked(requisition: Requisition, parts: str, entry: Entry) -> None:
    """The colleague from whose bag it is wanted."""

    def text() -> tuple[str, str]:
        names = {"name": requisition.person.name, "parts": parts, "order": requisition.order_number}
        return (
            gettext("%(name)s asks you for %(parts)s") % names,
            gettext("It is for %(order)s. Give it, or say why not.") % names,
        )

    _tell(requisition.source.person, "parts-asked", text, entry)


def tell_requisition(requisition: Requisition, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"requisition": requisition, "order": requisition.order_number}
        body = gettext("From %(place)s. %(reason)s") % {"place": requisition.source, "reason": requisition.reason}
        return str(OF_A_REQUISITION[State(requisition.state)]) % names, body.strip()

    _tell(requisition.person, "requisition", text, entry)


def _tell(person: Any, kind: str, text: Callable[[], tuple[str, str]], entry: Entry) -> None:
    notify(person, kind=kind, key=f"parts:{entry.pk}", text=text, at=entry.at, url="/field/me/", by_mail=False)
