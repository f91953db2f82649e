"""What the phone sends with a command. Names are the keyword arguments of the command's action."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import Terminal
from evidence.models import Capture
from inspections.models import Kind
from mobile.positions import MOST_FIXES, fix_of
from mobile.queries import terminals_at_hand
from procedures.steps import Severity
from toolkit.errors import Refused
from workforce.models import User
from workforce.positions import Reported
from workorders.lifecycle import UNDER_WAY
from workorders.models import Pause, WorkOrder


def checked(form: forms.Form) -> dict[str, Any]:
    """The arguments of the action; what is wrong with them is said like a refusal."""
    for name, errors in form.errors.items():
        raise Refused(" ".join(errors), field=name)
    return form.cleaned_data


class PhoneForm(forms.Form):
    """A form of one person: what it lets choose is theirs."""

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")
        for name, chosen in self.choices_of(user).items():
            self.fields[name].queryset = chosen

    def choices_of(self, user: User) -> dict[str, Any]:
        return {}


class Place(forms.Form):
    lat = forms.FloatField(min_value=-90, max_value=90, required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(min_value=0, required=False, widget=forms.HiddenInput)


class Moment(PhoneForm):
    """When it happened by the phone's own clock."""

    device_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class CaptureField(forms.ModelMultipleChoiceField):
    """Pictures that were sent before; a page without JavaScript brings them along as files."""

    widget = forms.MultipleHiddenInput

    def __init__(self, **kwargs) -> None:
        missing = _("The photo has not arrived yet. Please send it again.")
        super().__init__(
            Capture.objects.none(), error_messages={"required": missing, "invalid_choice": missing}, **kwargs
        )


class PromiseAnswer(Moment):
    promise = forms.IntegerField(widget=forms.HiddenInput)
    is_kept = forms.TypedChoiceField(
        label=_("Was it kept?"), choices=[("True", _("Kept")), ("False", _("Not kept"))],
        coerce=lambda value: value == "True",
    )  # fmt: skip
    reason = forms.CharField(label=_("Why not kept"), max_length=200, required=False)


class Departure(Place, Moment):
    seen = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)


class Presence(Place, Moment):
    """Where a step is taken, and why there, if that is not at the merchant's."""

    reason = forms.CharField(
        label=_("Why not at the merchant’s"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    captures = CaptureField(required=False)

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"captures": Capture.objects.filter(by=user, kind=Capture.Kind.PHOTO)}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["photo"] = next(iter(values.pop("captures", None) or ()), None)
        return values


class Rejection(Moment):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Say why, so that the order finds the right person.")},
    )


class Interruption(Moment):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=Pause.Reason, error_messages={"required": _("Choose what you are waiting for.")}
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class CallForSupport(Moment):
    note = forms.CharField(label=_("What is wrong"), max_length=500, required=False)


class StepAnswer(Place, Moment):
    """Which fields are the answer is a matter of the step's kind: procedures.answers.given_by_form."""

    step = forms.CharField(max_length=40, widget=forms.HiddenInput)
    value = forms.CharField(label=_("Answer"), max_length=2000, required=False)
    amount = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    approval_code = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    captures = CaptureField(required=False)

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"captures": Capture.objects.filter(by=user)}


class Photos(Moment):
    captures = CaptureField()

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"captures": Capture.objects.filter(by=user, kind=Capture.Kind.PHOTO)}


class FindingSeen(Moment):
    """What an inspector saw beside the checklist."""

    severity = forms.ChoiceField(
        label=_("How bad is it?"), choices=Severity, error_messages={"required": _("Say how bad it is.")}
    )
    kind = forms.ChoiceField(label=_("What is it about?"), choices=Kind, required=False, initial=Kind.OTHER)
    terminal = forms.ModelChoiceField(
        Terminal.objects.none(), label=_("Terminal"), to_field_name="serial", required=False,
        error_messages={"invalid_choice": _("This terminal is not at the merchant you are working for.")},
    )  # fmt: skip
    words = forms.CharField(
        label=_("What do you see?"), max_length=500, error_messages={"required": _("Say what you see.")},
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )  # fmt: skip
    captures = CaptureField(required=False)

    def choices_of(self, user: User) -> dict[str, Any]:
        photos = Capture.objects.filter(by=user, kind=Capture.Kind.PHOTO)
        return {"captures": photos, "terminal": terminals_at_hand(user)}

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Kind.OTHER


