import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0005_import_transactions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("telemetry:write", "Send telemetry"),
                        ("transactions:write", "Send transactions"),
                        ("telemetry:read", "Read the state of terminals"),
                    ],
                    max_length=30,
                ),
                size=None,
                verbose_name="what it may do",
            ),
        ),
    ]
