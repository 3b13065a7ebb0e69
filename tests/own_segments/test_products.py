"""What was bought in any order, and when last."""

import ibis
import pandas as pd
import pytest

import retention
from retention import Bought, Condition, features, matches
from retention.own_segments.products import last_bought_query, value_query
from tests.own_segments.examples import (
    END,
    small_features,
)


def test_what_was_bought_counts_in_any_order_and_up_to_the_day():
    found = small_features()
    assert found.choices("product") == ("Tea", "Cup", "Pot")
    places, since = found.purchases.days_since("product", "Tea")
    assert dict(zip(found.index[places], since, strict=True)) == {"a": 1, "d": 16}
    assert found.purchases.named("product").tolist() == [True, True, False, True]
    early = small_features().purchases
    assert early.bought("product", ("Tea", "Pot"), 5).tolist() == [True, False, False, False]


LINES = """Order,Email,Date,Total,Product,Category
1,ada@example.com,2024-01-05,40.00,Tea,Drinks
1,,,10.00,Cup,Kitchen
1,,,10.00,Cup,Kitchen
2,bob@example.com,2024-01-07,20.00,Tea,Drinks
2,bob@example.com,2024-01-07,-5.00,Pot,Kitchen
3,bob@example.com,2024-02-01,15.00,Cup,Kitchen
4,cleo@example.com,2024-02-03,15.00,,
4,cleo@example.com,2024-02-03,10.00,Pot,Kitchen
5,dan@example.com,2024-02-04,15.00,,
6,ada@example.com,2024-02-05,15.00,Pot,Kitchen
7,eve@example.com,2024-02-05,12.00,Cup,
"""


def test_an_order_of_several_lines_counts_with_everything_in_it():
    orders = retention.read_orders(LINES.encode(), {"category": "Category"})
    assert orders.table.count().to_pyarrow().as_py() == 7
    customers = retention.summarise_customers(orders)
    found = features(customers, as_of=orders.end, orders=orders)

    def who(feature, *names, operator="bought", days=None):
        return "".join(
            i[0]
            for i in found.index[matches(Condition(feature, operator, Bought(names, days)), found)]
        )

    assert who("product", "Cup") == "abe"
    assert who("product", "Tea") == "ab"
    # What a line takes back was not kept, and what is nowhere named is not known.
    assert who("product", "Pot") == "ac"
    assert who("product", "Pot", operator="not_bought") == "be"
    assert who("category", "Kitchen") == "abc"
    assert who("product", "Cup", days=30) == "be"
    assert found.choices("product") == ("Cup", "Pot", "Tea")
    # The column of the orders, and so the first product, is still the order's first line.
    assert customers.loc["ada@example.com", "first_product"] == "Tea"


def test_lines_without_an_amount_of_their_own_count_too():
    totals = (
        "1,a,2024-01-05,60.00,Tea\n1,,,,Cup\n2,b,2024-01-06,10.00,Cup\n2,,,,Pot\n"
        "3,c,2024-01-07,20.00,Tea\n"
    )
    orders = retention.read_orders(f"Order,Customer,Date,Total,Product\n{totals}".encode())
    found = features(retention.summarise_customers(orders), as_of=orders.end, orders=orders)
    assert found.purchases.bought("product", ("Cup",)).tolist() == [True, True, False]
    assert found.purchases.bought("product", ("Tea",)).tolist() == [True, False, True]
    assert found.choices("product") == ("Cup", "Tea", "Pot")


@pytest.mark.parametrize("dialect", ["duckdb", "snowflake", "bigquery", "postgres"])
def test_the_queries_can_be_written_for_other_engines(dialect):
    table = ibis.table(
        {"customer_id": "string", "ordered_at": "timestamp", "product": "string"}, name="orders"
    )
    day = pd.Timestamp(END).date()
    for query in (
        last_bought_query(table, "product", "Tea", day),
        value_query(table, "product", day),
    ):
        assert "customer_id" in str(ibis.to_sql(query, dialect=dialect))
