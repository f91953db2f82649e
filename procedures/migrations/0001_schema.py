import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    replaces = [
        ("procedures", "0001_initial"),
        ("procedures", "0002_initial"),
        ("procedures", "0003_branch_vary_and_draft"),
    ]

    initial = True

    dependencies = [
        ("evidence", "0001_schema"),
        ("merchants", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        number_sequence("PV"),
        migrations.CreateModel(
            name="Procedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
            ],
            options={
                "verbose_name": "procedure",
                "verbose_name_plural": "procedures",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ProcedureVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("steps", models.JSONField(verbose_name="steps")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="procedures.procedure",
                        verbose_name="procedure",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a procedure",
                "verbose_name_plural": "versions of procedures",
                "ordering": ["procedure", "-number"],
                "constraints": [models.UniqueConstraint(fields=("procedure", "number"), name="procedure_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[("key", "Key account"), ("standard", "Standard"), ("small", "Small")],
                        max_length=10,
                        verbose_name="tier",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="variants",
                        to="procedures.procedure",
                        verbose_name="procedure",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "trade",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.trade",
                        verbose_name="trade",
                    ),
                ),
            ],
            options={
                "verbose_name": "variant",
                "verbose_name_plural": "variants",
                "ordering": ["procedure", "region__path", "tier", "trade__name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("procedure", "region", "tier", "trade"), name="variant_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("region__isnull", False),
                            models.Q(("tier", ""), _negated=True),
                            ("trade__isnull", False),
                            _connector="OR",
                        ),
                        name="variant_of_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VariantVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("changes", models.JSONField(verbose_name="changes")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="procedures.variant",
                        verbose_name="variant",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a variant",
                "verbose_name_plural": "versions of variants",
                "ordering": ["variant", "-number"],
                "constraints": [models.UniqueConstraint(fields=("variant", "number"), name="variant_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "resolved_steps",
                    models.JSONField(
                        help_text="the version's steps with the variants' changes; null: as is", null=True
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="procedures.procedureversion",
                        verbose_name="version",
                    ),
                ),
                (
                    "variant_versions",
                    models.ManyToManyField(
                        blank=True,
                        related_name="runs",
                        to="procedures.variantversion",
                        verbose_name="versions of variants",
                    ),
                ),
            ],
            options={
                "verbose_name": "run",
                "verbose_name_plural": "runs",
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=40, verbose_name="step")),
                ("value", models.JSONField(null=True, verbose_name="value")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("device_at", models.DateTimeField(null=True, verbose_name="time on the device")),
                ("superseded_at", models.DateTimeField(null=True, verbose_name="superseded")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "captures",
                    models.ManyToManyField(
                        blank=True, related_name="answers", to="evidence.capture", verbose_name="captures"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="procedures.run",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("run", "step"),
                        name="one_current_answer_per_step",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("base", models.PositiveIntegerField(help_text="0: from nothing", verbose_name="begun from version")),
                ("steps", models.JSONField(verbose_name="steps")),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="procedures.procedure",
                        verbose_name="procedure",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="procedures.variant",
                        verbose_name="variant",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("by", "procedure", "variant"), name="one_draft_each", nulls_distinct=False
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="procedureversion",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8ca35bcf23a8ab78ce424f38ad8e1c0a03191452",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_87345",
                    table="procedures_procedureversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answer",
            trigger=pgtrigger.compiler.Trigger(
                name="only_superseded",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."run_id" IS DISTINCT FROM (NEW."run_id") OR OLD."step" IS DISTINCT FROM (NEW."step") OR OLD."value" IS DISTINCT FROM (NEW."value") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."device_at" IS DISTINCT FROM (NEW."device_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4f14daddaa93a580344fdd110e2f00d4c3e5c673",
                    operation="UPDATE",
                    pgid="pgtrigger_only_superseded_37d9c",
                    table="procedures_answer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answer",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="9c923a99fb8a202dc42f6e61e6504390638d8a87",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_cbead",
                    table="procedures_answer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variantversion",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6acea1d9c5294e0abd70041c0bc94c0a514b83fc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_e0697",
                    table="procedures_variantversion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
