from datetime import date

import pandas as pd
import pytest

from retention import summarise_customers
from retention.evaluation.holdout import hold_out
from tests.support.messy_store import messy_store, split_in_pandas
from tests.support.orders_stub import orders_of


def weeks_of(orders, cut: date) -> dict[int, int]:
    """The weeks with a repeat purchase."""
    found = hold_out(orders, cut).weekly
    assert (found["actual"] >= 0).all()
    return {int(row.week): int(row.actual) for row in found.itertuples() if row.actual}


def test_customers_who_first_buy_after_the_cut_are_left_out():
    rows = [
        ("known", "2024-01-01"),
        ("known", "2024-01-20"),
        ("known", "2024-02-03"),
        ("on the cut", "2024-01-31 23:59"),
        ("on the cut", "2024-02-01 00:00"),
        ("later", "2024-02-01"),
        ("later", "2024-02-05"),
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(revenue=5.0)
    orders = orders_of(frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="mixed")))
    assert weeks_of(orders, date(2024, 1, 31)) == {-1: 1, 1: 2}


def test_weeks_end_on_the_weekday_of_the_cut():
    """Day 7 after the cut still belongs to week 1, the cut itself to week 0, and day -7 to
    week -1.
    """
    cut = pd.Timestamp("2024-05-15")
    days = [cut + pd.Timedelta(days=by) for by in (-100, -7, -6, 0, 1, 7, 8)]
    frame = pd.DataFrame({"customer_id": "C", "ordered_at": days, "revenue": 1.0})
    assert weeks_of(orders_of(frame), cut.date()) == {-1: 1, 0: 2, 1: 2, 2: 1}


def test_several_orders_of_a_day_are_one_purchase():
    rows = [
        ("A", "2024-01-01 08:00"),
        ("A", "2024-01-01 20:00"),
        ("A", "2024-01-09 10:00"),
        ("A", "2024-01-09 23:59"),
        ("B", "2024-01-02 12:00"),
        ("B", "2024-01-11 12:00"),
        ("B", "2024-01-11 12:00"),
    ]
    orders = orders_of(
        pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(revenue=0.0)
    )
    assert weeks_of(orders, date(2024, 1, 10)) == {0: 1, 1: 1}


def test_what_customers_did_after_the_cut_against_plain_pandas():
    orders = messy_store()
    cut = "2024-08-27"
    before, after = split_in_pandas(orders, cut)
    customers = summarise_customers(orders, as_of=cut)
    assert (before["revenue"] == 0).any()
    assert (orders.table.to_pandas()["customer_id"].nunique()) > before["customer_id"].nunique()
    split = hold_out(orders, date(2024, 8, 27))
    known, later = split.customers, split.later
    shared = [
        name for name in customers.columns if name in known.columns and name != "discount_share"
    ]
    assert {"frequency", "recency", "T", "monetary_value"} <= set(shared)
    pd.testing.assert_frame_equal(known[shared], customers[shared])
    assert later.index.equals(customers.index)
    groups = after.groupby("customer_id")
    assert (later["orders"] == groups.size().reindex(customers.index, fill_value=0)).all()
    spent = groups["revenue"].sum().reindex(customers.index, fill_value=0.0)
    assert later["revenue"].to_numpy() == pytest.approx(spent.to_numpy())


def test_nothing_of_it_stays_in_the_database():
    orders = messy_store()
    database = orders.table.get_backend().con

    def tables() -> list[tuple[str]]:
        return database.execute("SELECT table_name FROM duckdb_tables()").fetchall()

    before = tables()
    assert len(before) == 1
    hold_out(orders, date(2024, 8, 27))
    assert tables() == before
