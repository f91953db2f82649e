"""What a merchant can say to us without a login. Field names are the keyword arguments of the actions."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from altcha_django import AltchaField
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from redis import RedisError

from assets.models import Terminal, TerminalModel
from evidence.models import Capture
from toolkit.errors import Refused
from toolkit.pictures import MAX_BYTES
from toolkit.recordings import open_recording
from toolkit.secrets import blind_index, normalize_phone

MAX_PHOTOS = 5
MOST_VOICE_BYTES = 2 * 1024 * 1024
MOST_VOICE_S = 60
PROOF_AGE_S = 3600


@dataclass(frozen=True)
class Symptom:
    code: str
    label: Any
    icon: str
    needs: str = ""  # the part of a terminal model without which it cannot happen

    def fits(self, model: TerminalModel | None) -> bool:
        return model is None or not self.needs or getattr(model, self.needs)


OTHER = "other"
SYMPTOMS = [
    Symptom("network", gettext_lazy("No network"), "wifi-off"),
    Symptom("printing", gettext_lazy("Does not print, or no paper"), "receipt-off", needs="has_printer"),
    Symptom("card", gettext_lazy("Card is not read"), "credit-card-off", needs="has_card_reader"),
    Symptom("screen", gettext_lazy("Screen black or will not start"), "device-mobile-off"),
    Symptom("app", gettext_lazy("App or login fails"), "lock-off"),
    Symptom("code", gettext_lazy("QR code or speaker"), "qrcode-off"),
    Symptom(OTHER, gettext_lazy("Something else"), "help-circle"),
]


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to five files; whether they are photos is found out when they are kept."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> list:
        files = [super(PhotosField, self).clean(file) for file in data or []]
        if len(files) > MAX_PHOTOS:
            text = ngettext("Send at most %(count)s photo.", "Send at most %(count)s photos.", MAX_PHOTOS)
            raise ValidationError(text % {"count": MAX_PHOTOS})
        if any(file.size > MAX_BYTES for file in files):
            raise ValidationError(_("A photo is larger than 15 MB. Take it again with a lower resolution."))
        return files


class ProofField(AltchaField):
    """Proof of work: not required here, what it buys is decided by the view. One proof pays for one filing, however
    often that is sent: a double tap must not be told that its proof is used up."""

    default_error_messages = dict.fromkeys(
        AltchaField.default_error_messages,
        gettext_lazy("The automatic check has run out of time. Please send it again."),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            replay_protection=False,
            return_result=True,
            challenge_url=reverse_lazy("public:captcha"),
            **kwargs,
        )


class FilingForm(forms.Form):
    """What every form that brings us something has. `id` makes a repeat the same."""

    id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    details = forms.CharField(
        label=gettext_lazy("What happened?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photos = PhotosField(
        label=gettext_lazy("Photos"),
        required=False,
        widget=PhotosInput(attrs={"accept": "image/*", "multiple": True, "data-photos": MAX_PHOTOS}),
    )
    voice = forms.FileField(
        label=gettext_lazy("Voice message"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "audio/*", "capture": True}),
    )
    website = forms.CharField(  # honeypot: people do not see it
        label=gettext_lazy("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    captcha = ProofField()

    def clean_voice(self) -> UploadedFile | None:
        """Known by its content."""
        voice = self.cleaned_data["voice"]
        if not voice:
            return None
        if voice.size > MOST_VOICE_BYTES:
            raise ValidationError(_("A voice message has at most 2 MB. Record a shorter one."))
        try:
            recording = open_recording(voice.read())
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        if recording.kind != Capture.Kind.AUDIO:
            raise ValidationError(_("This is a film. Record your voice only."))
        if recording.duration_s > MOST_VOICE_S + 5:  # a recorder that stops by the clock writes a little more
            raise ValidationError(
                _("A voice message lasts %(seconds)d seconds at most. Record a shorter one."),
                params={"seconds": MOST_VOICE_S},
            )
        return voice

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("Nothing was sent, because a field that must stay empty was filled in."))
        return ""

    def clean(self) -> dict:
        values = super().clean()
        proof = values.pop("captcha", None)
        values["has_proof"] = bool(proof) and pays_for(proof.replay_id, str(values.get("id")))
        return values


class MessageForm(FilingForm):
    """Something more about an order that is open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["details"].label = _("Your message")

    def clean(self) -> dict:
        values = super().clean()
        if not self.errors and not (values["details"] or values["photos"] or values["voice"]):
            raise ValidationError(_("Write a message, record one, or add a photo."))
        named = _("Voice message") if values.get("voice") else _("Photos")
        values["summary"] = one_line(values.get("details", "")) or named
        return values


