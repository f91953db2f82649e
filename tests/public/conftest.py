"""A shop with a terminal in service and a sticker on it; the story begins at `at`, and the clock stands still."""

import html
import io
import re
import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from PIL import Image

from assets.actions import bind_sticker, bind_terminal, print_stickers, receive_terminal
from evidence.actions import keep_picture
from tests import factories as make
from workorders import actions
from workorders.service_report import hash_of


@pytest.fixture(autouse=True)
def _own_buckets(settings) -> None:
    """What one test takes from the limits is not missing in another."""
    settings.INDEX_KEY = str(uuid.uuid4())  # buckets are named under it
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4()}"}}


@pytest.fixture
def clock(at):
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def minutes(at):
    """minutes(5) is five minutes into the story."""
    return lambda count: at + timedelta(minutes=count)


@pytest.fixture
def put_up(hangzhou, merchant, keeper, at):
    """Puts a terminal into service, at the merchant of the cast unless another is named."""

    def place(serial: str, shop=merchant, **model):
        terminal = receive_terminal(
            serial=serial, model=make.TerminalModelFactory(**model), region=shop.region,
            received_on=date(2026, 11, 1), is_in_use=True, by=keeper, at=at,
        )  # fmt: skip
        bind_terminal(terminal, merchant=shop, by=keeper, at=at)
        return terminal

    return place


@pytest.fixture
def live_terminal(put_up):
    return put_up("SN20264711")


@pytest.fixture
def stick(hangzhou, keeper, at):
    """Binds a fresh sticker to a terminal, or to none."""

    def bound(terminal=None):
        sticker = print_stickers(count=1, region=hangzhou, by=keeper, at=at).stickers.get()
        return bind_sticker(sticker, terminal=terminal, by=keeper, at=at) if terminal else sticker

    return bound


@pytest.fixture
def sticker(stick, live_terminal):
    return stick(live_terminal)


@pytest.fixture
def sticker_url(sticker, repair):
    return reverse("public:sticker", args=[sticker.token])


def photo(colour: str = "teal", size: tuple[int, int] = (64, 48), name: str = "photo.jpg") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file


def filing(**facts) -> dict:
    """What the form sends when somebody taps "no network" and "send"."""
    return {"id": str(uuid.uuid4()), "symptom": "network", **facts}


@pytest.fixture
def ask(repair, merchant, live_terminal, at):
    """A request that has come in, with its token."""

    def send(**facts):
        facts = {
            "id": uuid.uuid4(), "channel": "sticker", "type": repair, "merchant": merchant, "terminal": live_terminal,
            "at": at, "summary": "No network", "language": "en", **facts,
        }  # fmt: skip
        return actions.receive_request(**facts)

    return send


@pytest.fixture
def token(ask) -> str:
    return ask()[1]


@pytest.fixture
def order(token, at):
    return actions.order_by_token(token, at)


@pytest.fixture
def accepted(order, engineer, dispatcher, minutes):
    """Planned for 10:30 to 11:15."""
    actions.assign_work_order(
        order, engineer=engineer, start=minutes(30), end=minutes(75), by=dispatcher, at=minutes(1)
    )
    return actions.accept_work_order(order, by=engineer, at=minutes(2))


@pytest.fixture
def en_route(accepted, engineer, minutes):
    return actions.depart(accepted, by=engineer, at=minutes(10))


@pytest.fixture
def on_site(en_route, engineer, minutes):
    return actions.arrive(en_route, by=engineer, at=minutes(30), lat=30.2741, lon=120.1551, accuracy_m=10)


@pytest.fixture
def completed(on_site, engineer, minutes):
    def keep(kind: str, colour: str):
        return keep_picture(photo(colour), id=uuid.uuid4(), kind=kind, by=engineer, at=minutes(40))

    actions.start_work(on_site, by=engineer, at=minutes(32))
    for step, value, captures in [
        ("power", True, []),
        ("before", None, [keep("photo", "red")]),
        ("network", "wifi", []),
    ]:
        actions.answer_step(on_site, step=step, value=value, captures=captures, by=engineer, at=minutes(45))
    actions.sign(
        on_site, capture=keep("signature", "black"), signer_name="Wang Fang", shown_sha256=hash_of(on_site), by=engineer,
        at=minutes(50),
    )  # fmt: skip
    return actions.complete_work_order(
        on_site, by=engineer, at=minutes(55), resolution="Changed the SIM card, tested with a payment.",
        lat=30.2741, lon=120.1551,
    )  # fmt: skip


def said(response) -> str:
    """The page without what differs from one time to the next."""
    return re.sub(r'name="(csrf-token|id)" (content|value)="[^"]*"', "", html.unescape(response.content.decode()))
