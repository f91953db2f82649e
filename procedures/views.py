"""Procedures in the office: what there is, what changed, and the editor with its preview."""

import uuid
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView

from evidence.actions import keep_picture
from evidence.models import Capture
from procedures import actions, editor
from procedures.forms import ReferencePictureForm, VariantForm, leads_everywhere
from procedures.lists import ProcedureFilter, ProcedureTable, listed_procedures
from procedures.models import Draft, Procedure, ProcedureVersion, ReferencePicture, Variant, VariantVersion
from procedures.permissions import EDIT_PROCEDURE, VIEW_PROCEDURE
from procedures.queries import step_views
from procedures.steps import Equal, Severity, Step, StepKind, faults_of, in_language
from procedures.variants import changes_between, resolve
from procedures.words import side_by_side
from toolkit.errors import Refused
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, Page, SubjectMixin
from workforce.models import User


class ProcedureList(ListPage):
    name = "procedure-list"
    title = gettext_lazy("Procedures")
    permission = VIEW_PROCEDURE
    filterset_class = ProcedureFilter
    table_class = ProcedureTable

    def rows(self) -> QuerySet[Procedure]:
        return listed_procedures()


class ProcedureMixin(SubjectMixin):
    slug_field = "code"
    permission = VIEW_PROCEDURE

    def subjects(self) -> QuerySet[Procedure]:
        return Procedure.objects.all()

    @property
    def may_edit(self) -> bool:
        return self.request.user.has_perm(EDIT_PROCEDURE) and leads_everywhere(self.request.user)


class VariantMixin(SubjectMixin):
    permission = VIEW_PROCEDURE

    def subjects(self) -> QuerySet[Variant]:
        return Variant.objects.visible_to(self.request.user).select_related("procedure", "region", "trade")

    @property
    def may_edit(self) -> bool:
        """A variant belongs to whoever leads its region."""
        user, region = self.request.user, self.subject.region
        is_ones_own = region is not None and user.region is not None and region.path.startswith(user.region.path)
        return user.has_perm(EDIT_PROCEDURE) and (leads_everywhere(user) or is_ones_own)


class ProcedureDetail(ProcedureMixin, DetailPage):
    template_name = "procedures/procedure.html"

    def get_context_data(self, **kwargs) -> dict:
        versions = list(self.subject.versions.select_related("published_by"))
        pairs = list(zip(versions, [*versions[1:], None], strict=True))
        current = versions[0] if versions else None
        return super().get_context_data(
            versions=pairs,
            current=current,
            lines=side_by_side(current.steps, current.steps) if current else [],
            variants=self.subject.variants.all()
            & Variant.objects.visible_to(self.request.user).select_related("region", "trade"),
            may_edit=self.may_edit,
            references=self._references(current),
            may_vary=current is not None and self.request.user.has_perm(EDIT_PROCEDURE),
            draft=Draft.objects.filter(procedure=self.subject, variant=None, by=self.request.user).first(),
            **kwargs,
        )

    def _references(self, current: ProcedureVersion | None) -> list[tuple[str, ReferencePicture]]:
        """Title of the step, picture; in the order of the steps."""
        titles = {step["key"]: in_language(step, "title") for step in (current.steps if current else [])}
        places = list(titles)
        pictures = self.subject.reference_pictures.select_related("model", "capture").filter(step__in=places)
        ordered = sorted(pictures, key=lambda each: (places.index(each.step), str(each.model)))
        return [(titles[picture.step], picture) for picture in ordered]


class ProcedureCompare(ProcedureMixin, DetailPage):
    """Two versions side by side: ?before=1&after=2, else the last two."""

    template_name = "procedures/compare.html"

    def get_context_data(self, **kwargs) -> dict:
        versions = {version.number: version for version in self.subject.versions.all()}
        after = versions.get(self._asked("after")) or self.subject.current
        before = versions.get(self._asked("before")) or (versions.get(after.number - 1) if after else None)
        return super().get_context_data(
            before=before,
            after=after,
            numbers=sorted(versions),
            lines=side_by_side(before.steps if before else [], after.steps if after else []),
            back_url=self.subject.get_absolute_url(),
            **kwargs,
        )

    def _asked(self, name: str) -> int:
        text = self.request.GET.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 9 else 0


