"""Models of customers of whom nobody knows what they spent."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from retention import (
    DataError,
    ModelError,
    backtest,
    expected_by_month,
    fit_cltv,
    frequency_recency_map,
    next_order,
    orders_uncertainty,
    predict_cltv,
    purchase_probability,
    summarise_customers,
    value_uncertainty,
    what_if,
    with_order_value,
)
from retention.models.what_if import Levers
from retention.wording import NO_AMOUNTS
from tests.support.bare_orders import both

VALUES = {"expected_order_value", "cltv", "cltv_low", "cltv_high"}


@pytest.fixture(scope="module")
def bare() -> pd.DataFrame:
    return summarise_customers(both(customers=800)[1])


@pytest.fixture(scope="module")
def model(bare):
    return fit_cltv(bare)


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(1, 10_000),
    customers=st.integers(150, 500),
    kind=st.sampled_from(["bg_nbd", "mbg_nbd"]),
)
def test_orders_do_not_depend_on_the_column_of_amounts(seed, customers, kind):
    priced, unpriced = both(customers=customers, days=500, seed=seed)
    key = ["customer_id", "ordered_at"]
    pd.testing.assert_frame_equal(
        *(orders.table.select(*key).order_by(key).to_pandas() for orders in (priced, unpriced))
    )
    tables = [summarise_customers(orders) for orders in (priced, unpriced)]
    same = ["frequency", "recency", "T", "first_order", "last_order", "orders"]
    pd.testing.assert_frame_equal(tables[0][same], tables[1][same])
    models = [fit_cltv(table, kind) for table in tables]
    assert models[0].purchases == models[1].purchases
    assert models[1].spend is None
    scores = [predict_cltv(fitted, table) for fitted, table in zip(models, tables, strict=True)]
    assert not VALUES & set(scores[1])
    pd.testing.assert_frame_equal(scores[0].drop(columns=list(VALUES)), scores[1])


def test_a_model_without_spend_says_so(model):
    assert model.spend is None
    assert model.spend_model is None
    assert (model.p, model.q, model.v, model.spend_log_likelihood) == (None,) * 4
    assert not {"Spend model", "Spend and frequency"} & {check.name for check in model.checks}


@pytest.mark.parametrize(
    "money",
    [
        value_uncertainty,
        lambda model, customers: what_if(model, customers, Levers(retention=0.05)),
    ],
)
def test_what_is_money_alone_is_refused_in_one_sentence(model, bare, money):
    with pytest.raises(ModelError) as error:
        money(model, bare)
    assert str(error.value) == NO_AMOUNTS


def test_what_is_not_money_is_there(model, bare):
    months = expected_by_month(model, bare)
    scores = predict_cltv(model, bare)
    assert not {"expected_revenue", "expected_value"} & set(months)
    assert months["expected_orders"].sum() == pytest.approx(scores["expected_orders"].sum())
    total = orders_uncertainty(model, bare).total()
    assert total.low < scores["expected_orders"].sum() < total.high
    assert purchase_probability(model, bare, 30).between(0, 1).all()
    history = bare.iloc[0]
    assert next_order(model, int(history["frequency"]), history["recency"], history["T"]).middle > 0
    assert "expected_value" not in frequency_recency_map(model, 365)
    assert "expected_value" in frequency_recency_map(model, 365, order_value=40.0)


def test_some_customers_without_spend_are_a_mistake(bare):
    mixed = bare.assign(monetary_value=np.where(np.arange(len(bare)) % 2, 10.0, np.nan))
    with pytest.raises(DataError, match="empty or infinite"):
        fit_cltv(mixed)


def test_a_backtest_compares_orders_alone():
    priced, bare = map(backtest, both(customers=800))
    assert bare.revenue is None
    assert bare.orders == priced.orders
    orders = ["orders", "actual_orders", "bias", "mae", "rmse", "deviance"]
    pd.testing.assert_frame_equal(bare.models[orders], priced.models[orders])
    assert bare.models.drop(columns=orders).isna().all(axis=None)
    assert "revenue" not in bare.verdict
    pd.testing.assert_frame_equal(bare.tracking, priced.tracking)


def test_an_order_value_of_ones_own_prices_every_order_alike(model, bare):
    priced = predict_cltv(with_order_value(model, 40.0), bare)
    assert (priced["expected_order_value"] == 40.0).all()
    orders = predict_cltv(model, bare)["expected_orders"]
    assert (priced["cltv"] < 40.0 * orders).all()
    assert (priced["cltv"] > 0.85 * 40.0 * orders).all()
    assert (priced["cltv_low"] <= priced["cltv"]).all()
    assert (priced["cltv"] <= priced["cltv_high"]).all()
    twice = predict_cltv(with_order_value(model, 80.0), bare)
    np.testing.assert_allclose(twice["cltv"], 2 * priced["cltv"])


@pytest.mark.parametrize("amount", [0, -1.0, float("nan"), None])
def test_an_order_value_has_to_be_above_zero(model, amount):
    with pytest.raises(ModelError, match="average order value"):
        with_order_value(model, amount)
