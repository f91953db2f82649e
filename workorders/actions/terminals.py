"""Terminals that an order brings to its merchant, takes away from there, swaps, moves, or looks for.

Its engineer does it on site; who may bind terminals in the office may do it for them, out of and into the same bag.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.lifecycle import Step
from assets.models import Binding, Custody, Mismatch, Terminal, normal_code
from evidence.models import Capture
from procedures.steps import StepKind
from toolkit.codes import decode_picture, decoding_available
from toolkit.errors import Refused
from toolkit.pictures import open_picture
from workforce.models import User
from workorders import notices
from workorders.actions._steps import locked, locked_own, write
from workorders.actions.intake import open_work_order
from workorders.lifecycle import UNDER_WAY, WAYS_ON, Status
from workorders.models import WorkOrder, WorkOrderType
from workorders.permissions import TELL_SWAP

SWAPS = ("swap",)  # codes of order types
VERIFIES = "inspect"


def install_terminal(order: WorkOrder, *, terminal: Terminal, by: User, at: datetime, **agreement: Any) -> Binding:
    """Binds it to the order's merchant. An order that named no terminal is about this one."""
    with transaction.atomic():
        order = _under_way(order, by)
        if order.type.code in SWAPS and _still_there(order):
            raise _half_a_swap(order)
        binding = assets.bind_terminal(
            terminal, merchant=order.merchant, by=by, at=at, note=order.number, order_number=order.number,
            holder=order.engineer, **agreement,
        )  # fmt: skip
        _write_about("workorders.install_terminal", order, terminal, by, at)
        return binding


def retrieve_terminal(order: WorkOrder, *, terminal: Terminal, by: User, at: datetime) -> Terminal:
    """Takes it from the order's merchant into the engineer's own bag."""
    with transaction.atomic():
        order = _under_way(order, by)
        if order.type.code in SWAPS:
            raise _half_a_swap(order)
        terminal = assets.unbind_terminal(
            terminal, by=by, at=at, reason=f"{order.type} {order}", to_holder=order.engineer, merchant=order.merchant,
            order_number=order.number,
        )  # fmt: skip
        _write_about("workorders.retrieve_terminal", order, terminal, by, at)
        return terminal


def swap_terminal(
    order: WorkOrder,
    *,
    old: Terminal,
    new: Terminal,
    photos: Iterable[Capture],
    by: User,
    at: datetime,
    moves_sticker: bool = False,
    **agreement: Any,
) -> Binding:
    """The old one goes into the engineer's bag and the new one out of it to the merchant, in one transaction.

    Refused unless the photos show the codes of both. An order that swaps stays about the old one.
    """
    photos = list(photos)
    _refuse_other_codes(photos, [old.serial, new.serial])
    with transaction.atomic():
        order = _under_way(order, by)
        binding = assets.swap_terminals(
            old, new, merchant=order.merchant, by=by, at=at, reason=f"{order.type} {order}", to_holder=order.engineer,
            order_number=order.number, moves_sticker=moves_sticker, **agreement,
        )  # fmt: skip
        order.captures.add(*photos)
        changes = {"terminal at the merchant": [old.serial, new.serial]}
        if order.terminal_id is None:
            order.terminal = old
        write("workorders.swap_terminal", order, by=by, at=at, changes=changes, note=f"{old.serial} → {new.serial}")
        return binding


def relocate_terminal(order: WorkOrder, *, terminal: Terminal, by: User, at: datetime, **place: Any) -> Binding:
    """It stands at another place of the order's merchant now: by default where that is registered."""
    with transaction.atomic():
        order = _under_way(order, by)
        binding = assets.relocate_terminal(
            terminal, merchant=order.merchant, by=by, at=at, reason=f"{order.type} {order}", order_number=order.number,
            **place,
        )  # fmt: skip
        _write_about("workorders.relocate_terminal", order, terminal, by, at)
        return binding


