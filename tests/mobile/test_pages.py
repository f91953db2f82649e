import re
from datetime import timedelta

import pytest
from django.test import Client

from assets.actions import bind_sticker, bind_terminal, issue_terminal
from journal import reveals
from journal.models import Entry
from tests import factories as make
from workforce.actions import set_shifts
from workforce.positions import record_positions
from workorders import actions
from workorders.models import FaultCode, Request, WorkOrder
from workorders.service_report import hash_of


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


# -- today --------------------------------------------------------------------------------------------


def test_an_empty_day_says_what_comes(phone) -> None:
    page = text_of(phone.get("/field/"))
    assert "Nothing to do right now." in page
    assert "New orders appear here by themselves." in page


def test_orders_stand_in_the_order_of_the_plan_with_the_one_under_way_on_top(
    give, phone, engineer, merchant, at
) -> None:
    late = give(after=timedelta(hours=3), summary="Third")
    soon = give(after=timedelta(hours=1), summary="Second")
    running = give(after=timedelta(hours=5), summary="First")
    actions.accept_work_order(running, by=engineer, at=at)
    actions.depart(running, by=engineer, at=at)
    page = text_of(phone.get("/field/"))
    places = [page.index(order.summary) for order in (running, soon, late)]
    assert places == sorted(places)
    assert page.index(">Now<") < places[0] < page.index("Later today")


def test_the_next_order_says_where_what_when_and_how_long_is_left(order, phone, engineer, at) -> None:
    record_positions(engineer, [(at, 30.2741, 120.1660, 10.0)], at=at)
    page = text_of(phone.get("/field/"))
    for words in (str(order.merchant), order.merchant.address, "Prints nothing", "11:00–11:45", "Please accept",
                  "On site by <strong>14:30</strong> · 4 h 30 min left", "1.0 km"):  # fmt: skip
        assert words in page


def test_a_promise_that_was_missed_says_by_how_much(order, phone, clock, at) -> None:
    clock.move_to(at + timedelta(hours=5))
    assert "30 min late" in text_of(phone.get("/field/"))


def test_done_and_cancelled_orders_of_today_stay_in_sight(give, begun, phone, engineer, dispatcher, keep, at) -> None:
    for step, value, captures in (("power", True, []), ("before", None, [keep()]), ("network", "wifi", [])):
        actions.answer_step(begun, step=step, value=value, captures=captures, by=engineer, at=at)
    actions.sign(
        begun, capture=keep("signature"), signer_name="Wang Fang", shown_sha256=hash_of(begun), by=engineer, at=at
    )
    actions.complete_work_order(begun, resolution="Fixed.", by=engineer, at=at, lat=begun.lat, lon=begun.lon)
    actions.cancel_work_order(give(after=timedelta(hours=2)), by=dispatcher, reason="Closed today", at=at)
    page = text_of(phone.get("/field/"))
    assert "All done." in page
    assert page.count("field-done") == 2
    assert "Cancelled" in page


def test_an_unchanged_list_is_not_sent_again(order, phone, dispatcher, at) -> None:
    seen = phone.get("/field/").context["seen"]
    assert phone.get("/field/", {"seen": seen}).status_code == 204
    actions.change_work_order(order, by=dispatcher, at=at, summary="Prints and smokes")
    fresh = phone.get("/field/", {"seen": seen})
    assert (fresh.status_code, "Prints and smokes" in text_of(fresh)) == (200, True)
    assert "<html" not in text_of(fresh)


def test_nobody_sees_the_orders_of_others(order, colleague) -> None:
    client = Client()
    client.force_login(colleague)
    assert "Prints nothing" not in text_of(client.get("/field/"))
    assert client.get(f"/field/orders/{order.number}/").status_code == 404


def test_times_are_those_of_the_persons_region(order, phone, engineer) -> None:
    engineer.region.time_zone = "Asia/Tokyo"
    engineer.region.save()
    assert "12:00–12:45" in text_of(phone.get("/field/"))


