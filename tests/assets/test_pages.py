import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse

from assets import actions
from assets.models import StickerSheet, Terminal
from assets.queries import where_on
from journal.models import Entry
from tests import factories as make


@pytest.fixture
def as_(client):
    def login(user):
        client.force_login(user)
        return client

    return login


def page(name: str, *args) -> str:
    return reverse(f"office:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


# -- the list


@pytest.fixture
def fleet(terminal, merchant, hangzhou, engineer, keeper, at):
    """One live, one in a bag, one in stock; one in another city."""
    bagged = make.TerminalFactory(serial="BAG1", region=hangzhou)
    make.TerminalFactory(serial="STOCK1", region=hangzhou, tid="80010001")
    make.TerminalFactory(serial="FOREIGN1")
    actions.bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    actions.issue_terminal(bagged, holder=engineer, by=keeper, at=at)
    return [terminal.serial, "BAG1", "STOCK1"]


def test_the_list_says_where_each_terminal_is(as_, dispatcher, fleet, merchant):
    html = text(as_(dispatcher).get(page("terminal-list")))
    for piece in (*fleet, merchant.name, "Emil Engineer"):
        assert piece in html
    assert "FOREIGN1" not in html


def test_the_list_is_searched_and_filtered(as_, dispatcher, fleet, engineer, hangzhou):
    client = as_(dispatcher)

    def shown(**query):
        html = text(client.get(page("terminal-list"), query))
        return [serial for serial in fleet if serial in html]

    assert shown(q="4711") == [fleet[0]]
    assert shown(q="8001") == ["STOCK1"]
    assert shown(status="issued") == ["BAG1"]
    assert shown(status=["live", "tested"]) == [fleet[0], "STOCK1"]
    assert shown(holder=engineer.username) == ["BAG1"]
    assert shown(region=hangzhou.pk) == fleet
    assert shown(kind="qr_plate") == []
    assert shown(received_before="2026-01-04") == []


def test_the_list_costs_the_same_queries_with_3_rows_and_with_30(
    as_, dispatcher, xihu, keeper, at, django_assert_max_num_queries
):
    client = as_(dispatcher)
    counts = []
    for more in (3, 27):
        for _n in range(more):
            shop = make.MerchantFactory(region=xihu)
            actions.bind_terminal(make.TerminalFactory(region=xihu), merchant=shop, by=keeper, at=at)
        with django_assert_max_num_queries(15) as queries:
            client.get(page("terminal-list"), {"size": 50})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_export_holds_what_the_page_shows(as_, keeper, fleet, merchant):
    query = {"columns": "serial,status,where", "export": "xlsx"}
    xlsx = b"".join(as_(keeper).get(page("terminal-list"), query).streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(xlsx)).active.values)
    assert rows[0] == ("Serial number", "Status", "Where")
    assert set(rows[1:]) == {
        (fleet[0], "At a merchant", merchant.name), ("BAG1", "In a bag", "Emil Engineer"), ("STOCK1", "Tested, in stock", None),
    }  # fmt: skip
    assert as_(make.UserFactory(role="finance")).get(page("terminal-list"), query).status_code == 403


# -- one terminal


@pytest.mark.parametrize(
    "name",
    ["terminal-detail", "terminal-bindings", "terminal-life", "terminal-edit", "terminal-issue", "terminal-take-back",
     "terminal-bind", "terminal-unbind", "terminal-stick", "terminal-scrap"],
)  # fmt: skip
def test_terminals_of_other_regions_are_not_there(as_, terminal, ningbo, name):
    boss = make.UserFactory(username="boss", role="manager", region=ningbo)
    assert as_(boss).get(page(name, terminal.serial)).status_code == 404


def test_the_page_offers_what_can_be_done_now(as_, manager, terminal, merchant, at):
    client = as_(manager)
    url = page("terminal-detail", terminal.serial)

    def offered():
        html = text(client.get(url))
        names = ("bind", "unbind", "issue", "take-back", "scrap", "stick")
        return {name for name in names if f'href="{page(f"terminal-{name}", terminal.serial)}"' in html}

    assert offered() == {"bind", "issue", "stick"}
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    assert offered() == {"unbind", "stick"}
    actions.unbind_terminal(terminal, by=manager, at=at, reason="swap")
    assert offered() == {"stick"}


