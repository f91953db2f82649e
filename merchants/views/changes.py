"""Changes of live merchants: filed with the merchant's signature, checked by somebody else, in force on their day."""

from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from evidence.actions import keep_picture
from evidence.models import Capture
from merchants import actions, forms, lists, permissions
from merchants.models import ChangeRequest, Terms
from merchants.views.office import MerchantAction, MerchantMixin
from toolkit.forms import Confirm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, Page, PanelPage, SubjectMixin


class ChangeList(ListPage):
    name = "change-list"
    title = _("Changes of merchants")
    permission = permissions.VIEW_CHANGE
    filterset_class = lists.ChangeFilter
    table_class = lists.ChangeTable
    empty_text = _("No changes yet: file one on the page of a merchant.")

    def rows(self) -> QuerySet[ChangeRequest]:
        rows = ChangeRequest.objects.visible_to(self.request.user)
        return rows.select_related("merchant", "made_by", "checked_by").defer("before", "after")


class MerchantTerms(MerchantMixin, PanelPage):
    permission = permissions.VIEW_CHANGE
    template_name = "merchants/terms.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            terms=Terms.objects.filter(merchant=self.subject).first(),
            changes=self.subject.changes.select_related("made_by", "checked_by")[:20],
            kinds=ChangeRequest.Kind.choices,
            **kwargs,
        )


class ChangeFile(MerchantAction):
    """The form of a kind of change; what holds today stands in it."""

    permission = permissions.FILE_CHANGE
    submit_label = _("File for approval")

    def get_title(self) -> str:
        return str(self.kind.label)

    @cached_property
    def kind(self) -> ChangeRequest.Kind:
        try:
            return ChangeRequest.Kind(self.kwargs["kind"])
        except ValueError as unknown:
            raise Http404 from unknown

    def get_form_class(self) -> type:
        return forms.CHANGE_FORMS[self.kind]

    def get_initial(self) -> dict[str, Any]:
        terms = Terms.objects.filter(merchant=self.subject).first() or Terms()
        here = {name: getattr(self.subject, name) for name in ("address", "lat", "lon")}
        limits = {name: getattr(terms, name) for name in ("fee_rate", "single_limit", "daily_limit")}
        return here | limits | {"effective_on": timezone.localdate()}

    def run_action(self, values: dict) -> ChangeRequest:
        who = {"by": self.request.user, "at": timezone.now()}
        file = values["signed"]
        file.seek(0)
        signature = keep_picture(file, id=uuid4(), kind=Capture.Kind.PHOTO, source=Capture.Source.GALLERY, **who)
        common = {name: values[name] for name in ("effective_on", "needs_visit", "note")}
        return actions.file_change(
            self.subject, kind=self.kind, values=values, signature=signature, **common, **who
        )  # fmt: skip

    def done_url(self, result: ChangeRequest) -> str:
        return result.get_absolute_url()


class ChangeMixin:
    permission = permissions.VIEW_CHANGE

    def subjects(self) -> QuerySet[ChangeRequest]:
        rows = ChangeRequest.objects.visible_to(self.request.user)
        return rows.select_related("merchant__region", "made_by", "checked_by", "signature")


class ChangeDetail(ChangeMixin, DetailPage):
    template_name = "merchants/change.html"

    def get_context_data(self, **kwargs) -> dict:
        change, user = self.subject, self.request.user
        is_filed = change.state == ChangeRequest.State.FILED
        fields = [
            (lists.label_of(name), before, after) for name, (before, after) in change.differences.items()
        ]  # fmt: skip
        return super().get_context_data(
            fields=fields,
            may_check=is_filed and change.made_by_id != user.pk and user.has_perm(permissions.APPROVE_CHANGE),
            is_own=is_filed and change.made_by_id == user.pk,
            is_open=change.state in (ChangeRequest.State.FILED, ChangeRequest.State.APPROVED),
            **kwargs,
        )


class ChangeAction(ChangeMixin, ActionPage):
    permission = permissions.APPROVE_CHANGE

    def get_title(self) -> str:
        return str(self.title)


class ChangeApprove(ChangeAction):
    title = _("Approve the change")
    form_class = Confirm

    def run_action(self, values: dict) -> ChangeRequest:
        return actions.approve_change(self.subject, **self.who)


class ChangeRefuse(ChangeAction):
    title = _("Refuse the change")
    submit_label = _("Refuse")
    form_class = forms.RefusalForm

    def run_action(self, values: dict) -> ChangeRequest:
        return actions.refuse_change(self.subject, **values, **self.who)


class ChangeWithdraw(ChangeAction):
    permission = permissions.FILE_CHANGE
    title = _("Withdraw the change")
    submit_label = _("Withdraw")
    form_class = Confirm

    def run_action(self, values: dict) -> ChangeRequest:
        return actions.withdraw_change(self.subject, **self.who)

    def done_url(self, result: ChangeRequest) -> str:
        return f"{reverse('office:merchant-detail', args=[result.merchant.number])}#terms"


class ChangeReveal(ChangeMixin, SubjectMixin, Page, View):
    """Answers a POST with the new account in clear, and writes down who has seen it."""

    permission = permissions.APPROVE_CHANGE
    http_method_names = ["post"]

    def post(self, request, number: str) -> HttpResponse:
        clear = actions.reveal_account(self.subject, by=request.user, at=timezone.now())
        response = render(request, "merchants/review_number.html", {"number": clear})
        response["Cache-Control"] = "no-store"
        return response
