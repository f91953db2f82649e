"""A variant's changes to a procedure: steps added at named places, core steps tightened. It can drop or loosen none.

Changes are {"add": [{"after": key, "step": step}], "tighten": {key: {property: value}}}; "after" is "" at the start.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from procedures.branching import Step
from procedures.steps import EVERY, OF_KIND, in_language
from toolkit.errors import Refused

Changes = dict[str, Any]
# of what tightens
DEFAULTS: dict[str, Any] = {"required": False, "live": False, "code": False, "count": 1, "min": None, "max": None}


def tightening_of(kind: str) -> list[str]:
    """What a variant may make stricter in a step of this kind."""
    return [name for name in DEFAULTS if name in EVERY | OF_KIND.get(kind, set())]


def _stricter(name: str, one: Any, other: Any) -> Any:
    """The stricter of two values of a property."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other) if name == "max" else max(one, other)


def resolve(core: Iterable[Step], changes: Iterable[Changes]) -> list[Step]:
    """The steps of a procedure with the changes of its variants laid over it, one after the other."""
    steps = [dict(step) for step in core]
    for each in changes:
        by_key = {step["key"]: step for step in steps}
        for key, stricter in each.get("tighten", {}).items():
            if key not in by_key:
                raise Refused(_("It tightens the step “%(step)s”, which does not exist any more.") % {"step": key})
            for name, value in stricter.items():
                by_key[key][name] = _stricter(name, by_key[key].get(name, DEFAULTS[name]), value)
        for added in each.get("add", []):
            keys = [step["key"] for step in steps]
            if added["after"] and added["after"] not in keys:
                raise Refused(
                    _("It places “%(step)s” after the step “%(after)s”, which does not exist any more.")
                    % {"step": in_language(added["step"], "title"), "after": added["after"]}
                )
            steps.insert(keys.index(added["after"]) + 1 if added["after"] else 0, dict(added["step"]))
    return steps


def changes_between(core: Sequence[Step], steps: Sequence[Step]) -> Changes:
    """What makes `steps` out of the core; refused where a core step is left out, moved, loosened or made another."""
    core_keys = [step["key"] for step in core]
    kept = [step["key"] for step in steps if step["key"] in core_keys]
    for step in core:
        if step["key"] not in kept:
            raise Refused(
                _("“%(step)s” belongs to the procedure: a variant cannot leave it out.")
                % {"step": in_language(step, "title")}
            )
    if kept != core_keys:
        raise Refused(_("The steps of the procedure keep their order in a variant; only added steps can be moved."))
    add: list[dict[str, Any]] = []
    after = ""
    for step in steps:
        if step["key"] not in core_keys:
            add.append({"after": after, "step": step})
        after = step["key"]
    by_key = {step["key"]: step for step in steps}
    tighten = {step["key"]: _tightened(step, by_key[step["key"]]) for step in core}
    return {"add": add, "tighten": {key: stricter for key, stricter in tighten.items() if stricter}}


def _tightened(core: Step, step: Step) -> dict[str, Any]:
    title = {"step": in_language(core, "title")}
    stricter: dict[str, Any] = {}
    allowed = tightening_of(core["kind"])
    for name in sorted(set(core) | set(step)):
        before, after = (each.get(name, DEFAULTS.get(name)) for each in (core, step))
        if before == after:
            continue
        if name not in allowed:
            raise Refused(_("“%(step)s” belongs to the procedure: a variant can only make it stricter.") % title)
        if after is None or _stricter(name, before, after) != after:
            raise Refused(_("“%(step)s” would be looser than in the procedure. A variant can only tighten it.") % title)
        stricter[name] = after
    return stricter


@dataclass(frozen=True)
class Difference:
    """One line of two lists of steps side by side."""

    before: Step | None
    after: Step | None
    kind: str  # same, added, removed, moved, tightened or changed
    names: list[str] = field(default_factory=list)  # of the properties that differ


def differences(before: Sequence[Step], after: Sequence[Step]) -> list[Difference]:
    """Both lists side by side, steps matched by key."""
    keys_before, keys_after = ([step["key"] for step in steps] for steps in (before, after))
    old = {step["key"]: step for step in before}
    lines: list[Difference] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, keys_before, keys_after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [_difference(*pair) for pair in zip(before[i1:i2], after[j1:j2], strict=True)]
            continue
        lines += [Difference(step, None, "removed") for step in before[i1:i2] if step["key"] not in keys_after]
        for step in after[j1:j2]:
            moved_from = old.get(step["key"])
            names = differing(moved_from, step) if moved_from else []
            lines.append(Difference(moved_from, step, "moved" if moved_from else "added", names))
    return lines


def _difference(before: Step, after: Step) -> Difference:
    names = differing(before, after)
    if not names:
        return Difference(before, after, "same")
    return Difference(before, after, "tightened" if is_tightened(before, after) else "changed", names)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    order = ("title", "title_zh", "help", "help_zh", "required", "when", "options", "unit", "min", "max", "count", "live",
             "code", "equal", "kind")  # fmt: skip
    return [name for name in order if _value(before, name) != _value(after, name)]


def _value(step: Mapping[str, Any], name: str) -> Any:
    return step.get(name, DEFAULTS.get(name)) or DEFAULTS.get(name) if name not in ("min", "max") else step.get(name)


def is_tightened(before: Step, after: Step) -> bool:
    try:
        return bool(_tightened(before, after))
    except Refused:
        return False
