import secrets
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile
from time import monotonic
from typing import BinaryIO

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.columns import COLUMNS
from integrations.models import ApiToken, Import, ImportRow, hash_of
from integrations.rows import READERS, Reader, Row, without_secrets
from journal.actions import record
from toolkit.errors import Refused
from toolkit.numbers import next_number
from toolkit.tables import Table, keep_table, open_table
from workforce.models import Region, User

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another


def make_token(
    *, name: str, scopes: list[str], by: User, at: datetime, expires_at: datetime | None = None,
    rate_per_minute: int = 600,
) -> tuple[ApiToken, str]:  # fmt: skip
    """The token and its secret, which is kept nowhere: tell it now."""
    if expires_at and expires_at <= at:
        raise Refused(_("It must expire in the future."), field="expires_at")
    number = "".join(secrets.choice(ALPHABET) for _each in range(8))
    secret = f"fl_{number}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            number=number, name=name, scopes=scopes, hash=hash_of(secret), rate_per_minute=rate_per_minute,
            created_at=at, created_by=by, expires_at=expires_at,
        )  # fmt: skip
        record("integrations.make_token", token, by=by, at=at, changes={"scopes": [None, scopes]})
    return token, secret


def revoke_token(token: ApiToken, *, by: User, at: datetime) -> ApiToken:
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().get(pk=token.pk)
        if token.revoked_at:
            raise Refused(_("It is revoked already."))
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        record("integrations.revoke_token", token, by=by, at=at)
    return token


def upload_import(
    *, kind: str, file: BinaryIO, filename: str, region: Region, datum: str = "wgs84", by: User, at: datetime
) -> Import:
    """Keeps what can be read from the file, encrypted. Refused when it is no table."""
    with TemporaryFile() as kept:
        table = open_table(file, filename)
        total = keep_table(without_secrets(table) if kind == Import.Kind.CARD_KEYS else table, kept)
        if total == 0:
            raise Refused(_("The table has headers but no rows."), field="file")
        number = next_number("IM")
        return Import.objects.create(
            number=number, kind=kind, filename=filename[:200], region=region,
            table=File(kept, name=f"{number}.csv"), datum=datum, total=total, created_by=by, created_at=at,
        )  # fmt: skip


def check_import(
    job: Import, *, mapping: dict[str, str], by: User, at: datetime, doubles: str = Import.Doubles.SKIP
) -> Import:
    """Sets which of their columns is which of ours and what becomes of double leads, and starts the dry run."""
    missing = [str(column.label) for column in COLUMNS[job.kind] if column.is_required and not mapping.get(column.name)]
    if missing:
        raise Refused(_("Choose the column for: %(columns)s.") % {"columns": ", ".join(missing)})
    with transaction.atomic():
        job = Import.objects.select_for_update().get(pk=job.pk)
        if job.status not in (Import.Status.UPLOADED, Import.Status.CHECKED, Import.Status.FAILED):
            raise Refused(_("This import is already under way."))
        job.mapping = {name: header for name, header in mapping.items() if header}
        job.doubles = doubles
        _begin(job, Import.Status.CHECKING)
        record("integrations.start_import", job, by=by, at=at, note="dry run")
        return job


def start_import(job: Import, *, by: User, at: datetime) -> Import:
    """After the dry run: puts the rows in, those with errors left out."""
    with transaction.atomic():
        job = Import.objects.select_for_update().get(pk=job.pk)
        if job.status not in (Import.Status.CHECKED, Import.Status.DONE):
            raise Refused(_("Please look at the dry run first."))
        _begin(job, Import.Status.RUNNING)
        record("integrations.start_import", job, by=by, at=at)
        return job


def _begin(job: Import, status: str) -> None:
    job.rows.all().delete()
    job.status, job.failure, job.finished_at = status, "", None
    job.done = job.created = job.updated = job.unchanged = job.failed = job.warned = 0
    job.save()


def run_import(job: Import, *, at: datetime, seconds: float = 480) -> None:
    """Goes on with a dry run or a run where it stopped, chunk by chunk, each chunk with its count in one transaction.

    A killed worker loses the chunk it was in and nothing else; two workers on one job take turns.
    """
    job = Import.objects.select_related("region", "created_by").get(pk=job.pk)
    with override(job.created_by.language):
        try:
            with job.open_table() as table:
                _go_on(job, table, seconds, at=at)
        except Refused as refusal:
            Import.objects.filter(pk=job.pk).update(
                status=Import.Status.FAILED, failure=str(refusal)[:300], finished_at=at
            )


def _go_on(job: Import, table: Table, seconds: float, *, at: datetime) -> None:
    reader = READERS[job.kind](job)
    lines = ((row.number, dict(zip(table.headers, row, strict=False))) for row in table.rows)
    for line, raw in islice(lines, job.done):
        reader.judge(Row(line=line, raw=raw))  # so that later rows know of these
    position, until = job.done, monotonic() + seconds
    while monotonic() < until:
        rows = list(islice(lines, reader.chunk))
        with transaction.atomic():
            job = Import.objects.select_for_update().get(pk=job.pk)
            if not job.is_under_way or job.done != position:
                return  # somebody else has gone on
            if not rows:
                _finish(job, at=at)
                return
            _run_chunk(job, reader, rows, at=at)
        position = job.done


def _run_chunk(job: Import, reader: Reader, batch: list, *, at: datetime) -> None:
    rows = reader.read(batch)
    if job.status == Import.Status.CHECKING:
        for row in rows:
            row.outcome = row.outcome or ("created" if row.existing is None else "updated")
    else:
        reader.put_in(rows, by=job.created_by, at=at)
    for row in rows:
        if row.errors:
            row.outcome = "failed"
        setattr(job, row.outcome, getattr(job, row.outcome) + 1)
    job.done += len(rows)
    job.warned += sum(bool(row.remarks) for row in rows)
    ImportRow.objects.bulk_create(
        ImportRow(
            job=job, line=row.line, is_error=bool(row.errors), messages=[*row.errors, *row.remarks], values=row.raw
        )
        for row in rows
        if row.errors or row.remarks
    )
    job.save()


def _finish(job: Import, *, at: datetime) -> None:
    was_run = job.status == Import.Status.RUNNING
    job.status = Import.Status.DONE if was_run else Import.Status.CHECKED
    job.finished_at = at
    job.save()
    if was_run:
        counts = {name: [0, getattr(job, name)] for name in ("created", "updated", "unchanged", "failed")}
        record("integrations.finish_import", job, by=job.created_by, at=at, changes=counts)
