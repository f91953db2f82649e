from datetime import time

from django import forms
from django.utils.translation import gettext_lazy as _

from workforce.models import Organisation, Region, Shift, Skill, User
from workforce.roles import Role


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = [
            "name", "role", "region", "organisation", "email", "phone", "language", "start_lat", "start_lon",
            "is_active",
        ]  # fmt: skip
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["region"].required = True
        self.fields["organisation"].queryset = Organisation.objects.visible_to(by)
        self.fields["organisation"].empty_label = _("Our own staff")
        if not by.is_superuser:
            self.fields["role"].choices = [choice for choice in Role.choices if choice[0] != Role.OPS]


class NewPersonForm(PersonForm):
    password = forms.CharField(
        label=_("First password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), min_length=8
    )

    class Meta(PersonForm.Meta):
        fields = [
            "username", "name", "role", "region", "organisation", "email", "phone", "language", "start_lat", "start_lon",
        ]  # fmt: skip


class SkillForm(forms.Form):
    skill = forms.ModelChoiceField(Skill.objects.all(), label=_("Skill"))
    level = forms.IntegerField(min_value=1, max_value=5, initial=1, label=_("Level"), help_text=_("1 to 5"))
    expires_on = forms.DateField(
        required=False, label=_("Valid until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    order_types = forms.ModelMultipleChoiceField(
        None,
        label=_("What it may do"),
        widget=forms.SelectMultiple(attrs={"data-search": ""}),
        error_messages={"required": _("Choose at least one kind of work.")},
    )
    regions = forms.ModelMultipleChoiceField(
        Region.objects.none(),
        label=_("Where it may work"),
        widget=forms.SelectMultiple(attrs={"data-search": ""}),
        help_text=_("With everything below them."),
    )
    ends_on = forms.DateField(
        required=False,
        label=_("Contract until"),
        help_text=_("Afterwards its people are given nothing new."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        order_types = Organisation._meta.get_field("order_types").related_model  # of a room above
        self.fields["order_types"].queryset = order_types.objects.filter(is_active=True)
        self.fields["regions"].queryset = Region.objects.visible_to(by)


class NewOrganisationForm(OrganisationForm):
    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Lower case letters and hyphens."))
    field_order = ("code",)


class ShiftsForm(forms.Form):
    """Working hours by weekday, two stretches or as many as there are; a day left empty is a day off."""

    def __init__(self, *args, person: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        shifts = list(person.shifts.all())
        self.stretches: list[tuple[int, str, str]] = []
        for day, label in Shift.Weekday.choices:
            own = [shift for shift in shifts if shift.weekday == day]
            for number in range(max(2, len(own))):
                shift = own[number] if number < len(own) else None
                names = (f"from_{day}_{number}", f"until_{day}_{number}")
                self.stretches.append((day, *names))
                for name, part, text in zip(names, ("starts_at", "ends_at"), (_("from"), _("until")), strict=True):
                    self.fields[name] = forms.TimeField(
                        required=False,
                        label=f"{label}, {text}" if number == 0 else f"{label}, {_('again')}, {text}",
                        initial=getattr(shift, part, None),
                        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                    )

    def clean(self) -> dict:
        values = super().clean()
        values["shifts"] = []
        for day, begins, ends in self.stretches:
            start, end = values.get(begins), values.get(ends)
            if bool(start) != bool(end) or (start and end and end <= start):
                self.add_error(ends, _("Give both times, the end after the beginning, or leave both empty."))
            elif isinstance(start, time):
                if any(day == other and start < until and since < end for other, since, until in values["shifts"]):
                    self.add_error(begins, _("This overlaps with the other hours of this day."))
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
