"""Whom we tell what about parts."""

from collections.abc import Callable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from journal.models import Entry
from notifications.actions import notify
from spareparts.models import Handover, Place, Requisition, Scrapping, Stocktake
from spareparts.permissions import APPROVE_STOCK
from workforce.models import User

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


def tell_dear(requisition: Requisition, parts: str, entry: Entry) -> None:
    """Those who approve what is above the rule."""

    def text() -> tuple[str, str]:
        names = {
            "name": requisition.person.name,
            "parts": parts,
            "value": number_format(requisition.value, 2),
            "order": requisition.order_number,
        }
        return (
            gettext("%(name)s asks for %(parts)s, worth ¥%(value)s") % names,
            gettext("That needs approval. It is for %(order)s.") % names,
        )

    _tell_approvers(requisition, requisition.source, requisition.person, text, entry)


def tell_counted(stocktake: Stocktake, differences: int, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"place": stocktake.place, "name": stocktake.counted_by.name if stocktake.counted_by else ""}
        found = ngettext("%(count)d difference", "%(count)d differences", differences) % {"count": differences}
        return (
            gettext("The count of %(place)s waits for approval") % names,
            gettext("Counted by %(name)s: %(found)s.") % {**names, "found": found},
        )

    _tell_approvers(stocktake, stocktake.place, stocktake.counted_by, text, entry)


def tell_to_scrap(scrapping: Scrapping, parts: str, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"parts": parts, "place": scrapping.place, "name": scrapping.asked_by.name, "reason": scrapping.reason}
        return (
            gettext("Approve that %(parts)s is scrapped") % names,
            gettext("%(name)s, %(place)s: %(reason)s") % names,
        )

    _tell_approvers(scrapping, scrapping.place, scrapping.asked_by, text, entry)


def _tell_approvers(
    subject: Requisition | Stocktake | Scrapping,
    place: Place,
    maker: User | None,
    text: Callable[[], tuple[str, str]],
    entry: Entry,
) -> None:
    """Nobody decides on their own."""
    home = place.home or (maker and maker.region)
    for person in User.objects.nearest_with(APPROVE_STOCK, home, but=[maker and maker.pk]):
        notify(
            person, kind="stock-approval", key=f"parts:{entry.pk}", text=text, at=entry.at,
            url=subject.get_absolute_url(),
        )  # fmt: skip


def tell_requisition(requisition: Requisition, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"requisition": requisition, "order": requisition.order_number}
        body = gettext("From %(place)s. %(reason)s") % {"place": requisition.source, "reason": requisition.reason}
        return str(OF_A_REQUISITION[State(requisition.state)]) % names, body.strip()

    _tell(requisition.person, "requisition", text, entry)


def _tell(person: Any, kind: str, text: Callable[[], tuple[str, str]], entry: Entry) -> None:
    notify(person, kind=kind, key=f"parts:{entry.pk}", text=text, at=entry.at, url="/field/me/", by_mail=False)
