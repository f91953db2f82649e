from django import forms
from django.utils.translation import gettext_lazy as _

from spareparts.forms import MOST


class ForecastForm(forms.Form):
    """What a person expects instead of the forecast."""

    monthly = forms.DecimalField(
        label=_("Expected a month"), min_value=0, max_value=MOST, max_digits=10, decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )  # fmt: skip
    until = forms.DateField(label=_("Counts until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("What the past does not show: a campaign, a recall, a new model.")
    )
