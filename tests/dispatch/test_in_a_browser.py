"""The dispatch pages in a real browser: no fault in the console, nothing axe objects to, and what is tapped happens."""

from datetime import time

import pytest
from django.utils import timezone

from dispatch.actions import assign_by_hand, decide, make_rules
from dispatch.models import RuleSet
from tests import factories as make
from tests.browser import barriers, walk
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = {"viewport": {"width": 1280, "height": 900}, "locale": "en"}


@pytest.fixture(autouse=True)
def around_the_clock(engineer, colleague) -> None:
    """The pages look at the real clock, and the tests may run at night."""
    for person in (engineer, colleague):
        person.shifts.all().delete()
        make.shifts_of(person, start=time(0), end=time.max)


@pytest.fixture
def open_now(new_order) -> WorkOrder:
    return new_order(at=timezone.now())


@pytest.fixture
def office(visit):
    """office(person, "/office/…") opens a page as that person."""
    return lambda person, path, **options: visit(path, user=person, **OFFICE | options)


def test_no_page_has_a_barrier(office, open_now, new_order, engineer, inspector, dispatcher, manager) -> None:
    now = timezone.now()
    decided, by_hand = new_order(at=now), new_order(at=now)
    decide(decided, at=now)
    inspector.start_lat = None
    inspector.save()
    assign_by_hand(by_hand, engineer=engineer, by=dispatcher, reason="Knows them", at=now)
    rules = make_rules(name="Everywhere", by=manager, at=now)
    desks = {
        dispatcher: [
            f"{decided.get_absolute_url()}#dispatch",
            f"{by_hand.get_absolute_url()}#dispatch",
            f"{open_now.get_absolute_url()}#dispatch",
            f"/office/work-orders/{open_now.number}/assign/",
        ],
        manager: ["/office/dispatch-rules/", "/office/dispatch-rules/new/", rules.get_absolute_url()],
    }
    found: set[str] = set()
    for person, paths in desks.items():
        page = office(person, paths[-1])
        for path in walk(page, paths):
            for summary in page.locator("main summary").all():
                summary.click()
            if page.locator("#why-not button").count():
                page.click("#why-not button")
                page.locator("text=Everybody in the region").wait_for()
            found |= {f"{path}: {each}" for each in barriers(page)}
    assert not found, "\n".join(sorted(found))


def test_one_reads_why_not_and_assigns_by_hand(office, open_now, inspector, dispatcher) -> None:
    page = office(dispatcher, f"{open_now.get_absolute_url()}#dispatch")
    page.click("text=Why not the others?")
    page.locator("text=no POS repair").wait_for()
    page.locator("#panel-dispatch").get_by_text("Choose by hand").click()
    page.get_by_text("more, and why the rules would not choose them").click()
    page.check("[value=inspector]")
    page.fill("[name=reason]", "Has the spare part")
    page.get_by_role("button", name="Assign").click()
    page.locator("text=has no free time until tomorrow evening. Choose a start").wait_for()
    page.fill("[name=start]", "2099-01-05T10:00")
    page.get_by_role("button", name="Assign").click()
    page.locator("text=Dina Dispatcher chose Ines Inspector").wait_for()
    assert WorkOrder.objects.get(pk=open_now.pk).engineer == inspector


def test_a_weight_is_moved_with_its_slider(office, manager) -> None:
    rules = make_rules(name="Everywhere", by=manager, at=timezone.now())
    page = office(manager, rules.get_absolute_url())
    slider = page.get_by_role("slider", name="Short ways")
    slider.focus()
    page.keyboard.press("End")
    assert page.input_value("[name=travel_weight]") == "100"
    assert page.locator("[data-share]").first.inner_text() == "63 %"
    page.click("text=Put in force as a new version")
    page.locator("text=Version 2").wait_for()
    assert RuleSet.objects.in_force().get().travel_weight == 100
