from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A plan's rounds by week and state are read from the index alone; lists are ordered by day."""

    atomic = False

    dependencies = [("inspections", "0001_schema")]

    operations = [
        migrations.AlterField(
            model_name="inspectionplan",
            name="criteria",
            field=models.JSONField(
                blank=True, default=dict, help_text="inspections.criteria.Criteria", verbose_name="which merchants"
            ),
        ),
        AddIndexConcurrently(
            model_name="inspection",
            index=models.Index(fields=["plan", "planned_on", "state"], name="inspection_round"),
        ),
        AddIndexConcurrently(
            model_name="inspection",
            index=models.Index(fields=["state", "planned_on", "id"], name="inspection_state"),
        ),
        AddIndexConcurrently(
            model_name="inspection",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "open"])),
                fields=["planned_on", "id"],
                name="inspection_ahead",
            ),
        ),
        RemoveIndexConcurrently(model_name="inspection", name="inspection_load"),
    ]
