import dataclasses

import numpy as np
import pytest

from retention import (
    DataError,
    Levers,
    ModelError,
    fit_cltv,
    predict_cltv,
    value_uncertainty,
    what_if,
)
from retention.models.spend import GammaGamma
from tests.support.histories import cdnow, simulated

TERMS = {"horizon_days": 365, "annual_discount_rate": 0.1, "margin": 0.4}


@pytest.fixture(scope="module")
def customers():
    return cdnow()


@pytest.fixture(scope="module")
def model(customers):
    return fit_cltv(customers)


def test_without_a_change_there_is_no_gain(model, customers):
    result = what_if(model, customers, Levers(), **TERMS)
    scores = predict_cltv(model, customers, **TERMS)
    known = value_uncertainty(model, customers, **TERMS).total()
    assert dataclasses.astuple(result.today) == pytest.approx(dataclasses.astuple(known), rel=1e-9)
    assert result.today.expected == pytest.approx(scores["cltv"].sum())
    assert result.changed.expected == pytest.approx(result.today.expected)
    assert (result.changed.low, result.changed.high) == pytest.approx(
        (known.low, known.high), rel=1e-5
    )
    assert (result.gain.expected, result.gain.low, result.gain.high) == pytest.approx(
        (0, 0, 0), abs=1e-6
    )


@pytest.mark.parametrize("lever", ["order_value", "margin"])
def test_money_levers_move_the_value_in_proportion(model, customers, lever):
    result = what_if(model, customers, Levers(**{lever: 0.05}), **TERMS)
    assert result.changed.expected == pytest.approx(1.05 * result.today.expected)
    assert result.gain.expected == pytest.approx(0.05 * result.today.expected)
    assert result.gain.low < result.gain.expected < result.gain.high


def test_a_higher_repeat_rate_is_a_longer_horizon_of_the_same_customers(model, customers):
    terms = TERMS | {"annual_discount_rate": 0.0}
    result = what_if(model, customers, Levers(repeat_rate=0.10), **terms)
    longer = predict_cltv(model, customers, **(terms | {"horizon_days": 365 * 1.1}))
    assert result.changed.expected == pytest.approx(longer["cltv"].sum(), rel=1e-9)


def test_more_retention_agrees_with_simulated_futures():
    """Every customer's chance to leave scaled by one factor, in the model's posterior."""
    customers = simulated(400, 400, seed=4, r=0.8, alpha=25.0)
    model = fit_cltv(customers)
    gain = 0.10
    leave = model.a / (model.a + model.b)
    factor = (1 - (1 - leave) * (1 + gain)) / leave
    rng = np.random.default_rng(8)
    repeats = 400
    x, recency, age = (
        np.repeat(customers[name].to_numpy(float), repeats)
        for name in ("frequency", "recency", "T")
    )
    active = rng.random(len(x)) < model.purchases.probability_active(x, recency, age)
    rate = rng.gamma(model.r + x, 1 / (model.alpha + age))
    leaving = rng.beta(model.a, model.b + x) * factor
    orders, now = np.zeros(len(x)), np.zeros(len(x))
    while active.any():
        now = np.where(active, now + rng.exponential(1 / rate), now)
        active &= now < 365
        orders += active
        active &= rng.random(len(x)) >= leaving
    worth = model.spend.expected_order_value(
        x, np.repeat(customers["monetary_value"].to_numpy(), repeats)
    )
    result = what_if(model, customers, Levers(retention=gain), 365, 0.0, 1.0)
    assert result.changed.expected == pytest.approx((orders * worth).sum() / repeats, rel=0.01)


def test_levers_together_bring_more_than_their_sum(model, customers):
    together = what_if(model, customers, Levers(0.05, 0.05, 0.05, 0.05), **TERMS).gain.expected
    alone = [
        what_if(model, customers, Levers(**{field.name: 0.05}), **TERMS).gain.expected
        for field in dataclasses.fields(Levers)
    ]
    assert min(alone) > 0
    assert together > sum(alone)


def test_a_loss_has_its_interval_below_zero(model, customers):
    gain = what_if(model, customers, Levers(retention=-0.1), **TERMS).gain
    assert gain.low < gain.expected < gain.high < 0


def test_what_cannot_rise_further_is_said(model, customers):
    assert what_if(model, customers, Levers(margin=0.05), margin=1.0).capped == ("margin",)
    assert what_if(model, customers, Levers(margin=0.05), margin=1.0).gain.expected == 0
    everybody_stays = what_if(model, customers, Levers(retention=9.0), **TERMS)
    assert everybody_stays.capped == ("retention",)
    assert np.isfinite(dataclasses.astuple(everybody_stays.changed)).all()
    assert not what_if(model, customers, Levers(0.05, 0.05, 0.05, 0.05), **TERMS).capped


def test_the_interval_of_a_gain_is_that_of_stores_like_this_one():
    """The gain fitted to stores of known parameters covers the gain of the true parameters."""
    truth = {"r": 0.8, "alpha": 25.0, "a": 0.8, "b": 2.5, "p": 6.0, "q": 4.0, "v": 15.0}
    covered = 0
    stores = 24
    for seed in range(stores):
        customers = simulated(500, 400, seed=seed, **truth)
        model = fit_cltv(customers)
        found = what_if(model, customers, Levers(retention=0.05)).gain
        known = dataclasses.replace(
            model,
            purchases=dataclasses.replace(model.purchases, r=0.8, alpha=25.0, a=0.8, b=2.5),
            spend=GammaGamma(
                mean=30.0,
                customers=model.spend.customers,
                p=6.0,
                q=4.0,
                v=15.0,
                log_likelihood=0.0,
                covariance=((0.0,) * 3,) * 3,
            ),
        )
        covered += (
            found.low
            <= what_if(known, customers, Levers(retention=0.05)).gain.expected
            <= found.high
        )
    assert 0.6 <= covered / stores < 1


@pytest.mark.parametrize("field", ["repeat_rate", "order_value", "margin", "retention"])
def test_levers_out_of_range_are_refused(field):
    for change in (-0.95, 12, float("nan")):
        with pytest.raises(ModelError, match=field):
            Levers(**{field: change})


def test_the_uncertainty_of_other_customers_is_refused():
    customers = cdnow()
    model = fit_cltv(customers)
    with pytest.raises(DataError, match="other customers"):
        what_if(
            model,
            customers,
            Levers(repeat_rate=0.1),
            uncertainty=value_uncertainty(model, customers.iloc[:100]),
        )
