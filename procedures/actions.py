from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assets.models import TerminalModel
from evidence.models import Capture
from journal.actions import record
from merchants.models import Merchant, Trade
from procedures import branching
from procedures.answers import Taken, check_answer
from procedures.models import Answer, Draft, Procedure, ProcedureVersion, ReferencePicture, Run, Variant, VariantVersion
from procedures.steps import Step, check_steps, in_language
from procedures.variants import changes_between, resolve
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import Region, User


def publish_version(
    procedure: Procedure, *, steps: list[Step], by: User | None, at: datetime, base: int | None = None
) -> ProcedureVersion:
    """From now on new runs follow these steps; runs under way keep theirs. Their draft has done its work.

    `base` is the version the writer began with; refused when another has been published since.
    """
    check_steps(steps)
    with transaction.atomic():
        procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
        before = procedure.current
        _refuse_if_overtaken(before, base)
        if before and before.steps == steps:
            raise Refused(_("These are the steps already in force (version %(n)d).") % {"n": before.number})
        _refuse_unless_they_fit(steps, _current_variants(procedure))
        number = before.number + 1 if before else 1
        version = procedure.versions.create(number=number, steps=steps, published_at=at, published_by=by)
        Draft.objects.filter(by=by, procedure=procedure, variant=None).delete()
        changes = {"version": [before.number if before else None, number]}
        record("procedures.publish_version", procedure, by=by, at=at, changes=changes)
        return version


def make_variant(
    procedure: Procedure,
    *,
    name: str,
    by: User | None,
    at: datetime,
    region: Region | None = None,
    tier: str = "",
    trade: Trade | None = None,
) -> Variant:
    """Nothing differs until its first version is published."""
    if region is None and not tier and trade is None:
        raise Refused(_("Say for which region, tier or trade it counts."), field="region")
    try:
        with transaction.atomic():
            variant = Variant.objects.create(
                number=next_number("PV"), procedure=procedure, name=name.strip(), region=region, tier=tier, trade=trade
            )
            record("procedures.make_variant", variant, by=by, at=at, changes={"scope": [None, variant.scope]})
            return variant
    except IntegrityError as clash:
        raise Refused(_("There is a variant for just these merchants already. Change that one.")) from clash


def publish_variant(
    variant: Variant, *, steps: list[Step], by: User | None, at: datetime, base: int | None = None
) -> VariantVersion:
    """`steps` is the whole list as it shall be for these merchants; kept is in what it differs from the procedure."""
    check_steps(steps)
    with transaction.atomic():
        procedure = Procedure.objects.select_for_update().get(pk=variant.procedure_id)
        variant = Variant.objects.select_for_update().get(pk=variant.pk)
        core = procedure.current
        if core is None:
            raise Refused(_("“%(name)s” has no published version yet. Publish its steps first.") % {"name": procedure})
        before = variant.current
        _refuse_if_overtaken(before, base)
        changes = changes_between(core.steps, steps)
        if changes == (before.changes if before else {"add": [], "tighten": {}}):
            raise Refused(_("Nothing differs from what is in force. Change something first."))
        number = before.number + 1 if before else 1
        version = VariantVersion(variant=variant, number=number, changes=changes, published_at=at, published_by=by)
        others = [each for each in _current_variants(procedure) if each.variant_id != variant.pk]
        if variant.is_active:
            _refuse_unless_they_fit(core.steps, [*others, version])
        version.save()
        Draft.objects.filter(by=by, procedure=procedure, variant=variant).delete()
        record("procedures.publish_variant", variant, by=by, at=at,
               changes={"version": [before.number if before else None, number]})  # fmt: skip
        return version


def retire_variant(variant: Variant, *, by: User, at: datetime) -> Variant:
    """New runs do not follow it any more."""
    with transaction.atomic():
        variant = Variant.objects.select_for_update().get(pk=variant.pk)
        if not variant.is_active:
            raise Refused(_("“%(variant)s” is not in use any more.") % {"variant": variant})
        variant.is_active = False
        variant.save(update_fields=["is_active"])
        record("procedures.retire_variant", variant, by=by, at=at, changes={"is_active": [True, False]})
        return variant


def _refuse_if_overtaken(current: ProcedureVersion | VariantVersion | None, base: int | None) -> None:
    number = current.number if current else 0
    if base is None or base == number or current is None:
        return
    raise Refused(
        _("%(who)s has published version %(n)d since you began. Compare it with your draft, which is kept.")
        % {"who": current.published_by or _("Somebody"), "n": number}
    )


def _current_variants(procedure: Procedure) -> list[VariantVersion]:
    """The general ones before the special ones."""
    versions = VariantVersion.objects.filter(variant__procedure=procedure, variant__is_active=True)
    current = versions.order_by("variant_id", "-number").distinct("variant_id").select_related("variant__region")
    return sorted(current, key=lambda each: (each.variant.region.depth if each.variant.region else -1, each.variant_id))


