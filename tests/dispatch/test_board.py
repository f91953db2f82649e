"""What the board shows of a day, and what is done on it: each move knows what it was based on and can be undone."""

from datetime import date, time, timedelta

import pytest
from django.core.cache import cache

from dispatch.actions import assign_by_hand, lock_on_board, move_order, take_off_board, undo_moves
from dispatch.actions.board import Move
from dispatch.models import Decision
from dispatch.queries import board
from dispatch.queries.board import Day, version_of
from journal.models import Entry
from tests import factories as make
from tests.dispatch.conftest import seen
from tests.races import at_once
from toolkit.errors import Refused
from workforce.actions import book_time, make_organisation, set_shifts
from workorders.actions import accept_work_order, assign_work_order, change_work_order, depart
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def day(hangzhou) -> Day:
    return Day(hangzhou, date(2026, 11, 18))


@pytest.fixture
def move(order, engineer, dispatcher, at):
    """As the dispatcher who has just looked, unless told otherwise."""

    def run(**values) -> Move:
        subject = WorkOrder.objects.get(pk=values.pop("order", order).pk)
        given = {"engineer": engineer, "start": at + HOUR, "by": dispatcher, "at": at, "reason": "Nearest"}
        return move_order(subject, **given | {"version": version_of(subject)} | values)

    return run


@pytest.fixture
def undo(dispatcher, at):
    def run(*moves: Move, **values) -> list[WorkOrder]:
        given = {"among": WorkOrder.objects.visible_to(dispatcher), "by": dispatcher, "at": at}
        return undo_moves(moves, **given | values)

    return run


