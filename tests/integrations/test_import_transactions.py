"""An acquirer's daily file: by our number, an outside number or a merchant code; safe to run again."""

from datetime import date

import pytest

from assets.actions import bind_terminal
from integrations import actions
from integrations.models import Import
from journal.models import Entry
from merchants.actions import merge_merchants
from merchants.models import ChangedDay, MerchantDay, TransactionBatch
from tests import factories as make
from tests.integrations.test_import_merchants import check, run, upload

SHEET = """商户编号,交易日期,交易笔数,交易金额,退款金额,终端数
{shop},2026/11/16,12,"1,234.50",-20.5,2
A-7,2026-11-16,3,¥99,,
88800001,2026年11月16日,1,0.05,0,1
88800002,2026-11-16,2,1.1,,
{shop},2026-11-16,1,1,,
{far},2026-11-16,1,1,,
M-404,2026-11-16,1,1,,
{shop},2026-11-30,1,1,,
{shop},yesterday,1,1,,
A-7,2026-11-15,x,1.234,,
{shop},2026-11-14,1,-5,,
"""


@pytest.fixture
def shop(merchant, terminal, keeper, at):
    """It has two codes at its acquirer, one of each terminal."""
    for number, each in enumerate([terminal, make.TerminalFactory(region=terminal.region)], 1):
        bind_terminal(each, merchant=merchant, by=keeper, at=at, tid=f"T{number}", merchant_code=f"8880000{number}")
    return merchant


@pytest.fixture
def bring(keeper, hangzhou, at):
    """As somebody who sees one city."""

    def bring_in(sheet: str) -> Import:
        job = check(upload(sheet, kind="takings", by=keeper, at=at, region=hangzhou), by=keeper, at=at)
        dry = (job.created, job.updated, job.unchanged, job.failed)
        job = run(job, by=keeper, at=at)
        assert (job.created, job.updated, job.unchanged, job.failed) == dry
        return job

    return bring_in


def days_of(merchant) -> list[tuple]:
    return list(merchant.days.order_by("day").values_list("day", "count", "cents", "refunds_cents", "terminals"))


def test_rows_go_in_and_wrong_ones_are_named(bring, shop, xihu, foreign_merchant, manager, at) -> None:
    branch = make.MerchantFactory(region=xihu)
    double = make.MerchantFactory(region=xihu, external_id="A-7")
    merge_merchants(branch, double, by=manager, at=at)
    sheet = SHEET.format(shop=shop.number, far=foreign_merchant.number)
    job = bring(sheet)
    assert {row.line: row.messages for row in job.rows.all()} == {
        6: ["Merchant and day stand in line 2 already."],
        7: [f"There is no merchant “{foreign_merchant.number}”. Import the merchants first."],
        8: ["There is no merchant “M-404”. Import the merchants first."],
        9: ["Days are taken from 2023-11-01 until today."],
        10: ["“yesterday” is no day."],
        11: ["“x” is no whole number.", "“1.234” is no amount with at most two decimals."],
        12: ["The amount is below zero: refunds have a column of their own."],
    }
    assert days_of(shop) == [(date(2026, 11, 16), 15, 123565, 2050, 3)]  # under three names
    assert days_of(branch) == [(date(2026, 11, 16), 3, 9900, 0, None)]
    assert (MerchantDay.objects.count(), TransactionBatch.objects.get().source) == (2, job.number)
    shop.refresh_from_db()
    assert shop.first_transaction_on == date(2026, 11, 16)
    verbs = Entry.objects.filter(verb__in=["merchants.take_transactions", "integrations.finish_import"])
    assert verbs.count() == 2

    ChangedDay.objects.all().delete()
    again = bring(sheet)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)
    corrected = bring(f"merchant,day,count,amount\n{shop.number},2026-11-16,1,7\n")
    assert (corrected.created, corrected.updated) == (0, 1)
    assert days_of(shop) == [(date(2026, 11, 16), 1, 700, 0, None)]
    assert ChangedDay.objects.exists()


def test_a_worker_that_dies_between_two_pieces_counts_nothing_twice(bring, shop, manager, hangzhou, at, monkeypatch):
    monkeypatch.setattr("integrations.rows.transactions.TransactionReader.chunk", 1)
    lines = [f"{name},2026-11-16,1,10" for name in (shop.number, "88800001", "88800002")]
    sheet = "\n".join(["merchant,day,count,amount", *lines])
    for _again in range(2):
        job = check(upload(sheet, kind="takings", by=manager, at=at, region=hangzhou), by=manager, at=at)
        actions.start_import(job, by=manager, at=at)
        while Import.objects.under_way().exists():
            actions.run_import(job, at=at, seconds=1e-6)  # one piece, then it is over
        job.refresh_from_db()
        assert (job.status, job.done) == ("done", 3)
        assert days_of(shop) == [(date(2026, 11, 16), 3, 3000, 0, None)]


def test_a_code_that_two_merchants_have_is_not_guessed(bring, shop, xihu, keeper, at) -> None:
    other = make.MerchantFactory(region=xihu)
    terminal = make.TerminalFactory(region=xihu)
    bind_terminal(
        terminal, merchant=other, by=keeper, at=at, tid="T9", merchant_code="88800001", acquirer_code="48021000"
    )
    job = bring("merchant,acquirer,day,count,amount\n88800001,,2026-11-16,1,1\n88800001,48021000,2026-11-16,2,2\n")
    assert [row.messages[0] for row in job.rows.all()] == [
        "“88800001” is the code of several merchants: name the acquirer too."
    ]
    assert (days_of(shop), days_of(other)) == ([], [(date(2026, 11, 16), 2, 200, 0, None)])
