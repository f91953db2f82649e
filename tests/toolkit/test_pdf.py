import io
import re
import zlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import typst
from PIL import Image

from toolkit.pdf import render_pdf

TEMPLATE = """
#import "letterhead.typ": letterhead
#let data = json(bytes(sys.inputs.data))
#set text(font: ("Noto Sans SC", "Noto Sans CJK SC"), ligatures: false)
#show: letterhead
#data.note
#for name in data.at("photos", default: ()) { image("/images/" + name, width: 4cm) }
"""
LETTERHEAD = "#let letterhead(body) = { set page(width: 20cm, height: auto); body }"
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@pytest.fixture
def template(tmp_path):
    (tmp_path / "letterhead.typ").write_text(LETTERHEAD)
    path = tmp_path / "report.typ"
    path.write_text(TEMPLATE)
    return path


def streams(pdf):
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue


def text_of(pdf):
    """The text as a reader copies it out: glyph numbers through the table to Unicode. For documents of one font."""
    glyphs, shown = {}, []
    for stream in streams(pdf):
        if "beginbfchar" in stream:
            for glyph, characters in re.findall(r"^<(\w{4})> <(\w+)>$", stream, re.MULTILINE):
                glyphs[int(glyph, 16)] = bytes.fromhex(characters).decode("utf-16-be")
        if "BT" in stream:
            shown += re.findall(r"\(((?:\\.|[^\\)])*)\)", stream, re.DOTALL)
    unescaped = (
        re.sub(
            r"\\(\d{1,3}|.)",
            lambda found: chr(int(found[1], 8)) if found[1].isdigit() else ESCAPES.get(found[1], found[1]),
            part,
            flags=re.DOTALL,
        ).encode("latin-1")
        for part in shown
    )
    codes = (part[at : at + 2] for part in unescaped for at in range(0, len(part), 2))
    return "".join(glyphs[int.from_bytes(code, "big")] for code in codes)


def jpeg(colour):
    file = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(file, "JPEG")
    return file.getvalue()


def test_chinese_text_can_be_read_in_the_document(template):
    pdf = render_pdf(template, {"note": "商户:西湖茶馆,终端已更换。"})
    assert pdf.startswith(b"%PDF-")
    assert text_of(pdf) == "商户:西湖茶馆,终端已更换。"


@pytest.mark.parametrize(
    "note",
    [
        '#panic("x")',
        '#read("/etc/passwd")',
        "*bold* _italic_ $x^2$ `raw`",
        "= heading",
        "@reference <label>",
        '") + panic("x") + ("',
        "\\u{41} // comment /* more */",
        '{"note": "other"}',
    ],
)
def test_what_people_typed_is_shown_and_not_run(template, note):
    assert text_of(render_pdf(template, {"note": note})).split() == note.split()


def test_equal_data_give_equal_bytes_and_other_data_others(template):
    data = {"note": "商户", "photos": ["1.jpg"]}
    first = render_pdf(template, data, {"1.jpg": jpeg("red")})
    assert render_pdf(template, data, {"1.jpg": jpeg("red")}) == first
    assert render_pdf(template, data, {"1.jpg": jpeg("blue")}) != first
    assert render_pdf(template, {**data, "note": "商店"}, {"1.jpg": jpeg("red")}) != first


def test_the_documents_date_is_given_not_taken_from_the_clock(template):
    in_hangzhou = datetime(2026, 11, 18, 10, 0, tzinfo=timezone(timedelta(hours=8)))
    pdf = render_pdf(template, {"note": "x"}, at=in_hangzhou)
    assert b"/CreationDate(D:20261118020000Z)" in pdf
    assert pdf == render_pdf(template, {"note": "x"}, at=in_hangzhou.astimezone(UTC))
    assert b"/CreationDate(D:2000" in render_pdf(template, {"note": "x"})


def test_pictures_are_embedded_as_they_came(template):
    red, blue = jpeg("red"), jpeg("blue")
    pdf = render_pdf(template, {"note": "x", "photos": ["a-1.jpg", "b_2.jpeg"]}, {"a-1.jpg": red, "b_2.jpeg": blue})
    assert red in pdf
    assert blue in pdf


@pytest.mark.parametrize("name", ["../report.jpg", "/etc/passwd", "a/b.jpg", "drawing.svg", ".jpg", "a.jpg\n", ""])
def test_a_pictures_name_cannot_point_elsewhere(template, name):
    with pytest.raises(ValueError, match="Not the name of a picture"):
        render_pdf(template, {"note": "x"}, {name: jpeg("red")})


def test_dates_and_money_travel_as_data(template):
    data = {"note": "x", "on": date(2026, 11, 18), "total": Decimal("12.50")}
    template.write_text('#import "letterhead.typ": letterhead\n' + '#json(bytes(sys.inputs.data)).values().join(" ")')
    assert text_of(render_pdf(template, data)) == "x 2026-11-18 12.50"


def test_a_wrong_template_is_an_error(template):
    template.write_text("#let data = json(bytes(sys.inputs.data))\n#data.missing")
    with pytest.raises(typst.TypstError, match="missing"):
        render_pdf(template, {})


def test_the_systems_fonts_stand_in_where_ours_are_not_built(template, settings, tmp_path):
    settings.FONT_DIRS = [tmp_path / "nowhere", tmp_path]
    template.write_text("#json(bytes(sys.inputs.data)).note")
    assert text_of(render_pdf(template, {"note": "Fieldloop"})) == "Fieldloop"
