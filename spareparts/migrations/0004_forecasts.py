import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("spareparts", "0003_check_old_moves"),
        ("workforce", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("movement", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "mark in the stock ledger",
                "verbose_name_plural": "marks in the stock ledger",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_ledger_mark")],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="month")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("smooth", "Smooth"),
                            ("intermittent", "Intermittent"),
                            ("erratic", "Erratic"),
                            ("lumpy", "Lumpy"),
                            ("new", "New"),
                        ],
                        max_length=12,
                        verbose_name="pattern of use",
                    ),
                ),
                (
                    "used",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(null=True), size=None, verbose_name="used so far"
                    ),
                ),
                ("terminals", models.PositiveIntegerField(verbose_name="live terminals it fits")),
                ("monthly", models.DecimalField(decimal_places=4, max_digits=12, verbose_name="expected a month")),
                ("spread", models.DecimalField(decimal_places=4, max_digits=12)),
                (
                    "quantile",
                    models.DecimalField(decimal_places=4, max_digits=5, verbose_name="enough with a probability of"),
                ),
                ("reorder_point", models.PositiveIntegerField(verbose_name="suggested reorder point")),
                ("order_up_to", models.PositiveIntegerField(verbose_name="suggested order up to")),
                (
                    "pinball",
                    models.DecimalField(decimal_places=4, max_digits=12, null=True, verbose_name="pinball loss"),
                ),
                (
                    "fill_rate",
                    models.DecimalField(decimal_places=4, max_digits=12, null=True, verbose_name="fill rate"),
                ),
                ("level", models.DecimalField(decimal_places=4, max_digits=12, null=True, verbose_name="mean level")),
                (
                    "naive_pinball",
                    models.DecimalField(
                        decimal_places=4, max_digits=12, null=True, verbose_name="pinball loss of twice the mean"
                    ),
                ),
                (
                    "naive_fill_rate",
                    models.DecimalField(
                        decimal_places=4, max_digits=12, null=True, verbose_name="fill rate of twice the mean"
                    ),
                ),
                (
                    "naive_level",
                    models.DecimalField(
                        decimal_places=4, max_digits=12, null=True, verbose_name="mean level of twice the mean"
                    ),
                ),
                ("computed_at", models.DateTimeField(verbose_name="computed")),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="spareparts.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "forecast",
                "verbose_name_plural": "forecasts",
                "ordering": ["part__name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "month", "part"), name="forecast_once"),
                    models.CheckConstraint(
                        condition=models.Q(("order_up_to__gte", models.F("reorder_point"))), name="forecast_fills_up"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("monthly", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="expected a month")),
                ("reorder_point", models.PositiveIntegerField(verbose_name="suggested reorder point")),
                ("order_up_to", models.PositiveIntegerField(verbose_name="suggested order up to")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("until", models.DateField(verbose_name="until")),
                ("set_at", models.DateTimeField(verbose_name="set")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="spareparts.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "figure set for a forecast",
                "verbose_name_plural": "figures set for forecasts",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["part", "region", "-id"], name="forecast_edit_part")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("part", "region"), name="one_forecast_edit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="forecast_edit_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly__gte", 0), ("order_up_to__gte", models.F("reorder_point"))),
                        name="forecast_edit_fills_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="month")),
                ("came", models.BigIntegerField(verbose_name="came")),
                ("came_value", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="value of what came")),
                ("went", models.BigIntegerField(verbose_name="went")),
                ("went_value", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="value of what went")),
                ("received", models.BigIntegerField(verbose_name="received")),
                (
                    "received_value",
                    models.DecimalField(decimal_places=2, max_digits=16, verbose_name="value of what was received"),
                ),
                ("used", models.BigIntegerField(verbose_name="used")),
                (
                    "used_value",
                    models.DecimalField(decimal_places=2, max_digits=16, verbose_name="value of what was used"),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="stock location",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock of a month",
                "verbose_name_plural": "stock by month",
                "indexes": [models.Index(fields=["place", "month"], name="stock_month_place")],
                "constraints": [models.UniqueConstraint(fields=("part", "place", "month"), name="stock_month_once")],
            },
        ),
    ]
