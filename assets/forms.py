import re

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assets.actions.stickers import MOST_STICKERS
from assets.models import Sticker, Terminal, TerminalModel
from assets.queries import find_by_code
from merchants.models import Merchant
from toolkit.choices import SearchField
from workforce.models import Region, User

MOST_LINES = 500
STICKERS_A_PAGE = 24
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SEARCHED = {"data-search": ""}


def bag_field(**kwargs) -> SearchField:
    return SearchField(User.objects.none(), url_name="office:bag-search", key="username", **kwargs)


def bags(by: User):
    return User.objects.visible_to(by).field_staff()


class ScopedForm(forms.Form):
    """A form that offers what `by` may see."""

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if "region" in self.fields:
            self.fields["region"].queryset = Region.objects.visible_to(by)


class ReceiveForm(ScopedForm):
    model = forms.ModelChoiceField(TerminalModel.objects.all(), label=_("Model"))
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), widget=forms.Select(attrs=SEARCHED))
    received_on = forms.DateField(label=_("Received"), widget=DAY)
    firmware = forms.CharField(label=_("Firmware"), max_length=30, required=False)
    lines = forms.CharField(
        label=_("Serial numbers"),
        widget=forms.Textarea(attrs={"rows": 10, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("One per line. A TID may follow after a comma or a tab."),
    )

    def clean_lines(self) -> list[tuple[str, str]]:
        """(serial, TID) of each line."""
        lines = [line for line in map(str.strip, self.cleaned_data["lines"].splitlines()) if line]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                _now("%(count)s lines are too many: paste up to %(most)s at a time, or import a file.")
                % {"count": len(lines), "most": MOST_LINES}
            )
        return [(serial, tid) for serial, tid, *_rest in (re.split(r"[\t,;]", f"{line},") for line in lines)]


class TerminalForm(ScopedForm):
    model = forms.ModelChoiceField(TerminalModel.objects.all(), label=_("Model"))
    tid = forms.CharField(label=_("Terminal number (TID)"), max_length=20, required=False)
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), widget=forms.Select(attrs=SEARCHED))
    received_on = forms.DateField(label=_("Received"), widget=DAY)
    firmware = forms.CharField(label=_("Firmware"), max_length=30, required=False)


class IssueForm(ScopedForm):
    holder = bag_field(label=_("Into the bag of"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = bags(self.by)


class Agreement(ScopedForm):
    """What is frozen in a binding."""

    tid = forms.CharField(label=_("Terminal number (TID)"), max_length=20, required=False)
    acquirer_code = forms.CharField(label=_("Acquirer code"), max_length=20, required=False)
    merchant_code = forms.CharField(label=_("Merchant code"), max_length=20, required=False)
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        required=False,
        help_text=_("18 characters, as on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    settlement_account = forms.CharField(
        label=_("Settlement account"),
        max_length=60,
        required=False,
        help_text=_("Kept encrypted; only the last four characters are shown."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class BindForm(Agreement):
    """A terminal gets a merchant."""

    merchant = SearchField(Merchant.objects.none(), url_name="office:merchant-search", label=_("Merchant"))
    field_order = ("merchant",)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merchant"].queryset = Merchant.objects.visible_to(self.by).not_merged()


class BindHereForm(Agreement):
    """A merchant gets a terminal."""

    terminal = SearchField(
        Terminal.objects.none(), url_name="office:terminal-search", key="serial", label=_("Terminal")
    )
    field_order = ("terminal",)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["terminal"].queryset = Terminal.objects.visible_to(self.by)


class UnbindForm(ScopedForm):
    reason = forms.CharField(
        label=_("Why it leaves"), max_length=200, help_text=_("For example: swapped, merchant closed, not used.")
    )
    to_holder = bag_field(label=_("Into the bag of"), required=False, help_text=_("Empty: it came back to the depot."))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_holder"].queryset = bags(self.by)


class ScrapForm(ScopedForm):
    reason = forms.CharField(label=_("Why it is scrapped"), max_length=200)


class ConfirmForm(ScopedForm):
    """Nothing to fill in."""


class StickForm(ScopedForm):
    sticker = forms.CharField(
        label=_("Sticker"), max_length=200, help_text=_("Its number, or what its code says when scanned.")
    )

    def clean_sticker(self) -> Sticker:
        found = find_by_code(self.cleaned_data["sticker"], self.by)
        if not isinstance(found, Sticker):
            raise forms.ValidationError(_("There is no such sticker. Look at the number below the code."))
        return found


class SheetForm(ScopedForm):
    count = forms.IntegerField(
        label=_("Stickers"),
        min_value=1,
        max_value=MOST_STICKERS,
        initial=STICKERS_A_PAGE,
        help_text=_("24 fit on a page."),
    )
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), widget=forms.Select(attrs=SEARCHED))


class DayForm(forms.Form):
    day = forms.DateField(
        label=_("Where was it on"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
