"""Many terminals and stickers at once: the same as one after the other, all or none."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assets import actions
from assets.models import Binding, Sticker, Terminal
from journal.models import Entry
from merchants.actions import change_merchant, merge_merchants
from tests import factories as make
from tests.races import at_once
from toolkit.errors import Refused


def news(region, count: int = 3) -> list[dict]:
    model = make.TerminalModelFactory()
    return [
        {"serial": f"sn {n:04d}", "model": model, "region": region, "received_on": date(2026, 11, 1), "tid": f"t{n}",
         "is_in_use": True}
        for n in range(count)
    ]  # fmt: skip


def entries() -> list[tuple]:
    return list(
        Entry.objects.order_by("subject_label", "pk").values_list(
            "verb", "subject_label", "merchant_id", "actor", "at", "changes", "note"
        )
    )


def rows(model, *but: str) -> list[dict]:
    return [
        {name: value for name, value in row.items() if name not in ("id", "terminal_id", *but)}
        for row in model.objects.order_by("pk").values()
    ]


def test_many_are_received_as_one_after_the_other_would_be(hangzhou, keeper, at) -> None:
    terminals = news(hangzhou)
    with transaction.atomic():
        for new in terminals:
            actions.receive_terminal(**new, by=keeper, at=at)
        expected = (rows(Terminal), entries())
        transaction.set_rollback(True)
    actions.receive_terminals(terminals, by=keeper, at=at)
    assert (rows(Terminal), entries()) == expected
    assert len(expected[1]) == 3


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"serial": " "}, "needs a serial number"),
        ({"serial": "OLD1"}, "OLD1 was received already"),
        ({"serial": "SN0000"}, "SN0000 was received already"),
        ({"tid": "800"}, "TID 800 belongs to terminal OLD1"),
        ({"tid": "T1"}, "TID T1 belongs to terminal SN0001"),
    ],
)
def test_one_that_cannot_be_received_stops_all_of_them(hangzhou, keeper, at, part, sentence) -> None:
    make.TerminalFactory(serial="OLD1", tid="800", region=hangzhou)
    terminals = news(hangzhou)
    terminals[2] |= part
    with pytest.raises(Refused, match=sentence):
        actions.receive_terminals(terminals, by=keeper, at=at)
    assert (Terminal.objects.get().serial, Entry.objects.count()) == ("OLD1", 0)


def bindings(terminals, merchant) -> list[dict]:
    first, second, third = terminals
    return [
        {"terminal": first, "merchant": merchant, "tid": "9001", "acquirer_code": "48021000", "note": "counter"},
        {"terminal": second, "merchant": merchant, "settlement_account": "6222020000012345"},
        {"terminal": third, "merchant": merchant},
    ]


def test_many_are_bound_as_one_after_the_other_would_be(hangzhou, merchant, engineer, keeper, at) -> None:
    terminals = actions.receive_terminals(news(hangzhou), by=keeper, at=at)
    actions.issue_terminal(terminals[2], holder=engineer, by=keeper, at=at)
    with transaction.atomic():
        for new in bindings(terminals, merchant):
            actions.bind_terminal(**new, by=engineer, at=at)
        accounts = [binding.settlement_account for binding in Binding.objects.order_by("pk")]
        expected = (rows(Terminal), rows(Binding, "settlement_account"), entries())
        transaction.set_rollback(True)
    actions.bind_terminals(bindings(terminals, merchant), by=engineer, at=at)
    assert (rows(Terminal), rows(Binding, "settlement_account"), entries()) == expected
    assert [binding.settlement_account for binding in Binding.objects.order_by("pk")] == accounts
    assert [row["status"] for row in rows(Terminal)] == ["live"] * 3


def test_a_hundred_bindings_cost_as_many_statements_as_three(hangzhou, xihu, keeper, at) -> None:
    terminals = actions.receive_terminals(news(hangzhou, 103), by=keeper, at=at)
    shops = make.MerchantFactory.create_batch(5, region=xihu)
    counts = []
    for part in (terminals[:3], terminals[3:]):
        asked = [{"terminal": one, "merchant": shops[n % 5]} for n, one in enumerate(part)]
        with CaptureQueriesContext(connection) as queries:
            actions.bind_terminals(asked, by=keeper, at=at)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def closed(merchant, region, **who):
    change_merchant(merchant, status="closed", **who)


def merged(merchant, region, **who):
    merge_merchants(make.MerchantFactory(region=region), merchant, **who)


@pytest.mark.parametrize(("end", "sentence"), [(closed, "is closed"), (merged, "was merged into")])
def test_one_that_cannot_be_bound_stops_all_of_them(hangzhou, merchant, foreign_merchant, keeper, at, end, sentence):
    terminals = actions.receive_terminals(news(hangzhou), by=keeper, at=at)
    end(foreign_merchant, hangzhou, by=keeper, at=at)
    asked = bindings(terminals, merchant)
    asked[2]["merchant"] = foreign_merchant
    before = Entry.objects.count()
    with pytest.raises(Refused, match=sentence):
        actions.bind_terminals(asked, by=keeper, at=at)
    assert (Binding.objects.count(), Entry.objects.count()) == (0, before)
    assert not Terminal.objects.exclude(status="tested").exists()


def test_one_terminal_is_not_bound_twice(hangzhou, merchant, keeper, at) -> None:
    terminals = actions.receive_terminals(news(hangzhou), by=keeper, at=at)
    asked = bindings(terminals, merchant)
    asked[2]["terminal"] = terminals[0]
    with pytest.raises(Refused, match="twice"):
        actions.bind_terminals(asked, by=keeper, at=at)


def test_a_tid_of_another_terminal_is_refused_by_name(terminal, hangzhou, merchant, keeper, at) -> None:
    actions.change_terminal(terminal, by=keeper, at=at, tid="800")
    terminals = actions.receive_terminals(news(hangzhou), by=keeper, at=at)
    asked = bindings(terminals, merchant)
    asked[2]["tid"] = "800"
    with pytest.raises(Refused, match=f"TID 800 belongs to terminal {terminal.serial}"):
        actions.bind_terminals(asked, by=keeper, at=at)
    assert Binding.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_bind_the_same_terminals_in_opposite_order_take_turns(hangzhou, xihu, keeper, at) -> None:
    terminals = actions.receive_terminals(news(hangzhou, 40), by=keeper, at=at)
    shops = make.MerchantFactory.create_batch(2, region=xihu)
    wanted = [
        [{"terminal": one, "merchant": shop} for one in part]
        for shop, part in zip(shops, [terminals, terminals[::-1]], strict=True)
    ]
    results = at_once(wanted, lambda asked: len(actions.bind_terminals(asked, by=keeper, at=at)))
    assert 40 in results
    assert any("is live at" in str(result) or "It is live" in str(result) for result in results)
    assert Binding.objects.count() == 40


def test_many_stickers_are_stuck_as_one_after_the_other_would_be(hangzhou, merchant, keeper, at) -> None:
    one, two, _three = terminals = actions.receive_terminals(news(hangzhou), by=keeper, at=at)
    actions.bind_terminal(one, merchant=merchant, by=keeper, at=at)
    stickers = make.StickerFactory.create_batch(5)
    actions.bind_sticker(stickers[0], terminal=one, by=keeper, at=at)
    pairs = [
        (stickers[0], one),  # is there already
        (stickers[1], one),  # replaces it
        (stickers[2], two),
        (stickers[3], two),  # replaces one of the same list
        (stickers[4], terminals[2]),
    ]

    def what_is_there():
        return Sticker.objects.order_by("pk").values_list("number", "terminal", "bound_at", "voided_at"), entries()

    with transaction.atomic():
        for sticker, terminal in pairs:
            actions.bind_sticker(sticker, terminal=terminal, by=keeper, at=at)
        expected = [list(part) for part in what_is_there()]
        transaction.set_rollback(True)
    actions.bind_stickers(pairs, by=keeper, at=at)
    assert [list(part) for part in what_is_there()] == expected
    assert Sticker.objects.filter(voided_at=None, terminal__isnull=False).count() == 3


def test_one_sticker_that_cannot_be_stuck_stops_all_of_them(terminal, hangzhou, keeper, at) -> None:
    terminals = actions.receive_terminals(news(hangzhou), by=keeper, at=at)
    fresh, used = make.StickerFactory.create_batch(2)
    actions.bind_sticker(used, terminal=terminal, by=keeper, at=at)
    with pytest.raises(Refused, match=f"on terminal {terminal.serial} already"):
        actions.bind_stickers([(fresh, terminals[0]), (used, terminals[1])], by=keeper, at=at)
    assert Sticker.objects.get(pk=fresh.pk).terminal is None
