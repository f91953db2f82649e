"""Each row of mobile/commands.py from the phone: done, refused with a sentence, sent twice, somebody else's."""

import io
import re
import uuid
from datetime import UTC, datetime

import pytest
from django.test import Client

from assets.actions import bind_terminal, issue_terminal
from evidence.models import Capture
from journal.models import Command, Entry
from knowledge import actions as knowledge
from mobile.commands import COMMANDS
from spareparts import actions as spareparts
from spareparts.models import Part, Place
from tests import factories as make
from tests.mobile.conftest import bring, picture
from workforce.models import Region, User
from workorders import actions
from workorders.lifecycle import Status
from workorders.models import FaultCode, Promise
from workorders.report import sha256_of_text
from workorders.service_report import hash_of

NEAR = {"lat": 30.2742, "lon": 120.1552, "accuracy_m": 12}
SHOWN = {"shown_text": "Repair at the shop", "shown_sha256": sha256_of_text("Repair at the shop")}
FAR = {"lat": 30.3001, "lon": 120.1552, "accuracy_m": 12}


def send(client: Client, subject: str, name: str, *, id: uuid.UUID | None = None, **body):
    return client.post(f"/field/{subject}/{name}/", {"command": id or uuid.uuid4(), **body})


@pytest.fixture
def accepted(order, engineer, at):
    return actions.accept_work_order(order, by=engineer, at=at)


@pytest.fixture
def travelling(accepted, engineer, at):
    return actions.depart(accepted, by=engineer, at=at)


@pytest.fixture
def arrived(travelling, engineer, at):
    return actions.arrive(travelling, by=engineer, at=at, **NEAR)


@pytest.fixture
def paused(begun, engineer, at):
    return actions.pause_work(begun, by=engineer, reason="part", at=at)


@pytest.fixture
def promised(begun):
    begun.promises.create(kind="extra", text="A speaker", quantity=1)
    type(begun).objects.filter(pk=begun.pk).update(open_promises=1)
    return begun


@pytest.fixture
def checked(begun, engineer, at, keep):
    """With its checklist done."""
    for step, value, captures in (("power", True, []), ("before", None, [keep()]), ("network", "wifi", [])):
        actions.answer_step(begun, step=step, value=value, captures=captures, by=engineer, at=at)
    return begun


@pytest.fixture
def signed(checked, engineer, at, keep):
    return actions.sign(
        checked, capture=keep("signature"), signer_name="Wang Fang", shown_sha256=hash_of(checked), by=engineer, at=at
    )


@pytest.fixture
def in_bag(terminal, engineer, keeper, at):
    return issue_terminal(terminal, holder=engineer, by=keeper, at=at)


@pytest.fixture
def sticker(db):
    return make.StickerFactory()


class Row:
    """How one command looks from the phone, and what the action says when it refuses."""

    def __init__(self, begins, name, verb, *, good=dict, bad=None, sentence="", things="orders") -> None:
        self.begins, self.name, self.verb, self.things = begins, name, verb, things
        self.good, self.bad, self.sentence = good, bad, sentence


def symptom(keep) -> dict:
    code, _new = FaultCode.objects.get_or_create(kind="symptom", code="no-print", defaults={"name": "Prints nothing"})
    return {"symptom": code.code}


def helpful_article(keep) -> dict:
    """Published by somebody else than its author."""
    writer, reviewer, then = make.UserFactory(), make.UserFactory(), datetime(2026, 11, 1, tzinfo=UTC)
    article = knowledge.draft_article(title="Paper jam", body="Clean it.", by=writer, at=then)
    knowledge.propose_article(article, by=writer, at=then)
    knowledge.publish_article(article, by=reviewer, at=then)
    return {"article": article.number, "is_solved": "True"}


def keypads_at_the_depot(keep) -> dict:
    at, region = datetime(2026, 11, 1, tzinfo=UTC), Region.objects.get(code="hangzhou")
    part, _new = Part.objects.get_or_create(code="keypad", defaults={"name": "Keypad"})
    if not Place.objects.filter(code="west").exists():
        depot = spareparts.make_depot(code="west", name="West", region=region, by=None, at=at)
        spareparts.receive_part(part, target=depot, quantity=9, by=None, at=at)
    return {"part": "keypad", "quantity": 2, "source": "west"}


