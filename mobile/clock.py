"""How far the clock of a phone is believed."""

from datetime import datetime, timedelta

AHEAD = timedelta(minutes=2)  # by more a corrected clock is not ahead of ours
OLDEST = timedelta(days=7)


def is_believable(moment: datetime, at: datetime) -> bool:
    return at - OLDEST <= moment <= at + AHEAD