class VariantDetail(VariantMixin, DetailPage):
    """What differs from the procedure."""

    template_name = "procedures/variant.html"

    def get_context_data(self, **kwargs) -> dict:
        core, version = self.subject.procedure.current, self.subject.current
        steps = core.steps if core else []
        return super().get_context_data(
            core=core,
            version=version,
            lines=side_by_side(steps, resolve(steps, [version.changes]) if version else steps),
            versions=self.subject.versions.select_related("published_by"),
            may_edit=self.may_edit and self.subject.is_active,
            draft=Draft.objects.filter(variant=self.subject, by=self.request.user).first(),
            **kwargs,
        )


class VariantCreate(ProcedureMixin, ActionPage):
    permission = EDIT_PROCEDURE
    form_class = VariantForm
    submit_label = gettext_lazy("Make the variant")

    def get_title(self) -> str:
        return _("New variant of “%(procedure)s”") % {"procedure": self.subject}

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def run_action(self, values: dict) -> Variant:
        return actions.make_variant(self.subject, by=self.request.user, at=timezone.now(), **values)

    def done_url(self, result: Variant) -> str:
        return reverse("office:procedure-variant-edit", args=[result.number])


class ReferencePictureAdd(ProcedureMixin, ActionPage):
    """How it should look, by step and terminal model."""

    permission = EDIT_PROCEDURE
    form_class = ReferencePictureForm
    title = gettext_lazy("Add a reference picture")
    submit_label = gettext_lazy("Put it beside the step")

    def get_form_kwargs(self) -> dict:
        steps = self.subject.current.steps if self.subject.current else []
        shown = [(step["key"], in_language(step, "title")) for step in steps]
        return {**super().get_form_kwargs(), "steps": shown}

    def run_action(self, values: dict) -> ReferencePicture:
        if not self.may_edit:
            raise PermissionDenied
        file = values.pop("file")
        file.seek(0)
        capture = keep_picture(file, id=uuid.uuid4(), kind=Capture.Kind.PHOTO, **self.who)
        return actions.set_reference_picture(self.subject, capture=capture, **values, **self.who)


class ReferencePictureRemove(ProcedureMixin, Page, TemplateView):
    permission = EDIT_PROCEDURE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: str, picture: int) -> HttpResponse:
        if not self.may_edit:
            raise PermissionDenied
        found = get_object_or_404(self.subject.reference_pictures.select_related("capture", "model"), pk=picture)
        actions.remove_reference_picture(found, by=request.user, at=timezone.now())
        return HttpResponseRedirect(self.subject.get_absolute_url())


class VariantRetire(VariantMixin, Page, TemplateView):
    permission = EDIT_PROCEDURE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        if not self.may_edit:
            raise PermissionDenied
        actions.retire_variant(self.subject, by=request.user, at=timezone.now())
        return HttpResponseRedirect(self.subject.get_absolute_url())


class Content:
    """What is edited or previewed: the person's draft, else what is in force."""

    request: HttpRequest

    @property
    def procedure(self) -> Procedure:
        raise NotImplementedError

    variant: Variant | None = None

    @cached_property
    def core(self) -> list[Step]:
        """Steps that may only be tightened: none in a procedure itself."""
        version = self.procedure.current if self.variant else None
        return version.steps if version else []

    @property
    def current(self) -> ProcedureVersion | VariantVersion | None:
        return self.variant.current if self.variant else self.procedure.current

    @property
    def published(self) -> list[Step]:
        current = self.current
        if isinstance(current, VariantVersion):
            return resolve(self.core, [current.changes])
        return current.steps if current else self.core

    @property
    def draft(self) -> Draft | None:
        user: Any = self.request.user
        return Draft.objects.filter(procedure=self.procedure, variant=self.variant, by=user).first()


class OfProcedure(ProcedureMixin, Content):
    subject: Any

    @property
    def procedure(self) -> Procedure:
        return self.subject


class OfVariant(VariantMixin, Content):
    subject: Any

    @property
    def procedure(self) -> Procedure:
        return self.subject.procedure

    @property
    def variant(self) -> Variant:  # type: ignore[override]
        return self.subject


