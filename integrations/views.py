from itertools import islice

from django.forms import Form
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from integrations import actions, forms, lists, permissions
from integrations.columns import COLUMNS, suggest
from integrations.models import ApiToken, Import
from toolkit.exports import write_csv
from toolkit.lists import ListPage
from toolkit.secrets import mask_account
from toolkit.views import ActionPage, DetailPage, FormPage, Page, SubjectMixin

SHOWN_ROWS = 100
MOST_MESSAGES = 8


class ImportList(ListPage):
    name = "import-list"
    title = _("Imports")
    permission = permissions.IMPORT
    filterset_class = lists.ImportFilter
    table_class = lists.ImportTable
    create_url = "office:import-create"
    create_permission = permissions.IMPORT
    create_label = _("Import a spreadsheet")
    empty_text = _("No imports yet. Bring your merchants, terminals and leads as CSV or XLSX.")

    def rows(self):
        return Import.objects.visible_to(self.request.user).select_related("created_by")


class ImportMixin(SubjectMixin):
    permission = permissions.IMPORT

    def subjects(self):
        return Import.objects.visible_to(self.request.user).select_related("region", "created_by")


class ImportCreate(FormPage):
    permission = permissions.IMPORT
    title = _("Import a spreadsheet")
    submit_label = _("Upload")
    form_class = forms.UploadForm

    def get_initial(self) -> dict:
        return {"kind": self.request.GET.get("kind", "")}

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Import:
        return actions.upload_import(**values, by=self.request.user, at=timezone.now())

    def done_url(self, result: Import) -> str:
        return reverse("office:import-map", args=[result.number])

    def back_url(self) -> str:
        return reverse("office:import-list")


class ImportMap(ImportMixin, ActionPage):
    """Which of their columns is which of ours, with the first rows of the file beside it."""

    title = _("Which column is which?")
    submit_label = _("Try it out (dry run)")
    template_name = "integrations/map.html"
    form_class = forms.MappingForm

    def sample(self) -> tuple[list[str], list[list[str]]]:
        with self.subject.open_table() as table:
            return table.headers, list(islice(table.rows, 3))

    def get_form_kwargs(self) -> dict:
        self.headers, self.samples = self.sample()
        if not self.subject.mapping:
            self.subject.mapping = suggest(self.subject.kind, self.headers)
        return super().get_form_kwargs() | {"job": self.subject, "headers": self.headers}

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        masked = suggest(self.subject.kind, self.headers).get("settlement_account")
        samples = [
            [mask_account(cell) if header == masked else cell for header, cell in zip(self.headers, row, strict=False)]
            for row in self.samples
        ]
        return context | {"headers": self.headers, "samples": samples}

    def run_action(self, values: dict) -> Import:
        doubles = values.pop("doubles", Import.Doubles.SKIP)
        return actions.check_import(
            self.subject, mapping=values, doubles=doubles, by=self.request.user, at=timezone.now()
        )


class ImportDetail(ImportMixin, DetailPage):
    """Progress while it runs, then what came of it; asks again every second while it is under way."""

    template_name = "integrations/import.html"

    def get_template_names(self) -> list[str]:
        return ["integrations/progress.html" if self.request.headers.get("HX-Request") else self.template_name]

    def get_context_data(self, **kwargs) -> dict:
        rows, chosen = self.subject.rows.order_by("-is_error", "line"), self.request.GET.get("message", "")
        shown = list((rows.filter(messages__contains=[chosen]) if chosen else rows)[: SHOWN_ROWS + 1])
        often = [] if self.subject.is_under_way else self.subject.rows.message_counts()[:MOST_MESSAGES]
        return super().get_context_data(
            rows=shown[:SHOWN_ROWS], has_more=len(shown) > SHOWN_ROWS, often=often, chosen=chosen, **kwargs
        )

    def get_title(self) -> str:
        return f"{self.subject.number} · {self.subject.filename}"


class ImportStart(ImportMixin, ActionPage):
    title = _("Put the rows in")
    form_class = Form

    def run_action(self, values: dict) -> Import:
        return actions.start_import(self.subject, by=self.request.user, at=timezone.now())


class ImportRows(ImportMixin, Page, View):
    """Errors and remarks by row, as CSV with the customer's own columns, to be corrected and imported again."""

    def get(self, request, number: str) -> HttpResponse:
        with self.subject.open_table() as table:
            headers = table.headers
        rows = self.subject.rows.order_by("line")
        lines = (
            [
                row.line,
                str(_("error") if row.is_error else _("remark")),
                " ".join(row.messages),
                *map(row.values.get, headers),
            ]
            for row in rows.iterator()
        )
        heads = [str(_("Line")), str(_("Kind")), str(_("What is wrong")), *headers]
        response = StreamingHttpResponse(write_csv(heads, lines), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.subject.number}.csv"'
        return response


class ImportTemplate(Page, View):
    """An empty table with our own headers."""

    permission = permissions.IMPORT

    def get(self, request, kind: str) -> HttpResponse:
        response = HttpResponse(
            b"".join(write_csv([str(column.label) for column in COLUMNS[kind]], [])),
            content_type="text/csv; charset=utf-8",
        )
        response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
        return response


class TokenList(ListPage):
    name = "api-token-list"
    title = _("API tokens")
    permission = permissions.KEEP_TOKENS
    filterset_class = lists.TokenFilter
    table_class = lists.TokenTable
    create_url = "office:api-token-create"
    create_permission = permissions.KEEP_TOKENS
    create_label = _("Make a token")
    empty_text = _("No machine has a token yet.")

    def rows(self):
        return ApiToken.objects.select_related("created_by")


class TokenCreate(FormPage):
    permission = permissions.KEEP_TOKENS
    title = _("Make a token")
    form_class = forms.TokenForm

    def run_action(self, values: dict) -> ApiToken:
        token, self.secret = actions.make_token(**values, **self.who)
        return token

    def redirect(self, url: str) -> HttpResponse:
        """Shows the secret instead, this once."""
        response = render(self.request, "integrations/token.html", {"title": self.get_title(), "secret": self.secret})
        response["Cache-Control"] = "no-store"
        return response

    def back_url(self) -> str:
        return reverse("office:api-token-list")


class TokenRevoke(ActionPage):
    permission = permissions.KEEP_TOKENS
    title = _("Revoke the token")
    submit_label = _("Revoke")
    form_class = Form
    template_name = "integrations/revoke.html"
    success_message = _("The token is revoked: from now on its requests are refused.")

    def subjects(self):
        return ApiToken.objects.all()

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(submit_class="btn-danger", **kwargs)

    def run_action(self, values: dict) -> ApiToken:
        return actions.revoke_token(self.subject, **self.who)
