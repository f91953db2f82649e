import django.db.models.deletion
import toolkit.secrets
from django.conf import settings
from django.db import migrations, models
from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0001_schema"),
        ("merchants", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        number_sequence("RV"),
        migrations.CreateModel(
            name="DocumentRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("micro", "Micro-merchant without a licence"),
                            ("sole", "Sole trader"),
                            ("company", "Company"),
                        ],
                        max_length=10,
                        verbose_name="kind of merchant",
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("licence", "Business licence"),
                            ("identity", "Identity card"),
                            ("account", "Settlement account"),
                            ("shop-sign", "Shop sign"),
                            ("interior", "Interior"),
                            ("till", "Till"),
                            ("lease", "Lease"),
                        ],
                        max_length=10,
                        verbose_name="document",
                    ),
                ),
                ("is_required", models.BooleanField(default=True, verbose_name="required")),
            ],
            options={
                "verbose_name": "document asked for",
                "verbose_name_plural": "documents asked for",
                "ordering": ["kind", "pk"],
                "constraints": [models.UniqueConstraint(fields=("kind", "type"), name="document_asked_once")],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("micro", "Micro-merchant without a licence"),
                            ("sole", "Sole trader"),
                            ("company", "Company"),
                        ],
                        default="sole",
                        max_length=10,
                        verbose_name="kind of merchant",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("collecting", "Collecting documents"),
                            ("submitted", "Waiting for a decision"),
                            ("returned", "Rejected in part"),
                            ("passed", "Passed"),
                        ],
                        default="collecting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("begun_at", models.DateTimeField(verbose_name="begun")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="waiting since")),
                ("passed_at", models.DateTimeField(null=True, verbose_name="passed")),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="won by",
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="merchants.merchant",
                        verbose_name="merchant",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="brings the documents",
                    ),
                ),
                (
                    "passed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="passed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "onboarding review",
                "verbose_name_plural": "onboarding reviews",
                "ordering": [models.OrderBy(models.F("submitted_at"), nulls_last=True), "pk"],
                "indexes": [
                    models.Index(fields=["state", "submitted_at"], name="review_waiting"),
                    models.Index(fields=["owner", "state"], name="review_of_owner"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "passed"), _negated=True),
                        fields=("merchant",),
                        name="one_open_review_per_merchant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("passed_at__isnull", False), ("passed_by__isnull", False), ("state", "passed")),
                            models.Q(
                                models.Q(("state", "passed"), _negated=True), ("passed_at", None), ("passed_by", None)
                            ),
                            _connector="OR",
                        ),
                        name="review_passed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("passed_by", models.F("owner")), _negated=True),
                            models.Q(("passed_by", models.F("made_by")), _negated=True),
                        ),
                        name="review_passed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("licence", "Business licence"),
                            ("identity", "Identity card"),
                            ("account", "Settlement account"),
                            ("shop-sign", "Shop sign"),
                            ("interior", "Interior"),
                            ("till", "Till"),
                            ("lease", "Lease"),
                        ],
                        max_length=10,
                        verbose_name="document",
                    ),
                ),
                ("is_required", models.BooleanField(default=True, verbose_name="required")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("missing", "Missing"),
                            ("given", "Handed in"),
                            ("accepted", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="missing",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("given_at", models.DateTimeField(null=True, verbose_name="handed in")),
                ("number", toolkit.secrets.EncryptedTextField(blank=True, default="", verbose_name="number")),
                ("number_index", models.CharField(blank=True, db_index=True, editable=False, max_length=32)),
                ("number_last4", models.CharField(blank=True, editable=False, max_length=4)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("blurred", "Blurred or too dark"),
                            ("cut-off", "Not all of it can be seen"),
                            ("wrong", "Not the document that was asked for"),
                            ("expired", "Expired"),
                            ("mismatch", "Does not match the merchant"),
                            ("copy", "A copy or a screen, not the original"),
                            ("other", "Another reason"),
                        ],
                        max_length=10,
                        verbose_name="why rejected",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("due_on", models.DateField(null=True, verbose_name="bring it by")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                (
                    "capture",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.capture",
                        verbose_name="photo",
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
                    "given_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="handed in by",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="merchants.review",
                        verbose_name="onboarding review",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("review", "type"), name="document_once_per_review"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "missing"),
                            models.Q(("capture__isnull", False), ("given_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="document_given_has_its_photo",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "rejected"), _negated=True),
                            models.Q(models.Q(("reason", ""), _negated=True), ("due_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="document_rejected_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("accepted", "rejected")), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="document_decided_by_somebody",
                    ),
                ],
            },
        ),
    ]
