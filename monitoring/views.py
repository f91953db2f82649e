from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from assets.models import Terminal
from merchants.models import Merchant
from monitoring import actions, forms, lists, permissions
from monitoring.detection import box_of
from monitoring.models import Alert, AlertRule, Exemption, Incident
from monitoring.tryout import PAST, try_out
from toolkit.errors import Refused
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, PanelPage

MOST_ON_MAP = 500
MOST_PAST = 20


class AlertList(ListPage):
    name = "alert-list"
    title = _("Alerts")
    permission = permissions.VIEW_ALERT
    filterset_class = lists.AlertFilter
    table_class = lists.AlertTable
    export_permission = permissions.VIEW_ALERT
    empty_text = _("No alerts: nothing is beyond the levels of the rules that are on.")

    def rows(self):
        alerts = Alert.objects.visible_to(self.request.user)
        return alerts.select_related("terminal", "merchant", "region", "rule", "order", "incident")


class IncidentList(ListPage):
    name = "incident-list"
    title = _("Incidents")
    permission = permissions.VIEW_ALERT
    filterset_class = lists.IncidentFilter
    table_class = lists.IncidentTable
    empty_text = _("No area has fallen silent as a whole.")

    def rows(self):
        return Incident.objects.visible_to(self.request.user).select_related("region")


class IncidentDetail(DetailPage):
    """What fell silent, on the map: red what still is, green what is back."""

    permission = permissions.VIEW_ALERT
    template_name = "monitoring/incident.html"

    def subjects(self):
        return Incident.objects.visible_to(self.request.user).select_related("region")

    def get_context_data(self, **kwargs) -> dict:
        incident = self.subject
        alerts = incident.alerts.select_related("terminal", "merchant")
        silent = alerts.uncleared().filter(calm_since=None)
        shown = list(alerts.filter(merchant__lat__isnull=False).order_by("-calm_since", "pk")[:MOST_ON_MAP])
        points = [
            {
                "lat": each.merchant.lat, "lon": each.merchant.lon, "url": each.terminal.get_absolute_url(),
                "label": f"{each.terminal} · {each.merchant}",
                "colour": "green" if each.calm_since or each.cleared_at else "red",
            }
            for each in shown
        ]  # fmt: skip
        areas = []
        for south, west, north, east in map(box_of, incident.cells):
            ring = [[south, west], [south, east], [north, east], [north, west]]
            areas.append({"ring": ring, "label": incident.number, "colour": "orange"})
        return super().get_context_data(
            silent=silent.count(), map_data={"points": points, "areas": areas}, latest=shown[:10],
            has_more=incident.count > len(shown), merchants=alerts.values("merchant").distinct().count(), **kwargs,
        )  # fmt: skip


class AlertRuleList(ListPage):
    name = "alert-rule-list"
    title = _("Alert rules")
    permission = permissions.EDIT_RULES
    filterset_class = lists.AlertRuleFilter
    table_class = lists.AlertRuleTable
    create_url = "office:alert-rule-create"
    create_permission = permissions.EDIT_RULES
    create_label = _("New rule")
    empty_text = _("No rules yet: nothing is watched.")

    def rows(self):
        rules = AlertRule.objects.visible_to(self.request.user).newest_versions()
        return rules.select_related("region", "terminal_model", "order_type", "published_by")


class AlertRuleCreate(FormPage):
    permission = permissions.EDIT_RULES
    title = _("New alert rule")
    submit_label = _("Save as a draft")
    form_class = forms.NewAlertRuleForm
    template_name = "monitoring/rule.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(can_edit=True, **kwargs)

    def run_action(self, values: dict) -> AlertRule:
        return actions.make_rule(**values, **self.who)

    def back_url(self) -> str:
        return reverse("office:alert-rule-list")


class RuleMixin:
    permission = permissions.EDIT_RULES

    def subjects(self):
        rules = AlertRule.objects.visible_to(self.request.user).newest_versions()
        return rules.select_related("region", "terminal_model", "order_type", "published_by", "made_by")


