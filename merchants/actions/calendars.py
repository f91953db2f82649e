from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import record
from merchants.holidays import DayKind, chinese_calendar_exceptions
from merchants.models import CalendarDay, ServiceCalendar
from toolkit.errors import Refused
from workforce.models import User


def load_holidays(calendar: ServiceCalendar, *, year: int, by: User | None, at: datetime) -> int:
    """Adds the public holidays and make-up workdays of a year; days the calendar has already stay as they are.

    On a make-up workday the hours of a Monday are worked. Returns how many days were added.
    """
    try:
        exceptions = chinese_calendar_exceptions(year)
    except ValueError as unknown:
        raise Refused(
            _("The public holidays of %(year)s are not known yet. Update the library chinesecalendar and try again.")
            % {"year": year},
            field="year",
        ) from unknown
    with transaction.atomic():
        calendar = ServiceCalendar.objects.select_for_update().get(pk=calendar.pk)
        known = set(calendar.days.filter(date__year=year).values_list("date", flat=True))
        added = [
            CalendarDay(calendar=calendar, date=day, name=_("Public holiday"))
            if kind == DayKind.HOLIDAY
            else CalendarDay(calendar=calendar, date=day, name=_("Make-up workday"), hours=calendar.weekly.get("0", []))
            for day, kind in exceptions.items()
            if day not in known
        ]
        CalendarDay.objects.bulk_create(added)
        if added:
            changes = {str(year): [None, len(added)]}
            record("merchants.load_holidays", calendar, by=by, at=at, changes=changes)
        return len(added)
