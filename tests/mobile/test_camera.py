"""The phone's camera in a real Chromium: a film stands before it."""

import io
import os
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page

from assets.actions import bind_terminal, issue_terminal
from tests import factories as make
from tests.browser import CHROMIUM, LAUNCH_ARGS, PHONE, violations
from tests.mobile.phones import Finger, is_all_sent, photo_of_a_shop, until
from toolkit.codes import qr_png
from workorders.challenges import code_of

pytestmark = pytest.mark.django_db(transaction=True)

TWO_PHOTOS = [
    {"key": "front", "kind": "photo", "title": "Front", "required": True, "live": True, "code": True},
    {"key": "slip", "kind": "photo", "title": "Slip", "required": True, "count": 1},
]


@pytest.fixture(scope="module")
def film(chromium: Browser, tmp_path_factory) -> Iterator[Browser]:
    """A browser before whose camera lies the sticker of terminal SN00004711."""
    frame, content = Image.new("RGB", (640, 480), "white"), io.BytesIO()
    frame.paste(Image.open(io.BytesIO(qr_png("SN00004711", box=10))).convert("RGB"), (120, 40))
    frame.save(content, "JPEG", quality=95)
    path = tmp_path_factory.mktemp("film") / "camera.mjpeg"
    path.write_bytes(content.getvalue() * 30)
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*LAUNCH_ARGS, *camera])
    yield browser
    browser.close()


@pytest.fixture
def look(film, live_server, phone) -> Iterator[Callable[[str], Page]]:
    """look("/field/") opens a page on the engineer's phone."""
    context = film.new_context(base_url=live_server.url, locale="en", **PHONE)
    cookie = phone.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    def look(path: str) -> Page:
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path)
        return page

    yield look
    context.close()


def test_the_camera_reads_a_code_and_the_terminal_is_bound_in_three_taps(
    look, live_server, begun, engineer, terminal, keeper, at
) -> None:
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    page, finger = look("/field/scan/"), Finger()
    assert not any("scan.js" in url or ".wasm" in url for url in page.asked)
    finger.tap(page.get_by_role("button", name="Scan with the camera"))
    finger.tap(page.get_by_role("button", name=begun.merchant.name))
    page.get_by_text("It is live at").wait_for()
    assert finger.taps <= 3
    assert terminal.live_binding.merchant == begun.merchant
    assert any(".wasm" in url for url in page.asked)
    assert all(url.startswith((live_server.url, "blob:", "data:")) for url in page.asked)


def test_a_terminal_is_swapped_by_its_code_and_the_old_one_goes_back_to_the_depot_and_is_wiped(
    visit, look, give, begin, terminal, merchant, engineer, keeper, hangzhou, at
) -> None:
    old, who = make.TerminalFactory(serial="OLD1", region=hangzhou), {"by": keeper, "at": at}
    bind_terminal(old, merchant=merchant, tid="80010001", **who)
    issue_terminal(terminal, holder=engineer, **who)
    begin(give(type=make.WorkOrderTypeFactory(code="swap", name="Swap"), terminal=old))
    page = look("/field/scan/")
    page.get_by_role("button", name="Scan with the camera").tap()
    page.get_by_text("This one goes away").wait_for()
    codes = [
        {"name": f"{serial}.png", "mimeType": "image/png", "buffer": qr_png(serial, box=12)}
        for serial in ("OLD1", "SN00004711")
    ]
    page.locator("form[action$='/swap/'] [data-pictures]").set_input_files(codes)
    page.get_by_text("It is live at").wait_for()
    binding = terminal.live_binding
    assert (binding.merchant, binding.tid) == (merchant, "80010001")
    old.refresh_from_db()
    assert (old.status, old.holder, old.live_binding) == ("retrieved", engineer, None)
    for step in ("take_back", "wipe"):
        bench = visit(f"/office/terminals/bench/?step={step}", user=keeper)
        bench.fill("#bench-code", "OLD1")
        bench.keyboard.press("Enter")
        bench.wait_for_function("() => document.querySelector('[data-bench-done]').textContent === '1'")
    steps = old.custody.order_by("id").values_list("step", flat=True)
    assert list(steps) == ["bind", "unbind", "take_back", "wipe"]


def test_a_photo_says_whether_it_was_taken_live_or_comes_from_the_gallery(look, give, begin, tmp_path) -> None:
    version = make.ProcedureVersionFactory(procedure__code="two", steps=TWO_PHOTOS)
    order = begin(give(type=make.WorkOrderTypeFactory(code="two", procedure=version.procedure)))
    page = look(f"/field/orders/{order.number}/")
    page.locator("#step-front .field-camera").tap()
    camera = page.get_by_role("dialog", name="Take a photo")
    code = camera.locator("[data-code]")
    page.wait_for_function("() => document.querySelector('#live-camera video').videoWidth > 0")
    assert violations(page) == []
    challenge = code.inner_text()
    assert challenge == code_of(order, timezone.now())
    camera.get_by_role("button", name="Take the photo").tap()
    page.locator("#step-front.answered").wait_for()
    assert page.evaluate("document.querySelector('#live-camera video').srcObject.active") is False

    old = tmp_path / "IMG_1.jpg"
    old.write_bytes(photo_of_a_shop(800, 600))
    os.utime(old, (time.time() - 3600,) * 2)
    page.locator("#step-slip [type=file]").set_input_files(old)
    page.locator("#step-slip.answered").wait_for()
    until(lambda: is_all_sent(page), page=page)
    taken = {answer.step: answer.captures.get() for answer in order.run.answers.current()}
    assert {step: (each.source, each.challenge) for step, each in taken.items()} == {
        "front": ("camera", challenge), "slip": ("gallery", ""),
    }  # fmt: skip
    assert taken["front"].taken_at > taken["slip"].taken_at
