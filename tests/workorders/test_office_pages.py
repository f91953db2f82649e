import io
import uuid

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from assets.actions import bind_terminal
from journal.models import Entry
from merchants.queries import timeline
from tests import factories as make
from tests.workorders.reading import last_entry, verbs
from workorders import actions
from workorders.models import Request, WorkOrder
from workorders.queries import history

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    def login(user):
        client.force_login(user)
        return client

    return login


@pytest.fixture
def foreign(ask, foreign_merchant):
    """An order in the other city."""
    return ask(merchant=foreign_merchant)[0].order


def page(name: str, *args) -> str:
    return reverse(f"office:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


# -- lists


def test_the_list_shows_the_orders_of_the_own_regions(as_, dispatcher, stranger, pooled, foreign):
    html = text(as_(dispatcher).get(page("work-order-list")))
    assert pooled.number in html
    assert foreign.number not in html
    assert pooled.number not in text(as_(stranger).get(page("work-order-list")))


LISTS = [
    ("work-order-list", ""), ("work-order-pool", ""), ("request-list", ""),
    ("work-order-list", "number,merchant,engineer,due,region,terminal"),
]  # fmt: skip


def test_a_list_costs_the_same_queries_with_3_rows_and_with_30(
    as_, dispatcher, ask, xihu, engineer, minutes, django_assert_max_num_queries
):
    client = as_(dispatcher)
    counts = []
    for more in (3, 27):
        for _ in range(more):
            order = ask(merchant=make.MerchantFactory(region=xihu))[0].order
            start = minutes(60 * order.pk)
            order = actions.assign_work_order(
                order, engineer=engineer, start=start, end=start + (minutes(9) - minutes(0)), by=dispatcher, at=start
            )
            actions.reject_work_order(order, by=engineer, reason="Too far", at=start)
        for name, columns in LISTS:
            with django_assert_max_num_queries(15) as queries:
                html = text(client.get(page(name), {"size": 50, "columns": columns}))
            counts.append((name, columns, len(queries), html.count("<tr>")))
    few, many = counts[: len(LISTS)], counts[len(LISTS) :]
    assert [row[:3] for row in few] == [row[:3] for row in many]
    assert [row[3] for row in many] == [31] * len(LISTS)


def test_the_list_is_filtered(as_, dispatcher, completed, ask, minutes, foreign_merchant, xihu, terminal, keeper, at):
    client = as_(dispatcher)
    bind_terminal(terminal, merchant=completed.merchant, by=keeper, at=at)
    swap = make.WorkOrderTypeFactory(code="swap", name="Swap")
    other = ask(type=swap, terminal=terminal, summary="Screen broken", at=minutes(60))[0].order
    actions.change_work_order(other, by=dispatcher, priority=1, at=minutes(61))

    def shown(**query):
        html = text(client.get(page("work-order-list"), query))
        return [name for name, order in (("done", completed), ("open", other)) if f">{order.number}<" in html]

    assert shown() == ["done", "open"]
    assert shown(status="completed") == ["done"]
    assert shown(status=["open", "completed"]) == ["done", "open"]
    assert shown(type="swap") == ["open"]
    assert shown(priority=1) == ["open"]
    assert shown(engineer="engineer") == ["done"]
    assert shown(region=xihu.pk) == ["done", "open"]
    assert shown(overdue="true") == ["open"]  # by the clock on the wall
    assert shown(overdue="false") == ["done"]
    assert shown(opened_after="2026-11-18", opened_before="2026-11-18") == ["done", "open"]
    assert shown(opened_after="2026-11-19") == []
    assert shown(terminal_model=terminal.model_id) == ["open"]
    assert shown(merchant=completed.merchant.number) == ["done", "open"]
    assert shown(terminal=terminal.serial) == ["open"]
    assert shown(q="Screen") == ["open"]
    assert shown(q=completed.number[-5:]) == ["done"]
    assert shown(q="5678") == ["done", "open"]  # the phone of the merchant


def test_what_was_done_elsewhere_is_shown_and_can_be_listed(
    as_, dispatcher, en_route, engineer, ask, picture, xihu, minutes
):
    photo = picture(engineer)
    actions.arrive(en_route, by=engineer, at=minutes(30), reason="In the basement", photo=photo)
    other = ask(merchant=make.MerchantFactory(region=xihu))[0].order
    client = as_(dispatcher)
    html = text(client.get(en_route.get_absolute_url()))
    for words in ("without a position", " elsewhere</span>", "In the basement", "Photo of where it was"):
        assert words in html

    def shown(value):
        html = text(client.get(page("work-order-list"), {"elsewhere": value}))
        return [order for order in (en_route, other) if f">{order.number}<" in html]

    assert (shown("true"), shown("false")) == ([en_route], [other])


def test_an_engineer_elsewhere_cannot_be_filtered_by(as_, dispatcher, faraway_engineer, pooled):
    html = text(as_(dispatcher).get(page("work-order-list"), {"engineer": "faraway"}))
    assert faraway_engineer.name not in html
    assert pooled.number not in html


def test_the_people_to_filter_by_are_found_as_one_types(as_, dispatcher, engineer, faraway_engineer, prospector):
    found = as_(dispatcher).get(page("engineer-search"), {"q": "em"}).json()
    assert found == [{"value": "engineer", "text": "Emil Engineer · Hangzhou"}]


def test_overdue_is_said_in_words(as_, dispatcher, pooled):
    WorkOrder.objects.filter(pk=pooled.pk).update(response_due_at=timezone.now() - timezone.timedelta(minutes=90))
    assert "Response overdue by 1 h 30 min" in text(as_(dispatcher).get(page("work-order-list")))


def test_the_export_holds_what_the_page_shows(as_, analyst, finance, keeper, completed):
    response = as_(analyst).get(page("work-order-list"), {"export": "xlsx", "columns": "number,merchant,status,due"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    assert rows[1][:3] == (completed.number, "朝阳茶馆 Sunrise Tea", "Completed")
    assert as_(keeper).get(page("work-order-list"), {"export": "csv"}).status_code == 403


def test_the_pool_shows_the_most_urgent_first_and_who_did_not_take_it(
    as_, dispatcher, assigned, engineer, ask, minutes, xihu
):
    actions.reject_work_order(assigned, by=engineer, reason="Van broke down", at=minutes(5))
    urgent = ask(merchant=make.MerchantFactory(region=xihu, tier="key"), at=minutes(60))[0].order
    later = ask(merchant=make.MerchantFactory(region=xihu), at=minutes(90))[0].order
    html = text(as_(dispatcher).get(page("work-order-pool")))
    assert html.index(urgent.number) < html.index(assigned.number) < html.index(later.number)
    assert "Emil Engineer" in html


def test_who_may_assign_does_so_from_the_pool(as_, dispatcher, analyst, pooled):
    url = page("work-order-assign", pooled.number)
    assert url in text(as_(dispatcher).get(page("work-order-pool")))
    assert url not in text(as_(analyst).get(page("work-order-pool")))
    export = as_(analyst).get(page("work-order-pool"), {"export": "csv"})
    assert "Assign" not in b"".join(export.streaming_content).decode()


def test_an_order_that_has_somebody_is_not_in_the_pool(as_, dispatcher, assigned):
    html = text(as_(dispatcher).get(page("work-order-pool")))
    assert assigned.number not in html
    assert "The pool is empty" in html


# -- the page of an order


def test_the_page_tells_the_story(as_, dispatcher, completed, django_assert_max_num_queries):
    client = as_(dispatcher)
    with django_assert_max_num_queries(15):
        html = text(client.get(completed.get_absolute_url()))
    for said in (
        "No paper", "Changed the paper roll", "朝阳茶馆 Sunrise Tea", "Emil Engineer", "Wang Fang",
        "0 m from the merchant", "18 Nov 2026, 10:30–10:55", "in time", "Standard · Office hours",
    ):  # fmt: skip
        assert said in html
    assert "23 min" in html  # at work, 10:32 to 10:55


def test_the_history_names_types_and_planned_times_in_the_readers_language(assigned):
    def told(verb: str) -> dict:
        line = next(line for line in history(assigned).lines if line.entry.verb == verb)
        return {change.name: change.after for change in line.changes}

    for language, name, planned in (
        ("en", "Repair", "18 Nov 2026, 10:30–11:15"), ("zh-hans", "维修", "2026-11-18 10:30–11:15"),
    ):  # fmt: skip
        with translation.override(language):
            assert told("workorders.open_work_order")["type"] == name
            assert told("workorders.assign_work_order")["booking"] == planned
    opened = next(line for line in timeline(assigned.merchant).lines if "open_work" in line.entry.verb)
    assert "Repair" in [change.after for change in opened.changes]


@pytest.mark.parametrize("station", ["pooled", "assigned", "en_route", "working", "paused", "completed"])
def test_the_page_opens_at_every_station_with_the_buttons_that_fit(request, as_, dispatcher, station):
    order = request.getfixturevalue(station)
    html = text(as_(dispatcher).get(order.get_absolute_url()))
    offered = {
        name for name in ("edit", "return", "cancel", "close", "tracking-link") if f"/{order.number}/{name}/" in html
    }
    assert (
        offered
        == {
            "pooled": {"edit", "cancel", "tracking-link"},
            "assigned": {"edit", "return", "cancel", "tracking-link"},
            "en_route": {"edit", "return", "cancel", "tracking-link"},
            "working": {"edit", "tracking-link"},
            "paused": {"edit", "cancel", "tracking-link"},
            "completed": {"close", "tracking-link"},
        }[station]
    )


def test_the_page_of_a_paused_order_says_why(as_, dispatcher, paused):
    html = text(as_(dispatcher).get(paused.get_absolute_url()))
    assert "Waiting for a part" in html
    assert "Needs a keypad" in html
    assert "stands still" in html


def test_the_page_of_a_cancelled_order_says_why(as_, dispatcher, accepted, minutes):
    actions.cancel_work_order(accepted, by=dispatcher, reason="The shop moved away", at=minutes(5))
    html = text(as_(dispatcher).get(accepted.get_absolute_url()))
    assert "Cancelled: The shop moved away" in html
    assert "stopped" in html


def test_who_may_only_look_gets_no_buttons(as_, finance, pooled):
    html = text(as_(finance).get(pooled.get_absolute_url()))
    assert "/cancel/" not in html
    assert as_(finance).get(page("work-order-cancel", pooled.number)).status_code == 403


def test_an_order_elsewhere_does_not_exist(as_, stranger, pooled):
    for name in ("detail", "edit", "cancel", "return", "close", "tracking-link", "checklist", "photos", "history"):
        assert as_(stranger).get(page(f"work-order-{name}", pooled.number)).status_code == 404


def test_the_rating_is_shown(as_, dispatcher, completed, minutes):
    actions.rate_work_order(completed, score=4, comment="Quick", tags=["friendly"], at=minutes(90))
    html = text(as_(dispatcher).get(completed.get_absolute_url()))
    assert "4 of 5" in html
    assert "Quick" in html
    assert "Friendly" in html


# -- panels


def test_the_checklist_shows_answers_and_what_is_locked(as_, dispatcher, working, engineer, minutes):
    html = text(as_(dispatcher).get(page("work-order-checklist", working.number)))
    assert "0 of 3 steps answered" in html
    assert "waits for the steps before it" in html
    actions.answer_step(working, step="power", value=True, by=engineer, at=minutes(40))
    html = text(as_(dispatcher).get(page("work-order-checklist", working.number)))
    assert "1 of 3 steps answered" in html
    assert "Emil Engineer" in html


def test_the_photos_stand_side_by_side(as_, dispatcher, answered, pooled):
    html = text(as_(dispatcher).get(page("work-order-photos", answered.number)))
    assert "Photo 1, by Emil Engineer" in html
    assert html.count("<img") == 1


def test_the_history_reads_in_sentences(as_, dispatcher, completed):
    html = text(as_(dispatcher).get(page("work-order-history", completed.number)))
    for said in (
        "Dina Dispatcher",
        "assigned the order",
        "Planned time",
        "Terminal powered on",
        "Yes",
        "Wi-Fi",
        "Link",
    ):
        assert said in html


def test_a_long_history_comes_in_stretches(as_, dispatcher, pooled, minutes):
    for n in range(40):
        actions.change_work_order(pooled, by=dispatcher, at=minutes(n), summary=f"Change {n}.")
    first = text(as_(dispatcher).get(page("work-order-history", pooled.number)))
    assert "Change 39." in first
    assert "Change 5." not in first
    before = Entry.objects.about(pooled).order_by("-pk")[29].pk
    assert "Change 5." in text(as_(dispatcher).get(page("work-order-history", pooled.number), {"before": before}))


def test_merchant_terminal_and_person_show_their_orders(
    as_, dispatcher, completed, engineer, terminal, keeper, ask, minutes
):
    bind_terminal(terminal, merchant=completed.merchant, by=keeper, at=minutes(60))
    other = ask(terminal=terminal, at=minutes(70))[0].order
    client = as_(dispatcher)
    at_merchant = text(client.get(page("merchant-orders", completed.merchant.number)))
    assert completed.number in at_merchant
    assert other.number in at_merchant
    assert f"/work-orders/new/?merchant={completed.merchant.number}" in at_merchant
    of_terminal = text(client.get(page("terminal-orders", terminal.serial)))
    assert other.number in of_terminal
    assert completed.number not in of_terminal
    of_person = text(client.get(page("person-orders", engineer.username)))
    assert completed.number in of_person
    assert other.number not in of_person
    assert "/work-orders/new/" not in of_person
    assert f"/work-orders/?engineer={engineer.username}" in of_person


# -- what may be done


def test_editing_changes_what_was_changed(as_, dispatcher, pooled):
    values = {"priority": 1, "summary": "No paper, queue at the till", "details": "", "duration_min": 30}
    response = as_(dispatcher).post(page("work-order-edit", pooled.number), values)
    assert response.url == pooled.get_absolute_url()
    assert set(last_entry(pooled).changes) == {"priority", "summary", "duration_min"}


def test_putting_back_and_cancelling_ask_for_a_reason(as_, dispatcher, assigned):
    client = as_(dispatcher)
    assert client.post(page("work-order-return", assigned.number), {"reason": " "}).status_code == 422
    client.post(page("work-order-return", assigned.number), {"reason": "Ill"})
    assert last_entry(assigned).verb == "workorders.return_to_pool"
    client.post(page("work-order-cancel", assigned.number), {"reason": "Filed twice"})
    assert last_entry(assigned).verb == "workorders.cancel_work_order"


def test_a_refusal_stands_in_the_form(as_, dispatcher, working):
    response = as_(dispatcher).post(page("work-order-cancel", working.number), {"reason": "Too late"})
    assert response.status_code == 422
    assert "is “In progress”" in text(response)
    assert verbs(working)[-1] == "start_work"


def test_closing_by_hand(as_, dispatcher, completed):
    as_(dispatcher).post(page("work-order-close", completed.number))
    assert (last_entry(completed).verb, last_entry(completed).actor) == ("workorders.close_work_order", dispatcher)


def test_a_tracking_link_is_shown_once(as_, dispatcher, pooled):
    client = as_(dispatcher)
    assert "/m/t/" not in text(client.get(page("work-order-tracking-link", pooled.number)))
    html = text(client.post(page("work-order-tracking-link", pooled.number)))
    link = pooled.tracking_links.latest("pk")
    assert f"/m/t/{link.token}/" in html
    assert last_entry(pooled).verb == "workorders.make_tracking_link"


# -- on behalf


def test_a_new_order_first_asks_for_the_merchant(as_, dispatcher):
    assert 'name="merchant"' in text(as_(dispatcher).get(page("work-order-create")))


def test_the_call_centre_files_for_a_merchant(as_, dispatcher, repair, merchant, terminal, keeper, at):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    client = as_(dispatcher)
    url = f"{page('work-order-create')}?merchant={merchant.number}"
    html = text(client.get(url))
    assert terminal.serial in html
    contact = merchant.contacts.get()
    values = {
        "id": uuid.uuid4(), "type": "repair", "terminal": terminal.serial, "summary": "Does not print",
        "channel": "call_centre", "contact": contact.pk, "contact_phone": "13900001111",
    }  # fmt: skip
    for _twice in range(2):
        response = client.post(url, values)
    request = Request.objects.get()
    assert response.url == request.order.get_absolute_url()
    assert (request.channel, request.terminal, request.received_by) == ("call_centre", terminal, dispatcher)
    assert (request.contact_name, request.contact_phone) == ("Wang Fang", "13900001111")
    assert (request.contact_email, request.language) == ("owner@shop.example", "en")
    assert last_entry(request.order).verb == "workorders.receive_request"


def test_from_a_terminal_the_merchant_is_known(as_, dispatcher, repair, merchant, terminal, keeper, at):
    client = as_(dispatcher)
    url = f"{page('work-order-create')}?terminal={terminal.serial}"
    assert client.get(url).status_code == 404
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    html = text(client.get(url))
    assert merchant.name in html
    assert f'<option value="{terminal.serial}" selected' in html


def test_what_is_open_already_is_shown_before_filing(as_, dispatcher, pooled):
    html = text(as_(dispatcher).get(f"{page('work-order-create')}?merchant={pooled.merchant.number}"))
    assert pooled.number in html


def test_nobody_files_for_a_merchant_elsewhere(as_, dispatcher, analyst, foreign_merchant, repair):
    url = f"{page('work-order-create')}?merchant={foreign_merchant.number}"
    assert as_(dispatcher).get(url).status_code == 404
    assert as_(analyst).get(url).status_code == 403
    assert Request.objects.count() == 0


def test_a_repeat_is_added_and_a_rejection_leads_to_the_request(as_, dispatcher, repair, merchant):
    client = as_(dispatcher)
    url = f"{page('work-order-create')}?merchant={merchant.number}"

    def file() -> str:
        values = {"id": uuid.uuid4(), "type": "repair", "summary": "Does not print", "channel": "office"}
        return text(client.post(url, values, follow=True))

    assert "is in the pool" in file()
    assert "which was reported just now" in file()
    merchant.status = "closed"
    merchant.save()
    html = file()
    assert "Not possible:" in html
    assert Request.objects.get(outcome="rejected").number in html


# -- requests


def test_requests_are_listed_and_filtered(as_, dispatcher, stranger, ask, minutes):
    first, second = ask(channel="api")[0], ask(at=minutes(1))[0]
    client = as_(dispatcher)

    def shown(**query):
        html = text(client.get(page("request-list"), query))
        return [request.outcome for request in (first, second) if f">{request.number}<" in html]

    assert shown() == ["order", "merged"]
    assert shown(outcome="merged") == ["merged"]
    assert shown(channel="api") == ["order"]
    assert shown(q=first.number.lower()) == ["order"]
    assert shown(q="茶馆") == ["order", "merged"]
    assert first.number not in text(as_(stranger).get(page("request-list")))


def test_a_request_shows_where_it_ended_and_masks_the_phone(as_, dispatcher, stranger, finance, ask, picture):
    request = ask(contact_name="Li Lei", contact_phone="13912345678", pictures=[picture(None)])[0]
    client = as_(dispatcher)
    html = text(client.get(page("request-detail", request.number)))
    assert "Li Lei" in html
    assert "139****5678" in html
    assert "13912345678" not in html
    assert request.order.number in html
    assert "Photo 1, by the merchant" in html
    assert as_(stranger).get(page("request-detail", request.number)).status_code == 404
    assert as_(finance).get(page("request-detail", request.number)).status_code == 403


def test_looking_at_a_phone_number_is_written_down(as_, dispatcher, analyst, stranger, ask):
    request = ask(contact_phone="13912345678")[0]
    url = page("request-reveal-phone", request.number)
    order_page = text(as_(dispatcher).get(request.order.get_absolute_url()))
    assert ("139****5678" in order_page, "13912345678" in order_page, url in order_page) == (True, False, True)
    assert url not in text(as_(analyst).get(request.order.get_absolute_url()))
    assert as_(analyst).post(url).status_code == 403
    assert as_(stranger).post(url).status_code == 404
    assert "13912345678" in text(as_(dispatcher).post(url))
    entry = Entry.objects.get(verb="workorders.reveal_phone")
    assert (entry.actor, entry.subject_label) == (dispatcher, request.number)
    assert "13912345678" not in str(entry.__dict__)
