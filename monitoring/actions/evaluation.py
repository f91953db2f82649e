"""What is raised and cleared. Run it as often and by as many as you like: it makes true what the rules say now."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from assets.actions import refresh_block
from journal.actions import record_all
from monitoring.actions.incidents import fold
from monitoring.detection import Standing, judge
from monitoring.lifecycle import NEXT, PERIODS, SEEN_BY_A_PERSON, Kind, State
from monitoring.measures import Measured, measure
from monitoring.models import Alert, AlertQuerySet, AlertRule, Pass, Watch
from workforce.models import Region


class Raised(NamedTuple):
    """An alert that is not cleared."""

    pk: int
    terminal: int | None
    merchant: int | None
    region: int
    rule: int
    state: str
    calm_since: datetime | None
    note: str


Subject = tuple[str, int]


@dataclass
class Verdict:
    """What is to be written."""

    raised: list[tuple[Measured, AlertRule]] = field(default_factory=list)
    cleared: list[int] = field(default_factory=list)
    calm: list[int] = field(default_factory=list)  # begins to be
    restless: list[int] = field(default_factory=list)  # again
    watched: list[int] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)


def evaluate(kind: Kind, *, at: datetime) -> bool:
    """False: it is not time yet, or somebody else is at it."""
    with transaction.atomic():
        if not _is_due(kind, at):
            return False
        rules = sorted(
            AlertRule.objects.active().filter(kind=kind).select_related("region", "order_type"),
            key=lambda rule: rule.specificity, reverse=True,
        )  # fmt: skip
        fields = ("pk", "terminal", "merchant", "region", "rule", "state", "calm_since", "note")
        open_alerts = {_subject(each): each for each in (
            Raised(*row) for row in Alert.objects.uncleared().filter(kind=kind).values_list(*fields)
        )}  # fmt: skip
        watches = dict(Watch.objects.filter(kind=kind).values_list("terminal", "since"))
        if rules or open_alerts:
            _write(kind, _judged(kind, rules, open_alerts, watches, at), at)
        return True


def _is_due(kind: Kind, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"monitoring.evaluate {kind}"])
        if not cursor.fetchone()[0]:
            return False
    if period := PERIODS.get(kind):
        if Pass.objects.filter(kind=kind, at__gt=at - period, at__lte=at).exists():
            return False
        Pass.objects.update_or_create(kind=kind, defaults={"at": at})
    return True


def _subject(of: Raised | Measured) -> Subject:
    if of.terminal:
        return "terminal", of.terminal
    return ("merchant", of.merchant) if of.merchant else ("region", of.region)


def _judged(
    kind: Kind, rules: list[AlertRule], open_alerts: dict[Subject, Raised], watches: dict[int, datetime], at: datetime
) -> Verdict:
    paths = dict(Region.objects.values_list("pk", "path"))
    governing: dict[tuple[int, int | None], AlertRule | None] = {}
    past = AlertRule.objects.in_bulk({alert.rule for alert in open_alerts.values()})
    others = {key for of, key in open_alerts if of == "terminal"} | watches.keys()
    verdict, seen = Verdict(), set()
    for measured in measure(kind, rules, others, at):
        subject, where = _subject(measured), (measured.region, measured.terminal_model)
        if where not in governing:
            path = paths[measured.region]
            governing[where] = next((rule for rule in rules if rule.fits(path, measured.terminal_model)), None)
        rule = governing[where]
        if rule is None or measured.faults < rule.least_faults:
            continue
        seen.add(subject)
        if alert := open_alerts.get(subject):
            _judge_alert(verdict, alert, rule, rule.limits.is_calm(measured.value), measured.value, at)
            continue
        since = watches.get(measured.terminal) if measured.terminal else None
        standing = judge(Standing(False, since), rule.limits, measured.value, at)
        if standing.is_raised:
            verdict.raised.append((measured, rule))
        elif standing.since and since is None and measured.terminal:
            verdict.watched.append(measured.terminal)
        if since and (standing.is_raised or standing.since is None):
            verdict.forgotten.append(measured.terminal)
    for subject, alert in open_alerts.items():
        if subject not in seen:  # no longer there, or no rule asks: as if all were well
            rule = past[alert.rule]
            _judge_alert(verdict, alert, rule, True, rule.limits.clear_at, at)
    verdict.forgotten += [terminal for terminal in watches if ("terminal", terminal) not in seen]
    return verdict


def _judge_alert(verdict: Verdict, alert: Raised, rule: AlertRule, is_calm: bool, value: float, at: datetime) -> None:
    standing = judge(Standing(True, alert.calm_since), rule.limits, value, at)
    if standing.is_raised and standing.since != alert.calm_since:
        (verdict.calm if standing.since else verdict.restless).append(alert.pk)
    elif not standing.is_raised:
        waits_for_a_person = (
            rule.kind in SEEN_BY_A_PERSON and alert.state == State.OPEN and rule.order_type_id and not alert.note
        )
        if alert.state == State.ORDERED or waits_for_a_person:
            if alert.calm_since is None:
                verdict.calm.append(alert.pk)
        else:
            verdict.cleared.append(alert.pk)


def _write(kind: Kind, verdict: Verdict, at: datetime) -> None:
    Watch.objects.filter(kind=kind, terminal__in=verdict.forgotten).delete()
    Watch.objects.bulk_create(
        [Watch(terminal_id=terminal, kind=kind, since=at) for terminal in verdict.watched], ignore_conflicts=True
    )
    Alert.objects.filter(pk__in=verdict.calm).update(calm_since=at)
    Alert.objects.filter(pk__in=verdict.restless).update(calm_since=None)
    if verdict.cleared:
        clear(Alert.objects.filter(pk__in=verdict.cleared), at)
    alerts = [
        Alert(
            kind=kind, terminal_id=it.terminal, merchant_id=it.merchant, region_id=it.region, rule=rule, value=it.value,
            opened_at=at,
        )
        for it, rule in verdict.raised
    ]  # fmt: skip
    if kind == Kind.OFFLINE:
        fold(alerts, {it.terminal: it for it, _rule in verdict.raised}, at)
    made = Alert.objects.bulk_create(alerts, batch_size=2000)
    told = _read([alert.pk for alert in made if alert.incident is None])
    _record("monitoring.raise_alert", told, at, [{"state": [None, State.OPEN]}] * len(told))
    if kind == Kind.TAMPER:
        for alert in told:
            refresh_block(alert.terminal, note=str(alert), by=None, at=at)


def _read(keys: list[int]) -> list[Alert]:
    return list(Alert.objects.filter(pk__in=keys).select_related("terminal", "merchant", "region").order_by("pk"))


def _record(verb: str, alerts: list[Alert], at: datetime, changes: list[dict]) -> None:
    record_all(verb, alerts, by=None, at=at, merchant_ids=[each.merchant_id for each in alerts], changes=changes)


def clear(alerts: AlertQuerySet, at: datetime) -> None:
    """Those of an outage are told with it."""
    locked = alerts.uncleared().select_for_update(of=("self",)).order_by("pk").values_list("pk", "state", "incident")
    before = {}
    for key, state, incident in locked:
        assert State.CLEARED in NEXT[State(state)]
        before[key] = state, incident
    Alert.objects.filter(pk__in=before).update(state=State.CLEARED, cleared_at=at)
    told = _read([key for key, (_state, incident) in before.items() if incident is None])
    _record("monitoring.clear_alert", told, at, [{"state": [before[alert.pk][0], State.CLEARED]} for alert in told])
    for alert in told:
        if alert.kind == Kind.TAMPER:
            refresh_block(alert.terminal, note=str(alert), by=None, at=at)
