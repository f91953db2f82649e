from django import forms
from django.utils.translation import gettext_lazy as _

from spareparts.models import Part, Place
from toolkit.choices import SearchField
from workforce.models import Region, User


def part_field(**kwargs) -> SearchField:
    return SearchField(Part.objects.in_use(), url_name="office:part-search", key="code", label=_("Part"), **kwargs)


def quantity_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=1_000_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )


def _place(label) -> SearchField:
    return SearchField(Place.objects.none(), url_name="office:place-search", key="code", label=label)


class MoveForm(forms.Form):
    """Fields in the order of the sentence: what, how many, from where, to where."""

    part = part_field()
    quantity = quantity_field()
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        places = Place.objects.visible_to(by).in_use().select_related("person")
        for name in {"source", "target"} & set(self.fields):
            self.fields[name].queryset = places


class ReceiveForm(MoveForm):
    target = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label=_("Into the depot"))
    field_order = ("part", "quantity", "target", "note")

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["target"].queryset = Place.objects.visible_to(by).depots()


class TransferForm(MoveForm):
    source = _place(_("From where"))
    target = _place(_("To where"))
    field_order = ("part", "quantity", "source", "target", "note")


class ReturnForm(ReceiveForm):
    source = _place(_("From the bag"))
    field_order = ("part", "quantity", "source", "target", "note")


class DepotForm(forms.ModelForm):
    class Meta:
        model = Place
        fields = ["name", "region", "lat", "lon", "calendar", "is_active"]

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = self.fields["region"].required = True
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["calendar"].empty_label = _("Always open")

    def clean(self) -> dict:
        values = super().clean()
        if (values.get("lat") is None) != (values.get("lon") is None):
            self.add_error("lon", _("Give both coordinates, or neither."))
        return values

    def _post_clean(self) -> None:
        """The instance stays as it is: the action changes a fresh one."""


class NewDepotForm(DepotForm):
    class Meta(DepotForm.Meta):
        fields = ["code", "name", "region", "lat", "lon", "calendar"]
