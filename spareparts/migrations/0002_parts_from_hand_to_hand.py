import django.contrib.postgres.operations
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0001_schema"),
        ("spareparts", "0001_schema"),
        ("workforce", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        number_sequence("HO"),
        number_sequence("CT"),
        number_sequence("SC"),
        number_sequence("RN"),
        number_sequence("PR"),
        number_sequence("PO"),
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("above", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="worth more than")),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the whole company.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval rule for parts",
                "verbose_name_plural": "approval rules for parts",
                "constraints": [
                    models.UniqueConstraint(fields=("region",), name="approval_rule_once", nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(("above__gte", 0)), name="approval_rule_above_nought"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("issue", "Handed out"), ("transfer", "Moved"), ("return", "Returned")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("sent", "On the way"), ("confirmed", "Confirmed"), ("sent_back", "Sent back")],
                        default="sent",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("order_number", models.CharField(blank=True, max_length=20, verbose_name="work order")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                ("done_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "done_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["state", "-id"], name="handover_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="handover_leads_elsewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("done_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="handover_done_at_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReorderRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reorder_point", models.PositiveIntegerField(verbose_name="reorder point")),
                ("order_up_to", models.PositiveIntegerField(verbose_name="order up to")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reorder_rules",
                        to="spareparts.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reorder_rules",
                        to="spareparts.place",
                        verbose_name="stock location",
                    ),
                ),
            ],
            options={
                "verbose_name": "reorder rule",
                "verbose_name_plural": "reorder rules",
                "ordering": ["part__name", "place__name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("part", "place"), name="reorder_rule_once"),
                    models.CheckConstraint(
                        condition=models.Q(("order_up_to__gte", models.F("reorder_point")), ("reorder_point__gt", 0)),
                        name="reorder_rule_fills_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scrapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Waiting for approval"), ("approved", "Approved"), ("refused", "Refused")],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("refusal", models.CharField(blank=True, max_length=200, verbose_name="why refused")),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="from",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "scrapping",
                "verbose_name_plural": "scrappings",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["state", "-id"], name="scrapping_state")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="scrapping_takes_something"),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        name="scrapping_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", None), ("state", "asked")),
                            models.Q(models.Q(("state", "asked"), _negated=True), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="scrapping_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stocktake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("counting", "Being counted"),
                            ("counted", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                        ],
                        default="counting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("counted_at", models.DateTimeField(null=True, verbose_name="counted")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("refusal", models.CharField(blank=True, max_length=200, verbose_name="why refused")),
                (
                    "counted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="counted by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocktakes",
                        to="spareparts.place",
                        verbose_name="stock location",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="started by",
                    ),
                ),
            ],
            options={
                "verbose_name": "stocktake",
                "verbose_name_plural": "stocktakes",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["state", "-id"], name="stocktake_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["counting", "counted"])),
                        fields=("place",),
                        name="one_open_stocktake_of_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("counted_by")), _negated=True),
                        name="stocktake_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "refused"]), _negated=True),
                            models.Q(("counted_by__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="stocktake_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supplier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "supplier",
                "verbose_name_plural": "suppliers",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="HandoverLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                ("value", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="value")),
                ("arrived", models.PositiveIntegerField(null=True, verbose_name="arrived")),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="spareparts.handover",
                        verbose_name="hand-over",
                    ),
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
            ],
            options={
                "verbose_name": "line of a hand-over",
                "verbose_name_plural": "lines of hand-overs",
                "ordering": ["part_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("handover", "part"), name="handover_part_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0),
                            models.Q(("arrived", None), ("arrived__lte", models.F("quantity")), _connector="OR"),
                        ),
                        name="handover_brings_no_more_than_was_sent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("ordered_at", models.DateTimeField(verbose_name="ordered")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                (
                    "ordered_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ordered by",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="spareparts.supplier",
                        verbose_name="supplier",
                    ),
                ),
            ],
            options={
                "verbose_name": "purchase order",
                "verbose_name_plural": "purchase orders",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Requisition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("order_number", models.CharField(max_length=20, verbose_name="work order")),
                ("merchant_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for approval"),
                            ("approved", "To be picked"),
                            ("picked", "Ready to be fetched"),
                            ("sent", "On the way"),
                            ("done", "Received"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Lapsed"),
                        ],
                        default="approved",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("value", models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="value")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("expires_at", models.DateTimeField(verbose_name="held until")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "handover",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requisition",
                        to="spareparts.handover",
                        verbose_name="hand-over",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requisitions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="for whom",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="from",
                    ),
                ),
            ],
            options={
                "verbose_name": "requisition",
                "verbose_name_plural": "requisitions",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["state", "-id"], name="requisition_state"),
                    models.Index(fields=["order_number"], name="requisition_order"),
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "approved", "picked"])),
                        fields=["source", "expires_at"],
                        name="requisition_live",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("order_number", ""), _negated=True), name="requisition_is_for_an_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("person")), _negated=True),
                        name="requisition_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "done"]), _negated=True),
                            ("handover__isnull", False),
                            _connector="OR",
                        ),
                        name="requisition_sent_is_handed_over",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StocktakeLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted", models.PositiveIntegerField(verbose_name="counted")),
                ("expected", models.PositiveIntegerField(verbose_name="expected")),
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
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="spareparts.stocktake",
                        verbose_name="stocktake",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a stocktake",
                "verbose_name_plural": "lines of stocktakes",
                "ordering": ["part_id"],
                "constraints": [models.UniqueConstraint(fields=("stocktake", "part"), name="stocktake_part_once")],
            },
        ),
        migrations.CreateModel(
            name="PurchaseRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("ordered", "Ordered"),
                            ("received", "Received"),
                            ("moved", "Covered by a move"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "unit_cost",
                    models.DecimalField(decimal_places=4, max_digits=12, null=True, verbose_name="price for one"),
                ),
                ("received", models.PositiveIntegerField(default=0, verbose_name="received")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="spareparts.purchaseorder",
                        verbose_name="purchase order",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.part",
                        verbose_name="part",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="stock location",
                    ),
                ),
                (
                    "suggested_from",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="could come from",
                    ),
                ),
            ],
            options={
                "verbose_name": "purchase request",
                "verbose_name_plural": "purchase requests",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["state", "-id"], name="purchase_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["open", "ordered"])),
                        fields=("part", "place"),
                        name="one_purchase_per_shortage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0), ("received__lte", models.F("quantity"))),
                        name="purchase_brings_no_more_than_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["ordered", "received"]), _negated=True),
                            models.Q(("order__isnull", False), ("unit_cost__isnull", False)),
                            _connector="OR",
                        ),
                        name="purchase_ordered_from_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequisitionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
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
                    "requisition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="spareparts.requisition",
                        verbose_name="requisition",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a requisition",
                "verbose_name_plural": "lines of requisitions",
                "ordering": ["part_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("requisition", "part"), name="requisition_part_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="requisition_asks_for_something"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="movement",
            name="movement_from_and_to",
        ),
        migrations.RemoveConstraint(
            model_name="place",
            name="place_is_a_bag_or_has_a_region",
        ),
        migrations.AddField(
            model_name="movement",
            name="reference",
            field=models.CharField(blank=True, db_default="", max_length=20, verbose_name="document"),
        ),
        migrations.AddField(
            model_name="movement",
            name="value",
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=14, verbose_name="value"),
        ),
        migrations.AddField(
            model_name="part",
            name="average_cost",
            field=models.DecimalField(
                db_default=0,
                decimal_places=4,
                default=0,
                editable=False,
                help_text="of one, over all places: follows every receipt",
                max_digits=12,
                verbose_name="average cost",
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="fits",
            field=models.ManyToManyField(
                blank=True,
                help_text="Empty: every model.",
                related_name="parts",
                to="assets.terminalmodel",
                verbose_name="fits the models",
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="price_class",
            field=models.CharField(
                blank=True,
                choices=[("a", "A: dear"), ("b", "B: middling"), ("c", "C: cheap")],
                db_default="",
                max_length=1,
                verbose_name="price class",
            ),
        ),
        migrations.AddField(
            model_name="place",
            name="leads_to",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="way",
                to="spareparts.place",
                verbose_name="leads to",
            ),
        ),
        migrations.AddField(
            model_name="stock",
            name="value",
            field=models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=14, verbose_name="value"),
        ),
        migrations.AlterField(
            model_name="movement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receive", "Received"),
                    ("send", "Sent"),
                    ("issue", "Handed out"),
                    ("transfer", "Moved"),
                    ("return", "Returned"),
                    ("use", "Used"),
                    ("adjust", "Counted"),
                    ("scrap", "Scrapped"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="place",
            name="kind",
            field=models.CharField(
                choices=[
                    ("warehouse", "Warehouse"),
                    ("depot", "Depot"),
                    ("bag", "Bag"),
                    ("transit", "On the way"),
                    ("defective", "Defective"),
                    ("scrap", "Scrap"),
                    ("other", "Other"),
                ],
                default="depot",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "receive"), ("source", None), ("target__isnull", False)),
                    models.Q(
                        ("kind__in", ["send", "issue", "transfer", "return", "scrap"]),
                        ("source__isnull", False),
                        ("target__isnull", False),
                    ),
                    models.Q(("kind", "use"), ("source__isnull", False), ("target", None)),
                    models.Q(("kind", "adjust"), ("source__isnull", True), ("target__isnull", False)),
                    models.Q(("kind", "adjust"), ("source__isnull", False), ("target", None)),
                    _connector="OR",
                ),
                name="movement_leads_from_and_to",
            ),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__gte", 0)), name="movement_is_worth_nothing_or_more"
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "bag"), ("leads_to", None), ("person__isnull", False), ("region", None)),
                    models.Q(("kind", "transit"), ("leads_to__isnull", False), ("person", None), ("region", None)),
                    models.Q(
                        models.Q(("kind__in", ["bag", "transit"]), _negated=True),
                        ("leads_to", None),
                        ("person", None),
                        ("region__isnull", False),
                        models.Q(("name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="place_has_what_its_kind_has",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.CheckConstraint(
                condition=models.Q(("value", 0), models.Q(("quantity__gt", 0), ("value__gt", 0)), _connector="OR"),
                name="stock_is_worth_something_only_if_there",
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="supplier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="spareparts.supplier",
                verbose_name="supplier",
            ),
        ),
    ]
