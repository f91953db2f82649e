import pytest
from playwright.sync_api import Page

from spareparts.actions import receive_part
from spareparts.models import Stock, Stocktake
from spareparts.verify import first_difference
from tests.browser import choose

pytestmark = pytest.mark.django_db(transaction=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).click()


def test_one_counts_blind_and_another_approves_the_difference(visit, keeper, manager, keypad, depot, at) -> None:
    receive_part(keypad, target=depot, quantity=37, by=None, at=at)
    counting = visit("/office/stocktakes/begin/", user=keeper)
    choose(counting, "place", "Yuhang depot")
    press(counting, "Begin")
    assert "37" not in counting.inner_text("main")
    press(counting, "Hand in the count")
    assert "37" not in counting.inner_text("main")
    counting.get_by_label("Keypad").fill("35")
    press(counting, "Hand in the count")
    counting.get_by_text("somebody else approves or refuses it").wait_for()
    assert counting.get_by_role("button", name="Approve").count() == 0
    stocktake = Stocktake.objects.get()
    assert (stocktake.state, Stock.objects.get().quantity) == ("counted", 37)
    deciding = visit(stocktake.get_absolute_url(), user=manager)
    assert deciding.get_by_role("row", name="Keypad").get_by_role("cell").all_inner_texts() == [
        "Keypad", "35", "37", "-2",
    ]  # fmt: skip
    press(deciding, "Approve")
    deciding.get_by_text("Approved").first.wait_for()
    assert (Stock.objects.get().quantity, first_difference()) == (35, None)