def test_who_only_looks_is_offered_nothing(as_, dispatcher, terminal):
    html = text(as_(dispatcher).get(page("terminal-detail", terminal.serial)))
    assert "terminal-" not in html or page("terminal-bind", terminal.serial) not in html
    assert as_(dispatcher).get(page("terminal-bind", terminal.serial)).status_code == 403


def test_the_sticker_is_shown_with_its_code(as_, dispatcher, terminal, manager, at):
    sticker = make.StickerFactory()
    actions.bind_sticker(sticker, terminal=terminal, by=manager, at=at)
    html = text(as_(dispatcher).get(page("terminal-detail", terminal.serial)))
    assert sticker.number in html
    assert "<svg xmlns" in html


def test_a_terminal_goes_its_way_through_the_pages(as_, manager, terminal, merchant, engineer):
    client = as_(manager)

    def do(name, **values):
        answer = client.post(page(f"terminal-{name}", terminal.serial), values)
        assert (answer.status_code, getattr(answer, "url", "")) == (302, terminal.get_absolute_url()), text(answer)
        terminal.refresh_from_db()
        return terminal.status

    edited = {"model": terminal.model_id, "region": terminal.region_id, "received_on": "2026-01-05", "owner": "ours"}
    assert do("edit", tid="8001", **edited) == "tested"
    assert do("issue", holder="engineer") == "issued"
    assert do("take-back") == "tested"
    assert do("bind", merchant=merchant.number, tid="8002", acquirer_code="48") == "live"
    assert do("unbind", reason="swap", to_holder="engineer") == "retrieved"
    assert do("take-back") == "returned"
    actions.wipe_terminals([terminal], by=manager, at=terminal.since)
    assert do("scrap", reason="water") == "scrapped"
    assert [entry.verb.removeprefix("assets.") for entry in Entry.objects.about(terminal)] == [
        "scrap_terminal", "wipe_terminal", "take_back_terminal", "unbind_terminal", "bind_terminal", "take_back_terminal",
        "issue_terminal", "change_terminal",
    ]  # fmt: skip


def test_the_settlement_account_is_masked_until_somebody_who_may_asks_for_it(
    as_, manager, finance, dispatcher, terminal, merchant
):
    account = "6222020000012345678"
    wrong = as_(manager).post(
        page("terminal-bind", terminal.serial), {"merchant": merchant.number, "credit_code": "91350100M000100Y44"}
    )
    assert (wrong.status_code, "not a unified social credit code" in text(wrong)) == (422, True)
    values = {"merchant": merchant.number, "credit_code": "91350100M000100Y43", "settlement_account": account}
    as_(manager).post(page("terminal-bind", terminal.serial), values)
    reveal = page("terminal-reveal-account", terminal.serial, terminal.live_binding.pk)
    for user, may_reveal in ((manager, True), (finance, True), (dispatcher, False)):
        client = as_(user)
        for url in (
            page("terminal-detail", terminal.serial),
            page("terminal-bindings", terminal.serial),
            page("merchant-terminals", merchant.number),
        ):
            html = text(client.get(url))
            assert ("****5678" in html, account in html) == (True, False)
        assert (reveal in html) == may_reveal
        answer = client.post(reveal)
        assert (answer.status_code, account in text(answer)) == ((200, True) if may_reveal else (403, False))
    assert client.get(reveal).status_code in (403, 405)
    assert list(Entry.objects.filter(verb="assets.reveal_account").values_list("actor__username", flat=True)) == [
        "finance",
        "manager",
    ]


def test_the_admin_does_not_show_it_either(as_, ops, manager, terminal, merchant, at):
    binding = actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at, settlement_account="622202000001")
    html = text(as_(ops).get(reverse("admin:assets_binding_change", args=[binding.pk])))
    assert (merchant.name in html, "622202000001" in html) == (True, False)


def test_an_account_of_another_terminal_is_not_there(as_, manager, terminal, merchant, hangzhou, at):
    binding = actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at, settlement_account="622202000001")
    other = make.TerminalFactory(region=hangzhou)
    assert as_(manager).post(page("terminal-reveal-account", other.serial, binding.pk)).status_code == 404
    assert not Entry.objects.filter(verb="assets.reveal_account").exists()


