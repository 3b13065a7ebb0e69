import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import DataError, sample_orders, summarise_customers, summarise_histories
from retention.customers.summary import customer_query
from tests.support.orders_stub import orders_of


def small_store() -> pd.DataFrame:
    return pd.DataFrame(
        [
            # ann: two orders on her first day, then two more days; the last one was free
            ("ann", "2024-01-01 09:00", 10.0, 0.0, "ads", "North"),
            ("ann", "2024-01-01 18:00", 5.0, 5.0, "mail", "North"),
            ("ann", "2024-01-11 00:00", 40.0, 0.0, None, "North"),
            ("ann", "2024-01-31 23:59", 0.0, 0.0, "mail", "South"),
            # bob: once; cid: returned, but only for free
            ("bob", "2024-01-31 12:00", 20.0, 20.0, None, "East"),
            ("cid", "2024-01-02 12:00", 0.1 + 0.2, 0.0, "ads", "East"),
            ("cid", "2024-01-05 12:00", 0.0, 0.0, "ads", "East"),
        ],
        columns=["customer_id", "ordered_at", "revenue", "discount", "channel", "region"],
    )


def test_one_row_per_customer_with_the_fields_definitions():
    customers = summarise_customers(orders_of(small_store()))
    assert customers.index.tolist() == ["ann", "bob", "cid"]
    assert customers.index.name == "customer_id"
    ann = customers.loc["ann"]
    assert (ann["frequency"], ann["recency"], ann["T"]) == (2, 30, 30)
    assert ann["monetary_value"] == pytest.approx(20.0)  # (40 + 0) / 2, without the first day's 15
    assert (ann["orders"], ann["revenue"], ann["average_order_value"]) == (4, 55.0, 13.75)
    assert ann["discount_share"] == pytest.approx(5 / 60)
    assert (ann["first_order"], ann["last_order"]) == (
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-01-31"),
    )
    bob = customers.loc["bob"]
    assert (bob["frequency"], bob["recency"], bob["T"], bob["monetary_value"]) == (0, 0, 0, 0.0)
    assert bob["discount_share"] == pytest.approx(0.5)


def test_repeats_that_were_free_have_exactly_no_monetary_value():
    assert summarise_customers(orders_of(small_store())).loc["cid", "monetary_value"] == 0.0


def test_columns_have_the_promised_types():
    customers = summarise_customers(orders_of(small_store()))
    for name in ("frequency", "recency", "T", "orders"):
        assert customers[name].dtype == np.int64
    for name in ("monetary_value", "revenue", "average_order_value", "discount_share"):
        assert customers[name].dtype == np.float64
    for name in ("first_order", "last_order"):
        assert customers[name].dtype.kind == "M"


def test_first_order_columns_come_from_the_first_order_and_only_where_the_file_has_them():
    customers = summarise_customers(orders_of(small_store()))
    assert customers.loc["ann", "first_channel"] == "ads"
    assert pd.isna(customers.loc["bob", "first_channel"])
    assert customers["first_region"].tolist() == ["North", "East", "East"]
    assert "first_product" not in customers
    bare = small_store().drop(columns=["channel", "region", "discount"])
    customers = summarise_customers(orders_of(bare))
    assert not [name for name in customers if name.startswith("first_") and name != "first_order"]
    assert customers["discount_share"].isna().all()


def test_orders_of_the_same_first_moment_give_the_same_answer_in_any_order():
    store = pd.DataFrame(
        {"customer_id": "ann", "ordered_at": "2024-01-01", "revenue": 1.0, "channel": list("cab")}
    )
    for seed in range(5):
        customers = summarise_customers(orders_of(store.sample(frac=1, random_state=seed)))
        assert customers["first_channel"].tolist() == ["a"]


