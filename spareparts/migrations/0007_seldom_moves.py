from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody waits for it."""

    atomic = False

    dependencies = [("spareparts", "0006_check_moves_of_channels")]

    operations = [
        AddIndexConcurrently(
            model_name="movement",
            index=models.Index(
                condition=models.Q(("kind__in", ["return", "adjust", "scrap"])),
                fields=["kind", "-id"],
                name="movement_seldom",
            ),
        ),
    ]
