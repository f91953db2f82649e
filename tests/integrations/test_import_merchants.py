import io
from datetime import date

import pytest
from django.conf import settings

from integrations import actions
from integrations.columns import suggest
from integrations.models import Import, ImportRow
from integrations.rows.reader import Reader
from integrations.tasks import run_waiting_imports
from journal.models import Entry
from merchants.models import Merchant, Review
from tests import factories as make
from toolkit.errors import Refused

REAL = settings.BASE_DIR.parent / "shared" / "data" / "stores_yangtze.csv"
SHEET = """商户编号,商户名称,地址,城市,联系电话,经度,纬度,备注
A-1,朝阳茶馆,西湖区文三路1号,杭州市,0571-8812 3456,120.1234,30.2801,
A-2,明月面馆,余杭区文一西路9号,杭州市,n/a,120.02,30.28,new
A-3,,无名,杭州市,,,,
A-2,重复面馆,别处,杭州市,,,,
A-4,远方商店,某地,火星市,13812345678,121.55,29.87,
"""


def upload(text: str | bytes, *, by, at, region, kind: str = "merchants", name: str = "商户.csv") -> Import:
    content = text.encode() if isinstance(text, str) else text
    return actions.upload_import(kind=kind, file=io.BytesIO(content), filename=name, region=region, by=by, at=at)


def check(job: Import, *, by, at) -> Import:
    with job.open_table() as table:
        actions.check_import(job, mapping=suggest(job.kind, table.headers), by=by, at=at)
    actions.run_import(job, at=at)
    job.refresh_from_db()
    return job


def run(job: Import, *, by, at) -> Import:
    actions.start_import(job, by=by, at=at)
    actions.run_import(job, at=at)
    job.refresh_from_db()
    return job


def test_the_dry_run_says_what_would_happen_and_changes_nothing(manager, hangzhou, xihu, at) -> None:
    job = check(upload(SHEET, by=manager, at=at, region=hangzhou), by=manager, at=at)
    assert (job.status, job.total, job.done, job.created, job.failed) == ("checked", 5, 5, 3, 2)
    assert Merchant.objects.count() == 0
    errors = {row.line: row.messages for row in job.rows.filter(is_error=True)}
    assert errors == {4: ["The name is missing."], 5: ["The outside number is that of line 3."]}
    remarks = {row.line: " ".join(row.messages) for row in job.rows.filter(is_error=False)}
    assert "no phone number" in remarks[3] and "2 decimals" in remarks[3]
    assert "“火星市” is not known" in remarks[6]


