"""Terminals that an order brings to its merchant and takes away from there."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.models import Binding, Terminal
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions._steps import locked_own, write
from workorders.lifecycle import UNDER_WAY, WAYS_ON, Status
from workorders.models import WorkOrder


def install_terminal(order: WorkOrder, *, terminal: Terminal, by: User, at: datetime, **agreement: str) -> Binding:
    """Binds it to the order's merchant. An order that named no terminal is about this one; a swap stays about the old."""
    with transaction.atomic():
        order = _own_under_way(order, by)
        binding = assets.bind_terminal(
            terminal, merchant=order.merchant, by=by, at=at, note=order.number, order_number=order.number, **agreement
        )  # type: ignore[arg-type]
        _write_about("workorders.install_terminal", order, terminal, by, at)
        return binding


def retrieve_terminal(order: WorkOrder, *, terminal: Terminal, by: User, at: datetime) -> Terminal:
    """Takes it from the order's merchant into the engineer's own bag."""
    with transaction.atomic():
        order = _own_under_way(order, by)
        terminal = assets.unbind_terminal(
            terminal, by=by, at=at, reason=f"{order.type} {order}", to_holder=by, merchant=order.merchant,
            order_number=order.number,
        )  # fmt: skip
        _write_about("workorders.retrieve_terminal", order, terminal, by, at)
        return terminal


def _own_under_way(order: WorkOrder, by: User) -> WorkOrder:
    order = locked_own(order, by)
    if order.status not in UNDER_WAY:
        raise Refused(
            _("%(order)s is “%(status)s”: terminals are moved while somebody is under way for it. %(way_on)s")
            % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
        )
    return order


def _write_about(verb: str, order: WorkOrder, terminal: Terminal, by: User, at: datetime) -> None:
    changes: dict[str, Any] = {}
    if order.terminal_id is None:
        order.terminal = terminal
        changes = {"terminal": [None, terminal.serial]}
    write(verb, order, by=by, at=at, changes=changes, note=terminal.serial)
