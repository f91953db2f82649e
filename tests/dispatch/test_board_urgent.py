"""An urgent order into a full day: who is displaced, shown first and done as shown; work in progress stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.actions import insert_order, move_order, undo_moves
from dispatch.actions.board import Shifted
from dispatch.board import Displaced, Rest, Visit, insert_urgent
from dispatch.models import RuleSet
from dispatch.queries.board import version_of
from dispatch.queries.urgent import proposals
from journal.models import Entry
from tests.dispatch.conftest import place, seen
from tests.dispatch.people import HOUR, MORNING, SHOP, Metres, away
from tests.races import at_once
from toolkit.errors import Refused
from workforce.actions import book_time
from workorders.actions import accept_work_order, arrive, depart, start_work
from workorders.lifecycle import Status
from workorders.models import WorkOrder

MIN = 60.0


def visit(key: str, start_min: float, duration_min: float = 30, **values) -> Visit:
    return Visit(key, SHOP, MORNING + start_min * MIN, duration_min * MIN, **values)


def rest(*visits: Visit, closes_min: float = 480, **values) -> Rest:
    return Rest(
        **{"place": SHOP, "ready_at": MORNING, "visits": visits, "closes_at": MORNING + closes_min * MIN} | values
    )


def urgent(**values) -> Visit:
    return replace(Visit("urgent", SHOP, MORNING, 30 * MIN, begin_by=MORNING + 60 * MIN), **values)


def minutes(displaced: list[Displaced]) -> dict[str, float | None]:
    return {each.visit.key: each.start and (each.start - MORNING) / MIN for each in displaced}


# -- pure ---------------------------------------------------------------------------------------------


def test_a_gap_displaces_nothing() -> None:
    found = insert_urgent(rest(visit("a", 0), visit("b", 60)), urgent(), Metres())
    assert ((found.start - MORNING) / MIN, found.displaced, found.is_late) == (30, [], False)


def test_without_a_gap_it_comes_next_and_the_others_after_it() -> None:
    day = rest(visit("a", 0), visit("b", 30), visit("c", 120))
    found = insert_urgent(day, urgent(begin_by=MORNING + 10 * MIN), Metres())
    assert (found.start, minutes(found.displaced)) == (MORNING, {"a": 30, "b": 60})


def test_who_becomes_late_and_what_falls_out_of_the_shift_is_named() -> None:
    promised = visit("a", 0, begin_by=MORNING + 20 * MIN)
    found = insert_urgent(rest(promised, visit("b", 30, 60), closes_min=100), urgent(begin_by=MORNING), Metres())
    assert minutes(found.displaced) == {"a": 30, "b": None}
    assert [each.becomes_late for each in found.displaced] == [True, False]


def test_what_is_fixed_keeps_its_time_and_the_others_go_round_it() -> None:
    day = rest(visit("a", 0), visit("locked", 60, 30, is_fixed=True), visit("b", 90))
    found = insert_urgent(day, urgent(duration_s=45 * MIN, begin_by=MORNING), Metres())
    assert (found.start, minutes(found.displaced)) == (MORNING, {"a": 90, "b": 120})


def test_it_waits_for_leave_when_it_does_not_fit_before_and_for_nobody_when_the_shift_is_over() -> None:
    leave = Visit("", SHOP, MORNING + 20 * MIN, HOUR, is_fixed=True)
    assert insert_urgent(rest(leave), urgent(), Metres()).start == MORNING + 80 * MIN
    assert insert_urgent(rest(closes_min=20), urgent(), Metres()) is None


def test_the_way_counts_there_and_on() -> None:
    day = rest(visit("a", 40), place=away(20))
    found = insert_urgent(day, urgent(place=away(10), begin_by=MORNING + 15 * MIN), Metres())
    assert (found.start, round(found.way_s), minutes(found.displaced)) == (MORNING + 10 * MIN, 600, {"a": 50})


# -- with people --------------------------------------------------------------------------------------


@pytest.fixture
def full_day(new_order, engineer, dispatcher, at):
    """Three orders without a gap from 10:00 on, the first of them begun; the engineer is at the shop."""
    seen(engineer, 0, at)
    orders = [new_order() for _ in range(3)]
    for number, order in enumerate(orders):
        move_order(
            order, engineer=engineer, start=at + number * timedelta(minutes=45), by=dispatcher, at=at,
            version=version_of(order), reason="Nearest",
        )  # fmt: skip
    WorkOrder.objects.filter(pk__in=[order.pk for order in orders]).update(is_locked=False)
    lat, lon = place(0)
    for step in (accept_work_order, depart, lambda order, **who: arrive(order, **who, lat=lat, lon=lon, accuracy_m=5), start_work):  # fmt: skip
        step(WorkOrder.objects.get(pk=orders[0].pk), by=engineer, at=at)
    return [WorkOrder.objects.select_related("booking").get(pk=order.pk) for order in orders]


@pytest.fixture
def emergency(new_order, at):
    order = new_order(priority=1)
    WorkOrder.objects.filter(pk=order.pk).update(response_due_at=at + timedelta(minutes=50))
    return WorkOrder.objects.get(pk=order.pk)


@pytest.fixture
def propose(emergency, at):
    return lambda: proposals(WorkOrder.objects.get(pk=emergency.pk), RuleSet.objects.for_order(emergency), at)


@pytest.fixture
def insert(emergency, dispatcher, at):
    def run(proposal):
        return insert_order(
            emergency, engineer=proposal.engineer, start=proposal.start, by=dispatcher, reason="Shop is down", at=at,
            shifted=[Shifted(each.order.pk, version_of(each.order), each.start) for each in proposal.displaced],
            day=proposal.day, version=version_of(emergency),
        )  # fmt: skip

    return run


def starts(*orders: WorkOrder) -> list[str]:
    found = (WorkOrder.objects.select_related("booking").get(pk=order.pk) for order in orders)
    return [f"{order.booking.during.lower:%H:%M}" if order.booking else order.status for order in found]


@pytest.mark.django_db
def test_it_is_done_as_it_was_shown_and_undone_in_one(full_day, emergency, propose, insert, dispatcher, at) -> None:
    running, second, third = full_day
    [proposal] = propose()
    assert f"{proposal.start:%H:%M}" == "02:45"  # 10:45 there: after the work in progress
    assert [(each.order, f"{each.start:%H:%M}") for each in proposal.displaced] == [(second, "03:30"), (third, "04:15")]
    moves = insert(proposal)
    assert starts(running, emergency, second, third) == ["02:00", "02:45", "03:30", "04:15"]
    note = f"Makes room for {emergency.number}: Shop is down"
    assert [Entry.objects.about(order).first().note for order in (second, third)] == [note, note]
    undo_moves(moves, among=WorkOrder.objects.all(), by=dispatcher, at=at)
    assert starts(running, emergency, second, third) == ["02:00", "open", "02:45", "03:30"]


@pytest.mark.django_db
def test_what_no_longer_fits_into_the_shift_goes_back_into_the_pool(
    full_day, emergency, engineer, propose, insert
) -> None:
    engineer.shifts.update(ends_at="12:20")
    [proposal] = propose()
    assert [each.start for each in proposal.displaced][-1] is None
    insert(proposal)
    assert starts(emergency, *full_day[1:]) == ["02:45", "03:30", "open"]


@pytest.mark.django_db
def test_a_day_that_changed_meanwhile_is_left_alone(
    full_day, emergency, engineer, dispatcher, propose, insert, new_order, at
) -> None:
    [proposal] = propose()
    accept_work_order(full_day[2], by=engineer, at=at)
    before = starts(*full_day)
    with pytest.raises(Refused, match=f"Emil Engineer has changed {full_day[2].number}|The day of Emil Engineer"):
        insert(proposal)
    [proposal] = propose()
    other = new_order()
    move_order(other, engineer=engineer, start=at + timedelta(hours=8), by=dispatcher, at=at, version=version_of(other), reason="Near")  # fmt: skip
    with pytest.raises(Refused, match="The day of Emil Engineer has changed meanwhile"):
        insert(proposal)
    assert (starts(*full_day), WorkOrder.objects.get(pk=emergency.pk).status) == (before, Status.OPEN)


@pytest.mark.django_db
def test_who_may_not_do_it_is_not_proposed(full_day, propose, engineer, colleague, inspector, dispatcher, at) -> None:
    assert [each.engineer.username for each in propose()] == ["colleague", "engineer"]  # least harm first
    book_time(colleague, kind="leave", start=at, end=at + timedelta(hours=4), by=dispatcher, at=at)
    assert [each.engineer.username for each in propose()] == ["engineer"]


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_insert_at_the_same_time_one_wins(full_day, propose, insert) -> None:
    [proposal] = propose()
    answers = at_once(8, lambda _: insert(proposal))
    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert starts(*full_day[1:]) == ["03:30", "04:15"]


@pytest.mark.django_db
def test_the_page_shows_it_and_does_what_it_showed(client, dispatcher, full_day, emergency, time_machine, at) -> None:
    time_machine.move_to(at, tick=False)
    client.force_login(dispatcher)
    url = f"/office/board/orders/{emergency.number}/insert/?region=hangzhou&on=2026-11-18"
    answer = client.get(url)
    assert f"{full_day[1].number} · 10:45 → 11:30" in " ".join(answer.text.split())
    [proposal] = answer.context["proposals"]
    body = {"signed": proposal["signed"], "reason": ""}
    done = client.post(url, body, headers={"accept": "application/json"}).json()
    assert done["said"] == f"{emergency.number} is with Emil Engineer at 10:45 now."
    refused = client.post(url, body, headers={"accept": "application/json"})
    assert (refused.status_code, "has changed" in refused.json()["detail"]) == (409, True)
