"""Customers' spreadsheets as they come: encodings, delimiters, titles, broken and hostile files."""

import gc
import io
import sys
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import Refused
from toolkit.exports import write_csv, write_xlsx
from toolkit.tables import MAX_CELL, MAX_COLUMNS, keep_table, open_kept_table, open_table

STORES = Path(__file__).parents[3] / "shared" / "data" / "stores_yangtze.csv"
SHOPS = [
    ["商户名称", "地址", "联系电话", "月交易额"],
    ["西湖茶馆", "杭州市西湖区北山街1号", "13812345678", "1,200.50"],
    ["朝阳面馆", "杭州市拱墅区朝阳路2号, 一层", "0571-87654321", "800"],
    ["镕记小吃", "宁波市海曙区中山路3号; 后门", "", "15"],
]


def csv_of(rows, delimiter=",", end="\r\n"):
    quoted = (
        ['"' + cell.replace('"', '""') + '"' if set(cell) & set(',;\t|"\r\n') else cell for cell in row] for row in rows
    )
    return end.join(delimiter.join(row) for row in quoted) + end


def read(content, name="shops.csv"):
    table = open_table(io.BytesIO(content), name)
    return table.headers, [list(row) for row in table.rows]


def xlsx_of(*sheets, **options):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    return file.getvalue()


def repacked(content, **parts):
    """The same workbook with parts replaced: keys are paths with / and . written as __ and _."""
    source, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            archive.writestr(part, parts.get(part.replace("/", "__").replace(".", "_"), source.read(part)))
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_encoding_delimiter_and_line_end(encoding, delimiter, end):
    assert read(csv_of(SHOPS, delimiter, end).encode(encoding)) == (SHOPS[0], SHOPS[1:])


def test_cells_may_hold_quotes_and_line_breaks():
    rows = [["name", "note"], ["a", 'says "hi"\nand goes'], ["b", ";,;,;"]]
    assert read(csv_of(rows).encode()) == (rows[0], rows[1:])


def test_a_semicolon_file_with_decimal_commas():
    assert read(b"name;rate;limit\nA;1,5;2,5\nB;0,5;3,5\n")[1] == [["A", "1,5", "2,5"], ["B", "0,5", "3,5"]]


def test_excels_own_delimiter_line():
    assert read(b"sep=;\r\nname;note\r\na,b;c,d\r\n") == (["name", "note"], [["a,b", "c,d"]])


def test_one_column():
    assert read("序列号\nN9100-1\nN9100-2\n".encode()) == (["序列号"], [["N9100-1"], ["N9100-2"]])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "above",
    [
        [["2026年11月商户清单"]],
        [["商户清单", "", "", ""], [], ["制表人:", "张三", "日期:", "2026-11-18"]],
        [["商户清单"], ["部门:", "杭州", "", ""], [""], ["", "单位:元"]],
    ],
)
def test_the_header_is_found_below_titles(above, form):
    rows = [*above, *SHOPS]
    content = csv_of(rows).encode() if form == "csv" else xlsx_of(rows)
    assert read(content) == (SHOPS[0], SHOPS[1:])


def test_headers_need_not_be_complete_nor_words():
    assert read(b"name,,phone\na,b,1\nc,d,2\n")[0] == ["name", "#2", "phone"]
    assert read(b"part,2024,2025\nkeypad,3,4\n")[0] == ["part", "2024", "2025"]


def test_the_first_row_is_the_header_even_when_it_looks_like_data():
    assert read(b"a,b\n") == (["a", "b"], [])
    assert read(b"1,2\n3,4\n") == (["1", "2"], [["3", "4"]])


def test_double_and_missing_headers_become_unique():
    headers, _rows = read("电话,电话,,电话 (2), 电 话\n1,2,3,4,5\n".encode())
    assert headers == ["电话", "电话 (2)", "#3", "电话 (2) (2)", "电 话"]


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "", "#1", "#2"]), min_size=2, max_size=8))
def test_headers_are_always_unique(labels):
    headers, _rows = read(csv_of([labels, ["x"] * len(labels), ["y"] * len(labels)]).encode())
    assert len(set(headers)) == len(headers) == len(labels)


