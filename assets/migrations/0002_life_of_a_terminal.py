import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models
from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0001_schema"),
        ("workforce", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        number_sequence("BR"),
        migrations.CreateModel(
            name="Custody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("receive", "received"),
                            ("stage", "staged"),
                            ("key", "keyed"),
                            ("test", "tested"),
                            ("issue", "issued to a bag"),
                            ("bind", "bound to a merchant"),
                            ("relocate", "moved to another place of the merchant"),
                            ("unbind", "taken away from a merchant"),
                            ("take_back", "taken back"),
                            ("wipe", "wiped"),
                            ("scrap", "scrapped"),
                            ("undo", "a mistaken scan was taken back"),
                            ("take_over", "taken over from earlier records"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "from_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("received", "Received"),
                            ("staged", "Staged"),
                            ("keyed", "Keyed"),
                            ("tested", "Tested, in stock"),
                            ("issued", "In a bag"),
                            ("live", "At a merchant"),
                            ("retrieved", "In a bag, on its way back"),
                            ("returned", "Returned"),
                            ("wiped", "Wiped"),
                            ("scrapped", "Scrapped"),
                        ],
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("staged", "Staged"),
                            ("keyed", "Keyed"),
                            ("tested", "Tested, in stock"),
                            ("issued", "In a bag"),
                            ("live", "At a merchant"),
                            ("retrieved", "In a bag, on its way back"),
                            ("returned", "Returned"),
                            ("wiped", "Wiped"),
                            ("scrapped", "Scrapped"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                ("order_number", models.CharField(blank=True, max_length=20, verbose_name="work order")),
                (
                    "run",
                    models.CharField(
                        blank=True, help_text="Of the staging, key or test program.", max_length=60, verbose_name="run"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "binding",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.binding",
                        verbose_name="to the merchant",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "from_binding",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.binding",
                        verbose_name="from the merchant",
                    ),
                ),
                (
                    "from_holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="from the bag of",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="to the bag of",
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
                    "terminal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="custody",
                        to="assets.terminal",
                        verbose_name="terminal",
                    ),
                ),
            ],
            options={
                "verbose_name": "custody record",
                "verbose_name_plural": "custody records",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["terminal", "-at", "-id"], name="custody_terminal"),
                    models.Index(
                        condition=models.Q(("order_number", ""), _negated=True),
                        fields=["order_number"],
                        name="custody_order",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("run__regex", "[0-9A-Fa-f]{32}"), _negated=True),
                        name="custody_holds_no_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holder__isnull", False), ("status__in", ["issued", "retrieved"])),
                            models.Q(
                                models.Q(("status__in", ["issued", "retrieved"]), _negated=True), ("holder", None)
                            ),
                            _connector="OR",
                        ),
                        name="custody_in_a_bag_has_a_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("binding__isnull", False), ("status", "live")),
                            models.Q(models.Q(("status", "live"), _negated=True), ("binding", None)),
                            _connector="OR",
                        ),
                        name="custody_live_has_a_binding",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FilingReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("count", models.PositiveIntegerField(verbose_name="changes")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("file_name", models.CharField(blank=True, max_length=120, verbose_name="name of the file")),
                ("reported_at", models.DateTimeField(null=True, verbose_name="reported")),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
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
                (
                    "reported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reported by",
                    ),
                ),
            ],
            options={
                "verbose_name": "report of changes",
                "verbose_name_plural": "reports of changes",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file_name", ""), ("reported_at", None)),
                            models.Q(("reported_at__isnull", False), models.Q(("file_name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="filing_report_names_its_file",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mismatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lat", models.FloatField()),
                ("lon", models.FloatField()),
                ("accuracy_m", models.FloatField(null=True)),
                ("distance_m", models.FloatField(verbose_name="distance, metres")),
                ("reported_at", models.DateTimeField(verbose_name="reported")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("order_number", models.CharField(blank=True, max_length=20, verbose_name="verification order")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_place", "It is where it is registered"),
                            ("relocated", "It was moved; the new place is registered"),
                            ("taken_away", "It was taken away from the merchant"),
                        ],
                        max_length=10,
                        verbose_name="what was found",
                    ),
                ),
                ("finding", models.CharField(blank=True, max_length=200, verbose_name="in words")),
                ("resolved_at", models.DateTimeField(null=True, verbose_name="resolved")),
                (
                    "binding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.binding",
                        verbose_name="registered place",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reported by",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="resolved by",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mismatches",
                        to="assets.terminal",
                        verbose_name="terminal",
                    ),
                ),
            ],
            options={
                "verbose_name": "mismatch of place",
                "verbose_name_plural": "mismatches of place",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at", None)),
                        fields=("terminal",),
                        name="one_open_mismatch_per_terminal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("resolved_at", None)),
                            models.Q(("resolved_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="mismatch_is_resolved_somehow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("bind", "Binding"), ("change", "Change"), ("remove", "Removal")],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                ("due_on", models.DateField(verbose_name="to be reported by")),
                ("reported_at", models.DateTimeField(null=True, verbose_name="reported")),
                (
                    "binding",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="assets.binding",
                        verbose_name="binding",
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
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="assets.terminal",
                        verbose_name="terminal",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="assets.filingreport",
                        verbose_name="report of changes",
                    ),
                ),
            ],
            options={
                "verbose_name": "change to be reported",
                "verbose_name_plural": "changes to be reported",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["region", "-id"], name="filing_region"),
                    models.Index(
                        condition=models.Q(("reported_at", None)), fields=["due_on", "id"], name="filing_unreported"
                    ),
                    models.Index(condition=models.Q(("report", None)), fields=["id"], name="filing_waiting"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reported_at", None), ("report__isnull", False), _connector="OR"),
                        name="filing_reported_in_a_file",
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="terminal",
            name="terminal_issued_has_a_holder",
        ),
        migrations.AddField(
            model_name="sticker",
            name="handed_out_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="handed out"),
        ),
        migrations.AddField(
            model_name="sticker",
            name="holder",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stickers_held",
                to=settings.AUTH_USER_MODEL,
                verbose_name="handed out to",
            ),
        ),
        migrations.AddField(
            model_name="sticker",
            name="lost_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="reported lost"),
        ),
        migrations.AddField(
            model_name="terminal",
            name="is_blocked",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="blocked"),
        ),
        migrations.AddField(
            model_name="terminal",
            name="owner",
            field=models.CharField(
                choices=[("ours", "Ours"), ("acquirer", "The acquirer’s"), ("merchant", "The merchant’s")],
                db_default="ours",
                default="ours",
                max_length=10,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="terminal",
            name="sim_iccid",
            field=models.CharField(blank=True, db_default="", default="", max_length=22, verbose_name="SIM (ICCID)"),
        ),
        migrations.AddField(
            model_name="terminal",
            name="since",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                editable=False,
                help_text="when it came to this status",
                verbose_name="since",
            ),
        ),
        migrations.AddField(
            model_name="terminal",
            name="tested_at",
            field=models.DateTimeField(
                editable=False, help_text="since it was last wiped", null=True, verbose_name="tested"
            ),
        ),
        migrations.AddField(
            model_name="terminal",
            name="warranty_ends_on",
            field=models.DateField(blank=True, null=True, verbose_name="warranty until"),
        ),
        migrations.AddField(
            model_name="terminalmodel",
            name="needs_keys",
            field=models.BooleanField(
                db_default=True, default=True, help_text="It is keyed before it is tested.", verbose_name="needs keys"
            ),
        ),
        migrations.AddField(
            model_name="terminalmodel",
            name="value",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=0,
                help_text="CNY",
                max_digits=10,
                verbose_name="replacement value",
            ),
        ),
        migrations.AlterField(
            model_name="terminal",
            name="status",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("staged", "Staged"),
                    ("keyed", "Keyed"),
                    ("tested", "Tested, in stock"),
                    ("issued", "In a bag"),
                    ("live", "At a merchant"),
                    ("retrieved", "In a bag, on its way back"),
                    ("returned", "Returned"),
                    ("wiped", "Wiped"),
                    ("scrapped", "Scrapped"),
                ],
                default="received",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="terminalmodel",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pos", "POS terminal"),
                    ("qr_plate", "QR plate"),
                    ("speaker", "Speaker"),
                    ("scanner", "Scanner"),
                    ("printer", "Printer"),
                ],
                default="pos",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="custody",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="79551b646837c58d5cc69d658c6b609e527060a4",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_d1299",
                    table="assets_custody",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="custody",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate the custody record';",
                    hash="e8387edfcfcd72bb162a9f8f2cf3796c701cfd1a",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_49daa",
                    table="assets_custody",
                    when="BEFORE",
                ),
            ),
        ),
    ]
