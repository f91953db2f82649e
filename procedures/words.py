"""A step in words, for lists side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.branching import Step
from procedures.queries import step_views
from procedures.steps import Equal, Severity, StepKind, in_language
from procedures.variants import Difference, differences

KINDS = {
    "same": gettext_lazy("The same"), "added": gettext_lazy("Added"), "removed": gettext_lazy("Left out"),
    "moved": gettext_lazy("Moved"), "tightened": gettext_lazy("Tightened"), "changed": gettext_lazy("Changed"),
}  # fmt: skip
NOT_SO = {
    StepKind.CHECK: gettext_lazy("No"), StepKind.SCAN: gettext_lazy("Another serial number"),
    StepKind.POSITION: gettext_lazy("Away from the merchant"),
}  # fmt: skip
COLOURS = {"added": "green", "removed": "red", "moved": "purple", "tightened": "orange", "changed": "azure"}


@dataclass(frozen=True)
class Fact:
    text: str
    is_different: bool


@dataclass(frozen=True)
class Side:
    number: int
    title: str
    kind: str
    facts: list[Fact]


@dataclass(frozen=True)
class Line:
    kind: str
    label: str
    colour: str
    before: Side | None
    after: Side | None


def side_by_side(before: Sequence[Step], after: Sequence[Step]) -> list[Line]:
    return [
        Line(
            each.kind, str(KINDS[each.kind]), COLOURS.get(each.kind, "secondary"),
            _side(each.before, before, each), _side(each.after, after, each),
        )
        for each in differences(before, after)
    ]  # fmt: skip


def _side(step: Step | None, steps: Sequence[Step], difference: Difference) -> Side | None:
    if step is None:
        return None
    facts = [Fact(text, bool(names & set(difference.names))) for names, text in _facts(step, steps) if text]
    return Side(list(steps).index(step) + 1, step["title"], str(StepKind(step["kind"]).label), facts)


def _finding(step: Step) -> str:
    """Which answers are findings, and how bad: 'Finding: No (Critical)'."""
    named = [(in_language(each, "label"), each["finding"]) for each in step.get("options", []) if each.get("finding")]
    if step.get("finding"):
        named = [(str(NOT_SO.get(step["kind"], "")), step["finding"])]
    found = ", ".join(f"{words} ({Severity(severity).label})" for words, severity in named)
    return _("Finding: %(answers)s") % {"answers": found} if found else ""


def _facts(step: Step, steps: Sequence[Step]) -> list[tuple[set[str], str]]:
    view = next(each for each in step_views(steps, {}, taken=set(), opened=set()) if each.step is step)
    low, high, unit = (step.get(name) for name in ("min", "max", "unit"))
    limits = {"low": low, "high": high}
    span = (
        _("From %(low)s to %(high)s") % limits if low is not None and high is not None
        else _("At least %(low)s") % limits if low is not None
        else _("At most %(high)s") % limits if high is not None else ""
    )  # fmt: skip
    return [
        ({"title_zh"}, step.get("title_zh", "")),
        ({"help", "help_zh"}, in_language(step, "help")),
        ({"required"}, _("Required") if step.get("required") else _("If it applies")),
        ({"when"}, view.condition),
        ({"options"}, " / ".join(label for _value, label in view.choices)),
        ({"min", "max", "unit"}, " ".join(filter(None, [span, unit]))),
        ({"count"}, _("At least %(count)d photos") % {"count": view.count} if view.count > 1 else ""),
        ({"live"}, _("Taken now with the camera") if view.is_live else ""),
        ({"code"}, _("With the code of the visit in the picture") if step.get("code") else ""),
        ({"equal"}, str(Equal(view.equal).label) if view.equal in Equal.values else ""),
        ({"finding", "options"}, _finding(step)),
    ]
