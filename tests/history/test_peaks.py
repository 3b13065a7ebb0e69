"""Days that sell far more around the same date of every year."""

import numpy as np
import pandas as pd
import pytest

from retention.history.peaks import peaks_of

DAYS = pd.date_range("2023-01-01", "2026-06-30")


def orders_by_day(usual: float) -> pd.Series:
    """Orders that come by chance, twice as many at weekends."""
    weekend = np.where(DAYS.day_of_week >= 5, 2.0, 1.0)
    return pd.Series(np.random.default_rng(8).poisson(usual * weekend).astype(float), DAYS)


@pytest.mark.parametrize("usual", [0.5, 3, 40])
def test_chance_and_weekends_are_no_peaks(usual):
    assert peaks_of(orders_by_day(usual)) == ()


@pytest.mark.parametrize("usual", [8, 40])
def test_a_sale_that_moves_by_days_is_one_peak(usual):
    by_day = orders_by_day(usual)
    for first in ("2023-11-24", "2024-11-29", "2025-11-28"):
        by_day[pd.Timestamp(first) : pd.Timestamp(first) + pd.Timedelta(days=3)] *= 4
    (peak,) = peaks_of(by_day)
    assert peak.when == "late November"
    assert peak.years == 3
    assert 3 < peak.times < 5
    assert 2 < peak.days <= 4


def test_a_peak_of_a_single_year_and_a_smooth_season_are_none():
    by_day = orders_by_day(20)
    by_day[pd.Timestamp("2024-05-03") : pd.Timestamp("2024-05-05")] *= 5
    assert peaks_of(by_day) == ()
    smooth = 40 * (1 + 0.6 * np.cos(2 * np.pi * DAYS.day_of_year.to_numpy() / 365))
    assert peaks_of(pd.Series(np.random.default_rng(2).poisson(smooth).astype(float), DAYS)) == ()


def test_a_few_days_of_orders_have_no_peaks():
    assert peaks_of(pd.Series([1.0, 90.0], DAYS[:2])) == ()
