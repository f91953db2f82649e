"""What dispatchers and managers see and do."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dispatch.actions import assign_by_hand, assign_open_orders, change_rules, decide, make_rules
from dispatch.models import Decision, RuleSet
from tests import factories as make
from tests.dispatch.conftest import seen
from workforce.actions import book_time
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(at):
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def as_(client):
    def login(user):
        client.force_login(user)
        return client

    return login


def page(name: str, *args) -> str:
    return reverse(f"office:{name}", args=args)


def text(response) -> str:
    return " ".join(response.content.decode().split())


# -- the panel ----------------------------------------------------------------------------------------


def test_the_panel_says_in_words_who_was_chosen_and_why(as_, dispatcher, engineer, colleague, order, at) -> None:
    seen(engineer, 3, at - timedelta(minutes=2))
    decide(order, at=at)
    html = text(as_(dispatcher).get(page("work-order-dispatch", order.number)))
    assert "The rules chose Cora Colleague" in html
    assert "10 min away, from where the phone is" in html
    assert "2 min away, from where the day begins – no position from the phone" in html
    assert "nothing in hand" in html
    assert "new to this merchant" in html
    assert "level 3, needed is 1" in html
    assert "today 10:" in html
    assert "Standard rules" in html


def test_the_panel_says_when_the_position_was_too_old(as_, dispatcher, engineer, order, at) -> None:
    seen(engineer, 3, at - timedelta(minutes=75))
    decide(order, at=at)
    html = text(as_(dispatcher).get(page("work-order-dispatch", order.number)))
    assert "from where the day begins – the phone&#x27;s position is 1 h 15 min old" in html


def test_the_panel_of_an_override_shows_reason_and_what_spoke_against_it(as_, dispatcher, engineer, order, at) -> None:
    engineer.skills.all().delete()
    assign_by_hand(order, engineer=engineer, by=dispatcher, reason="Learns it today", at=at)
    html = text(as_(dispatcher).get(page("work-order-dispatch", order.number)))
    assert "Dina Dispatcher chose Emil Engineer" in html
    assert "“Learns it today”" in html
    assert "Against the rules: no POS repair." in html


def test_the_panel_says_that_nobody_was_found_who_was_passed_over_and_when_it_is_tried_again(
    as_, dispatcher, engineer, order, at
) -> None:
    engineer.skills.all().delete()
    assign_open_orders(at=at)
    html = text(as_(dispatcher).get(page("work-order-dispatch", order.number)))
    assert "Nobody could be found" in html
    assert "1 without POS repair" in html
    assert "It is tried again by itself at" in html


def test_the_panel_of_an_untouched_order_says_what_comes_next(as_, dispatcher, analyst, order) -> None:
    html = text(as_(dispatcher).get(page("work-order-dispatch", order.number)))
    assert "within seconds" in html
    assert page("work-order-assign", order.number) in html
    assert page("work-order-assign", order.number) not in text(
        as_(analyst).get(page("work-order-dispatch", order.number))
    )


def test_why_not_gives_everybody_a_reason(as_, dispatcher, engineer, colleague, inspector, order, at) -> None:
    book_time(colleague, kind="leave", start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    html = text(as_(dispatcher).get(page("work-order-why-not", order.number)))
    assert "Emil Engineer" in html
    assert "fits" in html
    assert "is on leave" in html
    assert "no POS repair, is not on shift now, has no free time until tomorrow evening" in html
    assert "1 without POS repair" in html
    assert "1 on leave" in html


def test_why_not_can_be_searched(as_, dispatcher, engineer, colleague, order) -> None:
    html = text(as_(dispatcher).get(page("work-order-why-not", order.number), {"q": "cora"}))
    assert "Cora Colleague" in html
    assert "Emil Engineer" not in html
    assert "Nobody of that name" in text(
        as_(dispatcher).get(page("work-order-why-not", order.number), {"q": "%_", "page": "99999999999999999999"})
    )


@pytest.mark.parametrize("name", ["work-order-dispatch", "work-order-why-not", "work-order-assign"])
def test_orders_of_the_other_city_are_not_there(as_, stranger, order, name) -> None:
    assert as_(stranger).get(page(name, order.number)).status_code == 404


@pytest.mark.parametrize("name", ["work-order-dispatch", "work-order-why-not", "work-order-assign"])
def test_a_page_costs_the_same_queries_with_2_people_and_with_20(
    as_, dispatcher, hangzhou, order, at, name, django_assert_max_num_queries
) -> None:
    def hire(count: int) -> None:
        for _ in range(count):
            person = make.UserFactory(role="engineer", region=hangzhou, start_lat=30.27, start_lon=120.15)
            make.PersonSkillFactory(person=person)
            make.shifts_of(person)

    hire(2)
    client = as_(dispatcher)
    if name == "work-order-dispatch":
        decide(order, at=at)
    client.get(page(name, order.number))
    with django_assert_max_num_queries(30) as few:
        client.get(page(name, order.number))
    hire(18)
    with django_assert_max_num_queries(len(few)):
        client.get(page(name, order.number))


# -- by hand ------------------------------------------------------------------------------------------


def test_the_best_is_offered_first_and_ticked(as_, dispatcher, engineer, colleague, order, at) -> None:
    seen(engineer, 9, at)
    seen(colleague, 1, at)
    html = text(as_(dispatcher).get(page("work-order-assign", order.number)))
    assert html.index("Cora Colleague") < html.index("Emil Engineer")
    assert 'value="colleague" checked' in html
    assert "today 10:04–10:49" in html


def test_one_assigns_with_a_reason(as_, dispatcher, engineer, colleague, order) -> None:
    url = page("work-order-assign", order.number)
    answer = as_(dispatcher).post(url, {"engineer": "engineer", "reason": ""})
    assert answer.status_code == 422
    answer = as_(dispatcher).post(url, {"engineer": "engineer", "reason": "Knows the owner"})
    assert answer.url == f"/office/work-orders/{order.number}/#dispatch"
    order.refresh_from_db()
    assert (order.engineer, order.is_locked) == (engineer, True)


def test_the_start_is_a_time_of_the_orders_place(as_, dispatcher, engineer, xihu, order, at) -> None:
    xihu.time_zone = "Asia/Urumqi"  # 02:00 UTC is 08:00 there
    xihu.save()
    url = page("work-order-assign", order.number)
    as_(dispatcher).post(url, {"engineer": "engineer", "reason": "As agreed", "start": "2026-11-18T11:30"})
    assert WorkOrder.objects.get(pk=order.pk).booking.during.lower == at + timedelta(hours=3, minutes=30)


def test_somebody_who_is_not_listed_can_be_searched_for(as_, manager, engineer, faraway_engineer, order) -> None:
    url = page("work-order-assign", order.number)
    as_(manager).post(url, {"engineer": "engineer", "other": "faraway", "reason": "Is in town today"})
    assert WorkOrder.objects.get(pk=order.pk).engineer == faraway_engineer


def test_a_dispatcher_cannot_call_people_from_the_other_city(
    as_, dispatcher, engineer, faraway_engineer, order
) -> None:
    url = page("work-order-assign", order.number)
    answer = as_(dispatcher).post(url, {"engineer": "faraway", "reason": "Is in town today"})
    assert answer.status_code == 422
    assert WorkOrder.objects.get(pk=order.pk).engineer is None


def test_nobody_chosen_is_said(as_, dispatcher, engineer, order) -> None:
    answer = as_(dispatcher).post(page("work-order-assign", order.number), {"reason": "Whoever"})
    assert answer.status_code == 422
    assert "Choose who does the order." in text(answer)


def test_a_refusal_comes_back_with_what_was_filled_in(as_, dispatcher, engineer, order, at) -> None:
    book_time(engineer, kind="work", start=at, end=at + timedelta(hours=4), by=dispatcher, at=at)
    values = {"engineer": "engineer", "reason": "As agreed", "start": "2026-11-18T11:30"}
    answer = as_(dispatcher).post(page("work-order-assign", order.number), values)
    assert answer.status_code == 422
    assert "Emil Engineer is already booked at that time." in text(answer)
    assert 'value="As agreed"' in text(answer)
    assert 'value="engineer" checked' in text(answer)
    as_(dispatcher).post(page("work-order-assign", order.number), values | {"force": "on"})
    assert WorkOrder.objects.get(pk=order.pk).booking.forced_by == dispatcher


def test_who_was_quicker_is_named(as_, dispatcher, engineer, colleague, order, at) -> None:
    assign_by_hand(order, engineer=colleague, by=dispatcher, reason="Near", at=at)
    answer = as_(dispatcher).post(
        page("work-order-assign", order.number), {"engineer": "engineer", "reason": "Near", "expect_engineer_id": ""}
    )
    assert f"{order.number} has already gone to Cora Colleague" in text(answer)


# -- rules --------------------------------------------------------------------------------------------

VALUES = {
    "name": "Hangzhou", "is_automatic": "on", "max_travel_min": 60, "max_orders": 8, "accept_within_min": 15,
    "travel_weight": 50, "lateness_weight": 20, "load_weight": 20, "continuity_weight": 5, "overskill_weight": 5,
}  # fmt: skip


def test_a_manager_makes_and_changes_rules(as_, manager, hangzhou, repair) -> None:
    client = as_(manager)
    answer = client.post(page("rule-set-create"), VALUES | {"region": hangzhou.pk, "order_type": repair.pk})
    rules = RuleSet.objects.get()
    assert answer.url == page("rule-set-edit", rules.number)
    assert (rules.region, rules.order_type, rules.max_travel_min, rules.made_by) == (hangzhou, repair, 60, manager)
    client.post(answer.url, VALUES | {"travel_weight": 90, "version": 1})
    assert RuleSet.objects.in_force().get().travel_weight == 90
    html = text(client.get(answer.url))
    assert "Version 2" in html
    assert "Version 1" in html
    assert "Hangzhou" in text(client.get(page("rule-set-list")))


def test_what_cannot_be_is_said_in_the_form(as_, manager, hangzhou, at) -> None:
    client = as_(manager)
    answer = client.post(page("rule-set-create"), VALUES | {"travel_weight": 101, "max_orders": 0})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"travel_weight", "max_orders"}
    rules = make_rules(name="Everywhere", by=manager, at=at)
    answer = client.post(page("rule-set-create"), VALUES)
    assert "There are rules for this region and order type already" in text(answer)
    change_rules(rules, max_orders=3, by=manager, at=at)
    answer = client.post(page("rule-set-edit", rules.number), VALUES | {"version": 1})
    assert answer.status_code == 422
    assert "changed meanwhile" in text(answer)


def test_rules_are_taken_out_of_force(as_, manager, at) -> None:
    rules = make_rules(name="Everywhere", by=manager, at=at)
    as_(manager).post(page("rule-set-edit", rules.number), {"retire": "1", "version": 1})
    assert not RuleSet.objects.in_force().exists()
    assert "not in force" in text(as_(manager).get(page("rule-set-edit", rules.number)))


def test_rules_from_above_can_be_read_but_not_changed(as_, manager, xihu, ningbo, at) -> None:
    above = make_rules(name="Everywhere", by=manager, at=at)
    other = make_rules(name="Ningbo", region=ningbo, by=manager, at=at)
    client = as_(make.UserFactory(role="manager", region=xihu))
    html = text(client.get(page("rule-set-edit", above.number)))
    assert "come from a region above yours" in html
    assert client.post(page("rule-set-edit", above.number), VALUES | {"version": 1}).status_code == 403
    assert client.get(page("rule-set-edit", other.number)).status_code == 404
    answer = client.post(page("rule-set-create"), VALUES)
    assert answer.context["form"].errors.keys() == {"region"}
    assert RuleSet.objects.count() == 2


def test_nobody_else_sees_the_rules(as_, dispatcher, engineer) -> None:
    assert as_(dispatcher).get(page("rule-set-list")).status_code == 403
    assert as_(engineer).get(page("rule-set-list")).status_code == 403


def test_the_decision_of_a_deleted_reason_still_reads(as_, dispatcher, engineer, order, at) -> None:
    """Decisions outlive the code that made them: an unknown reason is shown as it stands."""
    Decision.objects.create(order=order, at=at, passed_over={"moon_phase": 2})
    assert "2 moon_phase" in text(as_(dispatcher).get(page("work-order-dispatch", order.number)))
