"""Leads from a list: into their cells or into the pool, doubles as was chosen, and nothing twice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations import actions
from integrations.columns import suggest
from journal.models import Entry
from prospecting.actions import draw_cell, make_lead, merge_leads
from prospecting.models import Lead
from tests import factories as make
from tests.integrations.test_import_merchants import REAL, run, upload
from tests.prospecting.conftest import rectangle
from workforce.models import Boundary

HEADS = "线索编号,店铺名称,地址,城市,联系电话,联系人,经度,纬度,潜力\n"
TEA = "N-1,朝阳茶馆,文三路1号,杭州市,0571-88123456,王芳,120.1151,30.2151,80\n"
SHEET = (
    HEADS + TEA
    + "N-2,明月面馆,文一西路9号,杭州市,13812340001,,120.1551,30.2802,\n"
    + "N-3,朝阳茶馆店,文三路3号,杭州市,,李雷,120.1153,30.2152,\n"
    + "N-4,,无名路,杭州市,,,,,\n"
    + "N-5,清风书店,古墩路5号,火星市,13812340001,,,,101\n"
)  # fmt: skip


@pytest.fixture
def lake(xihu, manager, at):
    Boundary.objects.create(region=xihu, outline=rectangle(120.10, 30.20, 120.14, 30.23))
    outline = rectangle(120.11, 30.21, 120.12, 30.22)
    return draw_cell(xihu, outline=outline, name="Lake", by=manager, at=at)[0]


@pytest.fixture
def bring(manager, hangzhou, at):
    """Uploads and tries out; puts the rows in unless told not to."""

    def job_of(sheet: str | bytes, doubles: str = "skip", region=hangzhou, *, is_dry: bool = False):
        job = upload(sheet, kind="leads", by=manager, at=at, region=region)
        with job.open_table() as table:
            mapping = suggest("leads", table.headers)
        actions.check_import(job, mapping=mapping, doubles=doubles, by=manager, at=at)
        actions.run_import(job, at=at)
        job.refresh_from_db()
        return job if is_dry else run(job, by=manager, at=at)

    return job_of


def counts(job) -> tuple[int, ...]:
    return job.created, job.updated, job.unchanged, job.failed


def told(job) -> dict[int, list[str]]:
    return {row.line: row.messages for row in job.rows.all()}


def test_the_dry_run_says_of_each_row_what_would_become_of_it(bring, lake) -> None:
    job = bring(SHEET, is_dry=True)
    assert (job.status, counts(job), Lead.objects.count()) == ("checked", (2, 0, 2, 1), 0)
    assert 2 not in told(job)
    assert told(job)[3] == ["Outside of the grid: it comes into the pool."]
    assert told(job)[4] == ["Possible double: much the same name and place as line 2.", "Left out."]
    assert told(job)[5] == ["The name is missing."]
    assert told(job)[6] == [
        "Region “火星市” is not known: put into Hangzhou.",
        "“101” is no potential from 0 to 100: left empty.",
        "Possible double: same phone as line 3.",
        "Left out.",
    ]


def test_what_is_said_of_many_rows_is_counted_and_leads_to_them(client, bring, lake, manager) -> None:
    job = bring(SHEET, is_dry=True)
    assert [(each["message"], each["count"]) for each in job.rows.message_counts()] == [("Left out.", 2)]
    client.force_login(manager)
    page = client.get(job.get_absolute_url(), {"message": "Left out."})
    assert [row.line for row in page.context["rows"]] == [4, 6]
    assert b"message=Left%20out." in page.content


def test_a_lead_comes_into_its_cell_and_region_or_into_the_pool(bring, lake, xihu, hangzhou, manager) -> None:
    job = bring(SHEET)
    tea, noodles = Lead.objects.order_by("pk")
    assert counts(job) == (2, 0, 2, 1)
    assert (tea.cell, tea.region, tea.owner, tea.source, tea.potential) == (lake, xihu, None, "import", 80)
    assert (tea.contact_name, tea.phone_last4, tea.external_id) == ("王芳", "3456", "N-1")
    assert (list(Lead.objects.in_pool()), noodles.region) == ([noodles], hangzhou)
    assert Entry.objects.about(tea).get().verb == "prospecting.import_leads"
    assert Entry.objects.about(job).filter(verb="integrations.finish_import").count() == 1


@pytest.mark.parametrize(("doubles", "leads"), [("skip", 2), ("merge", 2), ("new", 4)])
def test_the_same_file_again_brings_nothing_twice(bring, lake, doubles, leads) -> None:
    first = bring(SHEET, doubles)
    before = Entry.objects.filter(verb__startswith="prospecting").count()
    again = bring(SHEET, doubles)
    assert (Lead.objects.count(), first.created, counts(again)) == (leads, leads, (0, 0, 4, 1))
    assert Entry.objects.filter(verb__startswith="prospecting").count() == before


def test_a_merged_double_adds_what_is_not_known_and_changes_nothing_else(bring, lake, manager, xihu, at) -> None:
    known = make_lead(name="朝阳茶馆", region=xihu, source="street", phone="0571 8812 3456", by=manager, at=at)
    job = bring(SHEET, "merge")
    known.refresh_from_db()
    assert counts(job) == (1, 1, 2, 1)
    assert (known.name, known.region, known.source, known.external_id) == ("朝阳茶馆", xihu, "street", "N-1")
    assert (known.cell, known.contact_name, known.potential, known.address) == (lake, "王芳", 80, "文三路1号")
    noodles = Lead.objects.exclude(pk=known.pk).get()
    assert (noodles.name, noodles.phone_last4) == ("明月面馆", "0001")  # the bookshop had its phone, and nothing new
    changes = Entry.objects.about(known).get(verb="prospecting.change_lead").changes
    assert changes["external_id"] == ["", "N-1"]
    assert counts(bring(SHEET, "merge")) == (0, 0, 4, 1)


def test_who_is_a_merchant_already_is_no_new_lead(bring, lake, merchant) -> None:
    sheet = HEADS + "A-1,Whatever,,,13812345678,,,,\n" + f"A-2,{merchant.name},,,,,{merchant.lon},{merchant.lat},\n"
    assert counts(bring(sheet, "skip"))[0] == counts(bring(sheet, "merge"))[0] == 0
    job = bring(sheet, "new")
    assert (counts(job), Lead.objects.count()) == ((2, 0, 0, 0), 2)
    assert told(job)[2][0] == f"Possible double of {merchant.number}: same phone."
    assert told(job)[3][0] == f"Possible double of {merchant.number}: much the same name and place."


def test_a_row_of_a_lead_that_was_merged_is_taken_for_the_one_that_was_kept(bring, lake, manager, at) -> None:
    bring(SHEET, "new")
    tea, other = Lead.objects.get(external_id="N-1"), Lead.objects.get(external_id="N-3")
    merge_leads(other, tea, by=manager, at=at)
    assert counts(bring(SHEET, "new")) == (0, 0, 4, 1)
    assert Lead.objects.filter(merged_into=None).count() == 3


def test_leads_of_other_regions_are_neither_found_nor_told(bring, lake, ningbo, manager, hangzhou, at) -> None:
    make_lead(
        name="朝阳茶馆", region=ningbo, source="street", phone="0571-88123456", external_id="N-2", by=manager, at=at
    )
    manager.region = hangzhou
    manager.role = "dispatcher"
    manager.save()
    job = bring(SHEET)
    assert told(job)[3][0] == "The outside number belongs to a lead outside your regions."
    assert (job.created, 2 in told(job)) == (1, False)


def test_more_rows_do_not_cost_more_statements(bring, lake) -> None:
    def shops(count: int, first: int) -> str:
        return HEADS + "".join(
            f"M-{n},店{n * 7919},某路{n}号,杭州市,1381234{n:04d},,120.{1101 + n},30.2151,\n"
            for n in range(first, first + count)
        )

    def statements(sheet: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert bring(sheet).failed == 0
        return len(queries)

    few, many = shops(3, 0), shops(60, 100)
    assert statements(few) == statements(many)  # new
    assert statements(few) == statements(many)  # there, and unchanged


def test_the_808_real_shops_come_in_once_and_what_lies_outside_the_grid_into_the_pool(bring, company, manager, at):
    assert REAL.exists(), f"The real data is expected at {REAL}: put shared/ beside the checkout."
    shanghai = make.RegionFactory(code="shanghai", name="Shanghai", parent=company, aliases="上海市")
    outline = rectangle(121.40, 31.18, 121.50, 31.25)
    Boundary.objects.create(region=shanghai, outline=outline)
    (cell,) = draw_cell(shanghai, outline=outline, name="Middle", by=manager, at=at)
    dry = bring(REAL.read_bytes(), region=company, is_dry=True)
    assert dry.mapping == {
        "name": "Store Name", "external_id": "Store Number", "address": "Street Address", "region": "City",
        "phone": "Phone Number", "lat": "Latitude", "lon": "Longitude",
    }  # fmt: skip
    left_out = [line for line, messages in told(dry).items() if messages[-1] == "Left out."]
    job = bring(REAL.read_bytes(), region=company)
    assert (job.total, job.failed, job.created, job.unchanged) == (808, 0, dry.created, len(left_out))
    assert 536 in left_out  # 长风景畔广场2店, after 长风景畔广场店 in line 202
    assert 5 < len(left_out) < 40
    inside, pool = Lead.objects.filter(cell=cell), Lead.objects.in_pool()
    assert inside.count() + pool.count() == job.created
    assert 100 < inside.count() < 300
    assert not pool.filter(lat__range=(31.19, 31.24), lon__range=(121.41, 121.49)).exists()
    assert counts(bring(REAL.read_bytes(), region=company)) == (0, 0, 808, 0)
    assert bring(REAL.read_bytes(), "merge", region=company).created == 0  # the first ones learn a phone, and the like
    assert counts(bring(REAL.read_bytes(), "merge", region=company)) == (0, 0, 808, 0)
    assert bring(REAL.read_bytes(), "new", region=company).created == len(left_out)
    assert Lead.objects.count() == 808
