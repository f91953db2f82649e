from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0001_schema"),
        ("workforce", "0001_schema"),
        ("workorders", "0001_schema"),
    ]

    operations = [
        migrations.AddField(
            model_name="dayplan",
            name="is_of_the_evening",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="made by itself, because the rules say so",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_of_the_evening", True)),
                fields=("region", "on"),
                name="one_evening_plan_per_day",
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="plans_at",
            field=models.TimeField(
                blank=True,
                help_text=(
                    "From this hour on a day plan for the next working day is worked out by itself, once, and the "
                    "dispatchers of the region are told. It is a proposal: nothing moves until somebody applies it. "
                    "Empty: no proposals."
                ),
                null=True,
                verbose_name="propose the next day from",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("plans_at", None), models.Q(("order_type", None), ("region__isnull", False)), _connector="OR"
                ),
                name="days_planned_of_a_region",
            ),
        ),
    ]
