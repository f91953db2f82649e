"""How well a visit is proven: pure points over facts; facts out of what was kept; a list for people, no punishment."""

import io
import random
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from evidence.actions import keep_picture
from tests.races import at_once
from tests.workorders.reading import last_entry
from toolkit.errors import Refused
from workorders import actions
from workorders.authenticity import Facts, Thresholds, parts_of, score_of
from workorders.models import Visit, VisitRules, WorkOrder
from workorders.visit_facts import facts_of

LIMITS = Thresholds()
GOOD = Facts(
    distance_m=20, accuracy_m=10, scans=1, scans_on_site=1, photos=3, live_photos=3, codes=2, codes_right=2,
    speed_kmh=30, ahead_s=-3,
)  # fmt: skip
COUNTS = st.integers(0, 30)
ANY = st.builds(
    Facts, is_place_known=st.booleans(), distance_m=st.none() | st.floats(0, 1e7),
    accuracy_m=st.none() | st.floats(0, 1e5), scans=COUNTS, scans_on_site=COUNTS, photos=COUNTS, live_photos=COUNTS,
    duplicates=COUNTS, codes=COUNTS, codes_right=COUNTS, codes_missing=COUNTS,
    speed_kmh=st.none() | st.floats(0, 1e6), ahead_s=st.none() | st.floats(-1e6, 1e6),
)  # fmt: skip


def points(facts: Facts) -> dict[str, tuple[int, int]]:
    return {part.code: (part.points, part.most) for part in parts_of(facts, LIMITS)}


@given(ANY)
def test_points_stay_within_what_a_part_is_worth(facts) -> None:
    parts = parts_of(facts, LIMITS)
    assert all(0 <= part.points <= part.most for part in parts)
    assert (score := score_of(parts)) is None or 0 <= score <= 100


def test_a_good_visit_has_all_points() -> None:
    assert score_of(parts_of(GOOD, LIMITS)) == 100


@pytest.mark.parametrize(
    ("change", "code", "left"),
    [
        ({"distance_m": 5000}, "fence", 0),
        ({"distance_m": None}, "fence", 0),
        ({"distance_m": 480, "accuracy_m": 300}, "fence", 25),
        ({"scans_on_site": 0}, "serial", 0),
        ({"live_photos": 1}, "camera", 7),
        ({"duplicates": 3}, "duplicates", 0),
        ({"speed_kmh": 900}, "speed", 0),
        ({"codes_missing": 1}, "code", 8),
        ({"codes_right": 0, "codes_missing": 1}, "code", 0),
        ({"ahead_s": 3600}, "clock", 0),
    ],
)  # fmt: skip
def test_each_part_loses_its_own_points_only(change, code, left) -> None:
    changed, whole = points(Facts(**{**GOOD.__dict__, **change})), points(GOOD)
    assert changed.pop(code)[0] == left
    assert changed == {name: each for name, each in whole.items() if name != code}


def test_what_is_not_known_does_not_count() -> None:
    assert score_of(parts_of(Facts(is_place_known=False), LIMITS)) is None
    assert points(Facts(is_place_known=False, photos=2, live_photos=2))["fence"] == (0, 0)


def noise(by, at, seed: int, source: str = "camera"):
    file = io.BytesIO()
    rng = random.Random(seed)
    Image.frombytes("RGB", (9, 8), rng.randbytes(216)).resize((180, 160)).save(file, "PNG")
    file.seek(0)
    return keep_picture(file, id=uuid.uuid4(), kind="photo", by=by, at=at, source=source, accuracy_m=15)


