from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from inspections.criteria import Criteria, Risk
from inspections.models import InspectionPlan
from merchants.models import Merchant, Trade
from toolkit.forms import DAY, SEARCHED, InputForm
from workforce.models import Region, User
from workorders.models import WorkOrderType

Rows = list[tuple[str, str]]  # name of a field, classes of its column
SECTIONS: list[tuple[Any, Rows]] = [
    (_("The plan"), [("name", "col-12"), ("type", "col-sm-6"), ("region", "col-sm-6")]),
    (
        _("Which merchants"),
        [
            ("tiers", "col-sm-6"), ("trades", "col-sm-6"), ("regions", "col-sm-6"), ("models", "col-sm-6"),
            ("volume_from", "col-sm-6"), ("unvisited_days", "col-sm-6"), ("risks", "col-sm-6"),
            ("with_terminal", "col-12"),
        ],
    ),
    (
        _("How often"),
        [
            ("every", "col-4 col-sm-3"), ("unit", "col-8 col-sm-4"), ("starts_on", "col-sm-5"),
            ("after_completion", "col-12"), ("tolerance_days", "col-sm-6"), ("catch_up", "col-sm-6"),
            ("repair_counts", "col-12"),
        ],
    ),
    (
        _("On which days"),
        [("calendar", "col-sm-6"), ("per_day", "col-sm-3"), ("horizon_days", "col-sm-3")],
    ),
]  # fmt: skip


class PlanForm(InputForm):
    """The criteria stand in fields of their own; cleaned, they are the one argument `criteria`."""

    tiers = forms.MultipleChoiceField(
        label=_("Tier"), choices=Merchant.Tier.choices, required=False, widget=forms.SelectMultiple(attrs=SEARCHED)
    )
    trades = forms.ModelMultipleChoiceField(
        Trade.objects.all(), to_field_name="code", label=_("Trade"), required=False,
        widget=forms.SelectMultiple(attrs=SEARCHED),
    )  # fmt: skip
    regions = forms.ModelMultipleChoiceField(
        Region.objects.none(), to_field_name="code", label=_("Only in these regions"), required=False,
        widget=forms.SelectMultiple(attrs=SEARCHED),
    )  # fmt: skip
    models = forms.ModelMultipleChoiceField(
        TerminalModel.objects.all(), to_field_name="code", label=_("With one of these terminal models"), required=False,
        widget=forms.SelectMultiple(attrs=SEARCHED),
    )  # fmt: skip
    risks = forms.MultipleChoiceField(
        label=_("Risk"), choices=Risk.choices, required=False, widget=forms.SelectMultiple(attrs=SEARCHED)
    )
    unvisited_days = forms.IntegerField(
        label=_("No service for so many days"), min_value=1, max_value=3650, required=False,
        help_text=_("No order was completed there since; judged every day anew."),
    )  # fmt: skip
    volume_from = forms.IntegerField(
        label=_("Takes at least, ¥ in 28 days"), min_value=1, max_value=10**9, required=False,
        help_text=_("Less refunds; judged every day anew."),
    )  # fmt: skip
    with_terminal = forms.BooleanField(label=_("Only where a live terminal stands"), required=False)

    class Meta:
        model = InspectionPlan
        fields = (
            "name", "type", "region", "every", "unit", "starts_on", "after_completion", "tolerance_days",
            "repair_counts", "catch_up", "calendar", "per_day", "horizon_days",
        )  # fmt: skip
        widgets = {"starts_on": DAY, "region": forms.Select(attrs=SEARCHED)}
        help_texts = {
            "type": _("Brings the procedure, what is to be photographed and who is able to do it."),
            "region": _("With all below it; its clock and days count."),
            "per_day": _("Empty: any number."),
        }

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        regions = Region.objects.visible_to(by)
        self.fields["region"].queryset = self.fields["regions"].queryset = regions
        self.fields["type"].queryset = WorkOrderType.objects.filter(is_active=True)
        for name in Criteria.__annotations__:
            self.fields[name].initial = self.instance.criteria.get(name)

    @property
    def sections(self) -> list[tuple[Any, list[tuple[forms.BoundField, str]]]]:
        return [(heading, [(self[name], classes) for name, classes in rows]) for heading, rows in SECTIONS]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        asked = {name: _plain(values.pop(name, None)) for name in Criteria.__annotations__}
        values["criteria"] = {name: value for name, value in asked.items() if value}
        return values


def _plain(value: Any) -> Any:
    """Rows by their code."""
    return [each.code for each in value] if hasattr(value, "model") else value


class AcceptForm(forms.Form):
    reason = forms.CharField(
        label=_("Why can it stay as it is?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class OpenOrderForm(forms.Form):
    type = forms.ModelChoiceField(WorkOrderType.objects.filter(is_active=True), label=_("Order type"))
