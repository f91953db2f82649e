"""Card keys are in one place each and activated once; channels are refilled once per shortage; odd use is flagged."""

import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db.models import Sum
from django.urls import reverse

from integrations.columns import suggest
from integrations.models import Import
from journal.models import Entry
from notifications.models import Notice
from spareparts.actions import bag_of, receive_part, transfer_part
from spareparts.actions.card_keys import Activated, activate_keys, hand_out_keys, receive_batch
from spareparts.actions.channels import (
    check_usage,
    deliver_refill,
    make_channel,
    refill_channels,
    set_minimum,
    settle_flag,
)
from spareparts.models import (
    Channel,
    ChannelDay,
    KeyActivation,
    KeyBatch,
    KeyHolding,
    Movement,
    Part,
    Place,
    Refill,
    Stock,
    UsageFlag,
)  # fmt: skip
from spareparts.usage import unusual_weeks
from spareparts.verify import first_difference
from tests.integrations.test_import_merchants import check, run, upload
from tests.races import at_once
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(db) -> Part:
    return Part.objects.create(code="card-50", name="Card key 50", name_zh="50元卡密", is_card_key=True)


@pytest.fixture
def batch(card, depot, keeper, at) -> KeyBatch:
    """CK00001 to CK01000, at the depot since a week before."""
    return receive_batch(
        card, first="ck00001", count=1000, face_value=Decimal(50), target=depot, by=keeper, at=at - timedelta(days=7)
    )


@pytest.fixture
def kiosk(hangzhou, engineer, keeper, at) -> Channel:
    return make_channel(name="Kiosk", region=hangzhou, person=engineer, lat=30.27, lon=120.15, by=keeper, at=at)


@pytest.fixture
def stall(hangzhou, keeper, at) -> Channel:
    return make_channel(name="Stall", region=hangzhou, by=keeper, at=at)


@pytest.fixture
def that_day(at):
    with time_machine.travel(at):
        yield


def held(place: Place) -> list[str]:
    return [str(each) for each in KeyHolding.objects.live().filter(place=place).select_related("batch")]


def books_agree() -> bool:
    """Serials held, less those activated at channels, are what the ledger counts."""
    kept: Counter = Counter()
    for each in KeyHolding.objects.live():
        kept[each.place_id] += each.count
    kept.subtract(KeyActivation.objects.exclude(channel=None).values_list("channel__place", flat=True))
    there = dict(Stock.objects.filter(part__is_card_key=True).there().values_list("place", "quantity"))
    return first_difference() is None and +kept == there


def told(sheet: str, *, by, at, region) -> Import:
    return run(check(upload(sheet, kind="card_keys", by=by, at=at, region=region), by=by, at=at), by=by, at=at)


def test_ranges_are_handed_out_and_back_and_no_serial_is_in_two_places(
    batch, card, depot, kiosk, stall, keeper, at
) -> None:
    with pytest.raises(Refused, match=f"{batch.number}.* already"):
        receive_batch(card, first="CK00900", count=200, face_value=Decimal(50), target=depot, by=keeper, at=at)
    hand_out_keys("CK00101", count=100, target=kiosk.place, by=keeper, at=at)
    assert held(kiosk.place) == ["CK00101 – CK00200"]
    assert held(depot) == ["CK00001 – CK00100", "CK00201 – CK01000"]
    with pytest.raises(Refused, match="not in one place: CK00101 – CK00200: Kiosk"):
        hand_out_keys("CK00051", count=100, target=stall.place, by=keeper, at=at)
    with pytest.raises(Refused, match="only 1 from CK01000 on"):
        hand_out_keys("CK01000", count=2, target=stall.place, by=keeper, at=at)
    with pytest.raises(Refused, match="by their serials"):
        transfer_part(card, source=depot, target=stall.place, quantity=1, by=keeper, at=at)
    hand_out_keys("CK00151", count=50, target=depot, by=keeper, at=at)
    assert held(kiosk.place) == ["CK00101 – CK00150"]
    assert list(Movement.objects.order_by("pk").values_list("kind", "quantity")) == [
        ("receive", 1000), ("issue", 100), ("return", 50),
    ]  # fmt: skip
    assert books_agree()
    entry = Entry.objects.about(batch).filter(verb="spareparts.hand_out_keys").order_by("-pk").first()
    assert entry.changes == {
        "serials": [None, "CK00151 – CK00200"],
        "place": ["Kiosk", "Yuhang depot"],
    }


@pytest.mark.django_db(transaction=True)
def test_two_hand_outs_of_one_serial_have_one_winner(batch, depot, kiosk, stall, manager, keeper, at) -> None:
    hand_out_keys("CK00001", count=20, target=bag_of(kiosk.person), by=keeper, at=at)
    wishes = [(place, first) for place in (kiosk.place, stall.place) for first in ("CK00101", "CK00110", "CK00119")]
    answers = at_once(wishes, lambda wish: hand_out_keys(wish[1], count=10, target=wish[0], by=manager, at=at))
    won = [answer for answer in answers if isinstance(answer, KeyBatch)]
    assert 1 <= len(won) <= 2  # the middle one alone, or the two beside it, or one of these with nobody's other half
    assert Stock.objects.filter(place__kind="channel").aggregate(Sum("quantity"))["quantity__sum"] == 10 * len(won)
    assert books_agree()


