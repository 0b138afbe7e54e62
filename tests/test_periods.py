"""Days and periods as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deals import periods

DAY = date(2025, 5, 7)


@pytest.mark.parametrize(
    "text", ["2025-05-07", "2025-5-7", "7/5/2025", "07/05/2025", "7-5-2025", "07.05.2025", "  7/5/2025 "]
)
def test_a_day_is_read_day_first_or_as_iso(text):
    assert periods.parse_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/2/2025",
        "2025-02-30",
        "5/13/2025",
        "7/5/25",
        "2025/05/07",
        "May 7 2025",
        "7/5/2025x",
        "0/1/2025",
        "２０２５",
        "1-1-0000",
    ],
)
def test_anything_else_is_refused_and_never_guessed(text):
    with pytest.raises(ValueError):
        periods.parse_day(text)


@pytest.mark.parametrize(
    ("precision", "vi", "en"),
    [
        ("day", "7/5/2025", "7 May 2025"),
        ("month", "tháng 5/2025", "May 2025"),
        ("quarter", "quý 2/2025", "Q2 2025"),
        ("year", "2025", "2025"),
    ],
)
def test_a_day_is_written_no_more_precisely_than_it_is_known(precision, vi, en):
    assert periods.day_name(DAY, language="vi", precision=precision) == vi
    assert periods.day_name(DAY, language="en", precision=precision) == en


@pytest.mark.parametrize(("month", "quarter"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (9, 3), (10, 4), (12, 4)])
def test_quarters_begin_in_january_april_july_and_october(month, quarter):
    assert periods.day_name(date(2025, month, 1), language="en", precision="quarter") == f"Q{quarter} 2025"


@given(st.dates())
def test_a_day_written_in_vietnamese_or_as_iso_is_read_back(day):
    assert periods.parse_day(day.isoformat()) == day
    if day.year >= 1000:
        assert periods.parse_day(periods.day_name(day, language="vi")) == day


def test_a_moment_without_the_second_clock_is_as_known_now():
    assert periods.Moment(DAY) == periods.Moment(DAY, None)
