import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Once the rows are as they should be; nobody waits for it."""

    atomic = False

    dependencies = [("assets", "0003_map_states_and_custody")]

    operations = [
        AddIndexConcurrently(
            model_name='sticker',
            index=models.Index(condition=models.Q(('terminal', None), ('voided_at', None)), fields=['holder', 'id'], name='sticker_free_with'),
        ),
        AddIndexConcurrently(
            model_name='terminal',
            index=models.Index(condition=models.Q(('status__in', ['received', 'staged', 'keyed', 'tested', 'returned', 'wiped', 'issued', 'retrieved'])), fields=['since', 'id'], name='terminal_idle'),
        ),
        AddIndexConcurrently(
            model_name='terminal',
            index=models.Index(condition=models.Q(('is_blocked', True)), fields=['-id'], name='terminal_blocked'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='terminal',
            trigger=pgtrigger.compiler.Trigger(name='goes_its_way', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{issued:live,issued:tested,keyed:staged,keyed:tested,keyed:wiped,live:retrieved,live:returned,received:scrapped,received:staged,retrieved:live,retrieved:returned,returned:retrieved,returned:wiped,staged:keyed,staged:received,staged:scrapped,staged:tested,staged:wiped,tested:issued,tested:keyed,tested:live,tested:staged,tested:wiped,wiped:returned,wiped:scrapped,wiped:staged}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='893d2618517281579ab549d64efb60389a90a435', operation='UPDATE', pgid='pgtrigger_goes_its_way_4ba91', table='assets_terminal', when='BEFORE')),
        ),
        AddConstraintNotValid(
            model_name='sticker',
            constraint=models.CheckConstraint(condition=models.Q(('lost_at', None), ('voided_at__isnull', False), _connector='OR'), name='lost_sticker_is_void'),
        ),
        ValidateConstraint(model_name='sticker', name='lost_sticker_is_void'),
        migrations.AddConstraint(
            model_name='terminal',
            constraint=models.UniqueConstraint(condition=models.Q(('sim_iccid', ''), _negated=True), fields=('sim_iccid',), name='terminal_sim_once'),
        ),
        AddConstraintNotValid(
            model_name='terminal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holder__isnull', False), ('status__in', ['issued', 'retrieved'])), models.Q(models.Q(('status__in', ['issued', 'retrieved']), _negated=True), ('holder', None)), _connector='OR'), name='terminal_in_a_bag_has_a_holder'),
        ),
        ValidateConstraint(model_name='terminal', name='terminal_in_a_bag_has_a_holder'),
        AddConstraintNotValid(
            model_name='terminal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['tested', 'issued', 'live']), _negated=True), ('tested_at__isnull', False), _connector='OR'), name='terminal_tested_before_use'),
        ),
        ValidateConstraint(model_name='terminal', name='terminal_tested_before_use'),
    ]
