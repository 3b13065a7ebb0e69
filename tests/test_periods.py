from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from retention import DataError, Period, preset_period
from retention.periods import PRESETS, Window, as_date, months_of, whole_preset

FIRST, LAST = date(2024, 2, 10), date(2025, 8, 20)


def test_a_period_holds_its_first_day_and_not_its_end():
    period = Period(date(2024, 3, 1), date(2024, 4, 1))
    assert (period.days, period.last) == (31, date(2024, 3, 31))


def test_the_previous_period_is_as_long_and_ends_where_it_begins():
    assert Period(date(2024, 3, 1), date(2024, 4, 1)).previous() == Period(
        date(2024, 1, 30), date(2024, 3, 1)
    )


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        (date(2024, 3, 1), date(2024, 4, 1), (date(2023, 3, 1), date(2023, 4, 1))),
        (date(2025, 1, 1), date(2026, 1, 1), (date(2024, 1, 1), date(2025, 1, 1))),
        (date(2024, 2, 1), date(2024, 3, 1), (date(2023, 2, 1), date(2023, 3, 1))),
        (date(2024, 2, 29), date(2024, 3, 1), (date(2023, 2, 28), date(2023, 3, 1))),
    ],
)
def test_the_year_before_has_the_same_days(start, end, before):
    assert Period(start, end).year_before() == Period(*before)


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("30", date(2025, 7, 22), date(2025, 8, 21)),
        ("90", date(2025, 5, 23), date(2025, 8, 21)),
        ("365", date(2024, 8, 21), date(2025, 8, 21)),
        ("quarter", date(2025, 7, 1), date(2025, 8, 21)),
        ("last_quarter", date(2025, 4, 1), date(2025, 7, 1)),
        ("year", date(2025, 1, 1), date(2025, 8, 21)),
        ("last_year", FIRST, date(2025, 1, 1)),
        ("all", FIRST, date(2025, 8, 21)),
    ],
)
def test_presets_end_with_the_orders_or_with_the_calendar(preset, start, end):
    assert preset_period(preset, FIRST, LAST) == Period(start, end)


def test_a_preset_does_not_reach_before_the_first_order():
    first, last = date(2026, 5, 2), date(2026, 9, 25)
    assert preset_period("365", first, last) == Period(first, date(2026, 9, 26))
    assert whole_preset("365", first, last) == Period(date(2025, 9, 26), date(2026, 9, 26))
    # One before all orders is left as it is: it has no scorecard, which says so.
    assert preset_period("last_year", first, last) == Period(date(2025, 1, 1), date(2026, 1, 1))


def test_every_preset_has_a_period():
    assert all(preset_period(preset, FIRST, LAST).days > 0 for preset in PRESETS)


def test_an_unknown_preset_is_refused_with_the_choices():
    with pytest.raises(DataError, match=r"fortnight.*quarter"):
        preset_period("fortnight", FIRST, LAST)


def test_a_period_without_a_day_is_refused():
    with pytest.raises(DataError, match="holds no day"):
        Period(date(2024, 3, 1), date(2024, 3, 1))


def test_months_are_whole_whatever_day_the_orders_begin_on():
    months = months_of(date(2024, 1, 31), date(2024, 3, 1))
    assert months == [
        Period(date(2024, 1, 1), date(2024, 2, 1)),
        Period(date(2024, 2, 1), date(2024, 3, 1)),
        Period(date(2024, 3, 1), date(2024, 4, 1)),
    ]


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(1, 4_000))
def test_neighbours_meet_and_are_as_long(start, days):
    from datetime import timedelta

    period = Period(start, start + timedelta(days=days))
    assert period.previous().end == period.start
    assert period.previous().days == period.days
    assert abs(period.year_before().days - period.days) <= 1


@pytest.mark.parametrize(
    "value",
    [
        date(2024, 6, 30),
        "2024-06-30",
        "2024-06-30T13:05:00",
        datetime(2024, 6, 30, 13, 5),
        pd.Timestamp("2024-06-30 13:05", tz="Asia/Bangkok"),
        np.datetime64("2024-06-30"),
    ],
)
def test_a_day_may_be_given_in_many_ways(value):
    assert as_date(value) == date(2024, 6, 30)
    assert Period(value, "2024-07-02").days == 2


@pytest.mark.parametrize(
    "value", ["01/04/2026", "3.4.2026", "1997", "1997-09", "soon", "", None, pd.NaT, 19970930, 5.0]
)
def test_what_could_be_several_days_or_none_is_refused(value):
    with pytest.raises(DataError, match="year-month-day"):
        as_date(value)


def test_a_window_has_both_its_ends_and_is_read_on_the_day_after():
    window = Window.of_days(date(2026, 10, 1), 30)
    assert (window.end, window.days) == (date(2026, 10, 30), 30)
    assert window.look_on == date(2026, 10, 31)
    assert date(2026, 10, 30) in window
    assert date(2026, 10, 31) not in window
    assert date(2026, 9, 30) not in window


def test_orders_hold_a_window_once_there_is_one_of_a_later_day():
    window = Window(date(2026, 10, 1), date(2026, 10, 30))
    assert not window.is_held_by(date(2026, 10, 30))
    assert window.is_held_by(window.look_on)
