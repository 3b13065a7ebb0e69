"""All of it on UCI Online Retail, against plain pandas where that is quick enough."""

import pandas as pd
import pytest

from retention import (
    bought_next,
    bought_together,
    next_products_backtest,
    product_history,
    product_table,
)
from retention.products.intervals import MOST_WEIGHT
from tests.products import test_due
from tests.products.examples import bought_in_pandas, gaps_in_pandas, quartiles_in_pandas


@pytest.fixture(scope="module")
def bought(online_retail):
    return bought_in_pandas(online_retail)


def test_the_table_and_the_intervals(online_retail, bought):
    table = product_table(online_retail)
    grouped = bought.groupby("product")
    days = bought.groupby(["product", "customer_id"]).size()
    wanted = pd.DataFrame(
        {
            "customers": grouped["customer_id"].nunique(),
            "orders": grouped.size(),
            "repeat_customers": (days > 1).groupby("product").sum(),
            "reorders": (days - 1).groupby("product").sum(),
        }
    )
    found = table[list(wanted)].sort_index()
    pd.testing.assert_frame_equal(found, wanted.sort_index(), check_names=False, check_dtype=False)
    # Postage is a part of the revenue, and no product.
    revenue = online_retail.table.revenue.sum().to_pandas()
    assert 0.985 * revenue < table["revenue"].sum() < revenue
    last_day = (online_retail.end - online_retail.start).days
    gaps = gaps_in_pandas(bought, last_day)
    for name in table.index[::200]:
        part = gaps[gaps["product"] == name]
        quartiles = table.loc[name, ["interval_q1", "interval_median", "interval_q3"]]
        assert quartiles.fillna(-1).tolist() == [
            -1 if pd.isna(quartile) else quartile
            for quartile in quartiles_in_pandas(part, MOST_WEIGHT)
        ]
    assert int(table["enough_reorders"].sum()) == 935


def test_pairs(online_retail, bought):
    pairs = bought_together(online_retail)
    large = bought.groupby(["customer_id", "day"])["product"].transform("size") > 100
    kept = bought[~large]
    both = kept.merge(kept[kept["product"] == pairs.loc[0, "product"]], on=["customer_id", "day"])
    assert (both["product_x"] == pairs.loc[0, "other"]).sum() == pairs.loc[0, "orders"]
    assert (pairs["q_value"] <= 0.05).all()
    following = bought_next(online_retail)
    top = following.iloc[0]
    first = kept[(kept["place"] == 0) & (kept["product"] == top["product"])]["customer_id"]
    second = kept[(kept["place"] == 1) & (kept["product"] == top["next_product"])]["customer_id"]
    assert top["followed"] == len(set(first) & set(second))


def test_what_is_due(online_retail, bought):
    some = bought["customer_id"].unique()[::40]
    test_due.check_against_pandas(online_retail, asked=some)


def test_what_customers_bought_most_is_bought_next(online_retail):
    table = next_products_backtest(online_retail, 30).table.set_index(["method", "named"])
    recall = table.loc[(slice(None), 10), "recall"].droplevel("named")
    assert recall["own most bought"] == pytest.approx(0.281, abs=0.001)
    assert recall["best sellers"] == pytest.approx(0.068, abs=0.001)
    assert recall["likely next"] == pytest.approx(0.296, abs=0.001)
    assert table.loc[("likely next", 1), "recall"] == pytest.approx(0.350, abs=0.001)
    assert table.loc[("likely next", 10), "beyond_best_low"] == pytest.approx(0.215, abs=0.002)


def test_one_history_serves_all(online_retail):
    history = product_history(online_retail)
    assert len(history.products) == len(product_table(history)) == 3861
    history.release()
