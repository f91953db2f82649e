"""A file changes only what lies in the regions of whoever imports it."""

from journal.models import Entry
from merchants.actions import create_merchant
from merchants.models import Merchant
from tests import factories as make
from tests.integrations.test_import_merchants import check, run, upload


def test_a_merchant_of_another_region_is_neither_changed_nor_moved(dispatcher, manager, hangzhou, ningbo, at) -> None:
    other = create_merchant(name="Ningbo Noodles", external_id="N-1", region=ningbo, by=manager, at=at)
    text = "商户编号,商户名称,地址\nN-1,Taken over,Somewhere\nH-1,Ningbo Noodles,\n"
    job = run(check(upload(text, by=dispatcher, at=at, region=hangzhou), by=dispatcher, at=at), by=dispatcher, at=at)
    assert (job.created, job.updated, job.failed) == (1, 0, 1)
    assert "outside your regions" in job.rows.get(line=2).messages[0]
    other.refresh_from_db()
    assert (other.name, other.region) == ("Ningbo Noodles", ningbo)
    assert not Entry.objects.about(other).filter(verb="merchants.change_merchant").exists()


def test_a_terminal_of_another_region_is_left_alone(dispatcher, hangzhou, ningbo, at) -> None:
    terminal = make.TerminalFactory(serial="NB000001", region=ningbo)
    text = f"序列号,型号,固件版本\nNB000001,{terminal.model.name},9.9\n"
    job = upload(text, by=dispatcher, at=at, region=hangzhou, kind="terminals", name="终端.csv")
    job = run(check(job, by=dispatcher, at=at), by=dispatcher, at=at)
    assert (job.updated, job.unchanged, job.failed) == (0, 0, 1)
    assert "outside yours" in job.rows.get().messages[0]
    terminal.refresh_from_db()
    assert terminal.firmware != "9.9"


def test_without_a_region_column_a_known_merchant_stays_where_it_is(manager, hangzhou, company, xihu, at) -> None:
    shop = create_merchant(name="朝阳茶馆", external_id="A-1", region=xihu, by=manager, at=at)
    text = "商户编号,商户名称,备注\nA-1,朝阳茶馆,moved the counter\n"
    run(check(upload(text, by=manager, at=at, region=company), by=manager, at=at), by=manager, at=at)
    assert Merchant.objects.get(pk=shop.pk).region == xihu
    named = "商户编号,商户名称,城市\nA-1,朝阳茶馆,杭州市\n"
    run(check(upload(named, by=manager, at=at, region=company), by=manager, at=at), by=manager, at=at)
    assert Merchant.objects.get(pk=shop.pk).region == hangzhou
