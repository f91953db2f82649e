"""Which steps are asked, given what was answered so far. A step's `when` looks back at one earlier answer."""

from collections.abc import Iterable, Mapping
from typing import Any

Step = dict[str, Any]
Answers = Mapping[str, Any]  # by key of the step: the current answer's value


def taken_steps(steps: Iterable[Step], answers: Answers) -> list[Step]:
    """Those on the branches taken so far, in order; the answer to a step that is not asked opens no branch."""
    taken: list[Step] = []
    asked: set[str] = set()
    for step in steps:
        when = step.get("when")
        if when is None or (when["step"] in asked and answers.get(when["step"]) in when["is"]):
            taken.append(step)
            asked.add(step["key"])
    return taken


def open_steps(steps: Iterable[Step], answers: Answers) -> list[Step]:
    """Those that may be answered now: all up to the first required one without an answer."""
    opened: list[Step] = []
    for step in taken_steps(steps, answers):
        opened.append(step)
        if step.get("required", False) and step["key"] not in answers:
            break
    return opened


def missing_steps(steps: Iterable[Step], answers: Answers) -> list[Step]:
    """Required ones without an answer, in order."""
    return [step for step in taken_steps(steps, answers) if step.get("required", False) and step["key"] not in answers]
