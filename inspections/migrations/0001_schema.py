import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from toolkit.numbers import number_sequence


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('merchants', '0005_both_sides_of_the_identity_card'),
        ('workforce', '0002_badges'),
        ('workorders', '0003_use_of_parts'),
    ]

    operations = [
        number_sequence("IP"),
        migrations.CreateModel(
            name='InspectionPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=20, unique=True, verbose_name='number')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('criteria', models.JSONField(blank=True, default=dict, help_text='{tiers: [code], trades: [code], with_terminal: bool}', verbose_name='which merchants')),
                ('every', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='every')),
                ('unit', models.CharField(choices=[('week', 'Weeks'), ('month', 'Months')], max_length=5, verbose_name='unit')),
                ('starts_on', models.DateField(verbose_name='first period begins')),
                ('after_completion', models.BooleanField(default=False, help_text='Otherwise on fixed days, whenever the last was.', verbose_name='counted from the last visit')),
                ('tolerance_days', models.PositiveSmallIntegerField(default=3, verbose_name='tolerance, days')),
                ('repair_counts', models.BooleanField(default=True, verbose_name='a repair within the tolerance counts')),
                ('horizon_days', models.PositiveSmallIntegerField(default=60, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(400)], verbose_name='planned ahead, days')),
                ('per_day', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='visits a day at most')),
                ('catch_up', models.CharField(choices=[('once', 'One visit makes up for all'), ('skip', 'Left out beyond the tolerance')], default='once', max_length=4, verbose_name='what was missed')),
                ('is_active', models.BooleanField(default=False, editable=False, verbose_name='active')),
                ('ensured_on', models.DateField(editable=False, null=True)),
                ('pass_on', models.DateField(editable=False, help_text='when the pass that goes on began', null=True)),
                ('pass_after', models.BigIntegerField(default=0, editable=False, help_text='key of the last merchant it has seen')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='merchants.servicecalendar', verbose_name='service calendar')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workforce.region', verbose_name='region')),
                ('type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workorders.workordertype', verbose_name='order type')),
            ],
            options={
                'verbose_name': 'inspection plan',
                'verbose_name_plural': 'inspection plans',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('planned_on', models.DateField(verbose_name='planned for')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('open', 'Work order open'), ('done', 'Inspected'), ('counted', 'Another visit counts'), ('missed', 'Missed'), ('dropped', 'No longer wanted')], default='planned', editable=False, max_length=8, verbose_name='state')),
                ('finished_on', models.DateField(null=True, verbose_name='over')),
                ('counted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workorders.workorder', verbose_name='the visit that counts')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='merchants.merchant', verbose_name='merchant')),
                ('order', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inspection', to='workorders.workorder', verbose_name='work order')),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='inspections.inspectionplan')),
            ],
            options={
                'verbose_name': 'inspection',
                'verbose_name_plural': 'inspections',
                'ordering': ['-due_on', '-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='inspectionplan',
            constraint=models.CheckConstraint(condition=models.Q(('every__gte', 1)), name='inspection_plan_has_a_period'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(fields=['merchant', '-due_on'], name='inspection_merchant'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(condition=models.Q(('state', 'planned')), fields=['plan', 'planned_on'], name='inspection_planned'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(fields=['plan', 'planned_on'], name='inspection_load'),
        ),
        migrations.AddIndex(
            model_name='inspection',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['order'], name='inspection_open'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.UniqueConstraint(fields=('plan', 'merchant', 'due_on'), name='inspection_due_once'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'done']), _negated=True), ('order__isnull', False), _connector='OR'), name='inspection_open_has_its_order'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'counted'), _negated=True), ('counted_by__isnull', False), _connector='OR'), name='inspection_counted_by_a_visit'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_on__isnull', False), ('state__in', ['done', 'counted', 'missed', 'dropped'])), models.Q(models.Q(('state__in', ['done', 'counted', 'missed', 'dropped']), _negated=True), ('finished_on', None)), _connector='OR'), name='inspection_over_has_a_day'),
        ),
    ]
