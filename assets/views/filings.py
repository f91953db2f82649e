"""What the acquirer is to hear of within two working days."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from assets import actions, forms, lists, permissions
from assets.models import Filing, FilingReport
from assets.views.office import ScopedFormMixin
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage


class FilingList(ListPage):
    name = "filing-list"
    title = gettext_lazy("Changes to be reported")
    permission = permissions.VIEW_TERMINAL
    filterset_class = lists.FilingFilter
    table_class = lists.FilingTable
    export_permission = permissions.EXPORT_TERMINALS
    create_url = "office:filing-report-create"
    create_permission = permissions.REPORT_BINDINGS
    create_label = gettext_lazy("Put what waits into a file")
    empty_text = gettext_lazy("Nothing to be reported.")

    def rows(self):
        filings = Filing.objects.visible_to(self.request.user)
        return filings.select_related("terminal", "binding__merchant", "report")


class FilingReportList(ListPage):
    name = "filing-report-list"
    title = gettext_lazy("Reports to the acquirer")
    permission = permissions.REPORT_BINDINGS
    filterset_class = lists.FilingReportFilter
    table_class = lists.FilingReportTable
    create_url = "office:filing-report-create"
    create_permission = permissions.REPORT_BINDINGS
    create_label = gettext_lazy("Put what waits into a file")
    empty_text = gettext_lazy("No file was made yet.")

    def rows(self):
        return FilingReport.objects.visible_to(self.request.user).select_related("region", "made_by", "reported_by")


class FilingReportCreate(ScopedFormMixin, FormPage):
    permission = permissions.REPORT_BINDINGS
    title = gettext_lazy("Put what waits into a file")
    submit_label = gettext_lazy("Make the file")
    form_class = forms.FilingReportForm

    def get_initial(self) -> dict:
        return {"region": self.request.user.region_id}

    def run_action(self, values: dict) -> FilingReport:
        return actions.make_filing_report(**values, **self.who)

    def back_url(self) -> str:
        return reverse("office:filing-list")


class ReportMixin:
    permission = permissions.REPORT_BINDINGS

    def subjects(self):
        return FilingReport.objects.visible_to(self.request.user).select_related("region", "made_by", "reported_by")


class FilingReportDetail(ReportMixin, DetailPage):
    template_name = "assets/filing_report.html"

    def get_context_data(self, **kwargs) -> dict:
        query = {"report": self.subject.number}
        every = {"columns": ",".join(lists.FilingTable.base_columns), "export": "csv"}
        url = reverse("office:filing-list")
        return super().get_context_data(
            rows_url=f"{url}?{urlencode(query)}", file_url=f"{url}?{urlencode(query | every)}", **kwargs
        )


class FilingReported(ReportMixin, ScopedFormMixin, ActionPage):
    title = gettext_lazy("Mark as reported")
    submit_label = gettext_lazy("It was handed over")
    form_class = forms.ReportedForm

    def get_initial(self) -> dict:
        return {"file_name": f"{self.subject.number}.csv"}

    def run_action(self, values: dict) -> FilingReport:
        return actions.mark_reported(self.subject, **values, **self.who)
