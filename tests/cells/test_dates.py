"""Days as people write them, read through to the orders."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from retention import DataError, read_orders
from retention.cells.dates import looks_like_date
from tests.cells.whole_columns import HEADER, date_column
from tests.support.order_files import (
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


def read_orders_on(texts, header=HEADER, **options):
    """Orders of 10.00 each with the dates given, one customer an order."""
    rows = [(f"{1000 + i}", f"c{i}@example.com", text, "10.00") for i, text in enumerate(texts)]
    return read_orders(csv_bytes(header, rows), name="orders.csv", **options)


def moments(orders) -> list[pd.Timestamp]:
    return list(pd.to_datetime(orders.table.to_pandas().sort_values("order_id")["ordered_at"]))


def dates(found: list[pd.Timestamp]) -> list[date]:
    return [moment.date() for moment in found]


def days(orders) -> list[date]:
    return dates(moments(orders))


@pytest.mark.parametrize("style", DATE_STYLES)
def test_moment_is_read_as_written(style):
    found = pd.Series(date_column(map(DATE_STYLES[style], MOMENTS)))
    wanted = pd.Series(
        MOMENTS if style in TIMED_STYLES else [m.date() for m in MOMENTS], dtype="datetime64[ns]"
    )
    assert (found.dt.date == pd.Series(MOMENTS).dt.date).all()
    assert ((found - wanted).abs() < pd.Timedelta(minutes=1)).all()


@pytest.mark.parametrize(
    "style", ["space -0400", "month first, short", "Thai short month", "Excel time"]
)
def test_orders_have_the_days_as_written(style):
    orders = read_orders_on(map(DATE_STYLES[style], MOMENTS))
    assert days(orders) == [moment.date() for moment in MOMENTS]
    assert (orders.start, orders.end) == (MOMENTS[0].date(), MOMENTS[-1].date())
    assert orders.report.dropped == {}
    assert orders.report.questions == ()


ZONED = {
    "offset": ["2024-03-05 23:30:00 -0400", "2024-03-05 23:30:00 -0500"],
    "offset with colon": [
        "2024-03-05T23:30:00-04:00",
        "2024-03-05T23:30+07:00",
        "2024-03-05 23:30:00.000000 +00:00",
    ],
    "zone by name": [
        "2024-03-05T23:30:00Z",
        "2024-03-05 23:30:00 UTC",
        "2024-03-05T23:30:00.123456Z",
    ],
    "mail header": ["Tue, 05 Mar 2024 23:30:00 +0000", "Tue, 5 Mar 2024 23:30:00 -0700"],
}


@pytest.mark.parametrize("form", ZONED)
def test_zone_never_changes_the_shops_calendar_day(form):
    found = date_column(ZONED[form])
    assert [moment.floor("min") for moment in found] == [pd.Timestamp(2024, 3, 5, 23, 30)] * len(
        found
    )


def test_summer_and_winter_offsets_in_one_column():
    found = date_column(
        ["2024-03-09 23:30:00 -0500", "2024-03-10 23:30:00 -0400", "2024-11-04 00:15:00 -0500"]
    )
    assert dates(found) == [date(2024, 3, 9), date(2024, 3, 10), date(2024, 11, 4)]


def test_dates_with_and_without_time_in_one_column():
    found = date_column(["2024-03-05", "2024-03-06 10:00", "2024-03-07T11:00:00Z", " 2024-03-08 "])
    assert dates(found) == [date(2024, 3, day) for day in (5, 6, 7, 8)]


def test_noon_and_midnight_of_the_twelve_hour_clock():
    clocks = {
        "12:05 AM": 0,
        "12:05 PM": 12,
        "1:05 am": 1,
        "11:05 p.m.": 23,
        "01:05PM": 13,
        "11:05:00 AM": 11,
    }
    found = date_column([f"3/25/2024 {clock}" for clock in clocks])
    assert [(moment.day, moment.hour, moment.minute) for moment in found] == [
        (25, h, 5) for h in clocks.values()
    ]


# --- which comes first, the day or the month ------------------------------------------------------

AMBIGUOUS = ("03/04/2024", "05/04/2024", "01/02/2024", "11/12/2023", "07/08/2024", "02/01/2024")


@pytest.mark.parametrize("times", [1, 1000])
def test_one_day_past_the_12th_decides_the_whole_column(times):
    assert dates(date_column([*AMBIGUOUS * times, "13/05/2024"]))[:2] == [
        date(2024, 4, 3),
        date(2024, 4, 5),
    ]
    assert dates(date_column([*AMBIGUOUS * times, "05/13/2024"]))[:2] == [
        date(2024, 3, 4),
        date(2024, 5, 4),
    ]


def test_where_both_stay_possible_the_reader_says_what_it_assumed_and_asks():
    orders = read_orders_on(AMBIGUOUS)
    (question,) = orders.report.questions
    assert question.setting == "day_first"
    assert "Order date" in question.text
    assert set(question.options) == {True, False}
    assert days(orders)[0] == (date(2024, 4, 3) if question.assumed else date(2024, 3, 4))
    assert any("day first" in note or "month first" in note for note in orders.report.notes)


def test_the_marketer_can_say_which_comes_first():
    assert days(read_orders_on(AMBIGUOUS, day_first=True))[:2] == [
        date(2024, 4, 3),
        date(2024, 4, 5),
    ]
    assert days(read_orders_on(AMBIGUOUS, day_first=False))[:2] == [
        date(2024, 3, 4),
        date(2024, 5, 4),
    ]


def test_saying_so_also_holds_for_two_digit_years():
    texts = ["03/04/24", "05/04/24"]
    assert dates(date_column(texts, day_first=True)) == [date(2024, 4, 3), date(2024, 4, 5)]
    assert dates(date_column(texts, day_first=False)) == [date(2024, 3, 4), date(2024, 5, 4)]


def test_iso_dates_are_never_in_doubt():
    texts = ["2024-03-04", "2024-05-04", "2024-01-02"]
    for day_first in (None, True, False):
        assert dates(date_column(texts, day_first)) == [date.fromisoformat(text) for text in texts]
    assert read_orders_on(texts).report.questions == ()


def test_a_column_that_contradicts_itself_loses_no_row_silently():
    orders = read_orders_on([*AMBIGUOUS, *("13/05/2024", "14/05/2024", "15/05/2024"), "05/16/2024"])
    assert_nothing_vanished(orders)
    assert orders.report.dropped or any("date" in note.casefold() for note in orders.report.notes)
    assert days(orders)[0] == date(2024, 4, 3)


# --- two-digit and Buddhist years -----------------------------------------------------------------


def test_two_digit_years_are_of_this_century_unless_that_is_the_future():
    texts = ["15.03.95", "15.03.99", "15.03.00", "15.03.09", "15.03.24", "28.03.25"]
    assert [day.year for day in date_column(texts)] == [1995, 1999, 2000, 2009, 2024, 2025]


MONTH_NAMES = {
    "English": (ENGLISH_MONTHS, "{name} 15, 2023", "15 {name} 2023"),
    "English, short": (ENGLISH_SHORT, "{name} 15, 2023", "15-{name}-23"),
    "English, capitals": (
        [name.upper() for name in ENGLISH_MONTHS],
        "{name} 15, 2023",
        "15 {name} 2023",
    ),
    "Filipino": (FILIPINO_MONTHS, "{name} 15, 2023", "ika-15 ng {name} 2023"),
    "Filipino, short": (FILIPINO_SHORT, "{name} 15, 2023", "15 {name} 2023"),
    "Filipino, small": (
        [name.lower() for name in FILIPINO_MONTHS],
        "{name} 15, 2023",
        "15 {name} 2023",
    ),
    "Thai": (THAI_MONTHS, "15 {name} 2566", "วันที่ 15 {name} พ.ศ. 2566"),
    "Thai, short": (THAI_SHORT, "15 {name} 2566", "15 {name} 66"),
}


@pytest.mark.parametrize("language", MONTH_NAMES)
def test_every_month_name(language):
    names, *forms = MONTH_NAMES[language]
    found = date_column([form.format(name=name) for form in forms for name in names])
    assert dates(found) == [date(2023, month, 15) for month in range(1, 13)] * 2


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["Sept 5, 2023", "Sep 6, 2023", "Sept. 7, 2023"], [date(2023, 9, d) for d in (5, 6, 7)]),
        # 2567 BE is 2024, a leap year; 2567 itself, taken as a Gregorian year, is none
        (["29/02/2567", "28/02/2566"], [date(2024, 2, 29), date(2023, 2, 28)]),
        (["15/03/2567 14:30 น.", "16/03/2567 09:05 น."], [date(2024, 3, 15), date(2024, 3, 16)]),
        (["15/03/2567", "16/03/2024", "17/03/2567"], [date(2024, 3, d) for d in (15, 16, 17)]),
        (
            ["15/03/67", "16/03/67", "28/12/66"],
            [date(2024, 3, 15), date(2024, 3, 16), date(2023, 12, 28)],
        ),
        (["๑๕/๐๓/๒๕๖๗", "๑๖ มีนาคม ๒๕๖๗"], [date(2024, 3, 15), date(2024, 3, 16)]),
        (
            ["1st March 2024", "2nd March 2024", "23rd March 2024"],
            [date(2024, 3, d) for d in (1, 2, 23)],
        ),
        (["March 1st, 2024", "March 15th, 2024"], [date(2024, 3, 1), date(2024, 3, 15)]),
        (["2024/3/5", "2024/12/25"], [date(2024, 3, 5), date(2024, 12, 25)]),
        (["5-3-2024", "25-12-2024"], [date(2024, 3, 5), date(2024, 12, 25)]),
    ],
)
def test_other_ways_to_write_a_day(texts, wanted):
    assert dates(date_column(texts)) == wanted


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
    assert all(
        abs(a - b) < pd.Timedelta(minutes=1) for a, b in zip(moments(orders), wanted, strict=True)
    )


def test_a_time_that_cannot_be_read_costs_no_order():
    rows = [
        ("1", "a@example.com", "2024-03-05", "", "10"),
        ("2", "b@example.com", "2024-03-06", "noon", "10"),
    ]
    orders = read_orders(
        csv_bytes(("Order ID", "Email", "Date", "Time", "Total"), rows), name="sales.csv"
    )
    assert days(orders) == [date(2024, 3, 5), date(2024, 3, 6)]


def test_excel_serials_with_thousands_of_rows_do_not_become_money_or_ids():
    start = datetime(2022, 1, 1, 8)
    texts = [f"{excel_serial(start + timedelta(hours=7 * i)):.5f}" for i in range(2000)]
    found = dates(date_column(texts))
    assert found[0] == date(2022, 1, 1)
    assert found[-1] == (start + timedelta(hours=7 * 1999)).date()


# --- days that cannot be --------------------------------------------------------------------------


def test_impossible_years_are_dropped_with_their_lines():
    impossible = [
        "9999-12-31",
        "1900-01-01",
        "1970-01-01",
        "0001-01-01",
        "2924-03-05",
        "1989-12-31",
    ]
    orders = read_orders_on(["2024-03-05", *impossible, "2024-03-06"])
    assert days(orders) == [date(2024, 3, 5), date(2024, 3, 6)]
    assert_nothing_vanished(orders)
    (reason,) = orders.report.reasons
    assert "date" in reason.reason.casefold()
    assert reason.rows == len(impossible)
    assert reason.first_lines[:2] == (3, 4)
    assert reason.revenue == pytest.approx(10.0 * len(impossible))


def test_next_year_may_be_an_advance_order_but_not_the_year_after():
    soon, late = TODAY + timedelta(days=200), TODAY + timedelta(days=500)
    orders = read_orders_on([TODAY.isoformat(), soon.isoformat(), late.isoformat()])
    assert days(orders) == [TODAY, soon]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("2024-03-13", ["2024-02-30", "2023-02-29", "2024-13-01", "0000-00-00", "soon", "-", ""]),
        (
            "13/03/2024",
            ["30/02/2024", "29/02/2023", "31/04/2024", "00/01/2024", "01/00/2024", "13/03", ""],
        ),
        (
            "13 Mar 2024",
            ["30 Feb 2024", "0 Mar 2024", "Mar 2024", "2024", "13 Marvellous 2024", "tomorrow"],
        ),
    ],
)
def test_days_that_no_calendar_has_are_dropped_not_shifted(good, bad):
    orders = read_orders_on([good, *bad, good, good, good, good, good])
    assert days(orders) == [date(2024, 3, 13)] * 6
    assert rows_dropped(orders, "date") == len(bad)
    assert orders.report.reasons[0].first_lines == tuple(range(3, 3 + min(5, len(bad))))


def test_no_readable_date_at_all_is_refused_with_an_example():
    with pytest.raises(DataError, match=r"(?i)date") as error:
        read_orders_on(["soon", "later", "tomorrow"])
    assert "Order date" in str(error.value)


def test_numbers_too_small_for_a_serial_are_no_dates():
    with pytest.raises(DataError, match=r"(?i)date"):
        read_orders_on(["1", "2", "3"])


@pytest.mark.parametrize(
    "cell",
    ["2025年02月03日 09:05", "2025년 2월 3일", "3. 2. 2025 09:05", "2025. 2. 3.", "03/ 02/ 2025"],
)
def test_days_with_blanks_and_words_between_look_like_dates(cell):
    assert looks_like_date(cell)