def _refuse_unless_they_fit(core: list[Step], versions: Sequence[VariantVersion]) -> None:
    """Each variant with the core, and each two that can meet at one merchant."""
    pairs = [(one, other) for one, other in combinations(versions, 2) if one.variant.overlaps(other.variant)]
    for together in [*((each,) for each in versions), *pairs]:
        try:
            check_steps(resolve(core, [each.changes for each in together]))
        except Refused as refusal:
            names = " + ".join(str(each.variant) for each in together)
            raise Refused(
                _("The variant “%(variant)s” would not fit: %(fault)s") % {"variant": names, "fault": refusal}
            ) from refusal


def set_reference_picture(
    procedure: Procedure, *, step: str, model: TerminalModel, capture: Capture, by: User, at: datetime
) -> ReferencePicture:
    """Phones show it beside the step from now on, also for orders under way."""
    if step not in [each["key"] for each in (procedure.current.steps if procedure.current else [])]:
        raise Refused(_("This procedure has no such step."), field="step")
    with transaction.atomic():
        picture, is_new = procedure.reference_pictures.update_or_create(
            step=step, model=model, defaults={"capture": capture}
        )
        changes = {"picture": [None if is_new else "…", capture.sha256], "step": [None, step]}
        record("procedures.set_reference_picture", procedure, by=by, at=at, changes=changes, note=str(picture))
        return picture


def remove_reference_picture(picture: ReferencePicture, *, by: User, at: datetime) -> None:
    with transaction.atomic():
        changes = {"picture": [picture.capture.sha256, None], "step": [picture.step, None]}
        record(
            "procedures.remove_reference_picture", picture.procedure, by=by, at=at, changes=changes, note=str(picture)
        )
        picture.delete()


def save_draft(
    procedure: Procedure, variant: Variant | None = None, *, steps: list[Step], base: int, by: User, at: datetime
) -> Draft:
    """Whatever it says: faults are for publishing."""
    draft, _new = Draft.objects.update_or_create(
        by=by, procedure=procedure, variant=variant, defaults={"steps": steps, "base": base, "saved_at": at}
    )
    return draft


def discard_draft(procedure: Procedure, variant: Variant | None = None, *, by: User) -> None:
    Draft.objects.filter(by=by, procedure=procedure, variant=variant).delete()


def start_run(procedure: Procedure, *, merchant: Merchant, at: datetime) -> Run:
    """By the version in force and the variants that count for this merchant; the run keeps both."""
    version = procedure.current
    if version is None:
        raise Refused(_("“%(name)s” has no published version yet. Publish its steps first.") % {"name": procedure})
    published = [each for each in _current_variants(procedure) if each.variant.fits(merchant)]
    steps = resolve(version.steps, [each.changes for each in published]) if published else None
    run = Run.objects.create(version=version, resolved_steps=steps, started_at=at)
    if published:
        run.variant_versions.set(published)
    return run


def answer_step(
    run: Run,
    *,
    step: str,
    value: Any = None,
    captures: Iterable[Capture] = (),
    by: User,
    at: datetime,
    device_at: datetime | None = None,
    serials: Callable[[str], Collection[str]] | None = None,
) -> Answer:
    """Keeps an answer; one given before stays as superseded. Whoever owns the run writes the journal.

    `serials` knows what a scan may give, by what the step wants it to be (procedures.steps.Equal).
    """
    captures = list(captures)
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("version").get(pk=run.pk)
        asked = next((each for each in run.steps if each["key"] == step), None)
        if asked is None:
            raise Refused(_("This checklist has no step “%(step)s”. Load the order again.") % {"step": step})
        taken = [Taken(capture.kind, capture.source) for capture in captures]
        expected = serials(asked["equal"]) if serials and asked.get("equal") else None
        value = check_answer(asked, value, taken, expected)
        answered = run.answered
        if asked not in branching.open_steps(run.steps, answered):
            if asked not in branching.taken_steps(run.steps, answered):
                raise Refused(
                    _("“%(step)s” is not asked after what was answered before. Load the order again.")
                    % {"step": in_language(asked, "title")}
                )
            first = branching.missing_steps(run.steps, answered)[0]
            raise Refused(_("Answer “%(step)s” first.") % {"step": in_language(first, "title")})
        run.answers.current().filter(step=step).update(superseded_at=at)
        answer = run.answers.create(step=step, value=value, by=by, at=at, device_at=device_at)
        answer.captures.set(captures)
        return answer


def missing_steps(run: Run) -> list[Step]:
    """Required steps on the branches taken that have no answer, in order."""
    return branching.missing_steps(run.steps, run.answered)
