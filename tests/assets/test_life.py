"""Received, staged, keyed, tested, issued, live, retrieved, returned, wiped: in this order, and written down."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from assets import actions
from assets.models import Custody, Terminal
from journal.models import Entry
from tests import factories as make
from tests.races import at_once
from toolkit.errors import Refused


@pytest.fixture
def fresh(hangzhou, keeper, at):
    return actions.receive_terminal(
        serial="NEW1", model=make.TerminalModelFactory(), region=hangzhou, received_on=date(2026, 11, 18), by=keeper,
        at=at,
    )  # fmt: skip


def steps_of(terminal) -> list[str]:
    return list(Custody.objects.filter(terminal=terminal).order_by("at", "id").values_list("step", flat=True))


def test_a_terminal_is_staged_keyed_and_tested_before_it_is_issued(fresh, engineer, keeper, at):
    who = {"by": keeper, "at": at}
    with pytest.raises(Refused, match="received and is not staged yet"):
        actions.issue_terminal(fresh, holder=engineer, **who)
    actions.stage_terminals([fresh], run="ST-7", firmware="2.4", warranty_ends_on=date(2029, 11, 18), **who)
    actions.put_sim(fresh, sim_iccid="8986 0012 3456 7890 1234", **who)
    with pytest.raises(Refused, match="no keys yet"):
        actions.test_terminals([fresh], **who)
    actions.key_terminals([fresh], run="KEY-7", **who)
    actions.test_terminals([fresh], run="T-7", **who)
    issued = actions.issue_terminal(fresh, holder=engineer, **who)
    assert (issued.status, issued.firmware, issued.sim_iccid) == ("issued", "2.4", "89860012345678901234")
    told = list(
        Custody.objects.filter(terminal=fresh).order_by("id").values_list("step", "run", "by__username", "status")
    )
    assert told == [
        ("receive", "", "keeper", "received"), ("stage", "ST-7", "keeper", "staged"), ("key", "KEY-7", "keeper", "keyed"),
        ("test", "T-7", "keeper", "tested"), ("issue", "", "keeper", "issued"),
    ]  # fmt: skip
    assert [entry.verb.removeprefix("assets.") for entry in Entry.objects.about(fresh)] == [
        "issue_terminal", "test_terminal", "key_terminal", "change_terminal", "stage_terminal", "receive_terminal",
    ]  # fmt: skip


def test_what_needs_no_keys_is_tested_when_it_is_staged(hangzhou, keeper, at):
    model = make.TerminalModelFactory(code="qp1", name="QP1", kind="qr_plate", needs_keys=False)
    plate = actions.receive_terminal(
        serial="PLATE1", model=model, region=hangzhou, received_on=at.date(), by=keeper, at=at
    )
    actions.stage_terminals([plate], run="ST-8", by=keeper, at=at)
    assert actions.test_terminals([plate], by=keeper, at=at)[0].status == "tested"


@pytest.mark.parametrize("values", [{"status": "issued"}, {"status": "tested"}, {"status": "live"}])
def test_the_database_lets_nothing_untested_out(fresh, engineer, values):
    holder = engineer if values["status"] == "issued" else None
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        Terminal.objects.filter(pk=fresh.pk).update(holder=holder, **values)
    with pytest.raises(IntegrityError, match="terminal_tested_before_use"), transaction.atomic():
        make.TerminalFactory(tested_at=None)


@pytest.mark.parametrize(
    "text", ["0123456789ABCDEF0123456789ABCDEF", "01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef"]
)
def test_what_looks_like_a_key_is_not_taken(fresh, keeper, at, text):
    with pytest.raises(Refused, match="looks like a key"):
        actions.stage_terminals([fresh], run=text, by=keeper, at=at)
    assert steps_of(fresh) == ["receive"]


def test_what_was_at_a_merchant_is_wiped_and_tested_again_before_another_gets_it(
    terminal, merchant, foreign_merchant, engineer, keeper, at
):
    actions.bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    actions.unbind_terminal(terminal, by=keeper, at=at, reason="closed", to_holder=engineer)
    with pytest.raises(Refused, match="comes from another merchant"):
        actions.bind_terminal(terminal, merchant=foreign_merchant, by=engineer, at=at)
    actions.take_back_terminal(terminal, by=keeper, at=at)
    with pytest.raises(Refused, match="wipe it first"):
        actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    (wiped,) = actions.wipe_terminals([terminal], by=keeper, at=at)
    assert wiped.tested_at is None
    with pytest.raises(Refused, match="stage, key and test it again"):
        actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    actions.stage_terminals([terminal], run="ST-9", by=keeper, at=at)
    actions.key_terminals([terminal], run="KEY-9", by=keeper, at=at)
    actions.test_terminals([terminal], by=keeper, at=at)
    assert actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at).status == "issued"


def test_a_mistaken_scan_is_taken_back_by_whoever_made_it_and_soon(terminal, engineer, keeper, manager, at):
    actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    for who, when in ((manager, at), (keeper, at + timedelta(minutes=16))):
        with pytest.raises(Refused, match="your own last step"):
            actions.undo_step(terminal, by=who, at=when)
    undone = actions.undo_step(terminal, by=keeper, at=at + timedelta(minutes=1))
    assert (undone.status, undone.holder, undone.tested_at is None) == ("tested", None, False)
    assert steps_of(terminal) == ["issue", "undo"]
    with pytest.raises(Refused, match="your own last step"):
        actions.undo_step(terminal, by=keeper, at=at + timedelta(minutes=2))


def test_custody_is_never_changed(terminal, engineer, keeper, at):
    actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    for change in (lambda rows: rows.update(note="other"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change(Custody.objects.filter(terminal=terminal))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_issue_one_terminal_at_once_one_wins_and_the_other_hears_whose_bag_it_is_in(
    terminal, engineer, colleague, keeper, at
):
    results = at_once([engineer, colleague], lambda who: actions.issue_terminal(terminal, holder=who, by=keeper, at=at))
    (won,) = [result for result in results if isinstance(result, Terminal)]
    (lost,) = [result for result in results if isinstance(result, str)]
    assert f"It is in the bag of {won.holder.name}." in lost
    assert steps_of(terminal) == ["issue"]
