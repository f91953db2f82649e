"""What a shop can ask of us without a login. Field names are the keyword arguments of the action."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants.forms import dialled
from merchants.models import Trade
from prospecting.attribution import normal
from prospecting.models import Campaign
from workorders.public_forms import FilingForm


class WantForm(FilingForm):
    """Nothing is known of who fills it in. A code of no campaign of ours is no error of theirs."""

    photos = voice = None
    name = forms.CharField(
        label=gettext_lazy("Name of the shop"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        help_text=gettext_lazy("We call you on this number and use it for nothing else."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    trade = forms.ModelChoiceField(
        Trade.objects.all(), label=gettext_lazy("Kind of shop"), required=False, empty_label=gettext_lazy("Please choose"),
        to_field_name="code",
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(required=False, min_value=0, widget=forms.HiddenInput)
    c = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["details"].label = _("Anything we should know?")
        self.fields["details"].widget.attrs["rows"] = 2

    def clean_phone(self) -> str:
        return dialled(self.cleaned_data["phone"])

    def clean(self) -> dict:
        values = super().clean()
        if values.get("lat") is None or values.get("lon") is None:
            values |= {"lat": None, "lon": None, "accuracy_m": None}
        values["note"] = values.pop("details", "")
        code = normal(values.pop("c", ""))
        values["campaign"] = Campaign.objects.filter(handouts__code=code, closed_at=None).first() if code else None
        return values