@pytest.mark.parametrize(
    "as_of", ["2024-01-11", pd.Timestamp("2024-01-11 15:00"), pd.Timestamp("2024-01-11").date()]
)
def test_as_of_hides_what_came_later(as_of):
    customers = summarise_customers(orders_of(small_store()), as_of=as_of)
    assert customers.index.tolist() == ["ann", "cid"]
    ann = customers.loc["ann"]
    assert (ann["frequency"], ann["recency"], ann["T"], ann["revenue"]) == (1, 10, 10, 55.0)


def test_as_of_may_lie_after_the_last_order():
    customers = summarise_customers(orders_of(small_store()), as_of="2024-02-10")
    assert customers["T"].tolist() == [40, 10, 39]
    assert customers["recency"].tolist() == [30, 0, 3]


def test_nothing_left_and_no_date_are_refused_with_what_to_do():
    with pytest.raises(DataError, match=r"no order up to 2023-12-31.*begin on 2024-01-01"):
        summarise_customers(orders_of(small_store()), as_of="2023-12-31")
    for wrong in ("soon", "2024-13-40", None, object()):
        if wrong is None:
            wrong = pd.NaT
        with pytest.raises(DataError, match="year-month-day"):
            summarise_customers(orders_of(small_store()), as_of=wrong)


@pytest.mark.parametrize("as_of", [None, "2024-02-01"])
def test_histories_are_the_customers_counted(as_of):
    orders = sample_orders("store", customers=400)
    names = ["frequency", "recency", "T", "monetary_value", "initial_spend"]
    customers = summarise_customers(orders, as_of)
    one_time = (customers["frequency"] == 0) & (customers["initial_spend"] > 0)
    of_day = customers["initial_spend"].groupby(customers["T"].where(one_time)).transform("mean")
    expected = (
        customers.assign(
            monetary_value=customers["monetary_value"].round(9),
            # One-time buyers of a day who paid are one history, whatever they spent.
            initial_spend=of_day.where(one_time, customers["initial_spend"]).round(9),
        )
        .groupby(names)["revenue"]
        .agg(["count", "sum"])
        .reset_index()
    )
    histories = summarise_histories(orders, as_of)
    assert histories.columns.tolist() == [*names, "customers", "revenue"]
    assert histories["customers"].sum() == len(customers) > len(histories)
    pd.testing.assert_frame_equal(
        histories, expected.set_axis(histories.columns, axis=1), check_dtype=False
    )


def test_histories_of_no_orders_are_refused():
    with pytest.raises(DataError, match="Pick a later day"):
        summarise_histories(orders_of(small_store()), as_of="2000-01-01")


@pytest.mark.parametrize(
    "engine", ["duckdb", "bigquery", "snowflake", "postgres", "databricks", "trino"]
)
def test_the_query_is_written_once_for_every_engine(engine):
    columns = {
        "customer_id": "string",
        "ordered_at": "timestamp",
        "revenue": "float64",
        "channel": "string",
    }
    query = customer_query(ibis.table(columns, name="orders"), pd.Timestamp("2024-06-30").date())
    sql = ibis.to_sql(query, dialect=engine).upper()
    assert "GROUP BY" in sql
    assert "OVER (" not in sql  # no window over the order table


orders = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.integers(0, 40), st.sampled_from([0.0, 1.5, 20.0, 999.99])
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=30)
@given(orders)
def test_agrees_with_the_definitions_computed_by_hand(rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "revenue"])
    frame["ordered_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"], unit="D")
    customers = summarise_customers(orders_of(frame.drop(columns="day")))
    for name, mine in frame.groupby("customer_id"):
        days = mine.groupby("day")["revenue"].sum()
        row = customers.loc[name]
        assert row["frequency"] == len(days) - 1
        assert row["recency"] == days.index[-1] - days.index[0]
        assert row["T"] == frame["day"].max() - days.index[0]
        assert row["monetary_value"] == pytest.approx(
            days.iloc[1:].mean() if len(days) > 1 else 0.0, abs=1e-9
        )
        assert row["revenue"] == pytest.approx(mine["revenue"].sum())
    assert sorted(customers.index) == customers.index.tolist()
