from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workorders", "0018_promises_and_held_orders")]

    operations = [
        AddConstraintNotValid(
            "workorder",
            models.CheckConstraint(condition=~Q(status="held") | Q(engineer=None), name="order_held_has_no_engineer"),
        ),
        ValidateConstraint("workorder", "order_held_has_no_engineer"),
        AddConstraintNotValid(
            "workorder",
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "closed"]) | Q(open_promises=0), name="order_done_kept_its_word"
            ),
        ),
        ValidateConstraint("workorder", "order_done_kept_its_word"),
        AddIndexConcurrently(
            "workorder", models.Index(fields=["merchant"], name="order_held", condition=Q(status="held"))
        ),
    ]
