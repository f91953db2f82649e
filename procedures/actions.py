from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from journal.actions import record
from procedures.models import Answer, Procedure, ProcedureVersion, Run
from procedures.steps import Step, check_answer, check_steps, in_language
from toolkit.errors import Refused
from workforce.models import User


def publish_version(procedure: Procedure, *, steps: list[Step], by: User | None, at: datetime) -> ProcedureVersion:
    """From now on new runs follow these steps; runs under way keep theirs."""
    check_steps(steps)
    with transaction.atomic():
        procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
        before = procedure.current
        if before and before.steps == steps:
            raise Refused(_("These are the steps already in force (version %(n)d).") % {"n": before.number})
        number = before.number + 1 if before else 1
        version = procedure.versions.create(number=number, steps=steps, published_at=at, published_by=by)
        changes = {"version": [before.number if before else None, number]}
        record("procedures.publish_version", procedure, by=by, at=at, changes=changes)
        return version


def start_run(procedure: Procedure, *, at: datetime) -> Run:
    version = procedure.current
    if version is None:
        raise Refused(_("“%(name)s” has no published version yet. Publish its steps first.") % {"name": procedure})
    return Run.objects.create(version=version, started_at=at)


def answer_step(
    run: Run,
    *,
    step: str,
    value: Any = None,
    captures: Iterable[Capture] = (),
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> Answer:
    """Keeps an answer; one given before stays as superseded. Whoever owns the run writes the journal."""
    captures = list(captures)
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("version").get(pk=run.pk)
        steps = run.version.steps
        position = next((n for n, each in enumerate(steps) if each["key"] == step), None)
        if position is None:
            raise Refused(_("This checklist has no step “%(step)s”. Load the order again.") % {"step": step})
        value = check_answer(steps[position], value, [capture.kind for capture in captures])
        for missing in missing_steps(run):
            if steps.index(missing) < position:
                raise Refused(_("Answer “%(step)s” first.") % {"step": in_language(missing, "title")})
        run.answers.current().filter(step=step).update(superseded_at=at)
        answer = run.answers.create(step=step, value=value, by=by, at=at, device_at=device_at)
        answer.captures.set(captures)
        return answer


def missing_steps(run: Run) -> list[Step]:
    """Required steps without an answer, in order."""
    answered = set(run.answers.current().values_list("step", flat=True))
    return [step for step in run.version.steps if step.get("required", False) and step["key"] not in answered]
