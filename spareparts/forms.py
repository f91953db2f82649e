from django import forms
from django.utils.translation import gettext_lazy as _

from spareparts.models import Part, Place
from toolkit.choices import SearchField
from workforce.models import User


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
    source = _place(_("From"))
    target = _place(_("To"))
    field_order = ("part", "quantity", "source", "target", "note")


class ReturnForm(ReceiveForm):
    source = _place(_("From the bag"))
    field_order = ("part", "quantity", "source", "target", "note")
