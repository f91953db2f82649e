"""How days and times are written, in both languages."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format, localize_input

DAY, INSTANT = date(2026, 11, 2), datetime(2026, 11, 2, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "form", "value", "written"),
    [
        ("en", "SHORT_DATE_FORMAT", DAY, "2 Nov 2026"),
        ("en", "SHORT_DATETIME_FORMAT", INSTANT, "2 Nov 2026, 14:05"),
        ("en", "DATE_FORMAT", DAY, "2 Nov 2026"),
        ("en", "DATETIME_FORMAT", INSTANT, "2 Nov 2026, 14:05"),
        ("en", "MONTH_DAY_FORMAT", DAY, "2 November"),
        ("zh-hans", "SHORT_DATE_FORMAT", DAY, "2026-11-02"),
        ("zh-hans", "SHORT_DATETIME_FORMAT", INSTANT, "2026-11-02 14:05"),
    ],
)
def test_a_day_is_written_so_that_nobody_takes_it_for_another(language, form, value, written):
    with translation.override(language):
        assert date_format(value, form) == written


def test_what_is_typed_stays_iso():
    with translation.override("en"):
        assert localize_input(DAY) == "2026-11-02"
