"""Answers of a run; what the journal says of them is written by whoever owns the run (tests/workorders/test_evidence.py)."""

import io
import uuid

import pytest
from django.utils import translation
from PIL import Image

from evidence.actions import keep_picture
from journal.models import Entry
from procedures.actions import answer_step, missing_steps, publish_version, start_run
from procedures.models import Procedure
from procedures.queries import checklist
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db

STEPS = [
    {"key": "power", "kind": "check", "title": "Powered on", "title_zh": "已开机", "required": True},
    {"key": "note", "kind": "text", "title": "Note", "help": "If something is odd"},
    {"key": "photos", "kind": "photo", "title": "Two photos", "required": True, "count": 2},
    {"key": "signal", "kind": "number", "title": "Signal", "unit": "dBm", "min": -120, "max": 0},
    {"key": "low", "kind": "number", "title": "Low", "min": 5},
    {"key": "high", "kind": "number", "title": "High", "max": 5},
    {"key": "network", "kind": "choice", "title": "Network", "required": True,
     "options": [{"value": "wifi", "label": "Wi-Fi"}, {"value": "none", "label": "None", "label_zh": "无"}]},
    {"key": "serial", "kind": "scan", "title": "Serial number"},
    {"key": "signed", "kind": "signature", "title": "Signature"},
]  # fmt: skip


@pytest.fixture
def run(manager, merchant, at):
    procedure = Procedure.objects.create(code="check", name="Check")
    publish_version(procedure, steps=STEPS, by=manager, at=at)
    return start_run(procedure, merchant=merchant, at=at)


@pytest.fixture
def answer(run, engineer, at):
    return lambda step, value=None, captures=(): answer_step(
        run, step=step, value=value, captures=captures, by=engineer, at=at
    )


@pytest.fixture
def capture(engineer, at):
    def keep(kind="photo"):
        file = io.BytesIO()
        Image.new("RGB", (4, 4)).save(file, "PNG")
        file.seek(0)
        return keep_picture(file, id=uuid.uuid4(), kind=kind, by=engineer, at=at)

    return keep


@pytest.fixture
def all_open(answer, capture):
    """The required steps are answered, so that any may follow."""
    answer("power", True)
    answer("photos", captures=[capture(), capture()])
    answer("network", "wifi")


def test_a_procedure_without_version_cannot_begin(merchant, at):
    with pytest.raises(Refused, match="“Empty” has no published version"):
        start_run(Procedure.objects.create(code="empty", name="Empty"), merchant=merchant, at=at)
    assert Entry.objects.count() == 0


def test_a_required_step_keeps_the_later_ones_closed(run, answer, capture):
    for step, value in [("note", "Hm"), ("network", "wifi"), ("serial", "SN1")]:
        with pytest.raises(Refused, match="Answer “Powered on” first"):
            answer(step, value)
    answer("power", True)
    answer("note", "Odd smell")
    with pytest.raises(Refused, match="Answer “Two photos” first"):
        answer("network", "wifi")
    answer("photos", captures=[capture(), capture()])
    answer("network", "wifi")
    assert missing_steps(run) == []


def test_the_missing_are_the_required_ones_without_answer(run, answer):
    assert [step["key"] for step in missing_steps(run)] == ["power", "photos", "network"]
    answer("power", False)
    assert [step["key"] for step in missing_steps(run)] == ["photos", "network"]


def test_an_earlier_step_can_be_answered_again(run, answer, all_open, at):
    answer("power", False)
    first, second = run.answers.filter(step="power").order_by("pk")
    assert (first.value, first.superseded_at, second.value, second.superseded_at) == (True, at, False, None)


def test_an_unknown_step_says_to_load_again(answer):
    with pytest.raises(Refused, match="no step “dance”"):
        answer("dance", True)


@pytest.mark.parametrize(
    ("step", "value", "sentence"),
    [
        ("power", "yes", "answered with yes or no"),
        ("power", None, "answered with yes or no"),
        ("note", "  ", "is still empty"),
        ("note", 7, "is still empty"),
        ("note", "x" * 2001, "at most 2000 characters"),
        ("serial", "x" * 201, "at most 200 characters"),
        ("signal", "loud", "needs a number"),
        ("signal", True, "needs a number"),
        ("signal", "nan", "needs a number"),
        ("signal", 1, "from -120 to 0"),
        ("low", 4.9, "at least 5"),
        ("high", 6, "at most 5"),
        ("network", "5g", "choose one of the options"),
        ("network", ["wifi"], "choose one of the options"),
        ("photos", None, "needs 2 photos"),
        ("signed", None, "needs one signature"),
    ],
)
def test_what_is_no_answer_is_refused(run, answer, all_open, step, value, sentence):
    before = run.answers.count()
    with pytest.raises(Refused, match=sentence):
        answer(step, value)
    assert run.answers.count() == before


def test_numbers_come_as_typed_and_are_kept_as_numbers(answer, all_open):
    assert answer("signal", "-67").value == -67
    assert answer("signal", "-67.5").value == -67.5


def test_a_signature_is_no_photo(answer, all_open, capture):
    with pytest.raises(Refused, match="needs one signature"):
        answer("signed", captures=[capture()])
    assert answer("signed", captures=[capture("signature")]).value is None


def test_the_checklist_shows_what_is_open_and_what_was_said(run, answer, capture, django_assert_num_queries):
    photos = [capture(), capture()]
    answer("power", True)
    answer("photos", captures=photos)
    with django_assert_num_queries(2):
        steps = {step.key: step for step in checklist(run)}
    assert [step.is_open for step in steps.values()] == [True] * 7 + [False] * 2
    assert (steps["power"].shown_value, set(steps["photos"].captures)) == ("Yes", set(photos))
    assert steps["note"].help == "If something is odd"
    assert steps["note"].answer is None
    answer("network", "none")
    answer("signal", -67)
    steps = {step.key: step for step in checklist(run)}
    assert steps["signal"].shown_value == "-67 dBm"
    with translation.override("zh-hans"):
        assert (steps["power"].title, steps["note"].title) == ("已开机", "Note")
        assert (steps["network"].shown_value, steps["network"].choices) == ("无", [("wifi", "Wi-Fi"), ("none", "无")])
