"""Forms of every app: input only, the action decides."""

from django import forms
from django.utils.translation import gettext_lazy as _

SEARCHED = {"data-search": ""}  # static/js/select.js gives the select a search box
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class InputForm(forms.ModelForm):
    """Fields as the model has them; whether their values go together is the action's to say."""

    def _post_clean(self) -> None:
        pass


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "autofocus": True})
    )


class Confirm(forms.Form):
    """Nothing to fill in."""
