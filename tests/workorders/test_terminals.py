"""A swap is whole or nothing; relocation; a terminal away from its place."""

import io
import uuid
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction

from assets.actions import bind_sticker, bind_terminal, issue_terminal, resolve_mismatch
from assets.models import Binding, Custody, Filing, Mismatch, Sticker, Terminal
from evidence.actions import keep_picture
from journal.models import Entry
from notifications.models import Notice
from tests import factories as make
from tests.live import wait_until
from tests.races import somebody_waits
from toolkit.codes import qr_png
from toolkit.errors import Refused
from workorders import actions
from workorders.models import WorkOrder


@pytest.fixture
def code_of(at):
    """Makes a photo of the code of some serial number."""

    def keep(by, serial):
        return keep_picture(io.BytesIO(qr_png(serial)), id=uuid.uuid4(), kind="photo", by=by, at=at)

    return keep


@pytest.fixture
def to_swap(terminal, hangzhou, merchant, engineer, keeper, dispatcher, at):
    """An order to swap OLD1, with somebody on the way to it; the other terminal is in the bag."""
    type = make.WorkOrderTypeFactory(code="swap", name="Swap")
    old = make.TerminalFactory(serial="OLD1", region=hangzhou)
    codes = {"tid": "80010001", "acquirer_code": "4802", "settlement_account": "622202000001"}
    bind_terminal(old, merchant=merchant, by=keeper, at=at, **codes)
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    order = actions.open_work_order(type=type, merchant=merchant, terminal=old, summary="Broken", by=dispatcher, at=at)
    end = at + timedelta(minutes=75)
    actions.assign_work_order(order, engineer=engineer, start=at + timedelta(minutes=30), end=end, by=dispatcher, at=at)
    actions.accept_work_order(order, by=engineer, at=at)
    return actions.depart(order, by=engineer, at=at)


def where(*serials) -> list[tuple]:
    return [
        (one.status, one.holder and one.holder.username, one.live_binding and one.live_binding.merchant.name)
        for one in (Terminal.objects.get(serial=serial) for serial in serials)
    ]


def test_both_move_with_what_was_agreed_and_the_sticker(to_swap, terminal, merchant, engineer, keeper, at, code_of):
    old, sticker, later = to_swap.terminal, make.StickerFactory(), at + timedelta(minutes=50)
    bind_sticker(sticker, terminal=old, by=keeper, at=at)
    photos = [code_of(engineer, old.serial), code_of(engineer, terminal.serial)]
    binding = actions.swap_terminal(
        to_swap, old=old, new=terminal, photos=photos, moves_sticker=True, by=engineer, at=later
    )
    assert where("OLD1", terminal.serial) == [("retrieved", "engineer", None), ("live", None, merchant.name)]
    assert (binding.tid, binding.acquirer_code, binding.settlement_account) == ("80010001", "4802", "622202000001")
    assert Sticker.objects.get().terminal == terminal
    assert list(to_swap.captures.all()) == photos
    moved = Custody.objects.filter(order_number=to_swap.number).order_by("id")
    assert list(moved.values_list("step", "terminal__serial")) == [("unbind", "OLD1"), ("bind", terminal.serial)]
    assert list(Filing.objects.order_by("id").values_list("kind", flat=True)) == ["bind", "remove", "bind"]
    entry = Entry.objects.about(to_swap).first()
    assert (entry.verb, entry.note) == ("workorders.swap_terminal", f"OLD1 → {terminal.serial}")


def test_a_photo_of_another_code_stops_it(to_swap, terminal, engineer, at, code_of):
    before = where("OLD1", terminal.serial)
    for photos in ([], [code_of(engineer, "OLD1")], [code_of(engineer, "OLD1"), code_of(engineer, "SN00009999")]):
        with pytest.raises(Refused, match="Photograph the codes|No photo shows the code of SN00004711") as refusal:
            actions.swap_terminal(to_swap, old=to_swap.terminal, new=terminal, photos=photos, by=engineer, at=at)
        assert refusal.value.field == "captures"
    assert where("OLD1", terminal.serial) == before


