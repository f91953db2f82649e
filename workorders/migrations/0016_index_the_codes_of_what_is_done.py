from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workorders", "0015_index_warnings")]

    operations = [
        AddIndexConcurrently(
            "workorder",
            models.Index(
                fields=["completed_at"],
                include=["region", "symptom", "cause", "remedy"],
                name="order_coded",
                condition=Q(symptom__isnull=False),
            ),
        )
    ]
