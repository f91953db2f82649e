import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q

BATCH = 20_000
FILL = """
UPDATE prospecting_lead AS lead SET last_visited_by_id = last.prospector_id
FROM (
    SELECT DISTINCT ON (lead_id) lead_id, prospector_id FROM prospecting_visit
    WHERE lead_id >= %s AND lead_id < %s ORDER BY lead_id, at DESC
) AS last
WHERE lead.id = last.lead_id AND lead.last_visited_by_id IS NULL
"""


def fill(apps, schema_editor):
    """Each batch in a transaction of its own, so that nobody waits for more than that; can be run again."""
    last = apps.get_model("prospecting", "Lead").objects.aggregate(last=models.Max("pk"))["last"] or 0
    with schema_editor.connection.cursor() as cursor:
        for start in range(1, last + 1, BATCH):
            cursor.execute(FILL, [start, start + BATCH])


class Migration(migrations.Migration):
    """Who visited a lead last stands on it: the funnel looked for it in the visits of each lead."""

    atomic = False  # batches; indexes beside the work that goes on

    dependencies = [
        ("prospecting", "0005_figures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="last_visited_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="visited last by",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddConstraintNotValid(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=Q(last_visited_at=None) | Q(last_visited_by__isnull=False) | Q(status="merged"),
                name="lead_visited_by_somebody",
            ),
        ),
        ValidateConstraint(model_name="lead", name="lead_visited_by_somebody"),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=Q(merged_into=None),
                fields=["created_at"],
                include=("id", "region", "campaign", "cell", "owner", "last_visited_by", "visits_count"),
                name="lead_funnel",
            ),
        ),
        RemoveIndexConcurrently(model_name="lead", name="lead_noted"),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("last_visited_by", None), _negated=True),
                fields=["last_visited_by", "-id"],
                name="lead_visitor",
            ),
        ),
    ]
