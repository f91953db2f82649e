"""A standing, as stored in a decision, in words a dispatcher would use."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dispatch.models import RuleSet
from dispatch.scoring import FACTORS
from toolkit.templatetags.toolkit import duration
from workorders import organisations
from workorders.needs import in_this_language

LEFT_OUT = {
    "no_skill": gettext_lazy("without %(need)s"),
    "low_skill": gettext_lazy("with too low a level of %(need)s"),
    "expired_skill": gettext_lazy("with %(need)s expired"),
    "no_part": gettext_lazy("without %(need)s in the bag"),
    "organisation_ended": gettext_lazy("of an organisation whose contract has ended"),
    "organisation_kind": gettext_lazy("of an organisation that may not do this kind of order"),
    "organisation_elsewhere": gettext_lazy("of an organisation that may not work here"),
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
    offer: str  # what the person can do, and where what is missing is collected; empty where nothing is
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
        offer=_offer(entry, inputs),
        reasons=[reason_in_words(reason, entry, inputs) for reason in entry["reasons"]],
    )


def left_out(counts: dict[str, int], inputs: dict[str, Any]) -> list[tuple[int, str]]:
    names = _names(inputs)
    found = []
    for reason, count in counts.items():
        kind, _colon, code = reason.partition(":")
        found.append((count, str(LEFT_OUT.get(kind, kind)) % {"need": names.get(code) or _("the skill")}))
    return found


def _names(inputs: dict[str, Any]) -> dict[str, str]:
    """Of skills and parts, by their code."""
    job = inputs.get("job", {})
    skills = {need["code"]: need["name"] for need in job.get("skills", ())}
    return skills | {need["code"]: in_this_language(need["name"], need["name_zh"]) for need in job.get("parts", ())}


def _offer(entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    """POS repair and Networks; collect 1 × Keypad at Yuhang depot, +25 min."""
    pick_up, names = entry.get("pick_up"), _names(inputs)
    if not pick_up:
        return ""
    parts = ", ".join(f"{count} × {names.get(code, code)}" for code, count in pick_up["parts"].items())
    collected = _("collect %(parts)s at %(place)s, +%(min)d min") % {
        "parts": parts, "place": pick_up["name"], "min": pick_up["detour_min"]
    }  # fmt: skip
    skills = [need["name"] for need in inputs["job"]["skills"]]
    if not skills:
        return collected
    return _("has %(skills)s; %(collected)s") % {"skills": ", ".join(skills), "collected": collected}


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
    """Decisions made before an order could need several skills have the one level."""
    job = inputs["job"]
    if "skills" not in job:
        levels = [("", entry["level"], job["level"])] if job["level"] else []
    else:
        levels = [(need["name"], entry["skills"][need["code"]][0], need["level"]) for need in job["skills"]]
    if len(levels) < 2:
        words = _("level %(level)d, needed is %(needed)d") if levels else _("no skill needed")
    else:
        words = _("%(skill)s: level %(level)d, needed is %(needed)d")
    said = [words % {"skill": name, "level": level, "needed": needed} for name, level, needed in levels]
    return "; ".join(said) or words


_FACTOR_WORDS = {
    "travel": _way,
    "load": _load,
    "lateness": _lateness,
    "continuity": _continuity,
    "overskill": _overskill,
}


# -- why not ------------------------------------------------------------------------------------------


def reason_in_words(reason: str, entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    kind, _colon, code = reason.partition(":")
    if kind.startswith("organisation_"):
        return _forbidden(kind, entry, inputs)
    if code:
        return _lacking(kind, code, entry, inputs)
    job, rules = inputs["job"], inputs["rules"]
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
        "skill": job.get("skill_name") or "",
        "level": entry.get("level", 0),
        "needed": job.get("level", 0),
        "orders": entry["orders"],
        "max_orders": rules["max_orders"],
        "way": entry["way_min"] or 0,
        "max_travel": rules["max_travel_min"],
    }


def _lacking(kind: str, code: str, entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    """Of one skill or one part."""
    sentences = {
        "no_skill": _("no %(need)s"),
        "low_skill": _("%(need)s %(has)d of %(needed)d"),
        "expired_skill": _("%(need)s expired on %(date)s"),
        "no_part": _("%(has)d of %(needed)d × %(need)s in the bag"),
    }
    job = inputs["job"]
    needed = {need["code"]: need["level"] for need in job["skills"]} if kind != "no_part" else {
        need["code"]: need["quantity"] for need in job["parts"]
    }  # fmt: skip
    level, expires_on = entry["skills"].get(code, (0, None))
    return sentences[kind] % {
        "need": _names(inputs).get(code, code),
        "has": entry["parts"].get(code, 0) if kind == "no_part" else level,
        "needed": needed.get(code, 0),
        "date": date_format(date.fromisoformat(expires_on), "SHORT_DATE_FORMAT") if expires_on else "",
    }


def _forbidden(kind: str, entry: dict[str, Any], inputs: dict[str, Any]) -> str:
    name, ends_on = entry["organisation"] or ("", None)
    return organisations.in_words(
        kind, organisation=name, ends_on=date.fromisoformat(ends_on) if ends_on else None,
        kind=in_this_language(*inputs["job"]["kind"]), region=inputs["job"]["region"],
    )  # fmt: skip
