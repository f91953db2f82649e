from datetime import time

from django import forms
from django.utils.translation import gettext_lazy as _

from workforce.models import Region, Shift, Skill, User
from workforce.roles import Role


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "role", "region", "email", "phone", "language", "start_lat", "start_lon", "is_active"]
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].required = True
        if not by.is_superuser:
            self.fields["role"].choices = [choice for choice in Role.choices if choice[0] != Role.OPS]


class NewPersonForm(PersonForm):
    password = forms.CharField(
        label=_("First password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), min_length=8
    )

    class Meta(PersonForm.Meta):
        fields = ["username", "name", "role", "region", "email", "phone", "language", "start_lat", "start_lon"]


class SkillForm(forms.Form):
    skill = forms.ModelChoiceField(Skill.objects.all(), label=_("Skill"))
    level = forms.IntegerField(min_value=1, max_value=5, initial=1, label=_("Level"), help_text=_("1 to 5"))
    expires_on = forms.DateField(
        required=False, label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ShiftsForm(forms.Form):
    """Working hours by weekday; a day left empty is a day off."""

    def __init__(self, *args, person: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        shifts = {shift.weekday: shift for shift in person.shifts.all()}
        for day, label in Shift.Weekday.choices:
            for name, part, text in ((f"from_{day}", "starts_at", _("from")), (f"until_{day}", "ends_at", _("until"))):
                self.fields[name] = forms.TimeField(
                    required=False,
                    label=f"{label}, {text}",
                    initial=getattr(shifts[day], part) if day in shifts else None,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )

    def clean(self) -> dict:
        values = super().clean()
        values["shifts"] = []
        for day, _label in Shift.Weekday.choices:
            start, end = values.get(f"from_{day}"), values.get(f"until_{day}")
            if bool(start) != bool(end) or (start and end and end <= start):
                self.add_error(f"until_{day}", _("Give both times, the end after the beginning, or leave both empty."))
            elif isinstance(start, time):
                values["shifts"].append((day, start, end))
        return values


class BookTimeForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=[("leave", _("Leave")), ("training", _("Training"))])
    start = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    end = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    label = forms.CharField(label=_("What for"), max_length=60, required=False)

    def clean(self) -> dict:
        values = super().clean()
        if values.get("start") and values.get("end") and values["end"] <= values["start"]:
            self.add_error("end", _("The end must come after the beginning."))
        return values
