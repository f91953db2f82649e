import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("notifications", "0001_initial"), ("notifications", "0002_initial")]

    initial = True

    dependencies = [
        ("toolkit", "0001_extensions_and_bigrams"),
        ("workforce", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[("in_app", "In the app"), ("mail", "Mail")], max_length=8, verbose_name="channel"
                    ),
                ),
                ("address", models.EmailField(blank=True, max_length=254, verbose_name="mail address")),
                ("kind", models.CharField(max_length=60, verbose_name="kind")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("url", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(help_text="the same key is told once", max_length=160)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("given_up_at", models.DateTimeField(null=True, verbose_name="given up")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recipient",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("channel", "in_app")), fields=["recipient", "-id"], name="notice_inbox"
                    ),
                    models.Index(
                        condition=models.Q(("channel", "in_app"), ("read_at", None)),
                        fields=["recipient"],
                        name="notice_unread",
                    ),
                    models.Index(
                        condition=models.Q(("channel", "mail"), ("given_up_at", None), ("sent_at", None)),
                        fields=["due_at"],
                        name="notice_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "channel", "recipient", "address"), name="notice_once", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
