import re
from collections import Counter
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assets.actions.stickers import MOST_STICKERS
from assets.lifecycle import Step
from assets.models import Mismatch, Sticker, Terminal, TerminalModel, normal_code
from assets.queries import find_by_code
from merchants.models import Merchant
from toolkit.choices import SearchField
from workforce.models import Region, User

MOST_LINES = 500
MOST_BYTES = 100_000
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
    received_on = forms.DateField(label=_("Received on"), widget=DAY)
    firmware = forms.CharField(label=_("Firmware"), max_length=30, required=False)
    warranty_ends_on = forms.DateField(label=_("Warranty until"), widget=DAY, required=False)
    owner = forms.ChoiceField(label=_("Owner"), choices=Terminal.Owner, required=False)
    first = forms.CharField(
        label=_("First serial number of a range"), max_length=40, required=False,
        help_text=_("For example PX000100: what stands before the last digits is the same for all."),
    )  # fmt: skip
    last = forms.CharField(label=_("Last serial number of the range"), max_length=40, required=False)
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("Text or CSV, one device per line, serial number first.")
    )
    lines = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("One per line. A TID may follow after a comma or a tab."),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_now("The file is too large. Import it under “Imports”."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            raise forms.ValidationError(
                _now("The file is no text. Save it as CSV, or import it under “Imports”.")
            ) from broken

    def clean_owner(self) -> str:
        return self.cleaned_data["owner"] or Terminal.Owner.OURS

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last, file = (values.pop(name, "") for name in ("first", "last", "file"))
        asked = self._lines("\n".join([values.get("lines", ""), file])) + [
            (serial, "") for serial in _range(first, last)
        ]
        if not asked and not self.errors:
            raise forms.ValidationError(_now("Give serial numbers: a range, a file, or one per line."))
        doubles = [
            serial for serial, count in Counter(normal_code(serial) for serial, _tid in asked).items() if count > 1
        ]
        if doubles:
            raise forms.ValidationError(
                _now("These stand in your list more than once: %(serials)s.") % {"serials": ", ".join(doubles[:10])}
            )
        values["lines"] = asked
        return values

    def _lines(self, text: str) -> list[tuple[str, str]]:
        """(serial, TID) of each line."""
        lines = [line for line in map(str.strip, text.splitlines()) if line]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                _now("%(count)s lines are too many: paste up to %(most)s at a time, or import a file.")
                % {"count": len(lines), "most": MOST_LINES}
            )
        return [(serial, tid) for serial, tid, *_rest in (re.split(r"[\t,;]", f"{line},") for line in lines)]


def _range(first: str, last: str) -> list[str]:
    """PX0098 to PX0102: both ends, with their zeros."""
    first, last = normal_code(first), normal_code(last)
    if not first and not last:
        return []
    head, digits = re.fullmatch(r"(.*?)(\d+)", first), re.fullmatch(r"(.*?)(\d+)", last)
    if not head or not digits or head[1] != digits[1] or len(first) != len(last) or first > last:
        raise forms.ValidationError(
            _now(
                "A range has a first and a last serial number of the same length that differ in their last digits only."
            )
        )
    numbers = range(int(head[2]), int(digits[2]) + 1)
    if len(numbers) > MOST_LINES:
        raise forms.ValidationError(
            _now("%(count)s in one range are too many: up to %(most)s at a time.")
            % {"count": len(numbers), "most": MOST_LINES}
        )
    return [f"{head[1]}{number:0{len(head[2])}d}" for number in numbers]


BENCH_STEPS = [
    (Step.RECEIVE, _("Receive")),
    (Step.STAGE, _("Load software")),
    (Step.KEY, _("Key")),
    (Step.TEST, _("Test")),
    (Step.ISSUE, _("Issue to")),
    (Step.TAKE_BACK, _("Take back")),
    (Step.WIPE, _("Wipe")),
    (Step.SCRAP, _("Scrap")),
]
TAKEN_BY = {  # which fields a step needs, and which it takes
    "model": ([Step.RECEIVE], [Step.RECEIVE]),
    "region": ([Step.RECEIVE], [Step.RECEIVE]),
    "owner": ([], [Step.RECEIVE]),
    "firmware": ([], [Step.RECEIVE, Step.STAGE]),
    "warranty_ends_on": ([], [Step.RECEIVE, Step.STAGE]),
    "run": ([Step.STAGE, Step.KEY], [Step.STAGE, Step.KEY, Step.TEST, Step.WIPE]),
    "holder": ([Step.ISSUE], [Step.ISSUE]),
    "reason": ([Step.SCRAP], [Step.SCRAP]),
}


