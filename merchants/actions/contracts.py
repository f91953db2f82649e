from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from journal.actions import record
from merchants.actions._locked import locked
from merchants.models import Contract, Merchant
from toolkit.errors import Refused
from workforce.models import User


def sign_contract(
    merchant: Merchant,
    *,
    by: User | None,
    at: datetime,
    number: str,
    service_level: str,
    starts_on: date,
    ends_on: date | None = None,
    monthly_fee: Decimal | None = None,
) -> Contract:
    """A contract without an end that is still running ends the day before the new one starts."""
    with transaction.atomic():
        merchant = locked(merchant)
        contract = new_contract(
            merchant, number=number, service_level=service_level, starts_on=starts_on, ends_on=ends_on,
            monthly_fee=monthly_fee,
        )  # fmt: skip
        running = list(merchant.contracts.filter(ends_on=None, starts_on__lt=starts_on))
        changes = {}
        for earlier in running:
            earlier.ends_on = starts_on - timedelta(days=1)
            earlier.save(update_fields=["ends_on"])
            changes[earlier.number] = [None, earlier.ends_on]
        clash = merchant.contracts.exclude(ends_on__lt=starts_on)
        if ends_on:
            clash = clash.exclude(starts_on__gt=ends_on)
        if other := clash.first():
            raise Refused(
                _("Contract %(number)s covers part of this time. Choose other days.") % {"number": other.number},
                field="starts_on",
            )
        save_contracts([contract])
        record("merchants.sign_contract", contract, by=by, at=at, merchant_id=merchant.pk, changes=changes)
        return contract


def new_contract(
    merchant: Merchant,
    *,
    number: str,
    service_level: str,
    starts_on: date,
    ends_on: date | None = None,
    monthly_fee: Decimal | None = None,
) -> Contract:
    if ends_on and ends_on < starts_on:
        raise Refused(_("The contract ends before it starts."), field="ends_on")
    if merchant.status == Merchant.Status.CLOSED:
        raise Refused(_("%(name)s is closed. Open it again before you sign a contract.") % {"name": merchant})
    return Contract(
        merchant=merchant, number=number.strip(), service_level=service_level, starts_on=starts_on, ends_on=ends_on,
        monthly_fee=monthly_fee,
    )  # fmt: skip


def save_contracts(contracts: Sequence[Contract]) -> None:
    """New ones. Refused for the first whose number is taken."""
    try:
        with transaction.atomic():
            Contract.objects.bulk_create(contracts)
    except IntegrityError as double:
        numbers = [contract.number for contract in contracts]
        taken = set(Contract.objects.filter(number__in=numbers).values_list("number", flat=True))
        for number in numbers:
            if number in taken:
                raise Refused(
                    _("There is a contract with the number “%(number)s” already.") % {"number": number}, field="number"
                ) from double
            taken.add(number)
        raise