class RequestForm(FilingForm):
    """A repair request. `terminals` are those to choose from; a sticker has chosen already."""

    symptom = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Tap what is wrong.")},
    )
    terminal = forms.ChoiceField(
        label=gettext_lazy("Which terminal?"),
        error_messages={"required": gettext_lazy("Choose the terminal.")},
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Mail address"),
        required=False,
        help_text=gettext_lazy("We send you the link to follow the repair."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(
        self, *args: Any, terminals: list[Terminal], is_chosen: bool, reported: Container[int] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        model = terminals[0].model if is_chosen else None
        self.symptoms = [symptom for symptom in SYMPTOMS if symptom.fits(model)]
        self.fields["symptom"].choices = [(symptom.code, symptom.label) for symptom in self.symptoms]
        self.terminals = {} if is_chosen else {opaque(terminal): terminal for terminal in terminals}
        if self.terminals:
            self.fields["terminal"].choices = [
                *[(key, described(terminal, terminal.pk in reported)) for key, terminal in self.terminals.items()],
                (OTHER, _("Another one, or I do not know")),
            ]
        else:
            del self.fields["terminal"]

    def clean_contact_phone(self) -> str:
        phone = self.cleaned_data["contact_phone"]
        if phone and normalize_phone(phone) is None:
            raise ValidationError(_("This is not a phone number. Correct it or leave it empty."))
        return phone

    def clean_terminal(self) -> Terminal | None:
        return self.terminals.get(self.cleaned_data["terminal"])

    def clean(self) -> dict:
        values = super().clean()
        symptom = values.pop("symptom", None)
        if symptom == OTHER:
            if not (values.get("details") or values.get("voice")) and "details" not in self.errors:
                self.add_error("details", _("Say in a few words what is wrong."))
            values["summary"] = one_line(values.get("details", "")) or _("Voice message")
        elif symptom:
            values["summary"] = str(dict(self.fields["symptom"].choices)[symptom])
        return values


def pays_for(proof: str, filing: str) -> bool:
    """Whether this proof of work was made for this filing and no other."""
    try:
        return cache.add(f"proof:{proof}", filing, PROOF_AGE_S) or cache.get(f"proof:{proof}") == filing
    except RedisError:
        return True  # while Redis is away a proof can be used twice, which is better than nobody getting through


def opaque(terminal: Terminal) -> str:
    """What stands for a terminal in a public page: its serial is not told in full."""
    return blind_index(terminal.serial, "terminal in a public page")


def described(terminal: Terminal, is_reported: bool) -> str:
    """Model and last four of the serial, all that a public page tells of a terminal."""
    text = _("%(model)s, number ending in %(digits)s") % {"model": terminal.model, "digits": terminal.serial[-4:]}
    return _("%(terminal)s – already reported") % {"terminal": text} if is_reported else text


def one_line(text: str) -> str:
    return " ".join(text.split())[:200]


TAGS = {
    "punctual": gettext_lazy("On time"),
    "friendly": gettext_lazy("Friendly"),
    "competent": gettext_lazy("Knew what to do"),
    "explained": gettext_lazy("Explained it well"),
    "late": gettext_lazy("Came late"),
    "unfriendly": gettext_lazy("Unfriendly"),
    "not_solved": gettext_lazy("Not solved"),
}
SCORES = {
    1: gettext_lazy("Very bad"),
    2: gettext_lazy("Bad"),
    3: gettext_lazy("All right"),
    4: gettext_lazy("Good"),
    5: gettext_lazy("Very good"),
}


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(
        label=gettext_lazy("How was it?"),
        choices=SCORES.items(),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Tap one to five stars.")},
    )
    tags = forms.MultipleChoiceField(
        label=gettext_lazy("What describes it?"),
        choices=TAGS.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    comment = forms.CharField(
        label=gettext_lazy("Anything else?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class EngineerCheckForm(forms.Form):
    badge = forms.CharField(
        label=gettext_lazy("Badge code"),
        max_length=60,
        help_text=gettext_lazy("The engineer shows it on the phone."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    order = forms.CharField(
        label=gettext_lazy("Order number"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "WO-2611-000042"}),
    )
    captcha = ProofField()

    def clean(self) -> dict:
        values = super().clean()
        proof = values.pop("captcha", None)
        question = f"{values.get('badge')} {values.get('order')}"
        values["has_proof"] = bool(proof) and pays_for(proof.replay_id, question)
        return values