def keypad_in_the_bag(keep) -> dict:
    asked, at = keypads_at_the_depot(keep), datetime(2026, 11, 1, tzinfo=UTC)
    bag = spareparts.bag_of(User.objects.get(username="engineer"))
    depot, part = Place.objects.get(code=asked["source"]), Part.objects.get(code="keypad")
    spareparts.transfer_part(part, source=depot, target=bag, quantity=2, by=None, at=at)
    return {"part": "keypad", "quantity": 1}


def kept_or_not(reason: str):
    return lambda keep: {"promise": Promise.objects.get().pk, "is_kept": "False", "reason": reason}


ROWS = [
    Row("order", "accept", "workorders.accept_work_order"),
    Row("order", "reject", "workorders.reject_work_order", good=lambda keep: {"reason": "Too far away"},
        bad=lambda keep: {"reason": " "}, sentence="Say why"),
    Row("accepted", "depart", "workorders.depart", good=lambda keep: NEAR, bad=lambda keep: {"lat": 91}, sentence="90"),
    Row("travelling", "arrive", "workorders.arrive", good=lambda keep: NEAR, bad=lambda keep: FAR, sentence="m from the merchant"),
    Row("arrived", "start", "workorders.start_work"),
    Row("begun", "pause", "workorders.pause_work", good=lambda keep: {"reason": "part", "note": "Printer"},
        bad=lambda keep: {"reason": "tea"}, sentence="tea"),
    Row("paused", "resume", "workorders.resume_work"),
    Row("begun", "answer", "workorders.answer_step", good=lambda keep: {"step": "power", "value": "true"},
        bad=lambda keep: {"step": "network", "value": "wifi"}, sentence="Answer “Terminal powered on” first"),
    Row("begun", "add-photos", "workorders.add_photo", good=lambda keep: {"captures": [keep().pk]},
        bad=lambda keep: {"captures": [uuid.uuid4()]}, sentence="has not arrived"),
    Row("begun", "add-finding", "inspections.find", good=lambda keep: {"severity": "major", "words": "A screw is missing.", "captures": [keep().pk]},
        bad=lambda keep: {"severity": "major", "words": " "}, sentence="Say what you see"),
    Row("begun", "sign", "workorders.sign", good=lambda keep: {"captures": [keep("signature").pk], "signer_name": "Wang Fang", **SHOWN},
        bad=lambda keep: {"captures": [keep("signature").pk], "signer_name": ""}, sentence="Write the name"),
    Row("signed", "complete", "workorders.complete_work_order", good=lambda keep: {"resolution": "Replaced the printer.", **NEAR},
        bad=lambda keep: {"resolution": ""}, sentence="Say what was done"),
    Row("begun", "support", "workorders.ask_support", good=lambda keep: {"note": "The base will not open."}),
    Row("begun", "choose-fault-codes", "workorders.choose_fault_codes", good=symptom,
        bad=lambda keep: {"symptom": "unheard-of"}, sentence="no longer in use"),
    Row("begun", "judge-article", "knowledge.judge_article", good=helpful_article,
        bad=lambda keep: {"article": "KB-9", "is_solved": "True"}, sentence="no longer published"),
    Row("begun", "add-message", "knowledge.add_message", good=lambda keep: {"text": "Which paper does it take?"},
        bad=lambda keep: {"text": " "}, sentence="Write"),
    Row("begun", "request-parts", "workorders.request_parts", good=keypads_at_the_depot,
        bad=lambda keep: {**keypads_at_the_depot(keep), "source": "moon"}, sentence="a depot or a colleague of your city"),
    Row("begun", "use-part", "workorders.use_part", good=keypad_in_the_bag,
        bad=lambda keep: {"part": "lid", "quantity": 1}, sentence="is not in your bag"),
    Row("promised", "answer-promise", "workorders.answer_promise", good=kept_or_not("None left"), bad=kept_or_not(""),
        sentence="Say why it was not kept"),
]  # fmt: skip
TELLS_OF_ANOTHER = {"make-article"}  # the journal tells of the article: tests/knowledge/test_on_the_phone.py
CASES = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def body_of(make_body, keep) -> dict:
    return make_body(keep) if make_body is not dict else {}


