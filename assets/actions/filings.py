"""What the acquirer is to hear of: changes wait, go into a file, and the file is handed over once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Binding, Filing, FilingReport
from assets.workdays import after_working_days
from journal.actions import record
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import Region, User

REPORT_WITHIN = 2  # working days


def file_changes(kind: Filing.Kind, bindings: Iterable[Binding], *, at: datetime) -> None:
    """Starts the clock of each; their terminals stand in the region where they are reported."""
    Filing.objects.bulk_create(
        Filing(
            kind=kind, terminal_id=binding.terminal_id, binding=binding, region_id=binding.terminal.region_id, at=at,
            due_on=after_working_days(binding.terminal.region.service_date(at), REPORT_WITHIN),
        )
        for binding in bindings
    )  # fmt: skip


def make_filing_report(*, region: Region, by: User | None, at: datetime, until: datetime | None = None) -> FilingReport:
    """Puts what waits in a region into one file. Two at once share nothing."""
    with transaction.atomic():
        regions = Region.objects.within(region).values("pk")
        waiting = Filing.objects.waiting().filter(region__in=regions, at__lte=until or at)
        keys = list(waiting.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise Refused(_("Nothing waits to be reported in %(region)s.") % {"region": region})
        report = FilingReport.objects.create(
            number=next_number("BR"), region=region, count=len(keys), made_at=at, made_by=by
        )
        Filing.objects.filter(pk__in=keys).update(report=report)
        record("assets.make_filing_report", report, by=by, at=at, changes={"count": [None, len(keys)]})
        return report


def mark_reported(report: FilingReport, *, file_name: str, by: User | None, at: datetime) -> FilingReport:
    """The acquirer has the file. Once: of two who say so, the second hears who was first."""
    if not file_name.strip():
        raise Refused(_("Give the name of the file that was handed over."), field="file_name")
    with transaction.atomic():
        report = FilingReport.objects.select_for_update().get(pk=report.pk)
        if report.reported_at:
            raise Refused(
                _("%(number)s was reported already by %(name)s, as “%(file)s”.")
                % {"number": report.number, "name": report.reported_by, "file": report.file_name}
            )
        report.file_name, report.reported_at, report.reported_by = (file_name.strip()[:120], at, by)
        report.save(update_fields=["file_name", "reported_at", "reported_by"])
        report.filings.update(reported_at=at)
        record("assets.mark_reported", report, by=by, at=at, changes={"file": [None, report.file_name]})
        return report
