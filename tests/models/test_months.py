from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import gamma

from retention import (
    CltvModel,
    ModelError,
    expected_by_month,
    fit_cltv,
    predict_cltv,
    value_uncertainty,
)
from retention.models import uncertainty as totals
from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.intervals import HIGH, LOW
from retention.models.months import expected_by_calendar_month, month_ranges
from retention.models.purchases import PurchaseModel
from retention.models.spend import GammaGamma
from retention.periods import DAYS_PER_MONTH, DAYS_PER_YEAR
from tests.support.histories import UNKNOWN, cdnow, extreme_store, future_orders, handmade


@pytest.fixture(scope="module")
def model() -> CltvModel:
    """The plain model, whose ranges hold what the model itself leaves open."""
    return fit_cltv(cdnow(), season=None)


def ranges(model: CltvModel, customers, days: float = 365):
    return month_ranges(model, customers, expected_by_month(model, customers, days))


def width(frame) -> np.ndarray:
    return (frame["revenue_high"] - frame["revenue_low"]).to_numpy()


def test_a_range_holds_its_month_and_the_frame_keeps_its_columns(model):
    months = expected_by_month(model, cdnow(), 365, margin=0.4)
    found = month_ranges(model, cdnow(), months)
    assert found[months.columns].equals(months)
    assert (found["revenue_low"] < found["expected_revenue"]).all()
    assert (found["expected_revenue"] < found["revenue_high"]).all()
    assert (found["revenue_low"] > 0).all()


def test_the_first_month_is_the_total_of_a_horizon_of_a_month(model):
    """The total knows the exact distribution of a customer's orders."""
    total = value_uncertainty(model, cdnow(), DAYS_PER_MONTH, 0.0).total()
    first = ranges(model, cdnow()).iloc[0]
    assert first["expected_revenue"] == pytest.approx(total.expected, rel=1e-9)
    # Slightly wide, as the docstring says: who leaves within the month orders less than is taken.
    assert 1 <= (first["revenue_high"] - first["revenue_low"]) / (total.high - total.low) < 1.03


@pytest.mark.parametrize("horizon", [1, 30, 365, 1000.5])
@pytest.mark.parametrize("today", [date(1998, 6, 28), date(1998, 6, 30)])
def test_months_of_the_calendar_hold_what_equal_months_hold(model, today, horizon):
    terms = {"horizon_days": horizon, "annual_discount_rate": 0.15, "margin": 0.3}
    equal = expected_by_month(model, cdnow(), **terms)
    months = expected_by_calendar_month(model, cdnow(), today, **terms)
    for column in ("expected_orders", "expected_revenue", "expected_value"):
        assert months[column].sum() == pytest.approx(equal[column].sum(), rel=1e-10)
        assert (months[column] > 0).all()
    assert months["first_day"].iloc[0] == pd.Timestamp(today) + pd.Timedelta(days=1)
    assert (months["first_day"].iloc[1:].dt.day == 1).all()
    assert months["end_day"].iloc[-1] == horizon
    ranged = month_ranges(model, cdnow(), months)
    assert (ranged["revenue_low"] < ranged["expected_revenue"]).all()


def test_a_month_is_surer_than_its_share_of_the_year(model):
    """Months are relatively wider than the year, since chance evens out over it."""
    found, year = ranges(model, cdnow()), value_uncertainty(model, cdnow(), 365, 0.0).total()
    assert (width(found) / found["expected_revenue"] > (year.high - year.low) / year.expected).all()


