"""Inspections as an auditor sees them: a list of visits, and a file with every item and the hashes of its evidence."""

import django_filters
import django_tables2 as tables
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inspections import permissions
from inspections.actions import export_evidence
from inspections.audit import audit_heads, audit_rows
from inspections.models import Finding, InspectionPlan
from toolkit.errors import Refused
from toolkit.exports import write_csv, write_xlsx
from toolkit.lists import DateTimeColumn, DayRangeFilter, FilterSet, ListPage, Table
from workforce.lists import region_filter
from workforce.models import User
from workorders.actions.terminals import VERIFIES
from workorders.lifecycle import DONE
from workorders.lists import EngineerFilter
from workorders.models import WorkOrder, WorkOrderType

MOST_IN_A_WORKBOOK = 1_500  # visits, of a dozen rows each


def plans(request) -> QuerySet[InspectionPlan]:
    return InspectionPlan.objects.visible_to(request.user) if request else InspectionPlan.objects.none()


class AuditFilter(FilterSet):
    completed = DayRangeFilter(field_name="completed_at", label=_("Completed"))
    region = region_filter()
    plan = django_filters.ModelChoiceFilter(
        field_name="inspection__plan", queryset=plans, to_field_name="number", label=_("Plan")
    )
    engineer = EngineerFilter(field_name="engineer")
    with_findings = django_filters.BooleanFilter(method="filter_with_findings", label=_("With findings"))

    class Meta:
        model = WorkOrder
        fields = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.filters["engineer"].label = _("Inspector")
        if self.request:
            self.filters["engineer"].extra["queryset"] = User.objects.visible_to(self.request.user)

    def filter_with_findings(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        found = Exists(Finding.objects.filter(order=OuterRef("pk")))
        return queryset.filter(found if value else ~found)


class AuditTable(Table):
    number = tables.Column(order_by=("id",), linkify=True)
    merchant = tables.Column(orderable=False, linkify=True)
    plan = tables.Column(accessor="inspection__plan", default="–", orderable=False)
    engineer = tables.Column(verbose_name=_("inspector"), orderable=False)
    arrived_at = DateTimeColumn(orderable=False)
    completed_at = DateTimeColumn(orderable=False)
    arrival_distance_m = tables.Column(verbose_name=_("metres from the merchant"), default="–", orderable=False)
    findings_count = tables.Column(verbose_name=_("findings"), default="–", orderable=False)

    class Meta(Table.Meta):
        model = WorkOrder
        fields = (
            "number", "merchant", "plan", "engineer", "arrived_at", "completed_at", "arrival_distance_m",
            "findings_count",
        )  # fmt: skip
        order_by = ("-number",)

    def render_arrival_distance_m(self, value: float) -> int:
        return round(value)

    def render_findings_count(self, value: int):
        return format_html('<span class="badge bg-orange-lt">{}</span>', value)


class AuditList(ListPage):
    name = "inspection-audit"
    title = _("Audit of inspections")
    permission = permissions.EXPORT_INSPECTIONS
    export_permission = permissions.EXPORT_INSPECTIONS
    filterset_class = AuditFilter
    table_class = AuditTable
    empty_text = _("No inspection was completed in this time.")

    def rows(self) -> QuerySet[WorkOrder]:
        types = WorkOrderType.objects.filter(Q(code=VERIFIES) | Q(pk__in=InspectionPlan.objects.values("type")))
        visits = WorkOrder.objects.visible_to(self.request.user)
        visits = visits.filter(type__in=list(types.values_list("pk", flat=True)), status__in=DONE)
        found = Finding.objects.filter(order=OuterRef("pk")).order_by().values("order").values(count=Count("pk"))
        return visits.select_related("merchant", "engineer", "inspection__plan").annotate(
            findings_count=Subquery(found)
        )

    def export(self, kind: str) -> HttpResponse:
        """Every item of the chosen visits, not the columns of the list. That it was taken is written down."""
        if not self.request.user.has_perm(self.export_permission):
            raise PermissionDenied
        visits = self.filtered().order_by("pk")
        count = visits.order_by().count()
        if kind == "xlsx" and count > MOST_IN_A_WORKBOOK:
            raise Refused(
                gettext("More than %(limit)s visits: please filter, or take CSV.")
                % {"limit": f"{MOST_IN_A_WORKBOOK:,}"}
            )
        export_evidence(count=count, asked=self.request.GET.urlencode(), by=self.request.user, at=timezone.now())
        heads, rows = audit_heads(), audit_rows(visits)
        if kind == "xlsx":
            workbook = write_xlsx(self.get_title(), heads, rows)
            return FileResponse(workbook, as_attachment=True, filename="inspection-audit.xlsx")
        response = StreamingHttpResponse(write_csv(heads, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="inspection-audit.csv"'
        return response