def test_rows_know_their_number_and_empty_ones_are_left_out():
    csv_table = open_table(io.BytesIO(b"title,\n\nname,note\na,1\n,\n\nb,2\n"), "x.csv")
    assert [(row.number, *row) for row in csv_table.rows] == [(4, "a", "1"), (7, "b", "2")]
    xlsx_table = open_table(io.BytesIO(xlsx_of([["name", "note"], ["a", 1], [], ["", ""], ["b", 2]])), "x.xlsx")
    assert [(row.number, *row) for row in xlsx_table.rows] == [(2, "a", "1"), (5, "b", "2")]


def test_short_rows_are_filled_and_torn_rows_keep_their_surplus():
    headers, rows = read(b"a,b,c\n1\n1,2,3,4,5\n1,2,3,,\n1,2,3\n")
    assert headers == ["a", "b", "c"]
    assert rows == [["1", "", ""], ["1", "2", "3", "4", "5"], ["1", "2", "3"], ["1", "2", "3"]]


def test_cells_are_trimmed_of_blanks_and_invisible_characters():
    assert read("名称,电话\n\u3000茶馆\xa0,\u200b138\u200e\n".encode())[1] == [["茶馆", "138"]]


def test_numbers_and_dates_of_a_workbook_read_as_written():
    values = [13812345678, 13812345678.0, 0.1 + 0.2, 12.5, -3, 6222021234567890123, 1e-7, True, "00123", "", "x"]
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append([f"h{place}" for place in range(len(values) + 3)])
    book.active.append([*values, date(2026, 11, 18), datetime(2026, 11, 18, 9, 30, 5), time(8, 15)])
    book.save(file)
    assert read(file.getvalue())[1] == [
        [
            "13812345678",
            "13812345678",
            "0.3",
            "12.5",
            "-3",
            "6222021234567890000",
            "0.0000001",
            "TRUE",
            "00123",
            "",
            "x",
        ]
        + ["2026-11-18", "2026-11-18 09:30:05", "08:15:00"]
    ]


def test_a_formula_gives_its_last_result():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1+1", value=2)
        sheet.write_string(1, 1, "x")
    assert read(file.getvalue())[1] == [["2", "x"]]


def test_the_first_sheet_with_anything_in_it_and_hidden_ones_last():
    assert read(xlsx_of([], SHOPS, [["other"]]))[0] == SHOPS[0]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        hidden, shown = book.add_worksheet(), book.add_worksheet()
        hidden.write_row(0, 0, ["code", "list"])
        shown.write_row(0, 0, ["name", "note"])
        shown.activate()
        hidden.hide()
    assert read(file.getvalue())[0] == ["name", "note"]


def test_the_extension_proves_nothing():
    assert read(xlsx_of(SHOPS), "shops.csv") == read(csv_of(SHOPS).encode(), "shops.xlsx")


@pytest.mark.parametrize("form", [SimpleUploadedFile, TemporaryUploadedFile])
def test_djangos_uploads_are_read_and_stay_open(form):
    content = csv_of(SHOPS).encode("gb18030")
    if form is SimpleUploadedFile:
        upload = SimpleUploadedFile("shops.csv", content)
    else:
        upload = TemporaryUploadedFile("shops.csv", "text/csv", len(content), None)
        upload.write(content)
    assert list(open_table(upload, upload.name).rows) == SHOPS[1:]
    assert list(open_table(upload, upload.name).rows) == SHOPS[1:]
    upload.close()


@pytest.mark.parametrize("content", [csv_of(SHOPS * 20).encode(), xlsx_of(SHOPS * 20)])
def test_a_file_may_be_closed_when_only_the_headers_were_wanted(content, monkeypatch):
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    file = io.BytesIO(content)
    assert open_table(file, "shops").headers == SHOPS[0]
    assert not file.closed
    table = open_table(file, "shops")
    file.close()
    del table
    gc.collect()
    assert not complaints


XLSX = xlsx_of(SHOPS)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE_STRINGS = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><sst><si><t>&l9;</t></si></sst>'