def test_there_is_no_half_of_a_swap(to_swap, terminal, engineer, at):
    for half, one in ((actions.install_terminal, terminal), (actions.retrieve_terminal, to_swap.terminal)):
        with pytest.raises(Refused, match="is a swap"):
            half(to_swap, terminal=one, by=engineer, at=at)


def test_the_office_tells_a_swap_for_its_engineer(to_swap, terminal, merchant, engineer, manager, dispatcher, client):
    address = f"{to_swap.get_absolute_url()}terminal/swap/"
    client.force_login(dispatcher)
    assert client.get(address).status_code == 403
    client.force_login(manager)
    assert address in client.get(to_swap.get_absolute_url()).content.decode()

    def tell(*serials: str):
        codes = [SimpleUploadedFile(f"{serial}.png", qr_png(serial)) for serial in serials]
        return client.post(address, {"old": "OLD1", "new": terminal.serial, "captures": codes})

    before = where("OLD1", terminal.serial)
    assert "Photograph the codes" in tell().content.decode()
    assert "No photo shows the code of SN00004711" in tell("OLD1").content.decode()
    assert where("OLD1", terminal.serial) == before
    assert tell("OLD1", terminal.serial).url == to_swap.get_absolute_url()
    assert where("OLD1", terminal.serial) == [("retrieved", "engineer", None), ("live", None, merchant.name)]
    entry = Entry.objects.about(to_swap).first()
    assert (entry.verb, entry.actor, to_swap.captures.count()) == ("workorders.swap_terminal", manager, 2)


def test_the_office_tells_what_was_taken_away_or_moved(to_swap, merchant, manager, client):
    client.force_login(manager)
    address = f"{to_swap.get_absolute_url()}terminal/"
    client.post(f"{address}relocate/", {"terminal": "OLD1", "address": "Back door", "lat": "", "lon": ""})
    assert Binding.objects.live().get().address == "Back door"
    assert "is a swap" in client.post(f"{address}retrieve/", {"terminal": "OLD1"}).content.decode()
    type(to_swap.type).objects.update(code="retrieve")
    client.post(f"{address}retrieve/", {"terminal": "OLD1"})
    assert where("OLD1") == [("retrieved", "engineer", None)]
    assert Entry.objects.about(to_swap).first().verb == "workorders.retrieve_terminal"


@pytest.mark.django_db(transaction=True)
def test_a_swap_that_is_killed_in_the_middle_has_not_happened(
    to_swap, terminal, merchant, engineer, keeper, at, code_of
):
    """Both terminals have moved, only the sticker is waited for, when the connection is cut."""
    old, sticker = to_swap.terminal, make.StickerFactory()
    bind_sticker(sticker, terminal=old, by=keeper, at=at)
    photos = [code_of(engineer, old.serial), code_of(engineer, terminal.serial)]
    before, died, pids = where("OLD1", terminal.serial), Event(), []

    def swap() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            actions.swap_terminal(to_swap, old=old, new=terminal, photos=photos, moves_sticker=True, by=engineer, at=at)
        except OperationalError:
            died.set()
        finally:
            connection.close()

    thread = Thread(target=swap)
    with transaction.atomic():
        Sticker.objects.select_for_update().get()
        thread.start()
        wait_until(somebody_waits, "the swap is in the middle")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", pids)
        thread.join(20)
    assert died.is_set()
    assert where("OLD1", terminal.serial) == before
    assert Binding.objects.live().get().terminal == old
    assert not Custody.objects.filter(order_number=to_swap.number).exists()


def test_a_terminal_is_relocated_to_where_its_merchant_is_now(en_route, terminal, engineer, manager, at):
    first = bind_terminal(terminal, merchant=en_route.merchant, by=manager, at=at, tid="8001")
    with pytest.raises(Refused, match="registered at this place already"):
        actions.relocate_terminal(en_route, terminal=terminal, by=engineer, at=at)
    place = {"address": "文二路 1 号", "lat": 30.28, "lon": 120.13}
    after = actions.relocate_terminal(en_route, terminal=terminal, by=engineer, at=at + timedelta(hours=1), **place)
    assert (after.tid, after.address, after.merchant_id) == ("8001", "文二路 1 号", first.merchant_id)
    assert Binding.objects.live().get() == after
    assert Filing.objects.first().kind == "change"
    assert where(terminal.serial)[0][0] == "live"


