"""The service report of an order: what the merchant signs, how it reads, and what has changed since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evidence.models import Capture
from procedures.answers import shown_answer
from procedures.branching import taken_steps
from procedures.steps import in_language
from workorders.models import Signature, WorkOrder
from workorders.report import SCHEMA, Report, differences, sha256_of

NOT_SIGNED = ("help", "help_zh", "required", "when")  # of a step: how it was asked, not what was done


def report_of(order: WorkOrder) -> dict[str, Any]:
    """The work as it stands: terminal, steps and answers, photos by hash, parts, times. What is added when the work is
    completed comes after the signature and is not in it."""
    terminal = order.terminal
    return {
        "schema": SCHEMA,
        "order": order.number,
        "type": {"name": order.type.name, "name_zh": order.type.name_zh},
        "wanted": order.summary,
        "merchant": {"number": order.merchant.number, "name": order.merchant.name, "address": order.merchant.address},
        "terminal": terminal and {"serial": terminal.serial, "tid": terminal.tid, "model": str(terminal.model)},
        "engineer": order.engineer and order.engineer.name,
        "procedure": str(order.run) if order.run else "",
        "steps": _steps(order),
        "photos": sorted(order.captures.filter(kind=Capture.Kind.PHOTO).values_list("sha256", flat=True)),
        "parts": [],
        "arrived_at": order.arrived_at and order.arrived_at.isoformat(),
        "started_at": order.started_at and order.started_at.isoformat(),
    }


def _steps(order: WorkOrder) -> list[dict[str, Any]]:
    if order.run is None:
        return []
    values: dict[str, Any] = {}
    files: dict[str, list[str]] = {}
    for step, value, sha256 in order.run.answers.current().values_list("step", "value", "captures__sha256"):
        values[step] = value
        files.setdefault(step, []).extend([sha256] if sha256 else [])
    return [
        {
            "step": {name: content for name, content in step.items() if name not in NOT_SIGNED},
            "is_answered": step["key"] in values,
            "answer": values.get(step["key"]),
            "files": sorted(files.get(step["key"], ())),
        }
        for step in taken_steps(order.run.steps, values)
    ]


def hash_of(order: WorkOrder) -> str:
    """What a signature of the order, as it stands in the database, is bound to."""
    joined = ("type", "merchant", "terminal__model", "engineer", "run__version__procedure")
    return sha256_of(report_of(WorkOrder.objects.select_related(*joined).get(pk=order.pk)))


class Line(NamedTuple):
    label: str
    text: str
    key: str = ""  # of the step


@dataclass(frozen=True)
class Shown:
    """A report in the reader's language."""

    sha256: str
    facts: list[Line]
    steps: list[Line]

    @property
    def text_of(self) -> dict[str, str]:
        """By the key of the step."""
        return {line.key: line.text for line in self.steps}


def shown(order: WorkOrder, report: Report | None = None) -> Shown:
    report = report_of(order) if report is None else report
    return Shown(sha256_of(report), _facts(order, report), [_step_line(step) for step in report["steps"]])


def _facts(order: WorkOrder, report: Report) -> list[Line]:
    texts = ((label, _in_words(order, name, report.get(name))) for name, label in _labels().items() if name != "schema")
    return [Line(label, text) for label, text in texts if text]


def _labels() -> dict[str, str]:
    return {
        "order": _("Order"),
        "type": _("Work"),
        "wanted": _("Wanted"),
        "merchant": _("Merchant"),
        "terminal": _("Terminal"),
        "engineer": _("Engineer"),
        "arrived_at": _("Arrived"),
        "started_at": _("Begun"),
        "procedure": _("Procedure"),
        "photos": _("Photos"),
        "parts": _("Parts"),
        "schema": _("Form of the report"),
    }


def _in_words(order: WorkOrder, name: str, value: Any) -> str:
    """A part of a report for a person to read."""
    if not value:
        return ""
    match name:
        case "type":
            return in_language(value, "name")
        case "merchant":
            return " · ".join(filter(None, [value["name"], value["number"], value["address"]]))
        case "terminal":
            tid = f"TID {value['tid']}" if value["tid"] else ""
            return " · ".join(filter(None, [value["model"], value["serial"], tid]))
        case "arrived_at" | "started_at":
            return local_time(order, parse_datetime(value))
        case "photos":
            return _files(value)
        case _:
            return str(value)


def local_time(order: WorkOrder, instant: datetime | None) -> str:
    """At the order's place."""
    return date_format(timezone.localtime(instant, order.region.zone), "SHORT_DATETIME_FORMAT") if instant else ""


def _files(hashes: list[str]) -> str:
    """'2 files: 1f2e3d4c, 5b6a7988': enough of each hash to know it again."""
    count = ngettext("%(count)d file", "%(count)d files", len(hashes)) % {"count": len(hashes)}
    return f"{count}: {', '.join(each[:8] for each in hashes)}"


def _step_line(given: dict[str, Any]) -> Line:
    answer = shown_answer(given["step"], given["answer"])
    files = _files(given["files"]) if given["files"] else ""
    nothing = "" if given["is_answered"] else _("not answered")
    return Line(
        in_language(given["step"], "title"),
        " · ".join(filter(None, [answer, files, nothing])) or "✓",
        given["step"]["key"],
    )


class Changed(NamedTuple):
    """One thing that is not as it was signed."""

    label: str
    before: str
    after: str


def changed_since(signature: Signature, now: Report | None = None) -> list[Changed]:
    """What differs from the signed report; nothing while the signature holds."""
    order = signature.order
    return list(_changes(order, signature.report, report_of(order) if now is None else now))


def _changes(order: WorkOrder, signed: Report, now: Report) -> Iterator[Changed]:
    for difference in differences(signed, now):
        before, after = difference.before, difference.after
        if difference.part == "steps":
            title = in_language((before or after)["step"], "title")
            yield Changed(title, *(_step_line(side).text if side else _("not asked") for side in (before, after)))
        else:
            label = _labels().get(difference.part, difference.part)
            yield Changed(label, *(_in_words(order, difference.part, side) or "–" for side in (before, after)))


def valid_signature(order: WorkOrder) -> Signature | None:
    return order.signatures.valid().select_related("order__merchant", "order__region", "capture", "by").first()
