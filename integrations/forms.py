from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.columns import COLUMNS
from integrations.models import ApiToken, Import, Scope
from workforce.models import Region, User


class UploadForm(forms.ModelForm):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX with any headers; you say on the next page which column is which."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )
    field_order = ["kind", "file"]

    class Meta:
        model = Import
        fields = ["kind", "region", "datum"]
        help_texts = {
            "datum": _("GPS devices give WGS-84; coordinates copied from a Chinese map are shifted."),
        }

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].initial = by.region_id

    def clean(self) -> dict:
        values = super().clean()
        if values.get("file"):
            values["filename"] = values["file"].name
        return values


class MappingForm(forms.Form):
    """One select per column of ours, offering their headers."""

    def __init__(self, *args, job: Import, headers: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("– not in the file –")), *((header, header) for header in headers)]
        for column in COLUMNS[job.kind]:
            self.fields[column.name] = forms.ChoiceField(
                label=column.label,
                choices=choices,
                required=column.is_required,
                initial=job.mapping.get(column.name, ""),
            )
        if job.kind == Import.Kind.LEADS:
            self.fields["doubles"] = forms.ChoiceField(
                label=_("Possible doubles"),
                help_text=_("The same phone, or a similar name close by, here already or further up in the file."),
                choices=Import.Doubles,
                initial=job.doubles,
                widget=forms.RadioSelect,
            )


class TokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(label=_("What it may do"), choices=Scope, widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateTimeField(
        label=_("Expires"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: it holds until it is revoked."),
    )

    class Meta:
        model = ApiToken
        fields = ["name", "scopes", "expires_at", "rate_per_minute"]
