from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_api_tokens")]

    operations = [
        migrations.AlterField(
            "import",
            "kind",
            models.CharField(
                choices=[
                    ("merchants", "Merchants"),
                    ("terminals", "Terminals"),
                    ("leads", "Leads"),
                    ("card_keys", "Activations of card keys"),
                    ("takings", "Transactions by day"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
