"""Days as people write them, read through to the orders."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from retention import read_orders
from retention.errors import DataError
from tests.order_files import (
    DATE_STYLES,
    ENGLISH_MONTHS,
    ENGLISH_SHORT,
    FILIPINO_MONTHS,
    FILIPINO_SHORT,
    THAI_MONTHS,
    THAI_SHORT,
    TIMED_STYLES,
    TODAY,
    assert_nothing_vanished,
    csv_bytes,
    excel_serial,
    rows_dropped,
)

HEADER = ("Order ID", "Email", "Order date", "Total")
MOMENTS = (
    datetime(2023, 1, 3, 0, 5, 9),
    datetime(2023, 2, 28, 12, 0, 0),
    datetime(2023, 12, 31, 23, 59, 58),
    datetime(2024, 2, 29, 7, 8, 9),
    datetime(2024, 3, 5, 14, 30, 0),
    datetime(2024, 6, 30, 12, 45, 0),
    datetime(2024, 10, 11, 9, 0, 0),
    datetime(2024, 11, 12, 0, 30, 0),
)


def read_dates(texts, header=HEADER, **options):
    """Orders of 10.00 each with the dates given, one customer an order."""
    rows = [(f"{1000 + i}", f"c{i}@example.com", text, "10.00") for i, text in enumerate(texts)]
    return read_orders(csv_bytes(header, rows), name="orders.csv", **options)


def moments(orders) -> list[pd.Timestamp]:
    return list(pd.to_datetime(orders.table.to_pandas().sort_values("order_id")["ordered_at"]))


def days(orders) -> list[date]:
    return [moment.date() for moment in moments(orders)]


@pytest.mark.parametrize("style", DATE_STYLES)
def test_moment_is_read_as_written(style):
    orders = read_dates(map(DATE_STYLES[style], MOMENTS))
    assert days(orders) == [moment.date() for moment in MOMENTS]
    assert (orders.start, orders.end) == (MOMENTS[0].date(), MOMENTS[-1].date())
    assert orders.report.dropped == {}
    assert orders.report.questions == ()
    wanted = pd.Series(
        MOMENTS if style in TIMED_STYLES else [m.date() for m in MOMENTS], dtype="datetime64[ns]"
    )
    assert ((pd.Series(moments(orders)) - wanted).abs() < pd.Timedelta(minutes=1)).all()


ZONED = {
    "offset": ["2024-03-05 23:30:00 -0400", "2024-03-05 23:30:00 -0500"],
    "offset with colon": [
        "2024-03-05T23:30:00-04:00",
        "2024-03-05T23:30+07:00",
        "2024-03-05 23:30:00.000000 +00:00",
    ],
    "zone by name": ["2024-03-05T23:30:00Z", "2024-03-05 23:30:00 UTC", "2024-03-05T23:30:00.123456Z"],
    "mail header": ["Tue, 05 Mar 2024 23:30:00 +0000", "Tue, 5 Mar 2024 23:30:00 -0700"],
}


@pytest.mark.parametrize("form", ZONED)
def test_zone_never_changes_the_shops_calendar_day(form):
    found = moments(read_dates(ZONED[form]))
    assert [moment.floor("min") for moment in found] == [pd.Timestamp(2024, 3, 5, 23, 30)] * len(found)


def test_summer_and_winter_offsets_in_one_column():
    orders = read_dates(
        ["2024-03-09 23:30:00 -0500", "2024-03-10 23:30:00 -0400", "2024-11-04 00:15:00 -0500"]
    )
    assert days(orders) == [date(2024, 3, 9), date(2024, 3, 10), date(2024, 11, 4)]


def test_dates_with_and_without_time_in_one_column():
    orders = read_dates(["2024-03-05", "2024-03-06 10:00", "2024-03-07T11:00:00Z", " 2024-03-08 "])
    assert days(orders) == [date(2024, 3, day) for day in (5, 6, 7, 8)]


def test_noon_and_midnight_of_the_twelve_hour_clock():
    clocks = {"12:05 AM": 0, "12:05 PM": 12, "1:05 am": 1, "11:05 p.m.": 23, "01:05PM": 13, "11:05:00 AM": 11}
    found = moments(read_dates([f"3/25/2024 {clock}" for clock in clocks]))
    assert [(moment.day, moment.hour, moment.minute) for moment in found] == [
        (25, h, 5) for h in clocks.values()
    ]


# --- which comes first, the day or the month ------------------------------------------------------

AMBIGUOUS = ("03/04/2024", "05/04/2024", "01/02/2024", "11/12/2023", "07/08/2024", "02/01/2024")


def test_one_day_past_the_12th_decides_the_whole_column():
    day_first = read_dates([*AMBIGUOUS, "13/05/2024"])
    month_first = read_dates([*AMBIGUOUS, "05/13/2024"])
    assert days(day_first)[:2] == [date(2024, 4, 3), date(2024, 4, 5)]
    assert days(month_first)[:2] == [date(2024, 3, 4), date(2024, 5, 4)]
    assert days(day_first)[-1] == days(month_first)[-1] == date(2024, 5, 13)


def test_deciding_day_may_stand_in_the_last_of_many_rows():
    texts = [AMBIGUOUS[i % len(AMBIGUOUS)] for i in range(5000)] + ["05/13/2024"]
    assert days(read_dates(texts))[0] == date(2024, 3, 4)


def test_where_both_stay_possible_the_reader_says_what_it_assumed_and_asks():
    orders = read_dates(AMBIGUOUS)
    (question,) = orders.report.questions
    assert question.setting == "day_first"
    assert "Order date" in question.text
    assert set(question.options) == {True, False}
    assert days(orders)[0] == (date(2024, 4, 3) if question.assumed else date(2024, 3, 4))
    assert any("day first" in note or "month first" in note for note in orders.report.notes)


def test_the_marketer_can_say_which_comes_first():
    assert days(read_dates(AMBIGUOUS, day_first=True))[:2] == [date(2024, 4, 3), date(2024, 4, 5)]
    assert days(read_dates(AMBIGUOUS, day_first=False))[:2] == [date(2024, 3, 4), date(2024, 5, 4)]


def test_saying_so_also_holds_for_two_digit_years():
    assert days(read_dates(["03/04/24", "05/04/24"], day_first=True)) == [date(2024, 4, 3), date(2024, 4, 5)]
    assert days(read_dates(["03/04/24", "05/04/24"], day_first=False)) == [date(2024, 3, 4), date(2024, 5, 4)]


def test_iso_dates_are_never_in_doubt():
    texts = ["2024-03-04", "2024-05-04", "2024-01-02"]
    for day_first in (None, True, False):
        orders = read_dates(texts, day_first=day_first)
        assert days(orders) == [date.fromisoformat(text) for text in texts]
        assert orders.report.questions == ()


def test_a_column_that_contradicts_itself_loses_no_row_silently():
    orders = read_dates([*AMBIGUOUS, *("13/05/2024", "14/05/2024", "15/05/2024"), "05/16/2024"])
    assert_nothing_vanished(orders)
    assert orders.report.dropped or any("date" in note.casefold() for note in orders.report.notes)
    assert days(orders)[0] == date(2024, 4, 3)


# --- two-digit and Buddhist years -----------------------------------------------------------------


def test_two_digit_years_are_of_this_century_unless_that_is_the_future():
    texts = ["15.03.95", "15.03.99", "15.03.00", "15.03.09", "15.03.24", "28.03.25"]
    assert [day.year for day in days(read_dates(texts))] == [1995, 1999, 2000, 2009, 2024, 2025]


MONTH_NAMES = {
    "English": (ENGLISH_MONTHS, "{name} 15, 2023", "15 {name} 2023"),
    "English, short": (ENGLISH_SHORT, "{name} 15, 2023", "15-{name}-23"),
    "English, capitals": ([name.upper() for name in ENGLISH_MONTHS], "{name} 15, 2023", "15 {name} 2023"),
    "Filipino": (FILIPINO_MONTHS, "{name} 15, 2023", "ika-15 ng {name} 2023"),
    "Filipino, short": (FILIPINO_SHORT, "{name} 15, 2023", "15 {name} 2023"),
    "Filipino, small": ([name.lower() for name in FILIPINO_MONTHS], "{name} 15, 2023", "15 {name} 2023"),
    "Thai": (THAI_MONTHS, "15 {name} 2566", "วันที่ 15 {name} พ.ศ. 2566"),
    "Thai, short": (THAI_SHORT, "15 {name} 2566", "15 {name} 66"),
}


@pytest.mark.parametrize("language", MONTH_NAMES)
def test_every_month_name(language):
    names, *forms = MONTH_NAMES[language]
    for form in forms:
        orders = read_dates([form.format(name=name) for name in names])
        assert days(orders) == [date(2023, month, 15) for month in range(1, 13)], form


def test_september_in_four_letters():
    assert days(read_dates(["Sept 5, 2023", "Sep 6, 2023", "Sept. 7, 2023"])) == [
        date(2023, 9, d) for d in (5, 6, 7)
    ]


def test_buddhist_year_has_its_own_leap_days():
    """2567 BE is 2024, a leap year; 2567 itself, taken as a Gregorian year, is none."""
    assert days(read_dates(["29/02/2567", "28/02/2566"])) == [date(2024, 2, 29), date(2023, 2, 28)]


def test_thai_clock_mark_after_the_time():
    assert days(read_dates(["15/03/2567 14:30 น.", "16/03/2567 09:05 น."])) == [
        date(2024, 3, 15),
        date(2024, 3, 16),
    ]


def test_buddhist_and_gregorian_years_in_one_column():
    assert days(read_dates(["15/03/2567", "16/03/2024", "17/03/2567"])) == [
        date(2024, 3, d) for d in (15, 16, 17)
    ]


# --- separate columns, serial numbers -------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "names"), [("%H:%M:%S", ("Date", "Time")), ("%I:%M %p", ("Sale date", "Sale time"))]
)
def test_date_and_time_in_separate_columns(form, names):
    rows = [
        (f"{1000 + i}", f"c{i}@example.com", f"{moment:%m/%d/%Y}", f"{moment:{form}}", "10.00")
        for i, moment in enumerate(MOMENTS)
    ]
    orders = read_orders(csv_bytes(("Order ID", "Email", *names, "Total"), rows), name="sales.csv")
    wanted = [pd.Timestamp(moment) for moment in MOMENTS]
    assert all(abs(a - b) < pd.Timedelta(minutes=1) for a, b in zip(moments(orders), wanted, strict=True))


def test_a_time_that_cannot_be_read_costs_no_order():
    rows = [
        ("1", "a@example.com", "2024-03-05", "", "10"),
        ("2", "b@example.com", "2024-03-06", "noon", "10"),
    ]
    orders = read_orders(csv_bytes(("Order ID", "Email", "Date", "Time", "Total"), rows), name="sales.csv")
    assert days(orders) == [date(2024, 3, 5), date(2024, 3, 6)]


def test_excel_serials_with_thousands_of_rows_do_not_become_money_or_ids():
    start = datetime(2022, 1, 1, 8)
    texts = [f"{excel_serial(start + timedelta(hours=7 * i)):.5f}" for i in range(2000)]
    found = days(read_dates(texts))
    assert found[0] == date(2022, 1, 1)
    assert found[-1] == (start + timedelta(hours=7 * 1999)).date()


# --- days that cannot be --------------------------------------------------------------------------


def test_impossible_years_are_dropped_with_their_lines():
    impossible = ["9999-12-31", "1900-01-01", "1970-01-01", "0001-01-01", "2924-03-05", "1989-12-31"]
    orders = read_dates(["2024-03-05", *impossible, "2024-03-06"])
    assert days(orders) == [date(2024, 3, 5), date(2024, 3, 6)]
    assert_nothing_vanished(orders)
    (reason,) = orders.report.reasons
    assert "date" in reason.reason.casefold()
    assert reason.rows == len(impossible)
    assert reason.first_lines[:2] == (3, 4)
    assert reason.revenue == pytest.approx(10.0 * len(impossible))


def test_next_year_may_be_an_advance_order_but_not_the_year_after():
    soon, late = TODAY + timedelta(days=200), TODAY + timedelta(days=500)
    orders = read_dates([TODAY.isoformat(), soon.isoformat(), late.isoformat()])
    assert days(orders) == [TODAY, soon]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("2024-03-13", ["2024-02-30", "2023-02-29", "2024-13-01", "0000-00-00", "soon", "-", ""]),
        ("13/03/2024", ["30/02/2024", "29/02/2023", "31/04/2024", "00/01/2024", "01/00/2024", "13/03", ""]),
        ("13 Mar 2024", ["30 Feb 2024", "0 Mar 2024", "Mar 2024", "2024", "13 Marvellous 2024", "tomorrow"]),
    ],
)
def test_days_that_no_calendar_has_are_dropped_not_shifted(good, bad):
    orders = read_dates([good, *bad, good, good, good, good, good])
    assert days(orders) == [date(2024, 3, 13)] * 6
    assert rows_dropped(orders, "date") == len(bad)
    assert orders.report.reasons[0].first_lines == tuple(range(3, 3 + min(5, len(bad))))


def test_no_readable_date_at_all_is_refused_with_an_example():
    with pytest.raises(DataError, match=r"(?i)date") as error:
        read_dates(["soon", "later", "tomorrow"])
    assert "Order date" in str(error.value)


def test_numbers_too_small_for_a_serial_are_no_dates():
    with pytest.raises(DataError, match=r"(?i)date"):
        read_dates(["1", "2", "3"])
