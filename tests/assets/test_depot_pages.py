"""The depot's doors: receipt by range and file, the bench, what lies idle, stickers handed out and lost."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assets import actions
from assets.models import Custody, Terminal
from tests import factories as make
from toolkit.errors import Refused


@pytest.fixture
def bench(client, keeper, hangzhou):
    client.force_login(keeper)

    def scan(step, code, **values):
        sent = {"step": step, "code": code, "command": uuid.uuid4(), "region": hangzhou.pk, "owner": "ours", **values}
        return client.post(reverse("office:terminal-bench-scan"), sent).json()

    return scan


def test_a_terminal_goes_from_receipt_into_a_bag_over_the_bench(bench, engineer):
    model = make.TerminalModelFactory()
    id = uuid.uuid4()
    answers = [bench("receive", "sn 1", model=model.pk, command=id) for _twice in range(2)]
    assert answers[0] == answers[1]
    assert "not staged yet" in bench("issue", "SN1", holder=engineer.username)["refused"]
    assert "Number of the run" in bench("stage", "SN1")["refused"]
    for step, values in (
        ("stage", {"run": "ST-1"}),
        ("key", {"run": "K-1"}),
        ("test", {}),
        ("issue", {"holder": "engineer"}),
    ):
        assert bench(step, "SN1", **values)["serial"] == "SN1"
    assert "refused" not in bench("undo", "SN1")
    assert Terminal.objects.get().status == "tested"
    assert "not known in your regions" in bench("test", "SN-OTHER")["refused"]
    assert Custody.objects.count() == 6


def test_a_sim_is_scanned_after_its_terminal(bench, keeper, hangzhou, at):
    make.TerminalFactory(serial="SN1", region=hangzhou, status="received", tested_at=None)
    make.TerminalFactory(serial="SN2", region=hangzhou, status="received", tested_at=None)
    assert "SIM 89860012345678901234" in bench("stage", "89860012345678901234", sim_of="SN1")["model"]
    assert "is in terminal SN1 already" in bench("stage", "89860012345678901234", sim_of="SN2")["refused"]
    assert (
        "number of a SIM" in bench("receive", "89860012345678901234", model=make.TerminalModelFactory().pk)["refused"]
    )


def receive(client, hangzhou, **values):
    sent = {"model": make.TerminalModelFactory().pk, "region": hangzhou.pk, "received_on": "2026-11-18", **values}
    return client.post(reverse("office:terminal-receive"), sent)


def test_a_range_is_received_and_doubles_are_said_by_name(client, keeper, hangzhou):
    client.force_login(keeper)
    assert receive(client, hangzhou, first="PX0098", last="PX0102").status_code == 302
    assert sorted(Terminal.objects.values_list("serial", flat=True)) == [
        "PX0098",
        "PX0099",
        "PX0100",
        "PX0101",
        "PX0102",
    ]
    again = receive(client, hangzhou, first="PX0102", last="PX0103")
    assert again.status_code == 422
    assert "Terminal PX0102 was received already." in again.content.decode()
    assert Terminal.objects.filter(serial="PX0103").exists()
    assert "differ in their last digits" in receive(client, hangzhou, first="PX1", last="PY2").content.decode()


def test_a_file_is_received_and_a_double_in_it_stops_it(client, keeper, hangzhou):
    client.force_login(keeper)
    double = SimpleUploadedFile("a.csv", b"SN1,8001\nSN2\nsn1\n")
    assert "more than once: SN1" in receive(client, hangzhou, file=double).content.decode()
    assert not Terminal.objects.exists()
    receive(client, hangzhou, file=SimpleUploadedFile("a.csv", b"\xef\xbb\xbfSN1,8001\nSN2\n"))
    assert sorted(Terminal.objects.values_list("serial", "tid")) == [("SN1", "8001"), ("SN2", "")]


def test_what_lies_idle_is_listed_the_longest_first(client, keeper, hangzhou, merchant, engineer, at):
    client.force_login(keeper)
    now = timezone.now()
    old, new, live = (make.TerminalFactory(serial=serial, region=hangzhou) for serial in ("OLD1", "NEW1", "LIVE1"))
    actions.issue_terminal(old, holder=engineer, by=keeper, at=now - timedelta(days=40))
    actions.issue_terminal(new, holder=engineer, by=keeper, at=now - timedelta(days=2))
    actions.bind_terminal(live, merchant=merchant, by=keeper, at=now - timedelta(days=50))
    html = client.get(reverse("office:idle-list")).content.decode()
    assert html.index("OLD1") < html.index("NEW1") and "LIVE1" not in html
    assert "NEW1" not in client.get(reverse("office:idle-list"), {"days": 30}).content.decode()
    csv = b"".join(client.get(reverse("office:idle-list"), {"export": "csv"}).streaming_content).decode()
    assert "OLD1" in csv and ",40," in csv


def test_stickers_are_handed_out_and_a_lost_one_says_so_and_is_bound_no_more(
    client, keeper, engineer, hangzhou, terminal, at
):
    client.force_login(keeper)
    sheet = actions.print_stickers(count=4, region=hangzhou, by=keeper, at=at)
    first, second, *_rest, last = sheet.stickers.order_by("number")
    numbers = {"first": first.number, "last": last.number}
    client.post(reverse("office:sticker-hand-out", args=[sheet.number]), {**numbers, "holder": "engineer"})
    assert set(sheet.stickers.values_list("holder__username", flat=True)) == {"engineer"}
    loss = reverse("office:sticker-loss", args=[sheet.number])
    assert client.post(loss, {"first": "ST-9", "reason": "bag stolen"}).status_code == 422
    assert client.post(loss, {"first": second.number, "reason": "bag stolen"}).status_code == 302
    second.refresh_from_db()
    with pytest.raises(Refused, match="was reported lost"):
        actions.bind_sticker(second, terminal=terminal, by=engineer, at=at)
    public = client.get(second.get_absolute_url())
    assert (public.status_code, "reported lost" in public.content.decode()) == (410, True)
    assert client.get(first.get_absolute_url()).status_code == 200
