from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody waits for it."""

    atomic = False

    dependencies = [("assets", "0004_what_must_be_true")]

    operations = [
        AddIndexConcurrently(
            model_name="terminal",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        ["received", "staged", "keyed", "tested", "returned", "wiped", "issued", "retrieved"],
                    )
                ),
                fields=["region", "since"],
                name="terminal_idle_region",
            ),
        ),
    ]
