"""The identity card is handed in as two photos. Rules that ask for it ask for both; so do reviews that still collect and
have no photo of it yet. What was handed in before stands as it is."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TYPES = [
    ("licence", "Business licence"),
    ("identity", "Identity card, portrait side"),
    ("id-back", "Identity card, emblem side"),
    ("account", "Settlement account"),
    ("shop-sign", "Shop sign"),
    ("interior", "Interior"),
    ("till", "Till"),
    ("lease", "Lease"),
]


def ask_for_the_other_side(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rules, documents = apps.get_model("merchants", "DocumentRule"), apps.get_model("merchants", "ReviewDocument")
    rules.objects.bulk_create(
        [
            rules(kind=kind, type="id-back", is_required=is_required)
            for kind, is_required in rules.objects.filter(type="identity").values_list("kind", "is_required")
        ],
        ignore_conflicts=True,
    )
    begun = documents.objects.filter(type="identity", state="missing", review__state="collecting")
    documents.objects.bulk_create(
        [
            documents(review_id=review, type="id-back", is_required=is_required)
            for review, is_required in begun.values_list("review_id", "is_required")
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def ask_for_one_side(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in ("DocumentRule", "ReviewDocument"):
        apps.get_model("merchants", name).objects.filter(type="id-back").delete()


class Migration(migrations.Migration):
    dependencies = [("merchants", "0004_changes_of_live_merchants")]

    operations = [
        migrations.AlterField(
            "documentrule", "type", models.CharField(choices=TYPES, max_length=10, verbose_name="document")
        ),
        migrations.AlterField(
            "reviewdocument", "type", models.CharField(choices=TYPES, max_length=10, verbose_name="document")
        ),
        migrations.RunPython(ask_for_the_other_side, ask_for_one_side),
    ]
