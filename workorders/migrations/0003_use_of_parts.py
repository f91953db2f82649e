import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0004_what_must_be_true'),
        ('spareparts', '0003_check_old_moves'),
        ('workorders', '0002_kinds_of_models'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('orders', models.PositiveIntegerField(verbose_name='orders')),
                ('learned_at', models.DateTimeField(verbose_name='worked out')),
                ('model', models.ForeignKey(db_index=False, help_text='null: every model', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assets.terminalmodel', verbose_name='model')),
                ('part', models.ForeignKey(db_index=False, help_text='null: the orders, whatever was used', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='spareparts.part', verbose_name='part')),
                ('symptom', models.ForeignKey(db_index=False, help_text='null: every symptom', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workorders.faultcode', verbose_name='symptom')),
                ('type', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workorders.workordertype', verbose_name='type')),
            ],
            options={
                'verbose_name': 'use of parts',
                'verbose_name_plural': 'uses of parts',
                'constraints': [models.UniqueConstraint(fields=('type', 'symptom', 'model', 'part'), include=('orders',), name='part_use_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('orders__gt', 0)), name='part_use_of_some_orders')],
            },
        ),
    ]
