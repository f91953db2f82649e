"""What dispatchers see of a day plan: while it is worked out, what it gains, why something is left out, and applying."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.actions import run_waiting_plans
from dispatch.plans.models import DayPlan
from dispatch.plans.words import LEFT_OUT, REASONS, reason_in_words
from routing.planning.reasons import CODES
from tests import factories as make
from tests.dispatch.day_plans import *
from tests.dispatch.day_plans import TOMORROW
from workorders.actions import cancel_work_order
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    def login(user):
        client.force_login(user)
        return client

    return login


@pytest.fixture
def busy(new_order, shop, given, engineer, colleague) -> list[WorkOrder]:
    given(new_order(merchant=shop(0)), engineer, 9)
    given(new_order(merchant=shop(30)), engineer, 14)
    return [new_order(merchant=shop(29, name="Far Tea")), new_order(merchant=shop(1))]


def text(response) -> str:
    return " ".join(response.content.decode().split())


def page(name: str, plan: DayPlan) -> str:
    return reverse(f"office:day-plan-{name}", args=[plan.number])


def test_one_asks_for_a_plan_and_follows_it(as_, dispatcher, hangzhou, busy) -> None:
    client = as_(dispatcher)
    assert "No day has been planned yet" in text(client.get(reverse("office:day-plan-list")))
    form = client.get(reverse("office:day-plan-create"))
    assert 'value="2026-11-19"' in text(form)
    answer = client.post(
        form.wsgi_request.path, {"region": hangzhou.pk, "on": TOMORROW, "seconds": 5, "overtime_min": 0}
    )
    plan = DayPlan.objects.get()
    assert answer.url == plan.get_absolute_url()
    html = text(client.get(answer.url))
    assert 'hx-trigger="every 1s"' in html
    assert "A worker begins with it within seconds." in html
    answer = client.post(
        form.wsgi_request.path, {"region": hangzhou.pk, "on": TOMORROW, "seconds": 5, "overtime_min": 0}
    )
    assert answer.status_code == 422
    assert "Hangzhou is being planned for this day already" in text(answer)
    run_waiting_plans()
    answer = client.get(plan.get_absolute_url(), headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    html = text(client.get(plan.get_absolute_url()))
    assert "A proposal: nothing has been moved yet." in html
    assert "Apply the plan" in html


def test_every_number_leads_to_its_rows(as_, dispatcher, planned, busy) -> None:
    plan, client = planned(), as_(dispatcher)
    html = client.get(plan.get_absolute_url()).content.decode()
    for when in ("before", "after"):
        query = f"?plan={plan.number}&served={when}"
        assert query.replace("&", "&amp;") in html
        listed = client.get(reverse("office:planned-order-list") + query).context["table"]
        assert len(listed.rows) == plan.totals[when]["served"]
    for change, count in plan.totals["changes"].items():
        listed = client.get(f"{reverse('office:planned-order-list')}?plan={plan.number}&change={change}").context[
            "table"
        ]
        assert len(listed.rows) == count
    assert len(client.get(f"{reverse('office:planned-day-list')}?plan={plan.number}").context["table"].rows) == 2


def test_the_panels_show_people_changes_and_the_map(as_, dispatcher, planned, busy, engineer) -> None:
    plan, client = planned(), as_(dispatcher)
    html = text(client.get(page("timeline", plan)))
    assert "Emil Engineer" in html and "08:00–20:00" in html and "plan-new" in html
    html = text(client.get(page("changes", plan)))
    assert "Far Tea" in html and "From the pool" in html and "in the pool" in html
    html = text(client.get(page("map", plan)))
    assert 'data-plan="plan-routes"' in html and "Far Tea" in html
    assert "Every order is done that day." in text(client.get(page("unserved", plan)))


def test_what_nobody_does_and_what_could_not_be_planned_says_why(
    as_, dispatcher, planned, new_order, hangzhou, repair, engineer
) -> None:
    expert = new_order()
    expert.needed_skills = {"pos-repair": 5}
    expert.save()
    nowhere = new_order(merchant=make.MerchantFactory(region=hangzhou, lat=None, lon=None))
    plan, client = planned(), as_(dispatcher)
    html = text(client.get(page("unserved", plan)))
    assert "No one with POS repair level 5 works on Thursday in Hangzhou; nearest, with level 3: Emil Engineer." in html
    html = text(client.get(plan.get_absolute_url()))
    assert "1 row could not be planned with" in html
    assert reverse("office:merchant-edit", args=[nowhere.merchant.number]) in html


def test_every_reason_of_the_engine_has_its_words(hangzhou) -> None:
    assert set(REASONS) == set(CODES)
    plan = DayPlan(region=hangzhou, on=TOMORROW)
    for code in CODES:
        assert "%" not in reason_in_words(code, {"people": ["Emil"], "skills": {"Network": 2}}, plan)
    assert all(map(str, LEFT_OUT.values()))


def test_a_refused_plan_names_what_has_changed_and_offers_to_plan_again(as_, dispatcher, planned, busy, at) -> None:
    plan, client = planned(), as_(dispatcher)
    assert "People who are told, once each: " in text(client.get(page("apply", plan)))
    cancel_work_order(busy[0], by=dispatcher, reason="Solved itself", at=at)
    answer = client.post(page("apply", plan))
    assert answer.status_code == 422
    assert f"{busy[0].number}</a> is “Cancelled” now" in text(answer)
    answer = client.post(page("again", plan))
    again = DayPlan.objects.get(warm_start=plan)
    assert answer.url == again.get_absolute_url()
    run_waiting_plans()
    answer = client.post(page("apply", again))
    assert answer.url == again.get_absolute_url()
    assert "Applied by Dina Dispatcher" in text(client.get(answer.url))


def test_an_urgent_order_is_planned_in_from_its_page(as_, dispatcher, planned, busy, new_order) -> None:
    order = new_order(priority=1)
    html = text(as_(dispatcher).get(f"{reverse('office:day-plan-create')}?order={order.number}"))
    assert f'value="{order.number}"' in html
    plan = planned(urgent_order=order, is_calm=True)
    html = text(as_(dispatcher).get(plan.get_absolute_url()))
    assert order.number in html and "Who is displaced by it" in html


def test_a_plan_of_nobody_says_what_to_do(as_, dispatcher, planned, order) -> None:
    plan = planned()
    assert "Nobody works that day." in text(as_(dispatcher).get(page("timeline", plan)))
    assert "No one works on Thursday in Hangzhou." in text(as_(dispatcher).get(page("unserved", plan)))


def test_those_of_the_other_city_and_those_who_only_look_are_kept_out(
    as_, stranger, analyst, planned, busy, at
) -> None:
    plan = planned()
    for name in ("detail", "timeline", "changes", "map", "unserved", "apply"):
        assert as_(stranger).get(page(name, plan)).status_code == 404
    assert (
        len(as_(stranger).get(f"{reverse('office:planned-order-list')}?plan={plan.number}").context["table"].rows) == 0
    )
    assert "Apply the plan" not in text(as_(analyst).get(plan.get_absolute_url()))
    assert as_(analyst).post(page("apply", plan)).status_code == 403


def test_pages_cost_the_same_queries_however_many_orders(
    as_, dispatcher, planned, busy, new_order, given, engineer, at
) -> None:
    def queries(plan: DayPlan) -> list[int]:
        counts = []
        for name in ("detail", "timeline", "changes", "map", "unserved"):
            with CaptureQueriesContext(connection) as asked:
                as_(dispatcher).get(page(name, plan))
            counts.append(len(asked))
        return counts

    queries(plan := planned())  # what a process asks for once
    few = queries(plan)
    for hour in range(10, 14):
        given(new_order(), engineer, hour)
        new_order()
    assert queries(planned()) == few
    assert max(few) <= 30
