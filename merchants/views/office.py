from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from merchants import actions, forms, lists, permissions
from merchants.models import Contact, Contract, Merchant
from merchants.queries import possible_doubles, timeline, what_moves
from toolkit.forms import Confirm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, Page, PanelPage, SubjectMixin

MOST_BRANCHES = 50


class MerchantList(ListPage):
    name = "merchant-list"
    title = gettext_lazy("Merchants")
    permission = permissions.VIEW_MERCHANT
    filterset_class = lists.MerchantFilter
    table_class = lists.MerchantTable
    export_permission = permissions.EXPORT_MERCHANTS
    create_url = "office:merchant-create"
    create_permission = permissions.EDIT_MERCHANT
    create_label = gettext_lazy("Add a merchant")
    empty_text = gettext_lazy("No merchants yet: add one, or import a spreadsheet.")

    def rows(self):
        rows = Merchant.objects.visible_to(self.request.user).not_merged().select_related("region", "trade")
        return rows.with_live_terminals() if "live_terminals" in self.chosen else rows


class MerchantMixin:
    permission = permissions.VIEW_MERCHANT

    def subjects(self):
        return Merchant.objects.visible_to(self.request.user).not_merged().select_related("region", "trade", "parent")


class MerchantDetail(MerchantMixin, DetailPage):
    """A merged merchant leads to the one it was merged into."""

    template_name = "merchants/merchant.html"

    def subjects(self):
        return Merchant.objects.visible_to(self.request.user).select_related("region", "trade", "parent", "merged_into")

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if kept := self.subject.merged_into:
            values = {"number": self.subject.number, "name": self.subject.name}
            messages.info(request, _("%(number)s %(name)s was merged into this merchant.") % values)
            return HttpResponseRedirect(kept.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs) -> dict:
        today = timezone.localdate()
        points = [{"lat": self.subject.lat, "lon": self.subject.lon, "label": self.subject.name}]
        return super().get_context_data(
            live_terminals=Merchant.objects.with_live_terminals().get(pk=self.subject.pk).live_terminals,
            main_contact=self.subject.contacts.filter(is_primary=True).first(),
            contract=self.subject.contracts.filter(starts_on__lte=today).exclude(ends_on__lt=today).first(),
            branches=self.subject.children.not_merged().count(),
            map_data={"points": points if self.subject.lat is not None else []},
            **kwargs,
        )


class MerchantContacts(MerchantMixin, PanelPage):
    template_name = "merchants/contacts.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(contacts=self.subject.contacts.all(), **kwargs)


class MerchantContracts(MerchantMixin, PanelPage):
    template_name = "merchants/contracts.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(contracts=self.subject.contracts.all(), today=timezone.localdate(), **kwargs)


class MerchantBranches(MerchantMixin, PanelPage):
    template_name = "merchants/branches.html"

    def get_context_data(self, **kwargs) -> dict:
        branches = self.subject.children.visible_to(self.request.user).not_merged().select_related("region")
        return super().get_context_data(branches=branches[: MOST_BRANCHES + 1], most=MOST_BRANCHES, **kwargs)


class MerchantTimeline(MerchantMixin, PanelPage):
    template_name = "merchants/timeline.html"

    def get_context_data(self, **kwargs) -> dict:
        before = self.request.GET.get("before", "")
        before_id = int(before) if before.isdigit() else None
        return super().get_context_data(
            stretch=timeline(self.subject, before_id=before_id), is_first=before_id is None, **kwargs
        )


class MerchantCreate(FormPage):
    permission = permissions.EDIT_MERCHANT
    title = gettext_lazy("Add a merchant")
    form_class = forms.MerchantForm
    template_name = "merchants/merchant_form.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def form_valid(self, form) -> HttpResponse:
        self.form = form
        return super().form_valid(form)

    def run_action(self, values: dict) -> Merchant:
        who = {"by": self.request.user, "at": timezone.now()}
        with transaction.atomic():
            merchant = self.save_merchant(who)
            if contact := self.form.contact_values():
                actions.set_contact(merchant, **contact, **who)
            return merchant

    def save_merchant(self, who: dict) -> Merchant:
        return actions.create_merchant(**self.form.merchant_values(), **who)

    def back_url(self) -> str:
        return reverse("office:merchant-list")


