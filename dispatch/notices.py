"""What the dispatchers and the engineer are told when an order finds nobody, or nobody takes it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.actions import notify
from workorders.models import WorkOrder
from workorders.notices import dispatchers_of


def tell_nobody_found(order: WorkOrder, at: datetime) -> None:
    """Once per order, however often it is tried again."""

    def text() -> tuple[str, str]:
        names = {"order": order, "merchant": order.merchant}
        return (
            _("Nobody found for %(order)s: %(merchant)s") % names,
            _("No engineer fits at the moment. It is tried again by itself; the order says why nobody fits."),
        )

    for person in dispatchers_of(order):
        notify(
            person, kind="order-nobody", key=f"nobody:{order.number}", text=text, at=at, url=order.get_absolute_url()
        )


def tell_not_accepted(order: WorkOrder, at: datetime, *, accept_within_min: int, goes_back_in_min: int | None) -> None:
    """The engineer is reminded, the dispatchers are warned: once per assignment."""
    assert order.engineer is not None and order.assigned_at is not None
    key = f"unaccepted:{order.number}:{order.assigned_at:%Y%m%d%H%M%S}"

    def warning() -> tuple[str, str]:
        names = {"order": order, "merchant": order.merchant, "engineer": order.engineer, "min": accept_within_min}
        told = _("%(engineer)s has not accepted within %(min)d minutes.") % names
        if goes_back_in_min is None:
            told += " " + _("The order is locked: only you can move it.")
        else:
            told += " " + _goes_back(goes_back_in_min)
        return _("%(order)s has not been accepted: %(merchant)s") % names, told

    def reminder() -> tuple[str, str]:
        return _("Please accept or reject %(order)s") % {"order": order}, str(order.merchant)

    for person in dispatchers_of(order):
        notify(person, kind="order-unaccepted", key=key, text=warning, at=at, url=order.get_absolute_url())
    notify(
        order.engineer, kind="order-reminder", key=key, text=reminder, at=at, url=f"/field/orders/{order.number}/",
        by_mail=False,
    )  # fmt: skip


def _goes_back(minutes: int) -> str:
    return ngettext(
        "In %(count)d minute it goes to somebody else.", "In %(count)d minutes it goes to somebody else.", minutes
    ) % {"count": minutes}
