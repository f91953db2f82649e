"""What customers send is not to be read on the disk or in the database."""

from django.db import connection

from integrations.models import Import
from tests.integrations.test_import_merchants import check, run, upload

SHEET = "name,code,phone,settlement account\nTea,A-1,13812345678,6222021234567890123\n,A-2,13812345678,6222021234567890123\n"


def test_numbers_of_a_spreadsheet_lie_encrypted(manager, hangzhou, at) -> None:
    job = run(check(upload(SHEET, by=manager, at=at, region=hangzhou), by=manager, at=at), by=manager, at=at)
    assert (job.created, job.failed) == (1, 1)
    with Import.table.field.storage.open(job.table.name) as kept, open(job.table.path, "rb") as on_disk:
        assert b"13812345678" in kept.read()
        assert b"1381234" not in (raw := on_disk.read()) and b"62220212" not in raw and b"Tea" not in raw
    with connection.cursor() as cursor:
        cursor.execute('SELECT "values" FROM integrations_importrow')
        assert all(b"1381234" not in bytes(values) for (values,) in cursor.fetchall())
    assert job.rows.get(is_error=True).values["phone"] == "13812345678"
