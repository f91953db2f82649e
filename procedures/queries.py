import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from evidence.models import Capture
from procedures.answers import shown_answer
from procedures.branching import Step, open_steps, taken_steps
from procedures.models import Answer, ReferencePicture, Run
from procedures.steps import in_language, possible_answers


@dataclass(frozen=True)
class StepView:
    """A step as a page shows it: what is asked, what was answered, whether it is asked and may be answered now."""

    step: Step
    answer: Answer | None
    is_open: bool
    captures: list[Capture]
    is_taken: bool = True  # on a branch that was taken; a page without script shows only these
    looks_at: Step | None = field(default=None, repr=False)  # the earlier step it depends on
    references: tuple[ReferencePicture, ...] = ()  # how it should look

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
    def count(self) -> int:
        """The least number of photos."""
        return self.step.get("count", 1)

    @property
    def is_live(self) -> bool:
        """Taken now with the camera, not chosen from those on the phone."""
        return self.step.get("live", False)

    @property
    def equal(self) -> str:
        """Whose serial the scan must give: terminal, new_terminal or nothing."""
        return self.step.get("equal") or ""

    @property
    def when_step(self) -> str:
        """Key of the step it depends on, or nothing."""
        return self.step["when"]["step"] if self.step.get("when") else ""

    @property
    def when_is(self) -> str:
        """The answers that open it, as JSON: '["wifi"]' or '[true]'."""
        return json.dumps(self.step["when"]["is"]) if self.step.get("when") else ""

    @property
    def condition(self) -> str:
        """When it is asked, for a person to read."""
        if self.looks_at is None:
            return ""
        wanted = [label for value, label in possible_answers(self.looks_at) if value in self.step["when"]["is"]]
        return _("Only if “%(step)s” is: %(answers)s") % {
            "step": in_language(self.looks_at, "title"),
            "answers": " / ".join(str(label) for label in wanted),
        }

    @property
    def shown_value(self) -> str:
        """The answer for a person to read; pictures are shown apart."""
        value: Any = self.answer.value if self.answer else None
        return shown_answer(self.step, value)


def checklist(run: Run) -> list[StepView]:
    """Every step in order with its current answer, those of other branches too: a phone shows and hides them."""
    answers = {
        answer.step: answer for answer in run.answers.current().select_related("by").prefetch_related("captures")
    }
    values = {key: answer.value for key, answer in answers.items()}
    return step_views(
        run.steps,
        answers,
        taken={step["key"] for step in taken_steps(run.steps, values)},
        opened={step["key"] for step in open_steps(run.steps, values)},
    )


def read_references(runs: Iterable[Run]) -> None:
    """Of many runs at once, so that with_references asks for nothing more."""
    procedures = [run.version.procedure for run in runs]
    prefetch_related_objects(procedures, "reference_pictures__capture", "reference_pictures__model")


def with_references(steps: list[StepView], run: Run, models: Callable[[], Collection[int]]) -> list[StepView]:
    """With the pictures of how it should look on these models of terminals."""
    read_references([run])
    pictures = run.version.procedure.reference_pictures.all()
    if not pictures:
        return steps
    here = models()
    shown = sorted((each for each in pictures if each.model_id in here), key=lambda each: (str(each.model), each.pk))
    return [replace(step, references=tuple(each for each in shown if each.step == step.key)) for step in steps]


def step_views(
    steps: Sequence[Step], answers: dict[str, Answer], *, taken: set[str], opened: set[str]
) -> list[StepView]:
    by_key = {step["key"]: step for step in steps}
    return [
        StepView(
            step,
            answer := answers.get(step["key"]),
            step["key"] in opened,
            list(answer.captures.all()) if answer else [],
            step["key"] in taken,
            by_key.get(step["when"]["step"]) if step.get("when") else None,
        )
        for step in steps
    ]
