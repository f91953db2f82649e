from django.db import migrations

# On tables of lower rooms: the nearest come out of these one by one.
WITH_ENGINEER = "('assigned', 'accepted', 'en_route', 'on_site', 'in_progress', 'paused')"
INDEXES = {
    "dispatch_stops": "workorders_workorder USING gist (point(lon, lat)) INCLUDE (engineer_id, lat, lon)"
    f" WHERE lat IS NOT NULL AND status IN {WITH_ENGINEER}",
    "dispatch_seen": "workforce_position USING gist (point(lon, lat)) INCLUDE (person_id, lat, lon)",
    "dispatch_starts": "workforce_user USING gist (point(start_lon, start_lat)) INCLUDE (id, start_lat, start_lon)"
    " WHERE start_lat IS NOT NULL AND is_active AND role IN ('engineer', 'inspector')",
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dispatch", "0008_index_where_open_orders_are")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}", f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
        )
        for name, what in INDEXES.items()
    ]
