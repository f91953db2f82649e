"""What a step may look like."""

import math
import re
from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from procedures.branching import Step
from toolkit.errors import Refused

__all__ = ["Step", "StepKind", "check_steps", "in_language"]


class StepKind(models.TextChoices):
    CHECK = "check", gettext_lazy("Check")
    CHOICE = "choice", gettext_lazy("Choice")
    NUMBER = "number", gettext_lazy("Number")
    TEXT = "text", gettext_lazy("Text")
    PHOTO = "photo", gettext_lazy("Photo")
    VIDEO = "video", gettext_lazy("Video")
    AUDIO = "audio", gettext_lazy("Voice recording")
    SCAN = "scan", gettext_lazy("Scan")
    SIGNATURE = "signature", gettext_lazy("Signature")
    POSITION = "position", gettext_lazy("Position")
    TEST_TRANSACTION = "test_transaction", gettext_lazy("Test transaction")


class Equal(models.TextChoices):
    """Whose serial number a scan must give."""

    TERMINAL = "terminal", gettext_lazy("The terminal of the order")
    NEW_TERMINAL = "new_terminal", gettext_lazy("The terminal that is put in")


class Severity(models.TextChoices):
    """How bad it is when an answer is not as it should be."""

    MINOR = "minor", gettext_lazy("Minor")
    MAJOR = "major", gettext_lazy("Major")
    CRITICAL = "critical", gettext_lazy("Critical")


EVERY = {"key", "kind", "title", "title_zh", "help", "help_zh", "required", "when"}
OF_KIND: dict[str, set[str]] = {
    StepKind.CHECK: {"finding"},
    StepKind.CHOICE: {"options"},
    StepKind.NUMBER: {"min", "max", "unit"},
    StepKind.PHOTO: {"count", "live", "code"},
    StepKind.VIDEO: {"live"},
    StepKind.SCAN: {"equal", "finding"},
    StepKind.POSITION: {"finding"},
    StepKind.TEST_TRANSACTION: {"min", "max"},
}
FLAGS = ("required", "live", "code")
BRANCHING = (StepKind.CHECK, StepKind.CHOICE)  # kinds whose answer a later step may look at
LONGEST = {"title": 120, "title_zh": 120, "help": 500, "help_zh": 500, "unit": 20}  # characters
MOST_STEPS = 100
MOST_PHOTOS = 20


def in_language(thing: dict[str, Any], name: str) -> str:
    """Its Chinese text for a Chinese reader where there is one: in_language(step, "title")."""
    is_chinese = (get_language() or "").startswith("zh")
    return str((is_chinese and thing.get(f"{name}_zh")) or thing.get(name) or "")


def check_steps(steps: list[Step]) -> None:
    """Refuses steps that no phone could show or nobody could answer."""
    for fault in faults_of(steps):
        raise Refused(fault)


def faults_of(steps: list[Step]) -> list[str]:
    """One sentence for each step that is wrong, the first fault of each."""
    if not steps:
        return [_("A procedure needs at least one step.")]
    if len(steps) > MOST_STEPS:
        return [_("A procedure has at most %(most)d steps.") % {"most": MOST_STEPS}]
    faults: list[str] = []
    earlier: dict[str, Step] = {}
    for position, step in enumerate(steps, start=1):
        if fault := _fault(step, earlier):
            faults.append(_("Step %(position)d: %(fault)s") % {"position": position, "fault": fault})
        if isinstance(step, dict) and isinstance(step.get("key"), str):
            earlier[step["key"]] = step
    return faults


