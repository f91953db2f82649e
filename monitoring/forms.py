from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.lifecycle import Kind
from monitoring.models import AlertRule
from workforce.models import Region, User
from workorders.models import WorkOrderType

LEVELS = ["raise_at", "clear_at", "raise_after_min", "clear_after_min"]


class AlertRuleForm(forms.ModelForm):
    """What may be changed of a rule; `version` is the one the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = AlertRule
        fields = ["name", *LEVELS, "firmware", "least_faults", "order_type", "priority", "again_after_h"]

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("raise_at", "clear_at"):
            if isinstance(level := self.initial.get(name), float):
                self.initial[name] = f"{level:g}"
        for name, kind in (("firmware", Kind.FIRMWARE), ("least_faults", Kind.RENEWAL)):
            if self.instance.pk and self.instance.kind != kind:
                del self.fields[name]
        self.fields["order_type"].queryset = WorkOrderType.objects.filter(is_active=True)
        self.fields["order_type"].empty_label = _("None: it is only told")

    def validate_unique(self) -> None:
        """Left to the action, which may make a new row."""

    validate_constraints = validate_unique

    def levels(self) -> list:
        return [self[name] for name in LEVELS]


class NewAlertRuleForm(AlertRuleForm):
    version = None

    class Meta(AlertRuleForm.Meta):
        fields = ["name", "kind", "region", "terminal_model", *AlertRuleForm.Meta.fields[1:]]

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, by=by, **kwargs)
        leads_all = by.sees_all_regions or by.region.parent_id is None
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].required = not leads_all
        self.fields["region"].empty_label = _("Everywhere") if leads_all else None
        self.fields["terminal_model"].empty_label = _("All models")


class ExemptionForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it may lie idle"), max_length=200, help_text=_("A spare for busy days, for instance.")
    )
