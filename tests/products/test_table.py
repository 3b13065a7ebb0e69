"""Products in numbers, by hand, against plain pandas, and with intervals nobody could see."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import product_history, product_table
from retention.products.intervals import (
    ENOUGH_REORDERS,
    MOST_WEIGHT,
    grouped_quantile,
    reorder_intervals,
)
from retention.statistics import weighted_quantile
from tests.products.examples import (
    bought_in_pandas,
    gaps_in_pandas,
    quartiles_in_pandas,
    sales,
    small_orders,
    store_of,
)
from tests.support.orders_stub import orders_of

COUNTS = ["customers", "orders", "repeat_customers", "reorders"]
QUARTILES = ["interval_q1", "interval_median", "interval_q3"]


def test_the_small_store_by_hand():
    table = product_table(small_orders())
    assert table.index.name == "product"
    assert table[COUNTS].to_numpy().tolist() == [[3, 3, 0, 0], [3, 6, 2, 3], [2, 2, 0, 0]]
    assert table.loc["Tea", "repeat_rate"] == pytest.approx(2 / 3)
    assert table.loc["Tea", "repeat_rate_low"] < 2 / 3 < table.loc["Tea", "repeat_rate_high"]
    assert table["revenue"].tolist() == [50, 140, 115]
    # Intervals of 10, 20 and 20 days, each of 4 orders of 6 that are at least so long ago.
    assert table.loc["Tea", QUARTILES].tolist() == [10, 20, 20]
    assert table.loc["Cup", QUARTILES].isna().all()
    assert not table["enough_customers"].any()
    assert not table["enough_reorders"].any()


def test_categories_hold_their_products():
    table = product_table(small_orders(), "category")
    assert table[COUNTS].to_numpy().tolist() == [[4, 5, 1, 1], [3, 6, 2, 3]]
    assert table.index.tolist() == ["Kitchen", "Drinks"]


def test_enough_from_thirty_on():
    sold = [(f"c{n}", day, ["Tea"]) for n in range(30) for day in (0, 20)]
    sold += [(f"c{n}", 0, ["Cup"]) for n in range(29)]
    table = product_table(store_of(sold, 60))
    assert table["enough_customers"].tolist() == [True, False]
    assert table["enough_reorders"].tolist() == [True, False]
    assert table.loc["Tea", "reorders"] == ENOUGH_REORDERS


def test_without_amounts_revenue_is_unknown_and_all_else_is_there():
    bare = product_table(small_orders(revenue=None))
    known = product_table(small_orders())
    assert bare["revenue"].isna().all()
    pd.testing.assert_frame_equal(bare[[*COUNTS, *QUARTILES]], known[[*COUNTS, *QUARTILES]])


@settings(max_examples=30)
@given(sales())
def test_any_store_against_plain_pandas(drawn):
    check_against_pandas(store_of(drawn))


def check_against_pandas(orders):
    table = product_table(orders)
    bought = bought_in_pandas(orders)
    gaps = gaps_in_pandas(bought, (orders.end - orders.start).days)
    assert set(table.index) == set(bought["product"])
    for name, part in gaps.groupby("product"):
        days = part.groupby("customer_id").size()
        counts = [len(days), len(part), (days > 1).sum(), part["gap"].notna().sum()]
        assert table.loc[name, COUNTS].tolist() == counts
        wanted = quartiles_in_pandas(part, MOST_WEIGHT)
        np.testing.assert_array_equal(table.loc[name, QUARTILES].astype(float), wanted)


def test_intervals_make_up_for_those_that_nobody_could_see():
    rng = np.random.default_rng(5)
    # Every customer buys again, after 10 to 300 days; orders are spread over the last 300 days.
    waits, days = rng.integers(10, 301, 4000), rng.integers(0, 301, 4000)
    sold = [(f"c{n}", int(day), ["Tea"]) for n, day in enumerate(days)]
    sold += [
        (f"c{n}", int(day + wait), ["Tea"])
        for n, (day, wait) in enumerate(zip(days, waits, strict=True))
        if day + wait <= 300
    ]
    orders = store_of([*sold, ("first", 0, ["Tea"])], 300)
    intervals = reorder_intervals(product_history(orders)).iloc[0]
    seen = (waits + days <= 300).nonzero()
    naive = np.median(waits[seen])
    assert naive < 120
    assert intervals["interval_median"] == pytest.approx(155, abs=25)
    assert abs(intervals["interval_median"] - 155) < (155 - naive) / 2


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 50), st.floats(0.1, 9)), min_size=1, max_size=40
    ),
    st.sampled_from([0.25, 0.5, 0.75]),
)
def test_quantiles_of_groups_are_those_of_each(rows, share):
    rows = sorted(rows)
    groups, values, weights = (np.array(column) for column in zip(*rows, strict=True))
    found = grouped_quantile(groups, values, weights, share, 6)
    for group in range(6):
        inside = groups == group
        if not inside.any():
            assert np.isnan(found[group])
            continue
        total = weights[inside].sum()
        near = [
            float(weighted_quantile(values[inside], weights[inside], share + shift))
            for shift in (-1e-8, 0, 1e-8)
        ]
        assert found[group] in near, (total, near)


def test_stub_orders_of_one_line():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "ordered_at": ["2024-01-01", "2024-01-11"],
            "revenue": [1.0, 2.0],
            "product": ["Tea", "Tea"],
        }
    )
    assert product_table(orders_of(frame)).loc["Tea", "interval_median"] == 10
