"""What tests of the field app in a browser have in common."""

import io
import random
from collections.abc import Callable
from time import monotonic, sleep
from urllib.parse import urlsplit

from django.conf import settings
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

QUIET = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK|Failed to fetch|status of (401|404|50)"

KEPT = """async ([store, person]) => {
    const wanted = `field-${person ?? localStorage.getItem("field-person")}`;
    if (!(await indexedDB.databases()).some(({ name }) => name === wanted)) return [];
    const base = await new Promise((resolve) => (indexedDB.open(wanted).onsuccess = ({ target }) => resolve(target.result)));
    if (!base.objectStoreNames.contains(store)) return base.close(), [];
    const all = base.transaction(store).objectStore(store).getAll();
    const rows = await new Promise((resolve) => (all.onsuccess = () => resolve(all.result)));
    base.close();
    return rows.filter(({ operation }) => operation?.kind !== "people/position").map(({ blob, ...row }) => row);
}"""


def kept(page: Page, store: str, *, person: int | None = None) -> list[dict]:
    """What lies in a store of the phone, of whoever uses it or of `person`, without the files themselves and without
    positions that wait: these come and go by themselves."""
    return page.evaluate(KEPT, [store, person])


def is_all_sent(page: Page) -> bool:
    return [each for each in kept(page, "operations") if each["state"] != "done"] == []


def packed(page: Page) -> None:
    """Waits until the app is in charge and has today's work."""
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    until(lambda: any(fact["name"] == "packed_at" for fact in kept(page, "facts")), page=page)


def until(is_so: Callable[[], bool], *, page: Page, seconds: float = 120) -> None:
    """Lets the page go on until it is so."""
    end = monotonic() + seconds
    while not is_so():
        assert monotonic() < end, (kept(page, "operations"), page.locator("body").inner_text()[:1000])
        page.wait_for_timeout(100)
        sleep(0.05)


def photo(seed: int, *, is_large: bool = False) -> dict:
    """No two are the same; a large one goes to the server in several pieces."""
    content, edge = io.BytesIO(), 700 if is_large else 40
    picture = Image.frombytes("RGB", (edge, edge), random.Random(seed).randbytes(3 * edge * edge))
    picture.resize((max(edge, 320),) * 2).save(content, "JPEG", quality=80)
    return {"name": f"IMG_{seed}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


class Finger:
    """Counts what the engineer does on the screen."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, target: Locator) -> None:
        target.tap()
        self.taps += 1

    def shoot(self, camera: Locator, photo: bytes) -> None:
        camera.set_input_files({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo})
        self.taps += 1

    def draw(self, page: Page, pad: Locator) -> None:
        page.wait_for_function("(pad) => pad.width === pad.offsetWidth * devicePixelRatio", arg=pad.element_handle())
        pad.click(trial=True)  # it lies still, and nothing lies over it
        box = pad.bounding_box()
        page.mouse.move(box["x"] + 30, box["y"] + 60)
        page.mouse.down()
        for step in range(20):
            page.mouse.move(box["x"] + 30 + 10 * step, box["y"] + 60 + 40 * (step % 2))
        page.mouse.up()
        self.taps += 1


def photo_of_a_shop(width: int = 4000, height: int = 3000) -> bytes:
    picture = Image.new("RGB", (width, height), "#7a8fa6")
    ImageDraw.Draw(picture).rectangle((width // 4, height // 4, width // 2, height // 2), fill="#222222")
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=95)
    return content.getvalue()


def speak_chinese(page: Page) -> None:
    """From the next page on; that makes another worker, too, whose shell speaks the language of the person."""
    host = urlsplit(page.url).hostname
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "zh-hans", "domain": host, "path": "/"}
    page.context.add_cookies([cookie])
