import pgtrigger
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from journal.actions import once, record
from journal.lists import EntryTable
from journal.models import Command, Entry
from toolkit.errors import Refused


@pytest.fixture
def entry(merchant, dispatcher, at) -> Entry:
    return record("merchants.change_merchant", merchant, by=dispatcher, at=at, merchant_id=merchant.pk)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_entry SET note = 'other'", "DELETE FROM journal_entry", "TRUNCATE journal_entry"],
)
def test_an_entry_can_be_neither_changed_nor_deleted_nor_truncated(entry, statement) -> None:
    pgtrigger.install("journal.Entry:never_truncated")
    with pytest.raises(DatabaseError, match="(?i)cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get(pk=entry.pk).note == ""


def test_an_entry_reads_as_a_sentence(entry) -> None:
    assert entry.sentence == "changed the merchant"


def test_an_unknown_verb_is_a_bug(merchant, at) -> None:
    with pytest.raises(AssertionError, match="missing"):
        record("merchants.paint_merchant", merchant, by=None, at=at)


def test_a_repeated_command_gets_the_first_answer_and_runs_once(dispatcher, at) -> None:
    command, runs = "7d444840-9dc0-11d1-b245-5ffdce74fad2", []
    answers = [
        once(command, by=dispatcher, at=at, body={"a": 1}, run=lambda: runs.append(1) or {"n": len(runs)})
        for _ in range(3)
    ]
    assert answers == [{"n": 1}] * 3
    assert Command.objects.count() == 1


def test_the_same_command_id_with_another_content_or_person_is_refused(dispatcher, engineer, at) -> None:
    command = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
    once(command, by=dispatcher, at=at, body={"a": 1}, run=dict)
    with pytest.raises(Refused, match="already sent"):
        once(command, by=dispatcher, at=at, body={"a": 2}, run=dict)
    with pytest.raises(Refused, match="already sent"):
        once(command, by=engineer, at=at, body={"a": 1}, run=dict)


def test_a_refused_command_leaves_nothing_behind_and_may_be_sent_again(dispatcher, at) -> None:
    command = "7d444840-9dc0-11d1-b245-5ffdce74fad2"

    def refuse() -> dict:
        raise Refused("Not now.")

    with pytest.raises(Refused, match="Not now"):
        once(command, by=dispatcher, at=at, body={}, run=refuse)
    assert once(command, by=dispatcher, at=at, body={}, run=lambda: {"ok": True}) == {"ok": True}


def test_each_column_of_the_log_has_a_name_of_its_own() -> None:
    heads = [str(column.header) for column in EntryTable(Entry.objects.none()).columns.iterall()]
    assert len(set(heads)) == len(heads) == len(EntryTable.Meta.fields)