class Signature(Moment):
    captures = CaptureField()
    signer_name = forms.CharField(
        label=_("Name of the person who signs"),
        max_length=80,
        error_messages={"required": _("Write the name of the person who signs.")},
    )
    shown_sha256 = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    shown_text = forms.CharField(max_length=20_000, required=False, strip=False, widget=forms.HiddenInput)

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"captures": Capture.objects.filter(by=user, kind=Capture.Kind.SIGNATURE)}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if drawn := values.pop("captures", None):
            values["capture"] = drawn[0]
        return values


class Completion(Presence):
    resolution = forms.CharField(
        label=_("What was done?"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={"required": _("Say what was done: tap a sentence or write your own.")},
    )
    field_order = ("resolution",)


class OrderUnderWay(PhoneForm):
    order = forms.ModelChoiceField(
        WorkOrder.objects.none(), to_field_name="number",
        error_messages={"required": _("Choose the order you are working on."),
                        "invalid_choice": _("This order is not under way any more.")},
    )  # fmt: skip

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"order": WorkOrder.objects.visible_to(user).filter(status__in=UNDER_WAY).select_related("merchant")}


class TerminalBinding(OrderUnderWay):
    acquirer_code = forms.CharField(label=_("Acquirer code"), max_length=20, required=False)
    merchant_code = forms.CharField(label=_("Merchant code"), max_length=20, required=False)
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=40, required=False)
    settlement_account = forms.CharField(label=_("Settlement account"), max_length=60, required=False)


class TerminalSwap(TerminalBinding):
    """The new terminal is the subject; the photos show the codes of both."""

    old = forms.ModelChoiceField(
        Terminal.objects.none(), to_field_name="serial",
        error_messages={"required": _("Choose the terminal that goes away."),
                        "invalid_choice": _("This terminal is neither in your bag nor at a merchant you are working for.")},
    )  # fmt: skip
    moves_sticker = forms.BooleanField(required=False)
    captures = CaptureField()

    def choices_of(self, user: User) -> dict[str, Any]:
        photos = Capture.objects.filter(by=user, kind=Capture.Kind.PHOTO)
        return {**super().choices_of(user), "old": terminals_at_hand(user), "captures": photos}


class TerminalSeen(PhoneForm):
    """Where the phone was when the terminal was in front of it."""

    lat = forms.FloatField(
        min_value=-90, max_value=90, widget=forms.HiddenInput,
        error_messages={"required": _("Your position is not known yet. Go outside or to a window and try again.")},
    )  # fmt: skip
    lon = forms.FloatField(min_value=-180, max_value=180, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(min_value=0, required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("What you see"), max_length=200, required=False)


class StickerBinding(PhoneForm):
    terminal = forms.ModelChoiceField(
        Terminal.objects.none(), to_field_name="serial",
        error_messages={"required": _("Choose the terminal the sticker is on."),
                        "invalid_choice": _("This terminal is neither in your bag nor at a merchant you are working for.")},
    )  # fmt: skip

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"terminal": terminals_at_hand(user)}


class FixesField(forms.JSONField):
    """[[ISO time, latitude, longitude, metres or null], …], oldest first; the times are corrected by the phone."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> list[Reported]:
        try:
            rows = super().clean(value)
            if len(rows) <= MOST_FIXES:
                return [fix_of(row) for row in rows]
        except (forms.ValidationError, TypeError, ValueError):
            pass
        raise forms.ValidationError(_("These positions cannot be read. Update the app."))


class Positions(Moment):
    """Where the person was."""

    fixes = FixesField()


class UploadStart(Place):
    """A file that will come in pieces; the times are corrected by the phone to the server's clock."""

    id = forms.UUIDField()
    kind = forms.ChoiceField(choices=Capture.Kind)
    source = forms.ChoiceField(choices=Capture.Source)
    size = forms.IntegerField(min_value=1)
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$")
    mime = forms.CharField(max_length=80, required=False)
    taken_at = forms.DateTimeField(required=False)
    challenge = forms.CharField(max_length=12, required=False)
    device = forms.UUIDField(required=False)
