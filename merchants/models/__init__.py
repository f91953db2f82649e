from merchants.models.changes import ChangeRequest, Terms
from merchants.models.merchants import (
    PHONE,
    CalendarDay,
    Contact,
    Contract,
    Merchant,
    MerchantQuerySet,
    Phoned,
    ServiceCalendar,
    Trade,
)
from merchants.models.review import DocumentRule, Review, ReviewDocument, ReviewQuerySet
from merchants.models.transactions import ChangedDay, CityDay, MerchantDay, TransactionBatch

__all__ = [
    "PHONE",
    "CalendarDay",
    "ChangeRequest",
    "ChangedDay",
    "CityDay",
    "Contact",
    "Contract",
    "DocumentRule",
    "Merchant",
    "MerchantDay",
    "MerchantQuerySet",
    "Phoned",
    "Review",
    "ReviewDocument",
    "ReviewQuerySet",
    "ServiceCalendar",
    "Terms",
    "Trade",
    "TransactionBatch",
]
