"""Input only; field names are the keyword arguments of the actions."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import TerminalModel
from evidence.models import Capture
from knowledge.models import Article
from toolkit.pictures import MAX_BYTES
from workorders.models import FaultCode

MOST_PICTURES = 10


class PicturesInput(forms.FileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several files; whether they are pictures is found out when they are kept."""

    widget = PicturesInput

    def __init__(self, **kwargs) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs["accept"] = "image/*"

    def clean(self, data: Any, initial: Any = None) -> list:
        files = [super(PicturesField, self).clean(file) for file in data or []]
        if len(files) > MOST_PICTURES:
            raise ValidationError(_("Send at most %(count)s pictures at once.") % {"count": MOST_PICTURES})
        if any(file.size > MAX_BYTES for file in files):
            raise ValidationError(_("A picture is larger than 15 MB."))
        return files


class ArticleForm(forms.Form):
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120, required=False)
    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=120, required=False)
    terminal_models = forms.ModelMultipleChoiceField(
        TerminalModel.objects.all(),
        label=gettext_lazy("Terminal models"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: it is offered for all of them."),
    )
    fault_codes = forms.ModelMultipleChoiceField(
        FaultCode.objects.filter(is_active=True),
        label=gettext_lazy("Fault codes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Orders with one of them are offered this article."),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("Markdown: # heading, - list, 1. steps, **bold**, [words](https://…)."),
    )
    body_zh = forms.CharField(
        label=gettext_lazy("Chinese text"), required=False, widget=forms.Textarea(attrs={"rows": 12})
    )
    captures = forms.ModelMultipleChoiceField(
        Capture.objects.none(),
        label=gettext_lazy("Pictures"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Without a tick a picture is taken out."),
    )
    pictures = PicturesField(label=gettext_lazy("More pictures"))

    def __init__(self, *args, article: Article | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if article is None:
            del self.fields["captures"]
        else:
            own = article.captures.order_by("received_at", "pk")
            self.fields["captures"].queryset = own
            numbers = {capture.pk: number for number, capture in enumerate(own, 1)}
            self.fields["captures"].label_from_instance = lambda capture: (
                _("Picture %(number)s") % {"number": numbers[capture.pk]}
            )

    def clean_edition(self) -> int:
        return self.cleaned_data["edition"] or 0


class MessageForm(forms.Form):
    id = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("Message"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    call_url = forms.CharField(
        label=gettext_lazy("Link to a call"),
        required=False,
        max_length=300,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    pictures = PicturesField(label=gettext_lazy("Photos"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "autofocus": True})
    )


class Confirm(forms.Form):
    """Nothing to fill in."""
