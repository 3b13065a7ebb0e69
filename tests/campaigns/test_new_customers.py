"""What a new customer is worth: in simulated stores, by hand, and with too little data."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.coverage import CDNOW, LOYAL
from retention import DataError, ModelError, acquisition, fit_cltv, fit_groups, predict_cltv
from retention.campaigns.new_customers import ALL, FEWEST_CUSTOMERS
from tests.support.histories import known_purchases


def new_customers(parameters, horizon, seed=5):
    """What each new customer of a process spends in a number of days, first day included."""
    store = known_purchases(60_000, 1, horizon, seed, **parameters)
    start = store.days - store.customers["T"].to_numpy()
    inside = store.day <= start[store.who] + horizon
    return np.bincount(store.who[inside], store.value[inside])


def with_revenue(store):
    past = store.day <= store.days
    return store.customers.assign(revenue=np.bincount(store.who[past], store.value[past]))


@pytest.mark.parametrize("parameters", [CDNOW, LOYAL], ids=["CDNOW", "loyal"])
def test_the_value_is_what_new_customers_of_the_process_bring(parameters):
    truth = new_customers(parameters, 365).mean()
    inside = []
    for seed in range(24):
        customers = with_revenue(known_purchases(2_000, 500, 1, seed, **parameters))
        found = acquisition(customers, None, margin=1.0, annual_discount_rate=0.0).groups.loc[ALL]
        assert found["value"] == pytest.approx(truth, rel=0.25)
        inside.append(found["value_low"] <= truth <= found["value_high"])
    # At 80 %, 13 or fewer of 24 happen once in 300.
    assert sum(inside) >= 14


def test_allowed_cost_and_payback_follow_from_the_value(monkeypatch):
    customers = with_revenue(known_purchases(3_000, 500, 1, 1, **LOYAL))
    found = acquisition(customers, None, margin=0.5, ratio=3)
    row, curve = found.groups.loc[ALL], found.curves.set_index("day")["margin"]
    assert row["allowed"] == pytest.approx(row["value"] / 3)
    assert curve.loc[0] == pytest.approx(0.5 * row["first_order"])
    assert curve.is_monotonic_increasing
    dear = acquisition(customers, None, margin=0.5, ratio=1.05).groups.loc[ALL]
    assert row["payback_days"] < dear["payback_days"] <= 365
    before = curve.loc[: dear["payback_days"] - 1]
    assert (before < dear["allowed"]).all()
    assert acquisition(customers, None, margin=1.0).groups.loc[ALL, "value"] == pytest.approx(
        2 * row["value"]
    )


def test_groups_have_models_of_their_own_that_lean_on_the_store_and_small_ones_say_so():
    loyal = with_revenue(known_purchases(1_500, 500, 1, 1, **LOYAL)).assign(first_channel="Search")
    others = with_revenue(known_purchases(900, 500, 1, 2, **CDNOW)).assign(first_channel="Ads")
    few = loyal.iloc[: FEWEST_CUSTOMERS - 1].assign(first_channel="Podcast")
    customers = pd.concat([loyal, others, few])
    found = acquisition(customers).groups
    assert list(found.index) == [ALL, "Search", "Ads", "Podcast"]
    # Its own 1,500 customers tell next to all of it.
    assert found.loc["Search", "value"] == pytest.approx(
        acquisition(loyal, None).groups.loc[ALL, "value"], rel=0.03
    )
    assert found.loc["Search", "value_low"] > found.loc["Ads", "value_high"]
    assert "Too little data" in found.loc["Podcast", "problem"]
    assert np.isnan(found.loc["Podcast", "allowed"])


def test_the_models_are_those_that_the_channels_are_compared_by():
    loyal = with_revenue(known_purchases(1_500, 500, 1, 1, **LOYAL)).assign(first_channel="Search")
    others = with_revenue(known_purchases(900, 500, 1, 2, **CDNOW)).assign(first_channel="Ads")
    customers = pd.concat([loyal, others]).reset_index(drop=True)
    model = fit_cltv(customers)
    groups = fit_groups(model, customers, customers["first_channel"])
    given = acquisition(customers, model=model, groups=groups)
    pd.testing.assert_frame_equal(given.groups, acquisition(customers).groups)
    pd.testing.assert_frame_equal(given.curves, acquisition(customers).curves)
    # A new customer's repeat orders are those that the channel's own model foresees of somebody
    # who has just ordered.
    for name in ("Search", "Ads"):
        new = pd.DataFrame({"frequency": [0], "recency": [0], "T": [0], "monetary_value": [0.0]})
        value = predict_cltv(groups.model_of(name), new, margin=0.4)["cltv"].item()
        row = given.groups.loc[name]
        assert row["value"] == pytest.approx(0.4 * row["first_order"] + value)


def test_a_channel_of_few_customers_leans_on_the_store():
    many = with_revenue(known_purchases(2_000, 500, 1, 3, **CDNOW)).assign(first_channel="Search")
    few = with_revenue(known_purchases(40, 500, 1, 4, **CDNOW)).assign(first_channel="Podcast")
    found = acquisition(pd.concat([many, few]).reset_index(drop=True)).groups
    podcast, search = found.loc["Podcast"], found.loc["Search"]
    assert podcast["problem"] == ""
    later = {name: row["value"] / 0.4 - row["first_order"] for name, row in found.iterrows()}
    assert later["Podcast"] == pytest.approx(later["Search"], rel=0.5)
    width = {name: row["value_high"] - row["value_low"] for name, row in found.iterrows()}
    assert width["Podcast"] > 3 * width["Search"]
    assert podcast["value_low"] < search["value_high"]


def test_wrong_settings_are_named():
    customers = with_revenue(known_purchases(200, 300, 1, 1, **LOYAL))
    with pytest.raises(DataError, match="first_channel"):
        acquisition(customers)
    with pytest.raises(DataError, match="ratio"):
        acquisition(customers, None, ratio=0)
    with pytest.raises(ModelError, match="margin"):
        acquisition(customers, None, margin=0)
