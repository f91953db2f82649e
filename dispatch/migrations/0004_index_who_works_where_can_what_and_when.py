from django.db import migrations

# On tables of lower rooms: whoever decides reads all of the staff, and these columns only.
INDEXES = {
    "dispatch_staff": "workforce_user (region_id) INCLUDE (id, start_lat, start_lon)"
    " WHERE is_active AND role IN ('engineer', 'inspector')",
    "dispatch_skilled": "workforce_personskill (skill_id, person_id) INCLUDE (level, expires_on)",
    "dispatch_on_shift": "workforce_shift (weekday, person_id) INCLUDE (starts_at, ends_at)",
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dispatch", "0003_index_where_people_are_and_what_they_have_booked")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}", f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
        )
        for name, what in INDEXES.items()
    ]
