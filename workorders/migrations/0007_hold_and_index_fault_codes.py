from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

KINDS = ("symptom", "cause", "remedy")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workorders", "0006_fault_codes")]

    operations = [
        AddConstraintNotValid(
            "workorder",
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "closed"], needs_fault_codes=True)
                | Q(symptom__isnull=False, cause__isnull=False, remedy__isnull=False),
                name="repair_done_has_its_fault_codes",
            ),
        ),
        ValidateConstraint("workorder", "repair_done_has_its_fault_codes"),
        *(
            AddIndexConcurrently(
                "workorder",
                models.Index(fields=[kind, "-id"], name=f"order_{kind}", condition=Q(**{f"{kind}__isnull": False})),
            )
            for kind in KINDS
        ),
        AddIndexConcurrently(
            "workorder",
            models.Index(fields=["-id"], name="order_with_symptom", condition=Q(symptom__isnull=False)),
        ),
    ]
