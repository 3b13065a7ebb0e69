"""The table of the channels page."""

import pytest

from retention import breakdown, preset_period
from retention.charts import palette
from retention.history.changes import ENOUGH
from retention.view.channels.table import table_frames
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def regions():
    orders = shared_sample("store")
    return breakdown(orders, "region", preset_period("90", orders.start, orders.end), "all_orders")


def test_what_the_verdict_is_about_comes_first(regions):
    shown, styles = table_frames(regions, "USD")
    assert shown.columns[:4].tolist() == [
        "name",
        "verdict",
        "repeat_purchase_rate",
        "repeat_purchase_rate_range",
    ]
    # Without a model there is no value of a customer.
    assert "value_per_customer" not in shown
    assert len(shown) == len(regions.values)
    assert styles.shape == shown.shape


def test_few_customers_and_chance_are_grey(regions):
    values = regions.values.copy()
    values.iloc[0, values.columns.get_loc("customers")] = ENOUGH - 1
    values["revenue_growth_verdict"] = "no clear change"
    thin = type(regions)(
        **{name: getattr(regions, name) for name in regions.__slots__} | {"values": values}
    )
    _, styles = table_frames(thin, None)
    grey = f"color: {palette.NEUTRAL}"
    assert styles["repeat_purchase_rate"].tolist()[:2] == [grey, ""]
    assert (styles["revenue_growth"] == grey).all()
    assert (styles["revenue"] == "").all()