def test_a_file_of_activations_goes_in_once_however_often_it_is_told(batch, depot, kiosk, keeper, hangzhou, at) -> None:
    hand_out_keys("CK00001", count=100, target=kiosk.place, by=keeper, at=at - timedelta(days=3))
    sheet = (
        "卡号,激活日期\nCK00001,2026-11-17\nck00002,2026/11/17 23:40\nCK00001,2026-11-17\nCK99999,2026-11-17\n"
        "CK00003,2026-11-10\nCK00500,2026-11-17\n8734 1111 2222 3333,2026-11-17\nCK00004,2027-01-01\n"
    )
    job = told(sheet, by=keeper, at=at, region=hangzhou)
    assert (job.created, job.failed) == (4, 4)
    assert {row.line: row.messages[0] for row in job.rows.filter(is_error=True)} == {
        4: "The serial stands in line 2 already.",
        5: "No batch has the serial CK99999.",
        8: "“8734…” is no serial: letters, then up to 18 digits.",
        9: "“2027-01-01” is no day until today.",
    }
    again = told(sheet, by=keeper, at=at, region=hangzhou)
    assert (again.created, again.unchanged, KeyActivation.objects.count()) == (0, 4, 4)
    batch.refresh_from_db()
    assert batch.activated == 4
    assert Stock.objects.get(place=kiosk.place).quantity == 97
    assert list(ChannelDay.objects.order_by("day").values_list("sold", "at_night")) == [(1, 0), (2, 1)]
    assert {flag.reason for flag in UsageFlag.objects.all()} == {
        "1 activated that were never handed out, the first of them CK00500.",
        "1 activated before they were handed out, the first of them CK00003.",
    }
    with pytest.raises(Refused, match="CK00001 was activated on 2026-11-17"):
        hand_out_keys("CK00001", count=5, target=depot, by=keeper, at=at)
    assert "8734 1111" not in str(list(Import.objects.values())) + str([row.values for row in job.rows.all()])


@pytest.mark.django_db(transaction=True)
def test_files_told_at_once_count_every_serial_once(batch, kiosk, keeper, hangzhou, at) -> None:
    hand_out_keys("CK00001", count=300, target=kiosk.place, by=keeper, at=at)
    keys = [Activated(batch, serial, at.date()) for serial in range(1, 201)]
    counts = at_once(4, lambda n: activate_keys(keys[n * 20 : n * 20 + 140], by=keeper, at=at))
    assert sum(counts) == 200 == KeyActivation.objects.count()
    assert (ChannelDay.objects.get().sold, Stock.objects.get(place=kiosk.place).quantity) == (200, 100)
    assert books_agree()


@pytest.mark.parametrize("head", ["卡密", "PIN", "Password", "Amount", "secret"])
def test_a_file_with_anything_but_serial_and_day_is_refused_and_nothing_of_it_is_kept(
    head, client, keeper, hangzhou, batch
) -> None:
    client.force_login(keeper)
    file = io.BytesIO(f"serial,date,{head}\nCK00001,2026-11-17,8734-1111\n".encode())
    file.name = "keys.csv"
    sent = {"kind": "card_keys", "region": hangzhou.pk, "datum": "wgs84", "file": file}
    answer = client.post(reverse("office:import-create"), sent)
    assert answer.status_code == 422
    assert f"also has “{head}”" in answer.content.decode()
    assert not Import.objects.exists()
    assert not default_storage.exists("imports") or default_storage.listdir("imports") == ([], [])
    assert suggest("card_keys", ["serial", "date"]) == {"serial": "serial", "on": "date"}


