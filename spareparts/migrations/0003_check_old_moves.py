from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Reads the whole ledger without keeping anybody from writing: so apart from the step before."""

    dependencies = [("spareparts", "0002_parts_from_hand_to_hand")]

    operations = [
        ValidateConstraint("movement", "movement_leads_from_and_to"),
        ValidateConstraint("movement", "movement_is_worth_nothing_or_more"),
    ]
