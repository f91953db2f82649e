from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workorders", "0012_copy_the_skill_of_each_type")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE workorders_workorder VALIDATE CONSTRAINT workorder_pick_up_at", migrations.RunSQL.noop
        ),
        migrations.RemoveField("workordertype", "skill"),
        migrations.RemoveField("workordertype", "skill_level"),
    ]
