from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from journal.models import Entry
from merchants.actions import load_holidays
from tests import factories as make
from toolkit.errors import Refused


def test_holidays_are_closed_and_make_up_days_have_the_hours_of_a_monday(ops, at, db):
    calendar = make.ServiceCalendarFactory()
    added = load_holidays(calendar, year=2026, by=ops, at=at)
    days = {day.date: day for day in calendar.days.all()}
    assert len(days) == added > 30
    assert days[date(2026, 10, 1)].hours == []
    assert days[date(2026, 2, 14)].hours == [
        ["09:00", "12:00"],
        ["13:00", "18:00"],
    ]  # a Saturday worked for the festival
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.changes) == ("merchants.load_holidays", ops, {"2026": [None, added]})


def test_a_second_run_changes_nothing_and_keeps_what_was_set_by_hand(ops, at, db):
    calendar = make.ServiceCalendarFactory()
    calendar.days.create(date=date(2026, 10, 1), name="We work", hours=[["10:00", "12:00"]])
    load_holidays(calendar, year=2026, by=ops, at=at)
    assert load_holidays(calendar, year=2026, by=ops, at=at) == 0
    assert calendar.days.get(date=date(2026, 10, 1)).name == "We work"
    assert Entry.objects.count() == 1


def test_a_year_nobody_knows_yet_is_refused(ops, at, db):
    with pytest.raises(Refused, match="2090 are not known"):
        load_holidays(make.ServiceCalendarFactory(), year=2090, by=ops, at=at)


def test_the_command_fills_all_calendars(db):
    make.ServiceCalendarFactory(name="One")
    make.ServiceCalendarFactory(name="Two")
    said = StringIO()
    call_command("load_holidays", "2025", "2026", stdout=said)
    assert said.getvalue().count("added") == 4
    with pytest.raises(CommandError, match="no such"):
        call_command("load_holidays", "2026", calendar="Three")
    with pytest.raises(CommandError, match="2090"):
        call_command("load_holidays", "2090")
