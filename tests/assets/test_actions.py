from datetime import date, timedelta

import pytest
from django.db import connection

from assets import actions
from assets.models import Binding, Sticker, Terminal
from journal import reveals
from journal.models import Entry
from merchants.actions import change_merchant, reveal_phone
from tests import factories as make
from tests.races import at_once
from toolkit.errors import Refused


def receive(by, at, region, serial="SN1", **more) -> Terminal:
    return actions.receive_terminal(
        serial=serial, model=make.TerminalModelFactory(), region=region, received_on=date(2026, 11, 1), by=by, at=at,
        **more,
    )  # fmt: skip


def last_entry() -> Entry:
    return Entry.objects.first()


def reloaded(row):
    return type(row).objects.get(pk=row.pk)


# -- custody


def test_a_terminal_is_received_once_however_its_serial_is_typed(hangzhou, keeper, at):
    terminal = receive(keeper, at, hangzhou, " sn 0815 ")
    assert (terminal.serial, terminal.status) == ("SN0815", "received")
    entry = last_entry()
    assert (entry.verb, entry.subject_label, entry.actor) == ("assets.receive_terminal", "SN0815", keeper)
    with pytest.raises(Refused, match="SN0815 was received already"):
        receive(keeper, at, hangzhou, "ＳＮ０８１５")


def test_a_tid_belongs_to_one_terminal_and_the_refusal_names_it(terminal, hangzhou, keeper, at):
    receive(keeper, at, hangzhou, "SN1", tid="80010001")
    with pytest.raises(Refused, match="terminal SN1 already") as refusal:
        actions.change_terminal(terminal, by=keeper, at=at, tid="80010001")
    assert refusal.value.field == "tid"


def test_a_terminal_needs_a_serial_number(hangzhou, keeper, at):
    with pytest.raises(Refused, match="needs a serial number"):
        receive(keeper, at, hangzhou, "  ")


def test_a_change_is_written_down(terminal, keeper, at):
    actions.change_terminal(terminal, by=keeper, at=at, firmware="2.1", tid="800 1")
    assert last_entry().changes == {"firmware": ["", "2.1"], "tid": ["", "8001"]}


def test_status_and_holder_are_not_changed_by_hand(terminal, keeper, at):
    with pytest.raises(TypeError, match="status"):
        actions.change_terminal(terminal, by=keeper, at=at, status="live")


def test_issue_and_take_back(terminal, engineer, keeper, at):
    actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    assert (reloaded(terminal).status, reloaded(terminal).holder) == ("issued", engineer)
    assert last_entry().changes["holder"] == [None, "Emil Engineer"]
    actions.take_back_terminal(terminal, by=keeper, at=at)
    assert (reloaded(terminal).status, reloaded(terminal).holder) == ("tested", None)
    assert last_entry().verb == "assets.take_back_terminal"


def test_only_field_staff_have_a_bag(terminal, dispatcher, keeper, at):
    with pytest.raises(Refused, match="Dina Dispatcher does not work in the field"):
        actions.issue_terminal(terminal, holder=dispatcher, by=keeper, at=at)


def test_a_terminal_in_a_bag_is_not_issued_again_and_the_refusal_names_the_bag(
    terminal, engineer, colleague, keeper, at
):
    actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    with pytest.raises(Refused, match="in the bag of Emil Engineer"):
        actions.issue_terminal(terminal, holder=colleague, by=keeper, at=at)


def test_a_live_terminal_is_neither_taken_back_nor_scrapped(terminal, merchant, keeper, at):
    actions.bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    with pytest.raises(Refused, match="live at 朝阳茶馆"):
        actions.take_back_terminal(terminal, by=keeper, at=at)
    with pytest.raises(Refused, match="live at 朝阳茶馆"):
        actions.scrap_terminal(terminal, by=keeper, at=at, reason="broken")


def test_scrap_is_the_end(terminal, merchant, engineer, keeper, at):
    actions.wipe_terminals([terminal], by=keeper, at=at)
    actions.scrap_terminal(terminal, by=keeper, at=at, reason="water")
    assert (last_entry().verb, last_entry().note) == ("assets.scrap_terminal", "water")
    for again in (
        lambda: actions.take_back_terminal(terminal, by=keeper, at=at),
        lambda: actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at),
        lambda: actions.bind_terminal(terminal, merchant=merchant, by=keeper, at=at),
    ):
        with pytest.raises(Refused, match="was scrapped"):
            again()


# -- places


