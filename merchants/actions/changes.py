"""Changes of live merchants. Who changes one has locked first its merchant, then the request."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from evidence.models import Capture
from journal.actions import record
from journal.models import Entry
from journal.reveals import record_reveal
from merchants import notices
from merchants.models import ChangeRequest, Merchant, Terms
from toolkit.errors import Refused
from workforce.models import User

State = ChangeRequest.State
Kind = ChangeRequest.Kind
FIELDS = {
    Kind.FEE_RATE: ("fee_rate",),
    Kind.ACCOUNT: ("settlement_account",),
    Kind.PLACE: ("address", "lat", "lon"),
    Kind.LIMITS: ("single_limit", "daily_limit"),
}
FEWEST_DIGITS = 8  # of an account


def file_change(
    merchant: Merchant,
    *,
    kind: str,
    values: Mapping[str, Any],
    effective_on: date,
    signature: Capture,
    by: User,
    at: datetime,
    needs_visit: bool = False,
    note: str = "",
) -> ChangeRequest:
    """`values` are the fields of its kind; `signature` shows that the merchant wants it."""
    with transaction.atomic():
        merchant = _locked(merchant)
        if merchant.status == Merchant.Status.ONBOARDING:
            raise Refused(_("%(name)s is not live yet: change its data in the review.") % {"name": merchant})
        if effective_on < merchant.region.service_date(at):
            raise Refused(_("Choose a day that is still to come."), field="effective_on")
        if open_one := merchant.changes.open().filter(kind=kind).first():
            raise Refused(_("%(change)s is open already. Finish that one first.") % {"change": open_one})
        after = {name: _plain(values[name]) for name in FIELDS[Kind(kind)]}
        before = _as_it_is(merchant, after)
        _check(after)
        if before == after:
            raise Refused(_("Nothing would change."))
        change = ChangeRequest.objects.create(
            merchant=merchant, kind=kind, before=before, after=after, effective_on=effective_on,
            needs_visit=needs_visit, note=note.strip()[:300], signature=signature, made_by=by, made_at=at,
        )  # fmt: skip
        notices.tell_filed(change, _write("merchants.file_change", change, by, at, note=change.note))
        return change


def approve_change(change: ChangeRequest, *, by: User, at: datetime) -> ChangeRequest:
    """In force at once when its day has come. Where a terminal must be touched, somebody is sent."""
    with transaction.atomic():
        change = _checked_by_another(change, by)
        if _as_it_is(change.merchant, change.after) != change.before:
            raise Refused(_("The merchant has changed since this was filed. Refuse it, and file it anew."))
        change.state, change.checked_by, change.checked_at = State.APPROVED, by, at
        change.save()
        _write("merchants.approve_change", change, by, at)
        if change.needs_visit:
            import_string(settings.SENDS_SOMEBODY)(change, by=by, at=at)
        if change.effective_on <= change.merchant.region.service_date(at):
            _apply(change, at)
        return change


def refuse_change(change: ChangeRequest, *, refusal: str, by: User, at: datetime) -> ChangeRequest:
    with transaction.atomic():
        change = _checked_by_another(change, by)
        if not refusal.strip():
            raise Refused(_("Say why it is refused."), field="refusal")
        change.state, change.checked_by, change.checked_at = State.REFUSED, by, at
        change.refusal = refusal.strip()[:300]
        change.save()
        _write("merchants.refuse_change", change, by, at, note=change.refusal)
        return change


def withdraw_change(change: ChangeRequest, *, by: User, at: datetime) -> ChangeRequest:
    """Before it is in force."""
    with transaction.atomic():
        change = _locked_change(change, State.FILED, State.APPROVED)
        change.state = State.WITHDRAWN
        change.save()
        _write("merchants.withdraw_change", change, by, at)
        return change


def apply_due_changes(*, at: datetime, limit: int = 200) -> int:
    """Approved changes whose day has come, each once, whoever asks and however often. Returns how many."""
    due = ChangeRequest.objects.filter(state=State.APPROVED, effective_on__lte=at.date() + timedelta(days=1))
    applied = 0
    for waiting in due.order_by("effective_on", "pk")[:limit]:
        with transaction.atomic():
            _locked(waiting.merchant)
            change = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=waiting.pk)
            if change.state == State.APPROVED and change.effective_on <= change.merchant.region.service_date(at):
                _apply(change, at)
                applied += 1
    return applied


def reveal_account(change: ChangeRequest, *, by: User, at: datetime) -> str:
    """The new account in clear, for one person, written down; so many an hour and no more."""
    record_reveal("merchants.reveal_account", change, by=by, at=at, merchant_id=change.merchant_id)
    return change.after.get("settlement_account", "")


def _apply(change: ChangeRequest, at: datetime) -> None:
    merchant = change.merchant
    if change.kind == Kind.PLACE:
        subject: Merchant | Terms = merchant
        merchant.location_source, merchant.location_accuracy_m = Merchant.LocationSource.MAP, None
    else:  # the merchant is locked: nobody else makes them
        subject, _is_new = Terms.objects.get_or_create(merchant=merchant)
    for name, value in change.after.items():
        setattr(subject, name, value)
    subject.save()
    change.state, change.applied_at = State.APPLIED, at
    change.save()
    _write("merchants.apply_change", change, None, at, changes=change.differences)


def _locked(merchant: Merchant) -> Merchant:
    return Merchant.objects.select_for_update(of=("self",)).select_related("region").get(pk=merchant.pk)


def _locked_change(change: ChangeRequest, *states: State) -> ChangeRequest:
    merchant = _locked(change.merchant)
    change = ChangeRequest.objects.select_for_update(of=("self",)).select_related("made_by").get(pk=change.pk)
    change.merchant = merchant
    if change.state not in states:
        raise Refused(_("%(change)s is “%(state)s”.") % {"change": change, "state": change.get_state_display()})
    return change


def _checked_by_another(change: ChangeRequest, by: User) -> ChangeRequest:
    change = _locked_change(change, State.FILED)
    if change.made_by_id == by.pk:
        raise Refused(_("You have filed this yourself: somebody else approves or refuses it."))
    return change


def _as_it_is(merchant: Merchant, names: Mapping[str, Any]) -> dict[str, Any]:
    terms = Terms.objects.filter(merchant=merchant).first() or Terms(merchant=merchant)
    return {name: _plain(getattr(merchant if hasattr(merchant, name) else terms, name)) for name in names}


def _plain(value: Any) -> Any:
    """As JSON keeps it; amounts as people write them."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _check(after: Mapping[str, Any]) -> None:
    for name in ("fee_rate", "single_limit", "daily_limit"):
        if name in after and (after[name] is None or Decimal(after[name]) < 0):
            raise Refused(_("An amount cannot be empty or negative."), field=name)
    if "fee_rate" in after and Decimal(after["fee_rate"]) > 100:
        raise Refused(_("Give the rate in per cent, 0 to 100."), field="fee_rate")
    if "daily_limit" in after and Decimal(after["daily_limit"]) < Decimal(after["single_limit"]):
        raise Refused(_("A day cannot allow less than one transaction."), field="daily_limit")
    if "settlement_account" in after:
        account = after["settlement_account"]
        if not (account.isdigit() and len(account) >= FEWEST_DIGITS):
            raise Refused(
                _("An account has at least %(count)d digits.") % {"count": FEWEST_DIGITS}, field="settlement_account"
            )
    if "lat" in after and (after["lat"] is None or after["lon"] is None):
        raise Refused(_("A place needs latitude and longitude."), field="lat")


def _write(verb: str, change: ChangeRequest, by: User | None, at: datetime, **more: Any) -> Entry:
    more.setdefault("changes", {"kind": [None, change.kind], "state": [None, change.state]})
    return record(verb, change, by=by, at=at, merchant_id=change.merchant_id, **more)
