import pytest

from journal.models import Entry
from procedures.actions import publish_version
from procedures.models import Procedure, ProcedureVersion
from tests.factories import STEPS
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db

CHECK = {"key": "power", "kind": "check", "title": "Powered on"}


@pytest.fixture
def procedure(db):
    return Procedure.objects.create(code="repair", name="Repair")


def test_versions_are_numbered_and_stay(procedure, manager, at):
    first = publish_version(procedure, steps=STEPS, by=manager, at=at)
    second = publish_version(procedure, steps=[CHECK], by=manager, at=at)
    assert (first.number, second.number, procedure.current) == (1, 2, second)
    assert ProcedureVersion.objects.get(number=1).steps == STEPS
    entry = Entry.objects.first()
    assert (entry.verb, entry.actor, entry.changes) == ("procedures.publish_version", manager, {"version": [1, 2]})


def test_the_same_steps_are_not_published_twice(procedure, manager, at):
    publish_version(procedure, steps=STEPS, by=manager, at=at)
    with pytest.raises(Refused, match=r"already in force \(version 1\)"):
        publish_version(procedure, steps=STEPS, by=manager, at=at)
    assert Entry.objects.filter(verb="procedures.publish_version").count() == 1


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([], "needs at least one step"),
        ([CHECK] * 101, "at most 100 steps"),
        (["power"], "Step 1: it must be an object"),
        ([CHECK, CHECK], "Step 2: its key “power” is already used"),
        ([{**CHECK, "key": "Power on"}], "small letters"),
        ([{**CHECK, "kind": "dance"}], "its kind must be one of check, choice"),
        ([{**CHECK, "title": " "}], "it needs a title"),
        ([{**CHECK, "required": "yes"}], "must be true or false"),
        ([{**CHECK, "colour": "red"}], "“colour” is not a property"),
        ([{**CHECK, "kind": "photo", "count": 0}], "from 1 to 20"),
        ([{**CHECK, "kind": "choice", "options": [{"value": "a", "label": "A"}]}], "at least two options"),
        ([{**CHECK, "kind": "choice", "options": ["a", "b"]}], "needs a value and a label"),
        ([{**CHECK, "kind": "choice", "options": [{"value": "a", "label": "A"}] * 2}], "the same value"),
        ([{**CHECK, "finding": "awful"}], "“finding” must be one of minor, major, critical"),
        ([{**CHECK, "kind": "number", "min": "1"}], "must be numbers"),
        ([{**CHECK, "kind": "number", "min": 2, "max": 1}], "must not be larger"),
    ],
)
def test_steps_nobody_could_answer_are_refused(procedure, manager, at, steps, sentence):
    with pytest.raises(Refused, match=sentence):
        publish_version(procedure, steps=steps, by=manager, at=at)
    assert procedure.current is None
    assert Entry.objects.count() == 0
