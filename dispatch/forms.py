from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.models import RuleSet
from workforce.models import Region, User


class AssignForm(forms.Form):
    """`engineer` is chosen among the people listed on the page."""

    engineer = forms.ModelChoiceField(
        User.objects.none(), to_field_name="username", label=_("Engineer"), widget=forms.HiddenInput, required=True,
        error_messages={"required": _("Choose an engineer."), "invalid_choice": _("Choose an engineer of your regions.")},
    )  # fmt: skip
    start = forms.DateTimeField(
        label=_("Start"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: the first free time."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Stays with the order: why you choose and not the rules.")
    )
    force = forms.BooleanField(label=_("Book even if the person is busy then"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["engineer"].queryset = User.objects.visible_to(by).engineers()


class RuleSetForm(forms.ModelForm):
    class Meta:
        model = RuleSet
        fields = [
            "name", "region", "order_type", "is_automatic", "max_travel_min", "max_orders", "accept_within_min",
            "travel_weight", "load_weight", "lateness_weight", "continuity_weight", "overskill_weight",
        ]  # fmt: skip

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        leads_all = by.sees_all_regions or (by.region_id and by.region.parent_id is None)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].required = not leads_all
        self.fields["region"].empty_label = _("everywhere") if leads_all else None
        self.fields["order_type"].empty_label = _("all order types")
        for name, field in self.fields.items():
            if name.endswith("_weight"):
                field.widget = forms.NumberInput(attrs={"type": "range", "class": "form-range", "min": 0, "max": 100})

    def validate_unique(self) -> None:
        """Versions and what is in force are the action's matter."""

    def validate_constraints(self) -> None:
        """Likewise."""