def test_every_order_command_has_its_row_here() -> None:
    names = {name for things, name in COMMANDS if things == "orders"}
    assert {row.name for row in ROWS} == names - TELLS_OF_ANOTHER


@CASES
def test_a_command_is_done_and_written_down_with_the_time_on_the_phone(row, request, phone, keep, engineer, at) -> None:
    order = request.getfixturevalue(row.begins)
    body = body_of(row.good, keep) | {"device_at": "2026-11-18T01:58:30.250Z"}
    answer = send(phone, f"orders/{order.number}", row.name, **body)
    assert answer.status_code == 200, answer.content
    entry = Entry.objects.about(order).first()
    assert (entry.verb, entry.actor, entry.device_at.isoformat()) == (
        row.verb,
        engineer,
        "2026-11-18T01:58:30.250000+00:00",
    )
    if row.name == "reject":
        assert answer.json()["go"] == "/field/"
    else:
        assert order.merchant.name in answer.json()["page"]


@CASES
def test_the_same_message_sent_twice_is_done_once_and_answered_alike(row, request, phone, keep) -> None:
    order, id = request.getfixturevalue(row.begins), uuid.uuid4()
    body = body_of(row.good, keep)
    first = send(phone, f"orders/{order.number}", row.name, id=id, **body)
    entries = Entry.objects.count()
    again = send(phone, f"orders/{order.number}", row.name, id=id, **body)
    assert again.status_code == 200
    assert again.json()["answer"] == first.json()["answer"]
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("row", [row for row in ROWS if row.bad], ids=lambda row: row.name)
def test_what_is_refused_says_why_and_the_same_message_can_be_mended(row, request, phone, keep) -> None:
    order, id = request.getfixturevalue(row.begins), uuid.uuid4()
    bad, before = row.bad(keep), Entry.objects.count()
    refused = send(phone, f"orders/{order.number}", row.name, id=id, **bad)
    assert refused.status_code == 422
    assert row.sentence in refused.json()["sentence"]
    order.refresh_from_db()
    assert (Entry.objects.count(), Command.objects.filter(pk=id).exists()) == (before, False)
    mended = send(phone, f"orders/{order.number}", row.name, id=id, **body_of(row.good, keep))
    assert mended.status_code == 200


@CASES
def test_nobody_else_reaches_the_order(row, request, keep, colleague) -> None:
    order = request.getfixturevalue(row.begins)
    other = Client()
    other.force_login(colleague)
    body = body_of(row.good, lambda kind="photo": keep(kind, client=other))
    before = Entry.objects.count()
    assert send(other, f"orders/{order.number}", row.name, **body).status_code == 404
    assert (Entry.objects.count(), Command.objects.count()) == (before, 0)


def test_a_step_that_does_not_come_next_is_refused_with_a_sentence(order, phone) -> None:
    refused = send(phone, f"orders/{order.number}", "start")
    assert refused.status_code == 422
    assert refused.json()["sentence"]
    order.refresh_from_db()
    assert order.status == Status.ASSIGNED


def test_outside_the_fence_the_phone_is_asked_for_reason_and_photo_and_then_checks_in(travelling, phone, keep) -> None:
    refused = send(phone, f"orders/{travelling.number}", "arrive", **FAR)
    assert refused.json()["field"] == "reason"
    why = {**FAR, "reason": "Wrong on the map"}
    assert send(phone, f"orders/{travelling.number}", "arrive", **why).json()["field"] == "photo"
    photo = keep()
    assert send(phone, f"orders/{travelling.number}", "arrive", **why, captures=[photo.pk]).status_code == 200
    travelling.refresh_from_db()
    assert (travelling.status, travelling.arrival_reason) == (Status.ON_SITE, "Wrong on the map")
    assert travelling.arrival_photo == photo
    assert 2800 < travelling.arrival_distance_m < 3000


