from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dispatch import actions, forms, lists, permissions, queries
from dispatch.models import Decision, RuleSet
from dispatch.words import passed_over, standing
from toolkit.lists import ListPage
from toolkit.views import ActionPage, FormPage, PanelPage
from workorders.lifecycle import NEXT, Status
from workorders.models import WorkOrder

DECISIONS_SHOWN = 10


class OrderMixin:
    def subjects(self):
        return WorkOrder.objects.visible_to(self.request.user).select_related(
            "region", "type__skill", "merchant", "engineer"
        )


class OrderDispatch(OrderMixin, PanelPage):
    """Who was chosen for the order and why, decision by decision."""

    permission = permissions.VIEW_DECISION
    template_name = "dispatch/decisions.html"

    def get_context_data(self, **kwargs) -> dict:
        decisions = Decision.objects.filter(order=self.subject).select_related("chosen", "decided_by", "rule_set")
        shown = [
            {
                "decision": decision,
                "ranking": [standing(entry, decision.inputs["rules"]["weights"]) for entry in decision.ranking],
                "passed_over": passed_over(decision.passed_over),
            }
            for decision in decisions[:DECISIONS_SHOWN]
        ]
        can_assign = Status.ASSIGNED in NEXT[Status(self.subject.status)]
        return super().get_context_data(decisions=shown, can_assign=can_assign, **kwargs)


class OrderWhyNot(OrderMixin, PanelPage):
    """Everybody else in the region, nearest first, with the reasons."""

    permission = permissions.VIEW_DECISION
    template_name = "dispatch/why_not.html"

    def get_context_data(self, **kwargs) -> dict:
        name = self.request.GET.get("name", "").strip()
        page = self.request.GET.get("page", "")
        page = int(page) if page.isdigit() and len(page) < 4 else 0
        found = queries.why_not(self.subject, timezone.now(), name=name, page=page)
        people = [standing(entry, {}) for entry in found]
        has_more = len(found) == queries.PAGE
        return super().get_context_data(people=people, name=name, next_page=page + 1 if has_more else None, **kwargs)


class OrderAssign(OrderMixin, ActionPage):
    """The ranking as it is now; the dispatcher chooses one of it, or anybody else by name."""

    permission = permissions.ASSIGN
    title = _("Choose who does it")
    submit_label = _("Assign")
    form_class = forms.AssignForm
    template_name = "dispatch/assign.html"
    success_message = _("Assigned. Automatic dispatch leaves this order alone from now on.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict:
        engineer = self.subject.engineer
        return {"seen": engineer.pk if engineer else "", "engineer": self.request.GET.get("engineer", "")}

    def get_context_data(self, **kwargs) -> dict:
        now = timezone.now()
        rule_set = RuleSet.objects.for_order(self.subject)
        ranking = queries.rank(self.subject, rule_set, now)
        return super().get_context_data(
            ranking=[standing(entry, rule_set.weights) for entry in ranking.best],
            passed_over=passed_over(queries.count_passed_over(self.subject, rule_set, now) | ranking.passed_over),
            rule_set=rule_set,
            **kwargs,
        )

    def run_action(self, values: dict) -> WorkOrder:
        seen = values.pop("seen")
        return actions.assign_by_hand(
            self.subject,
            **values,
            expect_engineer_id=int(seen) if seen.isdigit() else None,
            by=self.request.user,
            at=timezone.now(),
        )


class RuleSetList(ListPage):
    name = "rule-set-list"
    title = _("Dispatch rules")
    permission = permissions.EDIT_RULES
    filterset_class = lists.RuleSetFilter
    table_class = lists.RuleSetTable
    create_url = "office:rule-set-create"
    create_permission = permissions.EDIT_RULES
    create_label = _("Make rules")
    empty_text = _("No rules yet: the standard values count everywhere.")

    def rows(self):
        rules = RuleSet.objects.visible_to(self.request.user).newest_versions()
        return rules.select_related("region", "order_type", "made_by")


class RuleSetCreate(FormPage):
    permission = permissions.EDIT_RULES
    title = _("Make rules")
    form_class = forms.RuleSetForm
    template_name = "dispatch/rules.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user, "instance": None}

    def run_action(self, values: dict) -> RuleSet:
        return actions.make_rules(**values, by=self.request.user, at=timezone.now())

    def done_url(self, result: RuleSet) -> str:
        return reverse("office:rule-set-list")

    def back_url(self) -> str:
        return reverse("office:rule-set-list")


class RuleSetEdit(ActionPage):
    """The newest version in a form; saving makes the next."""

    permission = permissions.EDIT_RULES
    title = _("Change the rules")
    submit_label = _("Put into force")
    form_class = forms.RuleSetForm
    template_name = "dispatch/rules.html"
    success_message = _("The new version is in force.")

    def subjects(self):
        return RuleSet.objects.editable_by(self.request.user).newest_versions().select_related("region", "order_type")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user, "instance": self.subject}

    def get_context_data(self, **kwargs) -> dict:
        versions = RuleSet.objects.filter(number=self.subject.number).select_related("made_by").order_by("-version")
        return super().get_context_data(versions=versions[:20], **kwargs)

    def run_action(self, values: dict) -> RuleSet:
        fresh = RuleSet.objects.get(pk=self.subject.pk)  # the form has already put its values on the instance
        return actions.change_rules(fresh, **values, by=self.request.user, at=timezone.now())

    def done_url(self, result: RuleSet) -> str:
        return reverse("office:rule-set-list")

    def back_url(self) -> str:
        return reverse("office:rule-set-list")