def _fault(step: Any, earlier: dict[str, Step]) -> str:
    if not isinstance(step, dict):
        return _("it must be an object with a key, a kind and a title.")
    key, kind = (step.get("key"), step.get("kind"))
    if not isinstance(key, str) or not re.fullmatch(r"[a-z0-9_-]{1,40}", key):
        return _("its key must be 1 to 40 small letters, digits, - or _.")
    if key in earlier:
        return _("its key “%(key)s” is already used by an earlier step.") % {"key": key}
    if kind not in StepKind.values:
        return _("its kind must be one of %(kinds)s.") % {"kinds": ", ".join(StepKind.values)}
    if unknown := sorted(set(step) - EVERY - OF_KIND.get(kind, set())):
        return _("“%(name)s” is not a property of this kind of step.") % {"name": unknown[0]}
    for name, longest in LONGEST.items():
        if not isinstance(step.get(name, ""), str):
            return _("“%(name)s” must be text.") % {"name": name}
        if len(step.get(name, "")) > longest:
            return _("“%(name)s” takes at most %(most)d characters.") % {"name": name, "most": longest}
    if not step.get("title", "").strip():
        return _("it needs a title.")
    if wrong := next((name for name in FLAGS if not isinstance(step.get(name, False), bool)), ""):
        return _("“%(name)s” must be true or false.") % {"name": wrong}
    return _fault_of_kind(step) or _fault_of_when(step.get("when"), earlier)


def _fault_of_kind(step: Step) -> str:
    if step["kind"] == StepKind.CHOICE:
        return _fault_of_options(step.get("options"))
    if step.get("finding") is not None and step["finding"] not in Severity.values:
        return _("“finding” must be one of %(values)s.") % {"values": ", ".join(Severity.values)}
    if step.get("equal") is not None and step["equal"] not in Equal.values:
        return _("“equal” must be one of %(values)s.") % {"values": ", ".join(Equal.values)}
    count = step.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_PHOTOS:
        return _("“count” must be a whole number from 1 to 20.")
    limits = [step[name] for name in ("min", "max") if step.get(name) is not None]
    if any(
        isinstance(limit, bool) or not isinstance(limit, int | float) or not math.isfinite(limit) for limit in limits
    ):
        return _("“min” and “max” must be numbers.")
    if len(limits) == 2 and limits[0] > limits[1]:
        return _("“min” must not be larger than “max”.")
    return ""


def _fault_of_options(options: Any) -> str:
    if not isinstance(options, list) or len(options) < 2:
        return _("a choice needs at least two options.")
    for option in options:
        if not isinstance(option, dict) or not all(isinstance(text, str) for text in option.values()):
            return _("each option needs a value and a label.")
        if not (option.get("value", "").strip() and option.get("label", "").strip()):
            return _("each option needs a value and a label.")
        if set(option) - {"value", "label", "label_zh", "finding"}:
            return _("an option has a value, a label, a Chinese label and a finding only.")
        if option.get("finding", Severity.MINOR) not in Severity.values:
            return _("“finding” must be one of %(values)s.") % {"values": ", ".join(Severity.values)}
    if len({option["value"] for option in options}) < len(options):
        return _("two options have the same value.")
    return ""


def _fault_of_when(when: Any, earlier: dict[str, Step]) -> str:
    if when is None:
        return ""
    if not isinstance(when, dict) or set(when) != {"step", "is"} or not isinstance(when["is"], list) or not when["is"]:
        return _("“when” names an earlier step and at least one of its answers.")
    looked_at = earlier.get(when["step"]) if isinstance(when["step"], str) else None
    if looked_at is None:
        return _("it depends on a step that does not come before it.")
    if looked_at.get("kind") not in BRANCHING:
        return _("it can only depend on a yes or no or on a choice.")
    possible = [value for value, _label in possible_answers(looked_at)]
    if not all(any(type(value) is type(each) and value == each for each in possible) for value in when["is"]):
        return _("it depends on an answer that “%(step)s” does not offer.") % {"step": in_language(looked_at, "title")}
    return ""


def possible_answers(step: Step) -> list[tuple[Any, str]]:
    """Of a step that a later one may look at: value and what it says."""
    if step["kind"] == StepKind.CHECK:
        return [(True, _("Yes")), (False, _("No"))]
    return [(option.get("value"), in_language(option, "label")) for option in step.get("options") or []]
