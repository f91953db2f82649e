import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0006_index_staff_with_organisation'),
        ('spareparts', '0001_initial'),
        ('workforce', '0003_organisations'),
        ('workorders', '0013_several_skills_instead_of_one'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        number_sequence("DP"),
        migrations.CreateModel(
            name='DayPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=20, unique=True, verbose_name='number')),
                ('on', models.DateField(verbose_name='day')),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Being worked out'), ('proposed', 'Proposed'), ('applied', 'Applied'), ('cancelled', 'Cancelled'), ('interrupted', 'Interrupted'), ('failed', 'Failed')], default='waiting', editable=False, max_length=12, verbose_name='status')),
                ('seconds', models.PositiveSmallIntegerField(choices=[(5, '5 seconds'), (30, '30 seconds'), (60, '60 seconds')], default=30, verbose_name='time to think')),
                ('overtime_min', models.PositiveSmallIntegerField(default=0, verbose_name='overtime allowed, minutes')),
                ('is_calm', models.BooleanField(default=False, help_text='For a day that is under way.', verbose_name='move as little as possible')),
                ('absent_from', models.DateTimeField(null=True, verbose_name='absent from')),
                ('seed', models.PositiveIntegerField(default=0, editable=False)),
                ('engine', models.CharField(blank=True, editable=False, max_length=40, verbose_name='engine')),
                ('inputs', models.JSONField(editable=False, help_text='what dispatch.plans.reading.read_day found', null=True)),
                ('digest', models.CharField(blank=True, editable=False, max_length=64, verbose_name='fingerprint of the inputs')),
                ('progress', models.JSONField(default=dict, editable=False, help_text='{share, points: [[s, served, late, travel_s, cost]]}')),
                ('totals', models.JSONField(default=dict, editable=False, help_text='{before: {…}, after: {…}}, see plans.outcome')),
                ('left_out', models.JSONField(default=list, editable=False, help_text='[{kind, label, url, code}]: not fed to it')),
                ('iterations', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='iterations')),
                ('hit_time_limit', models.BooleanField(default=False, editable=False)),
                ('failure', models.CharField(blank=True, editable=False, max_length=300, verbose_name='what went wrong')),
                ('requested_at', models.DateTimeField(editable=False, verbose_name='asked for')),
                ('started_at', models.DateTimeField(editable=False, null=True, verbose_name='begun')),
                ('finished_at', models.DateTimeField(editable=False, null=True, verbose_name='finished')),
                ('applied_at', models.DateTimeField(editable=False, null=True, verbose_name='applied')),
                ('absent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='absent')),
                ('applied_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='applied by')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workforce.region', verbose_name='region')),
                ('requested_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('urgent_order', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workorders.workorder', verbose_name='urgent order')),
                ('warm_start', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dispatch.dayplan', verbose_name='begun from')),
            ],
            options={
                'verbose_name': 'day plan',
                'verbose_name_plural': 'day plans',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PlannedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opens_at', models.DateTimeField(verbose_name='from')),
                ('closes_at', models.DateTimeField(verbose_name='until')),
                ('orders_before', models.PositiveSmallIntegerField(default=0, verbose_name='orders before')),
                ('orders_after', models.PositiveSmallIntegerField(default=0, verbose_name='orders planned')),
                ('changes', models.PositiveSmallIntegerField(default=0, verbose_name='changes')),
                ('before', models.JSONField(default=dict, help_text='{work_s, travel_s, overtime_s}')),
                ('after', models.JSONField(default=dict, help_text='the same')),
                ('breaks', models.JSONField(default=list, help_text='[[kind, from_s, until_s]]: absence, lunch, depot')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='days', to='dispatch.dayplan', verbose_name='day plan')),
            ],
            options={
                'verbose_name': 'planned day',
                'verbose_name_plural': 'planned days',
                'ordering': ['person__name', 'person_id'],
            },
        ),
        migrations.CreateModel(
            name='PlannedOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('change', models.CharField(choices=[('new', 'From the pool'), ('moved', 'To somebody else'), ('shifted', 'At another time'), ('dropped', 'Back into the pool'), ('kept', 'As before'), ('fixed', 'Fixed'), ('unserved', 'Stays in the pool')], max_length=10, verbose_name='change')),
                ('start_before', models.DateTimeField(null=True, verbose_name='start before')),
                ('late_before_s', models.PositiveIntegerField(default=0, verbose_name='late before')),
                ('travel_before_s', models.PositiveIntegerField(default=0, verbose_name='way there before')),
                ('start_after', models.DateTimeField(null=True, verbose_name='start planned')),
                ('end_after', models.DateTimeField(null=True, verbose_name='end planned')),
                ('late_after_s', models.PositiveIntegerField(default=0, verbose_name='late as planned')),
                ('travel_after_s', models.PositiveIntegerField(default=0, verbose_name='way there as planned')),
                ('reasons', models.JSONField(default=list, help_text='[[code, values]]: why nobody does it')),
                ('engineer_after', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='engineer planned')),
                ('engineer_before', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='engineer before')),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='workorders.workorder', verbose_name='work order')),
                ('pick_up_at', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='spareparts.place', verbose_name='parts to be collected at')),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='dispatch.dayplan', verbose_name='day plan')),
            ],
            options={
                'verbose_name': 'planned order',
                'verbose_name_plural': 'planned orders',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='dayplan',
            index=models.Index(fields=['region', '-id'], name='day_plan_region'),
        ),
        migrations.AddConstraint(
            model_name='dayplan',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['waiting', 'running'])), fields=('region', 'on'), name='one_running_plan_per_day', violation_error_message='This day is being planned already.'),
        ),
        migrations.AddConstraint(
            model_name='dayplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('absent', None), ('absent_from', None)), models.Q(('absent__isnull', False), ('absent_from__isnull', False)), _connector='OR'), name='absent_since_when'),
        ),
        migrations.AddConstraint(
            model_name='plannedday',
            constraint=models.UniqueConstraint(fields=('plan', 'person'), name='person_once_in_a_plan'),
        ),
        migrations.AddIndex(
            model_name='plannedorder',
            index=models.Index(fields=['plan', 'change'], name='planned_order_change'),
        ),
        migrations.AddIndex(
            model_name='plannedorder',
            index=models.Index(fields=['order'], name='planned_order_order'),
        ),
        migrations.AddConstraint(
            model_name='plannedorder',
            constraint=models.UniqueConstraint(fields=('plan', 'order'), name='order_once_in_a_plan'),
        ),
        migrations.AddConstraint(
            model_name='plannedorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_after', None), ('engineer_after', None), ('start_after', None)), models.Q(('end_after__gte', models.F('start_after')), ('engineer_after__isnull', False), ('start_after__isnull', False)), _connector='OR'), name='planned_with_whom_and_when'),
        ),
    ]