class Editor(Page, TemplateView):
    """A form whose every change is kept as the person's draft; publishing alone makes it count."""

    permission = EDIT_PROCEDURE
    template_name = "procedures/editor.html"
    preview: str

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.has_perm(self.permission) and not self.may_edit:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return _("Edit “%(name)s”") % {"name": self.subject}

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        steps, button = editor.read_steps(request.POST, self.core), request.POST.get("do", "save")
        text = request.POST.get("base", "")
        base = int(text) if text.isdecimal() and len(text) < 9 else 0
        by: User = request.user
        if button == "discard":
            actions.discard_draft(self.procedure, self.variant, by=by)
            return HttpResponseRedirect(request.path)
        if button == "rebase":
            base = self.current.number if self.current else 0
        steps = editor.press(steps, button, self.core)
        actions.save_draft(self.procedure, self.variant, steps=steps, base=base, by=by, at=timezone.now())
        if button == "publish":
            return self._publish(steps, base, by)
        if not request.headers.get("HX-Request"):
            return HttpResponseRedirect(request.path)
        template = "procedures/editor_state.html" if button == "save" else "procedures/editor_form.html"
        response = render(request, template, self.get_context_data())
        response["HX-Trigger"] = "draft-saved"
        return response

    def _publish(self, steps: list[Step], base: int, by: User) -> HttpResponse:
        try:
            if self.variant:
                version: Any = actions.publish_variant(self.variant, steps=steps, base=base, by=by, at=timezone.now())
            else:
                version = actions.publish_version(self.procedure, steps=steps, base=base, by=by, at=timezone.now())
        except Refused as refusal:
            return self.render_to_response(self.get_context_data(refusal=refusal), status=422)
        messages.success(self.request, _("Published: %(version)s. New orders follow it.") % {"version": version})
        return HttpResponseRedirect(self.subject.get_absolute_url())

    def get_context_data(self, **kwargs) -> dict:
        draft, current = self.draft, self.current
        steps = draft.steps if draft else self.published
        number = current.number if current else 0
        base = draft.base if draft else number
        return super().get_context_data(
            subject=self.subject,
            procedure=self.procedure,
            variant=self.variant,
            cards=editor.cards(steps, self.core),
            kinds=StepKind.choices,
            equals=Equal.choices,
            severities=Severity.choices,
            draft=draft,
            base=base,
            overtaken_by=current if base != number else None,
            faults=self.faults(steps),
            preview_url=reverse(self.preview, args=[self.kwargs["number"]]),
            back_url=self.subject.get_absolute_url(),
            **kwargs,
        )

    def faults(self, steps: list[Step]) -> list[str]:
        if found := faults_of(steps):
            return found
        try:
            if self.variant:
                changes_between(self.core, steps)
        except Refused as refusal:
            return [str(refusal)]
        return []


class ProcedureEditor(OfProcedure, Editor):
    permission = EDIT_PROCEDURE
    preview = "office:procedure-preview"


class VariantEditor(OfVariant, Editor):
    permission = EDIT_PROCEDURE
    preview = "office:procedure-variant-preview"


@method_decorator(xframe_options_sameorigin, name="dispatch")
@method_decorator(csp_replace({"frame-ancestors": [SELF]}), name="dispatch")
class Preview(Page, TemplateView):
    """The checklist by the phone's own template, in a frame of the editor; nothing in it can be sent."""

    template_name = "procedures/preview.html"
    title = gettext_lazy("Preview")

    def get_context_data(self, **kwargs) -> dict:
        draft = self.draft
        steps = [step for step in (draft.steps if draft else self.published) if step["kind"] in StepKind.values]
        keys = {step["key"] for step in steps}
        shown = step_views(steps, {}, taken=keys, opened=keys)
        page = {"steps": shown, "answered": 0, "asked": len(shown), "answers_now": True}
        return super().get_context_data(page=page, order={"number": "0"}, **kwargs)


class ProcedurePreview(OfProcedure, Preview):
    pass


class VariantPreview(OfVariant, Preview):
    pass
