from math import nan
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from merchants.forms import MerchantForm, PhonedForm
from prospecting.geojson import LINES, POLYGONS, geometries
from prospecting.grid_map import Measure
from prospecting.lifecycle import Stage
from prospecting.models import (
    Campaign,
    CampaignCost,
    Cell,
    Handout,
    Lead,
    LostReason,
    Offer,
    Opportunity,
    ProspectingTask,
)
from toolkit.choices import SearchField, SearchManyField
from toolkit.forms import DAY, SEARCHED, InputForm
from workforce.models import Region, User
from workforce.roles import Role

MOST_BYTES = 5_000_000


def prospectors(by: User) -> models.QuerySet[User]:
    return User.objects.visible_to(by).filter(role=Role.PROSPECTOR, is_active=True).order_by("name", "pk")


def prospector_field(**kwargs: Any) -> SearchField:
    return SearchField(
        User.objects.none(), url_name="office:prospector-search", key="username", **{"label": _("Prospector"), **kwargs}
    )


class LeadForm(PhonedForm):
    class Meta:
        model = Lead
        fields = (
            "name", "trade", "region", "address", "lat", "lon", "contact_name", "phone", "campaign", "potential", "note",
        )  # fmt: skip
        widgets = MerchantForm.Meta.widgets
        help_texts = MerchantForm.Meta.help_texts

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["campaign"].queryset = Campaign.objects.visible_to(by)
        self.fields["campaign"].help_text = _("Empty: the one that ran in its cell on the day it was noted.")
        if not self.instance.pk:
            self.fields["material_code"] = forms.CharField(
                label=_("Code on the material"), max_length=20, required=False,
                help_text=_("What the shop names, say from a leaflet: it says which campaign it was."),
            )  # fmt: skip

    def clean(self) -> dict:
        values = super().clean()
        if (values.get("lat") is None) != (values.get("lon") is None):
            self.add_error("lon", _("Give both coordinates, or neither."))
        return values


class OwnerForm(forms.Form):
    owner = prospector_field()

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = prospectors(by)


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
    prospector = prospector_field()
    cells = SearchManyField(
        Cell.objects.none(), url_name="office:cell-search", label=_("Cells"),
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


class CampaignForm(InputForm):
    cells = SearchManyField(
        Cell.objects.none(), url_name="office:cell-search", label=_("Cells"), required=False,
        help_text=_("What is noted in them during these days counts for the campaign."),
    )  # fmt: skip

    class Meta:
        model = Campaign
        fields = ("name", "region", "starts_on", "ends_on", "cells", "goal", "note")
        widgets = {
            "region": forms.Select(attrs=SEARCHED),
            "starts_on": DAY,
            "ends_on": DAY,
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["cells"].queryset = Cell.objects.visible_to(by).standing()
        if self.instance.pk:
            del self.fields["region"]
            kept = Q(retired_at=None) | Q(pk__in=self.instance.cells.values("pk"))
            self.fields["cells"].queryset = Cell.objects.visible_to(by).filter(kept)


class CostForm(InputForm):
    class Meta:
        model = CampaignCost
        fields = ("on", "what", "amount")
        widgets = {"on": DAY}


class HandoutForm(InputForm):
    prospector = prospector_field()

    class Meta:
        model = Handout
        fields = ("on", "prospector", "what", "count", "code")
        widgets = {"on": DAY}

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prospector"].queryset = prospectors(by)


class GridFilter(forms.Form):
    """What the map of the grid shows; all of it stands in the address of the page."""

    region = forms.ModelChoiceField(
        Region.objects.none(), required=False, to_field_name="code", label=_("Region"), empty_label=_("All")
    )
    prospector = prospector_field(required=False, empty_label=_("All"))
    colour = forms.ChoiceField(required=False, choices=Measure.choices, label=_("Coloured by"))
    leads = forms.ChoiceField(required=False, choices=[("", _("Shown")), ("no", _("Hidden"))], label=_("Leads"))

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["prospector"].queryset = prospectors(by)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"


class GridView(GridFilter):
    """With the part of the world that is looked at."""

    bbox = forms.CharField()
    zoom = forms.IntegerField(min_value=0, max_value=22)

    def clean_bbox(self) -> tuple[float, float, float, float]:
        try:
            west, south, east, north = map(float, self.cleaned_data["bbox"].split(","))
        except ValueError:
            west = south = east = north = nan
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90 and west != east):
            raise forms.ValidationError(_("bbox must be west,south,east,north in degrees."))
        return (west, south, east, north) if west < east else (-180, south, 180, north)  # over the date line


class OutlinesForm(forms.Form):
    """GeoJSON that was drawn on the map, pasted, or stands in a file; a file comes back as pasted."""

    kinds: tuple[str, ...] = POLYGONS
    geojson = forms.CharField(
        label=_("GeoJSON"), required=False, help_text=_("WGS-84. Drawing on the map fills this in."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "font-monospace", "spellcheck": "false", "data-geojson": ""}),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Or a file"), required=False, widget=forms.FileInput(attrs={"accept": ".geojson,.json"})
    )

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if file := values.pop("file", None):
            if file.size > MOST_BYTES:
                self.add_error("file", _("The file is too large: at most 5 MB."))
                return values
            text = file.read().decode(errors="replace")
            self.data = self.data.copy()
            self.data["geojson"] = values["geojson"] = text
        try:
            values["geojson"] = geometries(values["geojson"], self.kinds) if values.get("geojson") else []
        except ValueError:
            self.add_error("geojson", _("This is no GeoJSON that could be read. Draw it, or choose another file."))
        return values


