import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import toolkit.search
import toolkit.secrets
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    replaces = [("merchants", "0001_initial"), ("merchants", "0002_initial"), ("merchants", "0003_index_places")]

    initial = True

    dependencies = [
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        number_sequence("M"),
        migrations.CreateModel(
            name="ServiceCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                (
                    "weekly",
                    models.JSONField(
                        help_text='{"0": [["09:00", "12:00"], ["13:00", "18:00"]], …}; 0 is Monday; "24:00" is midnight.',
                        verbose_name="hours by weekday",
                    ),
                ),
            ],
            options={
                "verbose_name": "service calendar",
                "verbose_name_plural": "service calendars",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Trade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
            ],
            options={
                "verbose_name": "trade",
                "verbose_name_plural": "trades",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Merchant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="The merchant's number in the system it came from.",
                        max_length=60,
                        verbose_name="outside number",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "tier",
                    models.CharField(
                        choices=[("key", "Key account"), ("standard", "Standard"), ("small", "Small")],
                        default="standard",
                        max_length=10,
                        verbose_name="tier",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("onboarding", "Onboarding"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("closed", "Closed"),
                        ],
                        default="active",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("lat", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                ("lon", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("location_accuracy_m", models.FloatField(blank=True, null=True, verbose_name="accuracy, metres")),
                (
                    "location_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("device", "Measured on site"),
                            ("import", "From an import"),
                            ("map", "Set on the map"),
                        ],
                        max_length=8,
                        verbose_name="source of the position",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=toolkit.search.Bigrams(
                            django.db.models.functions.text.Concat(
                                models.F("name"),
                                models.Value("\n"),
                                models.F("address"),
                                models.Value("\n"),
                                models.F("number"),
                                models.Value("\n"),
                                models.F("external_id"),
                                models.Value("\n"),
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.TextField(), size=None
                        ),
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="merchants.merchant",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="merchants.merchant",
                        verbose_name="head office",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merchants",
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
                        related_name="merchants",
                        to="merchants.trade",
                        verbose_name="trade",
                    ),
                ),
            ],
            options={
                "verbose_name": "merchant",
                "verbose_name_plural": "merchants",
                "ordering": ["-id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="merchant_bigrams"),
                    models.Index(fields=["region", "-id"], name="merchant_region"),
                    models.Index(fields=["name", "id"], name="merchant_by_name"),
                    models.Index(fields=["trade", "-id"], name="merchant_trade"),
                    models.Index(fields=["status", "-id"], name="merchant_status"),
                    models.Index(fields=["tier", "-id"], name="merchant_tier"),
                    models.Index(fields=["lat", "lon"], name="merchant_place"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("external_id",),
                        name="merchant_external_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parent", models.F("pk")), _negated=True),
                        name="merchant_not_its_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lat", None), ("lon", None)),
                            models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                            _connector="OR",
                        ),
                        name="merchant_place_on_earth",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "service_level",
                    models.CharField(
                        choices=[("basic", "Basic"), ("plus", "Plus"), ("premium", "Premium")],
                        default="basic",
                        max_length=10,
                        verbose_name="service level",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                (
                    "monthly_fee",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="monthly fee"
                    ),
                ),
                ("currency", models.CharField(default="CNY", max_length=3)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contracts",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
            ],
            options={
                "verbose_name": "contract",
                "verbose_name_plural": "contracts",
                "ordering": ["-starts_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="contract_ends_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone", toolkit.secrets.EncryptedTextField(blank=True, default="", verbose_name="phone")),
                ("phone_index", models.CharField(blank=True, db_index=True, editable=False, max_length=32)),
                (
                    "phone_grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, editable=False, size=None
                    ),
                ),
                ("phone_last4", models.CharField(blank=True, editable=False, max_length=4)),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                ("role", models.CharField(blank=True, max_length=60, verbose_name="position")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="mail address")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("zh-hans", "简体中文")],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("is_primary", models.BooleanField(default=False, verbose_name="main contact")),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
                "ordering": ["-is_primary", "pk"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["phone_grams"], name="contact_phone_grams")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)), fields=("merchant",), name="one_main_contact"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(verbose_name="day")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("hours", models.JSONField(blank=True, default=list, help_text="Empty: closed.", verbose_name="hours")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="merchants.servicecalendar",
                        verbose_name="service calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "day that differs",
                "verbose_name_plural": "days that differ",
                "ordering": ["date"],
                "constraints": [models.UniqueConstraint(fields=("calendar", "date"), name="calendar_day_once")],
            },
        ),
    ]