def test_binding_freezes_what_was_agreed(terminal, merchant, manager, at):
    binding = actions.bind_terminal(
        terminal, merchant=merchant, by=manager, at=at, tid="80010001", acquirer_code="48021000", merchant_code="8983",
        note="on the counter",
    )  # fmt: skip
    change_merchant(merchant, by=manager, at=at, address="Moved", lat=30.0, lon=120.0)
    frozen = reloaded(binding)
    assert (frozen.address, frozen.lat, frozen.lon) == (merchant.address, merchant.lat, merchant.lon)
    assert (frozen.tid, frozen.acquirer_code, frozen.merchant_code) == ("80010001", "48021000", "8983")
    terminal = reloaded(terminal)
    assert (terminal.status, terminal.tid, terminal.region) == ("live", "80010001", merchant.region)
    entry = Entry.objects.get(verb="assets.bind_terminal")
    assert (entry.merchant_id, entry.note) == (merchant.pk, "on the counter")
    assert entry.changes["merchant"] == [None, merchant.name]


def test_binding_freezes_credit_code_and_account_and_the_account_only_encrypted(terminal, merchant, manager, at):
    binding = actions.bind_terminal(
        terminal, merchant=merchant, by=manager, at=at, credit_code="9135 0100 m000 100y 43",
        settlement_account="6222-0200 0001 2345 678",
    )  # fmt: skip
    assert (reloaded(binding).credit_code, reloaded(binding).masked_account) == ("91350100M000100Y43", "****5678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT settlement_account FROM assets_binding")
        assert b"12345678" not in bytes(cursor.fetchone()[0])
    assert Entry.objects.get().changes["settlement account"] == [None, "****5678"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("credit_code", "91350100M000100Y44", "not a unified social credit code"),
        ("settlement_account", "1234567", "8 to 34 digits or letters"),
        ("settlement_account", "账号12345678", "8 to 34 digits or letters"),
    ],
)
def test_a_number_that_cannot_be_one_is_refused(terminal, merchant, manager, at, field, value, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at, **{field: value})
    assert (refusal.value.field, reloaded(terminal).status) == (field, "tested")


def test_an_account_is_shown_against_an_entry_and_not_to_copy_a_list(
    terminal, merchant, manager, finance, at, monkeypatch
):
    binding = actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at, settlement_account="622202000001")
    monkeypatch.setattr(reveals, "REVEALS_PER_HOUR", 2)
    reveal_phone(merchant.contacts.get(), by=finance, at=at)
    assert actions.reveal_account(binding, by=finance, at=at) == "622202000001"
    entry = last_entry()
    assert (entry.verb, entry.actor, entry.merchant_id) == ("assets.reveal_account", finance, merchant.pk)
    assert entry.changes == {}
    with pytest.raises(Refused, match="within the last hour"):
        actions.reveal_account(binding, by=finance, at=at)
    assert actions.reveal_account(binding, by=manager, at=at) == "622202000001"


