"""What tests of the field app without a connection have in common."""

import io
import random
from collections.abc import Callable
from time import monotonic, sleep

from PIL import Image
from playwright.sync_api import Page

QUIET = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK|^htmx:|Failed to fetch|status of (401|404|50)"

KEPT = """async (store) => {
    const found = (await indexedDB.databases()).find(({ name }) => name.startsWith("field-"));
    if (!found) return [];
    const base = await new Promise((resolve) => (indexedDB.open(found.name).onsuccess = ({ target }) => resolve(target.result)));
    const all = base.transaction(store).objectStore(store).getAll();
    const rows = await new Promise((resolve) => (all.onsuccess = () => resolve(all.result)));
    base.close();
    return rows.map(({ blob, ...row }) => row);
}"""


def kept(page: Page, store: str) -> list[dict]:
    """What lies in a store of the phone, without the files themselves."""
    return page.evaluate(KEPT, store)


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


def photo(seed: int) -> dict:
    """No two are the same."""
    content = io.BytesIO()
    picture = Image.frombytes("RGB", (40, 30), random.Random(seed).randbytes(3600)).resize((800, 600))
    picture.save(content, "JPEG", quality=80)
    return {"name": f"IMG_{seed}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}
