"""The office's editor: what its form says as steps, and what its buttons do to them. Wrong input is kept as typed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.http import QueryDict

from procedures.branching import Step
from procedures.steps import BRANCHING, FLAGS, OF_KIND, StepKind, in_language, possible_answers
from procedures.variants import tightening_of

NUMBERS = ("min", "max", "count")
TEXTS = ("title", "title_zh", "help", "help_zh", "unit", "equal", "finding")


def read_steps(form: QueryDict, core: Sequence[Step] = ()) -> list[Step]:
    """The form names each step once, in order; its fields begin with its key. Of the core's only limits are read."""
    known = {step["key"]: step for step in core}
    return [_read(key, form, known.get(key)) for key in dict.fromkeys(form.getlist("step"))]


def _read(key: str, form: QueryDict, core: Step | None) -> Step:
    kind = core["kind"] if core else form.get(f"{key}.kind", "")
    step: Step = dict(core) if core else {"key": key, "kind": kind, "title": ""}
    names = set(tightening_of(kind)) if core else {*TEXTS, *NUMBERS, *FLAGS} - (
        {"unit", "equal", "finding", "live", "code", *NUMBERS} - OF_KIND.get(kind, set())
    )  # fmt: skip
    for name in names:
        text = form.get(f"{key}.{name}", "").strip()
        value: Any = text == "true" if name in FLAGS else _number(text) if name in NUMBERS else text
        if value or value == 0 and name in NUMBERS and value is not False:
            step[name] = value
        elif name != "title":
            step.pop(name, None)
    if core:
        return step
    if kind == StepKind.CHOICE:
        step["options"] = [
            {"value": value, "label": label.strip(), **({"label_zh": zh.strip()} if zh.strip() else {})}
            | ({"finding": finding} if finding else {})
            for value, label, zh, finding in zip_longest(
                *(form.getlist(f"{key}.option{part}") for part in ("", ".label", ".label_zh", ".finding")), fillvalue=""
            )
        ]
    if conditions := [condition.split("=", 1) for condition in form.getlist(f"{key}.when") if "=" in condition]:
        step["when"] = {"step": conditions[0][0], "is": [_json(value) for _step, value in conditions]}
    return step


def _number(text: str) -> Any:
    """A number where it is one, else what was typed, so that it can be shown as wrong."""
    try:
        number = float(text)
    except ValueError:
        return text or None
    return int(number) if number.is_integer() else number


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def press(steps: list[Step], button: str, core: Sequence[Step] = ()) -> list[Step]:
    """What a button does: add:<kind>, up:<key>, down:<key>, remove:<key>, option:<key>, drop-option:<key>:<value>."""
    act, _colon, of = button.partition(":")
    keys = [step["key"] for step in steps]
    if act == "add" and of in StepKind.values:
        number = next(n for n in range(1, len(steps) + 2) if f"{of}-{n}" not in keys)
        new: Step = {"key": f"{of}-{number}", "kind": of, "title": "", "required": True}
        return [*steps, new | ({"options": [_option([]), _option([_option([])])]} if of == StepKind.CHOICE else {})]
    key, _colon, value = of.partition(":")
    if key not in keys:
        return steps
    place, fixed = keys.index(key), {step["key"] for step in core}
    step = steps[place]
    if act in ("up", "down") and key not in fixed:
        rest = steps[:place] + steps[place + 1 :]
        to = max(0, place - 1) if act == "up" else place + 1
        return [*rest[:to], step, *rest[to:]]
    if act == "remove" and key not in fixed:
        return steps[:place] + steps[place + 1 :]
    if act in ("option", "drop-option"):
        options = step.get("options", [])
        left = [*options, _option(options)] if act == "option" else [each for each in options if each["value"] != value]
        return [*steps[:place], {**step, "options": left}, *steps[place + 1 :]]
    return steps


def _option(options: Sequence[dict[str, str]]) -> dict[str, str]:
    taken = {option["value"] for option in options}
    return {"value": next(f"option-{n}" for n in range(1, len(taken) + 2) if f"option-{n}" not in taken), "label": ""}


@dataclass(frozen=True)
class Card:
    """A step as the editor shows it."""

    step: Step
    number: int
    is_core: bool  # of the procedure, in a variant: only to be tightened
    conditions: list[tuple[str, str, bool]]  # value in the form, words, chosen

    @property
    def kind_label(self) -> str:
        return str(StepKind(self.step["kind"]).label) if self.step["kind"] in StepKind.values else self.step["kind"]

    @property
    def title(self) -> str:
        return in_language(self.step, "title")

    @property
    def fields(self) -> set[str]:
        """Which limits it may have."""
        return set(tightening_of(self.step["kind"])) if self.is_core else OF_KIND.get(self.step["kind"], set())


def cards(steps: Sequence[Step], core: Sequence[Step] = ()) -> list[Card]:
    fixed = {step["key"] for step in core}
    return [
        Card(step, number, step["key"] in fixed, _conditions(step, steps[: number - 1]))
        for number, step in enumerate(steps, start=1)
    ]


def _conditions(step: Step, earlier: Sequence[Step]) -> list[tuple[str, str, bool]]:
    when = step.get("when") or {"step": "", "is": []}
    found = [
        (f"{each['key']}={json.dumps(value)}", f"{in_language(each, 'title')}: {label}",
         each["key"] == when["step"] and value in when["is"])
        for each in earlier if each["kind"] in BRANCHING for value, label in possible_answers(each)
    ]  # fmt: skip
    known = {value for value, _words, _chosen in found}
    lost = [f"{when['step']}={json.dumps(value)}" for value in when["is"]]
    return found + [(value, value, True) for value in lost if value not in known]
