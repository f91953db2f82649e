"""What the board sends; field names are the arguments of its actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dispatch.queries.board import Day
from toolkit.errors import Refused
from workforce.models import Region, User
from workorders.models import Priority, WorkOrderType


def checked(form: forms.Form) -> dict[str, Any]:
    """What is wrong with the values is said like a refusal."""
    for name, errors in form.errors.items():
        raise Refused(" ".join(map(str, errors)), field=name)
    return form.cleaned_data


class DayForm(forms.Form):
    """Which board: a region the person may see, their own at first, and a day, today at first."""

    region = forms.ModelChoiceField(Region.objects.none(), to_field_name="code", required=False)
    on = forms.DateField(required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        field: Any = self.fields["region"]
        field.queryset = Region.objects.visible_to(by)

    def day(self, today: Any) -> Day:
        """Nonsense in the address shows the person's own board of today."""
        self.is_valid()
        region = self.cleaned_data.get("region") or self.by.region or Region.objects.order_by("path").first()
        if region is None:
            raise Refused(_("There is no region yet. Add one in the administration."))
        return Day(region, self.cleaned_data.get("on") or region.service_date(today))


class PoolForm(forms.Form):
    type = forms.ModelChoiceField(WorkOrderType.objects.all(), required=False)
    priority = forms.TypedChoiceField(choices=[("", ""), *Priority.choices], coerce=int, required=False)
    late = forms.BooleanField(required=False)

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        values = self.cleaned_data
        return {
            "type_id": values["type"].pk if values.get("type") else None,
            "priority": values.get("priority") or None,
            "late": values.get("late", False),
        }


class MoveForm(forms.Form):
    """`minute` counts from midnight of the board's day."""

    engineer = forms.ModelChoiceField(User.objects.none(), to_field_name="username")
    minute = forms.IntegerField(min_value=-1440, max_value=2880)
    version = forms.CharField(max_length=60)
    reason = forms.CharField(max_length=200, required=False)
    force = forms.BooleanField(required=False)

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["engineer"]
        field.queryset = User.objects.visible_to(by).engineers().select_related("region")


class CheckForm(MoveForm):
    version = reason = force = None


class ReturnForm(forms.Form):
    version = forms.CharField(max_length=60)
    reason = forms.CharField(max_length=200)


class LockForm(forms.Form):
    version = forms.CharField(max_length=60)
    is_locked = forms.BooleanField(required=False)


class SignedForm(forms.Form):
    """What the server itself handed out before: how to undo, or what to insert."""

    signed = forms.CharField(max_length=20_000)
    reason = forms.CharField(max_length=200, required=False)
