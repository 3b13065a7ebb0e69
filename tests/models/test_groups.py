"""Models of groups: near their own customers where these are many, near the store where few."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.coverage import CHANNELS, channel_hits, channel_store
from retention import (
    DataError,
    fit_cltv,
    fit_groups,
    group_orders_uncertainty,
    group_scores,
    group_value_uncertainty,
    predict_cltv,
    value_uncertainty,
    with_order_value,
)
from retention.models import uncertainty as uncertainty_module
from retention.models.groups import FEWEST_CUSTOMERS, MOST_GROUPS, GroupModels
from retention.models.purchases import PARAMETERS
from retention.models.spend import StoreAverage
from tests.support.histories import extreme_store, handmade, known_store

DIFFER = CHANNELS["channels differ"]


@pytest.fixture(scope="module")
def store() -> pd.DataFrame:
    return channel_store(DIFFER, 1)


@pytest.fixture(scope="module")
def groups(store) -> GroupModels:
    return fit_groups(fit_cltv(store), store, store["first_channel"])


def logs(purchases) -> np.ndarray:
    return np.log([getattr(purchases, name) for name in PARAMETERS])


def test_eight_stores_of_three_channels():
    """The value of each channel is far off by the store's model, and its range rarely holds it."""
    found = pd.concat([channel_hits(DIFFER, seed) for seed in range(8)])
    channels = found.loc[list(DIFFER)]
    paid = found.loc["Paid"]
    assert paid["pooled"].mean() > 0.4
    assert paid["pooled_holds"].sum() == 0
    assert abs(paid["own"].mean()) < 0.15
    # At 80 %, 14 or fewer of 24 happen once in 100.
    assert channels["own_holds"].sum() >= 15
    assert channels["orders_hold"].sum() >= 15
    assert channels["own"].abs().mean() < channels["pooled"].abs().mean() / 4


def test_a_large_group_is_near_a_fit_of_its_own_customers(store, groups):
    assert groups.names == ("Organic", "Paid", "E-mail")
    for name in groups.names:
        part = store[store["first_channel"] == name]
        alone, model = fit_cltv(part), groups.model_of(name)
        days = {"horizon_days": 365, "annual_discount_rate": 0.0}
        foreseen = [predict_cltv(fitted, part, **days)["cltv"].sum() for fitted in (alone, model)]
        assert foreseen[1] == pytest.approx(foreseen[0], rel=0.08)
        assert model.customers == len(part)
        assert np.isfinite(model.purchases.covariance).all()


def test_more_customers_of_a_kind_pull_a_group_away_from_the_store():
    many = channel_store({"Organic": DIFFER["Organic"]}, 3)
    other, *_ = known_store(1_000, 540, 0, 5, **DIFFER["Paid"].parameters)
    distances = []
    for size in (30, 100, 300, 1_000):
        part = other.iloc[:size].assign(first_channel="Paid")
        part.index = [f"P{row}" for row in range(size)]
        customers = pd.concat([many, part])
        model = fit_cltv(customers)
        fitted = fit_groups(model, customers, customers["first_channel"])
        alike = {
            "frequency": [0, 1, 2],
            "recency": [0, 100, 200],
            "T": [300] * 3,
            "monetary_value": [0.0, 30.0, 30.0],
        }
        orders = [
            predict_cltv(one, pd.DataFrame(alike), intervals=False)["expected_orders"].sum()
            for one in (model, fitted.model_of("Paid"))
        ]
        distances.append(1 - orders[1] / orders[0])
    assert distances[0] < min(distances[1:]) / 2


def test_groups_that_do_not_differ_stay_near_the_store():
    customers, *_ = known_store(3_000, 540, 0, 2, **DIFFER["Organic"].parameters)
    values = pd.Series(np.resize(list("abc"), len(customers)), customers.index)
    model = fit_cltv(customers)
    found = fit_groups(model, customers, values)
    pooled = value_uncertainty(model, customers)
    own = group_value_uncertainty(found, customers, values)
    for name in "abc":
        inside = (values == name).to_numpy()
        assert own.total(inside).expected == pytest.approx(pooled.total(inside).expected, rel=0.12)
    assert own.total().expected == pytest.approx(pooled.total().expected, rel=0.03)


def test_small_and_missing_values_share_the_model_of_the_rest(store):
    values = store["first_channel"].copy()
    values.iloc[: FEWEST_CUSTOMERS - 1] = "Podcast"
    values.iloc[100:140] = None
    values.iloc[140:160] = ""
    found = fit_groups(fit_cltv(store), store, values)
    assert set(found.names) == set(DIFFER)
    assert found.model_of("Podcast") is found.model_of("never seen") is found.rest
    assert found.rest.customers == FEWEST_CUSTOMERS - 1 + 40 + 20
    codes = found.codes(values)
    assert (codes[: FEWEST_CUSTOMERS - 1] == 3).all()
    assert (codes[100:160] == 3).all()
    assert [found.names[code] for code in codes[200:203]] == values.iloc[200:203].tolist()
    spread = [max(model.purchases.relative_errors) for model in (found.rest, found.models[0])]
    assert spread[0] > spread[1]


def test_only_the_largest_values_have_models():
    customers, *_ = known_store(3_000, 400, 0, 2, **DIFFER["Organic"].parameters)
    number = MOST_GROUPS + 5
    values = pd.Series([f"P{row % number}" for row in range(len(customers))], customers.index)
    found = fit_groups(fit_cltv(customers), customers, values)
    assert len(found.names) == len(found.models) == MOST_GROUPS
    assert found.rest.customers == len(customers) - sum(one.customers for one in found.models)


