from django.db import migrations

# In place of dispatch_staff of 0004, which has no organisation: whoever decides reads these columns only.
STAFF = "workforce_user (region_id) INCLUDE (id, start_lat, start_lon, organisation_id)"
STAFF_BEFORE = "workforce_user (region_id) INCLUDE (id, start_lat, start_lon)"
WHO = "WHERE is_active AND role IN ('engineer', 'inspector')"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dispatch", "0005_collect_parts_on_the_way"), ("workforce", "0003_organisations")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS dispatch_crew ON {STAFF} {WHO}",
            "DROP INDEX CONCURRENTLY IF EXISTS dispatch_crew",
        ),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS dispatch_staff",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS dispatch_staff ON {STAFF_BEFORE} {WHO}",
        ),
    ]