class BenchForm(ScopedForm):
    """What holds for all that is scanned until it is changed."""

    step = forms.ChoiceField(choices=BENCH_STEPS, widget=forms.HiddenInput)
    model = forms.ModelChoiceField(TerminalModel.objects.all(), label=_("Model"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.none(), label=_("Region"), widget=forms.Select(attrs=SEARCHED), required=False
    )
    owner = forms.ChoiceField(label=_("Owner"), choices=Terminal.Owner, required=False)
    run = forms.CharField(
        label=_("Number of the run"), max_length=60, required=False,
        help_text=_("Of the staging, key or test program. Never a key."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    firmware = forms.CharField(label=_("Firmware"), max_length=30, required=False)
    warranty_ends_on = forms.DateField(label=_("Warranty until"), widget=DAY, required=False)
    holder = bag_field(label=_("Into the bag of"), required=False)
    reason = forms.CharField(label=_("Why it is scrapped"), max_length=200, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = bags(self.by)
        for field in self.fields.values():
            is_list = isinstance(field.widget, forms.Select) and "data-search" not in field.widget.attrs
            field.widget.attrs.setdefault("class", "form-select" if is_list else "form-control")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for name, (needed_by, _taken_by) in TAKEN_BY.items():
            if values.get("step") in needed_by and not values.get(name) and name not in self.errors:
                self.add_error(name, _now("This is needed here."))
        values["owner"] = values.get("owner") or Terminal.Owner.OURS
        return values

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each field with the steps it belongs to."""
        return [(self[name], " ".join(steps)) for name, (_needed_by, steps) in TAKEN_BY.items()]


class RelocateForm(ScopedForm):
    reason = forms.CharField(label=_("Why it is moved"), max_length=200)
    address = forms.CharField(
        label=_("New address"),
        max_length=300,
        required=False,
        help_text=_("Empty: where its merchant is registered now."),
    )
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)


class ResolveForm(ScopedForm):
    outcome = forms.ChoiceField(label=_("What was found"), choices=Mismatch.Outcome)
    finding = forms.CharField(label=_("In words"), max_length=200)


class FilingReportForm(ScopedForm):
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), widget=forms.Select(attrs=SEARCHED))


class ReportedForm(ScopedForm):
    file_name = forms.CharField(
        label=_("Name of the file"), max_length=120, help_text=_("As it was handed over. This is said once.")
    )


class StickersForm(ScopedForm):
    """Some of a sheet, by the numbers printed on them."""

    first = forms.CharField(label=_("First number"), max_length=20)
    last = forms.CharField(label=_("Last number"), max_length=20, required=False, help_text=_("Empty: only this one."))


class HandOutForm(StickersForm):
    holder = bag_field(label=_("Handed out to"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].queryset = bags(self.by)


class LossForm(StickersForm):
    reason = forms.CharField(label=_("How they were lost"), max_length=200)


class TerminalForm(ScopedForm):
    model = forms.ModelChoiceField(TerminalModel.objects.all(), label=_("Model"))
    tid = forms.CharField(label=_("Terminal number (TID)"), max_length=20, required=False)
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), widget=forms.Select(attrs=SEARCHED))
    received_on = forms.DateField(label=_("Received on"), widget=DAY)
    firmware = forms.CharField(label=_("Firmware"), max_length=30, required=False)
    sim_iccid = forms.CharField(label=_("SIM (ICCID)"), max_length=22, required=False)
    warranty_ends_on = forms.DateField(label=_("Warranty until"), widget=DAY, required=False)
    owner = forms.ChoiceField(label=_("Owner"), choices=Terminal.Owner)


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


class WhereForm(forms.Form):
    serial = forms.CharField(
        label=_("Serial number, sticker or TID"), max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )


class DayForm(forms.Form):
    day = forms.DateField(
        label=_("Where was it on"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