def test_the_list_costs_the_same_queries_with_two_orders_and_with_six(give, phone, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    give(after=timedelta(hours=1))
    give(after=timedelta(hours=2))
    phone.get("/field/")
    with CaptureQueriesContext(
        connection,
    ) as two:
        phone.get("/field/")
    for hours in range(3, 7):
        give(after=timedelta(hours=hours))
    with django_assert_num_queries(len(two)):
        phone.get("/field/")


# -- one order ----------------------------------------------------------------------------------------


def test_the_order_page_has_what_is_needed_on_the_way(order, phone, merchant, repair, dispatcher, at) -> None:
    for number in range(4):
        actions.open_work_order(type=repair, merchant=merchant, summary=f"Before {number}", by=dispatcher, at=at)
    page = text_of(phone.get(f"/field/orders/{order.number}/"))
    for words in ("*******5678", "uri.amap.com", "api.map.baidu.com", "apis.map.qq.com", "geo:30.274100,120.155100",
                  "Before 3", "Before 1", "Too far away"):  # fmt: skip
        assert words in page
    assert "Before 0" not in page
    assert "13812345678" not in page


@pytest.mark.parametrize(
    ("status", "button"),
    [("order", "Accept"), ("begun", "Next: Terminal powered on")],
)
def test_the_one_next_step_is_the_big_button(status, button, request, phone) -> None:
    order = request.getfixturevalue(status)
    page = text_of(phone.get(f"/field/orders/{order.number}/"))
    shown = re.sub(
        r"<form [^>]*\bhidden\b[^>]*>.*?</form>|<div class=\"field-buttons\"[^>]*\bhidden\b[^>]*>.*?</div>", "", page
    )
    assert button in shown[shown.index("data-primary") :][:300]


def test_what_is_missing_comes_next_the_steps_then_the_fault_codes(begun, phone, engineer, keep, at) -> None:
    codes = {
        kind: FaultCode.objects.create(kind=kind, code=f"the-{kind}", name=kind.title(), name_zh="码")
        for kind in ("symptom", "cause", "remedy")
    }
    WorkOrder.objects.filter(pk=begun.pk).update(needs_fault_codes=True)

    def next_place() -> tuple[str, str]:
        page = phone.get(f"/field/orders/{begun.number}/").content.decode()
        return re.search(r'href="#([\w-]+)" data-primary.*?truncate">([^<]+)<', page).groups()

    assert next_place() == ("step-power", "Next: Terminal powered on")
    for step, value, captures in (("power", True, []), ("before", None, [keep()]), ("network", "wifi", [])):
        actions.answer_step(begun, step=step, value=value, captures=captures, by=engineer, at=at)
    for kind, code in codes.items():
        assert next_place() == (f"fault-{kind}", f"Next: {kind.title()}")
        actions.choose_fault_codes(begun, **{kind: code}, by=engineer, at=at)
    page = text_of(phone.get(f"/field/orders/{begun.number}/"))
    assert re.search(r'data-when="sign">.{0,600}Let the merchant sign', page)


def test_a_step_is_locked_until_the_one_before_has_its_answer(begun, phone, engineer, at) -> None:
    def locked() -> list[str]:
        steps = phone.get(f"/field/orders/{begun.number}/").content.decode().split('<li class="field-step')[1:]
        return [step.split('id="step-')[1].split('"')[0] for step in steps if step.startswith(" locked")]

    assert locked() == ["before", "network"]
    actions.answer_step(begun, step="power", value=True, by=engineer, at=at)
    assert locked() == ["network"]


def test_the_phone_number_is_given_on_demand_and_that_is_written_down(order, phone, engineer, merchant) -> None:
    answer = phone.post(f"/field/orders/{order.number}/phone/contact/")
    assert answer.json()["phone"].endswith("13812345678")
    entry = Entry.objects.get(verb="merchants.reveal_phone")
    assert (entry.actor, entry.merchant_id) == (engineer, merchant.pk)


def test_who_reported_it_can_be_called_too(order, phone, repair, merchant, engineer, at) -> None:
    Request.objects.create(
        number="RQ-1", channel="call_centre", merchant=merchant, region=merchant.region, type=repair, summary="Broken",
        contact_name="Xiao Li", contact_phone="13900001111", received_at=at, outcome="order", order=order,
    )  # fmt: skip
    page = text_of(phone.get(f"/field/orders/{order.number}/"))
    assert "Xiao Li" in page and "*******1111" in page
    answer = phone.post(f"/field/orders/{order.number}/phone/request/")
    assert answer.json()["phone"].endswith("13900001111")
    entry = Entry.objects.get(verb="workorders.reveal_phone")
    assert (entry.actor, entry.subject_label, entry.merchant_id) == (engineer, "RQ-1", merchant.pk)


def test_numbers_are_looked_at_as_often_an_hour_as_people_are_called(order, phone, monkeypatch) -> None:
    monkeypatch.setattr(reveals, "REVEALS_PER_HOUR", 1)
    url = f"/field/orders/{order.number}/phone/contact/"
    assert phone.post(url).status_code == 200
    refused = phone.post(url)
    assert (refused.status_code, "within the last hour" in refused.json()["sentence"]) == (422, True)


def test_when_the_order_is_over_nobody_is_called_about_it(order, phone, dispatcher, at) -> None:
    url = f"/field/orders/{order.number}/"
    assert "data-call" in phone.get(url).content.decode()
    WorkOrder.objects.filter(pk=order.pk).update(status="cancelled", cancelled_at=at)
    assert "data-call" not in phone.get(url).content.decode()
    refused = phone.post(f"{url}phone/contact/")
    assert (refused.status_code, "This order is over" in refused.json()["sentence"]) == (422, True)
    assert not Entry.objects.filter(verb="merchants.reveal_phone").exists()


def test_without_javascript_the_number_comes_as_a_page(order, phone) -> None:
    answer = phone.post(f"/field/orders/{order.number}/phone/contact/", HTTP_ACCEPT="text/html")
    assert 'href="tel:13812345678"' in text_of(answer)
    assert answer["Cache-Control"] == "no-store"


def test_nobody_else_gets_the_phone_number(order, colleague) -> None:
    client = Client()
    client.force_login(colleague)
    assert client.post(f"/field/orders/{order.number}/phone/contact/").status_code == 404
    assert not Entry.objects.filter(verb="merchants.reveal_phone").exists()


def test_a_page_that_is_out_of_date_is_told_so(order, phone, dispatcher, colleague, at) -> None:
    url = f"/field/orders/{order.number}/fresh/"
    seen = phone.get(f"/field/orders/{order.number}/").content.decode().split('name="seen" value="')[1].split('"')[0]
    assert phone.get(url, {"seen": seen}).status_code == 204
    actions.change_work_order(order, by=dispatcher, at=at, summary="Prints and smokes")
    assert "This order has changed." in text_of(phone.get(url, {"seen": seen}))
    actions.assign_work_order(
        order, engineer=colleague, start=at, end=at + timedelta(minutes=45), by=dispatcher, at=at, reason="Nearer"
    )
    assert "This order is no longer yours." in text_of(phone.get(url, {"seen": seen}))


def test_the_office_has_no_business_here(order, dispatcher) -> None:
    client = Client()
    client.force_login(dispatcher)
    for url in ("/field/", f"/field/orders/{order.number}/", "/field/me/", "/field/scan/"):
        assert client.get(url).status_code == 403


# -- scanning -----------------------------------------------------------------------------------------


@pytest.fixture
def in_bag(terminal, engineer, keeper, at):
    return issue_terminal(terminal, holder=engineer, by=keeper, at=at)


@pytest.fixture
def travelling(order, engineer, at):
    actions.accept_work_order(order, by=engineer, at=at)
    return actions.depart(order, by=engineer, at=at)


def test_what_is_scanned_is_named_and_located(terminal, merchant, keeper, phone, at) -> None:
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    sticker = bind_sticker(make.StickerFactory(), terminal=terminal, by=keeper, at=at)
    for code in (terminal.serial, sticker.number, f"http://127.0.0.1/m/s/{sticker.token}/"):
        page = text_of(phone.get("/field/scan/", {"code": code}))
        assert terminal.serial in page and merchant.name in page


def test_a_new_sticker_offers_the_terminals_at_hand(in_bag, phone) -> None:
    sticker = make.StickerFactory()
    page = text_of(phone.get("/field/scan/", {"code": sticker.number}))
    assert "A new sticker" in page
    assert f'action="/field/stickers/{sticker.number}/bind/"' in page
    assert f'value="{in_bag.serial}"' in page


def test_a_terminal_of_the_bag_offers_the_merchants_under_way(in_bag, travelling, phone) -> None:
    page = text_of(phone.get("/field/scan/", {"code": in_bag.serial}))
    assert f'action="/field/terminals/{in_bag.serial}/bind/"' in page
    assert travelling.merchant.name in page


def test_without_an_order_under_way_it_says_what_to_do(in_bag, order, phone) -> None:
    assert "set off with an order first" in text_of(phone.get("/field/scan/", {"code": in_bag.serial}))


def test_an_unknown_code_is_answered_with_what_to_try(phone, ningbo) -> None:
    foreign = make.TerminalFactory(region=ningbo)
    for code in ("NOTHING", foreign.serial, "<script>"):
        page = text_of(phone.get("/field/scan/", {"code": code}))
        assert "Nothing in your region has the code" in page
        assert "<script>”" not in page


def test_the_server_reads_the_code_in_a_photo(phone) -> None:
    from io import BytesIO

    from toolkit.codes import qr_png

    photo = BytesIO(qr_png("SN00004711"))
    photo.name = "photo.png"
    assert phone.post("/field/codes/", {"file": photo}).json() == {"code": "SN00004711"}
    refused = phone.post("/field/codes/")
    assert (refused.status_code, "Take a photo" in refused.json()["sentence"]) == (422, True)


# -- position and person ------------------------------------------------------------------------------


def test_the_page_says_until_when_the_position_is_shared(order, phone, engineer, manager, at) -> None:
    def line() -> str:
        """The same on every page."""
        pages = [text_of(phone.get(path)) for path in ("/field/", f"/field/orders/{order.number}/", "/field/notices/")]
        (same,) = {re.search('<p [^>]*data-share="engineer".*?</p>', page)[0] for page in pages}
        return same

    assert "<span>Your position is shared until 20:00, the end of your shift.<" in line() and " hidden>" not in line()
    set_shifts(engineer, shifts=[], by=manager, at=at)
    assert " hidden>" in line()
    actions.accept_work_order(order, by=engineer, at=at)
    actions.depart(order, by=engineer, at=at)
    assert "<span>An order is under way: your position is shared" in line() and " hidden>" not in line()


def test_my_page_knows_me_my_shifts_my_skills_and_my_bag(phone, engineer, in_bag) -> None:
    page = text_of(phone.get("/field/me/"))
    for words in ("Emil Engineer", "Hangzhou", "POS repair", "Level 3", in_bag.serial):
        assert words in page
    assert page.count("08:00–20:00") == 7
