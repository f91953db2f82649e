import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workforce", "0001_initial"), ("workorders", "0002_tracking_link_nonce_and_request")]

    operations = [
        AddIndexConcurrently("workorder", models.Index(fields=["service_date"], name="order_service_date")),
        RemoveIndexConcurrently("workorder", "order_opened"),
        migrations.AlterField(
            model_name="workorder",
            name="booking",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="work_order",
                to="workforce.booking",
                verbose_name="planned time",
            ),
        ),
    ]
