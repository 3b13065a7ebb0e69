import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import gammaincinv, gammaln

from retention import ModelError
from retention.lifetimes_package import lifetimes
from retention.models import spend as spend_module
from retention.models.spend import (
    MIN_REPEATERS,
    GammaGamma,
    SpendModel,
    StoreAverage,
    fit_spend,
    spend_objective,
)
from tests.support.histories import cdnow, handmade, simulated


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
    found = fit_spend(cdnow()).expected_order_value(
        customers["frequency"], customers["monetary_value"]
    )
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
    theirs = lifetimes().GammaGammaFitter._negative_log_likelihood(
        np.array(point), frequency, spend, counts, 0.0
    )
    assert value == pytest.approx(theirs, rel=1e-12)
    assert gradient == pytest.approx(
        approx_fprime(point, lambda at: objective(at)[0], 1e-7), abs=5e-6
    )
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
    assert StoreAverage(mean=12.0, customers=5).expected_order_value(3, 0.0) == 12.0


@pytest.mark.parametrize(
    ("spends", "reason"),
    [
        (
            [10.0, 20.0, 30.0] * (MIN_REPEATERS // 3 - 1),
            "Only 27 customers have paid on a second day",
        ),
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
    monkeypatch.setattr("retention.models.fitting.GRADIENT_TOLERANCE", -1.0)
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


# --- the distribution of future spend

GAMMA_GAMMA = GammaGamma(
    mean=6.25 * 15.44 / 2.74, customers=946, p=6.25, q=3.74, v=15.44, log_likelihood=0.0
)
STORE_AVERAGE = StoreAverage(mean=30.0, customers=12, variation=0.7, covariance=((0.04,),))


def simulated_totals(
    model: SpendModel, orders: int, frequency: int, spend: float, draws: int = 100_000
) -> np.ndarray:
    """What so many orders of a customer with this history add up to, order by order."""
    rng = np.random.Generator(np.random.PCG64(orders))
    if model.kind == "gamma_gamma":
        shape = model.p
        unit = (model.v + frequency * spend) / rng.gamma(model.q + model.p * frequency, size=draws)
    else:
        shape = 1 / model.variation**2
        unit = np.full(draws, (spend if frequency else model.mean) / shape)
    return sum(rng.gamma(shape, unit) for _ in range(orders))


@pytest.mark.parametrize("model", [GAMMA_GAMMA, STORE_AVERAGE], ids=lambda model: model.kind)
@pytest.mark.parametrize(
    ("orders", "frequency", "spend"), [(1, 0, 0.0), (3, 2, 22.35), (20, 7, 41.0)]
)
def test_totals_of_orders_are_distributed_as_simulated_ones(model, orders, frequency, spend):
    scale = float(np.ravel(model.scale(np.array([frequency]), np.array([spend])))[0])
    totals = simulated_totals(model, orders, frequency, spend) / scale
    for level in (0.02, 0.1, 0.5, 0.9, 0.98):
        multiple = model.total_quantile(level, orders, frequency)
        assert (totals <= multiple).mean() == pytest.approx(level, abs=4 * 0.5 / 316)
        assert model.probability_total_below(
            np.array(multiple), orders, frequency
        ) == pytest.approx(level, abs=1e-9)
    mean = model.expected_order_value(np.array([frequency]), np.array([spend])).item()
    assert (totals * scale).mean() == pytest.approx(orders * mean, rel=0.02)


def second_moment_by_integration(
    model: SpendModel, frequency: int, orders: int, customers: int
) -> float:
    """E[total²] / mean² over the customer's rate g, without the rarest one in `customers`."""
    shape = model.q + model.p * frequency
    rarest = gammaincinv(shape, 1 / customers)

    def density(log_rate: float) -> float:
        rate = np.exp(log_rate)
        square = (
            model.p * orders * (model.p * orders + 1) / rate**2
        )  # of a gamma variable with this rate
        return square * np.exp(shape * log_rate - rate - gammaln(shape))

    integral, _ = quad(
        density, np.log(rarest), np.log(rarest) + 60, limit=500, epsabs=0, epsrel=1e-10
    )
    return integral / (model.p / (shape - 1)) ** 2


@pytest.mark.parametrize("orders", [1, 7])
@pytest.mark.parametrize("frequency", [0, 1, 6])
@pytest.mark.parametrize("q", [1.02, 1.5, 1.99, 1.9999999, 2.0, 2.0000001, 2.01, 2.5, 3.74, 30.0])
def test_second_moment_is_the_integral_over_a_customers_own_rate(q, frequency, orders):
    model = GammaGamma(
        mean=6.25 * 15.44 / (q - 1), customers=946, p=6.25, q=q, v=15.44, log_likelihood=0.0
    )
    factor, within = model.second_moment(np.array([frequency]), 2_000)
    found = factor.item() * (orders**2 + within * orders)
    assert found == pytest.approx(
        second_moment_by_integration(model, frequency, orders, 2_000), rel=1e-5
    )


@pytest.mark.parametrize("frequency", [0.0, 1.0])
def test_second_moment_passes_smoothly_through_a_shape_of_two(frequency):
    shapes = 2 + np.concatenate(
        [-np.geomspace(1e-2, 1e-12, 40), [0.0], np.geomspace(1e-12, 1e-2, 40)]
    )
    factors = [
        GammaGamma(
            mean=1.0, customers=946, p=0.5, q=shape - 0.5 * frequency, v=15.44, log_likelihood=0.0
        ).second_moment(np.array([frequency]), 1_000)[0]
        for shape in shapes
    ]
    factors = np.concatenate(factors)
    assert np.isfinite(factors).all()
    assert (np.diff(factors) >= -1e-4 * factors[:-1]).all() or (
        np.diff(factors) <= 1e-4 * factors[:-1]
    ).all()
    assert np.abs(np.diff(np.log(factors))).max() < 0.01


def test_second_moment_of_a_store_average_is_that_of_its_variation():
    factor, within = STORE_AVERAGE.second_moment(np.array([0, 4]), 100)
    totals = simulated_totals(STORE_AVERAGE, 5, 0, 0.0)
    assert factor.tolist() == [1.0, 1.0]
    assert (totals**2).mean() == pytest.approx((25 + within * 5) * 30.0**2, rel=0.01)


@pytest.mark.parametrize("name", ["p", "q", "v"])
def test_slopes_are_the_derivatives_of_the_expected_order_value(name):
    frequency, spend = np.array([0, 1, 3, 40]), np.array([0.0, 12.0, 80.0, 33.0])
    column = ["p", "q", "v"].index(name)

    def moved(step: float) -> np.ndarray:
        parameters = {"p": 6.25, "q": 3.74, "v": 15.44}
        parameters[name] *= np.exp(step)
        mean = parameters["p"] * parameters["v"] / (parameters["q"] - 1)
        return np.log(
            GammaGamma(
                mean=mean, customers=946, log_likelihood=0.0, **parameters
            ).expected_order_value(frequency, spend)
        )

    numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5
    assert GAMMA_GAMMA.log_slopes(frequency, spend)[:, column] == pytest.approx(numeric, abs=1e-8)


def test_a_store_average_moves_with_its_mean_where_it_is_used():
    slopes = STORE_AVERAGE.log_slopes(np.array([0, 2, 3]), np.array([0.0, 5.0, 0.0]))
    assert slopes.tolist() == [[1.0], [0.0], [1.0]]


def test_covariance_is_the_spread_of_fits_to_stores_like_this_one():
    """Fifty stores of one process: the estimated log(p, q, v) vary as each fit says."""
    fits = [fit_spend(simulated_spends(500, seed)) for seed in range(50)]
    assert {model.kind for model in fits} == {"gamma_gamma"}
    drawn = np.log([(model.p, model.q, model.v) for model in fits])
    said = np.sqrt(np.median([np.diag(model.covariance) for model in fits], axis=0))
    assert drawn.std(axis=0) == pytest.approx(said, rel=0.35)
    correlation = np.median([_correlation(model.covariance) for model in fits], axis=0)
    assert np.corrcoef(drawn.T) == pytest.approx(correlation, abs=0.2)


def simulated_spends(number: int, seed: int) -> pd.DataFrame:
    rng = np.random.Generator(np.random.PCG64(seed))
    frequency = rng.integers(1, 8, number)
    unit = 40.0 / rng.gamma(3.5, size=number)
    return pd.DataFrame(
        {"frequency": frequency, "monetary_value": rng.gamma(4.0 * frequency) * unit / frequency}
    )


def _correlation(covariance) -> np.ndarray:
    spread = np.sqrt(np.diag(covariance))
    return np.array(covariance) / np.outer(spread, spread)


def with_free_repeaters(share: float) -> pd.DataFrame:
    """CDNOW's payers, and so many repeat customers more who never paid."""
    frequency, spend = repeaters(cdnow())
    free = int(share * frequency.sum() / (1 - share))
    table = pd.DataFrame({"frequency": frequency, "monetary_value": spend})
    return pd.concat(
        [table, pd.DataFrame({"frequency": np.ones(free), "monetary_value": 0.0})],
        ignore_index=True,
    )


def test_free_repeat_days_lower_what_a_purchase_day_is_expected_to_bring():
    customers = with_free_repeaters(0.3)
    frequency, spend = customers["frequency"], customers["monetary_value"]
    paying, every = fit_spend(with_free_repeaters(0.0)), fit_spend(customers)
    assert paying.level == 1
    assert every.mean == pytest.approx(every.level * paying.mean)
    expected = every.expected_order_value(frequency, spend)
    # Weighted by their orders, repeat days are expected to bring what they brought, free ones too.
    was = (frequency @ spend) / frequency.sum()
    assert (frequency @ expected) / frequency.sum() == pytest.approx(was, rel=0.05)


def test_next_to_no_free_days_leave_the_published_model_as_it_is():
    assert fit_spend(with_free_repeaters(0.01)).level == 1
    assert fit_spend(with_free_repeaters(0.03)).level < 1


def test_the_total_of_free_and_paid_orders_keeps_its_scale():
    model = fit_spend(with_free_repeaters(0.3))
    mean = model.expected_order_value(np.array([4.0]), np.array([30.0])).item()
    scale = model.scale(np.array([4.0]), np.array([30.0])).item()
    levels = np.linspace(0.0005, 0.9995, 1000)
    totals = [scale * model.total_quantile(level, 1.0, 4.0) for level in levels]
    assert np.mean(totals) == pytest.approx(mean, rel=0.02)
