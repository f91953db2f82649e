from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.lifecycle import Kind, Reason
from merchants.models import ChangeRequest, Contact, Contract, Merchant, Review, Terms
from merchants.permissions import ENTER_LIVE
from toolkit.choices import SearchField
from toolkit.forms import DAY, SEARCHED, InputForm
from toolkit.secrets import normalize_phone
from workforce.models import Region, User
from workforce.roles import Role


class MerchantForm(InputForm):
    """A merchant with its main contact. An empty phone leaves the one there is."""

    acquirer_code = forms.CharField(
        label=_("Acquirer code"),
        max_length=20,
        required=False,
        help_text=_(
            "Only of a merchant that is live with an acquirer already: it skips the review, and the journal says on"
            " whose word. All others begin with their onboarding review."
        ),
    )
    parent = SearchField(
        Merchant.objects.none(), url_name="office:merchant-search", required=False, label=_("Head office")
    )
    contact_name = forms.CharField(label=_("Name"), max_length=80, required=False)
    contact_role = forms.CharField(label=_("Position"), max_length=60, required=False)
    contact_phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    contact_email = forms.EmailField(label=_("Mail address"), required=False)
    contact_language = forms.ChoiceField(
        label=_("Language"), choices=Contact._meta.get_field("language").choices, initial="zh-hans", required=False
    )

    class Meta:
        model = Merchant
        fields = (
            "name", "trade", "tier", "status", "region", "address", "lat", "lon", "parent", "external_id",
            "first_transaction_on", "note",
        )  # fmt: skip
        widgets = {
            "first_transaction_on": DAY,
            "region": forms.Select(attrs=SEARCHED),
            "trade": forms.Select(attrs=SEARCHED),
            "note": forms.Textarea(attrs={"rows": 3}),
            "lat": forms.NumberInput(attrs={"step": "any", "min": -90, "max": 90}),
            "lon": forms.NumberInput(attrs={"step": "any", "min": -180, "max": 180}),
        }
        help_texts = {"lat": _("WGS-84, as a phone measures it.")}

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in self.hidden(by):
            del self.fields[name]
        self.fields["region"].queryset = Region.objects.visible_to(by)
        self.fields["parent"].queryset = Merchant.objects.visible_to(by).not_merged()
        self.contact = self.instance.contacts.filter(is_primary=True).first() if self.instance.pk else None
        if self.contact:
            for name in ("name", "role", "email", "language"):
                self.fields[f"contact_{name}"].initial = getattr(self.contact, name)
            if self.contact.phone:
                self.fields["contact_phone"].help_text = _("Leave empty to keep %(phone)s.") % {
                    "phone": self.contact.masked_phone
                }

    def hidden(self, by: User) -> list[str]:
        """How it comes in is said once; afterwards it has a status."""
        if self.instance.pk:
            return ["acquirer_code"]
        return ["status"] if by.has_perm(ENTER_LIVE) else ["status", "acquirer_code"]

    def clean_contact_phone(self) -> str:
        return dialled(self.cleaned_data["contact_phone"]) or (self.contact.phone if self.contact else "")

    def merchant_values(self) -> dict:
        """Arguments of create_merchant and change_merchant."""
        names = ("acquirer_code", *self._meta.fields)
        values = {name: self.cleaned_data[name] for name in names if name in self.fields}
        place = (values["lat"], values["lon"])
        if place != (self.instance.lat, self.instance.lon):
            source = "" if place == (None, None) else Merchant.LocationSource.MAP
            values |= {"location_source": source, "location_accuracy_m": None}
        return values

    def contact_values(self) -> dict:
        """Arguments of set_contact; empty when there is no main contact and none was given."""
        values = {name: self.cleaned_data[f"contact_{name}"] for name in ("name", "role", "phone", "email", "language")}
        if not (self.contact or values["name"] or values["phone"] or values["email"]):
            return {}
        return values | {"contact": self.contact, "is_primary": True}