def test_a_refusal_stands_in_the_form(as_, manager, terminal, merchant, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    answer = as_(manager).post(page("terminal-bind", terminal.serial), {"merchant": merchant.number})
    assert answer.status_code == 422
    assert f"It is live at {merchant.name}" in text(answer)


def test_merchants_and_bags_out_of_scope_are_not_taken(as_, terminal, hangzhou, foreign_merchant, faraway_engineer):
    boss = make.UserFactory(username="boss", role="manager", region=hangzhou)
    client = as_(boss)
    bind = client.post(page("terminal-bind", terminal.serial), {"merchant": foreign_merchant.number})
    issue = client.post(page("terminal-issue", terminal.serial), {"holder": faraway_engineer.username})
    assert (bind.status_code, issue.status_code) == (422, 422)
    assert not Entry.objects.exists()


def test_a_sticker_is_stuck_by_its_number(as_, manager, terminal):
    sticker = make.StickerFactory()
    client = as_(manager)
    assert client.post(page("terminal-stick", terminal.serial), {"sticker": "ST-nonsense"}).status_code == 422
    client.post(page("terminal-stick", terminal.serial), {"sticker": sticker.number})
    assert terminal.stickers.get() == sticker


# -- where it was


def test_where_it_was_on_a_day_is_one_query(terminal, xihu, merchant, manager, engineer, at, django_assert_num_queries):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    back = at + timedelta(days=2)
    actions.unbind_terminal(terminal, by=manager, at=back, reason="swap", to_holder=engineer, order_number="WO-1")
    other = make.MerchantFactory(region=xihu)
    again = {"by": manager, "at": back + timedelta(hours=1)}
    actions.take_back_terminal(terminal, **again)
    actions.wipe_terminals([terminal], **again)
    actions.stage_terminals([terminal], run="ST-1", **again)
    actions.key_terminals([terminal], run="KEY-1", **again)
    actions.test_terminals([terminal], **again)
    actions.bind_terminal(terminal, merchant=other, **again)

    def told(day):
        with django_assert_num_queries(1):
            found = where_on(terminal, day)
            places = [(row.status, row.binding and row.binding.merchant, row.holder) for row in found.moves]
            return found.last and found.last.status, places

    assert told(date(2026, 11, 17)) == (None, [])
    assert told(date(2026, 11, 18)) == ("live", [("live", merchant, None)])
    assert told(date(2026, 11, 19)) == ("live", [])
    last, places = told(date(2026, 11, 20))
    assert [status for status, _where, _who in places] == [
        "retrieved", "returned", "wiped", "staged", "keyed", "tested", "live",
    ]  # fmt: skip
    assert (last, places[0][2], places[-1][1]) == ("live", engineer, other)
    assert told(date(2030, 1, 1)) == ("live", [])


@pytest.mark.parametrize(("hour_utc", "day"), [(15, date(2026, 11, 18)), (16, date(2026, 11, 19))])
def test_a_day_is_a_day_of_the_region(terminal, merchant, manager, at, hour_utc, day):
    """15:30 UTC is 23:30 in Hangzhou, 16:30 is half past midnight of the next day."""
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at.replace(hour=hour_utc, minute=30))
    assert where_on(terminal, day - timedelta(days=1)).last is None
    assert where_on(terminal, day).last.binding.merchant == merchant


