"""What a new customer is worth: in simulated stores, by hand, and with too little data."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.coverage import CDNOW, LOYAL
from retention import DataError, ModelError, acquisition
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


def test_groups_have_models_of_their_own_and_small_ones_say_so():
    loyal = with_revenue(known_purchases(1_500, 500, 1, 1, **LOYAL)).assign(first_channel="Search")
    others = with_revenue(known_purchases(900, 500, 1, 2, **CDNOW)).assign(first_channel="Ads")
    few = loyal.iloc[: FEWEST_CUSTOMERS - 1].assign(first_channel="Podcast")
    customers = pd.concat([loyal, others, few])
    found = acquisition(customers).groups
    assert list(found.index) == [ALL, "Search", "Ads", "Podcast"]
    assert found.loc["Search", "value"] == pytest.approx(
        acquisition(loyal, None).groups.loc[ALL, "value"]
    )
    assert found.loc["Search", "value_low"] > found.loc["Ads", "value_high"]
    assert "Too little data" in found.loc["Podcast", "problem"]
    assert np.isnan(found.loc["Podcast", "allowed"])


def test_wrong_settings_are_named():
    customers = with_revenue(known_purchases(200, 300, 1, 1, **LOYAL))
    with pytest.raises(DataError, match="first_channel"):
        acquisition(customers)
    with pytest.raises(DataError, match="ratio"):
        acquisition(customers, None, ratio=0)
    with pytest.raises(ModelError, match="margin"):
        acquisition(customers, None, margin=0)
