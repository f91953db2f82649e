"""What was in stock was ready to be issued: it counts as tested. Custody is written from bindings and journal, as far as
they know; where they do not lead to the state of today, a last row says that it was taken over.

By 20,000 terminals in a transaction each, so that nobody waits; where it is stopped it goes on.
"""

from django.db import connection, migrations, transaction

HEAP = 20_000

STEPS = {
    "assets.receive_terminal": ("receive", "tested"),
    "assets.issue_terminal": ("issue", "issued"),
    "assets.take_back_terminal": ("take_back", "tested"),
    "assets.bind_terminal": ("bind", "live"),
    "assets.unbind_terminal": ("unbind", "returned"),
    "assets.scrap_terminal": ("scrap", "scrapped"),
}

# Who is known by name only is known where nobody else is called that.
HISTORY = """
INSERT INTO assets_custody (terminal_id, step, at, by_id, from_status, from_holder_id, from_binding_id, status, holder_id,
                            binding_id, region_id, order_number, run, note)
SELECT terminal_id, step, at, actor_id,
       COALESCE(LAG(status) OVER life, ''), LAG(holder_id) OVER life, LAG(binding_id) OVER life,
       status, holder_id, binding_id, region_id, '', '', note
FROM (
    SELECT e.id, e.subject_id AS terminal_id, s.step, e.at, e.actor_id, left(e.note, 200) AS note, t.region_id,
           CASE WHEN s.step = 'bind' AND b.id IS NULL THEN 'tested'
                WHEN s.step = 'unbind' AND p.id IS NOT NULL THEN 'retrieved'
                WHEN s.step = 'issue' AND p.id IS NULL THEN 'tested'
                ELSE s.status END AS status,
           CASE WHEN s.step IN ('issue', 'unbind') THEN p.id END AS holder_id,
           CASE WHEN s.step = 'bind' THEN b.id END AS binding_id
    FROM journal_entry e
    JOIN assets_terminal t ON t.id = e.subject_id
    JOIN (VALUES %(steps)s) AS s (verb, step, status) ON s.verb = e.verb
    LEFT JOIN assets_binding b ON s.step = 'bind' AND b.terminal_id = t.id AND b.started_at = e.at
    LEFT JOIN (SELECT name, min(id) AS id FROM workforce_user GROUP BY name HAVING count(*) = 1) p
           ON p.name = e.changes->'holder'->>1
    WHERE e.subject_type = 'assets.terminal' AND e.subject_id >= %(low)s AND e.subject_id < %(high)s
) known
WINDOW life AS (PARTITION BY terminal_id ORDER BY at, id)
"""
STATES = """
UPDATE assets_terminal t SET
    status = n.status,
    since = n.since,
    tested_at = CASE WHEN n.status IN ('tested', 'issued', 'live') THEN COALESCE(n.known_at, t.received_on::timestamptz) END
FROM (
    SELECT t.id, l.at AS known_at, COALESCE(l.at, b.started_at, t.received_on::timestamptz) AS since,
           CASE WHEN t.status = 'in_stock' THEN 'tested'
                WHEN t.status = 'issued' AND l.step = 'unbind' THEN 'retrieved'
                ELSE t.status END AS status
    FROM assets_terminal t
    LEFT JOIN assets_binding b ON b.terminal_id = t.id AND b.ended_at IS NULL
    LEFT JOIN LATERAL (
        SELECT at, step FROM assets_custody c WHERE c.terminal_id = t.id ORDER BY at DESC, id DESC LIMIT 1
    ) l ON true
    WHERE t.id >= %(low)s AND t.id < %(high)s
) n
WHERE n.id = t.id
"""
# a live terminal without a live binding, which no constraint forbade, comes out as returned
REST = """
INSERT INTO assets_custody (terminal_id, step, at, from_status, status, holder_id, binding_id, region_id, order_number, run, note)
SELECT t.id, 'take_over', GREATEST(t.since, l.at), COALESCE(l.status, ''), t.status, t.holder_id, b.id, t.region_id, '', '', ''
FROM assets_terminal t
LEFT JOIN assets_binding b ON b.terminal_id = t.id AND b.ended_at IS NULL AND t.status = 'live'
LEFT JOIN LATERAL (
    SELECT status, holder_id, binding_id, at FROM assets_custody c WHERE c.terminal_id = t.id ORDER BY at DESC, id DESC LIMIT 1
) l ON true
WHERE t.id >= %(low)s AND t.id < %(high)s AND NOT (t.status = 'live' AND b.id IS NULL)
  AND (l.status, l.holder_id, l.binding_id) IS DISTINCT FROM (t.status, t.holder_id, b.id)
"""


def heaps(apps):
    ids = apps.get_model("assets", "Terminal").objects.order_by("pk").values_list("pk", flat=True)
    first, last = (ids.first(), ids.last())
    for low in range(first, last + 1, HEAP) if first else ():
        yield {"low": low, "high": low + HEAP}


def forwards(apps, schema_editor):
    steps = ", ".join(f"('{verb}', '{step}', '{status}')" for verb, (step, status) in STEPS.items())
    apps.get_model("assets", "TerminalModel").objects.exclude(kind="pos").update(needs_keys=False)
    for heap in heaps(apps):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM assets_custody WHERE terminal_id >= %(low)s AND terminal_id < %(high)s)", heap)
            if cursor.fetchone()[0]:
                continue
            cursor.execute(HISTORY.replace("%(steps)s", steps), heap)
            cursor.execute(STATES, heap)
            cursor.execute(REST, heap)


def backwards(apps, schema_editor):
    """Custody goes with its table."""
    for heap in heaps(apps):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE assets_terminal
                SET status = CASE WHEN status = 'retrieved' THEN 'issued' ELSE 'in_stock' END
                WHERE id >= %(low)s AND id < %(high)s
                  AND status IN ('received', 'staged', 'keyed', 'tested', 'wiped', 'retrieved')
                """,
                heap,
            )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("assets", "0002_life_of_a_terminal"), ("journal", "0001_schema"), ("workforce", "0001_schema")]

    operations = [migrations.RunPython(forwards, backwards)]
