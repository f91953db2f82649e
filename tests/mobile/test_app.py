"""What makes the field pages an app, asked for without a browser."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from config.navigation import FIELD

pytestmark = pytest.mark.usefixtures("built_frontend", "db")


def kept(client: Client) -> dict:
    program = client.get("/field/sw.js").content.decode()
    return json.loads(re.match(r"self.KEPT = (.*);\n", program)[1])


def test_the_manifest_names_icons_that_are_as_large_as_it_says() -> None:
    manifest = Client().get("/field/manifest.webmanifest").json()
    assert (manifest["scope"], manifest["display"]) == ("/field/", "standalone")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix(settings.STATIC_URL))) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_the_worker_keeps_the_shell_and_files_that_exist_and_nothing_else() -> None:
    answer = Client().get("/field/sw.js")
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Content-Type"].startswith("text/javascript")
    named = kept(Client())
    assert named["shell"] == "/field/shell/"
    for url in named["assets"]:
        assert finders.find(url.removeprefix(settings.STATIC_URL)), url


def test_a_phone_finds_every_icon_in_its_own_sprite(phone, order) -> None:
    shapes = set(re.findall(r'<symbol id="([\w-]+)"', Path(finders.find("field.svg")).read_text()))
    pages = [
        "",
        "scan/",
        "me/",
        "notices/",
        "articles/",
        "shell/",
        f"orders/{order.number}/",
        f"orders/{order.number}/sign/",
    ]
    shown = "".join(phone.get(f"/field/{page}").content.decode() for page in pages)
    used = re.findall(r'<use href="[^"]*/([\w.]+)#([\w-]+)"', shown)
    assert {sprite for sprite, _ in used} == {"field.svg"}
    assert {shape for _, shape in used} | {f"tabler-{item.icon}" for item in FIELD} <= shapes


def test_the_shell_says_the_same_to_everybody_of_one_language(phone, engineer) -> None:
    nobody, somebody = Client().get("/field/shell/").content, phone.get("/field/shell/").content
    assert nobody == somebody
    assert engineer.name not in somebody.decode()
    assert b"csrfmiddlewaretoken" not in somebody


def test_another_language_makes_another_worker() -> None:
    chinese = Client(headers={"Accept-Language": "zh-hans"})
    assert kept(chinese)["version"] != kept(Client())["version"]
    assert (
        "离线" in chinese.get("/field/shell/").content.decode()
        or 'lang="zh-hans"' in chinese.get("/field/shell/").content.decode()
    )


def test_a_page_gives_its_body_as_the_phone_keeps_it(phone, order) -> None:
    page = phone.get(f"/field/orders/{order.number}/", headers={"Accept": "application/json"}).json()
    assert page["url"] == f"/field/orders/{order.number}/"
    assert order.merchant.name in page["title"]
    assert "Prints nothing" in page["html"]
    assert "<html" not in page["html"] and "csrfmiddlewaretoken" not in page["html"]
    again = phone.get(f"/field/orders/{order.number}/", headers={"Accept": "application/json"}).json()
    assert again["version"] == page["version"]


@pytest.mark.parametrize("path", ["/field/", "/field/scan/", "/field/me/"])
def test_the_other_pages_do_too(phone, path) -> None:
    page = phone.get(path, headers={"Accept": "application/json"}).json()
    assert (page["url"], "field-dock" in page["html"], "<body" in page["html"]) == (path, True, False)
    assert 'aria-current="page"' in page["html"]
