"""Symptom, cause and remedy: without them a repair is not completed."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.workorders.reading import last_entry
from toolkit.errors import Refused
from workorders import actions
from workorders.fault_choices import fault_choices
from workorders.models import FaultCode, WorkOrder
from workorders.queries import deviations, history

pytestmark = pytest.mark.django_db
HERE = {"lat": 30.2741, "lon": 120.1551}


@pytest.fixture
def codes(db):
    rows = [
        ("symptom", "no-print", ""), ("symptom", "dead", ""), ("symptom", "quiet", "speaker"), ("cause", "dirt", ""),
        ("remedy", "clean", ""),
    ]  # fmt: skip
    return {
        code: FaultCode.objects.create(kind=kind, code=code, name=code.title(), name_zh="码", model_kind=model_kind)
        for kind, code, model_kind in rows
    }


@pytest.fixture
def repair(repair, codes):
    repair.needs_fault_codes = True
    repair.save()
    return repair


def all_three(codes):
    return {"symptom": codes["no-print"], "cause": codes["dirt"], "remedy": codes["clean"]}


def test_a_repair_is_completed_only_with_all_three(signed, engineer, codes, minutes):
    with pytest.raises(Refused, match="Still missing: Symptom, Cause, Remedy"):
        actions.complete_work_order(signed, by=engineer, at=minutes(55), resolution="Done", **HERE)
    actions.choose_fault_codes(signed, symptom=codes["no-print"], by=engineer, at=minutes(51))
    with pytest.raises(Refused, match="Still missing: Cause, Remedy"):
        actions.complete_work_order(signed, by=engineer, at=minutes(55), resolution="Done", **HERE)
    actions.choose_fault_codes(signed, cause=codes["dirt"], remedy=codes["clean"], by=engineer, at=minutes(52))
    assert last_entry(signed).changes == {"cause": [None, "dirt"], "remedy": [None, "clean"]}
    done = actions.complete_work_order(signed, by=engineer, at=minutes(55), resolution="Done", **HERE)
    assert done.status == "completed"
    assert list(deviations(WorkOrder.objects.all())) == []


def test_the_database_holds_it_too(signed):
    with pytest.raises(IntegrityError, match="repair_done_has_its_fault_codes"), transaction.atomic():
        WorkOrder.objects.filter(pk=signed.pk).update(status="completed", completed_at=signed.opened_at)


def test_an_order_keeps_to_what_its_type_asked_for_when_it_was_opened(signed, repair, engineer, codes, minutes):
    repair.needs_fault_codes = False
    repair.save()
    with pytest.raises(Refused, match="Still missing"):
        actions.complete_work_order(signed, by=engineer, at=minutes(55), resolution="Done", **HERE)


def test_a_code_of_another_kind_or_terminal_or_out_of_use_is_refused(working, terminal, engineer, codes, minutes):
    def choose(**chosen):
        return actions.choose_fault_codes(working, **chosen, by=engineer, at=minutes(40))

    with pytest.raises(Refused, match="not a code of this kind"):
        choose(symptom=codes["dirt"])
    FaultCode.objects.filter(code="dead").update(is_active=False)
    codes["dead"].refresh_from_db()
    with pytest.raises(Refused, match="no longer in use"):
        choose(symptom=codes["dead"])
    WorkOrder.objects.filter(pk=working.pk).update(terminal=terminal)
    with pytest.raises(Refused, match="does not belong to this kind of terminal"):
        choose(symptom=codes["quiet"])
    with pytest.raises(Refused, match="Choose a code"):
        choose()


def test_they_are_chosen_on_site_by_who_does_it(accepted, colleague, engineer, codes, minutes):
    with pytest.raises(Refused, match="chosen on site"):
        actions.choose_fault_codes(accepted, symptom=codes["dead"], by=engineer, at=minutes(5))
    with pytest.raises(Refused, match="belongs to"):
        actions.choose_fault_codes(accepted, symptom=codes["dead"], by=colleague, at=minutes(5))


def test_a_later_choice_takes_its_place_and_a_repeat_says_nothing(working, engineer, codes, minutes):
    for code in ("no-print", "dead", "dead"):
        order = actions.choose_fault_codes(working, symptom=codes[code], by=engineer, at=minutes(40))
    assert order.symptom == codes["dead"]
    entries = [line for line in history(order).lines if line.entry.verb == "workorders.choose_fault_codes"]
    assert [(line.changes[0].label, line.changes[0].before, line.changes[0].after) for line in entries] == [
        ("Symptom", "No-Print", "Dead"), ("Symptom", None, "No-Print"),
    ]  # fmt: skip


def test_the_journal_must_lead_to_the_codes(working, engineer, codes, minutes):
    actions.choose_fault_codes(working, symptom=codes["dead"], by=engineer, at=minutes(40))
    WorkOrder.objects.filter(pk=working.pk).update(symptom=codes["no-print"])
    assert [each.fault for each in deviations(WorkOrder.objects.all())] == [
        "its fault codes are not those of the journal"
    ]


def test_what_this_model_has_most_is_offered_first(working, terminal, engineer, codes, minutes):
    assert [code.code for code in fault_choices(working)[0].codes] == ["dead", "no-print", "quiet"]
    actions.choose_fault_codes(working, symptom=codes["no-print"], by=engineer, at=minutes(40))
    WorkOrder.objects.filter(pk=working.pk).update(terminal=terminal)
    working.terminal = terminal
    assert [code.code for code in fault_choices(working)[0].codes] == ["no-print", "dead"]


def test_the_list_filters_and_shows_them(working, engineer, dispatcher, codes, client, minutes):
    actions.choose_fault_codes(working, symptom=codes["dead"], by=engineer, at=minutes(40))
    client.force_login(dispatcher)
    url = reverse("office:work-order-list")
    shown = client.get(url, {"symptom": "dead", "columns": "number,symptom"}).content.decode()
    assert working.number in shown and re.search(r"<td[^>]*>\s*Dead", shown)
    assert working.number not in client.get(url, {"symptom": "no-print"}).content.decode()


def test_ops_keep_the_list_of_codes(client, ops, codes):
    client.force_login(ops)
    values = {"kind": "cause", "code": "water", "name": "Water", "name_zh": "进水", "is_active": "on"}
    assert client.post(reverse("admin:workorders_faultcode_add"), values).status_code == 302
    assert FaultCode.objects.get(code="water").kind == "cause"


def test_what_was_called_other_is_found(working, engineer, manager, codes, client, minutes):
    actions.choose_fault_codes(working, symptom=codes["dead"], by=engineer, at=minutes(40))
    client.force_login(manager)
    url, wanted = reverse("office:work-order-list"), {"other_fault": "true"}
    assert working.number not in client.get(url, wanted).content.decode()
    FaultCode.objects.filter(code="dead").update(is_other=True)
    assert working.number in client.get(url, wanted).content.decode()
    assert working.number not in client.get(url, {"other_fault": "false"}).content.decode()


def test_too_many_others_in_a_month_colour_the_tile_which_leads_to_exactly_these(
    repair, merchant, engineer, manager, codes, client, minutes
):
    """Twenty repairs of this month, one of them “other”: 5 % is fine. Nineteen: 5.3 % is not."""
    FaultCode.objects.filter(code="dead").update(is_other=True)
    rows = [
        WorkOrder(
            number=f"WO-OLD-{n}", type=repair, merchant=merchant, region=merchant.region, engineer=engineer,
            status="closed", summary="Old", duration_min=45, opened_at=minutes(0), service_date=minutes(0).date(),
            completed_at=minutes(0) - timedelta(days=n), **all_three(codes),
        )
        for n in range(22)
    ]  # fmt: skip
    rows[0].symptom = codes["dead"]
    rows[20].completed_at, rows[20].symptom = minutes(0) - timedelta(days=31), codes["dead"]
    rows[21].symptom = rows[21].cause = rows[21].remedy = None  # a type that asks for no codes
    rows = WorkOrder.objects.bulk_create(rows)
    client.force_login(manager)

    def tile():
        with time_machine.travel(minutes(60), tick=False):
            shown = next(t for t in client.get(reverse("office:home")).context["tiles"] if "other_fault" in t.url)
            listed = [row.record.number for row in client.get(shown.url).context["table"].page]
        assert (shown.count, listed) == (1, ["WO-OLD-0"])
        return shown

    assert (tile().colour, tile().sentence) == ("green", "5.0 % of 20 repairs; at most 5 % is fine.")
    rows[1].delete()
    assert (tile().colour, tile().sentence) == ("red", "5.3 % of 19 repairs; at most 5 % is fine.")
