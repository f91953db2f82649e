"""What terminals report: taken in by batches, each report once; who fell silent; the parts of the table of readings."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assets.models import TerminalState, normal_code
from toolkit.day_parts import first_day_kept, keep_day_parts

CLOCK_AHEAD = timedelta(minutes=10)  # so much may the clock of a terminal be ahead of ours


class Report(NamedTuple):
    """One heartbeat. What it does not say is None and leaves what is known as it is."""

    serial: str
    at: datetime  # by the clock of the terminal
    seq: int = 0  # the terminal's own counter, for those that report more than once at an instant
    paper_percent: int | None = None
    card_keys_left: int | None = None
    battery_percent: int | None = None
    signal_dbm: int | None = None
    is_tampered: bool | None = None
    firmware: str | None = None
    lat: float | None = None
    lon: float | None = None


class Taken(NamedTuple):
    """How many reports are new and were there already; why each of the others, by its place, was not kept."""

    kept: int
    repeated: int
    refused: dict[int, str]


STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS telemetry_intake (
    place int, serial text, at timestamptz, seq int, paper_percent smallint, card_keys_left int,
    battery_percent smallint, signal_dbm smallint, is_tampered boolean, firmware text,
    lat double precision, lon double precision
) ON COMMIT DELETE ROWS
"""
COPY = f"COPY telemetry_intake (place, {', '.join(Report._fields)}) FROM STDIN"

STATED = [name for name in Report._fields if name not in ("serial", "at", "seq")]
# of several reports of a terminal the latest that says it
LATEST = "(array_agg({0} ORDER BY at DESC, seq DESC) FILTER (WHERE timely AND {0} IS NOT NULL))[1]"
MERGE = """{0} = CASE WHEN known.reported_at IS NULL OR (excluded.reported_at, excluded.seq) > (known.reported_at, known.seq)
    THEN coalesce(excluded.{0}, known.{0}) ELSE coalesce(known.{0}, excluded.{0}) END"""

# All in the order of terminals, so that two batches at once wait for each other and never in a ring. Only what is new
# counts as heard: a batch sent again, however late, changes nothing.
TAKE = f"""
WITH named AS MATERIALIZED (
    SELECT intake.*, terminal.id AS terminal_id, intake.at BETWEEN %(oldest)s AND %(latest)s AS timely
    FROM telemetry_intake intake LEFT JOIN assets_terminal terminal USING (serial)
), kept AS (
    INSERT INTO assets_reading (
        terminal_id, at, received_at, lat, lon, seq, card_keys_left, paper_percent, battery_percent, signal_dbm,
        is_tampered
    )
    SELECT terminal_id, at, %(now)s, lat, lon, seq, card_keys_left, paper_percent, battery_percent, signal_dbm,
        is_tampered
    FROM named WHERE terminal_id IS NOT NULL AND timely ORDER BY terminal_id, at, seq
    ON CONFLICT DO NOTHING RETURNING terminal_id, at, seq
), heard AS (
    INSERT INTO assets_terminalstate AS known (
        terminal_id, last_heard_at, reported_at, seq, clock_off_s, {", ".join(STATED)}
    )
    SELECT terminal_id, %(now)s, max(at) FILTER (WHERE timely), coalesce({LATEST.format("seq")}, 0),
        greatest(-2e9, least(2e9, extract(epoch FROM max(at) - %(now)s))), {", ".join(map(LATEST.format, STATED))}
    FROM named LEFT JOIN kept USING (terminal_id, at, seq)
    WHERE terminal_id IS NOT NULL AND (kept IS NOT NULL OR NOT timely)
    GROUP BY terminal_id ORDER BY terminal_id
    ON CONFLICT (terminal_id) DO UPDATE SET
        last_heard_at = greatest(known.last_heard_at, excluded.last_heard_at), silent_since = NULL,
        clock_off_s = excluded.clock_off_s, reported_at = greatest(known.reported_at, excluded.reported_at),
        {", ".join(map(MERGE.format, ["seq", *STATED]))}
)
SELECT (SELECT count(*) FROM kept),
    array_agg(place) FILTER (WHERE terminal_id IS NULL),
    array_agg(place) FILTER (WHERE terminal_id IS NOT NULL AND NOT timely)
FROM named
"""


def take_readings(reports: Iterable[Report], *, at: datetime) -> Taken:
    """Keeps what is new and brings the state of each terminal forward; what was there already changes nothing.

    Clocks of terminals are not trusted: when a terminal was heard is told by ours. One whose clock is far off is
    heard, but what it says cannot be put in its order and is refused.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute("DELETE FROM telemetry_intake")  # of an earlier batch in the same transaction
        count = 0
        with cursor.copy(COPY) as copy:
            for count, report in enumerate(reports, 1):
                copy.write_row((count - 1, normal_code(report[0]), *report[1:]))
        oldest, latest = first_day_kept(settings.TELEMETRY_DAYS, at), at + CLOCK_AHEAD
        cursor.execute(TAKE, {"now": at, "oldest": oldest, "latest": latest})
        kept, unknown, untimely = cursor.fetchone()
    refused = dict.fromkeys(unknown or (), _("No terminal has this serial number."))
    refused |= dict.fromkeys(untimely or (), _("The clock of the terminal is wrong: heard, but not kept."))
    return Taken(kept, count - kept - len(refused), refused)


def mark_silent(*, at: datetime) -> int:
    """Marks every terminal not heard for SILENT_MINUTES; how many are new among them.

    Counted back from when any was heard last: while our own intake stands still, nobody falls silent. Rows that a
    batch holds just now are being heard.
    """
    heard = TerminalState.objects.heard()
    if heard is None:
        return 0
    limit = min(at, heard) - timedelta(minutes=settings.SILENT_MINUTES)
    with transaction.atomic():
        quiet = TerminalState.objects.filter(silent_since=None, last_heard_at__lt=limit)
        return TerminalState.objects.filter(pk__in=quiet.select_for_update(skip_locked=True).values("pk")).update(
            silent_since=F("last_heard_at")
        )


def keep_readings(*, at: datetime) -> None:
    keep_day_parts("assets_reading", days=settings.TELEMETRY_DAYS, at=at)
