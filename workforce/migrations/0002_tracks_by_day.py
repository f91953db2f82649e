import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = """
CREATE TABLE workforce_fix (
    person_id bigint NOT NULL,
    at timestamptz NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    accuracy_m double precision,
    PRIMARY KEY (person_id, at),
    CONSTRAINT fix_on_earth CHECK (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)
) PARTITION BY RANGE (at);
CREATE TABLE workforce_fix_default PARTITION OF workforce_fix DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("workforce", "0001_initial")]

    operations = [
        migrations.RunSQL(
            TABLE,
            "DROP TABLE workforce_fix",  # with all of its parts
            state_operations=[
                migrations.CreateModel(
                    name="Fix",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "person_id", "at", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("lat", models.FloatField()),
                        ("lon", models.FloatField()),
                        ("accuracy_m", models.FloatField(null=True)),
                        (
                            "person",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="track",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "point of a track",
                        "verbose_name_plural": "points of tracks",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                                name="fix_on_earth",
                            )
                        ],
                    },
                )
            ],
        )
    ]