@pytest.mark.django_db
class TestVisits:
    def test_a_completed_order_is_scored_once(self, completed, minutes):
        assert actions.score_visits(at=minutes(56)) == 1
        assert actions.score_visits(at=minutes(57)) == 0
        visit = Visit.objects.get(order=completed)
        assert visit.scored_at == minutes(56)
        assert [part["code"] for part in visit.parts] == [part.code for part in parts_of(GOOD, LIMITS)]
        assert visit.parts[0]["points"] == 25

    def test_photos_of_another_visit_and_of_the_gallery_are_noticed(
        self, completed, paused_elsewhere, engineer, minutes
    ):
        actions.add_photo(paused_elsewhere, capture=noise(engineer, minutes(40), 1), by=engineer, at=minutes(41))
        for seed, source in ((1, "gallery"), (2, "camera")):
            photo = noise(engineer, minutes(56), seed, source)
            actions.add_photo(completed, capture=photo, by=engineer, at=minutes(56))
        facts = facts_of(WorkOrder.objects.get(pk=completed.pk))
        assert (facts.photos, facts.live_photos, facts.accuracy_m) == (3, 1, 15)
        assert facts.duplicates == 1

    def test_a_clock_ahead_is_noticed_and_one_behind_is_not(self, working, engineer, minutes):
        actions.answer_step(
            working, step="power", value=True, by=engineer, at=minutes(40), device_at=minutes(20)
        )  # fmt: skip
        assert facts_of(working).ahead_s == -1200
        actions.answer_step(
            working, step="power", value=False, by=engineer, at=minutes(41), device_at=minutes(101)
        )  # fmt: skip
        assert facts_of(working).ahead_s == 3600

    def test_the_thresholds_are_data(self, completed, minutes):
        VisitRules.objects.create(low_below=100, camera_points=50)
        actions.score_visits(at=minutes(56))
        assert Visit.objects.to_look_at().get().order == completed

    def test_a_low_one_is_looked_at_and_settled_by_a_person(self, completed, dispatcher, engineer, minutes):
        VisitRules.objects.create(low_below=100)
        actions.score_visits(at=minutes(56))
        client = Client(headers={"accept-language": "en"})
        client.force_login(dispatcher)
        assert completed.number in client.get("/office/work-orders/visits/").content.decode()
        page = client.get(f"/office/work-orders/{completed}/visit/").content.decode()
        assert "from the merchant; up to" in page and "live camera" in page and "Settle" in page
        address = f"/office/work-orders/{completed}/visit/settle/"
        assert client.post(address, {"how": "follow_up"}).status_code == 422
        assert client.post(address, {"how": "follow_up", "note": "Ask for the photos"}).status_code == 302
        entry = last_entry(completed)
        assert (entry.verb, entry.note, entry.actor) == ("workorders.settle_visit", "Ask for the photos", dispatcher)
        with pytest.raises(Refused, match="has settled this already"):
            actions.settle_visit(Visit.objects.get(), how="ok", by=dispatcher, at=minutes(60))
        assert completed.number not in client.get("/office/work-orders/visits/").content.decode()
        client.force_login(engineer)
        assert client.get(f"/office/work-orders/{completed}/visit/").status_code in (403, 404)

    def test_an_impossible_journey_is_noticed(self, completed, order_far_away, minutes):
        assert facts_of(completed).speed_kmh is None
        assert facts_of(order_far_away).speed_kmh > 1000


@pytest.mark.django_db(transaction=True)
def test_of_two_who_settle_a_visit_at_once_the_second_hears_of_the_first(completed, dispatcher, minutes):
    actions.score_visits(at=minutes(56))
    visit = Visit.objects.get()
    answers = at_once(4, lambda _: actions.settle_visit(visit, how="ok", by=dispatcher, at=minutes(60)))
    assert answers.count("Dina Dispatcher has settled this already.") == 3


@pytest.fixture
def order_far_away(completed, repair, merchant, engineer, dispatcher, minutes):
    """Begun 100 km away three minutes after the end of the other."""
    order = actions.open_work_order(type=repair, merchant=merchant, summary="Dead", by=dispatcher, at=minutes(0))
    WorkOrder.objects.filter(pk=order.pk).update(
        lat=31.2, lon=120.1551, engineer=engineer, status="on_site", arrived_at=minutes(58)
    )
    return WorkOrder.objects.get(pk=order.pk)


@pytest.fixture
def paused_elsewhere(repair, merchant, engineer, dispatcher, minutes):
    order = actions.open_work_order(type=repair, merchant=merchant, summary="Dead", by=dispatcher, at=minutes(0))
    start = minutes(0) + timedelta(hours=5)
    actions.assign_work_order(
        order, engineer=engineer, start=start, end=start + timedelta(hours=1), by=dispatcher, at=minutes(1)
    )
    WorkOrder.objects.filter(pk=order.pk).update(status="on_site")
    return WorkOrder.objects.get(pk=order.pk)
