from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The longest in a stage of all regions, without sorting all that are in it."""

    atomic = False

    dependencies = [("prospecting", "0006_last_visitor")]

    operations = [
        AddIndexConcurrently(
            model_name="opportunity",
            index=models.Index(fields=["stage", "stage_since"], name="opportunity_stage"),
        ),
    ]
