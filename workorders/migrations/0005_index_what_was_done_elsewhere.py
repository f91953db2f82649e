from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workorders", "0004_count_what_is_done_elsewhere")]

    operations = [
        AddIndexConcurrently(
            "workorder",
            models.Index(
                fields=["-id"],
                name="order_elsewhere",
                condition=~Q(arrival_reason="") | ~Q(completion_reason=""),
            ),
        )
    ]
