from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Reads the whole ledger without keeping anybody from writing: so apart from the step before."""

    dependencies = [("spareparts", "0005_channels")]

    operations = [ValidateConstraint("movement", "movement_leads_from_and_to")]
