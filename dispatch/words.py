"""A standing, as stored in a decision, in words a dispatcher would use."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dispatch.models import RuleSet
from dispatch.scoring import FACTORS
from toolkit.templatetags.toolkit import duration

LEFT_OUT = {
    "no_skill": gettext_lazy("without the skill"),
    "low_skill": gettext_lazy("with too low a level"),
    "expired_skill": gettext_lazy("with an expired skill"),
    "off_shift": gettext_lazy("not on shift"),
    "leave": gettext_lazy("on leave"),
    "training": gettext_lazy("in training"),
    "rejected": gettext_lazy("did not take this order"),
    "full": gettext_lazy("with enough orders in hand"),
    "too_far": gettext_lazy("too far away"),
    "no_time": gettext_lazy("without free time"),
    "lost_race": gettext_lazy("given something else meanwhile"),
}


@dataclass(frozen=True)
class Factor:
    label: str
    points: float
    weight: int
    words: str


@dataclass(frozen=True)
class Standing:
    username: str
    name: str
    score: float
    when: str  # the proposed time, empty where there is none
    factors: list[Factor]
    summary: str
    reasons: list[str]


def standing(entry: dict[str, Any], inputs: dict[str, Any], zone: ZoneInfo, at: datetime) -> Standing:
    """`inputs` as in a decision: what the order asked for and the rules that weighed it."""
    weights = inputs["rules"]["weights"]
    said = {key: _FACTOR_WORDS[key](entry, inputs) for key in FACTORS}
    return Standing(
        username=entry["username"],
        name=entry["name"],
        score=entry["score"],
        when=planned(entry, zone, at),
        factors=[
            Factor(_label(key), entry["factors"][key], weights[key], said[key]) for key in FACTORS if weights[key]
        ],
        summary="; ".join(filter(None, (said[key] for key in ("travel", "load", "continuity", "lateness")))),
        reasons=[reason_in_words(reason, entry, inputs) for reason in entry["reasons"]],
    )


def left_out(counts: dict[str, int]) -> list[tuple[int, str]]:
    return [(count, str(LEFT_OUT.get(reason, reason))) for reason, count in counts.items()]


def _label(factor: str) -> str:
    return RuleSet.names()[f"{factor}_weight"]


# -- when ---------------------------------------------------------------------------------------------


def planned(entry: dict[str, Any], zone: ZoneInfo, at: datetime) -> str:
    if entry["arrival"] is None:
        return ""
    start, end = (datetime.fromtimestamp(entry[key], UTC).astimezone(zone) for key in ("arrival", "end"))
    return _("%(day)s %(start)s–%(end)s") % {
        "day": _day(start, at.astimezone(zone)),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
    }


def _day(instant: datetime, at: datetime) -> str:
    days = (instant.date() - at.date()).days
    if days == 0:
        return _("today")
    return _("tomorrow") if days == 1 else date_format(instant, "SHORT_DATE_FORMAT")


# -- factors ------------------------------------------------------------------------------------------


def _way(entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    if entry["way_min"] is None:
        return ""
    origins = {
        "position": _("%(min)d min away, from where the phone is"),
        "job": _("%(min)d min away, from the last job today"),
        "booking": _("%(min)d min away, from the job before"),
        "start": _("%(min)d min away, from where the day begins"),
        "region": _("%(min)d min away, from the middle of the region"),
        "unknown": _("%(min)d min away, assumed: nobody knows from where"),
    }
    words = origins[entry["origin"]] % {"min": entry["way_min"]}
    if entry["extra_min"] < entry["way_min"]:
        words += _(" (%(min)d min more driving that day)") % {"min": entry["extra_min"]}
    return words + _staleness(entry)


def _staleness(entry: dict[str, Any]) -> str:
    """Says so when the phone's position was too old, or missing, to start from."""
    if entry["place"] == "position" or entry["origin"] not in ("job", "start", "region", "unknown"):
        return ""
    if entry["position_age_min"] is None:
        return _(" – no position from the phone")
    return _(" – the phone's position is %(age)s old") % {"age": duration(timedelta(minutes=entry["position_age_min"]))}


def _load(entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    if not entry["orders"]:
        return _("nothing in hand")
    return ngettext("%(count)d order in hand", "%(count)d orders in hand", entry["orders"]) % {"count": entry["orders"]}


def _lateness(entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    response, resolution = inputs["job"]["response_due"], inputs["job"]["resolution_due"]
    if entry["arrival"] is None or (response is None and resolution is None):
        return ""
    slack_s = min(
        response - entry["arrival"] if response is not None else float("inf"),
        resolution - entry["end"] if resolution is not None else float("inf"),
    )
    time = duration(timedelta(seconds=abs(slack_s)))
    return _("%(time)s to spare") % {"time": time} if slack_s >= 0 else _("%(time)s too late") % {"time": time}


def _continuity(entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    if not entry["visits"]:
        return _("new to this merchant")
    return ngettext(
        "knows this merchant: %(count)d visit", "knows this merchant: %(count)d visits", entry["visits"]
    ) % {"count": entry["visits"]}


def _overskill(entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    if not inputs["job"]["level"]:
        return _("no skill needed")
    return _("level %(level)d, needed is %(needed)d") % {"level": entry["level"], "needed": inputs["job"]["level"]}


_FACTOR_WORDS = {
    "travel": _way,
    "load": _load,
    "lateness": _lateness,
    "continuity": _continuity,
    "overskill": _overskill,
}


# -- why not ------------------------------------------------------------------------------------------


def reason_in_words(reason: str, entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    sentences = {
        "no_skill": _("does not have the skill %(skill)s"),
        "low_skill": _("has level %(level)d, needed is %(needed)d"),
        "expired_skill": _("the skill %(skill)s has expired"),
        "off_shift": _("is not on shift now"),
        "leave": _("is on leave"),
        "training": _("is in training"),
        "rejected": _("did not take this order in the last hours"),
        "full": _("has %(orders)d orders in hand, the rules allow %(max_orders)d"),
        "too_far": _("is %(way)d min away, the rules allow %(max_travel)d"),
        "no_time": _("has no free time until tomorrow evening"),
        "other_region": _("works in another region"),
    }
    return sentences.get(reason, reason) % {
        "skill": inputs["job"]["skill_name"] or "",
        "level": entry["level"],
        "needed": inputs["job"]["level"],
        "orders": entry["orders"],
        "max_orders": inputs["rules"]["max_orders"],
        "way": entry["way_min"] or 0,
        "max_travel": inputs["rules"]["max_travel_min"],
    }
