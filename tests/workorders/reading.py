"""What the journal and the notices say."""

from journal.models import Entry
from notifications.models import Notice


def last_entry(order) -> Entry:
    return Entry.objects.about(order).first()


def verbs(order) -> list[str]:
    """Oldest first, without the name of the app."""
    entries = Entry.objects.about(order).order_by("pk")
    return [verb.removeprefix("workorders.") for verb in entries.values_list("verb", flat=True)]


def told(recipient) -> list[str]:
    """Subjects of what somebody was told in the app, or at a mail address, oldest first."""
    if isinstance(recipient, str):
        notices = Notice.objects.filter(address=recipient)
    else:
        notices = Notice.objects.in_app_of(recipient)
    return list(notices.order_by("pk").values_list("subject", flat=True))
