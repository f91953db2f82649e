"""What a phone sends about fault codes, articles and the thread."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from knowledge.models import Article
from mobile.forms import CaptureField, Moment
from workforce.models import User
from workorders.models import FaultCode


def _code(kind: FaultCode.Kind) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        FaultCode.objects.filter(kind=kind, is_active=True),
        to_field_name="code",
        label=kind.label,
        required=False,
        error_messages={"invalid_choice": _("This code is no longer in use. Choose another code.")},
    )


class FaultCodes(Moment):
    symptom = _code(FaultCode.Kind.SYMPTOM)
    cause = _code(FaultCode.Kind.CAUSE)
    remedy = _code(FaultCode.Kind.REMEDY)


class Judgement(Moment):
    article = forms.ModelChoiceField(
        Article.objects.none(),
        to_field_name="number",
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This article is no longer published.")},
    )
    is_solved = forms.TypedChoiceField(
        label=_("Did it solve it?"),
        choices=[("True", _("Yes")), ("False", _("No"))],
        coerce=lambda value: value == "True",
    )

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"article": Article.objects.offered()}


class Word(Moment):
    """A message for the thread of an order."""

    text = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    call_url = forms.CharField(label=_("Link to a call"), required=False, max_length=300)
    captures = CaptureField(required=False)

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"captures": Capture.objects.filter(by=user, kind=Capture.Kind.PHOTO)}


class ArticleText(Moment):
    edition = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    title_zh = forms.CharField(label=_("Chinese title"), max_length=120, required=False)
    body = forms.CharField(
        label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 8, "class": "form-control"})
    )
    body_zh = forms.CharField(
        label=_("Chinese text"), required=False, widget=forms.Textarea(attrs={"rows": 8, "class": "form-control"})
    )
