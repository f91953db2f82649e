"""The link a merchant keeps: it opens the repair request with the terminals of that merchant, without a login."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from merchants.models import Merchant

SIGNER = signing.Signer(sep=".", salt="workorders.request_link")


def request_link(merchant: Merchant) -> str:
    """Valid as long as the merchant is: for the office to copy into a mail or a contract."""
    return settings.SITE_URL + reverse("public:request", args=[SIGNER.sign(merchant.number)])


def merchant_of(token: str) -> Merchant | None:
    """The merchant of a link; of two that were merged, the one that was kept."""
    try:
        number = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    merchant = Merchant.objects.filter(number=number).first()
    while merchant is not None and merchant.merged_into is not None:
        merchant = merchant.merged_into
    return merchant
