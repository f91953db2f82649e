"""What operations may do in the Django admin, and what only actions may do."""

import json

import pytest
from django.urls import reverse

from journal.models import Entry
from tests.factories import STEPS
from tests.workorders.reading import verbs
from workorders.actions import rate_work_order
from workorders.models import SlaPolicy, WorkOrderType

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, ops):
    client.force_login(ops)
    return client


def test_orders_requests_and_ratings_are_only_looked_at(admin, completed, minutes):
    rating = rate_work_order(completed, score=5, comment="", at=minutes(90))
    request = completed.requests.get()
    for row in (completed, request, rating):
        name = row._meta.model_name
        assert admin.get(reverse(f"admin:workorders_{name}_changelist")).status_code == 200
        assert admin.get(reverse(f"admin:workorders_{name}_change", args=[row.pk])).status_code == 200
        assert admin.post(reverse(f"admin:workorders_{name}_change", args=[row.pk])).status_code == 403
        assert admin.get(reverse(f"admin:workorders_{name}_add")).status_code == 403
        assert admin.get(reverse(f"admin:workorders_{name}_delete", args=[row.pk])).status_code == 403
    assert verbs(completed)[-1] == "close_work_order"


def test_an_order_is_found_by_the_beginning_of_its_number(admin, pooled):
    url = reverse("admin:workorders_workorder_changelist")
    assert pooled.number in admin.get(url, {"q": pooled.number[:-3].lower()}).content.decode()
    assert pooled.number not in admin.get(url, {"q": "WO-1"}).content.decode()


def test_the_admin_shows_no_phone_number(admin, ask):
    request = ask(contact_phone="13912345678")[0]
    html = admin.get(reverse("admin:workorders_request_change", args=[request.pk])).content.decode()
    assert "13912345678" not in html


def test_order_types_and_policies_are_edited(admin, repair):
    policy = SlaPolicy.objects.get()
    values = {"name": "Standard", "calendar": policy.calendar_id, "response_min": 120, "resolution_min": 480}
    admin.post(reverse("admin:workorders_slapolicy_change", args=[policy.pk]), values)
    assert SlaPolicy.objects.get().response_min == 120
    values = {"code": "swap", "name": "Swap", "duration_min": 30, "is_active": "on"}
    for rows in ("skill_needs", "part_needs"):
        values |= {f"{rows}-TOTAL_FORMS": 0, f"{rows}-INITIAL_FORMS": 0}
    admin.post(reverse("admin:workorders_workordertype_add"), values)
    assert WorkOrderType.objects.filter(code="swap").exists()


def test_a_version_of_a_procedure_is_published_and_then_stays(admin, repair, ops):
    url = reverse("admin:procedures_procedureversion_add")
    wrong = {"procedure": repair.procedure_id, "steps": json.dumps([{"key": "x"}])}
    assert "its kind must be one of" in admin.post(url, wrong).content.decode()
    admin.post(url, {"procedure": repair.procedure_id, "steps": json.dumps(STEPS[:2])})
    version = repair.procedure.current
    assert (version.number, version.published_by, len(version.steps)) == (2, ops, 2)
    assert admin.post(reverse("admin:procedures_procedureversion_change", args=[version.pk])).status_code == 403
    assert Entry.objects.filter(verb="procedures.publish_version").count() == 1


def test_nobody_else_gets_in(client, dispatcher):
    client.force_login(dispatcher)
    assert client.get(reverse("admin:workorders_workorder_changelist")).status_code == 302
