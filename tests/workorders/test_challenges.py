"""A code that is given out with the day's work has to be seen in the photo; somebody looks; the score takes it in."""

import io
import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from PIL import Image

from evidence.actions import keep_picture
from evidence.challenges import ALPHABET, challenge_code
from procedures.actions import publish_version
from tests.workorders.reading import last_entry, verbs
from toolkit.errors import Refused
from workorders import actions
from workorders.challenges import code_of, has_right_code
from workorders.models import Visit
from workorders.queries import history
from workorders.service_report import hash_of

pytestmark = pytest.mark.django_db
STEPS = [{"key": "shop", "kind": "photo", "title": "Photo of the shop", "required": True, "code": True, "count": 2}]


@pytest.fixture
def repair(repair, manager, at):
    publish_version(repair.procedure, steps=STEPS, by=manager, at=at)
    return repair


@pytest.fixture
def photo(engineer, at):
    def keep(challenge: str, taken_at: datetime = at):
        file = io.BytesIO()
        Image.new("RGB", (8, 8), "teal").save(file, "PNG")
        file.seek(0)
        return keep_picture(
            file, id=uuid.uuid4(), kind="photo", by=engineer, at=at, challenge=challenge, taken_at=taken_at
        )

    return keep


@pytest.fixture
def visit(working, engineer, photo, picture, minutes):
    """Of two photos one was taken with the right code."""
    captures = [photo(code_of(working, minutes(32))), photo("WRONG")]
    actions.answer_step(working, step="shop", captures=captures, by=engineer, at=minutes(40))
    actions.sign(
        working, capture=picture(engineer, "signature"), signer_name="Wang Fang", shown_sha256=hash_of(working),
        by=engineer, at=minutes(50),
    )  # fmt: skip
    actions.complete_work_order(working, by=engineer, at=minutes(55), resolution="Done", lat=30.2741, lon=120.1551)
    actions.score_visits(at=minutes(56))
    return Visit.objects.get(order=working)


def part(visit: Visit) -> dict:
    return next(each for each in Visit.objects.get(pk=visit.pk).parts if each["code"] == "code")


def test_a_code_is_short_plain_and_of_its_subject_and_day() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(2000)]
    codes = [challenge_code("WO-1", day) for day in days]
    assert all(len(code) == 5 and set(code) <= set(ALPHABET) for code in codes)
    assert len(set(codes)) > 1995
    assert set("".join(codes)) == set(ALPHABET)
    assert codes[0] == challenge_code("WO-1", days[0]) != challenge_code("WO-2", days[0])
    assert not set(ALPHABET) & set("01258BGILOQSUZ6")


def test_it_is_good_for_this_visit_today_and_tomorrow(assigned, engineer, colleague, dispatcher, photo, minutes):
    """The day is that of the place: at 23:30 and 00:30 in Hangzhou the codes differ."""
    night = datetime(2026, 11, 18, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    code = code_of(assigned, night)
    assert code != code_of(assigned, night + timedelta(hours=1))
    assert has_right_code(assigned, photo(code, night))
    assert has_right_code(assigned, photo(code, night + timedelta(hours=24)))
    assert not has_right_code(assigned, photo(code, night + timedelta(hours=25)))
    assert not has_right_code(assigned, photo(code, night - timedelta(days=1)))
    assert not has_right_code(assigned, photo("", night))
    given = {"start": minutes(30), "end": minutes(75), "by": dispatcher}
    other = actions.assign_work_order(assigned, engineer=colleague, at=minutes(5), **given)
    assert not has_right_code(other, photo(code, night))
    again = actions.assign_work_order(other, engineer=engineer, at=minutes(6), **given)
    assert not has_right_code(again, photo(code, night))
    assert last_entry(again).verb == "workorders.assign_work_order"


def test_the_phone_shows_it_at_the_step_and_takes_it_along(working, engineer, client, minutes):
    client.force_login(engineer)
    with time_machine.travel(minutes(33), tick=False):
        page = client.get(reverse("field:order", args=[working.number])).content.decode()
        code = code_of(working, minutes(33))
        assert f'data-challenge="{code}"' in page
        assert f'Write <strong class="field-code">{code}</strong>' in page
        kept = {each["url"]: each["html"] for each in client.get(reverse("field:work")).json()["pages"]}
        assert code in kept[reverse("field:order", args=[working.number])]
    assert verbs(working)[-1] == "start_work"


def test_the_score_counts_photos_with_the_right_code_and_what_somebody_saw(visit, dispatcher, minutes):
    assert (part(visit)["points"], part(visit)["most"]) == (8, 15)
    right, wrong = sorted(visit.order.run.answers.get().captures.all(), key=lambda each: each.challenge == "WRONG")
    assert Visit.objects.get().in_words[-2][1] == "1 of 2 photos were taken while the code of this visit was shown."
    actions.review_code(visit, capture=right.pk, found="not_seen", by=dispatcher, at=minutes(60))
    assert part(visit)["points"] == 0
    assert "In 1 of them somebody looked for it in vain." in Visit.objects.get().in_words[-2][1]
    line = history(visit.order).lines[0]
    assert (line.entry.verb, line.entry.actor) == ("workorders.review_code", dispatcher)
    assert [(change.label, change.after) for change in line.changes] == [("Challenge code", "Not seen in the photo")]
    actions.review_code(visit, capture=right.pk, found="seen", by=dispatcher, at=minutes(61))
    actions.review_code(visit, capture=right.pk, found="seen", by=dispatcher, at=minutes(62))
    actions.review_code(visit, capture=wrong.pk, found="seen", by=dispatcher, at=minutes(63))
    assert part(visit)["points"] == 8  # seen, but of another visit
    assert verbs(visit.order).count("review_code") == 3


def test_only_photos_that_should_show_it_are_looked_at(visit, dispatcher, photo, minutes):
    with pytest.raises(Refused, match="not one of those"):
        actions.review_code(visit, capture=photo("K7C4A").pk, found="seen", by=dispatcher, at=minutes(60))
    with pytest.raises(Refused, match="whether the code is seen"):
        actions.review_code(visit, capture=uuid.uuid4(), found="perhaps", by=dispatcher, at=minutes(60))
    assert last_entry(visit.order).verb == "workorders.complete_work_order"


def test_the_reviewer_sees_code_and_photo_side_by_side_and_says(visit, dispatcher, client):
    client.force_login(dispatcher)
    panel = reverse("office:work-order-visit", args=[visit.order.number])
    page = client.get(panel).content.decode()
    right = next(each for each in visit.order.run.answers.get().captures.all() if each.challenge != "WRONG")
    assert all(text in page for text in (right.challenge, "WRONG", "code of this visit", "not the code of this visit"))
    url = reverse("office:work-order-visit-code", args=[visit.order.number, right.pk])
    assert url in page
    answer = client.post(url, {"found": "seen"})
    assert (answer.status_code, answer["Location"]) == (302, f"{visit.order.get_absolute_url()}#visit")
    assert f"Seen in the photo · {dispatcher.name}" in client.get(panel).content.decode()
    assert last_entry(visit.order).changes == {"challenge code": [None, "seen"]}
