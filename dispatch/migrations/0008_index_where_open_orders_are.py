from django.db import migrations

# On a table of a lower room: only the live map reads it this way.
OPEN_PLACES = (
    "dispatch_open_places ON workorders_workorder (lat, lon) INCLUDE (region_id) WHERE lat IS NOT NULL AND status IN"
    " ('open', 'assigned', 'accepted', 'en_route', 'on_site', 'in_progress', 'paused')"
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dispatch", "0007_plan_days")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {OPEN_PLACES}",
            "DROP INDEX CONCURRENTLY IF EXISTS dispatch_open_places",
        )
    ]
