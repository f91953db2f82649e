"""What follows from an alert: an order, taken back when nobody has begun it and all is well again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _

from assets.models import Binding, Terminal
from journal.actions import record, record_all
from monitoring.actions.evaluation import clear
from monitoring.detection import WINDOW
from monitoring.lifecycle import SEEN_BY_A_PERSON, Kind, State
from monitoring.models import Alert, Exemption
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions import cancel_work_order, open_work_order, report_place
from workorders.lifecycle import DONE, Status
from workorders.models import WorkOrder

NOT_BEGUN = (Status.HELD, Status.OPEN, Status.ASSIGNED, Status.ACCEPTED)
CONVERTED_WITHIN = timedelta(days=90)


def open_alert_orders(*, at: datetime, limit: int = 50) -> int:
    """Each with its alert in one transaction. Silence waits for WINDOW, so that an outage is known for one first."""
    waiting = Alert.objects.filter(
        Q(incident=None) | Q(incident__ended_at__isnull=False), ~Q(kind=Kind.OFFLINE, opened_at__gt=at - WINDOW),
        state=State.OPEN, note="", calm_since=None, rule__order_type__isnull=False,
    )  # fmt: skip
    return _each(waiting, limit, lambda alert: _order(alert, at))


def _order(alert: Alert, at: datetime) -> None:
    try:
        with transaction.atomic():
            alert.order = _order_for(alert, at)
    except Refused as refusal:
        alert.note = str(refusal)[:200]
        alert.save(update_fields=["note"])
        return
    changes = alert.move_to(State.ORDERED) | {"order": [None, alert.order.number]}
    alert.save(update_fields=["order", "has_own_order", "state"])
    record("monitoring.order_alert", alert, by=None, at=at, merchant_id=alert.merchant_id, changes=changes)


def _order_for(alert: Alert, at: datetime) -> WorkOrder:
    """One of the same type that is open for the terminal or the merchant already, else a new one."""
    rule, alert.has_own_order = alert.rule, True
    if alert.kind == Kind.PLACE:
        state = alert.terminal.state
        mismatch = report_place(alert.terminal, lat=state.lat, lon=state.lon, by=None, at=at, note=str(rule.name))
        if mismatch is None or not mismatch.order_number:
            raise Refused(_("Nobody could be sent: it is near enough, or there is no order type for it."))
        return WorkOrder.objects.get(number=mismatch.order_number)
    alike = WorkOrder.objects.ongoing().filter(merchant=alert.merchant, type=rule.order_type)
    if open_already := alike.filter(terminal=alert.terminal).order_by("-pk").first():
        order = WorkOrder.objects.locked(open_already)
        if order.status in NOT_BEGUN:
            alert.has_own_order = False
            return order
    names = {"what": alert.get_kind_display(), "value": alert.value_in_words}
    return open_work_order(
        type=rule.order_type, merchant=alert.merchant, terminal=alert.terminal, priority=rule.priority, by=None, at=at,
        summary=_("%(what)s: %(value)s") % names,
    )  # fmt: skip


def withdraw_orders(*, at: datetime, limit: int = 50) -> int:
    """Of alerts that are calm for as long as their rule wants; not where somebody must look, or is under way."""
    wait = ExpressionWrapper(F("rule__clear_after_min") * Value(timedelta(minutes=1)), DurationField())
    calm = Alert.objects.annotate(over_at=ExpressionWrapper(F("calm_since") + wait, DateTimeField())).filter(
        state=State.ORDERED, over_at__lte=at, order__status__in=NOT_BEGUN
    )
    return _each(calm.exclude(kind__in=SEEN_BY_A_PERSON), limit, lambda alert: _withdraw(alert, at))


def _withdraw(alert: Alert, at: datetime) -> None:
    """The order stays where it was not opened by an alert, or somebody else asked for it too."""
    order = WorkOrder.objects.locked(alert.order)
    if order.status not in NOT_BEGUN:
        return
    of_order = Alert.objects.filter(order=order)
    is_ours = of_order.filter(has_own_order=True).exists() and not order.requests.exists()
    if is_ours and not of_order.uncleared().exclude(pk=alert.pk).exists():
        cancel_work_order(order, by=None, at=at, reason=_("All is well again by itself: %(alert)s.") % {"alert": alert})
    clear(Alert.objects.filter(pk=alert.pk), at)


def _each(chosen: QuerySet[Alert], limit: int, do: Callable[[Alert], None]) -> int:
    """Those that nobody else is busy with, each in a transaction of its own. Returns how many there were."""
    urgent_first = chosen.order_by(F("rule__priority").asc(nulls_last=True), "pk")
    keys = list(urgent_first.values_list("pk", flat=True)[:limit])
    for key in keys:
        with transaction.atomic():
            free = Alert.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=key)
            alert = free.filter(pk__in=chosen.values("pk")).first()
            if alert:
                do(alert)
    return len(keys)


def settle_alerts(*, at: datetime) -> int:
    """Those whose order is over wait for calm; where that does not come and the rule says so, it begins anew."""
    with transaction.atomic():
        free = Alert.objects.select_for_update(of=("self",), skip_locked=True).select_related("terminal", "merchant")
        over = free.filter(state=State.ORDERED, order__status__in=[*DONE, Status.CANCELLED])
        handled = list(over.select_related("terminal", "merchant", "region").order_by("pk"))
        changes = []
        for alert in handled:
            changes.append(alert.move_to(State.HANDLED))
            alert.handled_at = at
        Alert.objects.bulk_update(handled, ["state", "handled_at"])
        record_all(
            "monitoring.handle_alert", handled, by=None, at=at, changes=changes,
            merchant_ids=[each.merchant_id for each in handled],
        )  # fmt: skip
        wait = ExpressionWrapper(F("rule__again_after_h") * Value(timedelta(hours=1)), DurationField())
        again = Alert.objects.annotate(again_at=ExpressionWrapper(F("handled_at") + wait, DateTimeField()))
        clear(again.filter(state=State.HANDLED, again_at__lte=at), at)
        return len(handled)


# -- spares and renewals -----------------------------------------------------------------------------------------------


def exempt_terminal(terminal: Terminal, *, reason: str, by: User, at: datetime) -> Exemption:
    """A spare: it may lie idle from now on, and nobody is sent for that."""
    with transaction.atomic():
        if not reason.strip():
            raise Refused(_("Say why it may lie idle."), field="reason")
        if Exemption.objects.filter(terminal=terminal, ended_at=None).exists():
            raise Refused(_("%(terminal)s may lie idle already.") % {"terminal": terminal})
        exemption = Exemption.objects.create(
            terminal=terminal, reason=reason.strip()[:200], approved_by=by, approved_at=at
        )
        _record_exemption("monitoring.exempt_terminal", exemption, by, at)
        return exemption


def end_exemption(exemption: Exemption, *, by: User, at: datetime) -> Exemption:
    with transaction.atomic():
        exemption = Exemption.objects.select_for_update().get(pk=exemption.pk)
        if exemption.ended_at is None:
            exemption.ended_at = at
            exemption.save()
            _record_exemption("monitoring.end_exemption", exemption, by, at)
        return exemption


def _record_exemption(verb: str, exemption: Exemption, by: User, at: datetime) -> None:
    binding = exemption.terminal.live_binding
    record(
        verb,
        exemption.terminal,
        by=by,
        at=at,
        merchant_id=binding.merchant_id if binding else None,
        note=exemption.reason,
    )


def follow_renewals(*, at: datetime) -> int:
    """A terminal due for renewal was, when another came to its merchant within CONVERTED_WITHIN and it left."""
    others = Binding.objects.filter(
        merchant=OuterRef("merchant"), started_at__gte=OuterRef("opened_at"),
        started_at__lte=OuterRef("opened_at") + CONVERTED_WITHIN,
    ).exclude(terminal=OuterRef("terminal"))  # fmt: skip
    here = Binding.objects.live().filter(merchant=OuterRef("merchant"), terminal=OuterRef("terminal"))
    with transaction.atomic():
        due = Alert.objects.select_for_update(of=("self",), skip_locked=True).filter(
            ~Exists(here), Exists(others), kind=Kind.RENEWAL, converted_at=None,
            opened_at__gt=at - 2 * CONVERTED_WITHIN,
        )  # fmt: skip
        converted = list(due.select_related("terminal", "merchant", "region"))
        Alert.objects.filter(pk__in=[alert.pk for alert in converted]).update(converted_at=at)
        record_all(
            "monitoring.convert_renewal", converted, by=None, at=at,
            changes=[{"converted_at": [None, at]}] * len(converted),
            merchant_ids=[each.merchant_id for each in converted],
        )  # fmt: skip
        return len(converted)
