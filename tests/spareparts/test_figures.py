"""The ledger by month: added up once, whoever does it and however often, and what the pages make of it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from threading import Event

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from spareparts.actions import make_depot, receive_part, return_part, transfer_part, use_part
from spareparts.actions.figures import follow_ledger
from spareparts.actions.forecasts import make_forecasts
from spareparts.figures import stock_figures
from spareparts.models import Forecast, LedgerMark, Movement, Part, Place, StockMonth, Supplier
from spareparts.verify import first_month_difference
from tests import factories as make
from tests.races import at_once

pytestmark = pytest.mark.django_db


def use(part: Part, bag: Place, quantity: int, at: datetime, order: str = "WO-1") -> Movement:
    return use_part(part, source=bag, quantity=quantity, order_number=order, merchant_id=1, by=None, at=at)


def test_the_months_say_what_the_ledger_says_to_the_piece_and_the_cent(keypad, depot, bag, scrap, at) -> None:
    midnight = datetime(2026, 10, 31, 16, tzinfo=UTC)  # where the company is
    receive_part(
        keypad, target=depot, quantity=7, unit_cost=Decimal("3.333"), by=None, at=midnight - timedelta(days=40)
    )
    transfer_part(keypad, source=depot, target=bag, quantity=5, by=None, at=midnight - timedelta(days=2))
    use(keypad, bag, 1, midnight - timedelta(seconds=1))
    use(keypad, bag, 2, midnight)
    assert follow_ledger() > 0
    return_part(keypad, source=bag, target=depot, quantity=1, by=None, at=midnight - timedelta(days=45))  # told late
    assert follow_ledger() > 0
    assert follow_ledger() == 0
    kept = {(row.place, f"{row.month:%m}"): row for row in StockMonth.objects.select_related("place")}
    assert [(kept[bag, month].used, kept[bag, month].used_value) for month in ("10", "11")] == [
        (1, Decimal("3.33")), (2, Decimal("6.67")),
    ]  # fmt: skip
    assert (kept[bag, "09"].went, kept[depot, "09"].received, kept[depot, "09"].came) == (1, 7, 8)
    assert first_month_difference() is None
    call_command("verify_stock")
    StockMonth.objects.filter(place=bag, month__month=10).update(used_value=Decimal("3.34"))
    with pytest.raises(CommandError, match=r"keypad at .* in 2026-10: used_value 3.33 by the ledger, 3.34 kept"):
        call_command("verify_stock")


@pytest.mark.django_db(transaction=True)
def test_a_move_that_is_still_being_written_is_neither_left_out_nor_added_twice(keypad, depot, at) -> None:
    receive_part(keypad, target=depot, quantity=1, by=None, at=at)
    written, looked = Event(), Event()

    def write(number: int) -> None:
        with transaction.atomic():
            Movement.objects.create(kind="receive", part=keypad, target=depot, quantity=10, target_left=11, at=at)
            written.set()
            assert looked.wait(10)

    def follow(number: int) -> int:
        assert written.wait(10)
        with connection.cursor() as cursor:  # a newer move is there already
            cursor.execute("SELECT nextval(pg_get_serial_sequence('spareparts_movement', 'id'))")
        Movement.objects.create(kind="receive", part=keypad, target=depot, quantity=100, target_left=111, at=at)
        counted = follow_ledger()
        looked.set()
        return counted

    _nothing, counted = at_once(2, lambda number: (write, follow)[number](number))
    assert (counted, StockMonth.objects.count()) == (0, 0)  # waits for whoever writes
    at_once(4, lambda _number: follow_ledger())
    assert (StockMonth.objects.get().received, first_month_difference()) == (111, None)
    assert LedgerMark.objects.get().movement == Movement.objects.latest("pk").pk


@pytest.fixture
def year(keypad, depot, bag, at) -> Part:
    """Screens that lie dead beside keypads that are used, of one supplier; one of them came back defective."""
    supplier = Supplier.objects.create(code="acme", name="Acme")
    screen = Part.objects.create(code="screen", name="Screen", supplier=supplier)
    Part.objects.filter(pk=keypad.pk).update(supplier=supplier)
    keypad.fits.add(make.TerminalModelFactory())
    receive_part(screen, target=depot, quantity=4, unit_cost=Decimal(50), by=None, at=at - timedelta(days=300))
    receive_part(keypad, target=depot, quantity=16, unit_cost=Decimal(10), by=None, at=at - timedelta(days=200))
    transfer_part(keypad, source=depot, target=bag, quantity=10, by=None, at=at - timedelta(days=100))
    use(keypad, bag, 6, at - timedelta(days=60))
    broken = make_depot(
        code="broken", name="Broken", kind=Place.Kind.DEFECTIVE, region=bag.person.region, by=None, at=at
    )
    return_part(keypad, source=bag, target=broken, quantity=1, by=None, at=at - timedelta(days=1))
    follow_ledger()
    return screen


def test_the_figures_and_the_rows_they_lead_to(client, keeper, manager, year, hangzhou, ningbo, at) -> None:
    with time_machine.travel(at, tick=False):
        figures = stock_figures(manager, hangzhou, at.date())
        assert (figures.value, figures.places) == (Decimal(300), 3)
        assert [(line.label, line.value) for line in figures.dead] == [(year, Decimal(200))]
        assert figures.values[-3:] == [Decimal(360), Decimal(300), Decimal(300)]  # September, October, November
        assert figures.values[:2] == [Decimal(0), Decimal(0)]
        assert sum(figures.used_by_month) == Decimal(60)
        mean = sum([*figures.values, Decimal(300)]) / 13
        assert figures.turnover(at.date()) == Decimal(60) * 365 / 353 / mean
        assert [(each.received, each.defective) for each in figures.suppliers] == [(20, 1)]
        assert stock_figures(manager, ningbo, at.date()).value == 0
        client.force_login(keeper)
        html = client.get(reverse("office:stock-figures")).content.decode()
        lists = {url for url in map(unescape, re.findall(r'href="(/office/stock/[^"]*)"', html)) if "?" in url}
        pieces = {url: _pieces(client.get(url)) for url in lists}
    of_moves = {
        kind: {n for url, n in pieces.items() if f"{kind}" in url} for kind in ("kind=use", "kind=receive", "to=")
    }
    assert of_moves == {"kind=use": {6}, "kind=receive": {20}, "to=": {1}}
    assert {n for url, n in pieces.items() if "part=screen" in url} == {4}


def _pieces(response) -> int:
    return sum(row.record.quantity for row in response.context["table"].rows)


@pytest.mark.parametrize("name", ["stock-figures", "forecast-list"])
def test_the_pages_cost_the_same_with_more_parts(client, keeper, year, bag, depot, at, name) -> None:
    client.force_login(keeper)

    def queries() -> int:
        follow_ledger()
        Forecast.objects.all().delete()
        make_forecasts(at=at)
        for _time in range(2):  # the second time from the cache
            with CaptureQueriesContext(connection) as caught:
                assert client.get(reverse(f"office:{name}")).status_code == 200
        return len(caught)

    few = queries()
    for number in range(5):
        part = Part.objects.create(code=f"part-{number}", name=f"Part {number}")
        receive_part(part, target=depot, quantity=4, unit_cost=Decimal(1), by=None, at=at)
        transfer_part(part, source=depot, target=bag, quantity=4, by=None, at=at)
        use(part, bag, 1, at)
    assert queries() == few
