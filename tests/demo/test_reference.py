from datetime import timedelta

from demo.reference import load_reference
from dispatch.models import RuleSet
from merchants.models import CalendarDay, ServiceCalendar, Trade
from procedures.models import ProcedureVersion
from workorders.models import SlaPolicy, WorkOrderType


def count() -> list[int]:
    kinds = (Trade, WorkOrderType, ProcedureVersion, ServiceCalendar, CalendarDay, SlaPolicy, RuleSet)
    return [kind.objects.count() for kind in kinds]


def test_it_may_be_loaded_again_in_the_other_language(db, at):
    load_reference(at)
    before = count()
    load_reference(at + timedelta(days=1), language="en")
    assert count() == before == [30, 8, 8, 3, before[4], 12, 2]


def test_offices_close_on_holidays_and_open_on_make_up_days(db, at):
    load_reference(at)
    office = ServiceCalendar.objects.get(name="工作时间")
    assert office.days.get(date="2026-10-01").hours == []
    assert office.days.get(date="2026-02-14").hours  # a Saturday that was worked for the Spring Festival
    assert not ServiceCalendar.objects.get(name="全天候").days.exists()
