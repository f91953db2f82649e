from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from merchants.forms import DAY, SEARCHED, InputForm, dialled
from prospecting.lifecycle import Stage
from prospecting.models import Campaign, Cell, Lead, LostReason, Offer, Opportunity, ProspectingTask
from toolkit.choices import SearchField
from workforce.models import Region, User
from workforce.roles import Role


def prospectors(by: User):
    return User.objects.visible_to(by).filter(role=Role.PROSPECTOR, is_active=True).order_by("name", "pk")


class LeadForm(InputForm):
    """An empty phone leaves the one there is."""

    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    class Meta:
        model = Lead
        fields = (
            "name", "trade", "region", "address", "lat", "lon", "contact_name", "phone", "campaign", "potential", "note",
        )  # fmt: skip
        widgets = {
            "region": forms.Select(attrs=SEARCHED),
            "trade": forms.Select(attrs=SEARCHED),
            "note": forms.Textarea(attrs={"rows": 3}),
            "lat": forms.NumberInput(attrs={"step": "any", "min": -90, "max": 90}),
            "lon": forms.NumberInput(attrs={"step": "any", "min": -180, "max": 180}),
        }
        help_texts = {"lat": _("WGS-84, as a phone measures it.")}

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["campaign"].queryset = Campaign.objects.visible_to(by)
        self.initial["phone"] = ""
        if self.instance.phone:
            self.fields["phone"].help_text = _("Leave empty to keep %(phone)s.") % {"phone": self.instance.masked_phone}

    def clean_phone(self) -> str:
        return dialled(self.cleaned_data["phone"]) or self.instance.phone

    def clean(self) -> dict:
        values = super().clean()
        if (values.get("lat") is None) != (values.get("lon") is None):
            self.add_error("lon", _("Give both coordinates, or neither."))
        return values


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), to_field_name="username", label=_("Prospector"))

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = prospectors(by)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class Confirm(forms.Form):
    """Nothing to fill in."""


class MergeForm(forms.Form):
    merged = SearchField(Lead.objects.none(), url_name="office:lead-search", label=_("The double"))

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merged"].queryset = Lead.objects.visible_to(by).filter(merged_into=None)


class OpportunityForm(InputForm):
    """With how many terminals of each model are expected."""

    class Meta:
        model = Opportunity
        fields = ("monthly_volume", "monthly_fee", "expected_on", "note")
        widgets = {"expected_on": DAY, "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.models = list(TerminalModel.objects.order_by("name"))
        counts = dict(self.instance.terminals.values_list("model", "count")) if self.instance.pk else {}
        for model in self.models:
            self.fields[f"model_{model.pk}"] = forms.IntegerField(
                label=str(model), min_value=0, max_value=999, required=False, initial=counts.get(model.pk)
            )

    def terminals(self) -> dict[TerminalModel, int]:
        return {model: count for model in self.models if (count := self.cleaned_data.get(f"model_{model.pk}"))}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class StageForm(forms.Form):
    stage = forms.ChoiceField(
        label=_("Stage"), choices=[(each.value, each.label) for each in (Stage.QUALIFIED, Stage.OFFERED, Stage.AGREED)]
    )


class LoseForm(forms.Form):
    reason = forms.ModelChoiceField(LostReason.objects.filter(is_active=True), label=_("Why lost"))


class OfferForm(InputForm):
    """What its kind asks for; the rest stays empty."""

    class Meta:
        model = Offer
        fields = ("kind", "text", "starts_at", "ends_at", "quantity", "rate")
        widgets = {
            name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            for name in ("starts_at", "ends_at")
        }
        help_texts = {
            "starts_at": _("For a promised time."),
            "quantity": _("For an extra."),
            "rate": _("For a fee rate."),
        }


class TaskForm(InputForm):
    prospector = forms.ModelChoiceField(User.objects.none(), to_field_name="username", label=_("Prospector"))
    cells = forms.ModelMultipleChoiceField(
        Cell.objects.none(), label=_("Cells"), widget=forms.SelectMultiple(attrs=SEARCHED),
        help_text=_("All their shops that are worth a visit."),
    )  # fmt: skip

    class Meta:
        model = ProspectingTask
        fields = ("title", "prospector", "region", "cells", "due_on")
        widgets = {"region": forms.Select(attrs=SEARCHED), "due_on": DAY}

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prospector"].queryset = prospectors(by)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["cells"].queryset = Cell.objects.visible_to(by).standing()
