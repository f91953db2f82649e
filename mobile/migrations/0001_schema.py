import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("mobile", "0001_phones_and_late_work")]

    initial = True

    dependencies = [
        ("evidence", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
        ("workorders", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("first_seen_at", models.DateTimeField(verbose_name="first seen")),
                ("seen_at", models.DateTimeField(verbose_name="last seen")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone",
                "verbose_name_plural": "phones",
                "ordering": ["-seen_at"],
            },
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=60)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("applied", "Done"),
                            ("refused", "Refused"),
                            ("conflict", "Conflict"),
                            ("parked", "Sent in too late"),
                        ],
                        max_length=8,
                    ),
                ),
                ("device_at", models.DateTimeField(help_text="by the phone's clock, corrected by its skew")),
                (
                    "is_time_doubtful",
                    models.BooleanField(default=False, help_text="in the future or older than a week: not believed"),
                ),
                ("received_at", models.DateTimeField()),
                (
                    "answer",
                    models.BigIntegerField(help_text="id of the answer of the checklist that it made", null=True),
                ),
                (
                    "device",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operations",
                        to="mobile.device",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "operation",
                "verbose_name_plural": "operations",
                "indexes": [
                    models.Index(
                        condition=models.Q(("answer", None), _negated=True), fields=["answer"], name="operation_answer"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Parked",
            fields=[
                ("id", models.UUIDField(help_text="of the operation", primary_key=True, serialize=False)),
                ("kind", models.CharField(help_text="name of the command", max_length=30, verbose_name="what")),
                ("payload", models.JSONField(help_text="fields of the command's form")),
                ("device_at", models.DateTimeField(verbose_name="time on the device")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("cancelled", "The order had been cancelled"),
                            ("reassigned", "The order had gone to somebody else"),
                            ("over", "The order was already completed"),
                        ],
                        max_length=10,
                        verbose_name="why too late",
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[("taken_over", "Taken over"), ("dismissed", "Dismissed")],
                        max_length=10,
                        verbose_name="how settled",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
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
                        blank=True, related_name="parked", to="evidence.capture", verbose_name="captures"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parked",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "work sent in too late",
                "verbose_name_plural": "work sent in too late",
                "ordering": ["-received_at"],
                "indexes": [
                    models.Index(fields=["order", "-received_at"], name="parked_order"),
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["-received_at"], name="parked_unsettled"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how", ""), ("settled_at", None)),
                            models.Q(("settled_at__isnull", False), models.Q(("how", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="parked_is_settled_somehow",
                    )
                ],
            },
        ),
    ]
