import django.db.models.deletion
import django.db.models.expressions
import evidence.models
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("evidence", "0001_initial"),
        ("evidence", "0002_initial"),
        ("evidence", "0003_uploads"),
        ("evidence", "0004_seal_captures"),
        ("evidence", "0005_queue_what_was_kept"),
        ("evidence", "0006_index_bands_of_pictures"),
    ]

    initial = True

    dependencies = [
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Capture",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("photo", "Photo"),
                            ("signature", "Signature"),
                            ("video", "Video"),
                            ("audio", "Sound recording"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("camera", "Camera"),
                            ("gallery", "Gallery"),
                            ("drawn", "Drawn on the screen"),
                            ("unknown", "Unknown"),
                        ],
                        default="unknown",
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                ("taken_at", models.DateTimeField(help_text="by the device's clock", null=True, verbose_name="taken")),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("accuracy_m", models.FloatField(null=True)),
                ("device", models.UUIDField(help_text="installation of the app", null=True, verbose_name="device")),
                (
                    "challenge",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="shown while it was taken",
                        max_length=12,
                        verbose_name="challenge code",
                    ),
                ),
                ("original", models.FileField(max_length=120, upload_to=evidence.models.original_path)),
                (
                    "shown",
                    models.FileField(
                        blank=True,
                        help_text="made when first looked at",
                        max_length=120,
                        upload_to=evidence.models.shown_path,
                    ),
                ),
                ("sha256", models.CharField(db_index=True, help_text="of the original, hex", max_length=64)),
                ("size", models.PositiveIntegerField(help_text="of the original, bytes")),
                (
                    "mime",
                    models.CharField(blank=True, db_default="", default="", help_text="by content", max_length=40),
                ),
                ("duration_s", models.FloatField(null=True)),
                ("dhash", models.BigIntegerField(help_text="toolkit.pictures.difference_hash of a photo", null=True)),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "capture",
                "verbose_name_plural": "captures",
                "ordering": ["received_at"],
                "indexes": [
                    models.Index(
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("dhash"), ">>", models.Value(0)),
                            "&",
                            models.Value(65535),
                        ),
                        condition=models.Q(("dhash", None), _negated=True),
                        name="capture_band_0",
                    ),
                    models.Index(
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("dhash"), ">>", models.Value(16)),
                            "&",
                            models.Value(65535),
                        ),
                        condition=models.Q(("dhash", None), _negated=True),
                        name="capture_band_16",
                    ),
                    models.Index(
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("dhash"), ">>", models.Value(32)),
                            "&",
                            models.Value(65535),
                        ),
                        condition=models.Q(("dhash", None), _negated=True),
                        name="capture_band_32",
                    ),
                    models.Index(
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("dhash"), ">>", models.Value(48)),
                            "&",
                            models.Value(65535),
                        ),
                        condition=models.Q(("dhash", None), _negated=True),
                        name="capture_band_48",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Unsealed",
            fields=[
                (
                    "capture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="unsealed",
                        serialize=False,
                        to="evidence.capture",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                (
                    "capture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="evidence.capture"
                    ),
                ),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("photo", "Photo"),
                            ("signature", "Signature"),
                            ("video", "Video"),
                            ("audio", "Sound recording"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("camera", "Camera"),
                            ("gallery", "Gallery"),
                            ("drawn", "Drawn on the screen"),
                            ("unknown", "Unknown"),
                        ],
                        default="unknown",
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                ("taken_at", models.DateTimeField(help_text="by the device's clock", null=True, verbose_name="taken")),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("accuracy_m", models.FloatField(null=True)),
                ("device", models.UUIDField(help_text="installation of the app", null=True, verbose_name="device")),
                (
                    "challenge",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="shown while it was taken",
                        max_length=12,
                        verbose_name="challenge code",
                    ),
                ),
                ("size", models.PositiveIntegerField(help_text="as announced, bytes")),
                ("sha256", models.CharField(help_text="as announced, hex", max_length=64)),
                ("mime", models.CharField(blank=True, help_text="as announced", max_length=80)),
                ("offset", models.PositiveIntegerField(default=0, help_text="bytes that have arrived")),
                ("pieces", models.JSONField(default=list, help_text="names of their files")),
                ("refusal", models.CharField(blank=True, max_length=300)),
                ("begun_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "capture",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="evidence.capture"
                    ),
                ),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "indexes": [models.Index(fields=["touched_at"], name="upload_touched")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="capture",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."taken_at" IS DISTINCT FROM (NEW."taken_at") OR OLD."lat" IS DISTINCT FROM (NEW."lat") OR OLD."lon" IS DISTINCT FROM (NEW."lon") OR OLD."accuracy_m" IS DISTINCT FROM (NEW."accuracy_m") OR OLD."device" IS DISTINCT FROM (NEW."device") OR OLD."challenge" IS DISTINCT FROM (NEW."challenge") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."original" IS DISTINCT FROM (NEW."original") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."mime" IS DISTINCT FROM (NEW."mime") OR OLD."duration_s" IS DISTINCT FROM (NEW."duration_s") OR OLD."dhash" IS DISTINCT FROM (NEW."dhash") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c13c212502e62f24daaba21e32bcde7fa1ed5c3a",
                    operation="UPDATE",
                    pgid="pgtrigger_never_changed_37a5d",
                    table="evidence_capture",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="capture",
            trigger=pgtrigger.compiler.Trigger(
                name="shown_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."shown" > \'\' AND OLD."shown" IS DISTINCT FROM (NEW."shown"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="148038f3c7c160854f941b579c0d29d3a9cb4282",
                    operation="UPDATE",
                    pgid="pgtrigger_shown_once_7de9e",
                    table="evidence_capture",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="capture",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="243faef967da81c2cca40f016d4552541bf4c2f4",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_150f5",
                    table="evidence_capture",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="capture",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate evidence';",
                    hash="cd4c82366a55456d700e91edd7d9704e9c390fd3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_29196",
                    table="evidence_capture",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="capture",
            trigger=pgtrigger.compiler.Trigger(
                name="waits_for_seal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO evidence_unsealed (capture_id) VALUES (NEW.id); RETURN NULL;",
                    hash="f4bac750de94c7c2af16dd5cdcd422777b3dfec8",
                    operation="INSERT",
                    pgid="pgtrigger_waits_for_seal_850a5",
                    table="evidence_capture",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="seal",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f52647bbdc0502ff0f235a7b90178ccd7a53d1a0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_a4a4c",
                    table="evidence_seal",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="seal",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate evidence';",
                    hash="da00d0b25da5f3acb529b27d5c998b0973864cac",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_cdfee",
                    table="evidence_seal",
                    when="BEFORE",
                ),
            ),
        ),
    ]
