"""What a first order tells of later ones: its weight, what is expected of it, and how sure that is.

Also of stores where it tells nothing, and of orders that were free.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import spearmanr

from benchmarks.coverage import KINDS, first_order_hits
from retention import (
    fit_cltv,
    predict_cltv,
    sample_orders,
    summarise_customers,
    summarise_histories,
    value_uncertainty,
)
from retention.models.spend import GammaGamma, first_weight_objective, fit_spend, spend_columns
from tests.support.histories import cdnow, cdnow_with_first_orders, handmade
from tests.support.orders_stub import orders_of

P, Q, V = 4.0, 3.5, 40.0
SEEN = GammaGamma(
    mean=P * V / (Q - 1),
    customers=900,
    p=P,
    q=Q,
    v=V,
    log_likelihood=0.0,
    covariance=tuple(map(tuple, (0.01 * np.eye(4)).tolist())),
    first_weight=0.6,
    first_mean=50.0,
)


def spends(customers: int, seed: int, *, weight: float = 1.0, level: float = 1.0) -> pd.DataFrame:
    """Customers of a Gamma-Gamma store.

    A first order is the mean of `weight` orders, times `level`; 40 % come back.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    frequency = rng.integers(1, 6, customers) * (rng.random(customers) < 0.4)
    unit = V / rng.gamma(Q, size=customers)
    later = rng.gamma(P * np.maximum(frequency, 1)) * unit / np.maximum(frequency, 1)
    first = rng.gamma(P * weight, size=customers) * unit / weight
    return pd.DataFrame(
        {
            "frequency": frequency,
            "recency": frequency * 10,
            "T": 100,
            "monetary_value": later * (frequency > 0),
            "initial_spend": first * level,
            "unit": unit,
        }
    )


