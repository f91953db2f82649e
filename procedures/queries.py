from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from evidence.models import Capture
from procedures.models import Answer, Run
from procedures.steps import Step, in_language


@dataclass(frozen=True)
class StepView:
    """A step as a page shows it: what is asked, what was answered, whether it may be answered now."""

    step: Step
    answer: Answer | None
    is_open: bool
    captures: list[Capture]

    @property
    def key(self) -> str:
        return self.step["key"]

    @property
    def kind(self) -> str:
        return self.step["kind"]

    @property
    def is_required(self) -> bool:
        return self.step.get("required", False)

    @property
    def title(self) -> str:
        return in_language(self.step, "title")

    @property
    def help(self) -> str:
        return in_language(self.step, "help")

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(option["value"], in_language(option, "label")) for option in self.step.get("options", [])]

    @property
    def shown_value(self) -> str:
        """The answer for a person to read; pictures are shown apart."""
        value: Any = self.answer.value if self.answer else None
        if value is None:
            return ""
        if self.kind == "check":
            return _("Yes") if value else _("No")
        if self.kind == "choice":
            return dict(self.choices).get(value, str(value))
        return f"{value} {self.step['unit']}" if self.step.get("unit") else str(value)


def checklist(run: Run) -> list[StepView]:
    """The steps in order, each with its current answer. Open are all up to the first required one without answer."""
    answers = {
        answer.step: answer for answer in run.answers.current().select_related("by").prefetch_related("captures")
    }
    views, is_open = ([], True)
    for step in run.version.steps:
        answer = answers.get(step["key"])
        views.append(StepView(step, answer, is_open, list(answer.captures.all()) if answer else []))
        is_open = is_open and (answer is not None or not step.get("required", False))
    return views
