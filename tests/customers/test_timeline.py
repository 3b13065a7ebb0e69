"""The orders of one customer: all of them, with what each held, from one query."""

import ibis
import pandas as pd
import pytest

from retention import DataError, read_orders, summarise_customers
from retention.customers.timeline import customer_orders, order_affinity, own_waits
from tests.support.contact_orders import store
from tests.support.engines import postgres_server
from tests.support.order_files import read_rows
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample


def test_orders_come_in_their_order_with_what_they_say():
    frame = store(product=["Tea", "Cup", None, "Tea", "Tea"], discount=[0, 2.5, 0, 0, 0])
    timeline = customer_orders(orders_of(frame), "b")
    assert timeline["order_id"].tolist() == ["1", "2", "3"]
    assert timeline["discount"].tolist() == [0, 2.5, 0]
    assert timeline["products"].tolist() == [("Tea",), ("Cup",), ()]
    assert "channel" not in timeline


def test_an_order_of_several_lines_holds_all_its_products():
    orders = read_rows(
        ("Order ID", "Email", "Order date", "Total", "Product"),
        ("1", "a@x.com", "2024-03-01", "10.00", "Tea"),
        ("1", "a@x.com", "2024-03-01", "30.00", "Pot"),
        ("1", "a@x.com", "2024-03-01", "10.00", "Tea"),
        ("2", "a@x.com", "2024-04-01", "5.00", "Tea"),
        ("3", "b@x.com", "2024-04-01", "5.00", "Cup"),
    )
    timeline = customer_orders(orders, "a@x.com")
    assert timeline["revenue"].tolist() == [50, 5]
    assert timeline["products"].tolist() == [("Pot", "Tea"), ("Tea",)]
    assert not [name for name in timeline if name.startswith("item_")]


def test_the_sums_are_those_of_the_customers_row(sample):
    orders, customers = sample
    for customer_id in customers.index[[0, 77, 5_000]]:
        timeline, row = customer_orders(orders, customer_id), customers.loc[customer_id]
        assert len(timeline) == row["orders"]
        assert timeline["revenue"].sum() == pytest.approx(row["revenue"])
        assert timeline["ordered_at"].is_monotonic_increasing


@pytest.fixture(scope="module")
def sample():
    orders = shared_sample("store")
    return orders, summarise_customers(orders)


def test_nobody_of_that_name_is_said_without_the_name():
    with pytest.raises(DataError, match="no such customer") as raised:
        customer_orders(orders_of(store()), "secret@example.com")
    assert "secret" not in str(raised.value)


def test_a_name_is_no_pattern_and_no_query():
    frame = store()
    frame.loc[3, "customer_id"] = "x' OR 1=1 --"
    assert customer_orders(orders_of(frame), "x' OR 1=1 --")["order_id"].tolist() == ["4"]


def test_another_engine_gives_the_same_orders():
    rows = pd.DataFrame(
        {
            "order_id": ["1", "1", "2", "10"],
            "email": ["a@x.com", "a@x.com", "a@x.com", "b@x.com"],
            "order_date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01", "2024-02-03"]),
            "total": [5.0, 6.0, 7.0, 8.0],
            "product": ["Tea", "Pot", "Tea", "Cup"],
        }
    )
    with postgres_server() as server:
        con = ibis.postgres.connect(**server)
        con.create_table("shop_orders", ibis.memtable(rows))
        orders = read_orders(con.table("shop_orders"))
        timeline = customer_orders(orders, "a@x.com")
        orders.release()
        con.disconnect()
    assert timeline["revenue"].tolist() == [11, 7]
    assert timeline["products"].tolist() == [("Pot", "Tea"), ("Tea",)]


def test_affinity_counts_orders_and_puts_the_most_frequent_first():
    frame = store(channel=["web", "app", "web", "web", "web"])
    table = order_affinity(customer_orders(orders_of(frame), "b"), "channel")
    assert table.index.tolist() == ["web", "app"]
    assert table["share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert table.loc["web", "last"] == pd.Timestamp("2024-03-01")
    assert order_affinity(customer_orders(orders_of(frame), "b"), "products").empty


def test_waits_are_between_purchase_days():
    days = ["2024-01-01", "2024-01-01", "2024-01-11", "2024-02-10"]
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 1.0})
    assert own_waits(customer_orders(orders_of(frame), "a")) == (10, 30)
    assert own_waits(customer_orders(orders_of(frame[:2]), "a")) == ()
