"""What will be used: reckoned from the ledger, the same however often, and what people expect instead."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from journal.models import Entry
from spareparts.actions import receive_part, set_reorder_rule, transfer_part, use_part
from spareparts.actions.figures import follow_ledger
from spareparts.actions.forecasts import drop_forecast_edit, make_forecasts, set_forecast
from spareparts.models import Forecast, ForecastEdit, Part, ReorderRule
from spareparts.tasks import keep_forecasts
from tests import factories as make
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db

USED = [3, 5, 4, 0, 6, 4, 5, 3, 4, 5, 2, 4, 6, 4, 5, 4, 3, 5, 4, 6, 4, 5]  # from January 2025 to October 2026


@pytest.fixture
def used(keypad, depot, bag) -> Part:
    """Two years of keypads, one screen of three months, and terminals that both of them fit."""
    screen = Part.objects.create(code="screen", name="Screen")
    for part in (keypad, screen):
        part.fits.add(make.TerminalModelFactory())
        start = datetime(2025, 1, 2, 4, tzinfo=UTC)
        months = USED if part == keypad else [0] * 19 + [1, 2, 1]
        begun = start + timedelta(days=0 if part == keypad else 31 * 19)
        receive_part(part, target=depot, quantity=200, unit_cost=Decimal(2), by=None, at=begun)
        transfer_part(part, source=depot, target=bag, quantity=150, by=None, at=begun)
        for number, count in enumerate(months):
            month = datetime(2025 + number // 12, number % 12 + 1, 15, 4, tzinfo=UTC)
            if count:
                use_part(part, source=bag, quantity=count, order_number="WO-1", merchant_id=1, by=None, at=month)
    return keypad


@pytest.fixture
def terminals(hangzhou, merchant) -> None:
    for _number in range(40):
        terminal = make.TerminalFactory(region=hangzhou, status="live")
        terminal.bindings.create(merchant=merchant, started_at=datetime(2025, 6, 1, tzinfo=UTC))


def rows() -> list[tuple]:
    return list(Forecast.objects.order_by("region", "part").values_list("region__code", "part__code", *FIGURES))


FIGURES = ("kind", "used", "terminals", "monthly", "spread", "reorder_point", "order_up_to", "pinball", "naive_pinball")


def test_forecasts_come_out_the_same_however_often(used, terminals, hangzhou, yuhang, at) -> None:
    follow_ledger()
    assert make_forecasts(at=at) == 2  # where the depot is, and where people carry parts
    first = rows()
    assert make_forecasts(at=at) == 0
    assert make_forecasts(at=at + timedelta(days=1)) == 2
    assert rows() == first
    keypad = Forecast.objects.get(part=used, region=hangzhou)
    assert (keypad.month, keypad.used[-22:], keypad.used[:2]) == (date(2026, 11, 1), USED, [None, None])
    assert (keypad.kind, keypad.terminals) == ("smooth", 40)
    assert Decimal("3.8") < keypad.monthly < Decimal("4.8")
    assert keypad.monthly < keypad.reorder_point < keypad.order_up_to < 4 * keypad.monthly
    assert keypad.pinball < keypad.naive_pinball
    screen = Forecast.objects.get(part__code="screen", region=hangzhou)
    assert (screen.kind, screen.pinball) == ("new", None)
    assert 0 < screen.monthly < keypad.monthly
    make_forecasts(at=datetime(2026, 12, 3, tzinfo=UTC))
    assert Forecast.objects.filter(part=used, region=hangzhou).count() == 2


def test_a_person_expects_something_else(used, hangzhou, manager, at) -> None:
    follow_ledger()
    make_forecasts(at=at)
    row = Forecast.objects.get(part=used, region=hangzhou)
    wanted = {"monthly": Decimal(20), "until": date(2027, 1, 31), "reason": "Campaign", "by": manager, "at": at}
    for wrong, text in (
        ({"reason": " "}, "Say why"),
        ({"until": date(2026, 11, 17)}, "within a year"),
        ({"monthly": Decimal(-1)}, "Between 0"),
    ):
        with pytest.raises(Refused, match=text):
            set_forecast(row, **wanted | wrong)
    edit = set_forecast(row, **wanted)
    assert 20 < edit.reorder_point < edit.order_up_to
    again = set_forecast(row, **wanted | {"monthly": Decimal(30)})
    assert ForecastEdit.objects.in_force(at.date()).get() == again
    assert not ForecastEdit.objects.in_force(date(2027, 2, 1)).exists()
    drop_forecast_edit(row, by=manager, at=at)
    with pytest.raises(Refused, match="Nobody has set"):
        drop_forecast_edit(row, by=manager, at=at)
    told = [entry.verb for entry in Entry.objects.about(again).order_by("pk")]
    assert told == ["spareparts.set_forecast", "spareparts.drop_forecast_edit"]


def test_the_keeper_sees_it_sets_another_figure_and_takes_it_over(
    client, used, terminals, depot, keeper, dispatcher, ningbo
) -> None:
    client.force_login(keeper)
    empty = client.get(reverse("office:forecast-list")).content.decode()
    assert "No forecast has been made for your region yet." in empty
    keep_forecasts()
    set_reorder_rule(used, place=depot, reorder_point=2, order_up_to=3, by=keeper, at=timezone.now())
    listed = client.get(reverse("office:forecast-list"), {"q": "keypad"}).content.decode()
    row = Forecast.objects.get(part=used, region__code="hangzhou")
    assert all(text in listed for text in ("Forecast of parts: Hangzhou", "2 / 3", "Smooth", row.get_absolute_url()))
    assert "Screen" not in listed.split("<tbody>")[1]
    wanted = {"monthly": "30", "until": f"{timezone.localdate():%Y-%m-%d}", "reason": "Campaign"}
    url = reverse("office:forecast-set", args=["hangzhou", "keypad"])
    assert client.post(url, wanted | {"until": "2020-01-01"}).status_code == 422
    assert client.post(url, wanted).url == row.get_absolute_url()
    edit = ForecastEdit.objects.get()
    detail = client.get(row.get_absolute_url()).content.decode()
    assert "expects 30 a month until" in detail
    assert "How such levels would have done last year" in detail
    (over,) = re.findall(r'href="([^"]*reorder-rules/set[^"]*)"', detail)
    form = client.get(unescape(over)).context["form"]
    client.post(over, {name: form[name].value() for name in form.fields})
    rule = ReorderRule.objects.get(part=used)
    assert (rule.reorder_point, rule.order_up_to) == (edit.reorder_point, edit.order_up_to)
    lines = b"".join(client.get(reverse("office:forecast-list"), {"export": "csv"}).streaming_content).decode()
    assert f"{edit.reorder_point} / {edit.order_up_to}" in lines
    assert "Kai Keeper: Campaign" in lines
    only = client.get(reverse("office:forecast-list"), {"only": "edited"}).content.decode()
    assert only.count("<tr>") == 2
    assert client.post(reverse("office:forecast-drop", args=["hangzhou", "keypad"])).status_code == 302
    assert "expects 30" not in client.get(row.get_absolute_url()).content.decode()
    client.force_login(dispatcher)
    assert client.post(url, wanted).status_code == 403
    keeper.region = ningbo
    keeper.save()
    client.force_login(keeper)
    assert client.get(row.get_absolute_url()).status_code == 404