def test_the_panel_answers_for_a_day(as_, dispatcher, terminal, merchant, manager, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    client = as_(dispatcher)
    url = page("terminal-bindings", terminal.serial)
    assert text(client.get(url)).count(merchant.name) == 2
    assert text(client.get(url, {"day": "2026-11-19"})).count(merchant.name) == 3
    assert "not known" in text(client.get(url, {"day": "2026-11-01"}))
    assert client.get(url, {"day": "nonsense"}).status_code == 200


def test_serial_and_day_lead_to_whose_hands_it_was_in(as_, dispatcher, stranger, terminal, engineer, keeper, at):
    actions.issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    asked = {"serial": "sn 0000 4711", "day": "2026-11-20"}
    assert "in the bag of Emil Engineer" in text(as_(dispatcher).get(page("terminal-where"), asked))
    assert "Nothing in your regions" in text(as_(stranger).get(page("terminal-where"), asked))


def test_the_life_file_tells_everything_newest_first(as_, dispatcher, keeper, hangzhou, merchant, at):
    terminal = actions.receive_terminal(
        serial="SN77",
        model=make.TerminalModelFactory(),
        region=hangzhou,
        received_on=at.date(),
        by=keeper,
        at=at,
        is_in_use=True,
    )
    actions.bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    html = text(as_(dispatcher).get(page("terminal-life", terminal.serial)))
    assert html.index("bound the terminal to the merchant") < html.index("received the terminal")
    assert "At a merchant" in html


def test_a_merchant_shows_the_terminals_it_has_and_had(as_, manager, terminal, merchant, xihu, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    actions.unbind_terminal(terminal, by=manager, at=at, reason="swapped out")
    client = as_(manager)
    new = make.TerminalFactory(serial="NEW1", region=xihu)
    answer = client.post(page("merchant-bind-terminal", merchant.number), {"terminal": new.serial, "tid": "8001"})
    assert answer.url == f"{merchant.get_absolute_url()}#terminals"
    html = text(client.get(page("merchant-terminals", merchant.number)))
    assert html.index("NEW1") < html.index(terminal.serial) < html.index("swapped out")


def test_the_terminals_of_a_merchant_elsewhere_are_not_there(as_, stranger, merchant):
    assert as_(stranger).get(page("merchant-terminals", merchant.number)).status_code == 404


# -- receiving


def receive(client, lines, hangzhou):
    values = {
        "model": make.TerminalModelFactory().pk,
        "region": hangzhou.pk,
        "received_on": "2026-11-18",
        "lines": lines,
    }
    return client.post(page("terminal-receive"), values)


def test_many_are_received_at_once_one_per_line(as_, keeper, hangzhou):
    answer = receive(as_(keeper), "SN1\n\n sn2 , 80010002\r\nSN3\t80010003\n", hangzhou)
    assert answer.url == page("terminal-list")
    assert sorted(Terminal.objects.values_list("serial", "tid")) == [
        ("SN1", ""), ("SN2", "80010002"), ("SN3", "80010003"),
    ]  # fmt: skip
    assert Entry.objects.filter(verb="assets.receive_terminal").count() == 3


def test_lines_that_cannot_be_received_stay_with_their_sentences(as_, keeper, hangzhou, terminal):
    answer = receive(as_(keeper), f"SN1\n{terminal.serial}\nSN2,8001\nSN3,8001", hangzhou)
    html = text(answer)
    assert answer.status_code == 422
    assert f"Terminal {terminal.serial} was received already." in html
    assert "The TID 8001 belongs to terminal SN2 already." in html
    assert f"{terminal.serial}\nSN3, 8001</textarea>" in html
    assert "2 terminals were received." in html
    assert Terminal.objects.count() == 3


def test_too_many_lines_are_sent_to_the_import(as_, keeper, hangzhou):
    answer = receive(as_(keeper), "\n".join(f"SN{n}" for n in range(501)), hangzhou)
    assert "501 lines are too many" in text(answer)
    assert not Terminal.objects.exists()


def test_bags_are_found_for_who_issues_terminals(as_, keeper, dispatcher, engineer, faraway_engineer):
    (found,) = as_(keeper).get(page("bag-search"), {"q": "em"}).json()
    assert found == {"value": "engineer", "text": "Emil Engineer · Engineer · Hangzhou"}
    assert as_(dispatcher).get(page("bag-search")).status_code == 403


def test_terminals_are_found_with_where_they_are(as_, dispatcher, fleet, merchant):
    (found,) = as_(dispatcher).get(page("terminal-search"), {"q": "4711"}).json()
    assert found == {"value": "SN00004711", "text": f"SN00004711 · PAX A920 · {merchant.name}"}


# -- stickers


def test_stickers_are_made_listed_and_printed(as_, keeper, hangzhou, terminal, manager, at):
    client = as_(keeper)
    answer = client.post(page("sticker-sheet-create"), {"count": 25, "region": hangzhou.pk})
    sheet = StickerSheet.objects.get()
    assert answer.url == sheet.get_absolute_url()
    actions.bind_sticker(sheet.stickers.first(), terminal=terminal, by=manager, at=at)
    assert ">24</td>" in text(client.get(page("sticker-sheet-list")))
    html = text(client.get(sheet.get_absolute_url()))
    assert html.count("not yet used") == 24
    assert terminal.serial in html
    pdf = client.get(page("sticker-sheet-pdf", sheet.number))
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == (
        "application/pdf", f'attachment; filename="{sheet.number}.pdf"',
    )  # fmt: skip
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")


def test_sheets_of_other_regions_are_not_there(as_, keeper, ningbo):
    sheet = make.StickerSheetFactory(region=ningbo)
    assert as_(keeper).get(page("sticker-sheet-detail", sheet.number)).status_code == 404
    assert as_(keeper).get(page("sticker-sheet-pdf", sheet.number)).status_code == 404
    assert sheet.number not in text(as_(keeper).get(page("sticker-sheet-list")))
