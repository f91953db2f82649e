from django.db import migrations


class Migration(migrations.Migration):
    """Captures from before there were seals wait for theirs."""

    dependencies = [("evidence", "0004_seal_captures")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO evidence_unsealed (capture_id) SELECT id FROM evidence_capture ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        )
    ]
