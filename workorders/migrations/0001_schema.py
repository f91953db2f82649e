import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import toolkit.search
import toolkit.secrets
import uuid
import workorders.models.requests
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    replaces = [
        ("workorders", "0001_initial"),
        ("workorders", "0002_tracking_link_nonce_and_request"),
        ("workorders", "0003_index_the_service_date"),
        ("workorders", "0004_count_what_is_done_elsewhere"),
        ("workorders", "0005_index_what_was_done_elsewhere"),
        ("workorders", "0006_fault_codes"),
        ("workorders", "0007_hold_and_index_fault_codes"),
        ("workorders", "0008_calls_for_support"),
        ("workorders", "0009_signatures"),
        ("workorders", "0010_visits"),
        ("workorders", "0011_what_an_order_needs"),
        ("workorders", "0012_copy_the_skill_of_each_type"),
        ("workorders", "0013_several_skills_instead_of_one"),
        ("workorders", "0014_warnings_and_escalations"),
        ("workorders", "0015_index_warnings"),
        ("workorders", "0016_index_the_codes_of_what_is_done"),
        ("workorders", "0017_challenge_codes"),
        ("workorders", "0018_promises_and_held_orders"),
        ("workorders", "0019_hold_orders"),
    ]

    initial = True

    dependencies = [
        ("assets", "0001_schema"),
        ("evidence", "0001_schema"),
        ("merchants", "0001_schema"),
        ("procedures", "0001_schema"),
        ("spareparts", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        number_sequence("WO"),
        number_sequence("RQ"),
        number_sequence("SE"),
        migrations.CreateModel(
            name="FaultCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("symptom", "Symptom"), ("cause", "Cause"), ("remedy", "Remedy")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.SlugField(max_length=30, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=80, verbose_name="Chinese name")),
                (
                    "model_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pos", "POS terminal"),
                            ("qr_plate", "QR plate"),
                            ("speaker", "Speaker"),
                            ("scanner", "Scanner"),
                        ],
                        help_text="Empty: every kind.",
                        max_length=10,
                        verbose_name="kind of terminal",
                    ),
                ),
                (
                    "is_other",
                    models.BooleanField(
                        default=False,
                        help_text="Counted, so that a missing code is noticed.",
                        verbose_name="means “other”",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "fault code",
                "verbose_name_plural": "fault codes",
                "ordering": ["kind", "is_other", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "code"), name="fault_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["symptom", "cause", "remedy"])), name="fault_code_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkOrderType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=60, verbose_name="Chinese name")),
                ("duration_min", models.PositiveSmallIntegerField(default=45, verbose_name="usual duration, minutes")),
                ("needs_terminal", models.BooleanField(default=False, verbose_name="needs a terminal")),
                (
                    "needs_fault_codes",
                    models.BooleanField(
                        default=False,
                        help_text="Completed only with symptom, cause and remedy.",
                        verbose_name="needs fault codes",
                    ),
                ),
                (
                    "needs_review",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Held until the merchant's onboarding review has passed.",
                        verbose_name="waits for the review",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "organisations",
                    models.ManyToManyField(
                        blank=True,
                        related_name="order_types",
                        to="workforce.organisation",
                        verbose_name="organisations that may do it",
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="procedures.procedure",
                        verbose_name="procedure",
                    ),
                ),
            ],
            options={
                "verbose_name": "order type",
                "verbose_name_plural": "order types",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="SlaPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[("key", "Key account"), ("standard", "Standard"), ("small", "Small")],
                        max_length=10,
                        verbose_name="tier",
                    ),
                ),
                (
                    "service_level",
                    models.CharField(
                        blank=True,
                        choices=[("basic", "Basic"), ("plus", "Plus"), ("premium", "Premium")],
                        max_length=10,
                        verbose_name="service level",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Urgent"), (2, "High"), (3, "Normal"), (4, "Low")],
                        null=True,
                        verbose_name="priority",
                    ),
                ),
                (
                    "follows_territory",
                    models.BooleanField(
                        default=True,
                        help_text="Where the order's territory has service hours of its own, they count instead of this calendar.",
                        verbose_name="by the hours of the territory",
                    ),
                ),
                ("response_min", models.PositiveIntegerField(verbose_name="response, service minutes")),
                ("resolution_min", models.PositiveIntegerField(verbose_name="resolution, service minutes")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.servicecalendar",
                        verbose_name="service calendar",
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
            ],
            options={
                "verbose_name": "SLA policy",
                "verbose_name_plural": "SLA policies",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("resolution_min__gte", models.F("response_min"))),
                        name="resolution_after_response",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("held", "Waits for the review"),
                            ("open", "In the pool"),
                            ("assigned", "Assigned"),
                            ("accepted", "Accepted"),
                            ("en_route", "On the way"),
                            ("on_site", "On site"),
                            ("in_progress", "In progress"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        editable=False,
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Urgent"), (2, "High"), (3, "Normal"), (4, "Low")],
                        default=3,
                        verbose_name="priority",
                    ),
                ),
                ("summary", models.CharField(max_length=200, verbose_name="what is wrong or wanted")),
                ("details", models.TextField(blank=True, verbose_name="details")),
                ("lat", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("duration_min", models.PositiveSmallIntegerField(verbose_name="planned minutes")),
                (
                    "needed_skills",
                    models.JSONField(
                        help_text="{code: level}; null: see its type", null=True, verbose_name="needed skills"
                    ),
                ),
                (
                    "needed_parts",
                    models.JSONField(
                        help_text="{code: quantity}; null: see its type", null=True, verbose_name="needed parts"
                    ),
                ),
                (
                    "is_locked",
                    models.BooleanField(
                        default=False, help_text="Only a dispatcher may move it.", verbose_name="locked"
                    ),
                ),
                ("sla", models.JSONField(default=dict, help_text="{policy, calendar, response_min, resolution_min}")),
                ("response_due_at", models.DateTimeField(null=True, verbose_name="response due")),
                ("resolution_due_at", models.DateTimeField(null=True, verbose_name="resolution due")),
                (
                    "next_warning_at",
                    models.DateTimeField(help_text="when the next SlaWarning is due, while work goes on", null=True),
                ),
                (
                    "warned_percent",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="the highest SlaWarning of a clock that has not reached its end",
                    ),
                ),
                ("service_date", models.DateField(help_text="local day it was opened", verbose_name="service date")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("assigned_at", models.DateTimeField(null=True, verbose_name="assigned")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                ("departed_at", models.DateTimeField(null=True, verbose_name="departed")),
                ("arrived_at", models.DateTimeField(null=True, verbose_name="arrived")),
                ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="completed")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="cancelled")),
                ("arrival_distance_m", models.FloatField(null=True, verbose_name="distance at check-in, metres")),
                (
                    "arrival_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="why checked in elsewhere"),
                ),
                ("completion_distance_m", models.FloatField(null=True, verbose_name="distance at completion, metres")),
                (
                    "completion_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="why completed elsewhere"),
                ),
                (
                    "needs_fault_codes",
                    models.BooleanField(db_default=False, default=False, verbose_name="needs fault codes"),
                ),
                (
                    "open_promises",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="of its Promises: not yet marked kept or not kept"
                    ),
                ),
                ("resolution", models.TextField(blank=True, verbose_name="what was done")),
                ("cancel_reason", models.CharField(blank=True, max_length=200, verbose_name="why cancelled")),
                ("signer_name", models.CharField(blank=True, max_length=80, verbose_name="signed by")),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=toolkit.search.Bigrams(
                            django.db.models.functions.text.Concat(
                                models.F("number"),
                                models.Value("\n"),
                                models.F("summary"),
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
                    "arrival_photo",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.capture",
                        verbose_name="photo at check-in",
                    ),
                ),
                (
                    "booking",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="work_order",
                        to="workforce.booking",
                        verbose_name="planned time",
                    ),
                ),
                (
                    "captures",
                    models.ManyToManyField(
                        blank=True, related_name="work_orders", to="evidence.capture", verbose_name="photos"
                    ),
                ),
                (
                    "cause",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.faultcode",
                        verbose_name="cause",
                    ),
                ),
                (
                    "completion_photo",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.capture",
                        verbose_name="photo at completion",
                    ),
                ),
                (
                    "engineer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="engineer",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "pick_up_at",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="spareparts.place",
                        verbose_name="parts to be collected at",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "remedy",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.faultcode",
                        verbose_name="remedy",
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_order",
                        to="procedures.run",
                    ),
                ),
                (
                    "signature",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.capture",
                        verbose_name="signature",
                    ),
                ),
                (
                    "sla_policy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="workorders.slapolicy",
                        verbose_name="SLA policy",
                    ),
                ),
                (
                    "symptom",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.faultcode",
                        verbose_name="symptom",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="assets.terminal",
                        verbose_name="terminal",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="workorders.workordertype",
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "verbose_name": "work order",
                "verbose_name_plural": "work orders",
                "ordering": ["-id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="order_bigrams"),
                    models.Index(fields=["region", "-id"], name="order_region"),
                    models.Index(fields=["status", "-id"], name="order_status"),
                    models.Index(fields=["type", "-id"], name="order_type"),
                    models.Index(fields=["merchant", "-id"], name="order_merchant"),
                    models.Index(fields=["terminal", "-id"], name="order_terminal"),
                    models.Index(
                        condition=models.Q(
                            ("status__in", ["assigned", "accepted", "en_route", "on_site", "in_progress", "paused"])
                        ),
                        fields=["engineer", "status"],
                        name="order_engineer_ongoing",
                    ),
                    models.Index(fields=["engineer", "-id"], name="order_engineer"),
                    models.Index(
                        condition=models.Q(
                            (
                                "status__in",
                                ["open", "assigned", "accepted", "en_route", "on_site", "in_progress", "paused"],
                            )
                        ),
                        fields=["resolution_due_at"],
                        name="order_due",
                    ),
                    models.Index(
                        condition=models.Q(("next_warning_at", None), _negated=True),
                        fields=["next_warning_at"],
                        name="order_next_warning",
                    ),
                    models.Index(
                        condition=models.Q(("warned_percent__gt", 0)),
                        fields=["warned_percent", "-id"],
                        name="order_warned",
                    ),
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["priority", "opened_at"], name="order_pool"
                    ),
                    models.Index(condition=models.Q(("status", "held")), fields=["merchant"], name="order_held"),
                    models.Index(fields=["service_date"], name="order_service_date"),
                    models.Index(
                        condition=models.Q(
                            models.Q(("arrival_reason", ""), _negated=True),
                            models.Q(("completion_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        fields=["-id"],
                        name="order_elsewhere",
                    ),
                    models.Index(
                        condition=models.Q(("symptom__isnull", False)), fields=["symptom", "-id"], name="order_symptom"
                    ),
                    models.Index(
                        condition=models.Q(("cause__isnull", False)), fields=["cause", "-id"], name="order_cause"
                    ),
                    models.Index(
                        condition=models.Q(("remedy__isnull", False)), fields=["remedy", "-id"], name="order_remedy"
                    ),
                    models.Index(
                        condition=models.Q(("symptom__isnull", False)), fields=["-id"], name="order_with_symptom"
                    ),
                    models.Index(
                        condition=models.Q(("symptom__isnull", False)),
                        fields=["completed_at"],
                        include=("region", "symptom", "cause", "remedy"),
                        name="order_coded",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "status__in",
                                    ["assigned", "accepted", "en_route", "on_site", "in_progress", "paused"],
                                ),
                                _negated=True,
                            ),
                            ("engineer__isnull", False),
                            _connector="OR",
                        ),
                        name="order_with_somebody_has_an_engineer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "open"), _negated=True), ("engineer", None), _connector="OR"
                        ),
                        name="order_in_pool_has_no_engineer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "held"), _negated=True), ("engineer", None), _connector="OR"
                        ),
                        name="order_held_has_no_engineer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["completed", "closed"]), _negated=True),
                            ("open_promises", 0),
                            _connector="OR",
                        ),
                        name="order_done_kept_its_word",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["completed", "closed"]), _negated=True),
                            ("completed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="order_done_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("needs_fault_codes", True), ("status__in", ["completed", "closed"]), _negated=True
                            ),
                            models.Q(("cause__isnull", False), ("remedy__isnull", False), ("symptom__isnull", False)),
                            _connector="OR",
                        ),
                        name="repair_done_has_its_fault_codes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="made by whoever asks: a repeat is the same row",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("sticker", "Sticker"),
                            ("link", "Link"),
                            ("call_centre", "Call centre"),
                            ("office", "Office"),
                            ("api", "API"),
                            ("alert", "Alert"),
                        ],
                        max_length=12,
                        verbose_name="channel",
                    ),
                ),
                ("summary", models.CharField(max_length=200, verbose_name="what is wrong or wanted")),
                ("details", models.TextField(blank=True, verbose_name="details")),
                ("contact_name", models.CharField(blank=True, max_length=80, verbose_name="contact")),
                ("contact_phone", toolkit.secrets.EncryptedTextField(blank=True, default="", verbose_name="phone")),
                ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="mail address")),
                ("language", models.CharField(default="zh-hans", max_length=10, verbose_name="language")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("order", "Became an order"),
                            ("merged", "Merged with an open order"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("reject_reason", models.CharField(blank=True, max_length=200, verbose_name="why rejected")),
                (
                    "captures",
                    models.ManyToManyField(
                        blank=True, related_name="requests", to="evidence.capture", verbose_name="photos"
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken by",
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
                (
                    "terminal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="assets.terminal",
                        verbose_name="terminal",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.workordertype",
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "verbose_name": "request",
                "verbose_name_plural": "requests",
                "ordering": ["-received_at"],
                "indexes": [
                    models.Index(fields=["region", "-received_at"], name="request_region"),
                    models.Index(fields=["merchant", "-received_at"], name="request_merchant"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("order__isnull", False), ("outcome__in", ["order", "merged"]), ("reject_reason", "")
                            ),
                            models.Q(
                                ("order", None), ("outcome", "rejected"), models.Q(("reject_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="request_ends_as_one_of_three",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "order")), fields=("order",), name="order_from_one_request"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TerritoryCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="merchants.servicecalendar",
                        verbose_name="service calendar",
                    ),
                ),
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workforce.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "service hours of a territory",
                "verbose_name_plural": "service hours of territories",
                "ordering": ["region__path"],
            },
        ),
        migrations.CreateModel(
            name="VisitRules",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "fence_points",
                    models.PositiveSmallIntegerField(default=25, verbose_name="points for being at the merchant’s"),
                ),
                (
                    "serial_points",
                    models.PositiveSmallIntegerField(default=20, verbose_name="points for the serial scanned on site"),
                ),
                ("camera_points", models.PositiveSmallIntegerField(default=20, verbose_name="points for live photos")),
                (
                    "duplicates_points",
                    models.PositiveSmallIntegerField(default=15, verbose_name="points for photos unlike others"),
                ),
                (
                    "speed_points",
                    models.PositiveSmallIntegerField(default=10, verbose_name="points for a possible journey"),
                ),
                (
                    "clock_points",
                    models.PositiveSmallIntegerField(default=10, verbose_name="points for the phone’s clock"),
                ),
                (
                    "code_points",
                    models.PositiveSmallIntegerField(
                        db_default=15, default=15, verbose_name="points for the code in the photo"
                    ),
                ),
                ("fence_m", models.PositiveIntegerField(default=200, verbose_name="fence, metres")),
                (
                    "most_accuracy_m",
                    models.PositiveIntegerField(default=300, verbose_name="most accuracy allowed for, metres"),
                ),
                ("fastest_kmh", models.PositiveIntegerField(default=120, verbose_name="fastest journey, km/h")),
                ("most_skew_s", models.PositiveIntegerField(default=120, verbose_name="clock ahead at most, seconds")),
                ("low_below", models.PositiveSmallIntegerField(default=60, verbose_name="to be looked at below")),
            ],
            options={
                "verbose_name": "rules for site visits",
                "verbose_name_plural": "rules for site visits",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_row_of_visit_rules")],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.PositiveSmallIntegerField(null=True, verbose_name="score")),
                ("parts", models.JSONField(default=list, verbose_name="parts")),
                ("is_low", models.BooleanField(default=False, verbose_name="low")),
                ("scored_at", models.DateTimeField(null=True, verbose_name="worked out")),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[("ok", "In order"), ("follow_up", "To be followed up")],
                        max_length=10,
                        verbose_name="how settled",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visit",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "site visit",
                "verbose_name_plural": "site visits",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(condition=models.Q(("scored_at", None)), fields=["id"], name="visit_waiting"),
                    models.Index(
                        condition=models.Q(("is_low", True), ("settled_at", None)),
                        fields=["-id"],
                        name="visit_to_look_at",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how", ""), ("settled_at", None)),
                            models.Q(("settled_at__isnull", False), models.Q(("how", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="visit_is_settled_somehow",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score", None), ("score__lte", 100), _connector="OR"),
                        name="visit_score_to_100",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrackingLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(default=workorders.models.requests.new_nonce, max_length=24)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="valid until")),
                (
                    "request",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tracking_link",
                        to="workorders.request",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tracking_links",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "tracking link",
                "verbose_name_plural": "tracking links",
            },
        ),
        migrations.CreateModel(
            name="SupportCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="what is needed")),
                (
                    "step",
                    models.CharField(
                        blank=True, help_text="the one it stood at, in words", max_length=120, verbose_name="step"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="answer")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="support_calls",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "call for support",
                "verbose_name_plural": "calls for support",
                "ordering": ["asked_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("order",),
                        name="one_open_support_call_per_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SlaWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.CharField(
                        choices=[("response", "Response"), ("resolution", "Resolution")],
                        max_length=10,
                        verbose_name="target",
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        choices=[(50, "50 %"), (75, "75 %"), (100, "100 %: overdue")], verbose_name="percent"
                    ),
                ),
                ("reached_at", models.DateTimeField(help_text="by the service hours", verbose_name="reached")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sla_warnings",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "SLA warning",
                "verbose_name_plural": "SLA warnings",
                "ordering": ["reached_at", "percent"],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "target", "percent"), name="sla_warning_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signer_name", models.CharField(max_length=80, verbose_name="signed by")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("report", "Signed the report shown here"),
                            ("phone", "Signed out of reach: what the phone showed is kept"),
                            ("unknown", "What was shown is not known"),
                        ],
                        max_length=8,
                        verbose_name="bound to",
                    ),
                ),
                (
                    "report",
                    models.JSONField(help_text="as it stood here when the signature came", verbose_name="report"),
                ),
                (
                    "report_sha256",
                    models.CharField(help_text="of that report: workorders.report.sha256_of", max_length=64),
                ),
                (
                    "shown_sha256",
                    models.CharField(blank=True, help_text="what the phone said it showed", max_length=64),
                ),
                (
                    "shown_text",
                    models.TextField(blank=True, help_text="what it showed, where that was not the report of ours"),
                ),
                ("signed_at", models.DateTimeField(verbose_name="signed")),
                ("device_at", models.DateTimeField(null=True, verbose_name="time on the device")),
                ("replaced_at", models.DateTimeField(null=True, verbose_name="replaced")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken by",
                    ),
                ),
                (
                    "capture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.capture",
                        verbose_name="signature",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
                "ordering": ["signed_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)), fields=("order",), name="one_valid_signature"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "report"), _negated=True),
                            ("shown_sha256", models.F("report_sha256")),
                            _connector="OR",
                        ),
                        name="signed_what_was_shown",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "phone"), _negated=True),
                            models.Q(("shown_text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="signed_text_is_kept",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rejection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("until", models.DateTimeField(verbose_name="passed over until")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejections",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejections",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "rejection",
                "verbose_name_plural": "rejections",
                "ordering": ["-at"],
                "indexes": [models.Index(fields=["order", "person"], name="rejection_order_person")],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5")], verbose_name="satisfaction (CSAT)"
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="comment")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rating",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "rating",
                "verbose_name_plural": "ratings",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("score__range", (1, 5))), name="score_1_to_5")
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
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
                ("is_kept", models.BooleanField(null=True, verbose_name="kept")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why not kept")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promises",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "promise",
                "verbose_name_plural": "promises",
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
                        name="promise_window_has_its_times",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "extra"), _negated=True),
                            models.Q(("quantity__gt", 0), ("quantity__isnull", False)),
                            _connector="OR",
                        ),
                        name="promise_extra_has_a_quantity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "rate"), _negated=True),
                            models.Q(("rate__isnull", False), ("rate__range", (0, 100))),
                            _connector="OR",
                        ),
                        name="promise_rate_has_a_rate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_kept", False), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="promise_not_kept_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("merchant", "Waiting for the merchant"),
                            ("part", "Waiting for a part"),
                            ("support", "Waiting for support"),
                            ("review", "Waiting for the review"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("started_at", models.DateTimeField(verbose_name="from")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="until")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "pause",
                "verbose_name_plural": "pauses",
                "ordering": ["started_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("order",), name="one_open_pause"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SlaEscalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        choices=[(50, "50 %"), (75, "75 %"), (100, "100 %: overdue")],
                        default=100,
                        verbose_name="time used up",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[("response", "Response"), ("resolution", "Resolution")],
                        max_length=10,
                        verbose_name="target",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("manager", "Office manager"),
                            ("dispatcher", "Dispatcher"),
                            ("warehouse", "Warehouse keeper"),
                            ("analyst", "Analyst"),
                            ("finance", "Finance"),
                            ("ops", "Operations (system)"),
                        ],
                        help_text="In the order's region, or in one above it.",
                        max_length=12,
                        verbose_name="everybody who is",
                    ),
                ),
                (
                    "by_mail",
                    models.BooleanField(
                        default=False, help_text="Otherwise in the app only.", verbose_name="by mail too"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
                (
                    "people",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Beside or in place of a role.",
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="people",
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
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workorders.slapolicy",
                        verbose_name="SLA policy",
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
            ],
            options={
                "verbose_name": "escalation",
                "verbose_name_plural": "escalations",
                "ordering": ["percent", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SkillNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField(default=1, help_text="1 to 5", verbose_name="level")),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workforce.skill",
                        verbose_name="skill",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skill_needs",
                        to="workorders.workordertype",
                        verbose_name="order type",
                    ),
                ),
            ],
            options={
                "verbose_name": "needed skill",
                "verbose_name_plural": "needed skills",
                "constraints": [
                    models.UniqueConstraint(fields=("type", "skill"), name="skill_needed_once"),
                    models.CheckConstraint(condition=models.Q(("level__range", (1, 5))), name="needed_level_1_to_5"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveSmallIntegerField(default=1, verbose_name="quantity")),
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
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="part_needs",
                        to="workorders.workordertype",
                        verbose_name="order type",
                    ),
                ),
            ],
            options={
                "verbose_name": "needed part",
                "verbose_name_plural": "needed parts",
                "constraints": [
                    models.UniqueConstraint(fields=("type", "part"), name="part_needed_once"),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="needed_quantity_above_0"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "found",
                    models.CharField(
                        choices=[("seen", "Seen in the photo"), ("not_seen", "Not seen in the photo")],
                        max_length=10,
                        verbose_name="challenge code",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "capture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.capture",
                        verbose_name="photo",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="code_reviews",
                        to="workorders.visit",
                        verbose_name="site visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "look at a code",
                "verbose_name_plural": "looks at codes",
                "constraints": [models.UniqueConstraint(fields=("visit", "capture"), name="code_reviewed_once")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signature",
            trigger=pgtrigger.compiler.Trigger(
                name="only_replaced",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."capture_id" IS DISTINCT FROM (NEW."capture_id") OR OLD."signer_name" IS DISTINCT FROM (NEW."signer_name") OR OLD."basis" IS DISTINCT FROM (NEW."basis") OR OLD."report" IS DISTINCT FROM (NEW."report") OR OLD."report_sha256" IS DISTINCT FROM (NEW."report_sha256") OR OLD."shown_sha256" IS DISTINCT FROM (NEW."shown_sha256") OR OLD."shown_text" IS DISTINCT FROM (NEW."shown_text") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."signed_at" IS DISTINCT FROM (NEW."signed_at") OR OLD."device_at" IS DISTINCT FROM (NEW."device_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="7ddaee08b3e3c5445320c7b7428024452799f173",
                    operation="UPDATE",
                    pgid="pgtrigger_only_replaced_e2c82",
                    table="workorders_signature",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signature",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="5025815cdee22664aa72902cd26bc5222a92f6c0",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_b67c2",
                    table="workorders_signature",
                    when="BEFORE",
                ),
            ),
        ),
    ]
