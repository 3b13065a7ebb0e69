"""Who bought what on which day, in any order, up to any day, on any engine."""

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings

import retention
from retention import DataError, product_history, product_table
from retention.history.order_history import NEVER
from retention.products.due import own_query
from retention.products.likely import own_products_query
from retention.products.next_chances import exposed_query, trials_query
from retention.products.product_history import bought_query, day_query, products_of
from tests.products.examples import (
    ANN,
    BOB,
    DEE,
    bought_in_pandas,
    gaps_in_pandas,
    sales,
    small_orders,
    store_of,
)
from tests.support.orders_stub import orders_of


def rows_of(history):
    frame = history.table.to_pandas()
    frame["customer"] = history.customers[frame["customer"]]
    frame["product"] = history.products[frame["product"]]
    return frame.sort_values(["customer", "product", "day"], ignore_index=True)


def test_days_of_each_product_by_hand():
    history = product_history(small_orders())
    assert history.products.tolist() == ["Cup", "Tea", "Pot"]
    assert history.last_day == 30
    tea = rows_of(history).query("product == 'Tea'")
    assert tea[["customer", "day", "place", "nth"]].to_numpy().tolist() == [
        [ANN, 0, 0, 0],
        [ANN, 10, 1, 1],
        [ANN, 30, 2, 2],
        [BOB, 1, 0, 0],
        [BOB, 21, 1, 1],
        [DEE, 5, 0, 0],
    ]
    assert tea["next_day"].tolist() == [10, 30, NEVER, 21, NEVER, NEVER]
    # Revenue by what the lines cost; two orders of one day are one order of 2.
    assert tea["revenue"].tolist() == [30, 30, 25, 20, 20, 15]
    assert tea["share"].round(2).tolist() == [0.75, 1, 0.25, 1, 0.4, 1]
    assert tea["units"].isna().all()
    # The day on which no product is named is a purchase day.
    assert len(history.days.to_pandas()) == 8
    history.release()


def test_categories_and_an_earlier_day():
    orders = small_orders()
    history = product_history(orders, "category", as_of="2024-01-11")
    assert history.products.tolist() == ["Drinks", "Kitchen"]
    assert len(history.customers) == 4
    assert rows_of(history)["day"].max() == history.last_day == 10
    assert rows_of(history)["next_day"].isin([10, NEVER]).all()
    with products_of(history) as same:
        assert same is history


def test_orders_of_one_line_take_the_column_of_the_order():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "ordered_at": ["2024-01-01", "2024-01-01", "2024-01-03"],
            "revenue": [5.0, 7.0, 1.0],
            "quantity": [2.0, 3.0, 1.0],
            "product": ["Tea", "Tea", ""],
        }
    )
    table = product_table(orders_of(frame))
    assert table.index.tolist() == ["Tea"]
    assert table.loc["Tea", ["customers", "orders", "units", "revenue"]].tolist() == [1, 1, 5, 12]


def test_without_products_the_message_says_which_column_would_bring_them():
    bare = retention.read_orders(b"Customer,Date,Total,Category\na,2024-01-05,5,Tea\n")
    with pytest.raises(DataError, match=r"A column of products.*by='category'"):
        product_table(bare, "product")
    assert product_table(bare, "category").index.tolist() == ["Tea"]
    none = retention.read_orders(b"Customer,Date,Total\na,2024-01-05,5\n")
    with pytest.raises(DataError, match=r'columns=\{"product": "\.\.\."\}'):
        product_history(none)
    with pytest.raises(DataError, match="Choose 'product' or 'category'"):
        product_history(none, "colour")
    with pytest.raises(DataError, match="the orders begin on 2024-01-05"):
        product_history(bare, "category", as_of="2023-01-01")


@settings(max_examples=30)
@given(sales())
def test_any_store_against_plain_pandas(drawn):
    orders = store_of(drawn)
    history = product_history(orders)
    ours = rows_of(history)
    plain = gaps_in_pandas(bought_in_pandas(orders), history.last_day)
    keys = ["customer", "product", "day", "place"]
    assert (
        ours[keys].to_numpy().tolist()
        == plain[["customer_id", "product", "day", "place"]].to_numpy().tolist()
    )
    gap = (ours["next_day"] - ours["day"]).where(ours["next_day"] < NEVER)
    assert gap.fillna(-1).tolist() == plain["gap"].fillna(-1).tolist()
    # A name is data: the table that it speaks of is no more dropped than any other.
    assert set(ours["product"]) == set(plain["product"])


@pytest.mark.parametrize("dialect", ["duckdb", "snowflake", "bigquery", "postgres"])
def test_the_queries_can_be_written_for_other_engines(dialect):
    day = pd.Timestamp("2024-01-01").date()
    orders = ibis.table(
        {"customer_id": "string", "ordered_at": "timestamp", "revenue": "float64"}, name="orders"
    )
    lines = ibis.table(
        {
            "customer_id": "string",
            "ordered_at": "timestamp",
            "name": "string",
            "share": "float64",
            "revenue": "float64",
            "units": "float64",
        },
        name="lines",
    )
    ids = ibis.table({"customer_id": "string", "customer": "int32"}, name="ids")
    names = ibis.table({"name": "string", "product": "int32"}, name="names")
    placed = day_query(orders, day, day)
    table = bought_query(lines, placed, ids, names, day)
    days = placed.inner_join(ids, "customer_id").select("customer", "day", "place")
    exposed = exposed_query(table, days)
    queries = (placed, table, own_query(table), own_products_query(table, 5))
    for query in (*queries, exposed.select("customer", "since"), trials_query(exposed)):
        assert "customer" in str(ibis.to_sql(query, dialect=dialect))
