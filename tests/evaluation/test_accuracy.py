import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays

from retention.evaluation.accuracy import (
    accuracy,
    calibration,
    expected_by_frequency,
    poisson_deviance,
)


def figures(revenue, actual_revenue, orders=None, actual_orders=None) -> dict[str, float]:
    revenue, actual_revenue = np.array(revenue, dtype=float), np.array(actual_revenue, dtype=float)
    orders = np.ones(len(revenue)) if orders is None else np.array(orders, dtype=float)
    actual_orders = (
        np.ones(len(revenue)) if actual_orders is None else np.array(actual_orders, dtype=float)
    )
    return (
        accuracy({"model": (orders, revenue)}, actual_orders, actual_revenue).loc["model"].to_dict()
    )


def test_errors_by_hand():
    found = figures([30, 10, 8], [40, 0, 0], orders=[3, 1, 0.5], actual_orders=[4, 0, 1])
    assert (found["orders"], found["actual_orders"]) == (4.5, 5)
    assert (found["revenue"], found["actual_revenue"]) == (48, 40)
    assert found["bias"] == pytest.approx(-0.1)
    assert found["revenue_bias"] == pytest.approx(0.2)
    assert found["mae"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert found["rmse"] == pytest.approx(np.sqrt((1 + 1 + 0.25) / 3))
    # 2 [y log(y / m) - (y - m)] of 4 after 3, 0 after 1 and 1 after a half
    by_hand = 2 * (4 * np.log(4 / 3) - 1) + 2 * 1 + 2 * (np.log(2) - 0.5)
    assert found["deviance"] == pytest.approx(by_hand / 3)


def test_shares_of_the_best_customers_by_hand():
    """Ten customers, predicted 10 down to 1; the best one brings 50 of 100, the second nothing, the
    third 20.
    """
    found = figures(range(10, 0, -1), [50, 0, 20, 5, 5, 5, 5, 5, 5, 0])
    assert (found["top_10"], found["top_20"]) == (0.5, 0.5)


def test_a_share_of_the_customers_is_rounded_up():
    found = figures([3, 2, 1], [5, 3, 2])  # 10 % and 20 % of three customers are one
    assert (found["top_10"], found["top_20"]) == (0.5, 0.5)
    found = figures(range(11, 0, -1), [1] * 10 + [2])
    assert (found["top_10"], found["top_20"]) == pytest.approx((2 / 12, 3 / 12))


def test_gini_by_hand():
    """Of 1, 2 and 3 in revenue the second is ranked first; the curve is 0, 2, 5, 6 sixths,
    hindsight's 0, 3, 5, 6.
    """
    found = figures([2, 3, 1], [3, 2, 1])
    assert found["gini"] == pytest.approx(
        ((0 + 2 + 5 + 6) / 6 / 4 - 0.5) / ((0 + 3 + 5 + 6) / 6 / 4 - 0.5)
    )


@pytest.mark.parametrize("customers", [5, 10, 100])
def test_customers_predicted_alike_capture_their_share_by_chance(customers):
    revenue = np.arange(customers) ** 2.0
    found = figures(np.ones(customers), revenue)
    assert found["top_20"] == pytest.approx(0.2)
    assert found["gini"] == pytest.approx(0, abs=1e-12)


def test_tied_customers_share_what_they_bring():
    """Two tied for the second of five places bring 30 and 10, so that 40 % of the customers bring
    40 + 20.
    """
    found = figures([9, 5, 5, 1, 0, 9, 5, 5, 1, 0], [40, 30, 10, 0, 20, 40, 10, 30, 20, 0])
    assert found["top_20"] == pytest.approx(0.4)
    assert found["top_10"] == pytest.approx(0.2)
    found = figures([5, 5, 1, 1, 1], [30, 10, 0, 0, 0])
    assert found["top_20"] == pytest.approx(0.5)


@settings(max_examples=60)
@given(
    arrays.arrays(float, st.integers(2, 40), elements=st.integers(0, 5).map(float)),
    st.randoms(use_true_random=False),
)
def test_a_ranking_does_not_depend_on_the_order_of_the_customers(revenue, random):
    predicted = np.array([float(random.randint(0, 3)) for _ in revenue])
    order = np.array(random.sample(range(len(revenue)), len(revenue)))
    if np.ptp(revenue) == 0:
        return
    one, other = figures(predicted, revenue), figures(predicted[order], revenue[order])
    for name in ("top_10", "top_20", "gini"):
        assert one[name] == pytest.approx(other[name], abs=1e-9)
    assert -1 - 1e-9 <= one["gini"] <= 1 + 1e-9
    assert 0 <= one["top_10"] <= one["top_20"] <= 1


def test_hindsight_ranks_perfectly_and_its_reverse_worst():
    revenue = np.random.default_rng(2).gamma(0.5, size=200)
    assert figures(revenue, revenue)["gini"] == pytest.approx(1)
    assert figures(np.sqrt(revenue) + 3, revenue)["gini"] == pytest.approx(1)
    assert figures(-revenue, revenue)["gini"] == pytest.approx(-1)


def test_without_revenue_there_is_nothing_to_rank():
    found = figures([3, 2, 1], [0, 0, 0], actual_orders=[0, 0, 0])
    for name in ("top_10", "top_20", "gini", "bias", "revenue_bias"):
        assert np.isnan(found[name]), name
    assert found["mae"] == 1


@pytest.mark.parametrize("customers", [1, 2, 3, 7, 100])
def test_where_everybody_brings_the_same_no_ranking_is_better_than_another(customers):
    found = figures(np.arange(customers) + 1.0, np.full(customers, 9.99))
    assert np.isnan(found["gini"]) or found["gini"] == 0
    assert found["top_20"] == pytest.approx(np.ceil(0.2 * customers) / customers)


def test_deviance_by_hand():
    found = poisson_deviance(
        np.array([2.0, 0.5, 1.0, 0.0, 0.0]), np.array([0.0, 0.5, 3.0, 0.0, 1.0])
    )
    assert found.tolist() == [4.0, 0.0, pytest.approx(2 * (3 * np.log(3) - 2)), 0.0, np.inf]


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=30).filter(any),
    st.floats(-0.9, 2).filter(lambda by: by),
)
def test_deviance_is_lowest_at_the_mean(orders, by):
    actual = np.array(orders, dtype=float)
    best = poisson_deviance(np.full(len(actual), actual.mean()), actual).mean()
    other = poisson_deviance(np.full(len(actual), actual.mean() * (1 + by)), actual).mean()
    assert best <= other + 1e-12
    assert (poisson_deviance(actual + 0.1, actual) >= 0).all()


