"""What orders teach about the next ones."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from workorders.models import PartUse

LOOKS_BACK = timedelta(days=365)
HOLDS_FOR = timedelta(hours=20)
LOCK = 7_301  # of advisory locks: one worker is enough

# one pass over the orders done and the parts they used up; a circle that leaves something open is not one of its own
LEARN = """
WITH done AS MATERIALIZED (
    SELECT o.id, o.number, o.type_id, t.model_id, o.symptom_id
    FROM workorders_workorder o LEFT JOIN assets_terminal t ON t.id = o.terminal_id
    WHERE o.service_date >= %(since)s::date AND o.completed_at <= %(at)s AND o.status IN ('completed', 'closed')
), used AS (
    SELECT DISTINCT done.id, done.type_id, done.model_id, done.symptom_id, m.part_id
    FROM done JOIN spareparts_movement m ON m.order_number = done.number AND m.kind = 'use' AND m.order_number <> ''
), counted AS (
    SELECT type_id, model_id, symptom_id, NULL::bigint AS part_id, count(*) AS orders,
           grouping(model_id) AS of_models, grouping(symptom_id) AS of_symptoms
    FROM done
    GROUP BY GROUPING SETS ((type_id), (type_id, model_id), (type_id, symptom_id), (type_id, model_id, symptom_id))
    UNION ALL
    SELECT type_id, model_id, symptom_id, part_id, count(*), grouping(model_id), grouping(symptom_id)
    FROM used
    GROUP BY GROUPING SETS ((type_id, part_id), (type_id, model_id, part_id), (type_id, symptom_id, part_id),
                            (type_id, model_id, symptom_id, part_id))
)
INSERT INTO workorders_partuse (type_id, model_id, symptom_id, part_id, orders, learned_at)
SELECT type_id, model_id, symptom_id, part_id, orders, %(at)s FROM counted
WHERE (of_models = 1 OR model_id IS NOT NULL) AND (of_symptoms = 1 OR symptom_id IS NOT NULL)
"""


def learn_part_use(*, at: datetime) -> int:
    """Once a day, however often it is called. Returns how many rows there are now, 0 when nothing was to be done."""
    if PartUse.objects.filter(learned_at__gt=at - HOLDS_FOR).exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        PartUse.objects.all().delete()
        cursor.execute(LEARN, {"since": (at - LOOKS_BACK).date(), "at": at})
        return cursor.rowcount
