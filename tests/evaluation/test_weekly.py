import warnings
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma, poisson

from retention.evaluation import weekly as module
from retention.evaluation.holdout import hold_out
from retention.evaluation.weekly import weekly_tracking
from retention.models.histories import group_histories
from retention.models.intervals import HIGH, LOW
from retention.models.purchases import PurchaseModel, fit_purchases
from tests.support.histories import UNKNOWN, cdnow, future_orders, handmade
from tests.support.sample_store import shared_sample

CUT, DAYS = date(1997, 9, 30), 273


@pytest.fixture(scope="module")
def orders():
    return shared_sample("cdnow")


@pytest.fixture(scope="module")
def model() -> PurchaseModel:
    return fit_purchases(group_histories(cdnow()))


@pytest.fixture(scope="module")
def tracked(orders, model) -> pd.DataFrame:
    return weekly_tracking(hold_out(orders, CUT).weekly, group_histories(cdnow()), model, CUT, DAYS)


def repeat_days(orders, cut: date) -> pd.DataFrame:
    """Each repeat purchase day of the customers known at the cut, in plain pandas."""
    table = orders.table.to_pandas()[["customer_id", "ordered_at"]]
    table["day"] = table["ordered_at"].dt.normalize()
    days = table.drop_duplicates(["customer_id", "day"]).copy()
    days["first"] = days.groupby("customer_id")["day"].transform("min")
    return days[(days["first"] <= pd.Timestamp(cut)) & (days["day"] > days["first"])]


def test_actual_weeks_of_cdnow(orders, tracked):
    days = repeat_days(orders, CUT)["day"]
    for row in tracked.itertuples():
        end = pd.Timestamp(CUT) + pd.Timedelta(days=7 * row.week)
        assert row.week_end == end
        assert row.actual == ((days > end - pd.Timedelta(days=7)) & (days <= end)).sum()
    assert tracked.loc[tracked["part"] == "foreseen", "actual"].sum() == 1_882


