import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import toolkit.search
import toolkit.secrets
from django.conf import settings
from django.db import migrations, models


# Tracks are thrown away by the day: a part of the table each.
TRACKS = """
CREATE TABLE workforce_fix (
    person_id bigint NOT NULL,
    at timestamptz NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    accuracy_m double precision,
    PRIMARY KEY (person_id, at),
    CONSTRAINT fix_on_earth CHECK (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)
) PARTITION BY RANGE (at);
CREATE TABLE workforce_fix_default PARTITION OF workforce_fix DEFAULT;
"""


class Migration(migrations.Migration):
    replaces = [
        ("workforce", "0001_initial"),
        ("workforce", "0002_tracks_by_day"),
        ("workforce", "0003_organisations"),
        ("workforce", "0004_boundaries"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("toolkit", "0001_extensions_and_bigrams"),
    ]

    operations = [
        migrations.CreateModel(
            name="Region",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("path", models.CharField(editable=False, max_length=200, unique=True)),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                ("lat", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                ("lon", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                (
                    "aliases",
                    models.CharField(
                        blank=True,
                        help_text="As customers' spreadsheets spell it, separated by commas.",
                        max_length=300,
                        verbose_name="other names",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="workforce.region",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "region",
                "verbose_name_plural": "regions",
                "ordering": ["path"],
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("path", name="text_pattern_ops"),
                        name="region_path_prefix",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "ends_on",
                    models.DateField(
                        blank=True,
                        help_text="Afterwards its people are given nothing new.",
                        null=True,
                        verbose_name="contract until",
                    ),
                ),
                (
                    "regions",
                    models.ManyToManyField(
                        help_text="With everything below them.",
                        related_name="organisations",
                        to="workforce.region",
                        verbose_name="regions",
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("username", models.CharField(max_length=60, unique=True, verbose_name="user name")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "Office manager"),
                            ("dispatcher", "Dispatcher"),
                            ("warehouse", "Warehouse keeper"),
                            ("analyst", "Analyst"),
                            ("finance", "Finance"),
                            ("prospector", "Prospector"),
                            ("engineer", "Engineer"),
                            ("inspector", "Inspector"),
                            ("ops", "Operations (system)"),
                        ],
                        max_length=12,
                        verbose_name="role",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="mail address")),
                ("phone", toolkit.secrets.EncryptedTextField(blank=True, default="", verbose_name="phone")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("zh-hans", "简体中文")],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("date_joined", models.DateTimeField(auto_now_add=True, verbose_name="joined")),
                (
                    "start_lat",
                    models.FloatField(
                        blank=True,
                        help_text="Where the day begins, WGS-84.",
                        null=True,
                        verbose_name="start place, latitude",
                    ),
                ),
                ("start_lon", models.FloatField(blank=True, null=True, verbose_name="start place, longitude")),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=toolkit.search.Bigrams(
                            django.db.models.functions.text.Concat(
                                models.F("name"),
                                models.Value("\n"),
                                models.F("username"),
                                models.Value("\n"),
                                models.F("email"),
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
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: our own staff.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="workforce.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ["name", "pk"],
                "indexes": [
                    models.Index(fields=["name", "id"], name="user_by_name"),
                    models.Index(fields=["role", "region"], name="user_role_region"),
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="user_bigrams"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
            ],
            options={
                "verbose_name": "skill",
                "verbose_name_plural": "skills",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="position",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("accuracy_m", models.FloatField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "position",
                "verbose_name_plural": "positions",
            },
        ),
        migrations.CreateModel(
            name="Boundary",
            fields=[
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="boundary",
                        serialize=False,
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "outline",
                    models.JSONField(help_text="GeoJSON, Polygon or MultiPolygon, WGS-84.", verbose_name="outline"),
                ),
            ],
            options={
                "verbose_name": "boundary",
                "verbose_name_plural": "boundaries",
            },
        ),
        migrations.RunSQL(
            TRACKS,
            "DROP TABLE workforce_fix",  # with all of its parts
            state_operations=[
                migrations.CreateModel(
                    name="Fix",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "person_id", "at", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("lat", models.FloatField()),
                        ("lon", models.FloatField()),
                        ("accuracy_m", models.FloatField(null=True)),
                        (
                            "person",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="track",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "point of a track",
                        "verbose_name_plural": "points of tracks",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                                name="fix_on_earth",
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("query", models.CharField(max_length=2000)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("owner", "page", "name"), name="saved_view_name")],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("starts_at", models.TimeField(verbose_name="from")),
                ("ends_at", models.TimeField(verbose_name="until")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shifts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "shift",
                "verbose_name_plural": "shifts",
                "ordering": ["weekday", "starts_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "weekday", "starts_at"), name="one_shift_per_start"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="shift_ends_after_start"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonSkill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(default=1, help_text="1 to 5", verbose_name="level")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valid until")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skills",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="workforce.skill",
                        verbose_name="skill",
                    ),
                ),
            ],
            options={
                "verbose_name": "skill of a person",
                "verbose_name_plural": "skills of people",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "skill"), name="one_level_per_skill"),
                    models.CheckConstraint(condition=models.Q(("level__range", (1, 5))), name="skill_level_1_to_5"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("work", "Work"), ("leave", "Leave"), ("training", "Training")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="during")),
                ("label", models.CharField(blank=True, max_length=60, verbose_name="what for")),
                (
                    "forced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="double booked by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "booking",
                "verbose_name_plural": "bookings",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("forced_by", None)),
                        expressions=[("person", "="), ("during", "&&")],
                        name="no_double_booking",
                    )
                ],
            },
        ),
    ]
