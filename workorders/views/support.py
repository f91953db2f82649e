"""Who waits for support on site, and the answer that lets the work go on."""

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toolkit.lists import FilterSet, ListPage, Table
from toolkit.templatetags.toolkit import duration
from toolkit.views import ActionPage
from workforce.lists import region_filter
from workorders import permissions
from workorders.actions import answer_support
from workorders.forms import SupportAnswer
from workorders.models import SupportCall, WorkOrder


class SupportCallFilter(FilterSet):
    q = django_filters.CharFilter(field_name="order__number", lookup_expr="icontains", label=gettext_lazy("Number"))
    region = region_filter()
    answered = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", exclude=True, label=gettext_lazy("Answered")
    )

    class Meta:
        model = SupportCall
        fields = ()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Those that wait, unless somebody asks for the answered ones."""
        found = super().filter_queryset(queryset)
        return found.filter(closed_at=None) if self.form.cleaned_data.get("answered") is None else found


class SupportCallTable(Table):
    order = tables.Column(order_by=("order__number",))
    merchant = tables.Column(accessor="order__merchant", order_by=("order__merchant__name",))
    asked_by = tables.Column(order_by=("asked_by__name",))
    note = tables.Column(empty_values=())
    waiting = tables.Column(verbose_name=gettext_lazy("waiting for"), empty_values=(), order_by=("asked_at",))
    asked_at = tables.DateTimeColumn()
    answer = tables.Column()
    closed_by = tables.Column(order_by=("closed_by__name",))
    go_on = tables.Column(verbose_name="", empty_values=(), orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        model = SupportCall
        fields = ("order", "merchant", "asked_by", "note", "waiting", "asked_at", "answer", "closed_by", "go_on")
        hidden = ("asked_at", "answer", "closed_by")
        order_by = ("asked_at",)

    def render_order(self, record: SupportCall):
        return format_html('<a href="{}">{}</a>', record.order.get_absolute_url(), record.order.number)

    def value_note(self, record: SupportCall) -> str:
        return " · ".join(filter(None, [record.note, record.step]))

    def render_note(self, record: SupportCall):
        at_step = _("At the step “%(step)s”") % {"step": record.step} if record.step else ""
        return format_html('{}<div class="small text-secondary">{}</div>', record.note or "–", at_step)

    def value_waiting(self, record: SupportCall) -> str:
        return duration((record.closed_at or timezone.now()) - record.asked_at)

    render_waiting = value_waiting

    def render_go_on(self, record: SupportCall):
        if record.closed_at or not self.request.user.has_perm(permissions.ANSWER_SUPPORT):
            return ""
        return format_html(
            '<a class="btn btn-primary btn-sm" href="{}">{}</a>',
            reverse("office:work-order-support", args=[record.order.number]),
            _("Answer and let go on"),
        )


class SupportList(ListPage):
    name = "support-list"
    title = gettext_lazy("Waiting for support")
    permission = permissions.VIEW_ORDER
    filterset_class = SupportCallFilter
    table_class = SupportCallTable
    empty_text = gettext_lazy("Nobody waits for support.")

    def rows(self) -> QuerySet[SupportCall]:
        return SupportCall.objects.visible_to(self.request.user).select_related(
            "order__merchant", "asked_by", "closed_by"
        )


class SupportAnswerPage(ActionPage):
    permission = permissions.ANSWER_SUPPORT
    template_name = "workorders/support.html"
    form_class = SupportAnswer
    title = gettext_lazy("Answer and let go on")
    success_message = gettext_lazy("Answered. The engineer has been told and the clock goes on.")

    def get_title(self) -> str:
        return str(self.title)

    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user).select_related("merchant", "engineer", "type")

    def run_action(self, values: dict) -> WorkOrder:
        return answer_support(self.subject, by=self.request.user, at=timezone.now(), **values)

    def get_context_data(self, **kwargs) -> dict:
        waiting = self.subject.support_calls.waiting().select_related("asked_by").first()
        return super().get_context_data(call=waiting, **kwargs)