@pytest.mark.parametrize("level", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("weight", [0.3, 1.0, 3.0])
def test_the_weight_is_that_of_the_store_whatever_the_level_of_first_orders(weight, level):
    model = fit_spend(spends(20_000, 3, weight=weight, level=level))
    assert model.first_weight == pytest.approx(weight, rel=0.15)


def test_published_parameters_stay_as_they_are():
    published, model = fit_spend(cdnow()), fit_spend(cdnow_with_first_orders())
    assert published.first_weight == 0
    assert (model.p, model.q, model.v, model.mean, model.log_likelihood) == (
        published.p,
        published.q,
        published.v,
        published.mean,
        published.log_likelihood,
    )
    assert model.first_weight == pytest.approx(0.22, abs=0.03)
    known = np.array(model.covariance)
    assert known[:3, :3] == pytest.approx(np.array(published.covariance))
    assert known[:3, 3].tolist() == [0, 0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_first_orders_that_tell_nothing_do_not_count(seed):
    customers = spends(5_000, seed)
    mixed = np.random.default_rng(seed).permutation(customers["initial_spend"])
    model = fit_spend(customers.assign(initial_spend=mixed))
    assert (model.first_weight, model.first_mean, len(model.covariance)) == (0, 0, 3)
    without = fit_spend(customers.drop(columns="initial_spend"))
    assert model == without


def test_an_average_first_order_stands_for_an_average_customer():
    customers = spends(5_000, 1, level=1.7)
    model = fit_spend(customers)
    one_time = customers[customers["frequency"] == 0]
    average = one_time.assign(initial_spend=model.first_mean)
    unknown = one_time.assign(initial_spend=np.nan)
    free = one_time.assign(initial_spend=0.0)
    for table in (average, unknown, free, one_time.drop(columns="initial_spend")):
        expected = model.expected_order_value(*spend_columns(table))
        assert expected == pytest.approx(model.mean)
    everybody = customers.assign(frequency=0, monetary_value=0.0)
    expected = model.expected_order_value(*spend_columns(everybody))
    assert expected.mean() == pytest.approx(model.mean)
    assert spearmanr(expected, everybody["initial_spend"])[0] == pytest.approx(1)


def test_what_is_expected_is_the_mean_of_customers_with_such_a_first_order():
    customers = spends(60_000, 7, level=2.0)
    model = fit_spend(customers)
    one_time = customers[customers["frequency"] == 0]
    expected = model.expected_order_value(*spend_columns(one_time))
    fifth = pd.qcut(one_time["initial_spend"], 5, labels=False)
    truth = (P * one_time["unit"]).groupby(fifth).mean()
    assert pd.Series(expected, one_time.index).groupby(fifth).mean().tolist() == pytest.approx(
        truth.tolist(), rel=0.06
    )


@pytest.mark.parametrize("point", [-2.0, -0.3, 1.1])
def test_gradient_and_curvature_of_the_weight_are_exact(point):
    customers = cdnow_with_first_orders()
    model = fit_spend(cdnow())
    known = customers[(customers["monetary_value"] > 0) & (customers["initial_spend"] > 0)]
    frequency = known["frequency"].to_numpy(float)
    objective = first_weight_objective(
        model,
        frequency,
        frequency * known["monetary_value"].to_numpy(),
        known["initial_spend"].to_numpy() * 1.05,
        np.arange(len(known)) % 3 + 1,
    )
    at = np.array([point])
    _, gradient, hessian = objective(at)
    assert gradient == pytest.approx(approx_fprime(at, lambda x: objective(x)[0], 1e-7), abs=5e-6)
    numeric = approx_fprime(at, lambda x: objective(x)[1][0], 1e-7)
    assert hessian[0] == pytest.approx(numeric, abs=5e-6)


@pytest.mark.parametrize("column", range(4))
def test_slopes_are_the_derivatives_of_the_expected_order_value(column):
    frequency, spend = np.array([0, 0, 0, 1, 9]), np.array([0.0, 0.0, 0.0, 12.0, 80.0])
    first = np.array([10.0, 300.0, 0.0, 40.0, 20.0])

    def moved(step: float) -> np.ndarray:
        p, q, v, weight = np.exp(np.log([P, Q, V, 0.6]) + step * np.eye(4)[column])
        model = GammaGamma(
            mean=p * v / (q - 1),
            customers=9,
            p=p,
            q=q,
            v=v,
            log_likelihood=0.0,
            first_weight=weight,
            first_mean=50.0,
        )
        return np.log(model.expected_order_value(frequency, spend, first))

    slopes = SEEN.log_slopes(frequency, spend, first)
    assert slopes.shape == (5, 4)
    numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5
    assert slopes[:, column] == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize(("frequency", "spend", "first"), [(0, 0.0, 120.0), (3, 25.0, 70.0)])
def test_totals_of_orders_are_distributed_as_the_model_draws_them(frequency, spend, first):
    rng = np.random.Generator(np.random.PCG64(1))
    seen = V + frequency * spend + 0.6 * SEEN.mean * first / 50.0
    unit = seen / rng.gamma(Q + P * (frequency + 0.6), size=100_000)
    totals = rng.gamma(P * 4, size=len(unit)) * unit
    scale = SEEN.scale([frequency], [spend], [first]).item()
    assert scale == pytest.approx(seen)
    for level in (0.1, 0.5, 0.9):
        multiple = SEEN.total_quantile(level, 4, frequency)
        assert (totals <= multiple * scale).mean() == pytest.approx(level, abs=0.007)
    expected = SEEN.expected_order_value([frequency], [spend], [first]).item()
    assert totals.mean() == pytest.approx(4 * expected, rel=0.02)


def test_histories_learn_the_same_weight_as_customers():
    orders = sample_orders("store", customers=1_500)
    customers, histories = summarise_customers(orders), summarise_histories(orders)
    one_time = int((customers["frequency"] == 0).sum())
    assert len(histories) < len(customers) - one_time / 3
    fitted, same = fit_cltv(customers).spend, fit_cltv(histories).spend
    assert fitted.first_weight > 0
    assert same.first_weight == pytest.approx(fitted.first_weight, rel=1e-6)
    assert same.first_mean == pytest.approx(fitted.first_mean, rel=1e-6)


def test_scores_ranges_and_totals_follow_the_first_order():
    customers = cdnow_with_first_orders()
    model = fit_cltv(customers)
    scores, published = predict_cltv(model, customers), predict_cltv(fit_cltv(cdnow()), cdnow())
    one_time = customers["frequency"] == 0
    columns = ["p_alive", "p_purchase", "expected_orders", "orders_low", "orders_high"]
    pd.testing.assert_frame_equal(scores[columns], published[columns])
    first = customers["initial_spend"][one_time]
    for name in ("expected_order_value", "cltv", "cltv_high"):
        value = scores[name][one_time] / published[name][one_time]
        assert spearmanr(value.round(9), first.where(first > 0, model.spend.first_mean))[0] > 0.95
    assert (scores["cltv_low"] <= scores["cltv"]).all()
    assert (scores["cltv"] <= scores["cltv_high"]).all()
    total = value_uncertainty(model, customers)
    assert total.expected == pytest.approx(scores["cltv"].to_numpy())
    assert total.slopes.shape[1] == len(total.covariance) == 8
    assert total.total().low < scores["cltv"].sum() < total.total().high


@pytest.mark.parametrize(("name", "as_of"), [("cdnow", "1997-09-30"), ("store", "2025-01-01")])
def test_one_time_buyers_of_hidden_months_bring_what_their_first_order_told(name, as_of):
    orders = sample_orders(name)
    known = summarise_customers(orders, as_of)
    known = known[known["frequency"] == 0]
    later = summarise_customers(orders).loc[known.index]
    brought = later["frequency"] * later["monetary_value"]
    model = fit_cltv(summarise_customers(orders, as_of))
    days = (orders.end - pd.Timestamp(as_of).date()).days
    foreseen = predict_cltv(model, known, days, annual_discount_rate=0.0)["cltv"]
    published = predict_cltv(
        model, known.drop(columns="initial_spend"), days, annual_discount_rate=0.0
    )["cltv"]
    fifth = pd.qcut(known["initial_spend"].rank(method="first"), 5, labels=False)
    fifths = pd.DataFrame({"brought": brought, "foreseen": foreseen, "published": published})
    fifths = fifths.groupby(fifth).sum()
    fifths /= fifths.sum()  # shares: how much they order together is no matter of spend
    off = (fifths.sub(fifths["brought"], axis=0)).abs().sum()
    assert off["foreseen"] < 0.6 * off["published"]


def test_ranges_of_one_time_buyers_by_first_order_hold_on_simulated_stores():
    found = pd.concat([first_order_hits(KINDS[0], seed) for seed in range(15)])
    fifths = found.loc[["lowest fifth", "highest fifth"]]
    assert fifths["published_holds"].mean() < 0.2
    # At 80 %, 17 or fewer of 30 happen once in 300.
    assert fifths["seen_holds"].sum() >= 18
    assert abs(fifths["seen"].mean()) < 0.15
    everybody = found.loc["all"]
    assert everybody["seen"].mean() == pytest.approx(everybody["published"].mean(), abs=0.01)


def half_free(seed: int, share: float) -> pd.DataFrame:
    """Orders of which a share is free, 900 customers of up to four days."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"C{who}", f"2024-{month:02}-10", 0.0 if rng.random() < share else rng.gamma(4, unit))
        for who, unit in enumerate(30 / rng.gamma(3.5, size=900))
        for month in (1, 3, 5, 7)[: 1 + who % 4]
    ]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])


@pytest.mark.parametrize("share", [0.0, 0.015, 0.1, 0.5])
def test_orders_with_free_ones_among_them_are_priced_as_they_were(share):
    customers = summarise_customers(orders_of(half_free(1, share)))
    model = fit_cltv(customers)
    frequency = customers["frequency"]
    expected = model.spend.expected_order_value(*spend_columns(customers))
    was = (frequency @ customers["monetary_value"]) / frequency.sum()
    priced = (frequency @ expected) / frequency.sum() / was - 1
    assert priced == pytest.approx(0, abs=0.02)
    finding = next(check for check in model.checks if check.name == "Spend and frequency").finding
    side = "high" if priced > 0 else "low"
    says = "as they were" if abs(priced) < 0.005 else f"{abs(priced):.0%} too {side}"
    assert f"priced {says}" in finding


def test_the_check_counts_free_days_that_are_too_few_for_a_level():
    customers = handmade([(1 + row % 2, 10, 90 + row % 9, 20.0 + row % 30) for row in range(400)])
    customers.iloc[:7, customers.columns.get_loc("monetary_value")] = 0.0  # 1.75 % of the days
    model = fit_cltv(customers)
    assert model.spend.level == 1
    expected = model.spend.expected_order_value(*spend_columns(customers))
    frequency, paid = customers["frequency"], customers["monetary_value"] > 0
    effect = (frequency @ expected) / (frequency @ customers["monetary_value"]) - 1
    of_payers = (frequency * expected)[paid].sum() / (frequency @ customers["monetary_value"]) - 1
    assert abs(of_payers) < 0.005 < effect
    finding = next(check for check in model.checks if check.name == "Spend and frequency").finding
    assert f"priced {effect:.0%} too high" in finding
