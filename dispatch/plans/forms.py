from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dispatch.plans.models import DayPlan
from workforce.models import Region, User


class PlanForm(forms.ModelForm):
    """Its fields are the arguments of request_plan."""

    class Meta:
        model = DayPlan
        fields = ["region", "on", "seconds", "overtime_min", "is_calm"]
        widgets = {"on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), "seconds": forms.RadioSelect}
        help_texts = {
            "region": _("With everything below it. Several regions can be planned at the same time."),
            "seconds": _("Longer is better, above all where there is more to do than can be done."),
        }

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].empty_label = None
        self.fields["overtime_min"].max_value = 240
        self.fields["overtime_min"].widget.attrs |= {"max": 240, "step": 15}
        self.fields["on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def validate_unique(self) -> None:
        """Left to the action."""

    validate_constraints = validate_unique
