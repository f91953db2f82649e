from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.forms import RelocateForm
from assets.lifecycle import TerminalStatus
from assets.models import Terminal
from merchants.models import Contact, Merchant
from spareparts.models import Part
from toolkit.choices import SearchField
from toolkit.secrets import normalize_phone
from workforce.models import Skill, User
from workorders.models import Priority, Request, WorkOrder, WorkOrderType
from workorders.public_forms import PhotosField, PhotosInput


class MerchantChoice(forms.Form):
    """Who the work is for: the first question of a new order."""

    merchant = SearchField(
        Merchant.objects.none(),
        url_name="office:merchant-search",
        label=gettext_lazy("Merchant"),
        help_text=gettext_lazy("Type two letters of the name or address, or two digits of the phone number."),
    )

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merchant"].queryset = Merchant.objects.visible_to(by).not_merged()


class SupportAnswer(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("What helps"), max_length=500, widget=forms.Textarea(attrs={"rows": 4, "autofocus": True})
    )


class RequestOnBehalfForm(forms.Form):
    """What somebody asks for by phone or at the counter; its fields are the arguments of receive_request."""

    id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    type = forms.ModelChoiceField(
        WorkOrderType.objects.filter(is_active=True), to_field_name="code", label=gettext_lazy("What is to be done")
    )
    terminal = forms.ModelChoiceField(
        Terminal.objects.none(),
        to_field_name="serial",
        required=False,
        label=gettext_lazy("Terminal"),
        empty_label=gettext_lazy("None, or not known"),
    )
    summary = forms.CharField(label=gettext_lazy("What is wrong or wanted"), max_length=200)
    details = forms.CharField(
        label=gettext_lazy("Details"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[(value, value.label) for value in (Request.Channel.CALL_CENTRE, Request.Channel.OFFICE)],
        initial=Request.Channel.CALL_CENTRE,
    )
    contact = forms.ModelChoiceField(
        Contact.objects.none(),
        required=False,
        label=gettext_lazy("Who asks"),
        empty_label=gettext_lazy("Somebody else"),
    )
    contact_name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    contact_phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Mail address"),
        required=False,
        help_text=gettext_lazy("Gets the link to follow the order."),
    )

    def __init__(self, *args, merchant: Merchant, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        live = merchant.bindings.live().values("terminal")
        self.fields["terminal"].queryset = Terminal.objects.filter(pk__in=live).select_related("model")
        self.fields["terminal"].label_from_instance = lambda terminal: f"{terminal.serial} · {terminal.model}"
        self.fields["contact"].queryset = merchant.contacts.all()
        self.fields["contact"].label_from_instance = lambda contact: " ".join(
            filter(None, [contact.name, contact.masked_phone])
        )

    def clean_contact_phone(self) -> str:
        phone = self.cleaned_data["contact_phone"]
        if phone and normalize_phone(phone) is None:
            raise forms.ValidationError(
                _("“%(phone)s” is not a phone number that can be dialled."), params={"phone": phone}
            )
        return phone

    def clean(self) -> dict:
        """A chosen contact fills what was left empty."""
        values = super().clean()
        contact = values.pop("contact", None)
        if contact:
            values["language"] = contact.language
            for name in ("name", "phone", "email"):
                values[f"contact_{name}"] = values.get(f"contact_{name}") or getattr(contact, name)
        return values


class EditForm(forms.ModelForm):
    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int, label=gettext_lazy("Priority"))

    class Meta:
        model = WorkOrder
        fields = ("priority", "summary", "details", "duration_min")

    def _post_clean(self) -> None:
        """The instance stays as it is: the action changes a fresh one."""