def plainly(client: Client, url: str, **body):
    """As a browser without JavaScript sends a form."""
    page = client.get(url, HTTP_ACCEPT="text/html")
    body = {"command": re.search(r'name="command" value="([^"]+)"', page.content.decode())[1], **body}
    return client.post(url, body, HTTP_ACCEPT="text/html,application/xhtml+xml")


def test_without_javascript_the_way_leads_from_page_to_page(travelling, phone, engineer) -> None:
    order_url = f"/field/orders/{travelling.number}/"
    noscript = phone.get(order_url).content.decode()
    assert f"{order_url}reject/" in noscript
    no_position = plainly(phone, f"{order_url}arrive/", reason="In the basement")
    assert (no_position.status_code, "Add a photo of where you are" in no_position.content.decode()) == (422, True)
    assert "In the basement</textarea>" in no_position.content.decode()
    no_photo = plainly(phone, f"{order_url}arrive/", file=io.BytesIO(b"%PDF-1.7"))
    assert (no_photo.status_code, "not a photo" in no_photo.content.decode()) == (422, True)
    only_photo = plainly(phone, f"{order_url}arrive/", file=picture())
    kept = re.search(r'name="captures" value="([^"]+)"', only_photo.content.decode())[1]
    arrived = plainly(phone, f"{order_url}arrive/", reason="In the basement", captures=kept)
    assert (arrived.status_code, arrived["Location"]) == (302, order_url)
    travelling.refresh_from_db()
    assert (travelling.status, travelling.arrival_reason) == (Status.ON_SITE, "In the basement")
    assert str(travelling.arrival_photo_id) == kept
    started = plainly(phone, f"{order_url}start/")
    answered = plainly(phone, f"{order_url}answer/", step="power", value="true")
    shot = plainly(phone, f"{order_url}answer/", step="before", file=picture("red"))
    assert [answer.status_code for answer in (started, answered, shot)] == [302, 302, 302]
    assert travelling.run.answers.current().count() == 2


def test_the_page_of_a_command_is_nobody_elses(travelling, colleague) -> None:
    other = Client()
    other.force_login(colleague)
    assert other.get(f"/field/orders/{travelling.number}/arrive/").status_code == 404
    assert other.get(f"/field/orders/{travelling.number}/paint/").status_code == 404


def test_an_id_already_used_for_something_else_is_refused(order, phone) -> None:
    id = uuid.uuid4()
    assert send(phone, f"orders/{order.number}", "accept", id=id).status_code == 200
    refused = send(phone, f"orders/{order.number}", "depart", id=id)
    assert (refused.status_code, "already sent" in refused.json()["sentence"]) == (422, True)


def test_a_command_without_an_id_is_refused(order, phone) -> None:
    refused = phone.post(f"/field/orders/{order.number}/accept/", {"command": "1"})
    assert (refused.status_code, "load it again" in refused.json()["sentence"]) == (422, True)


def test_an_unknown_command_is_not_found(order, phone) -> None:
    assert send(phone, f"orders/{order.number}", "paint").status_code == 404
    assert send(phone, "shops/1", "accept").status_code == 404


def test_a_photo_of_somebody_else_cannot_be_used(begun, phone, keep, colleague) -> None:
    other = Client()
    other.force_login(colleague)
    theirs = keep(client=other)
    refused = send(phone, f"orders/{begun.number}", "add-photos", captures=[theirs.pk])
    assert (refused.status_code, "has not arrived" in refused.json()["sentence"]) == (422, True)


def test_a_check_is_yes_or_no_and_a_text_may_say_true(give, engineer, phone, at) -> None:
    steps = [{"key": "seal", "kind": "check", "title": "Seal whole"}, {"key": "note", "kind": "text", "title": "Note"}]
    version = make.ProcedureVersionFactory(procedure__code="seal", steps=steps)
    order = give(type=make.WorkOrderTypeFactory(code="seal", procedure=version.procedure))
    for step in (actions.accept_work_order, actions.depart):
        step(order, by=engineer, at=at)
    actions.arrive(order, by=engineer, at=at, **NEAR)
    actions.start_work(order, by=engineer, at=at)
    send(phone, f"orders/{order.number}", "answer", step="seal", value="false")
    send(phone, f"orders/{order.number}", "answer", step="note", value="true")
    assert [answer.value for answer in order.run.answers.current()] == [False, "true"]


