import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


# On tables of lower rooms, which only dispatch reads this way: whoever decides reads these columns of all the staff,
# the nearest come out one by one, and the live map reads the open orders of a box.
STAFF = "is_active AND role IN ('engineer', 'inspector')"
WITH_ENGINEER = "('assigned', 'accepted', 'en_route', 'on_site', 'in_progress', 'paused')"
ONGOING = "('open', 'assigned', 'accepted', 'en_route', 'on_site', 'in_progress', 'paused')"
INDEXES = {
    "dispatch_last_job": "workorders_workorder (engineer_id, departed_at DESC) WHERE departed_at IS NOT NULL",
    "dispatch_away": "workforce_booking USING gist (during) WHERE kind <> 'work'",
    "dispatch_forced": "workforce_booking (person_id) WHERE forced_by_id IS NOT NULL",
    "dispatch_crew": f"workforce_user (region_id) INCLUDE (id, start_lat, start_lon, organisation_id) WHERE {STAFF}",
    "dispatch_skilled": "workforce_personskill (skill_id, person_id) INCLUDE (level, expires_on)",
    "dispatch_on_shift": "workforce_shift (weekday, person_id) INCLUDE (starts_at, ends_at)",
    "dispatch_open_places": "workorders_workorder (lat, lon) INCLUDE (region_id)"
    f" WHERE lat IS NOT NULL AND status IN {ONGOING}",
    "dispatch_stops": "workorders_workorder USING gist (point(lon, lat)) INCLUDE (engineer_id, lat, lon)"
    f" WHERE lat IS NOT NULL AND status IN {WITH_ENGINEER}",
    "dispatch_seen": "workforce_position USING gist (point(lon, lat)) INCLUDE (person_id, lat, lon)",
    "dispatch_starts": "workforce_user USING gist (point(start_lon, start_lat)) INCLUDE (id, start_lat, start_lon)"
    f" WHERE start_lat IS NOT NULL AND {STAFF}",
}