@pytest.mark.parametrize(("x", "seen", "age", "mean"), [(6, 250, 262, 40.0), (1, 60, 150, 15.0)])
def test_the_width_is_that_of_simulated_months(x, seen, age, mean):
    """A thousand customers of one history, parameters known: the spread of simulated months."""
    number, draws, months = 1_000, 200_000, 6
    fitted = fit_cltv(cdnow(), season=None)
    purchases = PurchaseModel(
        "bg_nbd", 0.2426, 30.9, 0.7929, 2.4259, 0.0, UNKNOWN, covariance=((0.0,) * 4,) * 4
    )
    spend = GammaGamma(mean=20 * 6 / 4, customers=10_000, p=6.0, q=5.0, v=20.0, log_likelihood=0.0)
    known = replace(fitted, purchases=purchases, spend=spend)
    found = ranges(known, handmade([(x, seen, age, mean)] * number), months * DAYS_PER_MONTH)

    rng = np.random.default_rng(4)
    who, when = future_orders(purchases, x, age, months * DAYS_PER_MONTH, draws, seed=5)
    scale = rng.gamma(5.0 + 6.0 * x, 1 / (20.0 + x * mean), draws)
    paid = rng.gamma(6.0, 1.0, len(who)) / scale[who]
    came = rng.random(draws) < purchases.probability_active(x, seen, age)
    for month in range(months):
        inside = (when // DAYS_PER_MONTH) == month
        revenue = np.bincount(who[inside], paid[inside], minlength=draws) * came
        expected, variance = number * revenue.mean(), number * revenue.var()
        low, high = gamma.ppf([LOW, HIGH], expected**2 / variance, scale=variance / expected)
        row = found.iloc[month]
        assert row["expected_revenue"] == pytest.approx(expected, rel=0.03)
        assert row["revenue_high"] - row["revenue_low"] == pytest.approx(high - low, rel=0.06)


def test_open_parameters_widen_the_range(model):
    purchases = replace(model.purchases, covariance=((0.0,) * 4,) * 4)
    sure = replace(model, purchases=purchases, spend=replace(model.spend, covariance=()))
    assert (width(ranges(sure, cdnow())) < width(ranges(model, cdnow()))).all()


def spread_of(months) -> np.ndarray:
    """The variance of each month as a share of its square, by the gamma variable of its range."""

    def variance(ratio: float) -> float:
        return brentq(lambda v: np.divide(*gamma.ppf([HIGH, LOW], 1 / v)) - ratio, 1e-4, 2)

    return np.array([variance(r) for r in months["revenue_high"] / months["revenue_low"]])


def test_what_moves_the_whole_store_is_added_to_each_months_own_variance(model):
    moved = replace(model, season=replace(model.season, level_spread=0.3))
    months = ranges(moved, cdnow())
    added = moved.span_variance(months["end_day"].to_numpy(), "revenue")
    assert (added > 0.02).all()
    assert spread_of(months) - spread_of(ranges(model, cdnow())) == pytest.approx(added, rel=1e-6)


def test_a_sample_of_a_large_store_gives_about_the_same_range(model, monkeypatch):
    whole = ranges(model, cdnow())
    monkeypatch.setattr(totals, "SAMPLE", 1_200)
    some = ranges(model, cdnow())
    assert width(some) == pytest.approx(width(whole), rel=0.15)
    assert some["expected_revenue"].equals(whole["expected_revenue"])


@pytest.mark.parametrize("seed", [seed for seed in range(13) if seed != 8])  # 8: nobody comes back
def test_stores_of_every_kind_have_finite_ranges(seed):
    customers = extreme_store(seed)
    found = ranges(fit_cltv(customers), customers, 200)
    columns = found[["revenue_low", "expected_revenue", "revenue_high"]].to_numpy()
    assert np.isfinite(columns).all()
    assert (np.diff(columns, axis=1) >= 0).all()
    assert (columns >= 0).all()


def test_the_value_of_a_month_is_its_margin_discounted_from_its_end(model):
    months = expected_by_month(model, cdnow(), 75, annual_discount_rate=0.2, margin=0.4)
    ends = np.array([DAYS_PER_MONTH, 2 * DAYS_PER_MONTH, 75.0])
    assert months["month"].tolist() == [1, 2, 3]
    assert months["end_day"].tolist() == ends.tolist()
    assert months["start_day"].tolist() == [0.0, *ends[:-1]]
    assert months["expected_value"].to_numpy() == pytest.approx(
        months["expected_revenue"].to_numpy() * 0.4 * 1.2 ** (-ends / DAYS_PER_YEAR)
    )


def test_months_add_up_to_the_scores_of_the_customers(model):
    terms = {"horizon_days": 200, "annual_discount_rate": 0.15, "margin": 0.3}
    months = expected_by_month(model, cdnow(), **terms)
    scores = predict_cltv(model, cdnow(), intervals=False, **terms)
    assert months["expected_orders"].sum() == pytest.approx(scores["expected_orders"].sum())
    assert months["expected_value"].sum() == pytest.approx(scores["cltv"].sum())
    assert months["expected_revenue"].sum() == pytest.approx(
        (scores["expected_orders"] * scores["expected_order_value"]).sum()
    )


def test_the_usual_terms_are_a_year_at_a_tenth_and_the_whole_revenue(model):
    asked = {"horizon_days": 365, "annual_discount_rate": 0.10, "margin": 1.0}
    pd.testing.assert_frame_equal(
        expected_by_month(model, cdnow()), expected_by_month(model, cdnow(), **asked)
    )
    today = date(1997, 9, 30)
    pd.testing.assert_frame_equal(
        expected_by_calendar_month(model, cdnow(), today),
        expected_by_calendar_month(model, cdnow(), today, **asked),
    )


def test_months_of_the_calendar_are_numbered_and_follow_each_other(model):
    months = expected_by_calendar_month(model, cdnow(), date(1997, 9, 20), 75.5, 0.2, 0.4)
    assert months["month"].tolist() == [1, 2, 3, 4]
    assert months["start_day"].tolist() == [0, 10, 41, 71]
    assert months["end_day"].tolist() == [10, 41, 71, 75.5]
    assert months["first_day"].dt.strftime("%Y-%m-%d").tolist() == [
        *("1997-09-21", "1997-10-01", "1997-11-01", "1997-12-01")
    ]
    plain = forecast(model.purchases, group_histories(cdnow()), 41)
    assert months["expected_orders"].iloc[:2].sum() == pytest.approx(
        plain.orders @ plain.histories.counts
    )


def test_without_amounts_a_month_has_orders_alone(model):
    months = expected_by_month(replace(model, spend=None), cdnow(), 75)
    assert months.columns.tolist() == ["month", "start_day", "end_day", "expected_orders"]


@pytest.mark.parametrize(
    "wrong", [{"horizon_days": 0}, {"annual_discount_rate": -0.1}, {"margin": 0.0}]
)
def test_terms_out_of_range_are_refused(model, wrong):
    with pytest.raises(ModelError):
        expected_by_month(model, cdnow(), **wrong)
