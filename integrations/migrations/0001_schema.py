import django.db.models.deletion
import toolkit.sealed_files
import toolkit.secrets
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    replaces = [
        ("integrations", "0001_initial"),
        ("integrations", "0002_initial"),
        ("integrations", "0003_say_the_datum_of_coordinates"),
        ("integrations", "0004_keep_what_was_read"),
        ("integrations", "0005_seal_what_was_read"),
    ]

    initial = True

    dependencies = [
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        number_sequence("IM"),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("merchants", "Merchants"), ("terminals", "Terminals")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("filename", models.CharField(max_length=200, verbose_name="file name")),
                (
                    "table",
                    models.FileField(
                        editable=False,
                        max_length=200,
                        storage=toolkit.sealed_files.SealedStorage,
                        upload_to="imports/%Y/%m/",
                    ),
                ),
                (
                    "datum",
                    models.CharField(
                        choices=[("wgs84", "WGS-84 (GPS)"), ("gcj02", "GCJ-02 (高德, 腾讯)"), ("bd09", "BD-09 (百度)")],
                        default="wgs84",
                        max_length=5,
                        verbose_name="coordinates are",
                    ),
                ),
                (
                    "mapping",
                    models.JSONField(default=dict, help_text="{our field: their header}", verbose_name="columns"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "Columns to be mapped"),
                            ("checking", "Dry run"),
                            ("checked", "Checked"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="uploaded",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("created", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("updated", models.PositiveIntegerField(default=0, verbose_name="changed")),
                ("unchanged", models.PositiveIntegerField(default=0, verbose_name="unchanged")),
                ("failed", models.PositiveIntegerField(default=0, verbose_name="with errors")),
                ("warned", models.PositiveIntegerField(default=0, verbose_name="with remarks")),
                ("failure", models.CharField(blank=True, max_length=300, verbose_name="what went wrong")),
                ("created_at", models.DateTimeField(verbose_name="uploaded")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        help_text="For rows whose region is not known.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                ("is_error", models.BooleanField(verbose_name="error")),
                ("messages", models.JSONField(verbose_name="what is wrong")),
                (
                    "values",
                    toolkit.secrets.EncryptedJSONField(help_text="as it stands in the file", verbose_name="row"),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="integrations.import"
                    ),
                ),
            ],
            options={
                "verbose_name": "row of an import",
                "verbose_name_plural": "rows of imports",
                "ordering": ["line"],
                "constraints": [models.UniqueConstraint(fields=("job", "line"), name="import_row_once")],
            },
        ),
    ]