def test_weeks_run_from_the_first_whole_one_to_the_last(tracked):
    assert tracked["week"].tolist() == list(range(1 - 272 // 7, DAYS // 7 + 1))
    assert tracked["part"].tolist() == ["fitted"] * 38 + ["foreseen"] * 39
    assert tracked.loc[tracked["week"] == 0, "week_end"].item() == pd.Timestamp(CUT)
    assert tracked["week_end"].iloc[-1] == pd.Timestamp("1998-06-30")


def test_foreseen_weeks_add_up_to_the_expected_orders(tracked, model):
    histories = group_histories(cdnow())
    active = model.probability_active(histories.frequency, histories.recency, histories.T)
    whole = model.expected_purchases_if_active(
        histories.frequency, histories.T, 7.0 * np.arange(1, 40)
    )
    foreseen = tracked[tracked["part"] == "foreseen"]
    assert foreseen["expected"].sum() == pytest.approx(1653.4, abs=0.5)
    assert foreseen["expected"].sum() == pytest.approx(
        (histories.counts * active) @ whole[:, -1], rel=1e-3
    )
    each = np.diff((histories.counts * active) @ whole, prepend=0.0)
    assert foreseen["expected"].to_numpy() == pytest.approx(each, rel=5e-3)


def test_fitted_weeks_add_up_to_what_new_customers_are_expected_to_do(tracked, model):
    """Each week brings what its customers, so and so old by then, do in it; before the first lie
    six days.
    """
    days = np.arange(1, 300)
    by_day = np.concatenate([[0.0], model.expected_purchases_of_new(days)])
    age = cdnow()["T"].to_numpy()
    fitted = tracked[tracked["part"] == "fitted"]
    assert fitted["expected"].sum() == pytest.approx(
        by_day[age].sum() - by_day[np.maximum(age - 38 * 7, 0)].sum()
    )
    for row in fitted.itertuples():
        end, start = (np.maximum(age + 7 * (row.week - by), 0) for by in (0, 1))
        assert row.expected == pytest.approx(by_day[end].sum() - by_day[start].sum(), rel=1e-9)


def test_the_fit_follows_the_weeks_before_the_cut(tracked):
    fitted = tracked[tracked["part"] == "fitted"]
    assert fitted["expected"].sum() == pytest.approx(fitted["actual"].sum(), rel=0.05)


def test_only_foreseen_weeks_have_a_band_and_it_holds_the_line(tracked):
    fitted, foreseen = tracked[tracked["part"] == "fitted"], tracked[tracked["part"] == "foreseen"]
    assert fitted[["low", "high"]].isna().all(axis=None)
    assert (foreseen["low"] > 0).all()
    assert (foreseen["low"] < foreseen["expected"]).all()
    assert (foreseen["expected"] < foreseen["high"]).all()


NO_ORDERS = pd.DataFrame({"week": [], "actual": []}, dtype=int)
KNOWN = {
    "CDNOW": (
        PurchaseModel("bg_nbd", 0.2426, 30.9, 0.7929, 2.4259, 0.0, UNKNOWN),
        [(29, 264, 266), (3, 250, 262)],
    ),
    "faithful": (
        PurchaseModel("bg_nbd", 0.4, 2.5, 1e-6, 1e-5, 0.0, UNKNOWN),
        [(40, 99, 100), (10, 60, 60)],
    ),
    "leave at once": (
        PurchaseModel("mbg_nbd", 1.0, 10.0, 0.1, 5.0, 0.0, UNKNOWN),
        [(10, 55, 60), (2, 30, 60)],
    ),
}


@pytest.mark.parametrize("store", KNOWN)
def test_the_band_is_as_wide_as_chance_makes_simulated_weeks(store):
    """Parameters known, 100 customers of each history."""
    model, histories = KNOWN[store]
    each, weeks, draws = 100, 26, 60_000
    customers = handmade([(*history, 10.0) for history in histories for _ in range(each)])
    tracked = weekly_tracking(
        NO_ORDERS, group_histories(customers), model, date(2024, 1, 1), 7 * weeks
    )
    rng = np.random.Generator(np.random.PCG64(5))
    for week in (1, weeks // 2, weeks):
        row = tracked[tracked["week"] == week]
        mean = variance = 0.0
        for x, seen, age in histories:
            who, when = future_orders(model, x, age, 7 * week, draws, seed=week)
            came = np.bincount(who[when >= 7 * (week - 1)], minlength=draws)
            came *= rng.random(draws) < model.probability_active(x, seen, age)
            mean, variance = mean + each * came.mean(), variance + each * came.var()
        assert row["expected"].item() == pytest.approx(mean, rel=0.03)
        low, high = gamma.ppf([LOW, HIGH], mean**2 / variance, scale=variance / mean)
        assert row["high"].item() - row["low"].item() == pytest.approx(high - low, rel=0.04)


def test_open_parameters_widen_the_band(model):
    known = replace(model, covariance=((0.0,) * 4,) * 4)
    widths = []
    for one in (known, model):
        foreseen = weekly_tracking(NO_ORDERS, group_histories(cdnow()), one, CUT, DAYS).tail(39)
        widths.append((foreseen["high"] - foreseen["low"]).to_numpy())
    # Numbers of orders are whole: some weeks widen by no order.
    assert (widths[1] >= widths[0]).all()
    assert widths[1].mean() > widths[0].mean() + 0.5


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_a_store_that_everybody_has_left_has_an_empty_forecast_without_a_warning(kind):
    """Everybody has been silent for years after buying every few days."""
    model = PurchaseModel(kind, 20.0, 20.0, 5.0, 1.0, 0.0, UNKNOWN, ((0.1,) * 4,) * 4)
    customers = handmade([(400, 420, 3_600, 10.0), (600, 620, 3_500, 10.0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tracked = weekly_tracking(
            NO_ORDERS, group_histories(customers), model, date(2024, 1, 1), 70
        )
    foreseen = tracked[tracked["part"] == "foreseen"]
    assert np.isfinite(foreseen[["expected", "low", "high"]]).all(axis=None)
    assert (foreseen["expected"] < 1e-6).all()


@pytest.mark.parametrize("number", [1, 3, 20, 300])
def test_a_small_store_has_a_band_that_holds_its_line(number, model):
    customers = handmade([(1, 5, 200, 10.0)] * number)
    foreseen = weekly_tracking(
        NO_ORDERS, group_histories(customers), model, date(2024, 1, 1), 140
    ).tail(20)
    assert np.isfinite(foreseen[["expected", "low", "high"]]).all(axis=None)
    assert (foreseen["low"] <= foreseen["expected"]).all()
    assert (foreseen["expected"] <= foreseen["high"]).all()


def test_a_week_without_an_order_lies_within_the_band_of_a_store_with_few(model):
    customers = handmade([(2, 150, 200, 10.0)] * 30)
    foreseen = weekly_tracking(
        NO_ORDERS, group_histories(customers), model, date(2024, 1, 1), 140
    ).tail(20)
    assert foreseen["expected"].between(0.2, 1.5).all()
    assert (foreseen["low"] == 0).all()
    assert (foreseen["high"] == foreseen["high"].round()).all()
    # Of Poisson numbers of these means at least 80 % lie within.
    inside = poisson.cdf(foreseen["high"], foreseen["expected"])
    assert inside.mean() >= 0.8


def test_a_sample_of_a_large_store_gives_about_the_same_band(monkeypatch, model):
    histories = len(group_histories(cdnow()).counts)
    widths = []
    for size in (histories, 3 * histories // 4, histories // 4):
        monkeypatch.setattr(module, "SAMPLED_CUSTOMERS", size)
        foreseen = weekly_tracking(NO_ORDERS, group_histories(cdnow()), model, CUT, DAYS).tail(39)
        widths.append((foreseen["high"] - foreseen["low"]).to_numpy())
    for some in widths[1:]:
        # An order more or less at either end: they are whole.
        assert some == pytest.approx(widths[0], abs=2)
        assert some.mean() == pytest.approx(widths[0].mean(), rel=0.06)


@pytest.mark.parametrize("r", [50, 300])
def test_weeks_in_which_nothing_is_expected_have_a_finite_range(r):
    """Buyers so quick that all they will ever buy is bought in the first weeks: the curve is flat
    to the last bit.
    """
    wide = tuple(tuple(4.0 * (row == column) for column in range(4)) for row in range(4))
    model = PurchaseModel("mbg_nbd", r, 1.0, 50.0, 0.5, 0.0, (2.0,) * 4, wide)
    histories = group_histories(handmade([(0, 0, 40, 0.0), (1, 1, 35, 9.0)]))
    actual = pd.DataFrame({"week": [1], "actual": [0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tracked = weekly_tracking(actual, histories, model, CUT, 1_000)
    foreseen = tracked[tracked["part"] == "foreseen"]
    assert (foreseen["expected"] == 0).any()
    assert np.isfinite(foreseen[["expected", "low", "high"]]).all(axis=None)