def fresh(order: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.get(pk=order.pk)


def where(order: WorkOrder) -> tuple:
    order = fresh(order)
    during = order.booking and (order.booking.during.lower, order.booking.during.upper)
    return order.status, order.engineer, during, order.is_locked


def row_of(day: Day, person, at) -> dict:
    return next(row for row in board.rows(day, at) if row["id"] == person.pk)


# -- what it shows ------------------------------------------------------------------------------------


def test_a_row_has_shift_leave_skills_and_orders_with_the_way_before(
    day, move, engineer, dispatcher, order, at
) -> None:
    book_time(engineer, kind="leave", start=at + 5 * HOUR, end=at + 6 * HOUR, by=dispatcher, at=at, label="Dentist")
    move()
    row = row_of(day, engineer, at)
    assert (row["shifts"], row["away"]) == ([[480, 1200]], [[900, 960, "leave", "Dentist"]])
    assert row["skills"] == [["pos-repair", "POS repair", 3, False]]
    [bar] = row["bars"]
    assert (bar["number"], bar["start"], bar["end"], bar["locked"]) == (
        order.number,
        660,
        660 + order.duration_min,
        True,
    )
    assert bar["way"] == round(0.674 * 1.35 / 25 * 60)  # 674 m from where the day begins
    assert bar["begin_by"] == day.minute(order.response_due_at)


def test_it_shows_the_people_and_orders_of_its_region_only(
    day, faraway_engineer, engineer, order, new_order, foreign_merchant, at
) -> None:
    new_order(merchant=foreign_merchant)
    assert [row["id"] for row in board.rows(day, at)] == [engineer.pk]
    assert [each["number"] for each in pool(day, at)["orders"]] == [order.number]


def pool(day: Day, at, **filters) -> dict:
    return board.pool(day, at, **{"type_id": None, "priority": None, "late": False} | filters)


def test_the_pool_has_the_most_urgent_first_and_is_bounded(day, new_order, at, monkeypatch) -> None:
    monkeypatch.setattr(board, "POOL_SHOWN", 2)
    orders = [new_order(priority=priority) for priority in (3, 1, 2, 3)]
    shown = pool(day, at)
    assert [each["number"] for each in shown["orders"]] == [orders[1].number, orders[2].number]
    assert shown["count"] == 4
    assert pool(day, at, priority=3)["count"] == 2
    assert pool(day, at, late=True)["count"] == 0
    assert pool(day, at + timedelta(days=30), late=True)["count"] == 4


def test_a_mark_changes_with_whatever_the_board_shows_of_that_person_and_with_nothing_else(
    day, move, engineer, colleague, dispatcher, order, new_order, at
) -> None:
    def changed(act) -> set[str]:
        before = board.stamps(day)
        act()
        after = board.stamps(day)
        return {key for key in after if after[key] != before[key]}

    mine, theirs = str(engineer.pk), str(colleague.pk)
    assert changed(lambda: None) == set()
    assert changed(move) == {mine, "pool"}
    assert changed(lambda: move(start=at + 2 * HOUR)) == {mine}
    assert changed(lambda: move(engineer=colleague)) == {mine, theirs}
    assert changed(lambda: accept_work_order(fresh(order), by=colleague, at=at)) == {theirs}
    assert changed(lambda: change_work_order(fresh(order), by=dispatcher, at=at, priority=1)) == {theirs}
    assert changed(lambda: depart(fresh(order), by=colleague, at=at)) == {theirs}
    assert changed(new_order) == {"pool"}
    assert changed(lambda: set_shifts(engineer, shifts=[(2, time(9), time(17))], by=None, at=at)) == {mine}
    assert changed(lambda: make.PersonSkillFactory(person=colleague, skill=make.SkillFactory(code="rare"))) == {theirs}
    assert changed(lambda: seen(colleague, 2, at)) == set()
    tomorrow = at + timedelta(days=1)
    assert (
        changed(lambda: book_time(engineer, kind="leave", start=tomorrow, end=tomorrow + HOUR, by=None, at=at)) == set()
    )


# -- what is done on it -------------------------------------------------------------------------------


def test_to_somebody_else_needs_a_reason_and_is_a_decision(move, order, engineer, dispatcher, at) -> None:
    with pytest.raises(Refused, match="Say why you choose by hand"):
        move(reason=" ")
    move()
    assert where(order) == (
        Status.ASSIGNED,
        engineer,
        (at + HOUR, at + HOUR + timedelta(minutes=order.duration_min)),
        True,
    )
    assert Decision.objects.get().decided_by == dispatcher
    assert Entry.objects.about(order).first().note == "Nearest"


def test_to_another_time_needs_none_and_keeps_the_length(move, order, engineer, at) -> None:
    assign_work_order(order, engineer=engineer, start=at, end=at + 3 * HOUR, by=None, at=at)
    accept_work_order(order, by=engineer, at=at)
    move(start=at + 2 * HOUR, reason="")
    assert where(order) == (Status.ACCEPTED, engineer, (at + 2 * HOUR, at + 5 * HOUR), True)
    assert Entry.objects.about(order).first().changes["booking"] == ["2026-11-18 10:00–13:00", "2026-11-18 12:00–15:00"]
    with pytest.raises(Refused, match="in the past"):
        move(start=at - HOUR)


def test_a_taken_time_needs_force(move, order, engineer, new_order, dispatcher, at) -> None:
    move()
    second = new_order()
    with pytest.raises(Refused, match="already booked"):
        move(order=second)
    move(order=second, force=True)
    assert fresh(second).booking.forced_by == dispatcher


def test_work_that_has_begun_is_not_moved(move, order, colleague, engineer, dispatcher, at) -> None:
    move()
    accept_work_order(fresh(order), by=engineer, at=at)
    depart(fresh(order), by=engineer, at=at)
    seen = {"by": dispatcher, "at": at, "version": version_of(fresh(order))}
    for act in (
        lambda: move(engineer=colleague),
        lambda: move(start=at + 2 * HOUR),
        lambda: take_off_board(order, reason="Ill", **seen),
        lambda: lock_on_board(order, is_locked=False, **seen),
    ):
        with pytest.raises(Refused, match="On the way"):
            act()


def test_who_looked_at_another_state_is_told_who_changed_it(
    move, order, engineer, colleague, dispatcher, manager, at
) -> None:
    seen = version_of(order)
    move(by=manager, engineer=colleague)
    told = rf"Mo Manager has changed {order.number} meanwhile: Cora Colleague has it now, 2026-11-18 11:00–\d\d:\d\d"
    with pytest.raises(Refused, match=told):
        move(version=seen)
    with pytest.raises(Refused, match=told):
        take_off_board(order, by=dispatcher, reason="Ill", at=at, version=seen)
    with pytest.raises(Refused, match=told):
        lock_on_board(order, is_locked=False, by=dispatcher, at=at, version=seen)
    assert where(order)[1] == colleague


@pytest.mark.django_db(transaction=True)
def test_of_twenty_boards_that_move_the_same_order_one_wins(move, order, engineer, colleague, dispatcher, at) -> None:
    seen = version_of(order)
    answers = at_once(20, lambda n: move(engineer=(engineer, colleague)[n % 2], version=seen))
    assert sum(isinstance(answer, Move) for answer in answers) == 1
    told = {answer for answer in answers if isinstance(answer, str)}
    assert len(told) == 1
    assert (
        f"Dina Dispatcher has changed {order.number} meanwhile: {fresh(order).engineer.name} has it now" in told.pop()
    )
    assert Decision.objects.count() == 1


# -- undo ---------------------------------------------------------------------------------------------


def test_each_move_is_undone_to_exactly_what_was_before(move, undo, order, engineer, colleague, dispatcher, at) -> None:
    states = [where(order)]
    moves = [move()]
    states.append(where(order))
    moves.append(move(start=at + 4 * HOUR))
    states.append(where(order))
    seen = {"by": dispatcher, "at": at}
    moves.append(lock_on_board(order, is_locked=False, version=version_of(fresh(order)), **seen))
    assert Entry.objects.about(order).first().changes == {"is_locked": [True, False]}
    states.append(where(order))
    moves.append(move(engineer=colleague, start=at + 2 * HOUR))
    states.append(where(order))
    moves.append(take_off_board(order, reason="Ill", version=version_of(fresh(order)), **seen))
    while moves:
        undo(moves.pop())
        assert where(order) == states.pop()
    entry = Entry.objects.about(order).first()
    assert (entry.actor, entry.note) == (dispatcher, "Undone on the board")


def test_what_somebody_changed_since_is_not_undone(move, undo, order, engineer, at) -> None:
    moved = move()
    accept_work_order(fresh(order), by=engineer, at=at)
    with pytest.raises(Refused, match=f"Emil Engineer has changed {order.number} meanwhile"):
        undo(moved)
    assert where(order)[0] == Status.ACCEPTED


def test_a_time_that_was_taken_since_is_not_given_back(move, undo, order, engineer, new_order, at) -> None:
    move()
    moved = move(start=at + 3 * HOUR)
    move(order=new_order())
    with pytest.raises(Refused, match="Emil Engineer is already booked"):
        undo(moved)


def test_orders_out_of_sight_are_not_undone(move, undo, order, stranger) -> None:
    moved = move()
    with pytest.raises(Refused, match="no longer valid"):
        undo(moved, among=WorkOrder.objects.visible_to(stranger))


# -- its doors ----------------------------------------------------------------------------------------

QUERY = "region=hangzhou&on=2026-11-18"


@pytest.fixture
def desk(client, dispatcher, time_machine, at):
    time_machine.move_to(at, tick=False)
    client.force_login(dispatcher)
    return client


def test_a_move_answers_with_the_rows_it_changed_and_with_its_undo(desk, order, engineer, at) -> None:
    body = {"engineer": "engineer", "minute": 660, "version": version_of(order), "reason": "Nearest"}
    url = f"/office/board/orders/{order.number}"
    answer = desk.post(f"{url}/move/?{QUERY}", body, headers={"accept": "application/json"}).json()
    assert [row["id"] for row in answer["rows"]] == [engineer.pk]
    assert (answer["pool"]["count"], answer["said"]) == (0, f"{order.number} is with Emil Engineer at 11:00 now.")
    refused = desk.post(f"{url}/move/?{QUERY}", body, headers={"accept": "application/json"})
    assert (refused.status_code, "has changed" in refused.json()["detail"]) == (409, True)
    undone = desk.post(
        f"/office/board/undo/?{QUERY}", {"signed": answer["undo"]}, headers={"accept": "application/json"}
    )
    assert (undone.json()["pool"]["count"], where(order)[0]) == (1, Status.OPEN)


def test_an_undo_belongs_to_who_made_the_move(desk, client, order, manager) -> None:
    body = {"engineer": "engineer", "minute": 660, "version": version_of(order), "reason": "Nearest"}
    client.force_login(manager)
    assert (
        desk.post("/office/board/undo/", {"signed": "made up"}, headers={"accept": "application/json"}).status_code
        == 409
    )
    assert (
        desk.post(f"/office/board/orders/{order.number}/move/?{QUERY}", body).status_code == 409
    )  # no such engineer yet


def test_before_the_drop_the_server_says_what_speaks_against_it(
    desk, order, engineer, colleague, dispatcher, inspector, at
) -> None:
    book_time(engineer, kind="leave", start=at + 2 * HOUR, end=at + 3 * HOUR, by=dispatcher, at=at, label="Dentist")

    def said(person: str, minute: int) -> list[tuple[str, str]]:
        answer = desk.get(
            f"/office/board/orders/{order.number}/check/?{QUERY}&engineer={person}&minute={minute}"
        ).json()
        return [(each["level"], each["text"]) for each in answer["conflicts"]]

    assert said("engineer", 660) == []
    assert ("clash", "Emil Engineer is away from 12:00 to 13:00: Dentist.") in said("engineer", 700)
    assert ("warn", "This lies outside the shift of Emil Engineer.") in said("engineer", 1190)
    assert ("stop", "The start lies in the past.") in said("engineer", 500)
    assert any("later than promised" in text for _level, text in said("engineer", 1100))
    assert any("POS repair" in text for _level, text in said("inspector", 660))
    assign_by_hand(order, engineer=colleague, by=dispatcher, reason="Nearest", start=at + HOUR, at=at)
    assert ("note", "Person and time are locked.") in said("colleague", 660)


def test_what_runs_out_before_the_day_is_said(desk, order, engineer, at) -> None:
    def said(on: date) -> str:
        url = f"/office/board/orders/{order.number}/check/?region=hangzhou&on={on}&engineer=engineer&minute=660"
        return " ".join(each["text"] for each in desk.get(url).json()["conflicts"])

    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    engineer.skills.update(expires_on=friday)
    engineer.organisation = make_organisation(
        code="acme", name="Acme", regions=[order.region], order_types=[order.type], ends_on=friday, by=None, at=at
    )
    engineer.save()
    assert "expired" not in said(friday) and "Acme" not in said(friday)
    assert "expired" in said(monday) and "Acme" in said(monday)


def test_fifty_looks_cost_one_look_at_the_database_and_none_when_nothing_changed(
    desk, order, engineer, move, django_assert_max_num_queries, at
) -> None:
    url = f"/office/board/changes/?{QUERY}"
    stamp = desk.get(url).json()["stamp"]
    with django_assert_max_num_queries(2):  # the session and the person
        assert desk.get(f"{url}&stamp={stamp}").status_code == 204
    move()
    cache.delete("board:stamp:hangzhou:2026-11-18")  # gone after 1.5 s
    news = desk.get(f"{url}&stamp={stamp}").json()
    assert (news["marks"].keys(), news["gone"]) == ({str(engineer.pk), "pool"}, [])
    assert ([row["id"] for row in news["rows"]], news["pool"]["count"]) == ([engineer.pk], 0)

    cache.clear()  # nobody remembers what the page has
    mark = desk.get(f"{url}&stamp={stamp}").json()["marks"][str(engineer.pk)]
    rows = f"/office/board/rows/?{QUERY}&people={engineer.pk}.{mark},x"
    first = desk.get(rows).json()
    assert [bar["number"] for bar in first["rows"][0]["bars"]] == [order.number]
    with django_assert_max_num_queries(3):  # and the region
        assert desk.get(rows).json() == first


def test_the_page_costs_as_many_queries_for_three_people_as_for_thirty(
    desk, engineer, new_order, move, hangzhou, django_assert_max_num_queries, at
) -> None:
    for number in range(30):
        person = make.UserFactory(username=f"e{number}", role="engineer", region=hangzhou)
        make.shifts_of(person)
        move(order=new_order(), engineer=person)
    with django_assert_max_num_queries(30):
        first = desk.get(f"/office/board/?{QUERY}").context["state"]["rows"]
    assert [row["name"] for row in first] == sorted(row["name"] for row in first) and len(first) == 31
    with django_assert_max_num_queries(11):  # the second viewer's rows are there already
        assert desk.get(f"/office/board/?{QUERY}").context["state"]["rows"] == first


def test_the_dialog_offers_the_best_and_what_can_be_done(desk, order, engineer, colleague) -> None:
    page = desk.get(f"/office/board/orders/{order.number}/?{QUERY}").text
    assert "Emil Engineer" in page
    assert "Cora Colleague" in page
    assert "Insert now" in page


def test_nonsense_in_the_address_shows_the_own_board_of_today(desk, engineer) -> None:
    answer = desk.get("/office/board/?region=ningbo&on=soon")
    assert (answer.status_code, answer.context["day"]) == (200, Day(engineer.region, date(2026, 11, 18)))
