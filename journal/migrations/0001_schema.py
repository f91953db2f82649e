import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("journal", "0001_initial")]

    initial = True

    dependencies = [
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Command",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("answer", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "command",
                "verbose_name_plural": "commands",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["at"], name="command_at")
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("device_at", models.DateTimeField(null=True, verbose_name="time on the device")),
                ("verb", models.CharField(max_length=80, verbose_name="what")),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("subject_label", models.CharField(blank=True, max_length=120, verbose_name="subject")),
                ("merchant_id", models.BigIntegerField(null=True)),
                ("changes", models.JSONField(default=dict, help_text="{field: [before, after]}")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "journal entry",
                "verbose_name_plural": "journal entries",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "-id"], name="entry_subject"),
                    models.Index(
                        condition=models.Q(("merchant_id", None), _negated=True),
                        fields=["merchant_id", "-id"],
                        name="entry_merchant",
                    ),
                    models.Index(fields=["actor", "-id"], name="entry_actor"),
                    django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["at"], name="entry_at"),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f8d2686aee18e0017a4918c2c76e6439d053d918",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_788f9",
                    table="journal_entry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entry",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate the journal';",
                    hash="227288c716a7f028c40ef0853a6e36c95b2666c3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_6517e",
                    table="journal_entry",
                    when="BEFORE",
                ),
            ),
        ),
    ]