# --- calibration ----------------------------------------------------------------------------------


def wilson(hits: int, customers: int) -> tuple[float, float]:
    """The 80 % interval written down from Wilson's formula."""
    z, share = 1.2815515655446004, hits / customers
    centre = share + z**2 / (2 * customers)
    half = z * np.sqrt(share * (1 - share) / customers + z**2 / (4 * customers**2))
    below = 1 + z**2 / customers
    return (centre - half) / below, (centre + half) / below


def test_calibration_by_hand():
    predicted = np.array([0.1, 0.9, 0.2, 0.6, 0.4, 0.3])
    happened = np.array([False, True, False, True, False, True])
    found = calibration(predicted, happened, groups=3)
    assert found.columns.tolist() == ["customers", "predicted", "observed", "low", "high"]
    assert found["customers"].tolist() == [2, 2, 2]
    assert found["predicted"].tolist() == pytest.approx([0.15, 0.35, 0.75])
    assert found["observed"].tolist() == [0.0, 0.5, 1.0]
    expected = [wilson(hits, 2) for hits in (0, 1, 2)]
    assert found["low"].tolist() == pytest.approx([low for low, _ in expected], abs=1e-12)
    assert found["high"].tolist() == pytest.approx([high for _, high in expected], abs=1e-12)


def test_customers_of_one_probability_stay_together():
    predicted = np.array([0.2] * 70 + [0.5] * 30)
    happened = np.arange(100) % 5 == 0
    found = calibration(predicted, happened)
    assert found["customers"].tolist() == [70, 30]
    assert found["predicted"].tolist() == pytest.approx([0.2, 0.5])
    assert found["observed"].tolist() == pytest.approx([0.2, 0.2])
    alone = calibration(np.full(7, 0.3), np.zeros(7, dtype=bool))
    assert (alone["customers"].item(), alone["observed"].item()) == (7, 0.0)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=60))
def test_calibration_counts_everybody_once(rows):
    predicted, happened = (
        np.array([row[0] / 12 for row in rows]),
        np.array([row[1] for row in rows]),
    )
    found = calibration(predicted, happened)
    assert found["customers"].sum() == len(rows)
    assert 1 <= len(found) <= 10
    assert (found["customers"] > 0).all()
    assert (found["predicted"].diff().dropna() > 0).all()
    assert found["customers"] @ found["observed"] == pytest.approx(happened.sum())
    assert found["customers"] @ found["predicted"] == pytest.approx(predicted.sum())
    assert found["observed"].between(found["low"] - 1e-12, found["high"] + 1e-12).all()
    for row in found.itertuples():
        assert (row.low, row.high) == pytest.approx(
            wilson(round(row.observed * row.customers), row.customers)
        )


def test_ten_groups_of_many_customers_are_deciles():
    predicted = np.random.default_rng(4).random(1_000)
    found = calibration(predicted, predicted > 0.5)
    assert found["customers"].tolist() == [100] * 10
    deciles = pd.qcut(predicted, 10, labels=False)
    assert found["predicted"].tolist() == pytest.approx(
        [predicted[deciles == place].mean() for place in range(10)]
    )


# --- by frequency ---------------------------------------------------------------------------------


def test_expected_by_frequency_by_hand():
    frequency = np.array([0, 0, 0, 2, 7, 9, 30])
    expected = np.array([0.1, 0.2, 0.3, 1.0, 4.0, 5.0, 6.0])
    actual = np.array([0, 0, 3, 2, 5, 5, 8])
    found = expected_by_frequency(frequency, expected, actual)
    assert found["frequency"].tolist() == ["0", "2", "7+"]
    assert found["customers"].tolist() == [3, 1, 3]
    assert found["expected"].tolist() == pytest.approx([0.2, 1.0, 5.0])
    assert found["actual"].tolist() == pytest.approx([1.0, 2.0, 6.0])
    # The 80 % interval of a mean: 1.2815516 standard errors each way, and not below 0.
    assert found["low"].tolist() == pytest.approx([0.0, 2.0, 6 - 1.2815516])
    assert found["high"].tolist() == pytest.approx([1 + 1.2815516, 2.0, 6 + 1.2815516])


def test_a_ranking_by_lot_exceeds_its_bound_once_in_twenty_times():
    rng = np.random.default_rng(3)
    revenue = rng.lognormal(3, 1.2, 200) * (rng.random(200) < 0.3)
    ginis = [figures(rng.permutation(200), revenue) for _ in range(2_000)]
    bound = ginis[0]["gini_by_chance"]
    assert np.mean([lot["gini"] > bound for lot in ginis]) == pytest.approx(0.05, abs=0.015)