def test_one_value_is_the_store(store):
    model = fit_cltv(store)
    found = fit_groups(model, store, pd.Series("all", store.index))
    assert found.models == (model,)
    assert fit_groups(model, store, pd.Series(None, store.index, dtype=object)).rest == model


def test_scores_and_totals_of_a_group_are_those_of_its_model(store, groups):
    values = store["first_channel"]
    scores = group_scores(groups, store, values, 200, 0.2, 0.4)
    whole = group_value_uncertainty(groups, store, values, 200, 0.2, 0.4)
    orders = group_orders_uncertainty(groups, store, values, 200)
    assert scores.index.equals(store.index)
    # Each customer has the slopes of one model, and the covariance has those of all.
    assert len(whole.covariance) == len(groups.names) * whole.slopes.shape[1]
    assert whole.expected == pytest.approx(scores["cltv"].to_numpy())
    assert orders.expected == pytest.approx(scores["expected_orders"].to_numpy())
    for name in groups.names:
        inside = (values == name).to_numpy()
        part, model = store[inside], groups.model_of(name)
        alone = predict_cltv(model, part, 200, 0.2, 0.4)
        pd.testing.assert_frame_equal(scores[inside], alone)
        total, own = whole.total(inside), value_uncertainty(model, part, 200, 0.2, 0.4).total()
        assert (total.expected, total.low, total.high) == pytest.approx(
            (own.expected, own.low, own.high)
        )
    # Groups are estimated independently: their errors add up as squares.
    parts = [whole.total((values == name).to_numpy()) for name in groups.names]
    assert whole.total().parameters == pytest.approx(
        np.sqrt(sum(part.parameters**2 for part in parts))
    )


def test_a_sample_of_each_group_tells_the_range(store, groups, monkeypatch):
    values = store["first_channel"]
    exact = group_value_uncertainty(groups, store, values)
    monkeypatch.setattr(uncertainty_module, "SAMPLE", 200)
    monkeypatch.setattr("retention.models.groups.SAMPLE", 200)
    rough = group_value_uncertainty(groups, store, values)
    assert len(rough.sample) < len(exact.sample) == len(store)
    for name in groups.names:
        inside = (values == name).to_numpy()
        assert rough.total(inside).parameters == pytest.approx(
            exact.total(inside).parameters, rel=0.3
        )


def test_the_order_of_customers_makes_no_difference(store, groups):
    shuffled = store.sample(frac=1.0, random_state=1)
    found = fit_groups(fit_cltv(shuffled), shuffled, shuffled["first_channel"])
    assert found.names == groups.names
    for one, other in zip(found.models, groups.models, strict=True):
        assert logs(one.purchases) == pytest.approx(logs(other.purchases), abs=1e-3)


def test_stores_without_a_spend_model_or_without_amounts(store):
    bare = store.assign(monetary_value=np.nan)
    model = fit_cltv(bare)
    assert fit_groups(model, bare, bare["first_channel"]).models[0].spend is None
    priced = fit_groups(with_order_value(model, 30.0), bare, bare["first_channel"])
    assert {one.spend.mean for one in priced.models} == {30.0}
    even = store.assign(monetary_value=np.where(store["frequency"] > 0, 25.0, 0.0))
    paid = (even["first_channel"] == "Paid") & (even["frequency"] > 0)
    even.loc[paid, "monetary_value"] = 10.0
    average = StoreAverage(mean=23.0, customers=900, variation=0.3, covariance=((0.0001,),))
    model = replace(fit_cltv(even), spend=average)
    found = fit_groups(model, even, even["first_channel"])
    assert found.model_of("Paid").spend.mean == pytest.approx(10.0, rel=0.1)
    assert found.model_of("E-mail").spend.mean == pytest.approx(25.0, rel=0.1)


def test_values_of_other_customers_are_refused(store):
    model = fit_cltv(store)
    for values in (store["first_channel"].iloc[1:], store["first_channel"].reset_index(drop=True)):
        with pytest.raises(DataError, match="other customers"):
            fit_groups(model, store, values)


def test_groups_without_a_repeat_customer_take_the_stores_spend():
    customers, *_ = known_store(1_500, 540, 0, 2, **DIFFER["Organic"].parameters)
    never = handmade([(0, 0, 100 + row, 0.0) for row in range(60)])
    never.index = [f"N{row}" for row in range(60)]
    whole = pd.concat([customers.assign(by="usual"), never.assign(by="never")])
    model = fit_cltv(whole)
    found = fit_groups(model, whole, whole["by"]).model_of("never")
    assert found.spend.mean == pytest.approx(model.spend.mean, rel=0.2)
    scores = predict_cltv(found, never)
    store = predict_cltv(model, never)
    assert 0 < scores["cltv"].sum() < store["cltv"].sum()


@pytest.mark.parametrize("seed", [3, 20, 44, 71, 90])
def test_stores_of_any_shape_have_groups_with_sensible_numbers(seed):
    customers = pd.concat([extreme_store(seed)] * 3)
    customers.index = [f"C{row}" for row in range(len(customers))]
    rng = np.random.default_rng(seed)
    values = pd.Series(rng.choice(["a", "b", None], len(customers), p=[0.6, 0.3, 0.1]))
    values.index = customers.index
    model = fit_cltv(customers, ("bg_nbd", "mbg_nbd")[seed % 2])
    found = fit_groups(model, customers, values)
    assert found.names
    scores = group_scores(found, customers, values)
    assert np.isfinite(scores.to_numpy()).all()
    assert (scores["cltv_low"] <= scores["cltv"] + 1e-9).all()
    assert (scores["cltv"] <= scores["cltv_high"] + 1e-9).all()
    total = group_value_uncertainty(found, customers, values).total()
    assert total.expected == pytest.approx(
        value_uncertainty(model, customers).total().expected, rel=0.5
    )
