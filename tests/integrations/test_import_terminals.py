from django.db import connection
from django.urls import reverse

from assets.models import Binding, Terminal
from journal.models import Entry
from tests import factories as make
from tests.integrations.test_import_merchants import check, run, upload

SHEET = """序列号,机型,终端号,商户号,城市,入库日期
sn-100001,A920,T001,{shop},杭州,2026/01/05
SN-100002,PAX A920,T002,,,2026-02-30
SN-100002,A920,,,,
??,A920,,,,
SN-100004,Unknown 9,,,,
SN-100005,A920,T001,,,
SN-100006,A920,,M-404,,
"""


def test_terminals_go_in_bound_to_their_merchants_and_wrong_rows_are_named(manager, hangzhou, merchant, at) -> None:
    make.TerminalModelFactory()
    sheet = SHEET.format(shop=merchant.number)
    job = check(upload(sheet, kind="terminals", by=manager, at=at, region=hangzhou), by=manager, at=at)
    assert (job.total, job.created, job.failed) == (7, 2, 5)
    errors = {row.line: row.messages[0] for row in job.rows.filter(is_error=True)}
    assert errors == {
        4: "The serial number stands in line 3 already.",
        5: "“??” is no serial number: 4 to 40 letters and digits.",
        6: "The model “Unknown 9” is not known. Add it under Administration, or correct the row.",
        7: "The terminal number (TID) stands in line 2 already.",
        8: "There is no merchant “M-404”. Import the merchants first.",
    }
    job = run(job, by=manager, at=at)
    assert (job.created, job.failed) == (2, 5)
    terminal = Terminal.objects.get(serial="SN-100001")
    assert (terminal.status, terminal.live_binding.merchant, terminal.received_on.isoformat()) == (
        "live",
        merchant,
        "2026-01-05",
    )
    assert [entry.verb for entry in Entry.objects.about(terminal)] == [
        "assets.bind_terminal",
        "assets.receive_terminal",
    ]
    again = run(
        check(upload(sheet, kind="terminals", by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at
    )
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert Binding.objects.count() == 1


def test_a_terminal_live_elsewhere_is_not_taken_away_by_a_file(manager, hangzhou, merchant, xihu, at) -> None:
    make.TerminalModelFactory()
    other = make.MerchantFactory(region=xihu)
    first = "sn,model,merchant\nSN-1,A920,{}\n"
    for shop, expected in ((merchant, "created"), (other, "failed")):
        job = upload(
            first.replace("SN-1", "SN-0001").format(shop.number), kind="terminals", by=manager, at=at, region=hangzhou
        )
        job = run(check(job, by=manager, at=at), by=manager, at=at)
        assert getattr(job, expected) == 1
    assert job.rows.get().messages == [f"SN-0001 is live at {merchant.number}. Unbind it there first."]


AGREED = """sn,model,merchant,收单机构代码,商户代码,统一社会信用代码,结算账户
SN-200001,A920,{shop},48021,898330150,91330100799655058B,6222 0200 0001 2345 678
SN-200002,A920,{shop},,,91330100799655058C,
SN-200003,A920,{shop},,,,12
SN-200004,A920,,,,,6222020000012345678
SN-200005,A920,{shop},123456789012345678901,,,
"""


def test_what_was_agreed_is_frozen_encrypted_and_nowhere_in_clear(client, manager, hangzhou, merchant, at) -> None:
    make.TerminalModelFactory()
    job = upload(AGREED.format(shop=merchant.number), kind="terminals", by=manager, at=at, region=hangzhou)
    client.force_login(manager)
    page = client.get(reverse("office:import-map", args=[job.number])).content.decode()
    assert "****5678" in page and "0200 0001" not in page
    job = run(check(job, by=manager, at=at), by=manager, at=at)
    assert (job.created, job.failed) == (2, 3)
    binding = Binding.objects.get()
    frozen = (binding.acquirer_code, binding.merchant_code, binding.credit_code, binding.settlement_account)
    assert frozen == ("48021", "898330150", "91330100799655058B", "6222020000012345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT settlement_account FROM assets_binding")
        assert b"6222" not in bytes(cursor.fetchone()[0])
    told = {row.line: row.messages[0] for row in job.rows.all()}
    assert "is not a unified social credit code" in told[3]
    assert told[4] == "A settlement account has 8 to 34 digits or letters."
    assert told[5] == "Without a merchant nothing is agreed: codes and account are left out."
    assert told[6] == "“123456789012345678901” is too long: at most 20 characters."
    assert job.rows.get(line=5).values["结算账户"] == "****5678"
    entry = Entry.objects.about(binding.terminal).get(verb="assets.bind_terminal")
    assert entry.changes["settlement account"] == [None, "****5678"]
    other = AGREED.format(shop=merchant.number).replace("6222 0200 0001 2345 678", "6222020000019999999")
    again = run(
        check(upload(other, kind="terminals", by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at
    )
    assert again.rows.get(line=2).messages == ["It is bound already: what was agreed then stays."]
    assert Binding.objects.get().settlement_account == "6222020000012345678"
