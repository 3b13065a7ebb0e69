"""The simulator against the closed forms of the models it draws from."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import hyp2f1

from retention.samples.simulator import Process, simulate_orders

# CDNOW by week, as published; the simulator counts in days.
R, ALPHA, A, B = 0.2426, 4.4136, 0.7929, 2.4259
P, Q, V = 6.25, 3.74, 15.44
CDNOW = {"r": R, "alpha": 7 * ALPHA, "a": A, "b": B, "p": P, "q": Q, "v": V}
AT_ONCE = 1e-6  # everyone joins on the first day, so that all are observed equally long


@pytest.fixture(scope="module")
def cdnow_like() -> pd.DataFrame:
    return simulate_orders(120_000, 7 * 78, **CDNOW, seed=7, intake_days=AT_ONCE)


def _repeats(orders: pd.DataFrame, weeks: float) -> np.ndarray:
    until = orders["ordered_at"].min() + pd.Timedelta(days=7 * weeks)
    counts = orders.loc[orders["ordered_at"] < until, "customer_id"].value_counts()
    return counts.to_numpy() - 1


@pytest.mark.parametrize(
    ("weeks", "published"),
    [(1, 0.0532), (3, 0.1506), (32, 1.0437), (78, 1.8576)],
    ids=lambda value: str(value),
)
def test_repeat_orders_match_the_published_expectation(cdnow_like, weeks, published):
    closed_form = (
        (A + B - 1)
        / (A - 1)
        * (1 - (ALPHA / (ALPHA + weeks)) ** R * hyp2f1(R, B, A + B - 1, weeks / (ALPHA + weeks)))
    )
    assert closed_form == pytest.approx(published, abs=5e-4)  # from parameters of four digits
    repeats = _repeats(cdnow_like, weeks)
    assert len(repeats) == 120_000
    standard_error = repeats.std() / np.sqrt(len(repeats))
    assert abs(repeats.mean() - closed_form) < 4 * standard_error


@pytest.mark.parametrize("weeks", [4, 39, 78])
def test_share_of_one_time_buyers_matches_the_closed_form(cdnow_like, weeks):
    expected = (ALPHA / (ALPHA + weeks)) ** R
    found = (_repeats(cdnow_like, weeks) == 0).mean()
    assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / 120_000)


def test_nobody_leaves_before_a_repeat_order():
    # With leaving all but certain, everyone who comes back does so exactly once.
    orders = simulate_orders(5_000, 2_000, 2.0, 10.0, 1e4, 1e-3, 6, 4, 20, intake_days=AT_ONCE)
    counts = orders["customer_id"].value_counts()
    assert set(counts) <= {1, 2}
    assert (counts == 2).mean() > 0.99


def test_order_values_have_the_gamma_gamma_moments():
    p, q, v = 3.0, 9.0, 80.0
    orders = simulate_orders(150_000, 400, 3.0, 60.0, 0.2, 9.0, p, q, v, seed=3)
    grouped = orders.groupby("customer_id")["revenue"]
    first, second = grouped.nth(0), grouped.nth(1)
    mean, square = p * v / (q - 1), (p * v) ** 2 / ((q - 1) * (q - 2))
    for sample, expected in (
        (first, mean),
        (second, mean),
        (first**2, square * (p + 1) / p),
    ):
        assert abs(sample.mean() - expected) < 4 * sample.std() / np.sqrt(len(sample))
    # Two orders of one customer share that customer's mean, two of different customers do not.
    of_customer = orders["customer_id"]
    pairs = (
        first.set_axis(of_customer[first.index]) * second.set_axis(of_customer[second.index])
    ).dropna()
    product = pairs.to_numpy()
    assert abs(product.mean() - square) < 4 * product.std() / np.sqrt(len(product))
    assert square > 1.1 * mean**2


def test_spend_does_not_depend_on_how_often_people_order(cdnow_like):
    grouped = cdnow_like.groupby("customer_id")["revenue"].agg(["size", "mean"])
    repeaters = grouped[grouped["size"] > 1]
    assert abs(np.corrcoef(repeaters["size"], repeaters["mean"])[0, 1]) < 0.02


def test_first_orders_fall_evenly_into_the_intake():
    orders = simulate_orders(20_000, 730, **CDNOW, intake_days=90, start="2025-03-01")
    first = orders.groupby("customer_id")["ordered_at"].min()
    day = (first - pd.Timestamp("2025-03-01")).dt.total_seconds() / 86_400
    assert 0 <= day.min() < 1
    assert 89 < day.max() < 90
    assert day.mean() == pytest.approx(45, abs=4 * 90 / np.sqrt(12 * 20_000))


def test_same_seed_same_orders_other_seed_other_orders():
    once, again, other = (simulate_orders(500, 300, **CDNOW, seed=seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(once, again)
    assert not once["revenue"].head(400).equals(other["revenue"].head(400))


@settings(max_examples=60)
@given(
    customers=st.integers(1, 60),
    days=st.integers(1, 1500),
    r=st.floats(0.01, 5),
    alpha=st.floats(1, 500),
    a=st.floats(0.01, 50),
    b=st.floats(0.01, 50),
    p=st.floats(0.05, 100),
    q=st.floats(0.01, 50),
    v=st.floats(0.01, 5000),
    seed=st.integers(0, 2**32 - 1),
    intake=st.floats(0.001, 1),
)
def test_any_parameters_give_a_valid_frame(customers, days, r, alpha, a, b, p, q, v, seed, intake):
    orders = simulate_orders(
        customers,
        days,
        r,
        alpha,
        a,
        b,
        p,
        q,
        v,
        seed,
        intake_days=intake * days,
        start="2020-02-29",
    )
    assert list(orders.columns) == ["customer_id", "ordered_at", "revenue"]
    assert set(orders["customer_id"]) == set(range(1, customers + 1))
    assert orders["ordered_at"].is_monotonic_increasing
    start = pd.Timestamp("2020-02-29")
    assert orders["ordered_at"].min() >= start
    assert orders["ordered_at"].max() < start + pd.Timedelta(days=days)
    assert np.isfinite(orders["revenue"]).all()
    assert (orders["revenue"] >= 0.01).all()
    assert np.allclose(orders["revenue"], orders["revenue"].round(2), rtol=0)


@pytest.mark.parametrize("name", ["r", "alpha", "a", "b", "p", "q", "v"])
@pytest.mark.parametrize("value", [0, -1.5, float("nan"), float("inf")])
def test_a_parameter_that_is_not_positive_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=rf"^{name} must be positive"):
        Process(**{**CDNOW, name: value})


@pytest.mark.parametrize(
    ("customers", "days", "intake"), [(0, 10, None), (5, 0, None), (5, 10, 11), (5, 10, 0)]
)
def test_impossible_sizes_are_refused(customers, days, intake):
    with pytest.raises(ValueError, match="at least 1 customer"):
        simulate_orders(customers, days, **CDNOW, intake_days=intake)
