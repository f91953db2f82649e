from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("evidence", "0005_queue_what_was_kept")]

    operations = [
        AddIndexConcurrently(
            "capture",
            models.Index(
                F("dhash").bitrightshift(begin).bitand(65535), name=f"capture_band_{begin}", condition=~Q(dhash=None)
            ),
        )
        for begin in (0, 16, 32, 48)
    ]
