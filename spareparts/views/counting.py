"""Stocktakes and scrap: one says so, another approves."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts import actions, forms, lists, permissions
from spareparts.models import Part, Scrapping, Stocktake
from spareparts.views.documents import Button, Document, DocumentAction
from toolkit.lists import ListPage
from toolkit.views import FormPage

State = Stocktake.State


class StocktakeList(ListPage):
    name = "stocktake-list"
    title = _("Stocktakes")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.StocktakeFilter
    table_class = lists.StocktakeTable
    create_url = "office:stocktake-start"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Begin a stocktake")
    empty_text = _("Nothing has been counted yet.")

    def rows(self) -> QuerySet[Stocktake]:
        rows = Stocktake.objects.visible_to(self.request.user)
        return rows.select_related("place__person", "counted_by", "decided_by")


class StocktakeStart(FormPage):
    permission = permissions.MOVE_STOCK
    title = _("Begin a stocktake")
    submit_label = _("Begin")
    form_class = forms.StocktakeForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Stocktake:
        return actions.start_stocktake(values["place"], **self.who)

    def back_url(self) -> str:
        return reverse("office:stocktake-list")


class StocktakeMixin:
    def subjects(self) -> QuerySet[Stocktake]:
        rows = Stocktake.objects.visible_to(self.request.user)
        return rows.select_related("place__person", "started_by", "counted_by", "decided_by")


class StocktakeDetail(StocktakeMixin, Document):
    """What was expected is shown once it has been counted, not before."""

    list_url, list_title = "office:stocktake-list", _("Stocktakes")
    heads = (_("Part"), _("Counted"), _("Expected"), _("Difference"))

    def facts(self) -> list:
        it = self.subject
        return [
            (_("Place"), it.place),
            (_("Started by"), it.started_by and it.started_by.name),
            (_("Counted by"), it.counted_by and it.counted_by.name),
            (_("Counted"), it.counted_at),
            (_("Decided by"), it.decided_by and it.decided_by.name),
            (_("Why refused"), it.refusal),
        ]

    def lines(self) -> list:
        """Those that differ first."""
        rows = sorted(self.subject.lines.select_related("part"), key=lambda row: (row.difference == 0, str(row.part)))
        return [
            (row.part, row.counted, row.expected, f"{row.difference:+d}" if row.difference else "–") for row in rows
        ]

    def buttons(self) -> list[Button]:
        if self.subject.state == State.COUNTING:
            return [Button(_("Hand in the count"), "office:stocktake-count", style="btn-primary")]
        if self.subject.state != State.COUNTED or self.subject.counted_by == self.request.user:
            return []
        return [
            Button(_("Refuse"), "office:stocktake-refuse", permissions.APPROVE_STOCK, "btn-outline-danger"),
            Button(_("Approve"), "office:stocktake-approve", permissions.APPROVE_STOCK, "btn-green", posts=True),
        ]

    def hint(self) -> str:
        if self.subject.state == State.COUNTED and self.subject.counted_by == self.request.user:
            return str(_("You have counted this yourself: somebody else approves or refuses it."))
        return ""


class StocktakeCount(StocktakeMixin, DocumentAction):
    title = _("Hand in the count")
    form_class = forms.CountForm

    def get_form_kwargs(self) -> dict:
        parts = Part.objects.filter(stock__place=self.subject.place).order_by("name")
        return super().get_form_kwargs() | {"parts": parts}

    def run_action(self, values: dict) -> Stocktake:
        return actions.hand_in_count(self.subject, **values, **self.who)


class StocktakeApprove(StocktakeMixin, DocumentAction):
    permission = permissions.APPROVE_STOCK
    title = _("Approve the count")

    def run_action(self, values: dict) -> Stocktake:
        return actions.approve_stocktake(self.subject, **self.who)


class StocktakeRefuse(StocktakeMixin, DocumentAction):
    permission = permissions.APPROVE_STOCK
    title = _("Refuse the count")
    form_class = forms.RefusalForm

    def run_action(self, values: dict) -> Stocktake:
        return actions.refuse_stocktake(self.subject, **values, **self.who)


class ScrappingList(ListPage):
    name = "scrapping-list"
    title = _("Scrap")
    permission = permissions.VIEW_STOCK
    filterset_class = lists.ScrappingFilter
    table_class = lists.ScrappingTable
    create_url = "office:scrapping-ask"
    create_permission = permissions.MOVE_STOCK
    create_label = _("Scrap parts")
    empty_text = _("Nothing has been scrapped yet.")

    def rows(self) -> QuerySet[Scrapping]:
        rows = Scrapping.objects.visible_to(self.request.user)
        return rows.select_related("part", "place__person", "asked_by", "decided_by")


class ScrappingAsk(FormPage):
    permission = permissions.MOVE_STOCK
    title = _("Scrap parts")
    submit_label = _("Ask for approval")
    form_class = forms.ScrapForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Scrapping:
        return actions.ask_to_scrap(values.pop("part"), **values, **self.who)

    def back_url(self) -> str:
        return reverse("office:scrapping-list")


class ScrappingMixin:
    def subjects(self) -> QuerySet[Scrapping]:
        rows = Scrapping.objects.visible_to(self.request.user)
        return rows.select_related("part", "place__person", "target", "asked_by", "decided_by")


class ScrappingDetail(ScrappingMixin, Document):
    list_url, list_title = "office:scrapping-list", _("Scrap")
    heads = (_("Part"), _("Quantity"))

    def facts(self) -> list:
        it = self.subject
        return [
            (_("Out of"), it.place),
            (_("To"), it.target),
            (_("Reason"), it.reason),
            (_("Asked by"), it.asked_by.name),
            (_("Decided by"), it.decided_by and it.decided_by.name),
            (_("Why refused"), it.refusal),
        ]

    def lines(self) -> list:
        return [(self.subject.part, self.subject.quantity)]

    def buttons(self) -> list[Button]:
        if self.subject.state != Scrapping.State.ASKED or self.subject.asked_by == self.request.user:
            return []
        return [
            Button(_("Refuse"), "office:scrapping-refuse", permissions.APPROVE_STOCK, "btn-outline-danger"),
            Button(_("Approve"), "office:scrapping-approve", permissions.APPROVE_STOCK, "btn-green", posts=True),
        ]

    def hint(self) -> str:
        if self.subject.state == Scrapping.State.ASKED and self.subject.asked_by == self.request.user:
            return str(_("You have asked for this yourself: somebody else approves or refuses it."))
        return ""


class ScrappingApprove(ScrappingMixin, DocumentAction):
    permission = permissions.APPROVE_STOCK
    title = _("Approve the scrapping")

    def run_action(self, values: dict) -> Scrapping:
        return actions.approve_scrapping(self.subject, **self.who)


class ScrappingRefuse(ScrappingMixin, DocumentAction):
    permission = permissions.APPROVE_STOCK
    title = _("Refuse the scrapping")
    form_class = forms.RefusalForm

    def run_action(self, values: dict) -> Scrapping:
        return actions.refuse_scrapping(self.subject, **values, **self.who)
