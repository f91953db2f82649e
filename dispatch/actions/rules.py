from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dispatch.models import Attempt, RuleSet
from journal.actions import differences, record
from toolkit.errors import Refused
from workforce.models import User


def make_rules(*, by: User | None, at: datetime, **values: Any) -> RuleSet:
    """New rules for a territory and an order type; in force at once."""
    with transaction.atomic():
        rule_set = _put_in_force(RuleSet(**values, made_by=by, made_at=at))
        record("dispatch.make_rules", rule_set, by=by, at=at)
        _look_again(at)
        return rule_set


def change_rules(rule_set: RuleSet, *, by: User, at: datetime, **values: Any) -> RuleSet:
    """A new version with these values; decisions so far keep the version they were made by."""
    with transaction.atomic():
        latest = _latest(rule_set)
        fields = {
            field.name: getattr(latest, field.name)
            for field in RuleSet._meta.concrete_fields
            if field.name not in ("id", "version", "is_current", "made_by", "made_at")
        }
        changed = RuleSet(**fields)
        changes = differences(changed, values)
        if not changes and latest.is_current:
            return latest
        changed.version, changed.made_by, changed.made_at = latest.version + 1, by, at
        RuleSet.objects.filter(number=latest.number).update(is_current=False)
        changed = _put_in_force(changed)
        record("dispatch.change_rules", changed, by=by, at=at, changes=changes)
        _look_again(at)
        return changed


def retire_rules(rule_set: RuleSet, *, by: User, at: datetime) -> RuleSet:
    """Takes rules out of force: the next less specific ones count. Changing them brings them back."""
    with transaction.atomic():
        latest = _latest(rule_set)
        changes = differences(latest, {"is_current": False})
        if changes:
            latest.save(update_fields=["is_current"])
            record("dispatch.retire_rules", latest, by=by, at=at, changes=changes)
            _look_again(at)
        return latest


def _latest(rule_set: RuleSet) -> RuleSet:
    """The newest version, locked; refused when somebody made it after this one was read."""
    latest = RuleSet.objects.select_for_update(of=("self",)).filter(number=rule_set.number).order_by("version").last()
    if latest is None or latest.version != rule_set.version:
        raise Refused(_("These rules have been changed meanwhile. Open them again and look."))
    return latest


def _put_in_force(rule_set: RuleSet) -> RuleSet:
    if not any(rule_set.weights.values()):
        raise Refused(_("At least one weight must be above 0."), field="travel_weight")
    if rule_set.plans_at and (rule_set.region is None or rule_set.order_type is not None):
        raise Refused(
            _("A day is planned for a region and all types of orders together: choose those, or leave this empty."),
            field="plans_at",
        )
    try:
        with transaction.atomic():
            rule_set.save(force_insert=True)
    except IntegrityError as clash:
        if "one_rule_set_in_force" in str(clash):
            raise Refused(
                _("There are rules for this region and order type already: change those."), field="region"
            ) from clash
        if "rule_set_version_once" in str(clash):
            raise Refused(_("These rules have been changed meanwhile. Open them again and look.")) from clash
        raise
    return rule_set


def _look_again(at: datetime) -> None:
    """After a change of rules every order of the pool is tried again at once."""
    Attempt.objects.filter(next_at__gt=at).update(next_at=at)
