"""The phone's protocol, operation by operation: what docs/sync.md promises."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client

from assets.actions import issue_terminal
from evidence.models import Capture
from journal.models import Command, Entry
from mobile.models import Device, Operation, Parked
from mobile.operations import MOST
from tests import factories as make
from tests.mobile.conftest import picture
from workforce.actions import book_time, set_shifts
from workforce.models import Position
from workorders import actions
from workorders.lifecycle import Status
from workorders.models import WorkOrder

NEAR = {"lat": 30.2742, "lon": 120.1552, "accuracy_m": 12}
FAR = {"lat": 30.3001, "lon": 120.1552, "accuracy_m": 12}


class Handset:
    """One installation of the app in somebody's hands; its queue as the phone keeps it."""

    def __init__(self, person, at, *, device=None) -> None:
        self.person, self.at, self.device = person, at, device or str(uuid.uuid4())
        self.client = Client()
        self.client.force_login(person)
        self.last: dict[str, str] = {}

    def operation(self, kind: str, subject: str, *, chained=True, **given) -> dict:
        """`given`: body, base, client_time, skew_ms, geo, user, id."""
        made = {
            "id": str(uuid.uuid4()), "schema": 1, "user": self.person.pk, "kind": kind, "subject": subject, "body": {},
            "base": {}, "prev": self.last.get(subject) if chained else None,
            "client_time": self.at.isoformat(), "skew_ms": 0, "geo": None, **given,
        }  # fmt: skip
        self.last[subject] = made["id"]
        return made

    def post(self, *operations: dict, **given):
        body = {"nonce": "n-1", "device": self.device, "operations": operations, **given}
        return self.client.post("/field/sync/", body, content_type="application/json")

    def send(self, *operations: dict) -> list[dict]:
        answer = self.post(*operations)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    def do(self, kind: str, subject: str, **given) -> dict:
        return self.send(self.operation(kind, subject, **given))[0]


@pytest.fixture
def handset(engineer, at) -> Handset:
    return Handset(engineer, at)


@pytest.fixture
def second(engineer, at) -> Handset:
    """The same person's other phone."""
    return Handset(engineer, at)


def entries(order: WorkOrder) -> list[str]:
    return list(Entry.objects.about(order).order_by("pk").values_list("verb", flat=True))


def way_to_work(handset: Handset, order: WorkOrder) -> list[dict]:
    return [
        handset.operation("orders/accept", order.number),
        handset.operation("orders/depart", order.number),
        handset.operation("orders/arrive", order.number, body=NEAR),
        handset.operation("orders/start", order.number),
    ]


def answer_of(handset: Handset, order: WorkOrder, value: str = "true", **given) -> dict:
    return handset.operation("orders/answer", order.number, body={"step": "power", "value": value}, **given)


# -- the ping -----------------------------------------------------------------------------------------


def test_a_ping_says_who_and_when_and_echoes_its_nonce(handset, engineer, at) -> None:
    answer = handset.post(nonce="abc").json()
    assert (answer["nonce"], answer["user"], answer["results"]) == ("abc", engineer.pk, [])
    assert answer["at"].startswith("2026-11-18T02:00") and answer["csrf"] and answer["build"]
    device = Device.objects.get(pk=handset.device)
    assert (device.user, device.first_seen_at.date()) == (engineer, at.date())


def test_without_a_session_the_answer_is_login_and_never_a_redirect(handset) -> None:
    handset.client.logout()
    for method, url in (("post", "sync/"), ("get", "work/"), ("post", "uploads/"), ("put", f"uploads/{uuid.uuid4()}/")):
        answer = getattr(handset.client, method)(f"/field/{url}", content_type="application/json")
        assert (answer.status_code, answer.json()) == (401, {"outcome": "login"}), url


def test_after_a_new_login_the_queue_goes_on(handset, order) -> None:
    waiting = way_to_work(handset, order)
    handset.send(waiting[0])
    handset.client.logout()
    assert handset.post(*waiting[1:]).status_code == 401
    handset.client.force_login(handset.person)
    assert [result["outcome"] for result in handset.send(*waiting)] == ["applied"] * 4


