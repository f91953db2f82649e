from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from merchants.models import Merchant, Trade
from workforce.models import Region, User


class VariantForm(forms.Form):
    """For whom a variant counts; its fields are the arguments of make_variant."""

    name = forms.CharField(label=_("Name"), max_length=80)
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), choices=[("", _("Every tier")), *Merchant.Tier.choices], required=False)
    trade = forms.ModelChoiceField(Trade.objects.all(), label=_("Trade"), required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].required = not leads_everywhere(by)


class ReferencePictureForm(forms.Form):
    step = forms.ChoiceField(label=_("Step"))
    model = forms.ModelChoiceField(TerminalModel.objects.all(), label=_("Terminal model"))
    file = forms.ImageField(
        label=_("Picture of how it should look"), widget=forms.FileInput(attrs={"accept": "image/*"})
    )

    def __init__(self, *args, steps: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps


def leads_everywhere(person: User) -> bool:
    """Whose word counts in all regions: they alone change what counts everywhere."""
    return person.sees_all_regions or (person.region is not None and person.region.parent_id is None)
