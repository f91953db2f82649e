import assets.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import toolkit.search
import toolkit.secrets
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    replaces = [
        ("assets", "0001_initial"),
        ("assets", "0002_initial"),
        ("assets", "0003_index_live_bindings"),
        ("assets", "0004_freeze_credit_code_and_account"),
    ]

    initial = True

    dependencies = [
        ("merchants", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        number_sequence("ST"),
        number_sequence("SS"),
        migrations.CreateModel(
            name="StickerSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("count", models.PositiveSmallIntegerField(verbose_name="stickers")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "sticker sheet",
                "verbose_name_plural": "sticker sheets",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="TerminalModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("maker", models.CharField(max_length=60, verbose_name="maker")),
                ("name", models.CharField(max_length=60, verbose_name="type")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pos", "POS terminal"),
                            ("qr_plate", "QR plate"),
                            ("speaker", "Speaker"),
                            ("scanner", "Scanner"),
                        ],
                        default="pos",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("has_card_reader", models.BooleanField(default=True, verbose_name="card reader")),
                ("has_printer", models.BooleanField(default=True, verbose_name="printer")),
            ],
            options={
                "verbose_name": "terminal model",
                "verbose_name_plural": "terminal models",
                "ordering": ["maker", "name"],
                "constraints": [models.UniqueConstraint(fields=("maker", "name"), name="terminal_model_once")],
            },
        ),
        migrations.CreateModel(
            name="Terminal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=40, unique=True, verbose_name="serial number")),
                ("tid", models.CharField(blank=True, max_length=20, verbose_name="terminal number (TID)")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("in_stock", "In stock"),
                            ("issued", "In a bag"),
                            ("live", "At a merchant"),
                            ("returned", "Returned"),
                            ("scrapped", "Scrapped"),
                        ],
                        default="in_stock",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received")),
                ("firmware", models.CharField(blank=True, max_length=30, verbose_name="firmware")),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=toolkit.search.Bigrams(
                            django.db.models.functions.text.Concat(
                                models.F("serial"),
                                models.Value("\n"),
                                models.F("tid"),
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
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terminals_held",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="in the bag of",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terminals",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terminals",
                        to="assets.terminalmodel",
                        verbose_name="model",
                    ),
                ),
            ],
            options={
                "verbose_name": "terminal",
                "verbose_name_plural": "terminals",
                "ordering": ["-id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="terminal_bigrams"),
                    models.Index(fields=["region", "-id"], name="terminal_region"),
                    models.Index(fields=["model", "-id"], name="terminal_model"),
                    models.Index(fields=["status", "-id"], name="terminal_status"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("tid", ""), _negated=True), fields=("tid",), name="terminal_tid_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holder__isnull", False), ("status", "issued")),
                            models.Q(models.Q(("status", "issued"), _negated=True), ("holder", None)),
                            _connector="OR",
                        ),
                        name="terminal_issued_has_a_holder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sticker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(default=assets.models.new_token, editable=False, max_length=24, unique=True),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("bound_at", models.DateTimeField(blank=True, null=True, verbose_name="bound")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="voided")),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stickers",
                        to="assets.stickersheet",
                        verbose_name="sticker sheet",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stickers",
                        to="assets.terminal",
                        verbose_name="terminal",
                    ),
                ),
            ],
            options={
                "verbose_name": "sticker",
                "verbose_name_plural": "stickers",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("terminal__isnull", False), ("voided_at", None)),
                        fields=("terminal",),
                        name="one_sticker_per_terminal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Binding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(verbose_name="from")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("end_reason", models.CharField(blank=True, max_length=200, verbose_name="why it ended")),
                ("tid", models.CharField(blank=True, max_length=20, verbose_name="terminal number (TID)")),
                ("acquirer_code", models.CharField(blank=True, max_length=20, verbose_name="acquirer code")),
                ("merchant_code", models.CharField(blank=True, max_length=20, verbose_name="merchant code")),
                ("credit_code", models.CharField(blank=True, max_length=18, verbose_name="credit code")),
                (
                    "settlement_account",
                    toolkit.secrets.EncryptedTextField(blank=True, default="", verbose_name="settlement account"),
                ),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("lat", models.FloatField(blank=True, null=True)),
                ("lon", models.FloatField(blank=True, null=True)),
                (
                    "bound_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="bound by",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bindings",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bindings",
                        to="assets.terminal",
                        verbose_name="terminal",
                    ),
                ),
            ],
            options={
                "verbose_name": "binding",
                "verbose_name_plural": "bindings",
                "ordering": ["-started_at"],
                "indexes": [
                    models.Index(fields=["merchant", "-started_at"], name="binding_merchant"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["merchant"], name="binding_live_at_merchant"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("terminal",),
                        name="one_live_binding_per_terminal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("started_at")), _connector="OR"
                        ),
                        name="binding_ends_after_start",
                    ),
                ],
            },
        ),
    ]
