"""The service report on paper: the same data give the same bytes."""

from io import BytesIO

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from PIL import Image

from evidence.actions import open_shown
from evidence.models import Capture
from procedures.steps import in_language
from toolkit.codes import qr_png
from toolkit.pdf import render_pdf
from toolkit.templatetags.toolkit import duration
from workorders.lifecycle import Status
from workorders.models import Signature, WorkOrder
from workorders.queries import durations
from workorders.service_report import Changed, changed_since, local_time, report_of, shown, valid_signature

TEMPLATE = settings.BASE_DIR / "templates" / "workorders" / "report.typ"
SIGNER = signing.Signer(sep=".", salt="workorders.report")
MOST_PHOTOS = 20
EDGE_PX, QUALITY = 960, 80  # of a photo on paper, 8 cm at 300 dpi: half of what is kept decodes quickest


def check_url(order: WorkOrder, sha256: str) -> str:
    """Where somebody who holds the paper sees whether it is what stands here."""
    return settings.SITE_URL + reverse("public:report-check", args=[SIGNER.sign(f"{order.number}.{sha256}")])


def order_and_hash(token: str) -> tuple[WorkOrder, str] | None:
    try:
        number, sha256 = SIGNER.unsign(token).split(".")
    except (signing.BadSignature, ValueError):
        return None
    order = WorkOrder.objects.select_related("merchant", "region", "type").filter(number=number).first()
    return (order, sha256) if order else None


def report_pdf(order: WorkOrder) -> bytes:
    """In the language of the moment. Photos are their shown copies, with time and place written on them."""
    report = report_of(order)
    view = shown(order, report)
    signature = valid_signature(order)
    titles = {
        sha256: in_language(step["step"], "title") for step in report["steps"] for sha256 in step["files"]
    }  # fmt: skip
    photos = list(
        order.captures.filter(kind=Capture.Kind.PHOTO)
        .select_related("by")
        .order_by("taken_at", "received_at", "pk")[:MOST_PHOTOS]
    )
    images = {f"photo-{number}.jpg": _on_paper(photo) for number, photo in enumerate(photos)}
    images["check.png"] = qr_png(check_url(order, view.sha256), box=6)
    if order.signature:
        images["signature.jpg"] = _on_paper(order.signature)
    more = len(report["photos"]) - len(photos)
    data = {
        "language": "zh" if (get_language() or "").startswith("zh") else "en",
        "title": _("Service report"),
        "number": order.number,
        "merchant": order.merchant.name,
        "sections": [
            {"title": _("The work"), "lines": [*_pairs(view.facts), *_done(order)]},
            {"title": _("Steps"), "lines": _pairs(view.steps)},
            {"title": _("Parts"), "lines": [] if report["parts"] else [[_("Parts used"), _("none")]]},
            {"title": _("Times"), "lines": _times(order)},
        ],
        "photos_title": _("Photos"),
        "photos": [
            {
                "name": f"photo-{number}.jpg",
                "caption": " · ".join(filter(None, [titles.get(photo.sha256), photo.sha256[:16]])),
            }
            for number, photo in enumerate(photos)
        ],
        "more": ngettext("%(count)d more photo is kept.", "%(count)d more photos are kept.", more) % {"count": more}
        if more > 0
        else "",
        "signature": _signature(order, signature),
        "changed_title": _("Changed after signing"),
        "changed": _changed(changed_since(signature, report) if signature else []),
        "hash_label": _("SHA-256 of this report"),
        "sha256": view.sha256,
        "check": _("Scan to check this paper."),
        "page": _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }
    at = order.completed_at or (signature and signature.signed_at) or order.opened_at
    return render_pdf(TEMPLATE, data, images, at=at)


def _pairs(lines: list) -> list[list[str]]:
    return [[line.label, line.text] for line in lines]


def _done(order: WorkOrder) -> list[list[str]]:
    codes = [(_("Symptom"), order.symptom), (_("Cause"), order.cause), (_("Remedy"), order.remedy)]
    lines = [[label, str(code)] for label, code in codes if code]
    return [*lines, *([[_("What was done"), order.resolution]] if order.resolution else [])]


def _times(order: WorkOrder) -> list[list[str]]:
    spent = durations(order)
    instants = [
        (_("Reported"), order.opened_at),
        (_("On site by"), order.response_due_at),
        (_("Arrived"), order.arrived_at),
        (_("To finish by"), order.resolution_due_at),
        (_("Completed"), order.completed_at),
    ]
    spans = [
        (_("From report to arrival"), spent.until_arrival),
        (_("On the way"), spent.way),
        (_("At work"), spent.work),
        (_("Paused"), spent.paused),
    ]
    kept = [
        (_("Response in time"), order.arrived_at, order.response_due_at),
        (_("Resolution in time"), order.completed_at, order.resolution_due_at),
    ]
    return [
        *([label, local_time(order, instant)] for label, instant in instants if instant),
        *([label, duration(span)] for label, span in spans if span is not None),
        *([label, _("yes") if done <= due else _("no")] for label, done, due in kept if done and due),
    ]


def _signature(order: WorkOrder, signature: Signature | None) -> dict[str, str] | None:
    if not order.signature:
        return None
    bound = [str(signature.get_basis_display()), signature.report_sha256] if signature else [_("Bound to no report.")]
    return {
        "label": _("Signed by"),
        "name": order.signer_name,
        "at": local_time(order, signature.signed_at) if signature else "",
        "bound": " · ".join(bound),
    }


def _changed(changes: list[Changed]) -> list[list[str]]:
    return [[change.label, f"{change.before} → {change.after}"] for change in changes]


def prepare_copies(limit: int = 200) -> int:
    """Makes the shown copies of what was completed, which take most of the time: whoever wants the paper waits less."""
    orders = WorkOrder.objects.filter(status=Status.COMPLETED)
    waiting = Capture.objects.filter(kind=Capture.Kind.PHOTO, shown="", work_orders__in=orders).distinct()[:limit]
    for capture in waiting:
        with open_shown(capture)[0]:
            pass
    return len(waiting)


def _on_paper(capture: Capture) -> bytes:
    file, _mime = open_shown(capture)
    with file, Image.open(file) as picture:
        picture.draft("RGB", (EDGE_PX, EDGE_PX))  # decoded no larger than needed
        picture.thumbnail((EDGE_PX, EDGE_PX), Image.Resampling.BILINEAR)
        content = BytesIO()
        picture.convert("RGB").save(content, "JPEG", quality=QUALITY)
    return content.getvalue()
