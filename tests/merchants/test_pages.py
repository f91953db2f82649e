import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from assets.actions import bind_terminal
from journal.models import Entry
from merchants import actions
from merchants.models import Contact, Merchant
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


def test_the_list_shows_the_merchants_of_the_own_regions_without_merged_ones(
    as_, dispatcher, merchant, foreign_merchant, xihu
):
    make.MerchantFactory(name="Merged Away", region=xihu, merged_into=merchant)
    html = text(as_(dispatcher).get(page("merchant-list")))
    assert merchant.name in html
    assert foreign_merchant.name not in html
    assert "Merged Away" not in html


@pytest.mark.parametrize("columns", ["", "number,name,region,trade,live_terminals"])
def test_the_list_costs_the_same_queries_with_3_rows_and_with_30(
    as_, dispatcher, xihu, columns, django_assert_max_num_queries
):
    client = as_(dispatcher)
    counts = []
    for more in (3, 27):
        make.MerchantFactory.create_batch(more, region=xihu)
        with django_assert_max_num_queries(15) as queries:
            client.get(page("merchant-list"), {"size": 50, "columns": columns})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_is_searched_by_phone_and_filtered(as_, dispatcher, merchant, xihu, terminal, keeper, at):
    client = as_(dispatcher)
    other = make.MerchantFactory(region=xihu, name="Lakeside", tier="key", status="onboarding", trade=None)
    bind_terminal(terminal, merchant=other, by=keeper, at=at)

    def shown(**query):
        html = text(client.get(page("merchant-list"), query))
        return [name for name in (merchant.name, other.name) if name in html]

    assert shown(q="5678") == [merchant.name]
    assert shown(q="lake") == ["Lakeside"]
    assert shown(tier="key") == ["Lakeside"]
    assert shown(status="active") == [merchant.name]
    assert shown(trade=merchant.trade_id) == [merchant.name]
    assert shown(region=xihu.pk) == [merchant.name, "Lakeside"]
    assert shown(region=xihu.parent_id) == [merchant.name, "Lakeside"]
    assert shown(without_terminal="true") == [merchant.name]
    assert shown(without_terminal="false") == ["Lakeside"]
    assert shown(created_after="2026-02-01") == []


