from django.db import migrations

# On tables of lower rooms: only dispatch reads them this way.
INDEXES = {
    "dispatch_last_job": "workorders_workorder (engineer_id, departed_at DESC) WHERE departed_at IS NOT NULL",
    "dispatch_away": "workforce_booking USING gist (during) WHERE kind <> 'work'",
    "dispatch_forced": "workforce_booking (person_id) WHERE forced_by_id IS NOT NULL",
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("dispatch", "0002_number_rule_sets_keep_inputs_and_escalations"),
        ("workforce", "0001_initial"),
        ("workorders", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}", f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
        )
        for name, what in INDEXES.items()
    ]
