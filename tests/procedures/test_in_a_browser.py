"""The editor in a real browser: dragging, keys, the draft that survives, the phone beside it."""

import json

import pytest
from playwright.sync_api import expect

from procedures.actions import publish_version
from procedures.models import Draft, Procedure
from tests.browser import violations
from tests.procedures.test_pages import STEPS

pytestmark = pytest.mark.django_db(transaction=True)
TALL = {"viewport": {"width": 1280, "height": 2600}, "locale": "en"}  # a mouse reaches every step


@pytest.fixture
def editor(visit, manager, at):
    publish_version(Procedure.objects.create(code="repair", name="Repair"), steps=STEPS, by=manager, at=at)
    return visit("/office/procedures/repair/edit/", user=manager, **TALL)


def test_steps_are_dragged_moved_by_keys_and_kept(editor):
    def wait_for_order(*keys):
        editor.wait_for_function(
            "keys => JSON.stringify([...document.querySelectorAll('input[name=step]')].map((each) => each.value)) === keys",
            arg=json.dumps(list(keys), separators=(",", ":")),
        )

    assert violations(editor) == []
    grip, target = editor.locator("#card-serial [data-handle]"), editor.locator("#card-network")
    start, end = grip.bounding_box(), target.bounding_box()
    editor.mouse.move(start["x"] + 5, start["y"] + 5)
    editor.mouse.down()
    editor.mouse.move(start["x"] + 5, start["y"] - 60, steps=5)
    for step in range(10):  # the list looks where the pointer is every 50 ms
        editor.mouse.move(end["x"] + 30, end["y"] + (start["y"] - end["y"]) * (9 - step) / 10 + 4)
        editor.wait_for_timeout(200)
    with editor.expect_response(lambda answer: answer.request.method == "POST"):
        editor.mouse.up()
    wait_for_order("serial", "network", "signal", "photos")
    expect(editor.locator("#editor-state")).to_contain_text("Draft kept at")

    expect(editor.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(
        0
    )  # the cards are the new ones
    editor.locator("#up-photos").press("Enter")
    wait_for_order("serial", "network", "photos", "signal")
    expect(editor.locator("#up-photos")).to_be_focused()

    editor.fill("#title-serial", "The number on its back")
    phone = editor.frame_locator("[data-preview]")
    expect(phone.get_by_role("heading", name="The number on its back")).to_be_visible()
    editor.reload()
    expect(editor.locator("#title-serial")).to_have_value("The number on its back")
    assert [step["key"] for step in Draft.objects.get().steps] == ["serial", "network", "photos", "signal"]
