"""The rule which steps are asked and open, for any procedure and any answers."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.branching import missing_steps, open_steps, taken_steps
from procedures.steps import faults_of, possible_answers

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # others share the machine
OPTIONS = [{"value": value, "label": value.upper()} for value in "abc"]


@st.composite
def procedures(draw) -> list[dict[str, Any]]:
    """Valid ones of up to 12 steps; about every second looks back at one before it."""
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["check", "choice", "text", "photo"]))
        step = {"key": f"s{number}", "kind": kind, "title": f"Step {number}", "required": draw(st.booleans())}
        if kind == "choice":
            step["options"] = OPTIONS
        earlier = [each for each in steps if each["kind"] in ("check", "choice")]
        if earlier and draw(st.booleans()):
            looked_at = draw(st.sampled_from(earlier))
            values = [value for value, _label in possible_answers(looked_at)]
            step["when"] = {
                "step": looked_at["key"],
                "is": draw(st.lists(st.sampled_from(values), min_size=1, unique=True)),
            }
        steps.append(step)
    return steps


def an_answer(draw, step: dict[str, Any]) -> Any:
    return draw(st.sampled_from([value for value, _label in possible_answers(step)])) if step["kind"] in (
        "check", "choice") else "x"  # fmt: skip


def keys(steps: list[dict[str, Any]]) -> list[str]:
    return [step["key"] for step in steps]


@st.composite
def answered_procedures(draw) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """With answers to any of the steps, asked or not."""
    steps = draw(procedures())
    chosen = [step for step in steps if draw(st.booleans())]
    return steps, {step["key"]: an_answer(draw, step) for step in chosen}


@calm
@given(procedures())
def test_what_the_strategy_draws_is_what_the_office_may_publish(steps):
    assert faults_of(steps) == []


@calm
@given(answered_procedures())
def test_open_are_the_taken_ones_up_to_the_first_missing(case):
    steps, answers = case
    taken, opened, missing = taken_steps(steps, answers), open_steps(steps, answers), missing_steps(steps, answers)
    assert opened == taken[: len(opened)]
    assert all(step not in opened[:-1] for step in missing)
    assert opened == taken if not missing else opened[-1] == missing[0]


@calm
@given(answered_procedures())
def test_a_step_depends_on_what_stands_before_it_only(case):
    steps, answers = case
    for position in range(len(steps)):
        head = steps[: position + 1]
        known = {key: value for key, value in answers.items() if key in keys(head[:-1])}
        assert (steps[position] in taken_steps(steps, answers)) == (head[-1] in taken_steps(head, known))


@calm
@given(st.data())
def test_answering_what_is_open_leads_to_the_end_and_never_leaves_a_gap(data):
    steps = data.draw(procedures())
    answers: dict[str, Any] = {}
    for _turn in range(len(steps)):
        missing = missing_steps(steps, answers)
        if not missing:
            break
        opened = open_steps(steps, answers)
        assert missing[0] in opened
        before = keys(opened)
        answers[missing[0]["key"]] = an_answer(data.draw, missing[0])
        assert keys(open_steps(steps, answers))[: len(before)] == before
    assert missing_steps(steps, answers) == []


def test_the_answer_to_a_step_that_is_not_asked_opens_no_branch():
    steps = [
        {"key": "a", "kind": "check", "title": "A"},
        {"key": "b", "kind": "check", "title": "B", "when": {"step": "a", "is": [True]}},
        {"key": "c", "kind": "text", "title": "C", "required": True, "when": {"step": "b", "is": [True]}},
    ]
    assert keys(taken_steps(steps, {"a": True, "b": True})) == ["a", "b", "c"]
    assert keys(taken_steps(steps, {"a": False, "b": True})) == ["a"]
    assert missing_steps(steps, {"a": False, "b": True}) == []
