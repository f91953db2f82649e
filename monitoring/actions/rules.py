from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from journal.actions import differences, record
from monitoring.lifecycle import FALLS, OF_REGIONS, Kind
from monitoring.models import AlertRule
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import User

State = AlertRule.State


def make_rule(*, by: User | None, at: datetime, **values: Any) -> AlertRule:
    """A draft: it can be tried out on the past before it is published."""
    with transaction.atomic():
        rule = AlertRule(number=next_number("AR"), made_by=by, made_at=at, **values)
        _check(rule)
        rule.save(force_insert=True)
        record("monitoring.make_rule", rule, by=by, at=at, changes={"kind": [None, rule.kind]})
        return rule


def change_rule(rule: AlertRule, *, by: User, at: datetime, **values: Any) -> AlertRule:
    """A draft is changed itself; of what is on or off a new version is drafted, and what is on stays on until then."""
    with transaction.atomic():
        rule = _latest(rule)
        changes = differences(rule, values)
        if not changes:
            return rule
        _check(rule)
        if rule.state != State.DRAFT:
            rule.pk, rule.version, rule.state = None, rule.version + 1, State.DRAFT
            rule.published_by = rule.published_at = None
        rule.made_by, rule.made_at = by, at
        rule._state.adding = rule.pk is None
        rule.save()
        record("monitoring.change_rule", rule, by=by, at=at, changes=changes)
        return rule


def publish_rule(rule: AlertRule, *, by: User | None, at: datetime) -> AlertRule:
    """Switches it on, in the place of its version before."""
    with transaction.atomic():
        rule = _latest(rule)
        if rule.state == State.ACTIVE:
            raise Refused(_("This rule is on already."))
        AlertRule.objects.active().filter(number=rule.number).update(state=State.RETIRED)
        changes = differences(rule, {"state": State.ACTIVE})
        rule.published_by, rule.published_at = by, at
        try:
            with transaction.atomic():
                rule.save()
        except IntegrityError as clash:
            if "one_alert_rule_in_force" not in str(clash):
                raise
            raise Refused(
                _("Another rule of this kind is on for the same region and terminal model: change that one.")
            ) from clash
        record("monitoring.publish_rule", rule, by=by, at=at, changes=changes)
        return rule


def retire_rule(rule: AlertRule, *, by: User, at: datetime) -> AlertRule:
    """Its alerts are cleared as if all were well again; orders nobody has begun are withdrawn."""
    with transaction.atomic():
        on = AlertRule.objects.select_for_update(of=("self",)).active().filter(number=rule.number).first()
        if on is None:
            raise Refused(_("This rule is not on."))
        changes = differences(on, {"state": State.RETIRED})
        on.save(update_fields=["state"])
        record("monitoring.retire_rule", on, by=by, at=at, changes=changes)
        return on


def _latest(rule: AlertRule) -> AlertRule:
    """The newest version, locked; refused when somebody made it after this one was read."""
    versions = AlertRule.objects.select_for_update(of=("self",)).filter(number=rule.number).order_by("version")
    latest = versions.last()
    if latest is None or latest.version != rule.version:
        raise Refused(_("This rule has been changed meanwhile. Open it again and look."))
    return latest


def _check(rule: AlertRule) -> None:
    if rule.kind == Kind.FIRMWARE:
        if not rule.limits.clear_at:
            raise Refused(_("Say which firmware is the oldest that is fine, e.g. 4.2.0."), field="firmware")
    elif (rule.raise_at > rule.clear_at) == (rule.kind in FALLS) or rule.raise_at == rule.clear_at:
        raise Refused(
            _("It must be cleared above the level at which it is raised.")
            if rule.kind in FALLS
            else _("It must be cleared below the level at which it is raised."),
            field="clear_at",
        )
    if rule.kind in OF_REGIONS and rule.order_type:
        raise Refused(_("There is nobody to be sent to: this can only be told."), field="order_type")
