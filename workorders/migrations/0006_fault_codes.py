import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def fault_code(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="workorders.faultcode",
        verbose_name=label,
    )


class Migration(migrations.Migration):
    dependencies = [("workorders", "0005_index_what_was_done_elsewhere")]

    operations = [
        migrations.CreateModel(
            name="FaultCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("symptom", "Symptom"), ("cause", "Cause"), ("remedy", "Remedy")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.SlugField(max_length=30, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=80, verbose_name="Chinese name")),
                (
                    "model_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pos", "POS terminal"),
                            ("qr_plate", "QR plate"),
                            ("speaker", "Speaker"),
                            ("scanner", "Scanner"),
                        ],
                        help_text="Empty: every kind.",
                        max_length=10,
                        verbose_name="kind of terminal",
                    ),
                ),
                (
                    "is_other",
                    models.BooleanField(
                        default=False,
                        help_text="Counted, so that a missing code is noticed.",
                        verbose_name="means “other”",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "fault code",
                "verbose_name_plural": "fault codes",
                "ordering": ["kind", "is_other", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "code"), name="fault_code_once"),
                    models.CheckConstraint(
                        condition=Q(kind__in=["symptom", "cause", "remedy"]), name="fault_code_kind"
                    ),
                ],
            },
        ),
        migrations.AddField(
            "workordertype",
            "needs_fault_codes",
            models.BooleanField(
                default=False,
                help_text="Completed only with symptom, cause and remedy.",
                verbose_name="needs fault codes",
            ),
        ),
        migrations.AddField(
            "workorder",
            "needs_fault_codes",
            models.BooleanField(db_default=False, default=False, verbose_name="needs fault codes"),
        ),
        migrations.AddField("workorder", "symptom", fault_code("symptom")),
        migrations.AddField("workorder", "cause", fault_code("cause")),
        migrations.AddField("workorder", "remedy", fault_code("remedy")),
    ]
