"""The life of a terminal. Staging, keying and wiping come between the first two and the last two of these."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TerminalStatus(models.TextChoices):
    IN_STOCK = "in_stock", _("In stock")
    ISSUED = "issued", _("In a bag")
    LIVE = "live", _("At a merchant")
    RETURNED = "returned", _("Returned")
    SCRAPPED = "scrapped", _("Scrapped")


S = TerminalStatus

NEXT: dict[TerminalStatus, set[TerminalStatus]] = {
    S.IN_STOCK: {S.ISSUED, S.LIVE, S.SCRAPPED},
    S.ISSUED: {S.LIVE, S.IN_STOCK, S.RETURNED},
    S.LIVE: {S.ISSUED, S.RETURNED},
    S.RETURNED: {S.IN_STOCK, S.SCRAPPED},
    S.SCRAPPED: set(),
}
