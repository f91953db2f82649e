from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody waits for it."""

    atomic = False

    dependencies = [("spareparts", "0007_seldom_moves")]

    operations = [
        AddIndexConcurrently(
            model_name="handover",
            index=models.Index(
                condition=models.Q(("order_number", ""), _negated=True), fields=["order_number"], name="handover_order"
            ),
        ),
    ]