class RegionOutlinesForm(OutlinesForm):
    region = forms.ModelChoiceField(
        Region.objects.none(), to_field_name="code", label=_("Region"), widget=forms.Select(attrs=SEARCHED)
    )
    field_order = ("region", "name")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(self.by).filter(boundary__isnull=False)


class DrawCellForm(RegionOutlinesForm):
    name = forms.CharField(label=_("Name"), max_length=80)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        outlines = values.pop("geojson", [])
        if not self.errors and len(outlines) != 1:
            self.add_error("geojson", _("Draw one outline on the map, or paste one. Several go through the import."))
        return values | {"outline": outlines and outlines[0][1]}


class ImportCellsForm(RegionOutlinesForm):
    def clean(self) -> dict[str, Any]:
        values = super().clean()
        return values | {"outlines": values.pop("geojson", [])}


class BoundaryForm(ImportCellsForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(self.by)


class SplitCellForm(OutlinesForm):
    class How(models.TextChoices):
        WORK = "work", _("As many leads in each")
        AREA = "area", _("The same area each")
        LINES = "lines", _("Along streets: lines drawn on the map")

    kinds = LINES
    how = forms.ChoiceField(choices=How, initial=How.WORK, label=_("How"), widget=forms.RadioSelect)
    count = forms.IntegerField(label=_("Into how many cells"), initial=2, required=False)
    field_order = ("how", "count")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        how, lines = values.pop("how", None), [line for _name, line in values.pop("geojson", [])]
        if how != self.How.LINES:
            return values | {"is_by_work": how == self.How.WORK}
        if not lines and not self.errors:
            self.add_error("geojson", _("Draw a line from border to border, or paste the streets."))
        return {"lines": lines}


class ChosenCellsForm(forms.Form):
    """About cells chosen on the map."""

    cells = forms.ModelMultipleChoiceField(
        Cell.objects.none(), to_field_name="number", widget=forms.MultipleHiddenInput,
        error_messages={"required": _("Choose cells on the map first.")},
    )  # fmt: skip

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cells"].queryset = Cell.objects.visible_to(by).standing().select_related("region")


class MergeCellsForm(ChosenCellsForm):
    name = forms.CharField(
        label=_("Name"), max_length=80, required=False, help_text=_("Empty: the names of all of them.")
    )


class GiveCellsForm(ChosenCellsForm):
    prospector = prospector_field(required=False)
    is_taken_back = forms.BooleanField(label=_("Nobody: take them back"), required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["prospector"].queryset = prospectors(by)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.pop("is_taken_back", False) == bool(values.get("prospector")) and not self.errors:
            self.add_error("prospector", _("Choose a prospector, or take the cells back."))
        return values
