import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import prospecting.models.grid
import toolkit.search
import toolkit.secrets
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    replaces = [("prospecting", "0001_initial")]

    initial = True

    dependencies = [
        ("assets", "0001_schema"),
        ("evidence", "0001_schema"),
        ("merchants", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
        ("workorders", "0001_schema"),
    ]

    operations = [
        number_sequence("G"),
        number_sequence("L"),
        number_sequence("V"),
        number_sequence("PT"),
        number_sequence("OP"),
        number_sequence("CA"),
        migrations.CreateModel(
            name="Competitor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=60, verbose_name="Chinese name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "competitor",
                "verbose_name_plural": "competitors",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LostReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=60, verbose_name="Chinese name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "reason for losing",
                "verbose_name_plural": "reasons for losing",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=60, verbose_name="Chinese name")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "objection",
                "verbose_name_plural": "objections",
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "outline",
                    models.JSONField(help_text="GeoJSON Polygon without holes, WGS-84", verbose_name="outline"),
                ),
                (
                    "core",
                    prospecting.models.grid.PolygonField(
                        editable=False,
                        help_text="the outline drawn in by half a metre, in 1/100,000 of a degree: neighbours do not even touch",
                    ),
                ),
                ("west", models.FloatField(editable=False)),
                ("south", models.FloatField(editable=False)),
                ("east", models.FloatField(editable=False)),
                ("north", models.FloatField(editable=False)),
                ("area_m2", models.FloatField(editable=False, verbose_name="area, m²")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                ("retired_at", models.DateTimeField(editable=False, null=True, verbose_name="retired")),
                (
                    "parents",
                    models.ManyToManyField(
                        blank=True,
                        editable=False,
                        related_name="children",
                        to="prospecting.cell",
                        verbose_name="made from",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cells",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "cell",
                "verbose_name_plural": "cells",
                "ordering": ["name", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("retired_at", None)), fields=["region", "name"], name="cell_region"
                    ),
                    models.Index(
                        condition=models.Q(("retired_at", None)),
                        fields=["west", "east", "south", "north"],
                        name="cell_box",
                    ),
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("retired_at", None)),
                        expressions=[("core", "&&")],
                        name="cells_never_overlap",
                    ),
                    models.CheckConstraint(condition=models.Q(("area_m2__gt", 0)), name="cell_has_an_area"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("goal", models.PositiveIntegerField(blank=True, null=True, verbose_name="terminals aimed at")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "cells",
                    models.ManyToManyField(
                        blank=True, related_name="campaigns", to="prospecting.cell", verbose_name="cells"
                    ),
                ),
            ],
            options={
                "verbose_name": "campaign",
                "verbose_name_plural": "campaigns",
                "ordering": ["-starts_on", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="campaign_ends_after_start"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CellOwner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="during")),
                (
                    "cell",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="owners",
                        to="prospecting.cell",
                        verbose_name="cell",
                    ),
                ),
                (
                    "prospector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cell_periods",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prospector",
                    ),
                ),
            ],
            options={
                "verbose_name": "owner of a cell",
                "verbose_name_plural": "owners of cells",
                "ordering": ["-during"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("cell", "="), ("during", "&&")], name="one_owner_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Handout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=80, verbose_name="material")),
                ("count", models.PositiveIntegerField(verbose_name="how many")),
                ("on", models.DateField(verbose_name="day")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handouts",
                        to="prospecting.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "prospector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prospector",
                    ),
                ),
            ],
            options={
                "verbose_name": "material handed out",
                "verbose_name_plural": "materials handed out",
                "ordering": ["on", "pk"],
                "constraints": [models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="handout_of_some")],
            },
        ),
        migrations.CreateModel(
            name="Lead",
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
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("lat", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                ("lon", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("location_accuracy_m", models.FloatField(blank=True, null=True, verbose_name="accuracy, metres")),
                ("contact_name", models.CharField(blank=True, max_length=80, verbose_name="contact")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("street", "Seen on the street"),
                            ("import", "From an import"),
                            ("web", "Asked for a terminal"),
                            ("renewal", "Renewal"),
                            ("likeness", "Like our best merchants"),
                        ],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="Its number in the list it came from.",
                        max_length=60,
                        verbose_name="outside number",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "Not visited yet"),
                            ("visited", "Visited"),
                            ("opportunity", "Opportunity"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("discarded", "Discarded"),
                            ("merged", "Merged"),
                        ],
                        default="new",
                        editable=False,
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "intention",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Not interested"),
                            (2, "Hardly interested"),
                            (3, "Undecided"),
                            (4, "Interested"),
                            (5, "Wants to sign"),
                        ],
                        editable=False,
                        null=True,
                        verbose_name="intention",
                    ),
                ),
                (
                    "potential",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="0 to 100; empty: not estimated.", null=True, verbose_name="potential"
                    ),
                ),
                ("claimed_until", models.DateTimeField(editable=False, null=True, verbose_name="claimed until")),
                ("visits_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="visits")),
                ("last_visited_at", models.DateTimeField(editable=False, null=True, verbose_name="last visit")),
                ("next_step", models.CharField(blank=True, editable=False, max_length=12, verbose_name="next step")),
                ("next_step_on", models.DateField(editable=False, null=True, verbose_name="next step on")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
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
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.TextField(), size=None
                        ),
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="prospecting.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "captures",
                    models.ManyToManyField(
                        blank=True, related_name="leads", to="evidence.capture", verbose_name="photos"
                    ),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leads",
                        to="prospecting.cell",
                        verbose_name="cell",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="merchants.merchant",
                        verbose_name="merchant",
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
                        to="prospecting.lead",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "trade",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.trade",
                        verbose_name="trade",
                    ),
                ),
            ],
            options={
                "verbose_name": "lead",
                "verbose_name_plural": "leads",
                "ordering": ["-id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="lead_bigrams"),
                    django.contrib.postgres.indexes.GinIndex(fields=["phone_grams"], name="lead_phone_grams"),
                    models.Index(fields=["region", "-id"], name="lead_region"),
                    models.Index(fields=["cell", "status", "last_visited_at"], name="lead_cell"),
                    models.Index(
                        condition=models.Q(("owner__isnull", False)),
                        fields=["owner", "next_step_on"],
                        name="lead_owner",
                    ),
                    models.Index(fields=["status", "-id"], name="lead_status"),
                    models.Index(fields=["trade", "-id"], name="lead_trade"),
                    models.Index(fields=["lat", "lon"], name="lead_place"),
                    models.Index(
                        condition=models.Q(("claimed_until", None), _negated=True),
                        fields=["claimed_until"],
                        name="lead_claim_over",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("external_id",),
                        name="lead_external_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lat", None), ("lon", None)),
                            models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                            _connector="OR",
                        ),
                        name="lead_place_on_earth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_into__isnull", False), ("status", "merged")),
                            models.Q(models.Q(("status", "merged"), _negated=True), ("merged_into", None)),
                            _connector="OR",
                        ),
                        name="lead_merged_into_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                        name="lead_not_merged_into_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("claimed_until", None), ("owner__isnull", False), _connector="OR"),
                        name="lead_claimed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("potential", None), ("potential__lte", 100), _connector="OR"),
                        name="lead_potential_to_100",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("qualified", "Interested"),
                            ("offered", "Offer made"),
                            ("agreed", "Terms agreed"),
                            ("review", "In review"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                        ],
                        default="qualified",
                        editable=False,
                        max_length=10,
                        verbose_name="stage",
                    ),
                ),
                ("stage_since", models.DateTimeField(editable=False, verbose_name="in this stage since")),
                (
                    "monthly_volume",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="expected monthly turnover"
                    ),
                ),
                (
                    "monthly_fee",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="expected monthly fee"
                    ),
                ),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("expected_on", models.DateField(blank=True, null=True, verbose_name="expected signing")),
                ("win_reason", models.CharField(blank=True, max_length=200, verbose_name="why won")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                ("converted_at", models.DateTimeField(editable=False, null=True, verbose_name="converted")),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="won or lost")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to="prospecting.lead",
                        verbose_name="lead",
                    ),
                ),
                (
                    "lost_reason",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prospecting.lostreason",
                        verbose_name="why lost",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunity",
                        to="workorders.workorder",
                        verbose_name="install order",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "opportunity",
                "verbose_name_plural": "opportunities",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["region", "stage", "stage_since"], name="opportunity_pipeline"),
                    models.Index(fields=["owner", "stage"], name="opportunity_owner"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stage__in", ["qualified", "offered", "agreed", "review"])),
                        fields=("lead",),
                        name="one_open_opportunity_per_lead",
                        violation_error_message="This lead has an open opportunity already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage__in", ["review", "won"]), _negated=True),
                            models.Q(
                                ("converted_at__isnull", False), ("merchant__isnull", False), ("order__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="converted_opportunity_has_its_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "lost"), _negated=True), ("lost_reason__isnull", False), _connector="OR"
                        ),
                        name="lost_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("window", "Time"),
                            ("environment", "Surroundings"),
                            ("extra", "Extra"),
                            ("rate", "Fee rate"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="what was promised")),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="from")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("quantity", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="how many")),
                (
                    "rate",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=6, null=True, verbose_name="rate, %"),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="prospecting.opportunity",
                        verbose_name="opportunity",
                    ),
                ),
            ],
            options={
                "verbose_name": "promise made in sales",
                "verbose_name_plural": "promises made in sales",
                "ordering": ["pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "window"), _negated=True),
                            models.Q(
                                ("ends_at__gt", models.F("starts_at")),
                                ("ends_at__isnull", False),
                                ("starts_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="offer_window_has_its_times",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "extra"), _negated=True),
                            models.Q(("quantity__gt", 0), ("quantity__isnull", False)),
                            _connector="OR",
                        ),
                        name="offer_extra_has_a_quantity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "rate"), _negated=True),
                            models.Q(("rate__isnull", False), ("rate__range", (0, 100))),
                            _connector="OR",
                        ),
                        name="offer_rate_has_a_rate",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpectedTerminal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveSmallIntegerField(default=1, verbose_name="how many")),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.terminalmodel",
                        verbose_name="model",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="terminals",
                        to="prospecting.opportunity",
                        verbose_name="opportunity",
                    ),
                ),
            ],
            options={
                "verbose_name": "expected terminal",
                "verbose_name_plural": "expected terminals",
                "constraints": [
                    models.UniqueConstraint(fields=("opportunity", "model"), name="model_expected_once"),
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="some_are_expected"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProspectingTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("due_on", models.DateField(verbose_name="until")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False, verbose_name="given")),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="ended")),
                (
                    "cells",
                    models.ManyToManyField(
                        blank=True, related_name="tasks", to="prospecting.cell", verbose_name="cells"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="given by",
                    ),
                ),
                (
                    "prospector",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prospecting_tasks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prospector",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "prospecting task",
                "verbose_name_plural": "prospecting tasks",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["prospector", "status", "due_on"], name="task_prospector"),
                    models.Index(fields=["region", "-id"], name="task_region"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "at",
                    models.DateTimeField(
                        help_text="device time, corrected by what is known of its clock", verbose_name="time"
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("accuracy_m", models.FloatField(null=True)),
                (
                    "distance_m",
                    models.FloatField(help_text="from the lead's place", null=True, verbose_name="distance, metres"),
                ),
                ("away_reason", models.CharField(blank=True, max_length=200, verbose_name="why checked in elsewhere")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("decider", "Spoke with who decides"),
                            ("staff", "Spoke with staff"),
                            ("closed", "Shop was closed"),
                            ("gone", "Shop is gone"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "intention",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Not interested"),
                            (2, "Hardly interested"),
                            (3, "Undecided"),
                            (4, "Interested"),
                            (5, "Wants to sign"),
                        ],
                        null=True,
                        verbose_name="intention",
                    ),
                ),
                (
                    "next_step",
                    models.CharField(
                        choices=[
                            ("visit", "Visit again"),
                            ("call", "Call"),
                            ("offer", "Make an offer"),
                            ("none", "Nothing for now"),
                        ],
                        default="none",
                        max_length=12,
                        verbose_name="next step",
                    ),
                ),
                ("next_step_on", models.DateField(null=True, verbose_name="next step on")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("score", models.PositiveSmallIntegerField(null=True, verbose_name="authenticity")),
                (
                    "score_parts",
                    models.JSONField(
                        default=list, help_text="[{code, points, most, facts}], see workorders.authenticity"
                    ),
                ),
                (
                    "captures",
                    models.ManyToManyField(
                        blank=True, related_name="visits", to="evidence.capture", verbose_name="photos"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="prospecting.lead",
                        verbose_name="lead",
                    ),
                ),
                (
                    "objections",
                    models.ManyToManyField(
                        blank=True, related_name="visits", to="prospecting.objection", verbose_name="objections"
                    ),
                ),
                (
                    "prospector",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prospector",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "ordering": ["-at"],
                "indexes": [
                    models.Index(fields=["lead", "-at"], name="visit_lead"),
                    models.Index(fields=["prospector", "-at"], name="visit_prospector"),
                    models.Index(fields=["-at"], name="visit_at"),
                    models.Index(condition=models.Q(("score__lt", 60)), fields=["score", "-at"], name="visit_doubtful"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_step", "none"), ("next_step_on", None)),
                            models.Q(models.Q(("next_step", "none"), _negated=True), ("next_step_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="next_step_has_a_date",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(null=True, verbose_name="place on the route")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="prospecting.lead",
                        verbose_name="lead",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stops",
                        to="prospecting.prospectingtask",
                        verbose_name="prospecting task",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="prospecting.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "stop",
                "verbose_name_plural": "stops",
                "ordering": ["position", "pk"],
                "indexes": [models.Index(condition=models.Q(("visit", None)), fields=["lead"], name="stop_to_make")],
                "constraints": [models.UniqueConstraint(fields=("task", "lead"), name="lead_once_per_task")],
            },
        ),
        migrations.CreateModel(
            name="SeenTerminal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveSmallIntegerField(default=1, verbose_name="how many")),
                (
                    "competitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seen",
                        to="prospecting.competitor",
                        verbose_name="competitor",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seen",
                        to="prospecting.visit",
                        verbose_name="visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "terminal of a competitor",
                "verbose_name_plural": "terminals of competitors",
                "constraints": [
                    models.UniqueConstraint(fields=("visit", "competitor"), name="competitor_seen_once"),
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="some_were_seen"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="day")),
                ("what", models.CharField(max_length=120, verbose_name="what for")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount")),
                ("currency", models.CharField(default="CNY", max_length=3)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="costs",
                        to="prospecting.campaign",
                        verbose_name="campaign",
                    ),
                ),
            ],
            options={
                "verbose_name": "cost",
                "verbose_name_plural": "costs",
                "ordering": ["on", "pk"],
                "constraints": [models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="cost_is_positive")],
            },
        ),
    ]
