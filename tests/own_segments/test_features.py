"""Features: what a condition can ask, against the same numbers worked out in plain pandas, and what is missing."""

import ibis
import numpy as np
import pandas as pd
import pytest

import retention
from retention import Bought, Condition, DataError, features, matches, next_order
from retention.own_segments.catalogue import FEATURES, GROUPS, KINDS
from retention.own_segments.features import NO_DAY, typical_wait
from retention.own_segments.products import last_bought_query, value_query
from tests.own_segments.test_conditions import END, SIGNALS, small_features
from tests.support.orders_stub import orders_of


@pytest.fixture(scope="module")
def cdnow():
    orders = retention.sample_orders("cdnow")
    customers = retention.summarise_customers(orders)
    model = retention.fit_cltv(customers)
    scores = retention.predict_cltv(model, customers)
    labels = retention.assign_segments(customers, scores)
    found = features(customers, scores, as_of=orders.end, labels=labels, orders=orders, model=model)
    return orders, customers, model, scores, found


def days(column):
    return column.astype("datetime64[D]")


def test_the_list_is_in_order_and_every_entry_has_its_words():
    assert list(dict.fromkeys(feature.group for feature in FEATURES.values())) == list(GROUPS)
    for key, feature in FEATURES.items():
        assert feature.key == key
        assert feature.kind in KINDS
        assert feature.label
        assert feature.help.endswith(".")
        assert feature.says
        assert bool(feature.says_not) == (feature.kind in ("category", "flag", "products"))
        assert ("{}" in feature.says) == (feature.kind != "flag")


def test_columns_are_those_of_the_orders(cdnow):
    orders, customers, _, scores, found = cdnow
    table = orders.table.to_pandas()
    table["day"] = table["ordered_at"].dt.normalize()
    by = table.groupby("customer_id")
    index = found.index
    end = pd.Timestamp(orders.end)

    def column(key):
        return found.column(key).values

    assert (column("orders") == by.size()[index]).all()
    assert column("revenue") == pytest.approx(by["revenue"].sum()[index].to_numpy())
    assert (column("purchase_days") == by["day"].nunique()[index]).all()
    assert (column("days_since_last_order") == (end - by["day"].max()[index]).dt.days).all()
    assert (column("days_since_first_order") == (end - by["day"].min()[index]).dt.days).all()
    assert (
        days(column("last_order")) == by["day"].max()[index].to_numpy().astype("datetime64[D]")
    ).all()
    assert (column("expected_value") == scores["cltv"]).all()
    stage = found.column("stage")
    labels = retention.assign_segments(customers, scores)
    assert (np.array(stage.names)[stage.values] == labels["stage"].astype(str)).all()


def test_the_typical_wait_is_the_median_wait_just_after_the_last_order(cdnow):
    _, customers, model, _, found = cdnow
    waits = typical_wait(model, customers)
    for place in range(0, len(customers), 211):
        row = customers.iloc[place]
        expected = next_order(
            model, int(row["frequency"]), float(row["recency"]), float(row["recency"])
        ).middle
        assert (
            waits[place] == pytest.approx(expected) if expected <= 3650 else np.isnan(waits[place])
        )
    due = found.column("due").values
    known = due != NO_DAY
    assert (known == ~np.isnan(waits)).all()
    last = found.column("last_order").values
    assert (due[known] - last[known] == np.ceil(waits[known])).all()
    assert matches(Condition("due", "unknown"), found).sum() == (~known).sum()


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
    totals = "1,a,2024-01-05,60.00,Tea\n1,,,,Cup\n2,b,2024-01-06,10.00,Cup\n2,,,,Pot\n3,c,2024-01-07,20.00,Tea\n"
    orders = retention.read_orders(f"Order,Customer,Date,Total,Product\n{totals}".encode())
    found = features(retention.summarise_customers(orders), as_of=orders.end, orders=orders)
    assert found.purchases.bought("product", ("Cup",)).tolist() == [True, True, False]
    assert found.purchases.bought("product", ("Tea",)).tolist() == [True, False, True]
    assert found.choices("product") == ("Cup", "Tea", "Pot")


def test_an_earlier_day_leaves_later_orders_out():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "ordered_at": ["2024-01-01", "2024-03-01", "2024-03-02"],
            "revenue": 1.0,
        }
    ).assign(product=["Tea", "Cup", "Cup"])
    orders = orders_of(frame)
    day = pd.Timestamp("2024-02-01").date()
    found = features(retention.summarise_customers(orders, day), as_of=day, orders=orders)
    assert list(found.index) == ["a"]
    assert found.choices("product") == ("Tea",)
    assert not matches(Condition("product", "bought", Bought(("Cup",))), found).any()
    with pytest.raises(DataError, match="as of 2024-02-01"):
        features(retention.summarise_customers(orders, day), as_of=orders.end)


def test_what_is_missing_says_what_brings_it():
    found = small_features(no_scores="Only 4 customers.")
    assert found.missing("expected_value") == "Only 4 customers."
    assert "column of ratings" in found.missing("last_rating")
    assert "column of categories" in found.missing("category")
    assert not found.missing("product")
    assert set(found.available) | set(found.off) == set(FEATURES)
    with pytest.raises(DataError, match="column of ratings"):
        found.column("last_rating")


def test_signals_and_contacts_are_matched_by_customer_and_may_know_fewer():
    contacts = pd.DataFrame(
        {
            "email": ["d@x", None],
            "country": ["TH", ""],
            "consent": pd.array([True, None], dtype="boolean"),
        },
        index=["d", "a"],
    )
    found = small_features(signals=SIGNALS, contacts=contacts)
    assert found.column("has_email").values.tolist() == [0, 0, 0, 1]
    assert found.column("country").names == ("TH",)
    assert found.column("country").values.tolist() == [-1, -1, -1, 0]
    assert found.column("consent").values.tolist() == [-1, -1, -1, 1]
    assert found.column("subscribed").values.tolist() == [1, 0, -1, -1]
    assert "column of phone numbers" in found.missing("has_phone")


def test_rows_in_another_order_are_put_right_and_others_refused(cdnow):
    orders, customers, _, scores, found = cdnow
    turned = features(customers, scores[::-1], as_of=orders.end)
    assert (turned.value == found.value).all()
    with pytest.raises(DataError, match="do not belong"):
        features(customers, scores.iloc[1:], as_of=orders.end)


def test_nobody_is_refused():
    orders = orders_of(pd.DataFrame({"customer_id": ["a"], "ordered_at": [END], "revenue": [1.0]}))
    with pytest.raises(DataError, match="no customers"):
        features(retention.summarise_customers(orders).iloc[:0], as_of=orders.end)


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
