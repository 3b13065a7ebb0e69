from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import SeasonIndex
from retention.models.season.index import PLAIN, day_number, harmonics
from tests.support.histories import WINTER

coefficients = st.lists(st.floats(-0.8, 0.8), min_size=1, max_size=6).map(
    lambda pairs: tuple(x for value in pairs for x in (value, -value / 2))
)
moments = st.floats(-40_000, 60_000)


def season(values: tuple[float, ...]) -> SeasonIndex:
    return SeasonIndex(coefficients=values, reason="")


@settings(max_examples=50, deadline=None)
@given(coefficients, st.integers(1960, 2080))
def test_the_mean_of_every_year_is_one(values, year):
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    assert season(values).on(days).mean() == pytest.approx(1, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(coefficients, moments, st.floats(0, 3_000), st.floats(0, 3_000))
def test_the_clock_never_runs_back_and_adds_up(values, start, first, second):
    index = season(values)
    whole = index.elapsed(start, start + first + second)
    parts = (
        index.elapsed(start, start + first),
        index.elapsed(start + first, start + first + second),
    )
    assert min(parts) >= 0
    assert whole == pytest.approx(sum(parts), rel=1e-9, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(coefficients, moments, st.floats(0, 3_000))
def test_the_days_until_the_clock_has_run_so_far_are_its_inverse(values, start, days):
    index = season(values)
    assert index.days_until(start, index.elapsed(start, start + days)) == pytest.approx(
        days, rel=1e-7, abs=1e-6
    )


@settings(max_examples=30, deadline=None)
@given(coefficients, st.integers(1960, 2080), st.integers(1, 9))
def test_a_year_is_a_year_on_the_clock(values, year, years):
    start, end = day_number(date(year, 1, 1)) - 1, day_number(date(year + years, 1, 1)) - 1
    assert season(values).elapsed(start, end) == pytest.approx(end - start, abs=1e-7)


def test_the_clock_is_the_sum_of_the_index_over_days():
    first, last = day_number("2023-11-20"), day_number("2024-03-15")
    days = np.arange(first + 1, last + 1)
    assert WINTER.elapsed(first, last) == pytest.approx(WINTER.on(days).sum(), rel=1e-12)
    # Half a day is half of that day's time.
    part = WINTER.elapsed(last, last + 0.5)
    assert part == pytest.approx(WINTER.on(last + 1) / 2)


def test_a_leap_day_is_a_day_of_its_season():
    days = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    before, leap, after = WINTER.on(np.array(days, dtype="datetime64[D]"))
    assert before > leap > after
    year = pd.date_range("2024-01-01", "2024-12-31")
    assert WINTER.elapsed(day_number("2023-12-31"), day_number("2024-12-31")) == pytest.approx(366)
    assert len(WINTER.on(year)) == 366


@pytest.mark.parametrize("year", [2023, 2024])
def test_every_calendar_year_is_a_full_turn(year):
    rows = harmonics(pd.date_range(f"{year}-01-01", f"{year}-12-31"), 3)
    assert np.abs(rows.sum(axis=0)).max() < 1e-9
    assert rows.T @ rows == pytest.approx(np.eye(6) * len(rows) / 2, abs=1e-8)


def test_the_same_day_has_the_same_time_whatever_stands_beside_it():
    """The last purchase of a customer never comes after the end, not by rounding either."""
    days = np.arange(10_000, 20_000)
    alone = np.array([WINTER.elapsed(10_000, day) for day in days[::97]])
    assert (WINTER.elapsed(10_000, days)[::97] == alone).all()


def test_without_a_season_a_day_is_a_day():
    assert PLAIN.is_plain
    assert PLAIN.harmonics == 0
    assert PLAIN.elapsed(10, [20, 31.5]).tolist() == [10, 21.5]
    assert PLAIN.days_until([5, 6], [1, np.inf]).tolist() == [1, np.inf]
    assert (PLAIN.on(["2024-02-29", "2024-12-24"]) == 1).all()
    assert (PLAIN.by_month()[["index", "low", "high"]] == 1).all(axis=None)


def test_a_time_that_never_comes_stays_infinite():
    assert WINTER.days_until([0.0, 100.0], [np.inf, 3.0])[0] == np.inf
    assert WINTER.days_until(0.0, 1e12) == 1e12


def test_months_say_what_they_sell_of_an_average_month():
    months = WINTER.by_month()
    assert months["month"].tolist() == list(range(1, 13))
    assert months["index"].idxmax() == 11
    days_of_month = pd.date_range("2023-01-01", "2023-12-31").days_in_month
    weights = (
        pd.Series(days_of_month).groupby(pd.date_range("2023-01-01", "2023-12-31").month).size()
    )
    assert np.average(months["index"], weights=weights) == pytest.approx(1)
    assert (months["low"] == months["index"]).all()  # nothing is said of its error


def test_the_slope_of_the_clock_is_that_of_its_logarithm():
    start, ends = day_number("2023-10-05"), np.array([40.0, 90.5, 400.0])
    slopes = WINTER.basis_over(start, start + ends)
    for place in range(6):
        moved = []
        for step in (1e-5, -1e-5):
            values = list(WINTER.coefficients)
            values[place] += step
            moved.append(np.log(season(tuple(values)).elapsed(start, start + ends)))
        assert slopes[:, place] == pytest.approx((moved[0] - moved[1]) / 2e-5, abs=1e-6)


def test_what_moves_the_store_evens_out_over_long_horizons():
    index = SeasonIndex(weekly_spread=0.2, level_spread=0.1, level_days=90.0)
    week, month, years = index.common_variance(0, [7, 30, 3_000])
    assert week == pytest.approx(0.2**2 + 0.1**2, rel=0.03)
    assert month > years
    assert years == pytest.approx(0.1**2 * 2 * 90 / 3_000 + 0.2**2 * 7 / 3_000, rel=0.05)
    spans = index.span_variance(0, [7, 14, 21])
    assert spans == pytest.approx([week] * 3)
    assert (PLAIN.common_variance(0, [1, 10, 365]) == 0).all()


def test_an_unsure_index_makes_its_months_unsure():
    unsure = SeasonIndex(coefficients=(0.3, 0.1), covariance=((0.01, 0.0), (0.0, 0.01)), reason="")
    start = day_number("2023-12-31")
    month, year = unsure.common_variance(start, [31, 365])
    assert month > 0.002
    assert year < 1e-6  # a whole year is a year, whatever the season
    assert (unsure.by_month()["low"] < unsure.by_month()["index"]).all()
