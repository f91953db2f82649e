"""What is watched, and the life of an alert: where it may go from where. A dispatcher can read this."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    OFFLINE = "offline", _("Offline")
    PAPER = "paper", _("Paper low")
    KEYS = "keys", _("Card keys low")
    TAMPER = "tamper", _("Tampered with")
    PLACE = "place", _("Away from its place")
    FIRMWARE = "firmware", _("Firmware old")
    DORMANT = "dormant", _("No transactions")
    ABANDONED = "abandoned", _("No transactions for very long")
    RENEWAL = "renewal", _("Due for renewal")
    DEMAND = "demand", _("Demand rising")
    REGION = "region", _("Region off its normal")


K = Kind

OF_TERMINALS = (K.OFFLINE, K.PAPER, K.KEYS, K.TAMPER, K.PLACE, K.FIRMWARE, K.RENEWAL)
OF_MERCHANTS = (K.DORMANT, K.ABANDONED)
OF_REGIONS = (K.DEMAND, K.REGION)
DAILY = (*OF_MERCHANTS, *OF_REGIONS, K.RENEWAL, K.FIRMWARE)
PERIODS = {K.PLACE: timedelta(minutes=10)} | dict.fromkeys(DAILY, timedelta(days=1))  # the others every minute
SEEN_BY_A_PERSON = (K.TAMPER, K.PLACE)  # not over by itself: somebody has to look

# where too little is wrong, not too much
FALLS = (K.PAPER, K.KEYS, K.FIRMWARE)
# what is counted, for people
UNITS = {
    K.OFFLINE: _("minutes of silence"),
    K.PAPER: _("percent of paper left"),
    K.KEYS: _("card keys left"),
    K.TAMPER: _("1: tampered with"),
    K.PLACE: _("metres from its place"),
    K.FIRMWARE: _("1: older than it should be"),
    K.DORMANT: _("days without transactions"),
    K.ABANDONED: _("days without transactions"),
    K.RENEWAL: _("months of age"),
    K.DEMAND: _("clarity of the rise; chance makes 1.4"),
    K.REGION: _("standard deviations off the usual"),
}


class State(models.TextChoices):
    OPEN = "open", _("Open")
    ORDERED = "ordered", _("Work order open")
    HANDLED = "handled", _("Order over, not yet clear")
    CLEARED = "cleared", _("Cleared")


S = State

NEXT: dict[State, set[State]] = {
    S.OPEN: {S.ORDERED, S.CLEARED},
    S.ORDERED: {S.HANDLED, S.CLEARED},
    S.HANDLED: {S.CLEARED},
    S.CLEARED: set(),
}
