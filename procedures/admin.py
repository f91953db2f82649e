from django import forms
from django.contrib import admin
from django.utils import timezone

from procedures.actions import publish_version
from procedures.models import Procedure, ProcedureVersion
from procedures.steps import check_steps
from toolkit.admin import ReadOnlyAdmin, ReferenceAdmin
from toolkit.errors import Refused


@admin.register(Procedure)
class ProcedureAdmin(ReferenceAdmin):
    list_display = ("name", "code", "current")


class VersionForm(forms.ModelForm):
    def clean_steps(self) -> list[dict]:
        try:
            check_steps(self.cleaned_data["steps"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.cleaned_data["steps"]


@admin.register(ProcedureVersion)
class ProcedureVersionAdmin(ReadOnlyAdmin):
    """A version is published here and then only looked at."""

    form = VersionForm
    list_display = ("procedure", "number", "published_at", "published_by")
    list_filter = ("procedure",)
    list_select_related = ("procedure", "published_by")

    def has_add_permission(self, request) -> bool:
        return request.user.is_staff

    def get_fields(self, request, obj=None) -> tuple[str, ...]:
        return ("procedure", "number", "steps", "published_at", "published_by") if obj else ("procedure", "steps")

    def save_model(self, request, obj, form, change) -> None:
        version = publish_version(
            form.cleaned_data["procedure"], steps=form.cleaned_data["steps"], by=request.user, at=timezone.now()
        )
        obj.pk, obj.number = (version.pk, version.number)