# -- terminals and stickers ---------------------------------------------------------------------------


def test_a_terminal_of_the_bag_is_bound_to_the_merchant_of_the_order(travelling, in_bag, phone, engineer) -> None:
    id = uuid.uuid4()
    answers = [send(phone, f"terminals/{in_bag.serial}", "bind", id=id, order=travelling.number) for _n in range(2)]
    assert [answer.json()["go"] for answer in answers] == [f"/field/scan/?code={in_bag.serial}"] * 2
    assert in_bag.live_binding.merchant == travelling.merchant
    entry = Entry.objects.get(verb="assets.bind_terminal")
    assert (entry.actor, entry.merchant_id, entry.note) == (engineer, travelling.merchant_id, travelling.number)


def test_the_order_is_about_the_terminal_it_installed(travelling, in_bag, phone, engineer) -> None:
    send(phone, f"terminals/{in_bag.serial}", "bind", order=travelling.number)
    travelling.refresh_from_db()
    assert travelling.terminal == in_bag
    entry = Entry.objects.about(travelling).first()
    assert (entry.verb, entry.note, entry.actor) == ("workorders.install_terminal", in_bag.serial, engineer)
    assert entry.changes == {"terminal": [None, in_bag.serial]}


def test_a_swap_stays_about_the_old_terminal_and_its_journal_names_both(
    travelling, in_bag, phone, engineer, keeper, hangzhou, at
) -> None:
    old = make.TerminalFactory(serial="OLD1", region=hangzhou)
    bind_terminal(old, merchant=travelling.merchant, by=keeper, at=at)
    travelling.terminal = old
    travelling.save()
    page = phone.get("/field/scan/?code=OLD1").content.decode()
    assert "/field/terminals/OLD1/retrieve/" in page
    assert send(phone, "terminals/OLD1", "retrieve", order=travelling.number).status_code == 200
    assert send(phone, f"terminals/{in_bag.serial}", "bind", order=travelling.number).status_code == 200
    old.refresh_from_db()
    travelling.refresh_from_db()
    assert (old.status, old.holder, travelling.terminal) == ("retrieved", engineer, old)
    assert old.bindings.get().end_reason == f"Repair {travelling.number}"
    written = Entry.objects.about(travelling)[:2]
    assert [(entry.verb, entry.note, entry.changes) for entry in written] == [
        ("workorders.install_terminal", in_bag.serial, {}), ("workorders.retrieve_terminal", "OLD1", {}),
    ]  # fmt: skip


def test_only_what_is_at_the_merchant_is_taken_away(travelling, terminal, foreign_merchant, phone, keeper, at) -> None:
    bind_terminal(terminal, merchant=foreign_merchant, by=keeper, at=at)
    make.TerminalFactory._meta.model.objects.filter(pk=terminal.pk).update(region=travelling.region)
    refused = send(phone, f"terminals/{terminal.serial}", "retrieve", order=travelling.number)
    assert (refused.status_code, "is not at this merchant" in refused.json()["sentence"]) == (422, True)
    assert terminal.live_binding.merchant == foreign_merchant


def test_the_codes_on_the_papers_are_frozen_too_and_a_wrong_one_is_refused(travelling, in_bag, phone) -> None:
    papers = {"order": travelling.number, "acquirer_code": "48", "settlement_account": "622202000001"}
    refused = send(phone, f"terminals/{in_bag.serial}", "bind", credit_code="91350100M000100Y44", **papers)
    assert (refused.status_code, refused.json()["field"]) == (422, "credit_code")
    assert "business licence" in refused.json()["sentence"]
    assert (
        send(phone, f"terminals/{in_bag.serial}", "bind", credit_code="91350100M000100Y43", **papers).status_code == 200
    )
    binding = in_bag.live_binding
    assert (binding.acquirer_code, binding.credit_code, binding.settlement_account) == (
        "48", "91350100M000100Y43", "622202000001",
    )  # fmt: skip
    page = phone.get(f"/field/scan/?code={in_bag.serial}").content.decode()
    assert "622202000001" not in page