class NeedsForm(forms.Form):
    """The levels and quantities there are, 0 takes one away, and room for one more of each; gives those of change_needs."""

    skill = forms.ModelChoiceField(
        Skill.objects.none(), label=gettext_lazy("One more skill"), required=False, empty_label="–"
    )
    skill_level = forms.IntegerField(label=gettext_lazy("Its level"), min_value=1, max_value=5, initial=1)
    part = SearchField(
        Part.objects.none(),
        url_name="office:part-search",
        key="code",
        label=gettext_lazy("One more part"),
        required=False,
    )
    part_quantity = forms.IntegerField(label=gettext_lazy("Its quantity"), min_value=1, max_value=1000, initial=1)

    def __init__(self, *args, order: WorkOrder, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.needs = order.needs
        for need in self.needs.skills:
            self.fields[f"level-{need.code}"] = forms.IntegerField(
                label=_("Level of %(skill)s") % {"skill": need.name}, initial=need.level, min_value=0, max_value=5,
                help_text=_("0: not needed."),
            )  # fmt: skip
        for need in self.needs.parts:
            self.fields[f"quantity-{need.code}"] = forms.IntegerField(
                label=_("Quantity of %(part)s") % {"part": need.label}, initial=need.quantity, min_value=0,
                max_value=1000, help_text=_("0: not needed."),
            )  # fmt: skip
        self.order_fields([name for name in self.fields if "-" in name])
        self.fields["skill"].queryset = Skill.objects.exclude(pk__in=[need.id for need in self.needs.skills])
        self.fields["part"].queryset = Part.objects.in_use().exclude(pk__in=[need.id for need in self.needs.parts])

    def clean(self) -> dict:
        values = super().clean()
        skills = {need.code: values.get(f"level-{need.code}") for need in self.needs.skills}
        parts = {need.code: values.get(f"quantity-{need.code}") for need in self.needs.parts}
        if skill := values.get("skill"):
            skills[skill.code] = values.get("skill_level")
        if part := values.get("part"):
            parts[part.code] = values.get("part_quantity")
        return {
            "skills": {code: level for code, level in skills.items() if level},
            "parts": {code: quantity for code, quantity in parts.items() if quantity},
        }


class UsePartForm(forms.Form):
    part = SearchField(Part.objects.in_use(), url_name="office:part-search", key="code", label=gettext_lazy("Part"))
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=1000, initial=1)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class ReportPlaceForm(forms.Form):
    """Where a terminal was seen."""

    lat = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180)
    note = forms.CharField(label=gettext_lazy("Who says so, and how"), max_length=200)


class ThereField(forms.ModelChoiceField):
    """One of the terminals at the order's merchant."""

    def __init__(self, **kwargs) -> None:
        super().__init__(Terminal.objects.none(), to_field_name="serial", empty_label=None, **kwargs)

    def label_from_instance(self, terminal: Terminal) -> str:
        return f"{terminal.serial} · {terminal.model}"

    def look(self, order: WorkOrder) -> None:
        live = order.merchant.bindings.live().values("terminal")
        self.queryset = Terminal.objects.filter(pk__in=live).select_related("model").order_by("serial")
        self.initial = order.terminal and order.terminal.serial


class RetrieveForm(forms.Form):
    terminal = ThereField(label=gettext_lazy("Terminal that goes away"))

    def __init__(self, *args, order: WorkOrder, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["terminal"].look(order)


class RelocateHereForm(RelocateForm):
    terminal = ThereField(label=gettext_lazy("Terminal"))
    reason = None  # the order is
    field_order = ("terminal",)

    def __init__(self, *args, order: WorkOrder, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["terminal"].look(order)


class SwapForm(forms.Form):
    old = ThereField(label=gettext_lazy("Terminal that goes away"))
    new = forms.ModelChoiceField(
        Terminal.objects.none(), to_field_name="serial", label=gettext_lazy("Terminal that takes its place"),
        help_text=gettext_lazy("From the engineer's bag."),
    )  # fmt: skip
    captures = PhotosField(
        label=gettext_lazy("Photos of both codes"), required=False,
        widget=PhotosInput(attrs={"accept": "image/*", "multiple": True}),
    )  # fmt: skip
    moves_sticker = forms.BooleanField(label=gettext_lazy("The sticker goes along"), required=False)

    def __init__(self, *args, order: WorkOrder, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old"].look(order)
        bag = Terminal.objects.filter(holder=order.engineer, status=TerminalStatus.ISSUED).select_related("model")
        self.fields["new"].queryset = bag.order_by("serial") if order.engineer else bag.none()
        self.fields["new"].label_from_instance = self.fields["old"].label_from_instance