class AlertRuleDetail(RuleMixin, ActionPage):
    """The rule, what it would have raised, its versions. It is changed as a draft and then switched on."""

    submit_label = _("Save")
    form_class = forms.AlertRuleForm
    template_name = "monitoring/rule.html"

    @cached_property
    def can_edit(self) -> bool:
        return AlertRule.objects.editable_by(self.request.user).filter(pk=self.subject.pk).exists()

    def get_title(self) -> str:
        return self.subject.name

    def get_form_kwargs(self) -> dict:
        instance = AlertRule.objects.get(pk=self.subject.pk)
        return super().get_form_kwargs() | {"instance": instance, "by": self.request.user}

    def get_initial(self) -> dict:
        return {"version": self.subject.version}

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not self.can_edit:
            raise PermissionDenied
        for name, action in (("publish", actions.publish_rule), ("retire", actions.retire_rule)):
            if name in request.POST:
                try:
                    action(self.subject, **self.who)
                except Refused as refusal:
                    form = self.form_class(instance=AlertRule.objects.get(pk=self.subject.pk), by=request.user)
                    return self.render_to_response(self.get_context_data(form=form, refusal=str(refusal)), status=422)
                return self.redirect(self.subject.get_absolute_url())
        return super().post(request, *args, **kwargs)

    def run_action(self, values: dict) -> AlertRule:
        self.subject.version = values.pop("version")
        return actions.change_rule(self.subject, **values, **self.who)

    def get_context_data(self, **kwargs) -> dict:
        versions = AlertRule.objects.filter(number=self.subject.number).select_related("made_by", "published_by")
        return super().get_context_data(can_edit=self.can_edit, versions=versions.order_by("-version")[:20], **kwargs)

    def back_url(self) -> str:
        return reverse("office:alert-rule-list")


class AlertRuleTry(RuleMixin, PanelPage):
    template_name = "monitoring/tryout.html"

    def get_context_data(self, **kwargs) -> dict:
        at = timezone.now()
        trial = try_out(self.subject, self.request.user, at)
        weeks = trial.by_week(at)
        bar = {"type": "bar", "x": [day.isoformat() for day in weeks], "y": list(weeks.values())}
        layout: dict[str, Any] = {"bargap": 0.25, "xaxis": {"type": "date"}, "yaxis": {"rangemode": "tozero"}}
        return super().get_context_data(
            trial=trial, days=PAST.days, chart={"data": [bar], "layout": layout}, **kwargs
        )  # fmt: skip


def _told(alerts):
    return alerts.select_related("terminal", "merchant", "region", "order", "incident", "rule")[:MOST_PAST]


class MerchantAlerts(PanelPage):
    permission = permissions.VIEW_ALERT
    template_name = "monitoring/panel.html"

    def subjects(self):
        return Merchant.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(alerts=_told(self.subject.alerts.all()), **kwargs)


class TerminalMixin:
    slug_field = "serial"

    def subjects(self):
        user = self.request.user
        return Terminal.objects.none() if user.is_field else Terminal.objects.visible_to(user)

    @cached_property
    def exemption(self) -> Exemption | None:
        return self.subject.exemptions.filter(ended_at=None).select_related("approved_by").first()


class TerminalAlerts(TerminalMixin, PanelPage):
    permission = permissions.VIEW_ALERT
    template_name = "monitoring/panel.html"

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            alerts=_told(self.subject.alerts.all()), exemption=self.exemption, is_terminal=True, **kwargs
        )


class TerminalExempt(TerminalMixin, ActionPage):
    """A spare may lie idle; posted with `end` that is taken back."""

    permission = permissions.EXEMPT
    title = _("May lie idle")
    submit_label = _("Approve")
    form_class = forms.ExemptionForm

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if "end" in request.POST and self.exemption:
            actions.end_exemption(self.exemption, **self.who)
            return self.redirect(self.done_url(None))
        return super().post(request, *args, **kwargs)

    def run_action(self, values: dict) -> Exemption:
        return actions.exempt_terminal(self.subject, **values, **self.who)

    def done_url(self, result: Any) -> str:
        return f"{self.subject.get_absolute_url()}#alerts"
