"""The service report: in the office, on the phone, for the merchant, and for whoever holds the paper."""

from io import BytesIO

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import get_language_info
from django.views.generic import TemplateView, View

from toolkit.files import serve
from toolkit.views import Page, PanelPage, SubjectMixin
from workorders import permissions
from workorders.lifecycle import DONE
from workorders.models import WorkOrder
from workorders.report_pdf import order_and_hash, report_pdf
from workorders.service_report import changed_since, hash_of, local_time, report_of, shown, valid_signature
from workorders.views.office import OrderMixin
from workorders.views.public import OrderPage, PublicPage

LANGUAGES = ("en", "zh-hans")


def pdf_of(request: HttpRequest, order: WorkOrder) -> HttpResponseBase:
    """In the reader's language, or the one that is asked for."""
    wanted = request.GET.get("language", "")
    language = wanted if wanted in LANGUAGES else translation.get_language() or "en"
    with translation.override(language):
        content = report_pdf(order)
    return serve(request, BytesIO(content), mime="application/pdf", download_as=f"{order.number}.{language[:2]}.pdf")


class OrderReport(OrderMixin, PanelPage):
    template_name = "workorders/report.html"

    def get_context_data(self, **kwargs) -> dict:
        report = report_of(self.subject)
        signature = valid_signature(self.subject)
        return super().get_context_data(
            report=shown(self.subject, report),
            signature=signature,
            changed=changed_since(signature, report) if signature else [],
            earlier=self.subject.signatures.exclude(replaced_at=None).select_related("by"),
            languages=[(code, get_language_info(code)["name_local"]) for code in LANGUAGES],
            **kwargs,
        )


class OrderReportPdf(OrderMixin, SubjectMixin, Page, View):
    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        return pdf_of(request, self.subject)


class OwnReportPdf(SubjectMixin, Page, View):
    """The engineer's own, on the phone."""

    permission = permissions.DO_ORDER

    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user)

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        return pdf_of(request, self.subject)


class TrackedReportPdf(OrderPage):
    """By the merchant's tracking link, when the work is done."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        if self.order.status not in DONE:
            return redirect(self.tracking_url)
        return pdf_of(request, self.order)


class ReportCheck(PublicPage, TemplateView):
    """Whether a paper says what stands here. It shows no more than the paper does."""

    template_name = "public/report_check.html"
    http_method_names = ["get"]

    def before(self) -> HttpResponse | None:
        found = order_and_hash(self.kwargs["token"])
        if found is None:
            raise Http404
        self.order, self.printed = found
        return None

    def get_context_data(self, **kwargs) -> dict:
        signature = valid_signature(self.order)
        return super().get_context_data(
            order=self.order,
            printed=self.printed,
            is_same=hash_of(self.order) == self.printed,
            signed_at=local_time(self.order, signature.signed_at) if signature else "",
            is_as_signed=bool(signature and signature.report_sha256 == self.printed),
            **kwargs,
        )