def test_away_from_its_place_it_is_blocked_and_somebody_is_sent_once(
    terminal, merchant, dispatcher, keeper, manager, at
):
    make.WorkOrderTypeFactory(code="inspect", name="Inspect")
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    near = {"lat": merchant.lat + 0.001, "lon": merchant.lon}
    assert actions.report_place(terminal, **near, by=None, at=at) is None
    far = {"lat": merchant.lat + 0.05, "lon": merchant.lon}
    for _again in range(2):
        mismatch = actions.report_place(terminal, **far, note="heartbeat", by=None, at=at)
    order = WorkOrder.objects.get()
    assert (mismatch.order_number, order.terminal, order.type.code) == (order.number, terminal, "inspect")
    assert round(mismatch.distance_m, -2) == 5600
    notices = Notice.objects.filter(recipient=dispatcher, kind="terminal-misplaced")
    assert notices.values("channel").distinct().count() == notices.count() > 0
    assert Terminal.objects.get(pk=terminal.pk).is_blocked
    with pytest.raises(Refused, match="relocate it first"):
        resolve_mismatch(mismatch, outcome="relocated", finding="next door", by=manager, at=at)
    resolve_mismatch(mismatch, outcome="in_place", finding="The report was wrong", by=manager, at=at)
    assert not Terminal.objects.get(pk=terminal.pk).is_blocked
    with pytest.raises(Refused, match="has resolved this already"):
        resolve_mismatch(mismatch, outcome="in_place", finding="again", by=manager, at=at)
    assert Mismatch.objects.open().count() == 0


def test_what_was_taken_away_and_is_not_back_is_listed(client, to_swap, terminal, dispatcher, engineer, at, code_of):
    photos = [code_of(engineer, "OLD1"), code_of(engineer, terminal.serial)]
    actions.swap_terminal(to_swap, old=to_swap.terminal, new=terminal, photos=photos, by=engineer, at=at)
    client.force_login(dispatcher)

    def listed(**query) -> str:
        return client.get("/office/terminals/not-back/", query).content.decode()

    assert "OLD1" not in listed()  # the order still goes on
    WorkOrder.objects.filter(pk=to_swap.pk).update(status="closed", completed_at=at, closed_at=at)
    assert to_swap.number in listed()
    assert "OLD1" not in listed(days=30_000)


def test_the_phone_offers_the_swap_and_does_it_once(client, to_swap, terminal, merchant, engineer, code_of):
    client.force_login(engineer)
    page = client.get(f"/field/scan/?code={terminal.serial}").content.decode()
    assert f"/field/terminals/{terminal.serial}/swap/" in page
    assert f"/field/terminals/{terminal.serial}/bind/" not in page
    sent = {
        "command": uuid.uuid4(), "order": to_swap.number, "old": "OLD1",
        "captures": [code_of(engineer, "OLD1").pk, code_of(engineer, terminal.serial).pk],
    }  # fmt: skip
    for _twice in range(2):
        answer = client.post(f"/field/terminals/{terminal.serial}/swap/", sent)
        assert answer.status_code == 200, answer.content
    assert where("OLD1", terminal.serial) == [("retrieved", "engineer", None), ("live", None, merchant.name)]
    assert Entry.objects.filter(verb="workorders.swap_terminal").count() == 1


def test_the_phone_says_that_a_terminal_is_not_where_it_belongs(client, terminal, merchant, engineer, keeper, at):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    client.force_login(engineer)
    url = f"/field/terminals/{terminal.serial}/report-place/"
    assert client.post(url, {"command": uuid.uuid4()}).status_code == 422
    far = {"command": uuid.uuid4(), "lat": merchant.lat + 0.05, "lon": merchant.lon, "accuracy_m": 20}
    assert client.post(url, far).status_code == 200
    assert Mismatch.objects.open().get().reported_by == engineer
    assert "is blocked" in client.get(f"/field/scan/?code={terminal.serial}").content.decode()
