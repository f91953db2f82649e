import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("spareparts", "0001_initial")]

    initial = True

    dependencies = [
        ("merchants", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=80, verbose_name="Chinese name")),
                (
                    "unit",
                    models.CharField(
                        choices=[("piece", "piece"), ("set", "set"), ("roll", "roll"), ("metre", "metre")],
                        default="piece",
                        max_length=10,
                        verbose_name="unit",
                    ),
                ),
                (
                    "is_serialised",
                    models.BooleanField(
                        default=False, help_text="It is still counted here.", verbose_name="each has a serial number"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "spare part",
                "verbose_name_plural": "spare parts",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("depot", "Depot"), ("bag", "Bag"), ("other", "Other")],
                        default="depot",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("lat", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                ("lon", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: always open.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.servicecalendar",
                        verbose_name="opening hours",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bag",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
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
            ],
            options={
                "verbose_name": "stock location",
                "verbose_name_plural": "stock locations",
                "ordering": ["kind", "name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "bag"), ("person__isnull", False), ("region", None)),
                            models.Q(
                                models.Q(("kind", "bag"), _negated=True),
                                ("person", None),
                                ("region__isnull", False),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="place_is_a_bag_or_has_a_region",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lat", None), ("lon", None)),
                            models.Q(("lat__isnull", False), ("lon__isnull", False)),
                            _connector="OR",
                        ),
                        name="place_has_both_coordinates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("receive", "Received"),
                            ("transfer", "Handed out"),
                            ("return", "Returned"),
                            ("use", "Used"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("source_left", models.PositiveIntegerField(null=True, verbose_name="left there")),
                ("target_left", models.PositiveIntegerField(null=True, verbose_name="then there")),
                ("order_number", models.CharField(blank=True, max_length=20, verbose_name="work order")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="spareparts.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock move",
                "verbose_name_plural": "stock moves",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["part", "-id"], name="movement_part"),
                    models.Index(
                        condition=models.Q(("source__isnull", False)),
                        fields=["source", "part", "-id"],
                        name="movement_source",
                    ),
                    models.Index(
                        condition=models.Q(("target__isnull", False)),
                        fields=["target", "part", "-id"],
                        name="movement_target",
                    ),
                    models.Index(
                        condition=models.Q(("order_number", ""), _negated=True),
                        fields=["order_number"],
                        name="movement_order",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="movement_moves_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "receive"), ("source", None), ("target__isnull", False)),
                            models.Q(
                                ("kind__in", ["transfer", "return"]),
                                ("source__isnull", False),
                                ("target__isnull", False),
                            ),
                            models.Q(("kind", "use"), ("source__isnull", False), ("target", None)),
                            _connector="OR",
                        ),
                        name="movement_from_and_to",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="movement_leads_elsewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "use"), _negated=True),
                            models.Q(("order_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="movement_used_only_for_an_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", None), ("source_left", None)),
                            models.Q(("source__isnull", False), ("source_left__isnull", False)),
                            _connector="OR",
                        ),
                        name="movement_says_what_is_left",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("target", None), ("target_left", None)),
                            models.Q(("target__isnull", False), ("target_left__isnull", False)),
                            _connector="OR",
                        ),
                        name="movement_says_what_is_there",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.IntegerField(default=0, verbose_name="quantity")),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock",
                        to="spareparts.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock",
                        to="spareparts.place",
                        verbose_name="stock location",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock",
                "verbose_name_plural": "stock",
                "constraints": [
                    models.UniqueConstraint(fields=("part", "place"), include=("quantity",), name="stock_once"),
                    models.CheckConstraint(condition=models.Q(("quantity__gte", 0)), name="stock_never_below_zero"),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="movement",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="98ad67e7f529c1e295ff9430c7d305fae8a7ac07",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_13f74",
                    table="spareparts_movement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="movement",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate the stock ledger';",
                    hash="77afe3772920624a586d52ca5f36792e2bc24e79",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_1f605",
                    table="spareparts_movement",
                    when="BEFORE",
                ),
            ),
        ),
    ]