UNREADABLE = {
    "nothing": (b"", "is empty"),
    "blank lines": (b"\r\n\r\n  \r\n", "is empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "is empty"),
    "only delimiters": (b",,,\n,,,\n", "is empty"),
    "an empty workbook": (xlsx_of([], []), "is empty"),
    "old Excel, or a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old format or has a password"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "cannot be read as a table"),
    "XML of 2003": (b'<?xml version="1.0"?><Workbook></Workbook>', "cannot be read as a table"),
    "another archive": (repacked(XLSX)[:100], "cannot be read as a table"),
    "half a workbook": (XLSX[: len(XLSX) // 2], "cannot be read as a table"),
    "a broken sheet": (repacked(XLSX, xl__worksheets__sheet1_xml=b"<worksheet><sheetData><row>"), "cannot be read as"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "characters"),
    "a document": (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n1 0 obj\x00\x01\x02", "characters"),
    "Western letters": ("Name,Ort\nMüller,Köln\nJosé,Besançon\n".encode("cp1252"), "characters"),
    "UTF-16 with half a character": (csv_of(SHOPS).encode("utf-16")[:-1], "characters"),
    "too many columns": (b",".join([b"x"] * (MAX_COLUMNS + 1)), "more than 256 columns"),
    "a quotation mark left open": (b'a,b\n"x,y\n' + b"1,2\n" * 60_000, "quotation mark that is not closed"),
    "a bomb of shared strings": (repacked(XLSX, xl__sharedStrings_xml=b"<a>" + b" " * 120_000_000), "too large"),
    "a bomb of a sheet": (repacked(XLSX, xl__worksheets__sheet1_xml=b"<a>" + b" " * 120_000_000), "too large"),
    "a billion laughs": (repacked(XLSX, xl__sharedStrings_xml=HOSTILE_STRINGS.encode()), "cannot be read as a table"),
    "a row far below the last": (
        repacked(
            XLSX,
            xl__worksheets__sheet1_xml=b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<sheetData><row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData></worksheet>',
        ),
        "more than 1048576 rows",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_with_advice(name):
    content, sentence = UNREADABLE[name]
    with pytest.raises(Refused, match=sentence):
        list(open_table(io.BytesIO(content), f"{name}.csv").rows)


def test_a_workbook_that_lies_about_its_size_is_read_by_what_it_holds():
    sheet = zipfile.ZipFile(io.BytesIO(XLSX)).read("xl/worksheets/sheet1.xml").replace(b"A1:D4", b"A1:XFD1048576")
    assert read(repacked(XLSX, xl__worksheets__sheet1_xml=sheet)) == (SHOPS[0], SHOPS[1:])


def test_a_long_file_is_streamed():
    content = io.BytesIO(csv_of(SHOPS).encode() + "商户,地址,13812345678,1\n".encode() * 60_000)
    table = open_table(content, "long.csv")
    assert list(next(table.rows)) == SHOPS[1]
    assert content.tell() < 100_000
    assert sum(1 for _row in table.rows) == 60_002


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), min_size=3, max_size=3
        )
    )
)
def test_what_we_export_we_read_back(rows):
    heads = ["名称", "电话", "note"]
    for content in (b"".join(write_csv(heads, rows)), write_xlsx("x", heads, rows).read()):
        assert read(content) == (heads, rows)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_a_refusal(content):
    try:
        headers, rows = read(content)
        assert all(len(row) >= len(headers) for row in rows)
    except Refused as refused:
        assert str(refused).endswith(".")


def test_a_real_spreadsheet():
    assert STORES.exists(), f"The real data is expected at {STORES}: put shared/ beside the checkout."
    headers, rows = read(STORES.read_bytes(), STORES.name)
    assert len(headers) == 13
    assert len(rows) == 808
    assert {len(row) for row in rows} == {13}
    assert rows[0][2] == "汇暻生活广场店"


# -- kept to be read again


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), min_size=1, max_size=6))
def test_what_was_kept_is_read_as_it_was_the_first_time(rows):
    content = b"\n\n" + csv_of([["a", "b", "a"], *rows]).encode("utf-8", "replace")
    try:
        table = open_table(io.BytesIO(content), "shops.csv")
        expected = [(row.number, list(row)) for row in table.rows]
    except Refused:
        return
    kept = io.BytesIO()
    assert keep_table(open_table(io.BytesIO(content), "shops.csv"), kept) == len(expected)
    kept.seek(0)
    again = open_kept_table(kept)
    assert again.headers == table.headers
    assert [(row.number, list(row)) for row in again.rows] == expected


def test_a_cell_too_long_for_a_spreadsheet_is_kept_as_far_as_one_holds():
    kept = io.BytesIO()
    keep_table(open_table(io.BytesIO(f"a,b\n1,{'x' * 100_000}\n".encode()), "shops.csv"), kept)
    kept.seek(0)
    assert [len(cell) for cell in next(open_kept_table(kept).rows)] == [1, MAX_CELL]