def test_rows_go_in_with_region_place_and_contact_and_the_journal_says_so(manager, hangzhou, xihu, at) -> None:
    job = run(check(upload(SHEET, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (job.status, job.created, job.failed) == ("done", 3, 2)
    shop = Merchant.objects.get(external_id="A-1")
    assert (shop.name, shop.region, shop.location_source) == ("朝阳茶馆", xihu, "import")
    assert shop.contacts.get().phone_last4 == "3456"
    assert Entry.objects.about(shop).get(verb="merchants.create_merchant").actor == manager
    assert Entry.objects.about(job).filter(verb="integrations.finish_import").count() == 1


def test_the_same_file_again_changes_nothing_and_a_corrected_one_only_what_is_new(manager, hangzhou, xihu, at) -> None:
    run(check(upload(SHEET, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    again = run(check(upload(SHEET, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (again.created, again.updated, again.unchanged, again.failed) == (0, 0, 3, 2)
    corrected = SHEET.replace("A-3,,", "A-3,有名小店,").replace("文三路1号", "文三路2号")
    third = run(check(upload(corrected, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (third.created, third.updated, third.unchanged) == (1, 1, 2)
    assert Merchant.objects.count() == 4


def test_only_who_is_live_with_an_acquirer_by_the_word_of_who_may_say_so_skips_the_review(
    manager, keeper, hangzhou, at
) -> None:
    sheet = "name,code,address,acquirer,chain\nLive,L-1,Street 1,48023310,Brand\nNew,L-2,Street 2,,Other\n"
    job = check(upload(sheet, by=keeper, at=at, region=hangzhou), by=keeper, at=at)
    assert (job.created, job.failed) == (1, 1)
    assert "may not enter merchants that are live already" in str(job.rows.get(is_error=True).messages)
    run(check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    states = dict(Merchant.objects.values_list("name", "status"))
    assert states == {"Live": "active", "Brand": "active", "New": "onboarding", "Other": "onboarding"}
    assert set(Review.objects.values_list("merchant__name", flat=True)) == {"New", "Other"}
    entry = Entry.objects.about(Merchant.objects.get(name="Live")).get(verb="merchants.create_merchant")
    assert (entry.actor, entry.changes["acquirer_code"]) == (manager, [None, "48023310"])
    again = run(check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (again.unchanged, again.failed) == (2, 0)


def test_a_killed_worker_loses_nothing_and_doubles_nothing(manager, hangzhou, at) -> None:
    count = Reader.chunk + 100
    sheet = "name,code,address\n" + "".join(f"Shop {n},C-{n},Street {n}\n" for n in range(count)) + "Double,C-0,\n"
    job = check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at)
    actions.start_import(job, by=manager, at=at)
    actions.run_import(job, at=at, seconds=0)  # the worker is gone before its first chunk
    actions.run_import(job, at=at, seconds=0.001)  # and after it
    assert Merchant.objects.count() == Reader.chunk
    for _tick in range(2):
        run_waiting_imports()
    job.refresh_from_db()
    assert (job.status, job.created, Merchant.objects.count()) == ("done", count, count)
    assert job.rows.get().messages == ["The outside number is that of line 2."]


def test_a_required_column_must_be_chosen(manager, hangzhou, at) -> None:
    job = upload("a,b\n1,2\n", by=manager, at=at, region=hangzhou)
    with pytest.raises(Refused, match="Choose the column for: Name"):
        actions.check_import(job, mapping={"address": "a"}, by=manager, at=at)


def test_it_cannot_be_put_in_before_the_dry_run(manager, hangzhou, at) -> None:
    job = upload(SHEET, by=manager, at=at, region=hangzhou)
    with pytest.raises(Refused, match="dry run"):
        actions.start_import(job, by=manager, at=at)


def test_a_phone_known_at_another_merchant_is_a_possible_double(manager, hangzhou, merchant, at) -> None:
    job = check(upload(SHEET, by=manager, at=at, region=hangzhou), by=manager, at=at)
    assert f"Possible double of {merchant.number}: same phone." in job.rows.get(line=6).messages


def test_the_real_spreadsheet_of_808_shops_goes_in_without_editing(manager, company, hangzhou, at) -> None:
    assert REAL.exists(), f"The real data is expected at {REAL}: put shared/ beside the checkout."
    make.RegionFactory(code="shanghai", name="Shanghai", parent=company, aliases="上海市")
    job = check(upload(REAL.read_bytes(), by=manager, at=at, region=company, name=REAL.name), by=manager, at=at)
    assert job.mapping == {
        "name": "Store Name", "external_id": "Store Number", "chain": "Brand", "address": "Street Address",
        "region": "City", "phone": "Phone Number", "lat": "Latitude", "lon": "Longitude",
    }  # fmt: skip
    assert (job.total, job.created, job.failed) == (808, 808, 0)
    said = "\n".join(message for row in job.rows.all() for message in row.messages)
    assert "Coordinates with 2 decimals: good to about 1100 m." in said
    doubles = {row.line: row.messages[-1] for row in job.rows.all() if "Possible double" in row.messages[-1]}
    assert (
        doubles[536] == "Possible double: much the same name and place as line 202."
    )  # 长风景畔广场店, 长风景畔广场2店
    assert 5 < len(doubles) < 40
    job = run(job, by=manager, at=at)
    assert (job.created, job.failed) == (808, 0)
    head_office = Merchant.objects.get(name="Starbucks")
    assert head_office.children.count() == 808
    again = run(
        check(upload(REAL.read_bytes(), by=manager, at=at, region=company, name=REAL.name), by=manager, at=at),
        by=manager,
        at=at,
    )
    assert (again.created, again.updated, again.unchanged) == (0, 0, 808)
    assert ImportRow.objects.filter(job=again, is_error=True).count() == 0


def test_the_first_transaction_comes_with_a_file_and_never_lies_in_the_future(manager, merchant, hangzhou, at) -> None:
    sheet = f"商户名称,地址,首笔交易日期\n{merchant.name},{merchant.address},2026年3月1日\n未来面馆,某地,2099-01-01\n迷路面馆,某地,昨天\n"
    job = run(check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    merchant.refresh_from_db()
    assert (job.updated, job.created, job.failed) == (1, 1, 1)
    assert merchant.first_transaction_on == date(2026, 3, 1)
    messages = {row.line: " ".join(row.messages) for row in job.rows.all()}
    assert "in the future" in messages[3]
    assert "“昨天” is no day: left empty." in messages[4]
