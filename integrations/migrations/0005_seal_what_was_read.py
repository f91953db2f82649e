"""What customers sent lies encrypted: the tables that were read, on the disk, and the rows with errors or remarks.

The files as they were sent go: nothing reads them any more, and going back brings only their column back, empty.
"""

from django.core.files.storage import default_storage
from django.db import migrations, models

import toolkit.sealed_files
import toolkit.secrets

SEALED = toolkit.sealed_files.SealedStorage


def _move_tables(apps, source, target):
    for job in apps.get_model("integrations", "Import").objects.exclude(table=""):
        if source.exists(job.table.name):
            with source.open(job.table.name) as file:
                job.table.name = target.save(job.table.name, file)
            job.save(update_fields=["table"])


def seal(apps, schema_editor):
    names = list(apps.get_model("integrations", "Import").objects.values_list("file", "table"))
    _move_tables(apps, default_storage, SEALED())
    for name in {name for pair in names for name in pair if name}:
        default_storage.delete(name)
    for row in apps.get_model("integrations", "ImportRow").objects.iterator():
        row.sealed = row.values
        row.save(update_fields=["sealed"])


def unseal(apps, schema_editor):
    names = list(apps.get_model("integrations", "Import").objects.exclude(table="").values_list("table", flat=True))
    _move_tables(apps, SEALED(), default_storage)
    for name in names:
        default_storage.delete(name)
    for row in apps.get_model("integrations", "ImportRow").objects.iterator():
        row.values = row.sealed
        row.save(update_fields=["values"])


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_keep_what_was_read")]

    operations = [
        migrations.AlterField("import", "file", models.FileField(default="", max_length=200, upload_to="imports/%Y/%m/")),
        migrations.AlterField("importrow", "values", models.JSONField(default=dict, verbose_name="row")),
        migrations.AddField("importrow", "sealed", toolkit.secrets.EncryptedJSONField(default=dict)),
        migrations.RunPython(seal, unseal),
        migrations.RemoveField("importrow", "values"),
        migrations.RemoveField("import", "file"),
        migrations.RenameField("importrow", "sealed", "values"),
        migrations.AlterField(
            "importrow",
            "values",
            toolkit.secrets.EncryptedJSONField(help_text="as it stands in the file", verbose_name="row"),
        ),
        migrations.AlterField(
            "import",
            "table",
            models.FileField(editable=False, max_length=200, storage=SEALED, upload_to="imports/%Y/%m/"),
        ),
    ]
