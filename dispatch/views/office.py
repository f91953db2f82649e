from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from dispatch import actions, forms, lists, permissions, queries, words
from dispatch.models import Decision, RuleSet
from dispatch.queries.people import PAGE
from toolkit.lists import ListPage
from toolkit.views import ActionPage, FormPage, PanelPage
from workorders.lifecycle import NEXT, Status
from workorders.models import WorkOrder

LATEST = 10


class OrderMixin:
    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user).select_related(
            "region", "type", "merchant", "engineer", "attempt"
        )

    def in_words(self, entries: list[dict], inputs: dict) -> list[words.Standing]:
        now = timezone.now()
        return [words.standing(entry, inputs, self.subject.region.zone, now) for entry in entries]


class DispatchPanel(OrderMixin, PanelPage):
    """Who was chosen for an order and why, and what was decided before."""

    permission = permissions.VIEW_DECISION
    template_name = "dispatch/decisions.html"

    def get_context_data(self, **kwargs) -> dict:
        order = self.subject
        decisions = list(order.decisions.select_related("chosen", "decided_by", "rule_set")[:LATEST])
        latest = decisions[0] if decisions else None
        return super().get_context_data(
            latest=latest,
            ranking=self.ranking(latest),
            left_out=words.left_out(latest.passed_over, latest.inputs) if latest else [],
            offers=self.in_words(latest.inputs.get("offers", ()), latest.inputs) if latest else [],
            earlier=decisions[1:],
            attempt=getattr(order, "attempt", None) if order.status == Status.OPEN else None,
            can_assign=Status.ASSIGNED in NEXT[Status(order.status)] and self.request.user.has_perm(permissions.ASSIGN),
            **kwargs,
        )

    def ranking(self, decision: Decision | None) -> list[tuple[words.Standing, bool]]:
        """Each with whether this is who was chosen."""
        if decision is None:
            return []
        chosen = decision.chosen.username if decision.chosen else None
        return [(each, each.username == chosen) for each in self.in_words(decision.ranking, decision.inputs)]


class WhyNot(OrderMixin, PanelPage):
    """Everybody in the region with the reasons why not, a page at a time, to be searched by name."""

    permission = permissions.VIEW_DECISION
    template_name = "dispatch/why_not.html"

    def get_context_data(self, **kwargs) -> dict:
        asked = self.request.GET.get("page", "")
        page = min(int(asked), 1000) if asked.isdecimal() else 0
        name = self.request.GET.get("q", "").strip()
        rule_set = RuleSet.objects.for_order(self.subject)
        entries = queries.why_not(self.subject, timezone.now(), name=name, page=page, rule_set=rule_set)
        inputs = queries.inputs_of(self.subject, rule_set)
        counts = {} if page or name else queries.count_passed_over(self.subject, rule_set, timezone.now())
        return super().get_context_data(
            people=self.in_words(entries, inputs),
            left_out=words.left_out(counts, inputs),
            page=page,
            next_page=page + 1 if len(entries) == PAGE else None,
            q=name,
            **kwargs,
        )


class Assign(OrderMixin, ActionPage):
    """Choosing by hand: the best first, with the time they could come, then everybody else with why not."""

    permission = permissions.ASSIGN
    title = gettext_lazy("Assign by hand")
    submit_label = gettext_lazy("Assign")
    form_class = forms.AssignForm
    template_name = "dispatch/assign.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"order": self.subject, "by": self.request.user}

    def get_context_data(self, **kwargs) -> dict:
        order, now = self.subject, timezone.now()
        rule_set = RuleSet.objects.for_order(order)
        inputs = queries.inputs_of(order, rule_set)
        best = queries.rank(order, rule_set, now).best
        if not best and order.needs.parts:
            best = queries.rank(order, rule_set, now, collecting=True).best
        offered = {entry["person"] for entry in best}
        others = [entry for entry in queries.why_not(order, now, rule_set=rule_set) if entry["person"] not in offered]
        form = kwargs["form"] = kwargs.get("form") or self.get_form()
        chosen = form["engineer"].value() or self.request.GET.get("engineer") or (best[0]["username"] if best else "")
        return super().get_context_data(
            best=self.in_words(best, inputs),
            others=self.in_words(others, inputs),
            chosen=chosen,
            can_assign=Status.ASSIGNED in NEXT[Status(order.status)],
            **kwargs,
        )

    def run_action(self, values: dict) -> WorkOrder:
        return actions.assign_by_hand(self.subject, **values, by=self.request.user, at=timezone.now())

    def done_url(self, result: WorkOrder) -> str:
        return f"{result.get_absolute_url()}#dispatch"


class RuleSetList(ListPage):
    name = "rule-set-list"
    title = gettext_lazy("Dispatch rules")
    permission = permissions.EDIT_RULES
    filterset_class = lists.RuleSetFilter
    table_class = lists.RuleSetTable
    create_url = "office:rule-set-create"
    create_permission = permissions.EDIT_RULES
    create_label = gettext_lazy("New rules")
    empty_text = gettext_lazy("No rules yet: the standard values count everywhere. Make rules to change them.")

    def rows(self) -> QuerySet[RuleSet]:
        rows = RuleSet.objects.visible_to(self.request.user).newest_versions()
        return rows.select_related("region", "order_type", "made_by")


class RuleSetCreate(FormPage):
    permission = permissions.EDIT_RULES
    title = gettext_lazy("New dispatch rules")
    submit_label = gettext_lazy("Put in force")
    form_class = forms.NewRuleSetForm
    template_name = "dispatch/rule_set.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(can_edit=True, **kwargs)

    def run_action(self, values: dict) -> RuleSet:
        return actions.make_rules(**values, by=self.request.user, at=timezone.now())

    def back_url(self) -> str:
        return reverse("office:rule-set-list")


class RuleSetEdit(ActionPage):
    """Rules of one's own regions to be changed, those from above to be read; with all versions."""

    permission = permissions.EDIT_RULES
    submit_label = gettext_lazy("Put in force as a new version")
    success_message = gettext_lazy("The new version is in force.")
    form_class = forms.RuleSetForm
    template_name = "dispatch/rule_set.html"

    def subjects(self) -> QuerySet[RuleSet]:
        rows = RuleSet.objects.visible_to(self.request.user).newest_versions()
        return rows.select_related("region", "order_type", "made_by")

    @cached_property
    def can_edit(self) -> bool:
        return RuleSet.objects.editable_by(self.request.user).filter(pk=self.subject.pk).exists()

    def get_title(self) -> str:
        return self.subject.name

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": RuleSet.objects.get(pk=self.subject.pk)}

    def get_initial(self) -> dict:
        return {"version": self.subject.version}

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not self.can_edit:
            raise PermissionDenied
        if "retire" in request.POST:
            actions.retire_rules(self.subject, by=request.user, at=timezone.now())
            return self.redirect(self.subject.get_absolute_url())
        return super().post(request, *args, **kwargs)

    def run_action(self, values: dict) -> RuleSet:
        self.subject.version = values.pop("version")
        return actions.change_rules(self.subject, **values, by=self.request.user, at=timezone.now())

    def get_context_data(self, **kwargs) -> dict:
        versions = RuleSet.objects.filter(number=self.subject.number).select_related("made_by").order_by("-version")
        return super().get_context_data(can_edit=self.can_edit, versions=versions, **kwargs)

    def back_url(self) -> str:
        return reverse("office:rule-set-list")
