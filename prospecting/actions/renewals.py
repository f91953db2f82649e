from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from merchants.models import Contact, Contract, Merchant
from prospecting.actions.intake import PLACE
from prospecting.actions.leads import make_leads
from prospecting.models import Lead
from toolkit.secrets import normalize_phone


def propose_renewals(*, at: datetime, limit: int = 500) -> int:
    """A lead for each contract that ends within settings.RENEWAL_DAYS, once. Returns how many.

    Not where another contract follows, or a lead of the merchant is open already.
    """
    today = timezone.localdate(at)
    follows = Contract.objects.filter(merchant=OuterRef("merchant")).filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on"))
    )
    ending = Contract.objects.filter(
        ~Exists(follows),
        ~Exists(Lead.objects.filter(renews=OuterRef("pk"))),
        ~Exists(Lead.objects.alive().filter(merchant=OuterRef("merchant"))),
        ends_on__range=(today, today + timedelta(days=settings.RENEWAL_DAYS)),
        merchant__status=Merchant.Status.ACTIVE,
        merchant__merged_into=None,
    )
    chosen = list(
        ending.select_related("merchant__region", "merchant__trade")
        .order_by("merchant_id")
        .distinct("merchant_id")[:limit]
    )
    try:
        return len(make_leads(_renewals(chosen), by=None, at=at, verb="prospecting.propose_renewal"))
    except IntegrityError as clash:
        if "lead_renews_contract_once" not in str(clash):
            raise
        return 0  # another worker is at it


def _renewals(contracts: Sequence[Contract]) -> list[dict[str, Any]]:
    contacts = Contact.objects.filter(merchant__in=[contract.merchant_id for contract in contracts], is_primary=True)
    people = {contact.merchant_id: contact for contact in contacts}
    return [
        {
            **{name: getattr(contract.merchant, name) for name in ("name", "region", "trade", "address", *PLACE)},
            "contact_name": person.name if person else "",
            "phone": person.phone if person and normalize_phone(person.phone) else "",
            "merchant": contract.merchant, "renews": contract, "source": Lead.Source.RENEWAL,
        }
        for contract in contracts
        for person in [people.get(contract.merchant_id)]
    ]  # fmt: skip
