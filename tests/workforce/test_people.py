from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from tests import factories as make
from workforce.actions import set_shifts
from workforce.models import User


@pytest.fixture
def office(client, manager):
    client.force_login(manager)
    return client


def page(name: str, *args) -> str:
    return reverse(f"office:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def test_a_manager_adds_a_person_who_can_log_in(office, client, hangzhou, manager) -> None:
    new = {"username": "nina", "name": "Nina New", "role": "engineer", "region": hangzhou.pk, "email": "n@x.example",
           "phone": "", "language": "en", "password": "horse-battery-1"}  # fmt: skip
    office.post(page("person-create"), new)
    nina = User.objects.get(username="nina")
    assert nina.is_field and nina.check_password("horse-battery-1")
    assert Entry.objects.about(nina).get().verb == "workforce.create_person"
    assert office.post(page("person-create"), new).status_code == 422
    assert User.objects.filter(username="nina").count() == 1


def test_a_manager_cannot_lock_themselves_out(office, manager) -> None:
    values = {"name": manager.name, "role": "manager", "region": manager.region.pk, "language": "en"}
    answer = office.post(page("person-edit", "manager"), values)
    assert answer.status_code == 422 and "cannot switch off your own access" in text(answer)
    manager.refresh_from_db()
    assert manager.is_active


def test_a_skill_is_set_with_its_level_and_day(office, engineer) -> None:
    skill = make.SkillFactory(code="card-reader")
    office.post(
        page("person-set-skill", engineer.username), {"skill": skill.pk, "level": 3, "expires_on": "2027-05-01"}
    )
    held = engineer.skills.get(skill=skill)
    assert (held.level, str(held.expires_on)) == (3, "2027-05-01")


def test_both_stretches_of_a_day_are_shown_and_kept(office, engineer, manager, at) -> None:
    night = [(4, time(0), time(6)), (4, time(18), time(23, 59))]
    set_shifts(engineer, shifts=night, by=manager, at=at)
    form = office.get(page("person-set-shifts", engineer.username)).context["form"]
    sent = {name: form[name].initial.strftime("%H:%M") for name in form.fields if form[name].initial}
    assert len(sent) == 4
    office.post(page("person-set-shifts", engineer.username), sent)
    assert list(engineer.shifts.values_list("weekday", "starts_at", "ends_at")) == night


def test_hours_that_overlap_or_end_before_they_begin_are_refused(office, engineer) -> None:
    before = list(engineer.shifts.values())
    overlapping = {"from_0_0": "09:00", "until_0_0": "12:00", "from_0_1": "11:00", "until_0_1": "17:00"}
    answer = office.post(page("person-set-shifts", engineer.username), overlapping)
    assert answer.status_code == 422 and "overlaps" in text(answer)
    answer = office.post(page("person-set-shifts", engineer.username), {"from_0_0": "12:00", "until_0_0": "09:00"})
    assert answer.status_code == 422 and "the end after the beginning" in text(answer)
    assert list(engineer.shifts.values()) == before


def test_leave_is_booked_once(office, engineer) -> None:
    begin = timezone.now() + timedelta(days=3)
    leave = {"kind": "leave", "start": f"{begin:%Y-%m-%dT09:00}", "end": f"{begin:%Y-%m-%dT18:00}", "label": "Wedding"}
    assert office.post(page("person-book-time", engineer.username), leave).status_code == 302
    assert office.post(page("person-book-time", engineer.username), leave).status_code == 422
    assert engineer.bookings.filter(kind="leave").count() == 1
    assert "Wedding" in text(office.get(page("person-skills", engineer.username)))
