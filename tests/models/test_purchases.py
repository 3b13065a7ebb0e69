import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import beta

from retention import ModelError
from retention.lifetimes_package import lifetimes
from retention.models import fitting
from retention.models.histories import group_histories
from retention.models.purchases import (
    PURCHASE_MODELS,
    PurchaseModel,
    fit_purchases,
    purchase_objective,
)
from tests.support.histories import cdnow, handmade, simulated

WEEK = 7.0
NAN = (float("nan"),) * 4
PUBLISHED = PurchaseModel("bg_nbd", 0.2426, 4.4136, 0.7929, 2.4259, -9582.43, NAN)  # time in weeks


def lifetimes_fitter(kind):
    package = lifetimes()
    return {"bg_nbd": package.BetaGeoFitter, "mbg_nbd": package.ModifiedBetaGeoFitter}[kind]()


@pytest.mark.parametrize(
    ("kind", "parameters", "log_likelihood", "digits"),
    [
        ("bg_nbd", (0.2426, 4.4136, 0.7929, 2.4259), -9582.43, 5e-5),
        ("mbg_nbd", (0.525, 6.183, 0.891, 1.614), -9582.13, 1e-3),
    ],
)
def test_published_cdnow_fit(kind, parameters, log_likelihood, digits):
    customers = cdnow()
    model = fit_purchases(group_histories(customers), kind)
    found = (model.r, model.alpha / WEEK, model.a, model.b)
    assert found == pytest.approx(parameters, abs=digits)
    in_weeks = model.log_likelihood + customers["frequency"].sum() * np.log(WEEK)
    assert in_weeks == pytest.approx(log_likelihood, abs=0.006)


@pytest.mark.parametrize("kind", PURCHASE_MODELS)
def test_agrees_with_the_fitters_of_lifetimes(kind):
    customers = cdnow()
    model = fit_purchases(group_histories(customers), kind)
    theirs = lifetimes_fitter(kind).fit(
        customers["frequency"], customers["recency"], customers["T"]
    )
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx(
        theirs.params_.tolist(), rel=1e-3
    )
    assert (
        model.log_likelihood
        >= -theirs._negative_log_likelihood_ * len(customers)
        - customers["frequency"].sum() * np.log(customers["T"].max())
        - 1e-6
    )
    assert model.relative_errors == pytest.approx(
        (theirs.standard_errors_ / theirs.params_).tolist(), rel=0.01
    )


def test_published_expectation_of_a_known_customer():
    active = PUBLISHED.probability_active(2, 30.43, 38.86)
    expected = active * PUBLISHED.expected_purchases_if_active([2], [38.86], 39.0)
    assert expected.item() == pytest.approx(1.226, abs=5e-4)


def test_published_expectations_of_a_new_customer():
    found = PUBLISHED.expected_purchases_of_new([0.1429, 1, 3, 32, 78])
    # The four digits of the parameters carry three and a half at the far end.
    assert found[:3] == pytest.approx([0.0078, 0.0532, 0.1506], abs=5e-5)
    assert found[3:] == pytest.approx([1.0437, 1.8576], abs=5e-4)


