from io import BytesIO

from django.db.models import Count, Q
from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from assets import actions, forms, lists, permissions
from assets.models import Sticker, StickerSheet, normal_code
from assets.stickers import sheet_pdf
from assets.views.office import ScopedFormMixin
from toolkit.errors import Refused
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, Page, SubjectMixin


class SheetMixin:
    permission = permissions.PRINT_STICKERS

    def subjects(self):
        return StickerSheet.objects.visible_to(self.request.user).select_related("region", "made_by")


class SheetList(SheetMixin, ListPage):
    name = "sticker-sheet-list"
    title = gettext_lazy("Stickers")
    filterset_class = lists.SheetFilter
    table_class = lists.SheetTable
    create_url = "office:sticker-sheet-create"
    create_permission = permissions.PRINT_STICKERS
    create_label = gettext_lazy("Make stickers")
    empty_text = gettext_lazy("No stickers yet: make a sheet, print it, and stick one on each terminal.")

    def rows(self):
        return self.subjects().annotate(
            free=Count("stickers", filter=Q(stickers__terminal=None, stickers__voided_at=None))
        )


class SheetDetail(SheetMixin, DetailPage):
    template_name = "assets/sheet.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(stickers=self.subject.stickers.select_related("terminal", "holder"), **kwargs)


class SheetCreate(ScopedFormMixin, FormPage):
    permission = permissions.PRINT_STICKERS
    title = gettext_lazy("Make stickers")
    form_class = forms.SheetForm
    success_message = gettext_lazy("The stickers are ready to be printed.")

    def get_initial(self) -> dict:
        return {"region": self.request.user.region_id}

    def run_action(self, values: dict) -> StickerSheet:
        return actions.print_stickers(**values, **self.who)

    def back_url(self) -> str:
        return reverse("office:sticker-sheet-list")


class SheetAction(SheetMixin, ScopedFormMixin, ActionPage):
    """Something is done with some stickers of a sheet."""

    def chosen(self, first: str, last: str) -> list[Sticker]:
        ends = [normal_code(first), normal_code(last) or normal_code(first)]
        stickers = list(self.subject.stickers.filter(number__gte=ends[0], number__lte=ends[1]).order_by("number"))
        if {ends[0], ends[1]} - {sticker.number for sticker in stickers}:
            raise Refused(_("These numbers are not on this sheet. Compare them with the stickers."), field="first")
        return stickers


class SheetHandOut(SheetAction):
    title = gettext_lazy("Hand out stickers")
    submit_label = gettext_lazy("Hand out")
    form_class = forms.HandOutForm

    def get_initial(self) -> dict:
        numbers = self.subject.stickers.filter(terminal=None, voided_at=None, holder=None).order_by("number")
        free = list(numbers.values_list("number", flat=True))
        return {"first": free[0], "last": free[-1]} if free else {}

    def run_action(self, values: dict) -> list[Sticker]:
        stickers = self.chosen(values.pop("first"), values.pop("last"))
        return actions.hand_out_stickers(stickers, **values, **self.who)


class SheetLoss(SheetAction):
    title = gettext_lazy("Report stickers lost")
    submit_label = gettext_lazy("Report as lost")
    form_class = forms.LossForm

    def run_action(self, values: dict) -> list[Sticker]:
        stickers = self.chosen(values.pop("first"), values.pop("last"))
        return actions.lose_stickers(stickers, **values, **self.who)


class SheetPdf(SheetMixin, SubjectMixin, Page, View):
    def get(self, request, *args, **kwargs) -> FileResponse:
        pdf = BytesIO(sheet_pdf(self.subject))
        return FileResponse(pdf, as_attachment=True, filename=f"{self.subject.number}.pdf")
