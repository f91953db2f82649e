"""What terminals reported in the last seven days: a few run out of something, a quarter of town falls silent together,
one case was opened, one terminal is not where it is registered."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection

from assets.models import Binding
from assets.telemetry import keep_readings
from monitoring.detection import cell_of

OUTAGE = timedelta(minutes=150)  # so long ago
KINDS = ["pos", "speaker"]  # what has a SIM

# Every four hours from the last word back. A word is said at an odd minute; paper is used up and put in again, in a
# rhythm of each terminal's own; the sums are made of its id, so that the same seed tells the same story.
TELL = """
WITH terminal AS (
    SELECT t.id, m.has_printer, m.kind, coalesce(nullif(t.firmware, ''), '2.4') AS firmware, b.lat, b.lon,
        %(at)s - (t.id * 37 %% 600) * interval '1 second' - CASE
            WHEN t.id = ANY(%(out)s::bigint[]) THEN %(outage)s
            WHEN t.id %% 211 = 0 THEN (30 + t.id %% 50) * interval '1 hour'
            ELSE interval '0' END AS last,
        (t.id * 7919 %% 1000) / 1000.0 AS phase, 3 + t.id %% 9 AS days
    FROM assets_terminal t JOIN assets_terminalmodel m ON m.id = t.model_id
    JOIN assets_binding b ON b.terminal_id = t.id AND b.ended_at IS NULL
    WHERE t.status = 'live' AND m.kind = ANY(%(kinds)s)
), told AS MATERIALIZED (
    SELECT id, n, last - n * interval '4 hours' AS at, 42 - n AS seq, firmware,
        CASE WHEN has_printer THEN CASE WHEN id %% 97 = 0 THEN 4 + n ELSE
            100 - floor(85 * ((phase + (42 - n) / 6.0 / days) %% 1)) END END AS paper,
        CASE WHEN id %% 3 = 0 AND kind = 'pos' THEN CASE WHEN id %% 131 = 0 THEN 8 + n ELSE 60 + n * 3 + id %% 90 END END AS keys,
        68 + 5 * abs((n + id) %% 12 - 6) AS battery, -58 - (id * 17 + n * 5) %% 32 AS signal,
        CASE WHEN n > 0 THEN false ELSE id = ANY(%(tampered)s::bigint[]) END AS tampered,
        CASE WHEN n = 0 THEN lat + (id %% 7 - 3) * 0.00004 + CASE WHEN id = ANY(%(away)s::bigint[]) THEN 0.03 ELSE 0 END END AS lat,
        CASE WHEN n = 0 THEN lon + (id %% 5 - 2) * 0.00004 END AS lon
    FROM terminal CROSS JOIN generate_series(0, 41) n
), kept AS (
    INSERT INTO assets_reading (
        terminal_id, at, received_at, seq, paper_percent, card_keys_left, battery_percent, signal_dbm, is_tampered, lat, lon
    )
    SELECT id, at, at + interval '2 seconds', seq, paper, keys, battery, signal, tampered, lat, lon FROM told ORDER BY at, id
)
INSERT INTO assets_terminalstate (
    terminal_id, last_heard_at, reported_at, seq, clock_off_s, paper_percent, card_keys_left, battery_percent, signal_dbm,
    is_tampered, firmware, lat, lon
)
SELECT id, at + interval '2 seconds', at, seq, -2, paper, keys, battery, signal, tampered, firmware, lat, lon
FROM told WHERE n = 0
"""


def tell_heartbeats(*, at: datetime) -> None:
    keep_readings(at=at - timedelta(days=7))  # the parts of the days before
    keep_readings(at=at)
    live = list(
        Binding.objects.live()
        .filter(terminal__model__kind__in=KINDS, lat__isnull=False)
        .order_by("terminal__model__kind", "terminal")
        .values_list("terminal", "lat", "lon")
    )
    cells = Counter(cell_of(lat, lon) for _terminal, lat, lon in live)
    dark = {cell for cell, _count in cells.most_common(1)}
    out = [terminal for terminal, lat, lon in live if cell_of(lat, lon) in dark]
    lit = [terminal for terminal, lat, lon in live if cell_of(lat, lon) not in dark and terminal % 211]
    with connection.cursor() as cursor:
        cursor.execute(
            TELL,
            {"at": at, "outage": OUTAGE, "out": out, "kinds": KINDS, "tampered": lit[:1], "away": lit[1:2]},
        )
        cursor.execute("ANALYZE assets_reading, assets_terminalstate")