@pytest.mark.parametrize("kind", PURCHASE_MODELS)
def test_agrees_with_the_formulas_of_lifetimes_where_those_hold(kind):
    model = fit_purchases(group_histories(cdnow()), kind)
    theirs = lifetimes_fitter(kind)
    theirs.params_ = pd.Series({"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b})
    x, seen, age = np.array([0, 1, 2, 7, 26]), np.array([0, 12, 213, 206, 260]), np.full(5, 272)
    active = model.probability_active(x, seen, age)
    assert active == pytest.approx(theirs.conditional_probability_alive(x, seen, age), rel=1e-12)
    days = np.array([1.0, 30, 365, 3650])
    mine = active[:, None] * model.expected_purchases_if_active(x, age, days)
    for column, length in enumerate(days):
        other = theirs.conditional_expected_number_of_purchases_up_to_time(length, x, seen, age)
        assert mine[:, column] == pytest.approx(other, rel=1e-7)
    assert model.expected_purchases_of_new(days) == pytest.approx(
        [theirs.expected_number_of_purchases_up_to_time(length) for length in days], rel=1e-9
    )


@pytest.mark.parametrize(
    ("r", "alpha", "a", "b", "x", "age", "days", "reference"),
    [
        # the hypergeometric form of eq. 10, worked out with 120 digits in mpmath
        (0.2426, 30.9, 0.7929, 2.4259, 2, 272, 273, 1.68724367682897),
        (0.3, 20.0, 0.2, 0.3, 0, 0, 3650, 15.46863580367962),  # a + b < 1
        (0.5, 10.0, 1.0, 2.0, 5, 100, 365, 8.910632869835883),
        (0.5, 10.0, 1.0000000001, 2.0, 5, 100, 365, 8.910632869313291),
        (2.0, 0.001, 0.01, 0.02, 0, 0, 3650, 4165269.022804282),
        (0.4, 25.0, 0.05, 1e7, 900, 1000, 365, 320.6299866336656),
        (80.0, 4000.0, 5000.0, 20000.0, 3, 10, 900, 4.870424504388607),
        (0.001, 1e5, 3.0, 0.001, 0, 1, 1, 9.999849969012042e-9),
        (0.7, 40.0, 1e-6, 2.0, 4000, 5000, 1825, 1448.665935299639),
    ],
)
def test_expectation_to_many_digits(r, alpha, a, b, x, age, days, reference):
    model = PurchaseModel("bg_nbd", r, alpha, a, b, 0.0, NAN)
    assert model.expected_purchases_if_active([x], [age], days).item() == pytest.approx(
        reference, rel=1e-12
    )


@pytest.mark.parametrize("a", [0.05, 0.6, 0.999999, 1.0, 1.7, 30.0])
@pytest.mark.parametrize("b", [0.1, 2.4])
@pytest.mark.parametrize("x", [0, 1, 12])
def test_expectation_is_the_mean_over_all_rates_and_chances_to_leave(a, b, x):
    """Against a plain integral over p of the purchases expected at that chance to leave."""
    model = PurchaseModel("bg_nbd", 0.4, 25.0, a, b, 0.0, NAN)
    shape, stretch = model.r + x, 400.0 / (model.alpha + 90.0)

    # p = s ** (1 / a) takes the singularity at 0 out of the beta density, a split at 1/2 that at 1.
    def purchases(p):
        return -np.expm1(-shape * np.log1p(p * stretch)) / p if p > 0 else shape * stretch

    low = quad(
        lambda s: purchases(s ** (1 / a)) * (1 - s ** (1 / a)) ** (b + x - 1) / a,
        0,
        0.5**a,
        epsabs=0,
    )
    power = b + x
    high = quad(
        lambda s: purchases(1 - s ** (1 / power)) * (1 - s ** (1 / power)) ** (a - 1) / power,
        0,
        0.5**power,
        epsabs=0,
    )
    reference = (low[0] + high[0]) / beta(a, b + x)
    found = model.expected_purchases_if_active([x], [90.0], 400.0).item()
    assert found == pytest.approx(reference, rel=1e-7)


positive = st.floats(-6, 6).map(lambda power: 10.0**power)


@settings(max_examples=150)
@given(
    st.builds(
        PurchaseModel,
        st.sampled_from(list(PURCHASE_MODELS)),
        *[positive] * 4,
        st.just(0.0),
        st.just(NAN),
    ),
    st.integers(0, 5_000),
    st.integers(0, 40_000),
    st.floats(0, 1),
)
def test_any_parameters_and_history_give_sound_numbers(model, frequency, age, share):
    age = max(age, 1) if frequency else age
    recency = max(1, round(share * age)) if frequency else 0
    days = np.array([1.0, 30.4, 365, 3650])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        active = model.probability_active(
            np.array([frequency]), np.array([recency]), np.array([age])
        )
        expected = model.expected_purchases_if_active([frequency], [age], days)[0]
        purchase = [
            model.probability_purchase_if_active(
                np.array([frequency]), np.array([age]), length
            ).item()
            for length in days
        ]
        new = model.expected_purchases_of_new(days)
    assert 0 <= active.item() <= 1
    for values in (expected, purchase, new):
        assert np.isfinite(values).all()
        assert (np.asarray(values) >= 0).all()
        assert (np.diff(values) >= 0).all()
    assert max(purchase) <= 1
    # no more purchases than a customer who never leaves would make, no fewer than the chance of one
    assert (expected <= (model.r + frequency) / (model.alpha + age) * days * (1 + 1e-9)).all()
    assert (expected >= np.array(purchase) * (1 - 1e-9)).all()


def test_many_lengths_of_time_agree_with_one_at_a_time():
    model = PurchaseModel("bg_nbd", 0.3, 20.0, 0.4, 1.9, 0.0, NAN)
    frequency, age = np.repeat([0, 3, 40], 400), np.tile(np.arange(400), 3)
    days = np.arange(1, 61) * 30.4375
    together = model.expected_purchases_if_active(frequency, age, days)
    for row in (0, 399, 500, 1199):
        alone = [
            model.expected_purchases_if_active([frequency[row]], [age[row]], length).item()
            for length in days
        ]
        assert together[row] == pytest.approx(alone, rel=1e-10)


@settings(max_examples=60)
@given(st.integers(1, 50), st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_more_recent_purchase_never_makes_a_repeat_customer_less_likely_to_be_active(
    x, seen, later, rest
):
    for kind in PURCHASE_MODELS:
        model = PurchaseModel(kind, 0.25, 30.0, 0.8, 2.4, 0.0, NAN)
        earlier, recent = model.probability_active(
            x, np.array([seen, seen + later]), seen + later + rest
        )
        assert recent >= earlier


@pytest.mark.parametrize("kind", PURCHASE_MODELS)
@pytest.mark.parametrize(
    "point", [(0.1, 0.2, 0.3, 0.4), (-1.0, 2.0, -0.3, 1.0), (2.0, -1.0, -3.0, 3.0)]
)
def test_gradient_and_hessian_are_exact(kind, point):
    histories = group_histories(cdnow())
    objective = purchase_objective(
        histories.frequency, histories.recency / 272, histories.T / 272, histories.counts, kind
    )
    _, gradient, hessian = objective(np.array(point))
    assert gradient == pytest.approx(
        approx_fprime(point, lambda at: objective(at)[0], 1e-7), abs=2e-6
    )
    for row in range(4):
        numeric = approx_fprime(point, lambda at, row=row: objective(at)[1][row], 1e-7)
        assert hessian[row] == pytest.approx(numeric, abs=2e-5)


@pytest.mark.parametrize("kind", PURCHASE_MODELS)
def test_likelihood_is_that_of_lifetimes(kind):
    histories = group_histories(cdnow())
    data = (histories.frequency, histories.recency / 7, histories.T / 7, histories.counts)
    objective = purchase_objective(*data, kind)
    for point in ((0.1, 0.2, 0.3, 0.4), (-2.0, 3.0, -1.0, 2.0)):
        theirs = lifetimes_fitter(kind)._negative_log_likelihood(np.array(point), *data, 0.0)
        assert objective(np.array(point))[0] == pytest.approx(theirs, rel=1e-13)


def test_grouping_and_order_of_the_customers_change_nothing():
    customers = cdnow()
    histories = group_histories(customers)
    assert histories.counts.sum() == len(customers)
    assert len(histories.counts) < len(customers)
    for name in ("frequency", "recency", "T"):
        assert (getattr(histories, name)[histories.codes] == customers[name]).all()
    model = fit_purchases(histories)
    shuffled = fit_purchases(group_histories(customers.sample(frac=1, random_state=3)))
    assert [shuffled.r, shuffled.alpha, shuffled.a, shuffled.b] == pytest.approx(
        [model.r, model.alpha, model.a, model.b], rel=1e-9
    )


def test_rescaling_time_changes_nothing_but_the_unit():
    customers = cdnow()
    in_days = fit_purchases(group_histories(customers))
    weeks = customers.assign(recency=customers["recency"] / WEEK, T=customers["T"] / WEEK)
    in_weeks = fit_purchases(group_histories(weeks))
    assert (in_weeks.r, in_weeks.alpha * WEEK, in_weeks.a, in_weeks.b) == pytest.approx(
        (in_days.r, in_days.alpha, in_days.a, in_days.b), rel=1e-8
    )


def test_recovers_the_parameters_of_a_simulated_store():
    customers = simulated(20_000, 700, r=0.6, alpha=15.0, a=0.9, b=3.0)
    model = fit_purchases(group_histories(customers))
    found = np.array([model.r, model.alpha, model.a, model.b])
    # Purchases of one day count once and time is whole days: the truth is met to some percent.
    assert found == pytest.approx([0.6, 15.0, 0.9, 3.0], rel=0.12)
    assert max(model.relative_errors) < 0.1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(2, 10, 20, 5.0)], "1 customer"),
        ([(0, 0, 20, 0.0), (0, 0, 9, 0.0)], "None of the 2 customers has bought on a second day"),
        ([(1, 10, 20, 5.0)] * 40, "All 40 customers have the same purchase history"),
    ],
)
@pytest.mark.parametrize("kind", PURCHASE_MODELS)
def test_nothing_to_learn_from_is_refused_with_advice(rows, message, kind):
    with pytest.raises(ModelError, match=rf"{message}.*Load more orders"):
        fit_purchases(group_histories(handmade(rows)), kind)


def test_unknown_model_names_the_known_ones():
    with pytest.raises(ModelError, match=r"'pareto'.*'bg_nbd', 'mbg_nbd'"):
        fit_purchases(group_histories(cdnow()), "pareto")


def test_failed_fit_says_what_to_do(monkeypatch):
    monkeypatch.setattr(fitting, "GRADIENT_TOLERANCE", -1.0)
    with pytest.raises(
        ModelError, match=r"BG/NBD model could not be fitted to 2,357 customers.*Load a longer"
    ):
        fit_purchases(group_histories(cdnow()))


def test_a_few_repeaters_among_thirty_are_enough_to_fit():
    rows = [(0, 0, 10 + day, 0.0) for day in range(27)] + [
        (1, 5, 90, 9.0),
        (2, 40, 60, 7.0),
        (1, 30, 31, 8.0),
    ]
    model = fit_purchases(group_histories(handmade(rows)))
    assert np.isfinite([model.r, model.alpha, model.a, model.b, model.log_likelihood]).all()
