"""What a step may look like and what may stand as its answer."""

import math
import re
from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from toolkit.errors import Refused

Step = dict[str, Any]


class StepKind(models.TextChoices):
    CHECK = "check", gettext_lazy("Check")
    CHOICE = "choice", gettext_lazy("Choice")
    NUMBER = "number", gettext_lazy("Number")
    TEXT = "text", gettext_lazy("Text")
    PHOTO = "photo", gettext_lazy("Photo")
    SCAN = "scan", gettext_lazy("Scan")
    SIGNATURE = "signature", gettext_lazy("Signature")


FIELDS = {
    "key", "kind", "title", "title_zh", "help", "help_zh", "required", "options", "min", "max", "unit", "count"
}  # fmt: skip
LONGEST = {"text": 2000, "scan": 200}  # characters
MOST_STEPS = 100


def in_language(thing: dict[str, Any], name: str) -> str:
    """Its Chinese text for a Chinese reader where there is one: in_language(step, "title")."""
    is_chinese = (get_language() or "").startswith("zh")
    return str((is_chinese and thing.get(f"{name}_zh")) or thing.get(name) or "")


def check_steps(steps: list[Step]) -> None:
    """Refuses steps that no phone could show or nobody could answer."""
    if not steps:
        raise Refused(_("A procedure needs at least one step."))
    if len(steps) > MOST_STEPS:
        raise Refused(_("A procedure has at most %(most)d steps.") % {"most": MOST_STEPS})
    seen: set[str] = set()
    for position, step in enumerate(steps, start=1):
        fault = _fault(step, seen)
        if fault:
            raise Refused(_("Step %(position)d: %(fault)s") % {"position": position, "fault": fault})
        seen.add(step["key"])


def _fault(step: Any, seen: set[str]) -> str:
    if not isinstance(step, dict):
        return _("it must be an object with a key, a kind and a title.")
    if unknown := sorted(set(step) - FIELDS):
        return _("“%(name)s” is not a property of a step.") % {"name": unknown[0]}
    key, kind = (step.get("key"), step.get("kind"))
    if not isinstance(key, str) or not re.fullmatch(r"[a-z0-9_-]{1,40}", key):
        return _("its key must be 1 to 40 small letters, digits, - or _.")
    if key in seen:
        return _("its key “%(key)s” is already used by an earlier step.") % {"key": key}
    if kind not in StepKind.values:
        return _("its kind must be one of %(kinds)s.") % {"kinds": ", ".join(StepKind.values)}
    if not isinstance(step.get("title"), str) or not step["title"].strip():
        return _("it needs a title.")
    if not isinstance(step.get("required", False), bool):
        return _("“required” must be true or false.")
    count = step.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 20:
        return _("“count” must be a whole number from 1 to 20.")
    if kind == StepKind.CHOICE:
        return _fault_of_options(step.get("options"))
    limits = [step[name] for name in ("min", "max") if step.get(name) is not None]
    if any(isinstance(limit, bool) or not isinstance(limit, int | float) for limit in limits):
        return _("“min” and “max” must be numbers.")
    if len(limits) == 2 and limits[0] > limits[1]:
        return _("“min” must not be larger than “max”.")
    return ""


def _fault_of_options(options: Any) -> str:
    if not isinstance(options, list) or len(options) < 2:
        return _("a choice needs at least two options.")
    if not all(isinstance(option, dict) and option.get("value") and option.get("label") for option in options):
        return _("each option needs a value and a label.")
    if len({option["value"] for option in options}) < len(options):
        return _("two options have the same value.")
    return ""


def check_answer(step: Step, value: Any, kinds_of_captures: list[str]) -> Any:
    """The value as it is stored; refused when it is not an answer to this step."""
    title = {"step": in_language(step, "title")}
    kind = step["kind"]
    if kind == StepKind.PHOTO:
        count = step.get("count", 1)
        if len(kinds_of_captures) < count:
            text = ngettext("“%(step)s” needs %(count)d photo.", "“%(step)s” needs %(count)d photos.", count)
            raise Refused(text % {**title, "count": count})
        return None
    if kind == StepKind.SIGNATURE:
        if kinds_of_captures != ["signature"]:
            raise Refused(_("“%(step)s” needs one signature.") % title)
        return None
    if kind == StepKind.CHECK:
        if not isinstance(value, bool):
            raise Refused(_("“%(step)s” is answered with yes or no.") % title)
        return value
    if kind == StepKind.CHOICE:
        if value not in [option["value"] for option in step["options"]]:
            raise Refused(_("“%(step)s”: choose one of the options.") % title)
        return value
    if kind == StepKind.NUMBER:
        return _number(step, value, title)
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise Refused(_("“%(step)s” is still empty.") % title)
    if len(text) > LONGEST[kind]:
        raise Refused(_("“%(step)s” takes at most %(most)d characters.") % {**title, "most": LONGEST[kind]})
    return text


def _number(step: Step, value: Any, title: dict[str, str]) -> int | float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise Refused(_("“%(step)s” needs a number.") % title)
    low, high = (step.get("min"), step.get("max"))
    if (low is not None and number < low) or (high is not None and number > high):
        if low is None:
            raise Refused(_("“%(step)s” must be at most %(high)s.") % {**title, "high": high})
        if high is None:
            raise Refused(_("“%(step)s” must be at least %(low)s.") % {**title, "low": low})
        raise Refused(_("“%(step)s” must be from %(low)s to %(high)s.") % {**title, "low": low, "high": high})
    return int(number) if number.is_integer() else number