def test_a_terminal_that_is_live_elsewhere_names_the_merchant(
    travelling, terminal, foreign_merchant, phone, keeper, at
) -> None:
    bind_terminal(terminal, merchant=foreign_merchant, by=keeper, at=at)
    make.TerminalFactory._meta.model.objects.filter(pk=terminal.pk).update(region=travelling.region)
    refused = send(phone, f"terminals/{terminal.serial}", "bind", order=travelling.number)
    assert refused.status_code == 422
    assert "Ningbo Noodles" in refused.json()["sentence"]


def test_a_terminal_is_bound_only_for_an_order_under_way(order, in_bag, phone) -> None:
    refused = send(phone, f"terminals/{in_bag.serial}", "bind", order=order.number)
    assert (refused.status_code, refused.json()["field"]) == (422, "order")


def test_a_terminal_of_another_region_is_not_found(travelling, phone, ningbo) -> None:
    foreign = make.TerminalFactory(region=ningbo)
    assert send(phone, f"terminals/{foreign.serial}", "bind", order=travelling.number).status_code == 404


def test_an_inspector_binds_no_terminals(terminal, inspector) -> None:
    client = Client()
    client.force_login(inspector)
    assert send(client, f"terminals/{terminal.serial}", "bind", order="WO").status_code == 403


def test_a_sticker_is_stuck_on_a_terminal_of_the_bag(in_bag, sticker, phone, engineer) -> None:
    id = uuid.uuid4()
    for _n in range(2):
        answer = send(phone, f"stickers/{sticker.number}", "bind", id=id, terminal=in_bag.serial)
        assert answer.json()["go"] == f"/field/scan/?code={sticker.number}"
    sticker.refresh_from_db()
    assert sticker.terminal == in_bag
    assert Entry.objects.filter(verb="assets.bind_sticker", actor=engineer).count() == 1


def test_a_sticker_goes_only_on_what_is_at_hand(terminal, sticker, phone) -> None:
    refused = send(phone, f"stickers/{sticker.number}", "bind", terminal=terminal.serial)
    assert (refused.status_code, "in your bag" in refused.json()["sentence"]) == (422, True)


# -- files --------------------------------------------------------------------------------------------


def test_a_picture_keeps_where_and_when_and_how_it_was_taken(phone, engineer) -> None:
    about = {"id": uuid.uuid4(), "kind": "photo", "source": "gallery", "taken_at": "2026-11-18T01:00:00Z", **NEAR}
    answer = bring(phone, picture().read(), **about)
    kept = Capture.objects.get(pk=answer["id"])
    assert (kept.by, kept.source, kept.taken_at.hour) == (engineer, "gallery", 1)
    assert (kept.lat, kept.accuracy_m, kept.sha256) == (30.2742, 12, answer["sha256"])
    assert phone.get(kept.get_absolute_url()).status_code == 200


def test_the_same_picture_sent_twice_is_one(keep) -> None:
    id = uuid.uuid4()
    assert keep(id=id) == keep(id=id)


def test_somebody_elses_picture_id_gives_nothing_away(keep, colleague) -> None:
    mine, other = keep(), Client()
    other.force_login(colleague)
    answer = bring(other, picture().read(), id=mine.pk, kind="photo", source="camera")
    assert (answer["outcome"], "already sent" in answer["reason"], "sha256" in answer) == ("refused", True, False)


def test_a_promise_is_seen_first_and_answered_anew(phone, promised) -> None:
    page = phone.get(f"/field/orders/{promised.number}/").content.decode()
    assert page.index("A speaker") < page.index(promised.summary)
    for is_kept, reason in ((False, "None left"), (True, "")):
        promise = Promise.objects.get()
        send(phone, f"orders/{promised.number}", "answer-promise", promise=promise.pk, is_kept=is_kept, reason=reason)
        promise.refresh_from_db()
        assert (promise.is_kept, promise.reason) == (is_kept, reason)
