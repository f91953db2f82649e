import pytest

from assets import actions
from assets.models import Terminal
from tests import factories as make
from tests.browser import barriers

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY = [f"PX{n:06d}" for n in range(50)]


def test_fifty_are_received_by_scan_and_issued(visit, keeper, engineer, hangzhou, at):
    make.TerminalModelFactory()
    page = visit("/office/terminals/bench/", user=keeper)
    page.select_option("[name=model]", label="PAX A920")
    page.evaluate(
        """(codes) => { const input = document.querySelector("#bench-code");
          for (const code of codes) { input.value = code; input.form.requestSubmit(); } }""",
        [*FIFTY, FIFTY[0]],
    )  # as fast as no scanner is
    page.wait_for_function("() => document.querySelector('[data-bench-waiting]').textContent === '0'")
    assert [page.inner_text(f"[data-bench-{name}]") for name in ("done", "refused")] == ["50", "1"]
    assert "PX000000 was received already" in page.inner_text("[data-bench-list] tr:first-child")
    terminals = list(Terminal.objects.all())
    assert len(terminals) == 50
    who = {"by": keeper, "at": at}
    actions.stage_terminals(terminals, run="ST-1", **who)
    actions.key_terminals(terminals, run="K-1", **who)
    actions.test_terminals(terminals, **who)
    page.goto(page.url.split("?")[0] + "?step=issue")
    page.evaluate(
        """() => { const list = document.querySelector("[name=holder]"); list.add(new Option("Emil", "engineer", true, true)); }"""
    )
    page.fill("#bench-code", FIFTY[7])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take back").wait_for()
    assert Terminal.objects.get(serial=FIFTY[7]).holder == engineer
    assert barriers(page) == []
    page.get_by_role("button", name="Take back").click()
    page.wait_for_function("() => document.querySelector('[data-bench-done]').textContent === '0'")
    assert Terminal.objects.get(serial=FIFTY[7]).holder is None
