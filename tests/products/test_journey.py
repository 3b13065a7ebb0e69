"""The flow of orders one to four."""

import pandas as pd
import pytest
from hypothesis import given, settings

from retention import DataError, order_journey
from retention.products.journey import NO_FURTHER_ORDER, ORDERS_SHOWN, OTHERS
from tests.products.examples import bought_in_pandas, sales, small_orders, store_of


def test_the_small_store_by_hand():
    # ann: Tea (30 of 40), Tea, Pot (75 of 100). bob: Tea, Cup (30 of 50). cid: Cup.
    # dee: Pot (40 of 55), then an order that names nothing.
    journey = order_journey(small_orders())
    assert journey.columns.tolist() == ["step", "from", "to", "customers", "share"]
    assert journey.to_numpy().tolist() == [
        [1, "Tea", "Tea", 1, 0.5],
        [1, "Tea", "Cup", 1, 0.5],
        [1, "Cup", NO_FURTHER_ORDER, 1, 1],
        [1, "Pot", OTHERS, 1, 1],
        [2, "Tea", "Pot", 1, 1],
        [2, "Cup", NO_FURTHER_ORDER, 1, 1],
        [2, OTHERS, NO_FURTHER_ORDER, 1, 1],
        [3, "Pot", NO_FURTHER_ORDER, 1, 1],
    ]


def test_few_products_have_a_place_and_the_rest_is_others():
    journey = order_journey(small_orders(), most=1)
    assert set(journey["from"]) | set(journey["to"]) == {"Tea", OTHERS, NO_FURTHER_ORDER}
    with pytest.raises(DataError, match="number of products"):
        order_journey(small_orders(), most=0)


def test_a_product_named_like_the_rest_is_told_from_it():
    journey = order_journey(store_of([("a", 0, ["others"]), ("a", 3, ["no further order"])]))
    assert journey["from"].tolist() == ["others*", "no further order*"]


def test_four_orders_are_shown_however_many_there_are():
    sold = [("a", day, [f"p{day}"]) for day in range(9)]
    journey = order_journey(store_of(sold))
    assert journey["step"].tolist() == [1, 2, 3]
    assert journey["to"].tolist() == ["p1", "p2", "p3"]


@settings(max_examples=25)
@given(sales())
def test_customers_are_kept_from_step_to_step(drawn):
    orders = store_of(drawn)
    journey = order_journey(orders, most=2)
    customers = orders.table.customer_id.nunique().to_pandas()
    going_on = customers
    for step in range(1, ORDERS_SHOWN):
        links = journey[journey["step"] == step]
        assert links["customers"].sum() == going_on
        going_on -= links.loc[links["to"] == NO_FURTHER_ORDER, "customers"].sum()
        shares = links.groupby("from")["share"].sum()
        assert shares.round(9).eq(1).all()
    assert len(set(journey["from"]) | set(journey["to"])) <= 4


def check_single_products(orders):
    """Compare with pandas where each order holds one product: the flow is a count of shifts."""
    bought = bought_in_pandas(orders).sort_values(["customer_id", "place"])
    following = bought.groupby("customer_id")["product"].shift(-1).fillna(NO_FURTHER_ORDER)
    moves = pd.DataFrame({"step": bought["place"] + 1, "from": bought["product"], "to": following})
    wanted = moves[moves["step"] < ORDERS_SHOWN].value_counts()
    found = order_journey(orders, most=10).set_index(["step", "from", "to"])["customers"]
    assert found.to_dict() == wanted.to_dict()


def test_orders_of_one_product_against_plain_pandas():
    names = ["Tea", "Cup", "Pot"]
    days = [(n, day) for n in range(40) for day in range(n % 6 + 1)]
    sold = [(f"c{n}", day * 5, [names[(n * day + n) % 3]]) for n, day in days]
    check_single_products(store_of(sold))
