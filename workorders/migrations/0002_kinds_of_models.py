
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workorders', '0001_schema'),
    ]

    operations = [
        migrations.AlterField(
            model_name='faultcode',
            name='model_kind',
            field=models.CharField(blank=True, choices=[('pos', 'POS terminal'), ('qr_plate', 'QR plate'), ('speaker', 'Speaker'), ('scanner', 'Scanner'), ('printer', 'Printer')], help_text='Empty: every kind.', max_length=10, verbose_name='kind of terminal'),
        ),
    ]
