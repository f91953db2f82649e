from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from dispatch.models import RuleSet
from toolkit.choices import SearchField
from workforce.models import Region, User
from workorders.models import WorkOrder

LIMITS = ["max_travel_min", "max_orders", "accept_within_min"]
WEIGHTS = ["travel_weight", "lateness_weight", "load_weight", "continuity_weight", "overskill_weight"]


class AssignForm(forms.Form):
    """Who does the order, and why; its fields are the arguments of assign_by_hand."""

    engineer = forms.ModelChoiceField(
        User.objects.none(), to_field_name="username", label=gettext_lazy("Engineer"), required=False
    )
    other = SearchField(
        User.objects.none(),
        url_name="office:engineer-search",
        key="username",
        label=gettext_lazy("Somebody who is not listed"),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why you choose by hand"), max_length=200,
        help_text=gettext_lazy("Stands in the order's history. Automatic dispatch then leaves the order alone."),
    )  # fmt: skip
    start = forms.DateTimeField(
        label=gettext_lazy("Start, if not the proposed time"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    force = forms.BooleanField(
        label=gettext_lazy("Book double, under my name, if that time is taken"), required=False
    )  # fmt: skip
    expect_engineer_id = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, order: WorkOrder, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.zone = order.region.zone
        near = Q(region__path__in=order.region.line) | Q(region__path__startswith=order.region.path)
        own = User.objects.visible_to(by).values("pk")
        everybody = User.objects.engineers().filter(near | Q(pk__in=own))
        self.fields["engineer"].queryset = self.fields["other"].queryset = everybody
        self.fields["expect_engineer_id"].initial = order.engineer_id

    def clean(self) -> dict:
        """Who was searched for goes before who was ticked."""
        values = super().clean()
        values["engineer"] = values.pop("other", None) or values.get("engineer")
        if not values["engineer"] and "engineer" not in self.errors:
            self.add_error("engineer", gettext("Choose who does the order."))
        return values

    def clean_start(self):
        """The clock on the wall is that of the order's region."""
        start = self.cleaned_data["start"]
        return start and timezone.make_naive(start).replace(tzinfo=self.zone)


class RuleSetForm(forms.ModelForm):
    """What may be changed of a rule set; `version` is the one the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = RuleSet
        fields = ["name", "is_automatic", "collects_parts", "plans_at", *LIMITS, *WEIGHTS]
        widgets = {"plans_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def validate_unique(self) -> None:
        """Left to the action, which makes a new row."""

    validate_constraints = validate_unique

    def limits(self) -> list:
        return [self[name] for name in LIMITS]

    def weights(self) -> list:
        return [self[name] for name in WEIGHTS]


class NewRuleSetForm(RuleSetForm):
    version = None

    class Meta(RuleSetForm.Meta):
        fields = ["name", "region", "order_type", "is_automatic", "collects_parts", "plans_at", *LIMITS, *WEIGHTS]

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        leads_all = by.sees_all_regions or by.region.parent_id is None
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].required = not leads_all
        self.fields["region"].empty_label = gettext_lazy("Everywhere") if leads_all else "---------"
        self.fields["order_type"].empty_label = gettext_lazy("All types")
