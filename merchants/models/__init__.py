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

__all__ = [
    "PHONE",
    "CalendarDay",
    "ChangeRequest",
    "Contact",
    "Contract",
    "DocumentRule",
    "Merchant",
    "MerchantQuerySet",
    "Phoned",
    "Review",
    "ReviewDocument",
    "ReviewQuerySet",
    "ServiceCalendar",
    "Terms",
    "Trade",
]