class Migration(migrations.Migration):
    replaces = [
        ("dispatch", "0001_initial"),
        ("dispatch", "0002_number_rule_sets_keep_inputs_and_escalations"),
        ("dispatch", "0003_index_where_people_are_and_what_they_have_booked"),
        ("dispatch", "0004_index_who_works_where_can_what_and_when"),
        ("dispatch", "0005_collect_parts_on_the_way"),
        ("dispatch", "0006_index_staff_with_organisation"),
        ("dispatch", "0007_plan_days"),
        ("dispatch", "0008_index_where_open_orders_are"),
        ("dispatch", "0009_index_who_is_near"),
    ]

    initial = True

    dependencies = [
        ("spareparts", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
        ("workorders", "0001_schema"),
    ]

    operations = [
        number_sequence("DR"),
        number_sequence("DP"),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="attempt",
                        serialize=False,
                        to="workorders.workorder",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="DayPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("on", models.DateField(verbose_name="day")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Being worked out"),
                            ("proposed", "Proposed"),
                            ("applied", "Applied"),
                            ("cancelled", "Cancelled"),
                            ("interrupted", "Interrupted"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "seconds",
                    models.PositiveSmallIntegerField(
                        choices=[(5, "5 seconds"), (30, "30 seconds"), (60, "60 seconds")],
                        default=30,
                        verbose_name="time to think",
                    ),
                ),
                ("overtime_min", models.PositiveSmallIntegerField(default=0, verbose_name="overtime allowed, minutes")),
                (
                    "is_calm",
                    models.BooleanField(
                        default=False,
                        help_text="For a day that is under way.",
                        verbose_name="move as little as possible",
                    ),
                ),
                ("absent_from", models.DateTimeField(null=True, verbose_name="absent from")),
                ("seed", models.PositiveIntegerField(default=0, editable=False)),
                ("engine", models.CharField(blank=True, editable=False, max_length=40, verbose_name="engine")),
                (
                    "inputs",
                    models.JSONField(editable=False, help_text="what dispatch.plans.reading.read_day found", null=True),
                ),
                (
                    "digest",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="fingerprint of the inputs"
                    ),
                ),
                (
                    "progress",
                    models.JSONField(
                        default=dict, editable=False, help_text="{share, points: [[s, served, late, travel_s, cost]]}"
                    ),
                ),
                (
                    "totals",
                    models.JSONField(
                        default=dict, editable=False, help_text="{before: {…}, after: {…}}, see plans.outcome"
                    ),
                ),
                (
                    "left_out",
                    models.JSONField(
                        default=list, editable=False, help_text="[{kind, label, url, code}]: not fed to it"
                    ),
                ),
                ("iterations", models.PositiveBigIntegerField(default=0, editable=False, verbose_name="iterations")),
                ("hit_time_limit", models.BooleanField(default=False, editable=False)),
                (
                    "failure",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="what went wrong"),
                ),
                ("requested_at", models.DateTimeField(editable=False, verbose_name="asked for")),
                ("started_at", models.DateTimeField(editable=False, null=True, verbose_name="begun")),
                ("finished_at", models.DateTimeField(editable=False, null=True, verbose_name="finished")),
                ("applied_at", models.DateTimeField(editable=False, null=True, verbose_name="applied")),
                (
                    "absent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="absent",
                    ),
                ),
                (
                    "applied_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="applied by",
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
                (
                    "requested_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "urgent_order",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.workorder",
                        verbose_name="urgent order",
                    ),
                ),
                (
                    "warm_start",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="dispatch.dayplan",
                        verbose_name="begun from",
                    ),
                ),
            ],
            options={
                "verbose_name": "day plan",
                "verbose_name_plural": "day plans",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["region", "-id"], name="day_plan_region")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=("region", "on"),
                        name="one_running_plan_per_day",
                        violation_error_message="This day is being planned already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("absent", None), ("absent_from", None)),
                            models.Q(("absent__isnull", False), ("absent_from__isnull", False)),
                            _connector="OR",
                        ),
                        name="absent_since_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "assigned_at",
                    models.DateTimeField(help_text="of the order: which assignment is meant", verbose_name="assigned"),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="escalations",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "escalation",
                "verbose_name_plural": "escalations",
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("order", "assigned_at"), name="escalated_once")],
            },
        ),
        migrations.CreateModel(
            name="PlannedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opens_at", models.DateTimeField(verbose_name="from")),
                ("closes_at", models.DateTimeField(verbose_name="until")),
                ("orders_before", models.PositiveSmallIntegerField(default=0, verbose_name="orders before")),
                ("orders_after", models.PositiveSmallIntegerField(default=0, verbose_name="orders planned")),
                ("changes", models.PositiveSmallIntegerField(default=0, verbose_name="changes")),
                ("before", models.JSONField(default=dict, help_text="{work_s, travel_s, overtime_s}")),
                ("after", models.JSONField(default=dict, help_text="the same")),
                (
                    "breaks",
                    models.JSONField(default=list, help_text="[[kind, from_s, until_s]]: absence, lunch, depot"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="dispatch.dayplan",
                        verbose_name="day plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "planned day",
                "verbose_name_plural": "planned days",
                "ordering": ["person__name", "person_id"],
                "constraints": [models.UniqueConstraint(fields=("plan", "person"), name="person_once_in_a_plan")],
            },
        ),
        migrations.CreateModel(
            name="PlannedOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("new", "From the pool"),
                            ("moved", "To somebody else"),
                            ("shifted", "At another time"),
                            ("dropped", "Back into the pool"),
                            ("kept", "As before"),
                            ("fixed", "Fixed"),
                            ("unserved", "Stays in the pool"),
                        ],
                        max_length=10,
                        verbose_name="change",
                    ),
                ),
                ("start_before", models.DateTimeField(null=True, verbose_name="start before")),
                ("late_before_s", models.PositiveIntegerField(default=0, verbose_name="late before")),
                ("travel_before_s", models.PositiveIntegerField(default=0, verbose_name="way there before")),
                ("start_after", models.DateTimeField(null=True, verbose_name="start planned")),
                ("end_after", models.DateTimeField(null=True, verbose_name="end planned")),
                ("late_after_s", models.PositiveIntegerField(default=0, verbose_name="late as planned")),
                ("travel_after_s", models.PositiveIntegerField(default=0, verbose_name="way there as planned")),
                ("reasons", models.JSONField(default=list, help_text="[[code, values]]: why nobody does it")),
                (
                    "engineer_after",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="engineer planned",
                    ),
                ),
                (
                    "engineer_before",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="engineer before",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
                (
                    "pick_up_at",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="parts to be collected at",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="orders",
                        to="dispatch.dayplan",
                        verbose_name="day plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "planned order",
                "verbose_name_plural": "planned orders",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["plan", "change"], name="planned_order_change"),
                    models.Index(fields=["order"], name="planned_order_order"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "order"), name="order_once_in_a_plan"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_after", None), ("engineer_after", None), ("start_after", None)),
                            models.Q(
                                ("end_after__gte", models.F("start_after")),
                                ("engineer_after__isnull", False),
                                ("start_after__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="planned_with_whom_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.CharField(
                        editable=False, help_text="the same for all versions", max_length=20, verbose_name="number"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("is_current", models.BooleanField(default=True, verbose_name="in force")),
                (
                    "is_automatic",
                    models.BooleanField(
                        default=True,
                        help_text="Otherwise orders wait in the pool for a dispatcher.",
                        verbose_name="assign by itself",
                    ),
                ),
                (
                    "collects_parts",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="When nobody who fits has the parts in the bag, somebody collects them on the way. Otherwise this is only offered to the dispatcher.",
                        verbose_name="send by way of a depot",
                    ),
                ),
                (
                    "max_travel_min",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="longest way, minutes",
                    ),
                ),
                (
                    "max_orders",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="most orders at a time",
                    ),
                ),
                (
                    "accept_within_min",
                    models.PositiveSmallIntegerField(
                        default=20,
                        help_text="Counted in the engineer's working hours. Then the dispatchers are told, and soon after the order goes to somebody else.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="accept within, minutes",
                    ),
                ),
                (
                    "travel_weight",
                    models.PositiveSmallIntegerField(
                        default=40,
                        help_text="Prefers the person whose day grows least by driving there.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="short ways",
                    ),
                ),
                (
                    "load_weight",
                    models.PositiveSmallIntegerField(
                        default=20,
                        help_text="Prefers the person with fewer orders in hand.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="even load",
                    ),
                ),
                (
                    "lateness_weight",
                    models.PositiveSmallIntegerField(
                        default=25,
                        help_text="Prefers the person who comes well before the promised times.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="being in time",
                    ),
                ),
                (
                    "continuity_weight",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="Prefers the person who has been at this merchant before.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="knowing the merchant",
                    ),
                ),
                (
                    "overskill_weight",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="Prefers the person who is just good enough, and keeps experts for hard cases.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="sparing experts",
                    ),
                ),
                ("made_at", models.DateTimeField(editable=False, null=True, verbose_name="made")),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "order_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workorders.workordertype",
                        verbose_name="order type",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispatch rule set",
                "verbose_name_plural": "dispatch rule sets",
                "ordering": ["name", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("number", "version"), name="rule_set_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("region", "order_type"),
                        name="one_rule_set_in_force",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "inputs",
                    models.JSONField(default=dict, help_text="{job, rules}: what was weighed, with the values it had"),
                ),
                (
                    "ranking",
                    models.JSONField(default=list, help_text="best first: {person, score, factors, arrival, …}"),
                ),
                ("passed_over", models.JSONField(default=dict, help_text="{reason: number of people}")),
                (
                    "chosen",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="chosen",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        help_text="empty: the rules",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dispatch.ruleset",
                        verbose_name="dispatch rule set",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispatch decision",
                "verbose_name_plural": "dispatch decisions",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["order", "-id"], name="decision_order")],
            },
        ),
        *(migrations.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in INDEXES.items()),
    ]
