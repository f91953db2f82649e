import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import toolkit.search
import uuid
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):
    replaces = [("knowledge", "0001_initial"), ("knowledge", "0002_keep_what_was_said")]

    initial = True

    dependencies = [
        ("assets", "0001_schema"),
        ("evidence", "0001_schema"),
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
        ("workorders", "0001_schema"),
    ]

    operations = [
        number_sequence("KB"),
        migrations.CreateModel(
            name="ArticleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="title")),
                ("title_zh", models.CharField(blank=True, max_length=120, verbose_name="Chinese title")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("body_zh", models.TextField(blank=True, verbose_name="Chinese text")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                (
                    "model_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "fault_code_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "capture_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("published_at", models.DateTimeField(verbose_name="published")),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=toolkit.search.Bigrams(
                            django.db.models.functions.text.Concat(
                                models.F("title"),
                                models.Value("\n"),
                                models.F("title_zh"),
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
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of an article",
                "verbose_name_plural": "versions of articles",
                "ordering": ["article", "-number"],
            },
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="title")),
                ("title_zh", models.CharField(blank=True, max_length=120, verbose_name="Chinese title")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("body_zh", models.TextField(blank=True, verbose_name="Chinese text")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("published", "Published"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("written_at", models.DateTimeField(verbose_name="changed")),
                (
                    "edition",
                    models.PositiveIntegerField(
                        default=1, help_text="counts changes, so that two writers notice each other"
                    ),
                ),
                ("solved_count", models.PositiveIntegerField(default=0, verbose_name="solved it")),
                ("unsolved_count", models.PositiveIntegerField(default=0, verbose_name="did not solve it")),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=toolkit.search.Bigrams(
                            django.db.models.functions.text.Concat(
                                models.F("number"),
                                models.Value("\n"),
                                models.F("title"),
                                models.Value("\n"),
                                models.F("title_zh"),
                                models.Value("\n"),
                                models.F("body"),
                                models.Value("\n"),
                                models.F("body_zh"),
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
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="articles",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "captures",
                    models.ManyToManyField(
                        blank=True, related_name="articles", to="evidence.capture", verbose_name="pictures"
                    ),
                ),
                (
                    "fault_codes",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="workorders.faultcode", verbose_name="fault codes"
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="article",
                        to="workorders.workorder",
                        verbose_name="made of the order",
                    ),
                ),
                (
                    "terminal_models",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None: all of them.",
                        related_name="+",
                        to="assets.terminalmodel",
                        verbose_name="terminal models",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="last changed by",
                    ),
                ),
                (
                    "current",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="knowledge.articleversion",
                        verbose_name="version that is read",
                    ),
                ),
            ],
            options={
                "verbose_name": "knowledge article",
                "verbose_name_plural": "knowledge articles",
                "ordering": ["-id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="article_bigrams"),
                    models.Index(fields=["status", "-id"], name="article_status"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), ("title_zh", ""), _negated=True), name="article_has_a_title"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            ("current__isnull", False),
                            _connector="OR",
                        ),
                        name="article_published_has_a_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "retired"), _negated=True), ("current", None), _connector="OR"
                        ),
                        name="article_retired_is_not_read",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageCapture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "capture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.capture"
                    ),
                ),
            ],
            options={
                "verbose_name": "photo of a message",
                "verbose_name_plural": "photos of messages",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="made by whoever writes: a repeat is the same row",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="message")),
                ("call_url", models.URLField(blank=True, max_length=300, verbose_name="link to a call")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("device_at", models.DateTimeField(null=True, verbose_name="time on the device")),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=toolkit.search.Bigrams(
                            django.db.models.functions.text.Concat(
                                models.F("text"), models.Value("\n"), output_field=models.TextField()
                            )
                        ),
                        output_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.TextField(), size=None
                        ),
                    ),
                ),
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
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
                (
                    "captures",
                    models.ManyToManyField(
                        related_name="messages",
                        through="knowledge.MessageCapture",
                        to="evidence.capture",
                        verbose_name="photos",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["-at"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="message_bigrams"),
                    models.Index(fields=["order", "at"], name="message_order"),
                    models.Index(fields=["-at"], name="message_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("call_url", ""), ("call_url__startswith", "https://"), _connector="OR"),
                        name="call_link_is_https",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_solved", models.BooleanField(verbose_name="solved it")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="knowledge.article",
                        verbose_name="knowledge article",
                    ),
                ),
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="workorders.workorder",
                        verbose_name="work order",
                    ),
                ),
            ],
            options={
                "verbose_name": "vote on an article",
                "verbose_name_plural": "votes on articles",
                "constraints": [
                    models.UniqueConstraint(fields=("article", "order"), name="one_vote_per_article_and_order")
                ],
            },
        ),
        migrations.AddField(
            model_name="articleversion",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="knowledge.article",
                verbose_name="knowledge article",
            ),
        ),
        migrations.AddField(
            model_name="messagecapture",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="knowledge.message"
            ),
        ),
        migrations.AddIndex(
            model_name="articleversion",
            index=django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="article_version_bigrams"),
        ),
        migrations.AddIndex(
            model_name="articleversion",
            index=django.contrib.postgres.indexes.GinIndex(fields=["fault_code_ids"], name="article_version_codes"),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.UniqueConstraint(fields=("article", "number"), name="article_version_once"),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("published_by", models.F("written_by")), _negated=True), name="article_seen_by_two"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="articleversion",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="48e59130516314bdf482a3869c391d3b4ae259b0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_6ea7c",
                    table="knowledge_articleversion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="messagecapture",
            constraint=models.UniqueConstraint(fields=("message", "capture"), name="photo_once_per_message"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagecapture",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="01af4f4ed0bfb6feb77baf3073a49c33cddee074",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_f0f08",
                    table="knowledge_messagecapture",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagecapture",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate what was said';",
                    hash="a01e9256bef658a03ddba820ad24d10ee17eecc9",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_02598",
                    table="knowledge_messagecapture",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e5f89a5567a8ef69308331cd8a6543dd1dd36d18",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_f455b",
                    table="knowledge_message",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate what was said';",
                    hash="1e900b045a76680d8f1335fcb9fdf0edc8f474ff",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_05a80",
                    table="knowledge_message",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vote",
            trigger=pgtrigger.compiler.Trigger(
                name="never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2c53833613bd86dc30ed9d7a90b533b58309c5c9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_never_changed_be0b7",
                    table="knowledge_vote",
                    when="BEFORE",
                ),
            ),
        ),
    ]
