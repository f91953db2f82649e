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
