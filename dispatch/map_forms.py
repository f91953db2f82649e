from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from workforce.models import Region, Skill, User
from workorders.models import WorkOrderType


class Doing(models.TextChoices):
    """What somebody in shift is at."""

    FREE = "free", _("Free")
    EN_ROUTE = "en_route", _("On the way")
    ON_SITE = "on_site", _("On site")
    PAUSED = "paused", _("Paused")


class Show(models.TextChoices):
    PEOPLE = "people", _("People")
    ORDERS = "orders", _("Work orders")


class Heat(models.TextChoices):
    TODAY = "today", _("Today")
    MONTH = "month", _("30 days")


def _choices(choices: type[models.TextChoices], empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *choices.choices]


class MapFilter(forms.Form):
    """What is drawn; all of it stands in the address of the page."""

    q = forms.CharField(required=False, max_length=60, label=_("Person"))
    show = forms.ChoiceField(required=False, label=_("Show"), choices=_choices(Show, _("Both")))
    doing = forms.ChoiceField(required=False, label=_("Status"), choices=_choices(Doing, _("Any")))
    skill = forms.ModelChoiceField(
        Skill.objects.all(), required=False, to_field_name="code", label=_("Skill"), empty_label=_("Any")
    )
    region = forms.ModelChoiceField(
        Region.objects.none(), required=False, to_field_name="code", label=_("Region"), empty_label=_("All")
    )
    type = forms.ModelChoiceField(
        WorkOrderType.objects.filter(is_active=True),
        required=False,
        to_field_name="code",
        label=_("Order type"),
        empty_label=_("All"),
    )
    heat = forms.ChoiceField(required=False, label=_("Heat map"), choices=_choices(Heat, _("Off")))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = self.fields["region"]
        assert isinstance(region, forms.ModelChoiceField)
        region.queryset = Region.objects.visible_to(user)
        for name, field in self.fields.items():
            is_search = name == "q"
            field.widget.attrs |= {"class": "form-control" if is_search else "form-select"}
            if is_search:
                field.widget.input_type = "search"
                field.widget.attrs |= {"autocomplete": "off"}
