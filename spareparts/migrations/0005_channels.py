import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    dependencies = [
        ("spareparts", "0004_forecasts"),
        ("workforce", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        number_sequence("CN"),
        number_sequence("CK"),
        number_sequence("RP"),
        migrations.RemoveConstraint(
            model_name="movement",
            name="movement_leads_from_and_to",
        ),
        migrations.AddField(
            model_name="part",
            name="is_card_key",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Moved by ranges of serials, never by number alone.",
                verbose_name="card key",
            ),
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
                    ("sell", "Sold at a channel"),
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
                    ("channel", "Channel"),
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
                    models.Q(("kind__in", ["use", "sell"]), ("source__isnull", False), ("target", None)),
                    models.Q(("kind", "adjust"), ("source__isnull", True), ("target__isnull", False)),
                    models.Q(("kind", "adjust"), ("source__isnull", False), ("target", None)),
                    _connector="OR",
                ),
                name="movement_leads_from_and_to",
            ),
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "place",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="channel",
                        to="spareparts.place",
                        verbose_name="stock location",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="channels",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible",
                    ),
                ),
                ("is_unchecked", models.BooleanField(db_default=False, default=False, editable=False)),
            ],
            options={
                "verbose_name": "channel",
                "verbose_name_plural": "channels",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("is_unchecked", True)), fields=["id"], name="channel_unchecked")
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="spareparts.part",
                        verbose_name="product",
                    ),
                ),
                ("prefix", models.CharField(blank=True, max_length=12, verbose_name="series")),
                ("width", models.PositiveSmallIntegerField(verbose_name="digits")),
                ("serials", django.contrib.postgres.fields.ranges.BigIntegerRangeField(verbose_name="serials")),
                ("face_value", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="face value")),
                (
                    "activated",
                    models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name="activated"),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received")),
            ],
            options={
                "verbose_name": "card-key batch",
                "verbose_name_plural": "card-key batches",
                "ordering": ["-id"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("prefix", "="), ("width", "="), ("serials", "&&")], name="serials_of_one_batch"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prefix__regex", "^([A-Z0-9-]*[A-Z-])?$"), ("width__range", (1, 18))),
                        name="batch_series_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("serials__isempty", False),
                            ("serials__lower_inf", False),
                            ("serials__startswith__gte", 0),
                            ("face_value__gte", 0),
                            ("serials__upper_inf", False),
                        ),
                        name="batch_has_serials",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyHolding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to="spareparts.keybatch",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to="spareparts.place",
                        verbose_name="where",
                    ),
                ),
                ("serials", django.contrib.postgres.fields.ranges.BigIntegerRangeField(verbose_name="serials")),
                ("since", models.DateTimeField(verbose_name="since")),
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
                ("ended_at", models.DateTimeField(null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "holding of card keys",
                "verbose_name_plural": "holdings of card keys",
                "ordering": ["batch", "serials"],
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["place", "batch"], name="holding_live")
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("ended_at", None)),
                        expressions=[("batch", "="), ("serials", "&&")],
                        name="serial_is_in_one_place",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyActivation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "serial", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activations",
                        to="spareparts.keybatch",
                    ),
                ),
                ("serial", models.BigIntegerField(verbose_name="serial")),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activations",
                        to="spareparts.channel",
                    ),
                ),
                ("on", models.DateField(verbose_name="activated on")),
                ("at", models.DateTimeField(null=True, verbose_name="activated at")),
            ],
            options={
                "verbose_name": "activation",
                "verbose_name_plural": "activations",
            },
        ),
        migrations.CreateModel(
            name="ChannelDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="spareparts.channel",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.part",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("sold", models.PositiveIntegerField(verbose_name="sold")),
                ("at_night", models.PositiveIntegerField(verbose_name="at night")),
            ],
            options={
                "verbose_name": "day of a channel",
                "verbose_name_plural": "days of channels",
                "constraints": [models.UniqueConstraint(fields=("channel", "part", "day"), name="channel_day_once")],
            },
        ),
        migrations.CreateModel(
            name="ChannelMinimum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="minimums",
                        to="spareparts.channel",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.part",
                        verbose_name="product",
                    ),
                ),
                ("minimum", models.PositiveIntegerField(verbose_name="minimum")),
                ("fill_up_to", models.PositiveIntegerField(verbose_name="fill up to")),
            ],
            options={
                "verbose_name": "minimum of a channel",
                "verbose_name_plural": "minimums of channels",
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "part"), name="channel_minimum_once"),
                    models.CheckConstraint(
                        condition=models.Q(("fill_up_to__gte", models.F("minimum")), ("minimum__gt", 0)),
                        name="channel_minimum_fills_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refills",
                        to="spareparts.channel",
                        verbose_name="channel",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.part",
                        verbose_name="product",
                    ),
                ),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Delivered"), ("withdrawn", "Withdrawn")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "done_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "refill of a channel",
                "verbose_name_plural": "refills of channels",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("channel", "part"),
                        name="one_refill_per_shortage",
                    ),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="refill_brings_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageFlag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("loose", "Never handed out"),
                            ("early", "Before its hand-out"),
                            ("rate", "More than usual"),
                            ("night", "At night"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="where",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.part",
                        verbose_name="product",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.keybatch",
                        verbose_name="batch",
                    ),
                ),
                ("first", models.BigIntegerField(null=True, verbose_name="first serial")),
                ("on", models.DateField(verbose_name="day")),
                ("count", models.PositiveIntegerField(verbose_name="how many")),
                ("usual", models.PositiveIntegerField(null=True, verbose_name="usually")),
                ("most", models.PositiveIntegerField(null=True, verbose_name="at most")),
                ("found_at", models.DateTimeField(verbose_name="found")),
                (
                    "settled_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
            ],
            options={
                "verbose_name": "unusual use",
                "verbose_name_plural": "unusual use",
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("settled_at"), descending=True, nulls_first=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="usage_flag_open_first",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("batch", None)),
                        fields=("kind", "place", "part", "on"),
                        name="usage_flag_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("batch__isnull", False), ("settled_at", None)),
                        fields=("kind", "place", "batch", "on"),
                        name="usage_flag_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("settled_by", None)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="usage_flag_settled_by_somebody",
                    ),
                ],
            },
        ),
    ]