def report_place(
    terminal: Terminal,
    *,
    lat: float,
    lon: float,
    by: User | None,
    at: datetime,
    accuracy_m: float | None = None,
    note: str = "",
) -> Mismatch | None:
    """Where somebody or something has found it. Too far from its registered place: it is blocked, and somebody is sent
    there to see, once."""
    with transaction.atomic():
        mismatch = assets.report_place(terminal, lat=lat, lon=lon, accuracy_m=accuracy_m, note=note, by=by, at=at)
        type = WorkOrderType.objects.filter(code=VERIFIES, is_active=True).first()
        if mismatch is None or mismatch.order_number or type is None:
            return mismatch
        merchant = mismatch.binding.merchant
        if merchant.is_merged or merchant.status == merchant.Status.CLOSED:
            return mismatch
        names = {"serial": terminal.serial, "metres": round(mismatch.distance_m)}
        order = open_work_order(
            type=type, merchant=merchant, terminal=terminal, by=by, at=at, details=note,
            summary=_("Where is %(serial)s? Reported %(metres)d m away from its place") % names,
        )  # fmt: skip
        mismatch.order_number = order.number
        mismatch.save(update_fields=["order_number"])
        notices.tell_misplaced(order, mismatch)
        return mismatch


def refuse_untested_swap(order: WorkOrder) -> None:
    """After a swap the test payment is made with the new terminal: one from before does not count."""
    if order.type.code not in SWAPS or order.run is None:
        return
    swapped = Custody.objects.filter(order_number=order.number, step=Step.BIND).order_by("-at", "-id").first()
    steps = [step["key"] for step in order.run.steps if step["kind"] == StepKind.TEST_TRANSACTION]
    if swapped and order.run.answers.current().filter(step__in=steps, at__lt=swapped.at).exists():
        raise Refused(_("The test payment was made before the swap. Make it again with the new terminal."))


def _under_way(order: WorkOrder, by: User) -> WorkOrder:
    order = locked(order) if by.has_perm(TELL_SWAP) else locked_own(order, by)
    if order.status not in UNDER_WAY:
        raise Refused(
            _("%(order)s is “%(status)s”: terminals are moved while somebody is under way for it. %(way_on)s")
            % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
        )
    return order


def _still_there(order: WorkOrder) -> bool:
    live = Binding.objects.live().filter(merchant=order.merchant_id)
    return (live.filter(terminal=order.terminal_id) if order.terminal_id else live).exists()


def _half_a_swap(order: WorkOrder) -> Refused:
    return Refused(
        _("%(order)s is a swap: scan the new terminal, choose “Swap” and photograph the codes of both.")
        % {"order": order}
    )


def _refuse_other_codes(photos: Collection[Capture], serials: Iterable[str]) -> None:
    """What the server itself reads in the photos has to be what was scanned."""
    if not photos:
        raise Refused(_("Photograph the codes of the old and the new terminal."), field="captures")
    if not decoding_available():
        return  # the photos are there for whoever looks at the visit
    read = {normal_code(code) for photo in photos for code in _codes_in(photo)}
    for serial in serials:
        if serial not in read:
            raise Refused(
                _(
                    "No photo shows the code of %(serial)s. Read in the photos: %(codes)s. Take one of its code, close and sharp."
                )
                % {"serial": serial, "codes": ", ".join(sorted(read)) or _("nothing")},
                field="captures",
            )


def _codes_in(photo: Capture) -> list[str]:
    with photo.original.open("rb") as file:
        return decode_picture(open_picture(file).image)


def _write_about(verb: str, order: WorkOrder, terminal: Terminal, by: User, at: datetime) -> None:
    changes: dict[str, Any] = {}
    if order.terminal_id is None:
        order.terminal = terminal
        changes = {"terminal": [None, terminal.serial]}
    write(verb, order, by=by, at=at, changes=changes, note=terminal.serial)
