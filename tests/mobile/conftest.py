import io
import uuid
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Page

from evidence.models import Capture
from tests.browser import PHONE
from workorders import actions
from workorders.models import WorkOrder

SHOP = {"latitude": 30.2742, "longitude": 120.1552, "accuracy": 12}


@pytest.fixture(autouse=True)
def clock(at):
    """Pages ask the clock; here it is Wednesday morning."""
    with time_machine.travel(at, tick=True) as traveller:
        yield traveller


@pytest.fixture
def give(repair, merchant, engineer, dispatcher, at):
    """Opens an order and gives it to somebody: give(summary=…, engineer=…, after=timedelta)."""

    def give(*, engineer=engineer, merchant=merchant, after=timedelta(hours=1), **about) -> WorkOrder:
        about = {"summary": "Prints nothing", "type": repair, **about}
        order = actions.open_work_order(merchant=merchant, by=dispatcher, at=at - timedelta(minutes=30), **about)
        start = at + after
        return actions.assign_work_order(
            order,
            engineer=engineer,
            start=start,
            end=start + timedelta(minutes=45),
            by=dispatcher,
            at=at - timedelta(minutes=20),
        )

    return give


@pytest.fixture
def order(give) -> WorkOrder:
    """Given to the engineer, not accepted yet."""
    return give()


@pytest.fixture
def begin(engineer, at):
    """begin(order): on site and at work."""

    def begin(order: WorkOrder) -> WorkOrder:
        for step in (actions.accept_work_order, actions.depart):
            step(order, by=engineer, at=at)
        actions.arrive(order, by=engineer, at=at, lat=order.lat, lon=order.lon, accuracy_m=10)
        return actions.start_work(order, by=engineer, at=at)

    return begin


@pytest.fixture
def begun(begin, order) -> WorkOrder:
    return begin(order)


@pytest.fixture
def phone(engineer) -> Client:
    """The engineer's."""
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def keep(phone):
    """Sends a picture from the phone and returns its capture."""

    def keep(kind="photo", *, client=phone, id=None, colour="navy") -> Capture:
        source = "drawn" if kind == "signature" else "camera"
        answer = bring(client, picture(colour).read(), kind=kind, source=source, id=id or uuid.uuid4())
        assert answer["done"], answer
        return Capture.objects.get(pk=answer["id"])

    return keep


@pytest.fixture
def see(visit, live_server, phone):
    """see("/field/") opens a page on the engineer's phone, which stands before the shop and lets pages know."""

    def see(path: str, **options) -> Page:
        cookie = phone.cookies[settings.SESSION_COOKIE_NAME]
        logged_in = {
            "name": cookie.key,
            "value": cookie.value,
            "domain": urlsplit(live_server.url).hostname,
            "path": "/",
        }
        options = {
            **PHONE,
            "geolocation": SHOP,
            "permissions": ["geolocation"],
            "locale": "en",
            "base_url": live_server.url,
            **options,
        }
        return visit(path, storage_state={"cookies": [logged_in]}, **options)

    return see


def bring(client: Client, content: bytes, **about) -> dict:
    """Announces a file and sends it in one piece; the last answer. `about` is what its announcement says."""
    about |= {"size": len(content), "sha256": sha256(content).hexdigest()}
    answer = client.post("/field/uploads/", about, content_type="application/json").json()
    if answer.get("offset") == 0:
        url = f"/field/uploads/{about['id']}/?offset=0"
        answer = client.put(url, content, content_type="application/octet-stream").json()
    return answer


def picture(colour="navy") -> io.BytesIO:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "PNG")
    content.seek(0)
    content.name = "picture.png"
    return content
