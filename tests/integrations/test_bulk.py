"""New rows go in together; what went wrong with one of them is told of that one, and the others are as ever."""

from threading import Thread
from time import monotonic, sleep

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assets.models import Binding, Terminal
from integrations import actions
from journal.models import Entry
from merchants.actions import change_merchant, create_merchant
from merchants.models import Merchant
from tests import factories as make
from tests.integrations.test_import_merchants import check, run, upload

HEADS = "name,code,address,phone,contact\n"


def shops(count: int, tag: str = "A", first: int = 0) -> str:
    return "".join(
        f"Shop {tag}{n},{tag}-{n},Street {tag}{n},1381234{n:04d},Owner {n}\n" for n in range(first, first + count)
    )


def entries() -> list[tuple]:
    """Of merchants and terminals, in the order of each."""
    told = Entry.objects.filter(verb__regex="^(merchants|assets)").order_by("subject_type", "subject_label", "pk")
    merchants = dict(Merchant.objects.values_list("pk", "name"))
    return [
        (verb, label, merchants.get(merchant), actor, at, changes)
        for verb, label, merchant, actor, at, changes in told.values_list(
            "verb", "subject_label", "merchant_id", "actor", "at", "changes"
        )
    ]


def test_a_wrong_row_is_left_out_and_the_others_are_as_they_would_be_without_it(
    manager, hangzhou, merchant, foreign_merchant, at
) -> None:
    make.TerminalModelFactory()
    good = (
        f"sn,model,tid,merchant\nSN-0001,A920,T1,{merchant.number}\nSN-0002,A920,T2,\nSN-0003,A920,,{merchant.number}\n"
    )
    closed = make.MerchantFactory(name="Closed shop", region=hangzhou, status="closed")

    def put_in(sheet: str):
        job = check(upload(sheet, kind="terminals", by=manager, at=at, region=hangzhou), by=manager, at=at)
        return run(job, by=manager, at=at)

    with transaction.atomic():
        put_in(good)
        together = (entries(), list(Terminal.objects.order_by("serial").values_list("serial", "tid", "status")))
        transaction.set_rollback(True)
    job = put_in(good + f"SN-0004,A920,,{closed.number}\n")  # one by one, because of the last
    assert (job.created, job.failed) == (3, 1)
    assert job.rows.get().messages == ["Closed shop is closed and gets no terminals."]
    assert together == (entries(), list(Terminal.objects.order_by("serial").values_list("serial", "tid", "status")))
    assert [entry[0] for entry in together[0]].count("assets.bind_terminal") == 2
    assert Binding.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_who_takes_an_outside_number_meanwhile_keeps_it_and_only_that_row_fails(manager, hangzhou, at) -> None:
    job = check(upload(HEADS + shops(5), by=manager, at=at, region=hangzhou), by=manager, at=at)
    actions.start_import(job, by=manager, at=at)

    def work() -> None:
        try:
            actions.run_import(job, at=at)
        finally:
            connection.close()

    worker = Thread(target=work)
    with transaction.atomic():
        other = create_merchant(name="Faster", region=hangzhou, external_id="A-2", by=manager, at=at)
        worker.start()
        wait_until_somebody_waits()
    worker.join()
    job.refresh_from_db()
    assert (job.status, job.created, job.failed) == ("done", 4, 1)
    assert job.rows.get().messages == [f"The outside number “A-2” belongs to {other.number} Faster already."]
    assert Merchant.objects.count() == 5
    assert Entry.objects.filter(verb="merchants.create_merchant").count() == 5


def wait_until_somebody_waits(seconds: float = 20) -> None:
    until = monotonic() + seconds
    with connection.cursor() as cursor:
        while monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            sleep(0.02)
    raise AssertionError("nobody waits for the outside number")


def test_more_rows_do_not_cost_more_statements(manager, hangzhou, at) -> None:
    def statements(sheet: str) -> list[int]:
        job, counts = upload(sheet, by=manager, at=at, region=hangzhou), []
        for step in (check, run):
            with CaptureQueriesContext(connection) as queries:
                job = step(job, by=manager, at=at)
            counts.append(len(queries))
        assert job.failed == 0
        return counts

    few, many = HEADS + shops(3), HEADS + shops(60, "B", first=100)
    assert statements(few) == statements(many)  # new
    assert statements(few) == statements(many)  # there, and unchanged
    assert Merchant.objects.count() == 63


def test_an_unchanged_row_writes_nothing_and_a_changed_one_only_what_changed(manager, hangzhou, at) -> None:
    sheet = HEADS + shops(3)
    run(check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    before = Entry.objects.filter(verb__startswith="merchants").count()
    changed = sheet.replace("Street A1", "Street X")
    job = run(check(upload(changed, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (job.created, job.updated, job.unchanged) == (0, 1, 2)
    assert Entry.objects.filter(verb__startswith="merchants").count() == before + 1
    assert Entry.objects.filter(verb="merchants.change_merchant").get().changes == {
        "address": ["Street A1", "Street X"]
    }


def test_a_known_merchant_that_is_refused_is_told_by_its_row(manager, hangzhou, at) -> None:
    """Its head office would be itself."""
    sheet = "name,code,brand\nHead,H-1,\n"
    run(check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    sheet = "name,code,brand\nHead,H-1,Head\nBranch,H-2,Head\n"
    job = run(check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (job.created, job.failed) == (1, 1)
    assert job.rows.get(is_error=True).messages == ["A head office cannot lie below its own branch."]
    assert Merchant.objects.get(name="Branch").parent.external_id == "H-1"


def test_a_file_that_is_gone_fails_the_import_with_a_sentence(manager, hangzhou, at) -> None:
    job = check(upload(HEADS + shops(1), by=manager, at=at, region=hangzhou), by=manager, at=at)
    job.table.storage.delete(job.table.name)
    job = run(job, by=manager, at=at)
    assert (job.status, job.failure) == ("failed", "The file of this import is gone. Please upload it again.")


def test_a_contact_is_added_to_a_known_merchant_without_one_only(manager, hangzhou, merchant, at) -> None:
    bare = make.MerchantFactory(name="Bare", region=hangzhou, external_id="B-1")
    change_merchant(merchant, by=manager, at=at, external_id="B-2")
    sheet = f"name,code,phone\nBare,B-1,13911112222\n{merchant.name},B-2,13911113333\n"
    job = run(check(upload(sheet, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (job.failed, bare.contacts.get().phone, merchant.contacts.get().phone) == (0, "13911112222", "13812345678")