def test_a_terminal_is_live_at_one_merchant_and_the_refusal_names_it(terminal, merchant, foreign_merchant, manager, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    with pytest.raises(Refused, match=f"live at {merchant.name}"):
        actions.bind_terminal(terminal, merchant=foreign_merchant, by=manager, at=at)
    assert Binding.objects.live().get().merchant == merchant


def test_an_engineer_binds_from_the_own_bag_only(terminal, merchant, engineer, colleague, keeper, at):
    actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    with pytest.raises(Refused, match="in the bag of Emil Engineer"):
        actions.bind_terminal(terminal, merchant=merchant, by=colleague, at=at)
    actions.bind_terminal(terminal, merchant=merchant, by=engineer, at=at)
    assert (reloaded(terminal).status, reloaded(terminal).holder) == ("live", None)
    assert last_entry().actor == engineer


def test_a_closed_merchant_gets_no_terminals(terminal, merchant, manager, at):
    change_merchant(merchant, by=manager, at=at, status="closed")
    with pytest.raises(Refused, match="is closed"):
        actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    assert reloaded(terminal).status == "tested"


def test_a_terminal_leaves_for_a_bag_or_for_the_shelf(terminal, merchant, engineer, manager, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    later = at + timedelta(days=1)
    actions.unbind_terminal(terminal, by=manager, at=later, reason="closed shop", to_holder=engineer)
    ended = Binding.objects.get()
    assert (ended.ended_at, ended.end_reason) == (later, "closed shop")
    assert (reloaded(terminal).status, reloaded(terminal).holder) == ("retrieved", engineer)
    actions.bind_terminal(terminal, merchant=merchant, by=engineer, at=later)
    actions.unbind_terminal(terminal, by=manager, at=later, reason="swap")
    assert reloaded(terminal).status == "returned"
    assert (last_entry().verb, last_entry().note, last_entry().merchant_id) == (
        "assets.unbind_terminal", "swap", merchant.pk,
    )  # fmt: skip


def test_unbinding_wants_a_reason_and_a_binding(terminal, merchant, manager, at):
    with pytest.raises(Refused, match="not at a merchant. It is in stock"):
        actions.unbind_terminal(terminal, by=manager, at=at, reason="swap")
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    with pytest.raises(Refused, match="Say why") as refusal:
        actions.unbind_terminal(terminal, by=manager, at=at, reason=" ")
    assert refusal.value.field == "reason"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_bind_one_serial_at_once_one_wins_and_the_others_hear_where_it_is(terminal, xihu, manager, at):
    shops = [make.MerchantFactory(region=xihu, name=f"Shop {n}") for n in range(8)]
    results = at_once(shops, lambda shop: actions.bind_terminal(terminal, merchant=shop, by=manager, at=at))
    (won,) = [result for result in results if isinstance(result, Binding)]
    lost = [result for result in results if isinstance(result, str)]
    assert len(lost) == 7
    assert all(f"live at {won.merchant.name} " in sentence for sentence in lost)
    assert Binding.objects.count() == 1
    assert Entry.objects.filter(verb="assets.bind_terminal").count() == 1


# -- stickers


def test_a_sheet_has_as_many_stickers_as_asked_for(hangzhou, keeper, at):
    sheet = actions.print_stickers(count=24, region=hangzhou, by=keeper, at=at)
    assert sheet.stickers.count() == 24
    assert len({sticker.token for sticker in sheet.stickers.all()}) == 24
    assert last_entry().changes == {"count": [None, 24]}
    with pytest.raises(Refused, match="between 1 and 240"):
        actions.print_stickers(count=241, region=hangzhou, by=keeper, at=at)


def test_a_new_sticker_voids_the_old_one(terminal, merchant, manager, at):
    old, new = make.StickerFactory.create_batch(2)
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    actions.bind_sticker(old, terminal=terminal, by=manager, at=at)
    actions.bind_sticker(new, terminal=terminal, by=manager, at=at)
    assert (reloaded(old).voided_at, reloaded(new).voided_at) == (at, None)
    assert terminal.stickers.get(voided_at=None) == new
    assert last_entry().changes == {"sticker": [old.number, new.number]}
    assert last_entry().merchant_id == merchant.pk
    with pytest.raises(Refused, match="replaced by another"):
        actions.bind_sticker(old, terminal=terminal, by=manager, at=at)


def test_sticking_twice_is_sticking_once(terminal, manager, at):
    sticker = make.StickerFactory()
    for _n in range(2):
        actions.bind_sticker(sticker, terminal=terminal, by=manager, at=at)
    assert Entry.objects.filter(verb="assets.bind_sticker").count() == 1


def test_a_sticker_is_on_one_terminal_and_the_refusal_names_it(terminal, manager, at):
    sticker = make.StickerFactory()
    actions.bind_sticker(sticker, terminal=terminal, by=manager, at=at)
    with pytest.raises(Refused, match="on terminal SN00004711 already"):
        actions.bind_sticker(sticker, terminal=make.TerminalFactory(), by=manager, at=at)
    assert Sticker.objects.get().terminal == terminal


# -- codes


def test_what_a_code_means(terminal, engineer, manager, at):
    sticker = make.StickerFactory()
    for code in (f"https://fieldloop.example/m/s/{sticker.token}/", sticker.token, f" {sticker.number.lower()} "):
        assert actions.find_by_code(code, engineer) == sticker, code
    assert actions.find_by_code("sn 0000 4711", engineer) == terminal
    assert actions.find_by_code("", engineer) is None
    assert actions.find_by_code("SN-unknown", engineer) is None


def test_a_code_opens_nothing_of_another_region(terminal, manager, stranger, faraway_engineer, at):
    sticker = make.StickerFactory()
    actions.bind_sticker(sticker, terminal=terminal, by=manager, at=at)
    for outsider in (stranger, faraway_engineer):
        assert actions.find_by_code(terminal.serial, outsider) is None
        assert actions.find_by_code(sticker.token, outsider) is None
