"""The life of a terminal, and of everything else that is handed out piece by piece: plates, speakers, scanners, printers.

    received → staged → keyed → tested → issued → live → retrieved → returned → wiped → staged again, or scrapped

What has been at a merchant is wiped before anything else is done with it; what has no keys yet skips “keyed” where its
kind needs none. Only what is tested can be issued; the database holds the same table (see models.Terminal).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TerminalStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    STAGED = "staged", _("Staged")
    KEYED = "keyed", _("Keyed")
    TESTED = "tested", _("Tested, in stock")
    ISSUED = "issued", _("In a bag")
    LIVE = "live", _("At a merchant")
    RETRIEVED = "retrieved", _("In a bag, on its way back")
    RETURNED = "returned", _("Returned")
    WIPED = "wiped", _("Wiped")
    SCRAPPED = "scrapped", _("Scrapped")


S = TerminalStatus

NEXT: dict[TerminalStatus, set[TerminalStatus]] = {
    S.RECEIVED: {S.STAGED, S.SCRAPPED},
    S.STAGED: {S.KEYED, S.TESTED, S.SCRAPPED},
    S.KEYED: {S.TESTED, S.WIPED},
    S.TESTED: {S.ISSUED, S.LIVE, S.STAGED, S.WIPED},
    S.ISSUED: {S.LIVE, S.TESTED},
    S.LIVE: {S.RETRIEVED, S.RETURNED},
    S.RETRIEVED: {S.RETURNED, S.LIVE},  # back to the merchant it came from, and to no other
    S.RETURNED: {S.WIPED},
    S.WIPED: {S.STAGED, S.SCRAPPED},
    S.SCRAPPED: set(),
}

# a mistaken scan is taken back, by whoever made it and soon, from → to
UNDONE: dict[TerminalStatus, set[TerminalStatus]] = {
    S.STAGED: {S.RECEIVED, S.WIPED},
    S.KEYED: {S.STAGED},
    S.TESTED: {S.STAGED, S.KEYED, S.ISSUED},
    S.ISSUED: {S.TESTED},
    S.RETURNED: {S.RETRIEVED},
    S.WIPED: {S.RETURNED},
}

IN_STOCK = (S.RECEIVED, S.STAGED, S.KEYED, S.TESTED, S.RETURNED, S.WIPED)
IN_A_BAG = (S.ISSUED, S.RETRIEVED)
IDLE = (*IN_STOCK, *IN_A_BAG)
IN_USE = (S.TESTED, S.ISSUED, S.LIVE)  # what only a tested one can be

# what becomes of a terminal that comes out of a bag
TAKEN_BACK = {S.ISSUED: S.TESTED, S.RETRIEVED: S.RETURNED}


def moves() -> list[tuple[str, str]]:
    """Every way from one status to another, for the database."""
    ways = {(one.value, other.value) for table in (NEXT, UNDONE) for one, others in table.items() for other in others}
    return sorted(ways)


class Step(models.TextChoices):
    """What was done with a terminal, in its custody record."""

    RECEIVE = "receive", _("received")
    STAGE = "stage", _("staged")
    KEY = "key", _("keyed")
    TEST = "test", _("tested")
    ISSUE = "issue", _("issued to a bag")
    BIND = "bind", _("bound to a merchant")
    RELOCATE = "relocate", _("moved to another place of the merchant")
    UNBIND = "unbind", _("taken away from a merchant")
    TAKE_BACK = "take_back", _("taken back")
    WIPE = "wipe", _("wiped")
    SCRAP = "scrap", _("scrapped")
    UNDO = "undo", _("a mistaken scan was taken back")
    TAKE_OVER = "take_over", _("taken over from earlier records")
