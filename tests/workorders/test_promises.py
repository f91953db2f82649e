"""What was promised in sales is answered on site; an order that waits for the review is nobody's."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from merchants.models import Merchant
from prospecting.models import Offer
from tests import factories as make
from tests.workorders.reading import last_entry
from toolkit.errors import Refused
from workorders import actions
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
HERE = {"lat": 30.2741, "lon": 120.1551}


@pytest.fixture
def promised(signed):
    for number, text in enumerate(["A speaker as a gift", "A cable of 5 m"], 1):
        signed.promises.create(kind="extra", text=text, quantity=number)
    WorkOrder.objects.filter(pk=signed.pk).update(open_promises=2)
    return signed


def test_it_cannot_be_completed_before_each_is_answered(promised, engineer, colleague, minutes):
    gift, cable = promised.promises.all()
    with pytest.raises(Refused, match="Still open: A speaker as a gift, A cable of 5 m"):
        actions.complete_work_order(promised, by=engineer, at=minutes(55), resolution="Done", **HERE)
    with pytest.raises(Refused, match="belongs to"):
        actions.answer_promise(promised, promise=gift.pk, is_kept=True, by=colleague, at=minutes(51))
    actions.answer_promise(promised, promise=gift.pk, is_kept=True, by=engineer, at=minutes(51))
    with pytest.raises(Refused, match="Say why it was not kept"):
        actions.answer_promise(promised, promise=cable.pk, is_kept=False, by=engineer, at=minutes(52))
    actions.answer_promise(promised, promise=cable.pk, is_kept=False, reason="None left", by=engineer, at=minutes(52))
    assert last_entry(promised).changes == {"promise": [None, "A cable of 5 m"], "is_kept": [None, False]}
    done = actions.complete_work_order(promised, by=engineer, at=minutes(55), resolution="Done", **HERE)
    assert (done.status, done.open_promises) == ("completed", 0)


def test_the_database_holds_it_too(promised):
    with pytest.raises(IntegrityError, match="order_done_kept_its_word"), transaction.atomic():
        WorkOrder.objects.filter(pk=promised.pk).update(status="completed", completed_at=promised.opened_at)


def test_a_promise_of_another_order_is_refused(promised, engineer, minutes):
    with pytest.raises(Refused, match="does not belong"):
        actions.answer_promise(promised, promise=0, is_kept=True, by=engineer, at=minutes(51))


def test_an_order_waits_for_the_review_and_its_clock_with_it(repair, merchant, dispatcher, engineer, at):
    kind = make.WorkOrderTypeFactory(code="install", needs_review=True)
    usual = actions.open_work_order(type=kind, merchant=merchant, summary="Install", by=dispatcher, at=at)
    Merchant.objects.filter(pk=merchant.pk).update(status="onboarding")
    merchant.refresh_from_db()
    said = Offer(kind="extra", text="A speaker", quantity=1)
    held = actions.open_work_order(
        type=kind, merchant=merchant, summary="Install", by=dispatcher, at=at, promises=[said]
    )
    assert (usual.status, held.status, held.open_promises) == ("open", "held", 1)
    assert (held.response_due_at, held.promises.get().text) == (None, "A speaker")
    assert held not in WorkOrder.objects.in_pool()
    with pytest.raises(Refused, match="comes into the pool by itself"):
        actions.assign_work_order(held, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    later = at + timedelta(minutes=30)
    assert actions.release_held_orders(at=later) == 0
    Merchant.objects.filter(pk=merchant.pk).update(status="active")
    assert (actions.release_held_orders(at=later), actions.release_held_orders(at=later)) == (1, 0)
    held.refresh_from_db()
    assert held.status == "open"
    assert held.response_due_at == usual.response_due_at + timedelta(minutes=30)
    assert last_entry(held).verb == "workorders.release_work_order"


def test_a_held_order_may_be_cancelled(merchant, dispatcher, at):
    Merchant.objects.filter(pk=merchant.pk).update(status="onboarding")
    merchant.refresh_from_db()
    kind = make.WorkOrderTypeFactory(code="install", needs_review=True)
    held = actions.open_work_order(type=kind, merchant=merchant, summary="Install", by=dispatcher, at=at)
    actions.cancel_work_order(held, by=dispatcher, reason="Changed their mind", at=at)
    held.refresh_from_db()
    assert (held.status, held.pauses.filter(ended_at=None).count()) == ("cancelled", 0)
