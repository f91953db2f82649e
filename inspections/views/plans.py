"""Plans in the office: list, form with what it would bring, page, start and stop."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from inspections import actions, permissions
from inspections.charts import inspections_url, load_chart, rounds_chart
from inspections.forms import PlanForm
from inspections.lifecycle import State
from inspections.lists import InspectionFilter, InspectionTable, PlanFilter, PlanTable, plan_badge
from inspections.models import Inspection, InspectionPlan
from inspections.models.plans import MOVES_DAYS
from inspections.outlook import COUNTED, outlook_of, reach_of
from inspections.words import criteria_in_words, rhythm
from journal.actions import differences
from merchants.models import Merchant, ServiceCalendar
from toolkit.forms import Confirm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, Page, PanelPage
from workorders.models import WorkOrderType

NEXT_DAYS = 8
IN_ROW = ("merchant__region", "plan", "order__engineer", "counted_by")
LATEST = 20


class PlanList(ListPage):
    name = "inspection-plan-list"
    title = _("Inspection plans")
    permission = permissions.VIEW_INSPECTION
    filterset_class = PlanFilter
    table_class = PlanTable
    export_permission = permissions.EXPORT_INSPECTIONS
    create_url = "office:inspection-plan-create"
    create_permission = permissions.EDIT_PLAN
    create_label = _("Make a plan")
    empty_text = _("No inspection plans yet: say which merchants are looked after how often, and see what it brings.")

    def rows(self) -> QuerySet[InspectionPlan]:
        planned = Inspection.objects.filter(plan=OuterRef("pk"), state=State.PLANNED).order_by("planned_on")
        plans = InspectionPlan.objects.visible_to(self.request.user).select_related("region", "type")
        return plans.annotate(next_on=Subquery(planned.values("planned_on")[:1]))


class InspectionList(ListPage):
    name = "inspection-list"
    title = _("Inspections")
    permission = permissions.VIEW_INSPECTION
    filterset_class = InspectionFilter
    table_class = InspectionTable
    export_permission = permissions.EXPORT_INSPECTIONS
    empty_text = _("No inspection is planned. A plan makes them when it is started.")

    def rows(self) -> QuerySet[Inspection]:
        rows = Inspection.objects.visible_to(self.request.user).select_related(*IN_ROW)
        return rows.order_by("planned_on", "id")


class PlanMixin:
    permission = permissions.VIEW_INSPECTION

    def subjects(self) -> QuerySet[InspectionPlan]:
        return InspectionPlan.objects.visible_to(self.request.user).select_related("region", "type", "calendar")


class PlanDetail(PlanMixin, DetailPage):
    template_name = "inspections/plan.html"

    def get_context_data(self, **kwargs) -> dict:
        plan = self.subject
        planned = plan.inspections.filter(state=State.PLANNED).order_by("planned_on")
        yesterday = plan.region.service_date(timezone.now()) - timedelta(days=1)
        late = plan.inspections.filter(state=State.OPEN, planned_on__lte=yesterday)
        return super().get_context_data(
            badge=plan_badge(plan),
            rhythm=rhythm(plan),
            criteria=criteria_in_words(plan.criteria),
            next_days=list(planned.values_list("planned_on").annotate(count=Count("*"))[:NEXT_DAYS]),
            late=late[: COUNTED + 1].count(),
            late_url=inspections_url(plan=plan.number, state=State.OPEN, planned_before=yesterday),
            **kwargs,
        )


class PlanFigures(PlanMixin, PanelPage):
    """What takes longer than the page: whom it is for now, its rounds; before it is started what it would bring."""

    template_name = "inspections/figures.html"

    def get_context_data(self, **kwargs) -> dict:
        plan, now = self.subject, timezone.now()
        return super().get_context_data(
            rounds=rounds_chart(plan, plan.region.service_date(now)), **foreseen(plan, at=now), **kwargs
        )


def foreseen(plan: InspectionPlan, *, at: Any) -> dict[str, Any]:
    """What inspections/outlook.html shows."""
    reach = reach_of(plan.region, plan.criteria, at)
    outlook = outlook_of(plan, reach, at)
    return {"reach": reach, "outlook": outlook, "chart": load_chart(outlook), "rhythm": rhythm(plan)}


class PlanPreview(Page, View):
    """What the form, as it is filled in just now, would bring. Nothing is saved."""

    permission = permissions.EDIT_PLAN
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        plans, now = InspectionPlan.objects.visible_to(request.user), timezone.now()
        before = plans.filter(number=request.POST.get("plan", ""), is_active=True).select_related("region").first()
        form = PlanForm(request.POST, by=request.user)
        form.is_valid()
        values = form.cleaned_data
        context: dict[str, Any] = {"is_complete": not form.errors.keys() - {"name", "type"}}
        if context["is_complete"]:
            context |= foreseen(InspectionPlan(**values), at=now)
            if before:
                moved = MOVES_DAYS & differences(before, values).keys()
                context |= {"before": before, "taken_back": before.ahead(now)[: COUNTED + 1].count() if moved else 0}
        elif "region" in values:
            context["reach"] = reach_of(values["region"], values["criteria"], now)
        return TemplateResponse(request, "inspections/preview.html", context)


class PlanFormPage(FormPage):
    permission = permissions.EDIT_PLAN
    template_name = "inspections/plan_form.html"
    form_class = PlanForm
    submit_label = _("Save")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}


class PlanCreate(PlanFormPage):
    title = _("Make an inspection plan")
    success_message = _("The plan is made. Look at what it brings, then start it.")

    def get_initial(self) -> dict[str, Any]:
        return {
            "region": self.request.user.region,
            "type": WorkOrderType.objects.filter(code="inspect", is_active=True).first(),
            "calendar": ServiceCalendar.objects.first(),
            "starts_on": timezone.localdate(),
            "every": 3,
            "unit": "month",
        }

    def run_action(self, values: dict) -> InspectionPlan:
        return actions.make_plan(**values, **self.who)

    def back_url(self) -> str:
        return reverse("office:inspection-plan-list")


class PlanEdit(PlanMixin, PlanFormPage, ActionPage):
    permission = permissions.EDIT_PLAN
    title = _("Change the plan")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def run_action(self, values: dict) -> InspectionPlan:
        return actions.change_plan(self.subject, **values, **self.who)


class PlanAction(PlanMixin, ActionPage):
    permission = permissions.EDIT_PLAN
    form_class = Confirm


class PlanStart(PlanAction):
    title = _("Start the plan")
    template_name = "inspections/start.html"
    success_message = _("The plan is active: its visits are planned within minutes.")

    def run_action(self, values: dict) -> InspectionPlan:
        return actions.start_plan(self.subject, **self.who)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**foreseen(self.subject, at=timezone.now()), **kwargs)


class PlanStop(PlanAction):
    title = _("Stop the plan")
    template_name = "inspections/stop.html"

    def run_action(self, values: dict) -> InspectionPlan:
        return actions.stop_plan(self.subject, **self.who)

    def get_context_data(self, **kwargs) -> dict:
        plan, now = self.subject, timezone.now()
        is_open = plan.inspections.filter(state=State.OPEN)
        return super().get_context_data(
            taken_back=plan.ahead(now)[: COUNTED + 1].count(), open=is_open[: COUNTED + 1].count(), **kwargs
        )


class MerchantInspections(PanelPage):
    """What was looked at there, and when somebody comes next."""

    permission = permissions.VIEW_INSPECTION
    template_name = "inspections/merchant_panel.html"

    def subjects(self) -> QuerySet[Merchant]:
        return Merchant.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        rows = self.subject.inspections.select_related(*IN_ROW)
        ahead = list(rows.filter(state__in=[State.PLANNED, State.OPEN]).order_by("planned_on", "id")[:LATEST])
        over = rows.exclude(state__in=[State.PLANNED, State.OPEN]).order_by("-due_on", "-id")
        columns = ("planned_on", "state", "plan", "order", "engineer", "finished_on")
        exclude = [name for name in InspectionTable.base_columns if name not in columns]
        return super().get_context_data(
            ahead=ahead,
            table=InspectionTable(over[:LATEST], exclude=exclude, orderable=False),
            list_url=f"{reverse('office:inspection-list')}?merchant={self.subject.number}",
            **kwargs,
        )
