"""What inspections found: list, page, what is done about it, and whether it becomes less."""

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from inspections import actions, permissions
from inspections.burn_down import DAYS, burn_down, burn_down_chart
from inspections.forms import AcceptForm, OpenOrderForm
from inspections.lists import BurnDownFilter, FindingFilter, FindingTable, choice_badge
from inspections.models import PENDING, Finding, FindingRule, FindingStatus
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, Page, PanelPage
from workorders.models import WorkOrder
from workorders.permissions import OPEN_ORDER, OPEN_ORIGINAL

IN_ROW = ("merchant", "terminal", "order", "consequence__opened", "found_by", "region")
LATEST = 20


class FindingList(ListPage):
    name = "finding-list"
    title = _("Findings")
    template_name = "inspections/findings.html"
    permission = permissions.VIEW_INSPECTION
    filterset_class = FindingFilter
    table_class = FindingTable
    export_permission = permissions.EXPORT_INSPECTIONS
    empty_text = _("Nothing was found that is not as it should be.")

    def rows(self) -> QuerySet[Finding]:
        return Finding.objects.visible_to(self.request.user).select_related(*IN_ROW)


class FindingMixin:
    permission = permissions.VIEW_INSPECTION

    def subjects(self) -> QuerySet[Finding]:
        user = self.request.user
        findings = Finding.objects.none() if user.is_field else Finding.objects.visible_to(user)
        return findings.select_related("order__merchant", "settled_by", *IN_ROW)


class FindingDetail(FindingMixin, DetailPage):
    template_name = "inspections/finding.html"

    def get_context_data(self, **kwargs) -> dict:
        finding, user = self.subject, self.request.user
        is_pending = finding.status in PENDING
        return super().get_context_data(
            badges=[choice_badge(finding.severity, finding.get_severity_display()),
                    choice_badge(finding.status, finding.get_status_display())],
            captures=finding.captures.select_related("by"),
            may_open_originals=user.has_perm(OPEN_ORIGINAL),
            can_accept=is_pending and user.has_perm(permissions.ACCEPT_FINDING),
            can_open=finding.status == FindingStatus.OPEN and user.has_perm(OPEN_ORDER),
            **kwargs,
        )  # fmt: skip


class FindingAccept(FindingMixin, ActionPage):
    permission = permissions.ACCEPT_FINDING
    form_class = AcceptForm
    title = _("Accept it as it is")

    def run_action(self, values: dict) -> Finding:
        return actions.accept_finding(self.subject, **values, **self.who)


class FindingOpenOrder(FindingMixin, ActionPage):
    permission = OPEN_ORDER
    form_class = OpenOrderForm
    title = _("Open an order because of it")

    def get_initial(self) -> dict:
        rule = FindingRule.objects.fitting(self.subject.kind, self.subject.severity)
        return {"type": rule and rule.opens_id}

    def run_action(self, values: dict) -> Finding:
        return actions.open_order_for(self.subject, **values, **self.who)


class BurnDown(Page, TemplateView):
    """How many are open each evening, and how many came and went."""

    permission = permissions.VIEW_INSPECTION
    title = _("Burn-down of findings")
    template_name = "inspections/burn_down.html"

    def get_context_data(self, **kwargs) -> dict:
        findings = Finding.objects.visible_to(self.request.user)
        filterset = BurnDownFilter(self.request.GET, queryset=findings, request=self.request)
        days = burn_down(filterset.qs if filterset.is_valid() else findings.none(), timezone.localdate())
        asked = {name: values for name, values in self.request.GET.lists() if name in filterset.filters and any(values)}
        return super().get_context_data(
            filterset=filterset,
            days=DAYS,
            first=days[0],
            last=days[-1],
            found=sum(day.found for day in days),
            settled=sum(day.settled for day in days),
            chart=burn_down_chart(days, asked),
            list_url=reverse("office:finding-list"),
            **kwargs,
        )


class OrderFindings(PanelPage):
    """On the page of an inspection: what it found."""

    permission = permissions.VIEW_INSPECTION
    template_name = "inspections/findings_panel.html"

    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        found = Finding.objects.filter(Q(order=self.subject) | Q(consequence__opened=self.subject))
        shown = ("number", "severity", "kind", "words", "terminal", "status", "opened", "found_by", "found_on")
        exclude = [name for name in FindingTable.base_columns if name not in shown]
        table = FindingTable(found.select_related(*IN_ROW)[:LATEST], exclude=exclude, orderable=False)
        return super().get_context_data(table=table, **kwargs)
