"""Pairs of products: counts by hand and in plain pandas, and none that chance brings."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy.stats import poisson

from retention import DataError, bought_next, bought_together
from retention.products.chance import false_shares, pair_chances
from tests.products.examples import (
    bought_in_pandas,
    expected_together,
    sales,
    small_orders,
    store_of,
    together_in_pandas,
)

#: Shows every pair, whatever chance brings.
ALL = {"fewest_orders": 1, "false_share": 1.0}


def test_the_small_store_by_hand():
    pairs = bought_together(small_orders(), **ALL)
    shown = pairs[["product", "other", "orders", "customers", "support", "lift"]]
    # Both pairs on 2 of 7 days with products, of 6 with Tea, 3 with Cup and 2 with Pot.
    assert shown.round(3).to_numpy().tolist() == [
        ["Tea", "Pot", 2, 2, 0.286, 1.167],
        ["Tea", "Cup", 2, 2, 0.286, 0.778],
    ]
    # Four days of two products are the only ones with pairs: 4 x 2 places of 11 x 11.
    assert pairs["expected"].tolist() == pytest.approx([6 * 2 * 8 / 121, 6 * 3 * 8 / 121])
    assert pairs["beyond_chance"].tolist() == pytest.approx([2 / (96 / 121), 2 / (144 / 121)])


def test_what_comes_next_by_hand():
    # Second orders: of ann Tea, of bob Tea and Cup. That of dee names no product.
    pairs = bought_next(small_orders(), **ALL).set_index(["product", "next_product"])
    tea = pairs.loc[("Tea", "Cup")]
    assert tea[["customers", "second_orders", "followed", "share", "base"]].tolist() == [
        3, 2, 1, 0.5, 0.5,
    ]  # fmt: skip
    assert tea["lift"] == 1
    assert tea["expected"] == pytest.approx(2 * 1 * (2 * 1 + 1 * 2) / (3 * 3))


def test_categories_and_settings():
    assert bought_together(small_orders(), "category", **ALL)["orders"].tolist() == [4]
    assert bought_together(small_orders()).empty
    assert bought_next(small_orders()).empty
    for wrong in (0, 1.5, None, "5"):
        with pytest.raises(DataError, match="fewest orders"):
            bought_together(small_orders(), fewest_orders=wrong)
    with pytest.raises(DataError, match="share of false pairs"):
        bought_next(small_orders(), false_share=2)


@settings(max_examples=25)
@given(sales())
def test_any_store_against_plain_pandas(drawn):
    check_against_pandas(store_of(drawn), 1, 1.0)


def check_against_pandas(orders, fewest, false_share):
    pairs = bought_together(orders, fewest_orders=fewest, false_share=false_share)
    bought = bought_in_pandas(orders)
    counted, number = together_in_pandas(bought), bought["product"].value_counts()
    days = len(bought[["customer_id", "day"]].drop_duplicates())
    for row in pairs.head(50).itertuples():
        first, other = sorted([row.product, row.other])
        assert row.orders == counted[first, other]
        assert row.lift == pytest.approx(row.orders * days / (number[first] * number[other]))
        assert row.expected == pytest.approx(expected_together(bought, first, other))
    shown = {tuple(sorted(pair)) for pair in pairs[["product", "other"]].to_numpy().tolist()}
    for pair, orders_of_pair in counted.items():
        # As many as expected is not more, whatever the last digit of the sum is.
        by_chance = expected_together(bought, *pair) * (1 + 1e-9)
        if false_share == 1.0 and orders_of_pair > by_chance:
            assert pair in shown


def by_lot(seed):
    """A store in which nobody cares what goes with what: orders differ in size, customers in taste.

    Returns:
        The sales.
    """
    rng = np.random.default_rng(seed)
    popularity = rng.dirichlet(np.full(40, 0.7))
    sold = []
    for number in range(250):
        size, taste = rng.lognormal(1, 0.8), rng.dirichlet(popularity * 20 + 1e-3)
        for order in range(1 + rng.geometric(0.4)):
            held = min(1 + rng.poisson(size), 20)
            names = rng.choice(40, size=held, replace=False, p=taste)
            sold.append((f"c{number}", order * 9 + number % 7, [f"p{name}" for name in names]))
    return sold


def test_chance_brings_no_pairs_and_a_true_pair_is_found():
    stores = [store_of(by_lot(seed)) for seed in range(12)]
    shown = sum(len(bought_together(orders)) > 0 for orders in stores)
    following = [bought_next(orders) for orders in stores]
    others = sum((pairs["product"] != pairs["next_product"]).any() for pairs in following)
    assert shown <= 1
    assert others <= 1
    rng = np.random.default_rng(0)
    true = [
        (customer, day, sorted({*names, "milk"}) if "p1" in names and rng.random() < 0.7 else names)
        for customer, day, names in by_lot(3)
    ]
    pairs = bought_together(store_of([*true, *((f"m{n}", n, ["milk"]) for n in range(30))]))
    assert pairs[["product", "other"]].apply(sorted, axis=1).tolist() == [["milk", "p1"]]


def test_the_habit_of_one_customer_is_no_pair():
    # One customer buys two products a hundred times; nobody else does.
    sold = [("fan", day, ["Tea", "Cup"]) for day in range(100)]
    sold += [(f"c{n}", n, [["Tea"], ["Cup"], ["Pot", "Jar"]][n % 3]) for n in range(300)]
    pairs = bought_together(store_of(sold))
    assert pairs[["product", "other"]].apply(sorted, axis=1).tolist() == [["Jar", "Pot"]]


def test_orders_of_more_products_than_anybody_buys_are_left_out():
    crowd = [f"p{n}" for n in range(101)]
    assert bought_together(store_of([(f"c{n}", n, crowd) for n in range(5)]), **ALL).empty
    assert len(bought_together(store_of([("c", 0, crowd[:3]), ("d", 0, ["x"])]), **ALL)) == 3


def test_chances_are_those_of_a_poisson_variable():
    counted, expected = np.array([0, 1, 5, 40]), np.array([1.0, 0.2, 2.0, 20.0])
    wanted = poisson.sf(counted - 1, expected)
    np.testing.assert_allclose(pair_chances(counted, expected), wanted, rtol=1e-9)


def test_false_shares_are_those_of_benjamini_and_hochberg():
    chances = np.array([0.04, 0.001, 0.03])
    assert false_shares(chances, 3).tolist() == pytest.approx([0.04, 0.003, 0.04])
    assert false_shares(np.array([]), 10).tolist() == []
    assert (false_shares(chances, 1000) <= 1).all()


def test_the_rows_are_ordered_and_pairs_stand_once():
    sold = [(f"c{n}", n, ["Tea", "Cup", "Pot"][: 2 + n % 2]) for n in range(20)]
    pairs = bought_together(store_of([*sold, *((f"d{n}", n, ["Jar"]) for n in range(50))]))
    assert pairs["orders"].is_monotonic_decreasing
    assert not pairs[["product", "other"]].apply(frozenset, axis=1).duplicated().any()
    assert isinstance(pairs.index, pd.RangeIndex)
