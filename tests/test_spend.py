import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from retention import spend as spend_module
from retention.errors import ModelError
from retention.fitting import lifetimes
from retention.spend import MIN_REPEATERS, SpendModel, fit_spend, spend_objective
from tests.histories import cdnow, handmade, simulated


def repeaters(customers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    paid = customers[(customers["frequency"] > 0) & (customers["monetary_value"] > 0)]
    return paid["frequency"].to_numpy(dtype=float), paid["monetary_value"].to_numpy()


def test_published_cdnow_fit():
    model = fit_spend(cdnow())
    assert (model.kind, model.customers) == ("gamma_gamma", 946)
    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.005)
    assert model.log_likelihood == pytest.approx(-4055.92, abs=0.005)
    # 35.22 from the published, rounded parameters
    assert model.mean == pytest.approx(35.22, abs=0.06)


def test_published_expected_spend_of_the_first_ten_customers():
    customers = cdnow().head(10)
    found = fit_spend(cdnow()).expected_order_value(customers["frequency"], customers["monetary_value"])
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert found == pytest.approx(published, abs=0.01)


def test_agrees_with_the_fitter_of_lifetimes():
    frequency, spend = repeaters(cdnow())
    theirs = lifetimes().GammaGammaFitter().fit(frequency, spend)
    model = fit_spend(cdnow())
    assert [model.p, model.q, model.v] == pytest.approx(theirs.params_.tolist(), rel=1e-3)
    assert model.log_likelihood >= -theirs._negative_log_likelihood_ * len(spend) - 1e-6


@pytest.mark.parametrize("point", [(0.5, 0.7, 3.0), (2.0, 1.0, 2.0), (-1.0, 0.2, 0.0)])
def test_gradient_hessian_and_likelihood_are_exact(point):
    frequency, spend = repeaters(cdnow())
    counts = np.arange(len(spend)) % 3 + 1
    objective = spend_objective(frequency, spend, counts)
    value, gradient, hessian = objective(np.array(point))
    theirs = lifetimes().GammaGammaFitter._negative_log_likelihood(np.array(point), frequency, spend, counts, 0.0)
    assert value == pytest.approx(theirs, rel=1e-12)
    assert gradient == pytest.approx(approx_fprime(point, lambda at: objective(at)[0], 1e-7), abs=5e-6)
    for row in range(3):
        numeric = approx_fprime(point, lambda at, row=row: objective(at)[1][row], 1e-7)
        assert hessian[row] == pytest.approx(numeric, abs=5e-5)


def test_recovers_the_parameters_of_a_simulated_store():
    model = fit_spend(simulated(20_000, 700, alpha=15.0, p=4.0, q=5.0, v=60.0))
    assert (model.p, model.q, model.v) == pytest.approx((4.0, 5.0, 60.0), rel=0.1)


def test_the_currency_changes_only_the_unit():
    customers = cdnow()
    dollars = fit_spend(customers)
    cents = fit_spend(customers.assign(monetary_value=customers["monetary_value"] * 100))
    assert (cents.p, cents.q, cents.v / 100, cents.mean / 100) == pytest.approx(
        (dollars.p, dollars.q, dollars.v, dollars.mean), rel=1e-8
    )


def test_expected_value_lies_between_a_customers_own_mean_and_the_populations():
    model = fit_spend(cdnow())
    frequency, spend = repeaters(cdnow())
    expected = model.expected_order_value(frequency, spend)
    assert (expected >= np.minimum(spend, model.mean) - 1e-9).all()
    assert (expected <= np.maximum(spend, model.mean) + 1e-9).all()
    assert model.expected_order_value(0, 0.0) == pytest.approx(model.mean)
    assert model.expected_order_value(10**6, 80.0) == pytest.approx(80.0, rel=1e-4)


def test_repeats_that_were_free_still_have_a_positive_expectation():
    model = fit_spend(cdnow())
    assert model.expected_order_value(3, 0.0) > 0
    assert SpendModel("store_average", 12.0, 5).expected_order_value(3, 0.0) == 12.0


@pytest.mark.parametrize(
    ("spends", "reason"),
    [
        ([10.0, 20.0, 30.0] * (MIN_REPEATERS // 3 - 1), "Only 27 customers have paid on a second day"),
        ([25.0] * 100, "All 100 repeat customers spend the same"),
    ],
)
def test_falls_back_to_the_store_average_and_says_why(spends, reason):
    customers = handmade([(2, 10, 20, value) for value in spends] + [(0, 0, 30, 0.0)] * 5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fit_spend(customers)
        values = model.expected_order_value(customers["frequency"], customers["monetary_value"])
    assert model.kind == "store_average"
    assert model.reason.startswith(reason)
    assert (model.p, model.q, model.v, model.log_likelihood) == (None, None, None, None)
    assert model.mean == pytest.approx(np.mean(spends))
    assert values[: len(spends)].tolist() == spends  # own mean, not shrunk
    assert values[-1] == pytest.approx(np.mean(spends))


def test_a_spend_without_a_mean_falls_back():
    model = fit_spend(simulated(4_000, 700, p=4.0, q=0.6, v=3.0))
    assert model.kind == "store_average"
    assert "no mean" in model.reason
    assert np.isfinite(model.mean)


def test_a_mean_far_beyond_what_customers_spend_falls_back(monkeypatch):
    monkeypatch.setattr(spend_module, "MAX_MEAN_RATIO", 0.5)
    model = fit_spend(cdnow())
    assert model.kind == "store_average"
    assert "close to 1" in model.reason


def test_a_failed_fit_falls_back(monkeypatch):
    monkeypatch.setattr("retention.fitting.GRADIENT_TOLERANCE", -1.0)
    model = fit_spend(cdnow())
    assert model.kind == "store_average"
    assert model.reason.startswith("The spend model did not fit")


def test_free_repeats_leave_the_mean_of_all_purchase_days():
    customers = handmade([(1, 10, 20, 0.0)] * 3).assign(revenue=30.0)
    model = fit_spend(customers)
    assert (model.kind, model.mean, model.customers) == ("store_average", 15.0, 0)


def test_no_price_anywhere_is_refused():
    customers = handmade([(1, 10, 20, 0.0)] * 3)
    for table in (customers, customers.assign(revenue=0.0)):
        with pytest.raises(ModelError, match="No purchase has a price above zero"):
            fit_spend(table)
