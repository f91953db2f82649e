from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dispatch.plans.models import DayPlan
from toolkit.choices import SearchField
from workforce.models import Region, User
from workorders.models import WorkOrder


class PlanForm(forms.ModelForm):
    """Its fields are the arguments of request_plan."""

    absent = SearchField(
        User.objects.none(),
        url_name="office:engineer-search",
        key="username",
        label=_("Somebody is absent"),
        required=False,
        help_text=_("Their orders go to others for the rest of that day. Applying the plan books the leave."),
    )
    urgent_order = forms.ModelChoiceField(
        WorkOrder.objects.none(), to_field_name="number", required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = DayPlan
        fields = ["region", "on", "seconds", "is_calm", "overtime_min", "absent", "urgent_order"]
        widgets = {"on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), "seconds": forms.RadioSelect}
        help_texts = {
            "region": _("With everything below it. Several regions can be planned at the same time."),
            "seconds": _("Longer is better, above all where there is more to do than can be done."),
        }

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].empty_label = None
        self.fields["absent"].queryset = User.objects.visible_to(by).engineers()
        self.fields["urgent_order"].queryset = WorkOrder.objects.visible_to(by)
        self.fields["seconds"].choices = DayPlan.Limit.choices
        self.fields["overtime_min"].widget.attrs |= {"max": 240, "step": 15}
        self.fields["on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def validate_unique(self) -> None:
        """Left to the action."""

    validate_constraints = validate_unique


def usual(by: User) -> dict:
    """Tomorrow, in one's own region."""
    return {"region": by.region_id, "on": timezone.localdate() + timedelta(days=1)}


def urgent(order: WorkOrder, by: User) -> dict:
    """Today, quickly, and moving as little as possible."""
    here = by.region_id if by.region_id and order.region.path.startswith(by.region.path) else order.region_id
    return {
        "region": here, "on": timezone.localdate(), "seconds": DayPlan.Limit.SHORT, "is_calm": True,
        "urgent_order": order.number,
    }  # fmt: skip


def away(person: User) -> dict:
    """The same for somebody who cannot come."""
    return {
        "region": person.region_id, "on": timezone.localdate(), "seconds": DayPlan.Limit.SHORT, "is_calm": True,
        "absent": person.username,
    }  # fmt: skip