class PhonedForm(InputForm):
    """An empty phone leaves the one there is."""

    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("phone", None)
        if self.instance.phone:
            self.fields["phone"].help_text = _("Leave empty to keep %(phone)s.") % {"phone": self.instance.masked_phone}

    def clean_phone(self) -> str:
        return dialled(self.cleaned_data["phone"]) or self.instance.phone


class ContactForm(PhonedForm):
    class Meta:
        model = Contact
        fields = ("name", "role", "phone", "email", "language", "is_primary")


class ContractForm(InputForm):
    class Meta:
        model = Contract
        fields = ("number", "service_level", "starts_on", "ends_on", "monthly_fee")
        widgets = {"starts_on": DAY, "ends_on": DAY}
        help_texts = {"ends_on": _("Empty: until another contract follows.")}


class MergeForm(forms.Form):
    merged = SearchField(Merchant.objects.none(), url_name="office:merchant-search", label=_("The double"))

    def __init__(self, *args, others, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merged"].queryset = others


def bearer_field(required: bool = True) -> SearchField:
    return SearchField(
        User.objects.none(), url_name="office:bearer-search", key="username", required=required,
        label=_("Brings the documents"),
    )  # fmt: skip


class OwnerForm(forms.Form):
    owner = bearer_field()

    def __init__(self, *args, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.visible_to(by).filter(role=Role.PROSPECTOR, is_active=True)


class BeginForm(OwnerForm):
    kind = forms.ChoiceField(label=_("Kind of merchant"), choices=Kind, initial=Kind.SOLE)
    owner = bearer_field(required=False)
    field_order = ("kind", "owner")


class KindForm(InputForm):
    class Meta:
        model = Review
        fields = ("kind",)


class DocumentForm(forms.Form):
    file = forms.ImageField(label=_("Photo or scan"), widget=forms.FileInput(attrs={"accept": "image/*"}))


class DecisionForm(forms.Form):
    """Two buttons, one for each decision; `seen` is the photo they stand beside."""

    is_accepted = forms.TypedChoiceField(choices=[("true", ""), ("false", "")], coerce=lambda value: value == "true")
    seen = forms.UUIDField()
    number = forms.CharField(max_length=60, required=False)
    reason = forms.ChoiceField(label=_("What is wrong with it"), choices=Reason, required=False)
    note = forms.CharField(max_length=200, required=False)
    due_on = forms.DateField(required=False)


class ChangeForm(InputForm):
    """What is common to all kinds of change; the fields of a kind come before it."""

    effective_on = forms.DateField(label=_("In force from"), widget=DAY)
    signed = forms.ImageField(
        label=_("Signed by the merchant"), help_text=_("A photo or scan of the form with the merchant’s signature."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )  # fmt: skip
    needs_visit = forms.BooleanField(
        label=_("A terminal must be touched"), required=False,
        help_text=_("An order is opened when the change is approved."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class FeeRateForm(ChangeForm):
    class Meta:
        model = Terms
        fields = ("fee_rate",)


class AccountForm(ChangeForm):
    settlement_account = forms.CharField(
        label=_("Settlement account"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("settlement_account",)

    class Meta:
        model = Terms
        fields = ()

    def clean_settlement_account(self) -> str:
        return "".join(self.cleaned_data["settlement_account"].split())


class PlaceForm(ChangeForm):
    class Meta:
        model = Merchant
        fields = ("address", "lat", "lon")
        widgets = MerchantForm.Meta.widgets


class LimitsForm(ChangeForm):
    class Meta:
        model = Terms
        fields = ("single_limit", "daily_limit")


CHANGE_FORMS: dict[str, type[ChangeForm]] = {
    ChangeRequest.Kind.FEE_RATE: FeeRateForm,
    ChangeRequest.Kind.ACCOUNT: AccountForm,
    ChangeRequest.Kind.PLACE: PlaceForm,
    ChangeRequest.Kind.LIMITS: LimitsForm,
}


class RefusalForm(forms.Form):
    refusal = forms.CharField(label=_("Why refused"), max_length=300)


def dialled(phone: str) -> str:
    if phone and normalize_phone(phone) is None:
        raise forms.ValidationError(
            _("“%(phone)s” is not a phone number that can be dialled."), params={"phone": phone}
        )
    return phone