def test_a_stale_token_is_answered_with_a_fresh_one(handset, order, engineer) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(engineer)
    body = {"nonce": "n", "device": handset.device, "operations": [handset.operation("orders/accept", order.number)]}
    refused = strict.post("/field/sync/", body, content_type="application/json", headers={"X-CSRFToken": "old"})
    assert (refused.status_code, refused.json()["outcome"]) == (403, "csrf")
    again = strict.post(
        "/field/sync/", body, content_type="application/json", headers={"X-CSRFToken": refused.json()["csrf"]}
    )
    assert again.json()["results"][0]["outcome"] == "applied"


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"nonce": "n"}', '{"nonce": "n", "device": "x", "operations": []}',
             '{"nonce": 1, "device": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}'],
)  # fmt: skip
def test_what_is_no_message_is_told_so(handset, body) -> None:
    answer = handset.client.post("/field/sync/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["outcome"]) == (400, "unreadable")


def test_more_operations_than_fit_are_not_looked_at(handset, order) -> None:
    many = [handset.operation("orders/accept", order.number) for _n in range(MOST + 1)]
    assert handset.post(*many).status_code == 400
    assert Operation.objects.count() == 0


def test_a_revoked_phone_and_that_of_somebody_switched_off_wipe_themselves(handset, order, engineer, second) -> None:
    handset.post()
    Device.objects.filter(pk=handset.device).update(revoked_at=handset.at)
    answer = handset.post(handset.operation("orders/accept", order.number)).json()
    assert (answer["outcome"], "results" in answer) == ("wipe", False)
    second.post()
    engineer.is_active = False
    engineer.save()
    gone = second.post()
    assert (gone.status_code, gone.json()) == (401, {"outcome": "wipe"})


# -- applied, replayed, refused -----------------------------------------------------------------------


def test_a_whole_way_in_one_message_is_applied_in_order(handset, order) -> None:
    results = handset.send(*way_to_work(handset, order))
    assert [(result["outcome"], result["status"]) for result in results] == [
        ("applied", "accepted"), ("applied", "en_route"), ("applied", "on_site"), ("applied", "in_progress"),
    ]  # fmt: skip
    assert len({result["version"] for result in results}) == 4


def test_the_same_message_again_gets_the_same_answers_and_changes_nothing(handset, order) -> None:
    message = way_to_work(handset, order)
    first = handset.send(*message)
    written = Entry.objects.count()
    again = handset.send(*message)
    assert [result.pop("replay") for result in again] == [True] * 4
    assert again == first
    assert Entry.objects.count() == written


def test_a_refusal_stands_for_ever_and_does_not_stop_what_follows(handset, order) -> None:
    accept, depart, arrive, start = way_to_work(handset, order)
    arrive["body"] = FAR
    results = handset.send(accept, depart, arrive, start)
    assert [result["outcome"] for result in results] == ["applied", "applied", "refused", "refused"]
    assert (results[2]["field"], "m from the merchant" in results[2]["reason"]) == ("reason", True)
    again = handset.send(arrive)[0]
    assert (again["outcome"], again["reason"], again["replay"]) == ("refused", results[2]["reason"], True)
    mended = handset.do("orders/arrive", order.number, body=NEAR)
    assert mended["outcome"] == "applied"


def test_one_bad_operation_does_not_block_another_order(handset, give) -> None:
    bad, good = give(), give(after=timedelta(hours=3))
    results = handset.send(
        handset.operation("orders/start", bad.number),
        {"id": "nonsense"},
        "not even an object",
        handset.operation("orders/accept", good.number),
    )
    assert [result["outcome"] for result in results] == ["refused", "refused", "refused", "applied"]


@pytest.mark.parametrize(
    "wrong", [{"schema": 2}, {"kind": "orders/paint"}, {"kind": "accept"}, {"client_time": "yesterday"}, {"body": []},
              {"client_time": "2026-11-18T10:00:00"}, {"skew_ms": "much"}, {"prev": "x"}, {"geo": 3}],
    ids=str,
)  # fmt: skip
def test_what_another_version_wrote_is_refused_but_not_for_ever(handset, order, wrong) -> None:
    operation = handset.operation("orders/accept", order.number) | wrong
    assert handset.send(operation)[0]["outcome"] == "refused"
    assert (Command.objects.count(), Operation.objects.count()) == (0, 0)


def test_the_same_id_with_other_content_is_told_and_the_first_stands(handset, order) -> None:
    operation = handset.operation("orders/reject", order.number, body={"reason": "Too far"})
    handset.send(operation)
    other = handset.send({**operation, "body": {"reason": "No time"}})[0]
    assert other["outcome"] == "reused"
    assert Entry.objects.get(verb="workorders.reject_work_order").note == "Too far"


def test_the_operation_of_another_person_is_kept_for_that_person(handset, order, colleague) -> None:
    operation = handset.operation("orders/accept", order.number)
    borrowed = Handset(colleague, handset.at, device=handset.device)
    assert borrowed.send(operation) == [{"id": operation["id"], "outcome": "wrong_user"}]
    assert handset.send(operation)[0]["outcome"] == "applied"


def test_an_operation_whose_predecessor_is_unknown_waits(handset, order) -> None:
    accept, depart, *_rest = way_to_work(handset, order)
    early = handset.send(depart)[0]
    assert (early["outcome"], early["prev"]) == ("gap", accept["id"])
    assert [result["outcome"] for result in handset.send(accept, depart)] == ["applied"] * 2


def test_an_order_nobody_gave_the_person_is_refused_without_a_word_about_it(
    handset, foreign_merchant, give, faraway_engineer
) -> None:
    foreign = give(merchant=foreign_merchant, engineer=faraway_engineer)
    refused = handset.do("orders/accept", foreign.number)
    unknown = handset.do("orders/accept", "WO-9999-999999")
    assert refused["reason"].replace(foreign.number, "…") == unknown["reason"].replace("WO-9999-999999", "…")
    photo = handset.do("orders/answer", foreign.number, body={"step": "power", "value": "true"})
    assert (photo["outcome"], Parked.objects.count()) == ("refused", 0)


def test_a_terminal_is_bound_by_an_operation_too(handset, begun, terminal, engineer, keeper, at) -> None:
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    bound = handset.do("terminals/bind", terminal.serial, body={"order": begun.number})
    assert (bound["outcome"], terminal.live_binding.merchant) == ("applied", begun.merchant)


# -- positions ----------------------------------------------------------------------------------------


def positions(handset: Handset, *fixes, subject="engineer") -> dict:
    rows = [[moment.isoformat(), lat, 120.1552, 12] for moment, lat in fixes]
    return handset.operation("people/position", subject, body={"fixes": json.dumps(rows)})


def test_of_many_positions_those_from_the_shift_are_kept_order_or_not(handset, engineer, clock, at) -> None:
    clock.move_to(at + timedelta(hours=12))
    before = engineer.track.count()
    hours = {-3: "before the shift", 2: "kept", 1: "kept", 11: "after it", 13: "to come", -24 * 8: "too old"}
    batch = positions(handset, *((at + timedelta(hours=hour), 30 + hour / 1000) for hour in hours))
    result = handset.send(batch)[0]
    assert (result["outcome"], result["kept"], result["dropped"]) == ("applied", 2, 4)
    engineer.position.refresh_from_db()
    assert (engineer.position.at, engineer.position.lat) == (at + timedelta(hours=2), 30.002)
    assert handset.send(batch)[0] == result
    assert (engineer.track.count(), Operation.objects.count()) == (before + 2, 0)
    late = handset.send(positions(handset, (at + timedelta(minutes=90), 30.5)))[0]
    assert (late["kept"], Position.objects.get(person=engineer).lat) == (1, 30.002)


def test_outside_of_the_shift_only_what_lies_in_the_work_on_an_order_is_kept(
    handset, order, begin, engineer, manager, clock, at
) -> None:
    """The shift is over before the order begins; the order waits for a part and is done in the evening."""
    set_shifts(engineer, shifts=[], by=manager, at=at)
    begin(order)
    hour = lambda number: at + timedelta(hours=number)
    actions.pause_work(order, by=engineer, reason="part", at=hour(1))
    actions.resume_work(order, by=engineer, at=hour(3))
    clock.move_to(hour(4))
    batch = positions(handset, *((hour(number), 30 + number / 1000) for number in (-0.5, 0.5, 2, 3.5)))
    assert [handset.send(batch)[0][count] for count in ("kept", "dropped")] == [2, 2]
    assert engineer.position.at == hour(3.5)


def test_on_leave_in_training_and_without_a_shift_no_position_is_kept(handset, engineer, manager, clock, at) -> None:
    hour = lambda number: at + timedelta(hours=number)
    clock.move_to(hour(5))
    for kind, start in (("leave", 0), ("training", 2)):
        book_time(engineer, kind=kind, start=hour(start), end=hour(start + 1), by=manager, at=at)
    batch = positions(handset, *((hour(number), 30.1) for number in (0.5, 1.5, 2.5)))
    assert handset.send(batch)[0]["kept"] == 1
    set_shifts(engineer, shifts=[], by=manager, at=at)
    assert handset.send(positions(handset, (hour(4), 30.1)))[0]["kept"] == 0


def test_prospectors_are_seen_in_their_shift_too(prospector, at) -> None:
    make.shifts_of(prospector)
    phone = Handset(prospector, at)
    assert phone.send(positions(phone, (at, 30.1), subject=prospector.username))[0]["kept"] == 1


def test_somebody_elses_position_is_not_taken(handset, begun, dispatcher, at) -> None:
    assert handset.send(positions(handset, (at, 30.1), subject="dispatcher"))[0]["outcome"] == "refused"


@pytest.mark.parametrize(
    "fixes", ["", "{", "{}", "7", "[[1, 2, 3, 4]]", '[["2026-11-18T02:00:00", 30, 120, 5]]', f"[{'[],' * 500}[]]",
              *(f'[["2026-11-18T02:00:30Z", {place}]]' for place in ("95, 120, 5", "30, 181, 5", "30, 120", "NaN, 120, 5", "30, 120, -1"))],
    ids=range(12),
)  # fmt: skip
def test_positions_that_cannot_be_are_refused(handset, begun, clock, at, fixes) -> None:
    clock.move_to(at + timedelta(minutes=1))
    assert handset.do("people/position", "engineer", body={"fixes": fixes})["outcome"] == "refused"


# -- files --------------------------------------------------------------------------------------------


def test_a_photo_that_is_not_whole_is_asked_for_and_then_counted_once(handset, begun, keep) -> None:
    photo = str(uuid.uuid4())
    operation = handset.operation("orders/add-photos", begun.number, body={"captures": [photo]})
    assert handset.send(operation)[0] == {"id": operation["id"], "outcome": "need_files", "ids": [photo]}
    keep(id=photo)
    assert [handset.send(operation)[0]["outcome"] for _n in range(2)] == ["applied", "applied"]
    assert begun.captures.count() == 1


def test_a_file_comes_in_pieces_and_its_hash_comes_back(handset, begun) -> None:
    content, id = picture().read(), str(uuid.uuid4())
    digest = sha256(content).hexdigest()
    start = {"id": id, "kind": "photo", "source": "camera", "size": len(content), "sha256": digest, "mime": "image/png",
             "taken_at": "2026-11-18T01:58:00Z", **NEAR}  # fmt: skip
    begin = lambda: handset.client.post("/field/uploads/", start, content_type="application/json").json()
    put = lambda offset, piece: handset.client.put(
        f"/field/uploads/{id}/?offset={offset}", piece, content_type="application/octet-stream"
    ).json()
    assert begin() == {"id": id, "offset": 0, "done": False}
    assert put(0, content[:50])["offset"] == 50
    assert put(0, content[:50])["offset"] == 50
    assert put(70, content[70:])["offset"] == 50
    assert begin()["offset"] == 50
    whole = put(50, content[50:])
    assert (whole["done"], whole["sha256"]) == (True, digest)
    assert begin()["done"] is True
    kept = Capture.objects.get(pk=id)
    assert (kept.by, kept.sha256, kept.lat, kept.taken_at.minute) == (handset.person, digest, NEAR["lat"], 58)
    assert handset.do("orders/add-photos", begun.number, body={"captures": [id]})["outcome"] == "applied"


def test_a_file_that_is_not_what_it_says_is_refused_and_its_operation_too(handset, begun) -> None:
    content, id = b"%PDF-1.7 no photo", str(uuid.uuid4())
    start = {"id": id, "kind": "photo", "source": "camera", "size": len(content), "sha256": sha256(content).hexdigest()}
    handset.client.post("/field/uploads/", start, content_type="application/json")
    refused = handset.client.put(
        f"/field/uploads/{id}/?offset=0", content, content_type="application/octet-stream"
    ).json()
    assert (refused["outcome"], "not a photo" in refused["reason"]) == ("refused", True)
    result = handset.do("orders/add-photos", begun.number, body={"captures": [id]})
    assert (result["outcome"], result["field"], result["reason"]) == ("refused", "captures", refused["reason"])


def test_a_piece_of_somebody_elses_file_is_unknown(handset, colleague, at) -> None:
    start = {"id": str(uuid.uuid4()), "kind": "photo", "source": "camera", "size": 10, "sha256": "0" * 64}
    handset.client.post("/field/uploads/", start, content_type="application/json")
    other = Handset(colleague, at)
    answer = other.client.put(
        f"/field/uploads/{start['id']}/?offset=0", b"0123456789", content_type="application/octet-stream"
    )
    assert (answer.status_code, answer.json()["outcome"]) == (404, "unknown")
    large = handset.client.put(
        f"/field/uploads/{start['id']}/?offset=0", b"0" * (256 * 1024 + 1), content_type="application/octet-stream"
    )
    assert large.status_code == 400


# -- conflicts ----------------------------------------------------------------------------------------


def test_two_phones_answer_the_same_step_and_the_second_sees_both_sides(handset, second, begun) -> None:
    handset.send(answer_of(handset, begun, "true", base={"answer": None}))
    conflict = second.send(answer_of(second, begun, "false", base={"answer": None}))[0]
    assert conflict["outcome"] == "conflict"
    (field,) = conflict["fields"]
    assert (field["name"], field["label"], field["yours"], field["theirs"], field["by"]) == (
        "power", "Terminal powered on", "No", "Yes", "Emil Engineer",
    )  # fmt: skip
    assert begun.run.answers.current().get().value is True
    mine = second.send(answer_of(second, begun, "false", base=conflict["base"]))[0]
    assert (mine["outcome"], begun.run.answers.current().get().value) == ("applied", False)


def test_a_phone_that_changes_its_own_unsent_answer_meets_no_conflict(handset, begun) -> None:
    results = handset.send(
        answer_of(handset, begun, "true", base={"answer": None}),
        answer_of(handset, begun, "false", base={"answer": None}),
    )
    assert [result["outcome"] for result in results] == ["applied"] * 2
    assert begun.run.answers.current().get().value is False


def test_the_same_answer_from_both_is_no_conflict(handset, second, begun) -> None:
    for phone in (handset, second):
        assert phone.send(answer_of(phone, begun, "true", base={"answer": None}))[0]["outcome"] == "applied"


def test_the_answer_the_phone_knew_is_superseded_without_a_word(handset, second, begun) -> None:
    known = handset.send(answer_of(handset, begun, "true", base={"answer": None}))[0]["answer"]
    assert second.send(answer_of(second, begun, "false", base={"answer": known}))[0]["outcome"] == "applied"


def test_of_two_phones_that_accept_the_second_is_told_where_the_order_stands(handset, second, order) -> None:
    handset.send(*way_to_work(handset, order)[:2])
    refused = second.do("orders/accept", order.number)
    assert (refused["outcome"], "On the way" in refused["reason"]) == ("refused", True)
    assert second.do("orders/arrive", order.number, body=NEAR)["outcome"] == "applied"
    order.refresh_from_db()
    assert order.status == Status.ON_SITE


# -- too late -----------------------------------------------------------------------------------------


@pytest.fixture
def cancelled(begun, dispatcher, engineer, at):
    actions.pause_work(begun, by=engineer, reason="merchant", at=at)
    return actions.cancel_work_order(begun, by=dispatcher, reason="Closed down", at=at)


def test_work_for_a_cancelled_order_is_parked_and_moves_are_refused(handset, cancelled, keep, dispatcher) -> None:
    photo = keep()
    results = handset.send(
        handset.operation("orders/resume", cancelled.number),
        answer_of(handset, cancelled),
        handset.operation("orders/add-photos", cancelled.number, body={"captures": [str(photo.pk)]}),
    )
    assert [result["outcome"] for result in results] == ["refused", "parked", "parked"]
    assert results[1]["reason"] == "The order had been cancelled"
    assert [(row.kind, row.captures.count()) for row in Parked.objects.order_by("kind")] == [
        ("add-photos", 1),
        ("answer", 0),
    ]
    assert dispatcher.notices.filter(kind="late-work", channel="in_app").count() == 1
    assert entries(cancelled)[-2:] == ["mobile.park_work"] * 2
    assert cancelled.run.answers.count() == 0
    again = handset.send(answer_of(handset, cancelled, prev=None))[0]
    assert again["outcome"] == "parked"


def test_work_for_an_order_that_went_to_somebody_else_is_parked_once(handset, order, colleague, dispatcher, at) -> None:
    way = way_to_work(handset, order)
    late = answer_of(handset, order)
    handset.send(way[0])
    actions.assign_work_order(
        order, engineer=colleague, start=at + timedelta(hours=2), end=at + timedelta(hours=3), by=dispatcher, at=at
    )
    results = handset.send(*way[1:], late)
    assert [result["outcome"] for result in results] == ["refused", "refused", "refused", "parked"]
    assert "belongs to Cora Colleague" in results[0]["reason"]
    assert (results[3]["status"], results[3]["version"]) == (None, None)
    assert handset.send(late)[0]["replay"] is True
    assert Parked.objects.get().reason == Parked.Reason.REASSIGNED


def test_an_answer_that_could_never_stand_is_refused_not_parked(handset, cancelled, colleague, at, keep) -> None:
    theirs = keep(client=Handset(colleague, at).client)
    stolen = handset.do("orders/add-photos", cancelled.number, body={"captures": [str(theirs.pk)]})
    assert (stolen["outcome"], Parked.objects.count()) == ("refused", 0)


# -- the phone's clock --------------------------------------------------------------------------------


def test_what_was_done_hours_ago_out_of_reach_counts_from_then(handset, order, clock, at) -> None:
    way = way_to_work(handset, order)
    for minutes, operation in zip((5, 10, 40, 45), way, strict=True):
        operation["client_time"] = (at + timedelta(minutes=minutes - 60)).isoformat()
        operation["skew_ms"] = 60 * 60 * 1000  # the phone's clock is an hour slow
    clock.move_to(at + timedelta(hours=5))
    handset.send(*way)
    order.refresh_from_db()
    assert [order.accepted_at, order.departed_at, order.arrived_at, order.started_at] == [
        at + timedelta(minutes=minutes) for minutes in (5, 10, 40, 45)
    ]
    entry = Entry.objects.get(verb="workorders.arrive")
    assert (entry.device_at, entry.at >= at + timedelta(hours=5)) == (at + timedelta(minutes=40), True)


@pytest.mark.parametrize("wrong", [timedelta(minutes=3), timedelta(days=-8)], ids=["future", "past"])
def test_a_time_that_cannot_be_is_kept_and_marked_but_not_believed(handset, order, at, wrong) -> None:
    result = handset.do("orders/accept", order.number, client_time=(at + wrong).isoformat())
    assert (result["outcome"], result["is_time_doubtful"]) == ("applied", True)
    order.refresh_from_db()
    assert at <= order.accepted_at < at + timedelta(minutes=1)
    kept = Operation.objects.get()
    assert (kept.is_time_doubtful, kept.device_at) == (True, at + wrong)
    assert Entry.objects.get(verb="workorders.accept_work_order").device_at == at + wrong


def test_the_place_is_that_of_the_moment_it_was_done(handset, order, at) -> None:
    accept, depart, arrive, _start = way_to_work(handset, order)
    arrive["body"], arrive["geo"] = {}, {**NEAR, "at": (at - timedelta(minutes=20)).isoformat()}
    stale = handset.send(accept, depart, arrive)[2]
    assert (stale["outcome"], "no position" in stale["reason"]) == ("refused", True)
    fresh = handset.do("orders/arrive", order.number, chained=False, geo={**NEAR, "at": at.isoformat()})
    assert fresh["outcome"] == "applied"
    order.refresh_from_db()
    assert order.arrival_distance_m < 50


# -- at the same time ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_sixteen_identical_messages_at_once_are_one(handset, order) -> None:
    message = way_to_work(handset, order)

    def send(_n: int) -> list[dict]:
        try:
            phone = Handset(handset.person, handset.at, device=handset.device)
            return phone.send(*message)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(16)))
    replays = [sum(result.pop("replay", False) for result in answer) for answer in answers]
    assert sum(replays) == 15 * 4
    assert all(answer == answers[0] for answer in answers)
    assert entries(order)[-4:] == [
        "workorders.accept_work_order", "workorders.depart", "workorders.arrive", "workorders.start_work",
    ]  # fmt: skip
    assert Operation.objects.count() == 4
