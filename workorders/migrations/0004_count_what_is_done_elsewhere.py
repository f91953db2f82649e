import django.db.models.deletion
from django.db import migrations, models


def photo(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="evidence.capture",
        verbose_name=label,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_initial"),
        ("workorders", "0003_index_the_service_date"),
    ]

    operations = [
        migrations.AddField("workorder", "arrival_photo", photo("photo at check-in")),
        migrations.AddField(
            "workorder",
            "completion_distance_m",
            models.FloatField(null=True, verbose_name="distance at completion, metres"),
        ),
        migrations.AddField(
            "workorder",
            "completion_reason",
            models.CharField(blank=True, default="", max_length=200, verbose_name="why completed elsewhere"),
            preserve_default=False,
        ),
        migrations.AddField("workorder", "completion_photo", photo("photo at completion")),
    ]