def test_the_export_holds_what_the_page_shows(as_, analyst, merchant, foreign_merchant, terminal, keeper, at):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    client = as_(analyst)
    query = {"q": "朝阳", "columns": "number,name,status,live_terminals"}
    html = text(client.get(page("merchant-list"), query))
    assert merchant.number in html
    csv = b"".join(client.get(page("merchant-list"), query | {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert csv.splitlines() == ["Number,Name,Status,Live terminals", f"{merchant.number},{merchant.name},Active,1"]
    xlsx = b"".join(client.get(page("merchant-list"), query | {"export": "xlsx"}).streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(xlsx)).active.values)
    assert rows == [("Number", "Name", "Status", "Live terminals"), (merchant.number, merchant.name, "Active", 1)]


def test_the_export_needs_its_permission(as_, dispatcher, merchant):
    assert as_(dispatcher).get(page("merchant-list"), {"export": "csv"}).status_code == 403


# -- one merchant


def test_the_page_of_a_merchant_shows_it_with_its_phone_masked(as_, dispatcher, merchant, terminal, keeper, at):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    html = text(as_(dispatcher).get(page("merchant-detail", merchant.number)))
    assert f"<title>{merchant.name}" in html.replace("\n", "")
    assert "*******5678" in html
    assert "13812345678" not in html
    assert '<a href="#terminals">1</a>' in html
    assert 'data-map="place"' in html


@pytest.mark.parametrize(
    "name",
    ["merchant-detail", "merchant-contacts", "merchant-contracts", "merchant-branches", "merchant-timeline",
     "merchant-edit", "merchant-contact-add", "merchant-contract-sign"],
)  # fmt: skip
def test_merchants_of_other_regions_are_not_there(as_, stranger, merchant, name):
    assert as_(stranger).get(page(name, merchant.number)).status_code == 404


def test_nobody_merges_across_the_border_of_the_own_regions(as_, merchant, foreign_merchant, hangzhou):
    boss = make.UserFactory(username="boss", role="manager", region=hangzhou)
    client = as_(boss)
    assert client.get(page("merchant-merge", merchant.number), {"with": foreign_merchant.number}).status_code == 404
    answer = client.post(page("merchant-merge", merchant.number), {"merged": foreign_merchant.number})
    assert answer.status_code == 422
    assert not Merchant.objects.exclude(merged_into=None).exists()


def test_a_merged_merchant_leads_to_the_one_it_was_merged_into(as_, manager, merchant, xihu, at):
    double = make.MerchantFactory(region=xihu, name="朝阳茶馆")
    actions.merge_merchants(merchant, double, by=manager, at=at)
    answer = as_(manager).get(page("merchant-detail", double.number), follow=True)
    assert answer.redirect_chain[-1][0] == merchant.get_absolute_url()
    assert f"{double.number} 朝阳茶馆 was merged into this merchant." in text(answer)


def test_a_merchant_is_added_with_its_main_contact_and_begins_with_its_review(as_, dispatcher, manager, xihu):
    html = text(as_(dispatcher).get(page("merchant-create")))
    assert 'name="status"' not in html and 'name="acquirer_code"' not in html
    assert 'name="acquirer_code"' in text(as_(manager).get(page("merchant-create")))
    answer = as_(dispatcher).post(
        page("merchant-create"),
        {"name": "湖滨咖啡", "tier": "standard", "acquirer_code": "1", "region": xihu.pk, "lat": "30.25", "lon": "120.16",
         "contact_name": "Li", "contact_phone": "139 8765 4321", "contact_language": "en"},
    )  # fmt: skip
    merchant = Merchant.objects.get()
    assert answer.url == merchant.get_absolute_url()
    assert (merchant.location_source, merchant.contacts.get().masked_phone) == ("map", "*******4321")
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == [
        "merchants.create_merchant", "merchants.begin_review", "merchants.set_contact",
    ]  # fmt: skip
    assert merchant.status == "onboarding"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"contact_phone": "none"}, "can be dialled"),
        ({"lon": ""}, "needs latitude and longitude"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_stands_in_the_form_and_nothing_is_saved(as_, dispatcher, xihu, wrong, sentence):
    values = {"name": "Shop", "tier": "standard", "region": xihu.pk, "lat": "30", "lon": "120",
              "contact_language": "en"}  # fmt: skip
    answer = as_(dispatcher).post(page("merchant-create"), values | wrong)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Merchant.objects.exists()


def test_a_merchant_is_put_into_own_regions_only(as_, dispatcher, ningbo):
    values = {"name": "Shop", "tier": "standard", "region": ningbo.pk, "contact_language": "en"}
    assert as_(dispatcher).post(page("merchant-create"), values).status_code == 422


def test_editing_keeps_the_phone_when_its_field_stays_empty(as_, dispatcher, merchant, xihu):
    client = as_(dispatcher)
    html = text(client.get(page("merchant-edit", merchant.number)))
    assert "Leave empty to keep *******5678." in html
    assert "13812345678" not in html
    values = {"name": merchant.name, "tier": "key", "status": "active", "region": xihu.pk, "trade": merchant.trade_id,
              "address": merchant.address, "lat": merchant.lat, "lon": merchant.lon, "contact_name": "Wang Fang",
              "contact_email": "owner@shop.example", "contact_language": "en"}  # fmt: skip
    answer = client.post(page("merchant-edit", merchant.number), values)
    assert answer.url == merchant.get_absolute_url()
    merchant.refresh_from_db()
    assert (merchant.tier, merchant.location_source) == ("key", "device")
    assert merchant.contacts.get().phone == "13812345678"
    entry = Entry.objects.get()
    assert (entry.verb, entry.changes) == ("merchants.change_merchant", {"tier": ["standard", "key"]})


# -- contacts and contracts


def test_the_number_is_shown_on_demand_and_never_by_get(as_, dispatcher, merchant):
    url = page("merchant-contact-reveal", merchant.number, merchant.contacts.get().pk)
    client = as_(dispatcher)
    assert client.get(url).status_code == 405
    answer = client.post(url)
    assert "13812345678" in text(answer)
    assert answer["Cache-Control"] == "no-store"
    assert Entry.objects.get().verb == "merchants.reveal_phone"


def test_who_may_not_see_numbers_sees_none(as_, finance, merchant):
    client = as_(finance)
    contact = merchant.contacts.get()
    assert client.post(page("merchant-contact-reveal", merchant.number, contact.pk)).status_code == 403
    html = text(client.get(page("merchant-contacts", merchant.number)))
    assert "*******5678" in html
    assert "Show number" not in html


def test_a_contact_is_found_at_its_own_merchant_only(as_, manager, merchant, foreign_merchant):
    contact = merchant.contacts.get()
    for name in ("merchant-contact-edit", "merchant-contact-remove"):
        assert as_(manager).get(page(name, foreign_merchant.number, contact.pk)).status_code == 404
    assert as_(manager).post(page("merchant-contact-reveal", foreign_merchant.number, contact.pk)).status_code == 404


def test_contacts_are_added_edited_and_removed(as_, dispatcher, merchant):
    client = as_(dispatcher)
    client.post(page("merchant-contact-add", merchant.number), {"name": "Wu", "phone": "13900001111", "language": "en"})
    wu = merchant.contacts.get(name="Wu")
    url = page("merchant-contact-edit", merchant.number, wu.pk)
    assert "Leave empty to keep *******1111." in text(client.get(url))
    client.post(url, {"name": "Wu Li", "phone": "", "language": "en", "is_primary": "on"})
    wu.refresh_from_db()
    assert (wu.name, wu.phone, wu.is_primary) == ("Wu Li", "13900001111", True)
    url = page("merchant-contact-remove", merchant.number, wu.pk)
    assert "Wu Li will no longer be a contact" in text(client.get(url))
    assert client.post(url).url.endswith("#contacts")
    assert Contact.objects.get().is_primary
    assert Entry.objects.first().verb == "merchants.remove_contact"


def test_a_contract_is_signed_and_stands_on_the_panel(as_, manager, merchant):
    client = as_(manager)
    values = {"number": "C-1", "service_level": "premium", "starts_on": "2026-01-01", "monthly_fee": "30"}
    assert client.post(page("merchant-contract-sign", merchant.number), values).url.endswith("#contracts")
    html = text(client.get(page("merchant-contracts", merchant.number)))
    assert "C-1" in html
    assert "CNY 30.00" in html
    assert client.post(page("merchant-contract-sign", merchant.number), values).status_code == 422


# -- timeline


def test_the_timeline_tells_of_the_merchant_and_of_its_doubles(as_, manager, merchant, xihu, at):
    double = make.MerchantFactory(region=xihu, name="朝阳茶馆")
    actions.change_merchant(double, by=manager, at=at, note="by the lake")
    actions.sign_contract(merchant, by=manager, at=at, number="C-1", service_level="plus", starts_on=date(2026, 1, 1))
    actions.merge_merchants(merchant, double, by=manager, at=at)
    html = text(as_(manager).get(page("merchant-timeline", merchant.number)))
    for piece in ("Mo Manager", "merged a double into this merchant", "signed a contract", ": C-1", "by the lake"):
        assert piece in html
    assert html.index("merged a double") < html.index("signed a contract") < html.index("by the lake")


def test_the_timeline_goes_on_with_what_is_older(as_, manager, merchant, at, django_assert_max_num_queries):
    for n in range(35):
        actions.change_merchant(merchant, by=manager, at=at, note=f"note number {n}.")
    client = as_(manager)
    url = page("merchant-timeline", merchant.number)
    with django_assert_max_num_queries(8):
        newest = text(client.get(url))
    assert newest.count("timeline-event-card") == 30
    before = Entry.objects.order_by("-id")[29].pk
    assert f'hx-get="{url}?before={before}"' in newest
    older = text(client.get(url, {"before": before}))
    assert older.count("timeline-event-card") == 5
    assert "note number 0." in older
    assert "Older" not in older


# -- merging


def test_doubles_are_offered_and_merged_after_a_look(as_, manager, merchant, xihu, ningbo):
    namesake = make.MerchantFactory(region=xihu, name="朝阳茶馆", lat=None, lon=None)
    same_phone = make.MerchantFactory(region=ningbo, name="Quite Different")
    make.ContactFactory(merchant=same_phone, phone="+86 138 1234 5678")
    make.MerchantFactory(region=xihu, name="Lakeside Hotel")
    client = as_(manager)
    url = page("merchant-merge", merchant.number)
    html = text(client.get(url))
    assert f"?with={namesake.number}" in html
    assert f"?with={same_phone.number}" in html
    assert "Lakeside Hotel" not in html
    html = text(client.get(url, {"with": same_phone.number}))
    assert "Contacts: 1" in html
    assert "*******5678" in html
    answer = client.post(f"{url}?with={same_phone.number}", {"merged": same_phone.number})
    assert answer.url == merchant.get_absolute_url()
    same_phone.refresh_from_db()
    assert same_phone.merged_into == merchant
