from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

ONGOING = ("open", "assigned", "accepted", "en_route", "on_site", "in_progress", "paused")
BATCH = 2000


def look_at_what_goes_on(apps, schema_editor):
    """Each ongoing order with a promise is looked at once by the task, which then knows when to look again."""
    orders = apps.get_model("workorders", "WorkOrder").objects
    keys = list(orders.filter(status__in=ONGOING, next_warning_at=None).exclude(sla={}).values_list("pk", flat=True))
    for begin in range(0, len(keys), BATCH):
        batch = orders.filter(pk__in=keys[begin : begin + BATCH], status__in=ONGOING)
        batch.update(next_warning_at=timezone.now())


def keep_the_clock_round(apps, schema_editor):
    """Who was promised service round the clock keeps it in every territory."""
    policies = apps.get_model("workorders", "SlaPolicy").objects
    always = {str(day): [["00:00", "24:00"]] for day in range(7)}
    policies.filter(calendar__weekly=always).update(follows_territory=False)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workorders", "0014_warnings_and_escalations")]

    operations = [
        AddIndexConcurrently(
            "workorder",
            models.Index(fields=["next_warning_at"], name="order_next_warning", condition=~Q(next_warning_at=None)),
        ),
        AddIndexConcurrently(
            "workorder",
            models.Index(fields=["warned_percent", "-id"], name="order_warned", condition=Q(warned_percent__gt=0)),
        ),
        migrations.RunPython(keep_the_clock_round, migrations.RunPython.noop),
        migrations.RunPython(look_at_what_goes_on, migrations.RunPython.noop),
    ]
