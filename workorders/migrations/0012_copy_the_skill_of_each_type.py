from django.db import migrations

FORWARD = """
    INSERT INTO workorders_skillneed (type_id, skill_id, level)
    SELECT id, skill_id, least(greatest(skill_level, 1), 5) FROM workorders_workordertype WHERE skill_id IS NOT NULL
    ON CONFLICT DO NOTHING
"""
BACKWARD = """
    UPDATE workorders_workordertype SET skill_id = need.skill_id, skill_level = need.level
    FROM (SELECT DISTINCT ON (type_id) * FROM workorders_skillneed ORDER BY type_id, level DESC, id) need
    WHERE need.type_id = workorders_workordertype.id
"""


class Migration(migrations.Migration):
    dependencies = [("workorders", "0011_what_an_order_needs")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
