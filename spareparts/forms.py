from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spareparts.models import HandoverLine, Part, Place, PurchaseRequest, Supplier
from toolkit.choices import SearchField
from workforce.models import Region, User

MOST = 1_000_000


def part_field(**kwargs) -> SearchField:
    return SearchField(
        Part.objects.in_use(), url_name="office:part-search", key="code", **{"label": _("Part"), **kwargs}
    )


def quantity_field(label: Any = None, least: int = 1, most: int = MOST, **kwargs) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label or _("Quantity"), min_value=least, max_value=most, widget=widget, **kwargs)


def price_field(label: Any, **kwargs) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.DecimalField(
        label=label, min_value=0, max_digits=12, decimal_places=4, required=False, widget=widget, **kwargs
    )


def _place(label) -> SearchField:
    return SearchField(Place.objects.none(), url_name="office:place-search", key="code", label=label)


class ByPerson(forms.Form):
    """Places and depots are those the person may see."""

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        places = Place.objects.visible_to(by).in_use().select_related("person")
        for name in {"source", "target", "place"} & set(self.fields):
            self.fields[name].queryset = places


class MoveForm(ByPerson):
    """Fields in the order of the sentence: what, how many, from where, to where."""

    part = part_field()
    quantity = quantity_field()
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ReceiveForm(MoveForm):
    unit_cost = price_field(_("Price for one"), help_text=_("Empty: the average of what there is."))
    target = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label=_("Into the depot"))
    field_order = ("part", "quantity", "unit_cost", "target", "note")

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["target"].queryset = Place.objects.visible_to(by).depots()


class TransferForm(MoveForm):
    source = _place(_("From where"))
    target = _place(_("To where"))
    field_order = ("part", "quantity", "source", "target", "note")


class ReturnForm(MoveForm):
    source = _place(_("From the bag"))
    target = forms.ModelChoiceField(
        Place.objects.none(), to_field_name="code", label=_("Into the depot"),
        help_text=_("What is broken goes to a place for defective parts."),
    )  # fmt: skip
    field_order = ("part", "quantity", "source", "target", "note")

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        kinds = [*Place.SHELVES, Place.Kind.DEFECTIVE]
        self.fields["target"].queryset = Place.objects.visible_to(by).filter(kind__in=kinds, is_active=True)


class ArrivalForm(forms.Form):
    """How many of each line have arrived."""

    def __init__(self, *args, lines: Iterable[HandoverLine], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {f"line_{line.pk}": line for line in lines}
        for name, line in self.lines.items():
            self.fields[name] = quantity_field(str(line.part), 0, line.quantity, initial=line.quantity)
        self.fields["reason"] = forms.CharField(label=_("Why not everything arrived"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        arrived = {line.part: values.get(name, 0) for name, line in self.lines.items()}
        return {"arrived": arrived, "reason": values.get("reason", "")}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class RefusalForm(forms.Form):
    refusal = forms.CharField(label=_("Why refused"), max_length=200)


class Confirm(forms.Form):
    """Nothing to fill in."""


class StocktakeForm(ByPerson):
    place = _place(_("What is counted"))


class CountForm(forms.Form):
    """Parts without their levels: the count is blind. One part more can be named that nobody knew of."""

    def __init__(self, *args, parts: Iterable[Part], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.parts = {f"part_{part.pk}": part for part in parts}
        for name, part in self.parts.items():
            label = f"{part} · {part.get_unit_display()}"
            self.fields[name] = quantity_field(label, 0)
        self.fields["part"] = part_field(label=_("Also found"), required=False)
        self.fields["quantity"] = quantity_field(required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        counts = {part: values[name] for name, part in self.parts.items() if name in values}
        if found := values.get("part"):
            if values.get("quantity") is None:
                self.add_error("quantity", _("Say how many there are."))
            counts[found] = values.get("quantity") or 0
        return {"counts": counts}


class ScrapForm(MoveForm):
    note = None
    place = _place(_("From where"))
    target = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label=_("To the scrap at"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    field_order = ("part", "quantity", "place", "target", "reason")

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["target"].queryset = Place.objects.visible_to(by).filter(kind=Place.Kind.SCRAP, is_active=True)


class ReorderRuleForm(ByPerson):
    part = part_field()
    place = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label=_("Depot"))
    reorder_point = quantity_field(_("Reorder below"))
    order_up_to = quantity_field(_("Order up to"))
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["place"].queryset = Place.objects.visible_to(by).depots()


class PurchaseForm(forms.Form):
    """Whatever has a price is ordered."""

    supplier = forms.ModelChoiceField(
        Supplier.objects.filter(is_active=True), to_field_name="code", label=_("Supplier")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args, requests: Iterable[PurchaseRequest], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.requests = {f"price_{request.pk}": request for request in requests}
        for name, request in self.requests.items():
            label = _("Price for one: %(count)d × %(part)s, %(place)s") % {
                "count": request.quantity, "part": request.part, "place": request.place,
            }  # fmt: skip
            usual = request.part.average_cost or None
            hint = _("Usually %(price)s. Empty: not ordered now.") % {"price": usual} if usual else ""
            self.fields[name] = price_field(label, help_text=hint)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        prices: dict[PurchaseRequest, Decimal] = {
            request: values[name] for name, request in self.requests.items() if values.get(name) is not None
        }
        return {"supplier": values.get("supplier"), "note": values.get("note", ""), "requests": prices}


class ArrivedPurchaseForm(forms.Form):
    """How many of each line have come this time."""

    def __init__(self, *args, lines: Iterable[PurchaseRequest], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {f"line_{line.pk}": line for line in lines}
        for name, line in self.lines.items():
            label = f"{line.part} · {line.place}"
            self.fields[name] = quantity_field(label, 0, line.missing, initial=line.missing)
        self.fields["is_final"] = forms.BooleanField(label=_("The rest will not come"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        received = {line: values.get(name) or 0 for name, line in self.lines.items()}
        return {"received": received, "is_final": values.get("is_final", False)}


class PartForm(forms.ModelForm):
    class Meta:
        model = Part
        fields = [
            "name",
            "name_zh",
            "unit",
            "is_serialised",
            "is_card_key",
            "price_class",
            "supplier",
            "fits",
            "is_active",
        ]

    def _post_clean(self) -> None:
        """The instance stays as it is: the action changes a fresh one."""


class NewPartForm(PartForm):
    class Meta(PartForm.Meta):
        fields = ["code", "name", "name_zh", "unit", "is_serialised", "is_card_key", "price_class", "supplier", "fits"]


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
    kind = forms.ChoiceField(label=_("Kind"), initial=Place.Kind.DEPOT)

    class Meta(DepotForm.Meta):
        fields = ["code", "name", "region", "lat", "lon", "calendar"]

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        made = Place.MADE_BY_THEMSELVES
        self.fields["kind"].choices = [choice for choice in Place.Kind.choices if choice[0] not in made]
        self.fields["kind"].required = False

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Place.Kind.DEPOT
