import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DAYS = """
CREATE TABLE merchants_merchantday (
    merchant_id bigint NOT NULL,
    cents bigint NOT NULL,
    refunds_cents bigint NOT NULL,
    region_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    day date NOT NULL,
    count integer NOT NULL,
    terminals smallint,
    PRIMARY KEY (merchant_id, day),
    CONSTRAINT merchant_day_not_negative CHECK (count >= 0 AND cents >= 0 AND refunds_cents >= 0)
) PARTITION BY RANGE (day);
CREATE INDEX merchant_day_by_day ON merchants_merchantday
    USING brin (day) WITH (autosummarize = on, pages_per_range = 32);
CREATE TABLE merchants_merchantday_default PARTITION OF merchants_merchantday DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("merchants", "0005_both_sides_of_the_identity_card"),
        ("workforce", "0002_badges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="TransactionBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        help_text="The number of the import, or who called.", max_length=60, verbose_name="source"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="received")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="rows")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch of transactions",
                "verbose_name_plural": "batches of transactions",
                "ordering": ["-id"],
            },
        ),
        migrations.RunSQL(
            DAYS,
            "DROP TABLE merchants_merchantday",  # with all of its parts
            state_operations=[
                migrations.CreateModel(
                    name="MerchantDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "merchant_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("count", models.PositiveIntegerField(verbose_name="transactions")),
                        ("cents", models.BigIntegerField(help_text="Before refunds.", verbose_name="amount, cents")),
                        ("refunds_cents", models.BigIntegerField(default=0, verbose_name="refunds, cents")),
                        (
                            "terminals",
                            models.PositiveSmallIntegerField(null=True, verbose_name="terminals that were used"),
                        ),
                        (
                            "merchant",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="days",
                                to="merchants.merchant",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="workforce.region",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="merchants.transactionbatch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "day with transactions",
                        "verbose_name_plural": "days with transactions",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("cents__gte", 0), ("count__gte", 0), ("refunds_cents__gte", 0)),
                                name="merchant_day_not_negative",
                            )
                        ],
                        "indexes": [
                            django.contrib.postgres.indexes.BrinIndex(
                                autosummarize=True, fields=["day"], name="merchant_day_by_day", pages_per_range=32
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="CityDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("merchants", models.PositiveIntegerField(verbose_name="merchants with transactions")),
                ("count", models.BigIntegerField(verbose_name="transactions")),
                ("cents", models.BigIntegerField(verbose_name="amount, cents")),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="city",
                    ),
                ),
                (
                    "trade",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="merchants.trade",
                        verbose_name="trade",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of a city",
                "verbose_name_plural": "days of cities",
                "indexes": [models.Index(fields=["day"], name="city_day_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("city", "trade", "day"), name="city_day_once", nulls_distinct=False)
                ],
            },
        ),
        migrations.AddIndex(
            model_name="transactionbatch",
            index=models.Index(fields=["source", "-id"], name="batch_source"),
        ),
    ]
