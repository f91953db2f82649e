"""Input about channels and their card keys."""

from django import forms
from django.utils.translation import gettext_lazy as _

from spareparts.forms import ByPerson, part_field, price_field, quantity_field
from spareparts.models import Part, Place
from toolkit.choices import SearchField
from workforce.models import Region, User


def _degrees(label, most: int) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, min_value=-most, max_value=most, required=False, widget=widget)


def _serial(label, **kwargs) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "class": "font-monospace"})
    return forms.CharField(label=label, max_length=30, widget=widget, **kwargs)


class NewChannelForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    person = SearchField(
        User.objects.none(), url_name="office:bag-search", key="username", label=_("Responsible"), required=False,
        help_text=_("Field staff: refills stand on this person's phone."),
    )  # fmt: skip
    lat = _degrees(_("Latitude"), 90)
    lon = _degrees(_("Longitude"), 180)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)  # type: ignore[attr-defined]
        self.fields["person"].queryset = User.objects.visible_to(by).field_staff()  # type: ignore[attr-defined]

    def clean(self) -> dict:
        values = super().clean()
        if (values.get("lat") is None) != (values.get("lon") is None):
            self.add_error("lon", _("Give both coordinates, or neither."))
        return values


class ChannelForm(NewChannelForm):
    is_active = forms.BooleanField(label=_("In use"), required=False)


class BatchForm(forms.Form):
    part = part_field(label=_("Product"))
    first = _serial(_("First serial"), help_text=_("As it is printed, such as CK000001. Never type a secret here."))
    count = quantity_field(_("How many"), most=10_000_000)
    face_value = price_field(_("Face value of one"))
    unit_cost = price_field(_("Price for one"), help_text=_("Empty: the average of what there is."))
    target = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label=_("Into the depot"))

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].queryset = Part.objects.in_use().filter(is_card_key=True)  # type: ignore[attr-defined]
        self.fields["target"].queryset = Place.objects.visible_to(by).depots()  # type: ignore[attr-defined]
        self.fields["face_value"].required = True


class KeyHandOutForm(ByPerson):
    first = _serial(_("First serial"), help_text=_("The ones after it go along."))
    count = quantity_field(_("How many"), most=10_000_000)
    target = SearchField(
        Place.objects.none(), url_name="office:place-search", key="code", label=_("To where"),
        help_text=_("A channel, somebody's bag, or back into a depot."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class MinimumForm(forms.Form):
    part = part_field(label=_("Product"))
    minimum = quantity_field(_("Minimum"), 0, help_text=_("Below it a refill is asked for. 0: no longer."))
    fill_up_to = quantity_field(_("Fill up to"), 0)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What came of it"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "autofocus": True})
    )
