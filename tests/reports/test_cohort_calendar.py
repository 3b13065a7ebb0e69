from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest

from retention import DataError
from retention.reports.cohort_calendar import (
    PERIODS,
    check_period,
    last_period,
    number_expression,
    period_days,
    period_numbers,
    period_starts,
)

#: Every day of eight years, leap years and the turn of a century of them among these.
DAYS = np.arange("1998-01-01", "2006-01-01", dtype="datetime64[D]")


@pytest.mark.parametrize("period", PERIODS)
def test_each_period_has_the_number_above_the_one_before(period):
    numbers = period_numbers(DAYS, period)
    assert set(np.diff(numbers)) == {0, 1}
    # The first day of a day's period is not after the day, and that of the next one is.
    assert (period_starts(numbers, period) <= DAYS).all()
    assert (period_starts(numbers + 1, period) > DAYS).all()


@pytest.mark.parametrize(
    ("period", "frequency"), [("week", "W-SUN"), ("month", "M"), ("quarter", "Q")]
)
def test_periods_are_those_of_pandas(period, frequency):
    expected = pd.DatetimeIndex(DAYS).to_period(frequency)
    starts = pd.DatetimeIndex(period_starts(period_numbers(DAYS, period), period))
    assert (starts == expected.start_time).all()
    lengths = period_days(starts, period)
    assert (lengths == (expected.end_time.normalize() - starts).days + 1).all()


@pytest.mark.parametrize("period", PERIODS)
def test_the_query_numbers_periods_alike(period):
    moments = pd.DataFrame({"moment": DAYS.astype("datetime64[us]")})
    table = ibis.memtable(moments)
    found = table.select("moment", number=number_expression(table.moment, period)).to_pandas()
    found = found.sort_values("moment")["number"]
    assert found.tolist() == period_numbers(DAYS, period).tolist()


@pytest.mark.parametrize(("day", "over"), [(30, 0), (31, 1)])
def test_a_period_is_over_on_its_last_day(day, over):
    end = date(2024, 3, day)
    assert last_period("month", end, whole=True) == last_period("month", end) - 1 + over


def test_a_period_that_there_is_not_is_refused():
    with pytest.raises(DataError, match=r"no cohorts by 'day'. Choose one of week, month, quarter"):
        check_period("day")