class MerchantEdit(MerchantMixin, SubjectMixin, MerchantCreate):
    permission = permissions.EDIT_MERCHANT
    title = gettext_lazy("Edit the merchant")
    submit_label = gettext_lazy("Save")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def save_merchant(self, who: dict) -> Merchant:
        return actions.change_merchant(self.subject, **self.form.merchant_values(), **who)

    def back_url(self) -> str:
        return self.subject.get_absolute_url()


class MerchantAction(MerchantMixin, ActionPage):
    permission = permissions.EDIT_MERCHANT
    template_name = "merchants/action.html"


class ContactMixin:
    """The contact of the address, one of the merchant's."""

    @cached_property
    def contact(self) -> Contact:
        return get_object_or_404(self.subject.contacts, pk=self.kwargs["contact"])

    def done_url(self, result) -> str:
        return f"{self.subject.get_absolute_url()}#contacts"

    def back_url(self) -> str:
        return self.done_url(None)


class ContactAdd(ContactMixin, MerchantAction):
    title = gettext_lazy("Add a contact")
    form_class = forms.ContactForm

    def run_action(self, values: dict) -> Contact:
        return actions.set_contact(self.subject, **values, by=self.request.user, at=timezone.now())


class ContactEdit(ContactMixin, MerchantAction):
    title = gettext_lazy("Edit the contact")
    form_class = forms.ContactForm
    submit_label = gettext_lazy("Save")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.contact}

    def run_action(self, values: dict) -> Contact:
        return actions.set_contact(
            self.subject, contact=self.contact, **values, by=self.request.user, at=timezone.now()
        )


class ContactRemove(ContactMixin, MerchantAction):
    title = gettext_lazy("Remove the contact")
    form_class = Confirm
    template_name = "merchants/contact_remove.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(contact=self.contact, submit_class="btn-danger", **kwargs)

    def run_action(self, values: dict) -> None:
        actions.remove_contact(self.contact, by=self.request.user, at=timezone.now())


class ContactReveal(ContactMixin, MerchantMixin, SubjectMixin, Page, View):
    """Answers a POST with the clear number, and writes down who has seen it."""

    permission = permissions.REVEAL_PHONE

    def post(self, request, *args, **kwargs) -> HttpResponse:
        phone = actions.reveal_phone(self.contact, by=request.user, at=timezone.now())
        response = render(request, "merchants/phone.html", {"phone": phone})
        response["Cache-Control"] = "no-store"
        return response


class ContractSign(MerchantAction):
    title = gettext_lazy("Sign a contract")
    form_class = forms.ContractForm
    submit_label = gettext_lazy("Sign")

    def run_action(self, values: dict) -> Contract:
        return actions.sign_contract(self.subject, **values, by=self.request.user, at=timezone.now())

    def done_url(self, result) -> str:
        return f"{self.subject.get_absolute_url()}#contracts"


class MerchantMerge(MerchantAction):
    """First the double is chosen (?with=…), then both are seen side by side, then it is confirmed."""

    permission = permissions.MERGE_MERCHANTS
    title = gettext_lazy("Merge a double")
    form_class = forms.MergeForm
    template_name = "merchants/merge.html"
    success_message = gettext_lazy("The double was merged.")

    def others(self):
        return self.subjects().exclude(pk=self.subject.pk)

    @cached_property
    def other(self) -> Merchant | None:
        number = self.request.GET.get("with")
        if not number:
            return None
        other = self.others().filter(number=number).first()
        if other is None:
            raise Http404
        return other

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"others": self.others()}

    def get_context_data(self, **kwargs) -> dict:
        if self.other is None:
            doubles = possible_doubles(self.subject, Merchant.objects.visible_to(self.request.user))
            return super().get_context_data(doubles=doubles, **kwargs)
        return super().get_context_data(other=self.other, moves=what_moves(self.other), **kwargs)

    def run_action(self, values: dict) -> Merchant:
        return actions.merge_merchants(self.subject, values["merged"], by=self.request.user, at=timezone.now())
