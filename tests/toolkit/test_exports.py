import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from toolkit.errors import Refused
from toolkit.exports import write_csv, write_xlsx

ROW = ["朝阳茶馆", Decimal("12.50"), datetime(2026, 11, 18, 2, 0, tzinfo=UTC), date(2026, 11, 18), None, -3]


@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\0x"])
def test_what_a_spreadsheet_would_compute_is_quoted(attack: str) -> None:
    csv_text = b"".join(write_csv(["a"], [[attack]])).decode("utf-8-sig")
    assert f"'{attack[0]}".encode() in csv_text.encode()


def test_csv_opens_in_excel_with_chinese_and_keeps_numbers() -> None:
    text = b"".join(write_csv(["名称", "n", "at", "on", "none", "minus"], [ROW]))
    assert text.startswith("\ufeff".encode())
    assert text.decode("utf-8-sig").splitlines()[1] == "朝阳茶馆,12.50,2026-11-18 10:00:00,2026-11-18,,-3"


def test_xlsx_keeps_types_and_never_writes_a_formula() -> None:
    sheet = load_workbook(io.BytesIO(write_xlsx("Orders: [all]", ["a"] * 7, [[*ROW, "=1+1"]]).read())).active
    values = [cell.value for cell in sheet[2]]
    assert values == ["朝阳茶馆", 12.5, datetime(2026, 11, 18, 10), datetime(2026, 11, 18), None, -3, "'=1+1"]


def test_a_thousand_rows_come_in_pieces() -> None:
    pieces = list(write_csv(["n"], ([n] for n in range(1200))))
    assert len(pieces) == 3
    assert b"".join(pieces).count(b"\r\n") == 1201


def test_a_phone_number_with_its_country_is_not_quoted() -> None:
    text = b"".join(write_csv(["a"], [["+85223456789"], ["+86 138 1234 5678"], ["+86-138"]])).decode("utf-8-sig")
    assert text.splitlines()[1:] == ["+85223456789", "+86 138 1234 5678", "'+86-138"]


def test_what_is_not_a_number_is_an_empty_cell() -> None:
    assert b"".join(write_csv(["a", "b"], [[float("nan"), float("inf")]])).endswith(b"\r\n,\r\n")
    assert load_workbook(write_xlsx("x", ["a", "b"], [[float("nan"), "y"]])).active["B2"].value == "y"


def test_more_rows_than_a_sheet_holds_are_refused_not_lost() -> None:
    with pytest.raises(Refused, match="no more than 1048575 rows"):
        write_xlsx("x", ["a"], ([] for _row in range(1_048_576)))
