"""Day plans: asked for, watched, compared and applied."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch import actions, permissions
from dispatch.actions.plans import Outdated
from dispatch.plans import forms, lists, timeline, words
from dispatch.plans.models import DayPlan, PlannedDay, PlannedOrder
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, PanelPage, SubjectMixin
from workforce.models import User
from workorders.models import WorkOrder

SHOWN = 50  # rows of a panel; its list has them all
PEOPLE_A_PAGE = 20


class Panel(NamedTuple):
    key: str
    label: Any
    url_name: str


PANELS = [
    Panel("people", gettext_lazy("People"), "office:day-plan-timeline"),
    Panel("changes", gettext_lazy("Changes"), "office:day-plan-changes"),
    Panel("map", gettext_lazy("Map"), "office:day-plan-map"),
    Panel("unserved", gettext_lazy("Not done"), "office:day-plan-unserved"),
]


class DayPlanList(ListPage):
    name = "day-plan-list"
    title = gettext_lazy("Day plans")
    permission = permissions.VIEW_DECISION
    filterset_class = lists.DayPlanFilter
    table_class = lists.DayPlanTable
    create_url = "office:day-plan-create"
    create_permission = permissions.ASSIGN
    create_label = gettext_lazy("Plan a day")
    empty_text = gettext_lazy("No day has been planned yet. A plan is a proposal: nothing moves until you apply it.")

    def rows(self) -> QuerySet[DayPlan]:
        return DayPlan.objects.visible_to(self.request.user).defer("inputs").select_related("region", "requested_by")


class DayPlanCreate(FormPage):
    permission = permissions.ASSIGN
    title = gettext_lazy("Plan a day")
    submit_label = gettext_lazy("Work out a plan")
    form_class = forms.PlanForm
    template_name = "dispatch/plan_new.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict:
        """Somebody comes here from an urgent order, from a person who is absent, or to plan a day."""
        user, asked = self.request.user, self.request.GET
        if order := WorkOrder.objects.visible_to(user).filter(number=asked.get("order", "")).first():
            return forms.urgent(order, user)
        if person := User.objects.visible_to(user).engineers().filter(username=asked.get("absent", "")).first():
            return forms.away(person)
        return forms.usual(user)

    def run_action(self, values: dict) -> DayPlan:
        return actions.request_plan(**values, by=self.request.user, at=timezone.now())

    def back_url(self) -> str:
        return reverse("office:day-plan-list")


class PlanMixin(SubjectMixin):
    permission = permissions.VIEW_DECISION

    def subjects(self) -> QuerySet[DayPlan]:
        rows = DayPlan.objects.visible_to(self.request.user).defer("inputs")
        return rows.select_related("region", "requested_by", "applied_by", "warm_start", "urgent_order", "absent")


class DayPlanDetail(PlanMixin, DetailPage):
    """Progress while it is worked out, asked for every second; then what it gains."""

    template_name = "dispatch/plan.html"

    def get_template_names(self) -> list[str]:
        return ["dispatch/plan_progress.html" if self.request.headers.get("HX-Request") else self.template_name]

    def get(self, request, *args, **kwargs) -> HttpResponse:
        answer = super().get(request, *args, **kwargs)
        if request.headers.get("HX-Request") and self.subject.has_outcome:
            answer["HX-Refresh"] = "true"  # the page has more to show now than the progress it asked for
        return answer

    def get_context_data(self, **kwargs) -> dict:
        plan = self.subject
        shown = {"figures": timeline.figures(plan), "changes": plan.totals["changes"]} if plan.has_outcome else {}
        return super().get_context_data(
            elapsed=(plan.finished_at or timezone.now()) - plan.started_at if plan.started_at else None,
            percent=round(100 * plan.progress.get("share", 0)),
            search=timeline.search_so_far(plan),
            panels=PANELS,
            left_out=[_left_out(row) for row in plan.left_out],
            count_of_changes=sum(shown["changes"][name] for name in PlannedOrder.CHANGES) if shown else 0,
            urgent=self.urgent(),
            can_plan=self.request.user.has_perm(permissions.ASSIGN),
            **shown,
            **kwargs,
        )

    def urgent(self) -> PlannedOrder | None:
        """Where the order goes for which the plan was made."""
        return with_names(self.subject.orders.filter(order=self.subject.urgent_order_id)).first()

    def get_title(self) -> str:
        return _("Plan of %(region)s") % {"region": self.subject.region.name}


def _left_out(row: dict) -> dict:
    return row | {"words": words.LEFT_OUT[row["code"]], "url": reverse(row["url_name"], args=[row["number"]])}


class PlanPanel(PlanMixin, PanelPage):
    pass


class PeoplePanel(PlanPanel):
    """PEOPLE_A_PAGE people, those whose day changes most first."""

    days: list[PlannedDay]

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(page=self.page, next_page=self.next_page, **kwargs)

    def get(self, request, *args, **kwargs) -> HttpResponse:
        asked = request.GET.get("page", "")
        self.page = min(int(asked), 1000) if asked.isdecimal() else 0
        days = self.subject.days.select_related("person").order_by("-changes", "person__name", "pk")
        found = list(days[self.page * PEOPLE_A_PAGE : (self.page + 1) * PEOPLE_A_PAGE + 1])
        self.days = found[:PEOPLE_A_PAGE]
        self.next_page = self.page + 1 if len(found) > PEOPLE_A_PAGE else None
        return super().get(request, *args, **kwargs)


class DayPlanTimeline(PeoplePanel):
    """A line of bars per person before and after."""

    template_name = "dispatch/plan_timeline.html"

    def get_context_data(self, **kwargs) -> dict:
        hours = timeline.hours_of(self.subject)
        lanes = timeline.lanes(self.subject, self.days, hours)
        return super().get_context_data(hours=hours, legend=timeline.LEGEND, lanes=lanes, **kwargs)


class DayPlanChanges(PlanPanel):
    template_name = "dispatch/plan_rows.html"
    query = "&".join(f"change={each.value}" for each in PlannedOrder.CHANGES)
    exclude: tuple[str, ...] = ("plan", "late_before_s", "late_after_s")
    empty_text = gettext_lazy("Everything stays as it is.")

    def planned(self) -> QuerySet[PlannedOrder]:
        return with_names(self.subject.orders.changed()).order_by("order__priority", "start_after", "pk")

    def get_context_data(self, **kwargs) -> dict:
        rows = list(self.planned()[: SHOWN + 1])
        for row in rows:
            row.plan = self.subject
        table = lists.PlannedOrderTable(rows[:SHOWN], orderable=False, exclude=self.exclude, request=self.request)
        return super().get_context_data(
            table=table,
            all_url=f"{reverse('office:planned-order-list')}?plan={self.subject.number}&{self.query}",
            has_more=len(rows) > SHOWN,
            empty_text=self.empty_text,
            **kwargs,
        )


class DayPlanUnserved(DayPlanChanges):
    query = "served=not"
    exclude = ("plan", "late_before_s", "late_after_s", "start_after", "change")
    empty_text = gettext_lazy("Every order is done that day.")

    def planned(self) -> QuerySet[PlannedOrder]:
        rows = self.subject.orders.filter(engineer_after=None)
        return with_names(rows).order_by("order__priority", "pk")


def with_names(rows: QuerySet[PlannedOrder]) -> QuerySet[PlannedOrder]:
    return rows.select_related("order__merchant", "engineer_before", "engineer_after", "pick_up_at__person")


class DayPlanMap(PeoplePanel):
    template_name = "dispatch/plan_map.html"

    def subjects(self) -> QuerySet[DayPlan]:
        return DayPlan.objects.visible_to(self.request.user).select_related("region")

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(routes=timeline.routes(self.subject, self.days), **kwargs)


class PlannedOrderList(ListPage):
    """The rows behind the figures of a plan; the plan is a filter."""

    name = "planned-order-list"
    title = gettext_lazy("Planned orders")
    permission = permissions.VIEW_DECISION
    export_permission = permissions.ASSIGN
    filterset_class = lists.PlannedOrderFilter
    table_class = lists.PlannedOrderTable
    empty_text = gettext_lazy("No day has been planned yet.")

    def rows(self) -> QuerySet[PlannedOrder]:
        rows = PlannedOrder.objects.filter(plan__in=DayPlan.objects.visible_to(self.request.user).values("pk"))
        return with_names(rows).select_related("plan__region").defer("plan__inputs", "plan__left_out")


class PlannedDayList(ListPage):
    name = "planned-day-list"
    title = gettext_lazy("Planned days of people")
    permission = permissions.VIEW_DECISION
    export_permission = permissions.ASSIGN
    filterset_class = lists.PlannedDayFilter
    table_class = lists.PlannedDayTable
    empty_text = gettext_lazy("No day has been planned yet.")

    def rows(self) -> QuerySet[PlannedDay]:
        rows = PlannedDay.objects.filter(plan__in=DayPlan.objects.visible_to(self.request.user).values("pk"))
        return rows.select_related("person", "plan__region").defer("plan__inputs", "plan__left_out")


class PlanAction(PlanMixin, ActionPage):
    permission = permissions.ASSIGN
    form_class = Form


class DayPlanCancel(PlanAction):
    title = gettext_lazy("Cancel the plan")

    def run_action(self, values: dict) -> DayPlan:
        return actions.cancel_plan(self.subject, by=self.request.user, at=timezone.now())


class DayPlanRestart(PlanAction):
    title = gettext_lazy("Start again")

    def run_action(self, values: dict) -> DayPlan:
        return actions.restart_plan(self.subject, by=self.request.user, at=timezone.now())


class DayPlanAgain(PlanAction):
    """Another plan that begins from this one."""

    title = gettext_lazy("Plan again from here")

    def run_action(self, values: dict) -> DayPlan:
        return actions.plan_again(self.subject, by=self.request.user, at=timezone.now())

    def done_url(self, result: DayPlan) -> str:
        return result.get_absolute_url()


class DayPlanApply(PlanAction):
    """Says how much moves and who is told, then does it, whole or not at all."""

    title = gettext_lazy("Apply the plan")
    submit_label = gettext_lazy("Apply the whole plan")
    success_message = gettext_lazy("The plan is applied, and everybody concerned is told.")
    template_name = "dispatch/plan_apply.html"

    def run_action(self, values: dict) -> DayPlan:
        try:
            return actions.apply_plan(self.subject, by=self.request.user, at=timezone.now())
        except Outdated as outdated:
            self.outdated = outdated.rows
            raise

    def get_context_data(self, **kwargs) -> dict:
        plan = self.subject
        told = plan.days.filter(changes__gt=0).count()
        return super().get_context_data(
            outdated=getattr(self, "outdated", ()), changes=plan.totals.get("changes"), told=told, **kwargs
        )