def test_a_shortage_is_asked_for_once_delivered_on_the_phone_and_withdrawn_when_refilled(
    client, batch, card, kiosk, depot, keypad, engineer, keeper, at
) -> None:
    set_minimum(kiosk, part=card, minimum=10, fill_up_to=30, by=keeper, at=at)
    set_minimum(kiosk, part=keypad, minimum=5, fill_up_to=8, by=keeper, at=at)
    assert [refill_channels(at=at) for _time in range(3)] == [2, 0, 0]
    assert Notice.objects.filter(recipient=engineer, kind="refill").count() == 2
    bag = bag_of(engineer)
    hand_out_keys("CK00001", count=50, target=bag, by=keeper, at=at)
    receive_part(keypad, target=depot, quantity=20, by=keeper, at=at)
    transfer_part(keypad, source=depot, target=bag, quantity=8, by=keeper, at=at)
    of_card, of_keypad = Refill.objects.order_by("part__code")
    client.force_login(engineer)
    assert "30 × Card key 50" in client.get(reverse("field:channels")).content.decode()
    door = reverse("field:command", args=["refills", of_card.number, "deliver"])
    sent = {"command": "11111111-1111-4111-8111-111111111111", "first": "CK00501", "quantity": 30}
    refused = client.post(door, sent, HTTP_ACCEPT="application/json")
    assert (refused.status_code, refused.json()["sentence"]) == (422, "CK00051 – CK01000 are not with you.")
    sent |= {"first": "CK00011", "command": "11111111-1111-4111-8111-111111111112"}
    assert [client.post(door, sent, HTTP_ACCEPT="application/json").status_code for _time in range(2)] == [200, 200]
    assert held(kiosk.place) == ["CK00011 – CK00040"]
    deliver_refill(of_keypad, quantity=8, by=engineer, at=at)
    assert set(Refill.objects.values_list("state", flat=True)) == {"done"}
    assert refill_channels(at=at) == 0
    Refill.objects.create(channel=kiosk, part=card, quantity=1, made_at=at)
    refill_channels(at=at)
    assert Refill.objects.latest("pk").state == "withdrawn"
    assert books_agree()


def test_the_keepers_pages_show_what_is_where_sold_and_odd(
    client, batch, card, kiosk, keeper, manager, stranger, hangzhou, at, that_day
) -> None:
    def page(name: str, *args: object) -> str:
        return reverse(f"office:{name}", args=args)

    client.force_login(keeper)
    sent = {"first": "CK00001", "count": 40, "target": kiosk.place.code}
    assert client.post(page("key-hand-out"), sent).url == batch.get_absolute_url()
    wanted = {"part": card.code, "minimum": 50, "fill_up_to": 90}
    assert client.post(page("channel-minimum", kiosk.number), wanted).status_code == 302
    told("serial,date\nCK00001,2026-11-18\nCK00500,2026-11-18\n", by=keeper, at=at, region=hangzhou)
    refill_channels(at=at)
    listed = client.get(page("channel-list"), {"short": "true"}).content.decode()
    assert "51 × Card key 50" in listed
    assert "1092 days" in listed
    assert "Kiosk" not in client.get(page("channel-list"), {"flagged": "true"}).content.decode().split("<main")[1]
    html = client.get(kiosk.get_absolute_url()).content.decode()
    assert "CK00001 – CK00040" in html
    assert '"y": [0, 0' in html
    assert '"colour": "orange"' in client.get(page("channel-map")).content.decode()
    found = client.get(batch.get_absolute_url(), {"serial": "ck00001"}).content.decode()
    assert "CK00001 was activated on" in found
    assert batch.number in client.get(page("key-batch-list"), {"q": "CK00777"}).content.decode()
    client.force_login(manager)
    flag = UsageFlag.objects.get()
    assert "first of them CK00500" in client.get(page("usage-flag-list")).content.decode()
    assert client.post(page("usage-flag-settle", flag.pk), {"note": "Stolen"}).status_code == 302
    assert client.get(page("key-hand-out")).status_code == 403
    stranger.role = "warehouse"
    stranger.save()
    client.force_login(stranger)
    assert client.get(kiosk.get_absolute_url()).status_code == 404
    refused = client.post(page("key-hand-out"), {"first": "CK00500", "count": 1, "target": kiosk.place.code})
    assert refused.status_code == 422


def test_a_week_and_a_night_beyond_ones_own_past_are_flagged_once_and_settled_with_a_note(
    card, kiosk, keeper, manager, at
) -> None:
    today = at.date()
    ChannelDay.objects.bulk_create(
        ChannelDay(channel=kiosk, part=card, day=today - timedelta(days=7 * week), sold=5 + week % 3, at_night=0)
        for week in range(2, 12)
    )
    ChannelDay.objects.create(channel=kiosk, part=card, day=today - timedelta(days=7), sold=60, at_night=40)
    Channel.objects.update(is_unchecked=True)
    assert [check_usage(at=at), check_usage(at=at)] == [2, 0]
    Channel.objects.update(is_unchecked=True)
    assert check_usage(at=at) == 0
    assert {flag.kind: flag.count for flag in UsageFlag.objects.all()} == {"rate": 60, "night": 40}
    flag = UsageFlag.objects.get(kind="rate")
    with pytest.raises(Refused, match="Say what came of it"):
        settle_flag(flag, note=" ", by=manager, at=at)
    settle_flag(flag, note="Festival", by=manager, at=at)
    with pytest.raises(Refused, match="settled this already"):
        settle_flag(flag, note="Again", by=keeper, at=at)
    assert Entry.objects.about(flag).values_list("verb", flat=True)[0] == "spareparts.settle_flag"


def test_seven_weeks_are_no_past(at) -> None:
    today = at.date()
    quiet = {today - timedelta(weeks=week): 5 for week in range(1, 8)} | {today: 100}
    assert unusual_weeks(quiet, today) == []
    assert [each.count for each in unusual_weeks(quiet | {today - timedelta(weeks=8): 5}, today)] == [100]
