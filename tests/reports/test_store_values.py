"""The store's value by each benchmark's definition: by hand, by pandas, by chance."""

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from retention import (
    Benchmark,
    Comparison,
    DataError,
    Period,
)
from retention.history import order_history as order_history_module
from retention.history.order_history import order_history
from retention.reports.industry import benchmarks
from retention.reports.store_values import StoreValue, store_values
from retention.samples.simulator import simulate_orders
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample
from tests.support.scorecard_in_pandas import counts_of, orders_frame


def of_kind(computed_as: str) -> Benchmark:
    return next(row for row in benchmarks() if row.computed_as == computed_as)


def store_value(history, end: date, benchmark: Benchmark) -> StoreValue:
    return store_values(history, end)[benchmark.computed_as]


@pytest.fixture(scope="module")
def by_hand():
    """Two years.

    In 2023: A 3 orders so far, two of them now; B gone; C and D new; E back on the first day.
    """
    rows = [
        ("A", "2022-06-01", 100.0),
        ("A", "2023-03-01", 150.0),
        ("A", "2023-04-01", 50.0),
        ("B", "2022-01-01", 40.0),
        ("C", "2023-02-01", 60.0),
        ("C", "2023-05-01", 90.0),
        ("D", "2023-06-01", 30.0),
        ("E", "2022-12-31", 20.0),
        ("E", "2023-01-01", 80.0),
    ]
    return order_history(
        orders_of(
            pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"]), "2023-12-31"
        )
    )


@pytest.mark.parametrize(
    ("computed_as", "value", "n"),
    [
        (
            "yearly_retention",
            (4 - 2) / 3,
            3,
        ),  # A, C, D, E at the end, C and D new, A, B, E at the start
        ("repeat_customers", 3 / 5, 5),  # A, C, E
        ("later_revenue_share", (150 + 50 + 90 + 80) / 460, 4),
        ("later_order_value", ((150 + 50 + 90 + 80) / 4) / ((60 + 30) / 2) - 1, 2),
        ("returning_spend", ((150 + 50 + 80) / 2) / ((60 + 90 + 30) / 2) - 1, 2),
    ],
)
def test_each_definition_by_hand(by_hand, computed_as, value, n):
    found = store_value(by_hand, date(2024, 1, 1), of_kind(computed_as))
    assert found.value == pytest.approx(value)
    assert found.low < found.value < found.high
    assert found.n == n
    assert found.note == ""
    assert found.period == Period(
        date(2022 if computed_as == "repeat_customers" else 2023, 1, 1), date(2024, 1, 1)
    )


def test_days_after_the_last_order_do_not_count(by_hand):
    late, last = (
        store_value(by_hand, day, of_kind("repeat_customers"))
        for day in (date(2030, 1, 1), date(2024, 1, 1))
    )
    assert late == last


def test_a_history_that_is_too_short_says_so(by_hand):
    end = date(2023, 4, 1)
    assert "reach back 90 days" in store_value(by_hand, end, of_kind("yearly_retention")).note
    assert "blur" in store_value(by_hand, end, of_kind("returning_spend")).note
    early = store_value(by_hand, date(2022, 7, 1), of_kind("yearly_retention"))
    assert math.isnan(early.value)
    assert early.n == 0
    assert "cover 181 days of the 365" in early.note
    assert (
        "cover 181 days" in store_value(by_hand, date(2022, 7, 1), of_kind("repeat_customers")).note
    )
    with pytest.raises(DataError, match="no order before 2022-01-01"):
        store_value(by_hand, date(2022, 1, 1), of_kind("repeat_customers"))


def test_nothing_to_divide_by_is_no_number():
    free = pd.DataFrame(
        {
            "customer_id": ["A", "B"],
            "ordered_at": ["2023-01-01", "2023-06-01"],
            "revenue": [0.0, 0.0],
        }
    )
    history = order_history(orders_of(free))
    for name in ("later_revenue_share", "later_order_value", "returning_spend"):
        found = store_value(history, date(2023, 6, 2), of_kind(name))
        assert np.isnan([found.value, found.low, found.high]).all()


def by_pandas(frame: pd.DataFrame, end: date) -> dict[str, float]:
    """The same values, order by order."""
    start = (pd.Timestamp(end) - pd.Timedelta(days=365)).date()
    year = counts_of(frame, start, end, 365)
    known = frame[frame["day"] < pd.Timestamp(end)]
    first = known["customer_id"].map(known.groupby("customer_id")["day"].min())
    now = known["day"] >= pd.Timestamp(start)
    again, opening = known[now & (known["day"] > first)], known[now & (known["day"] == first)]
    back = known[now & (first < pd.Timestamp(start))].groupby("customer_id")["revenue"].sum()
    new = known[now & (first >= pd.Timestamp(start))].groupby("customer_id")["revenue"].sum()
    return {
        "yearly_retention": (year["end"] - year["new"]) / year["start"]
        if year["start"]
        else math.nan,
        "repeat_customers": (known["customer_id"].value_counts() > 1).mean(),
        "later_revenue_share": again["revenue"].sum() / known.loc[now, "revenue"].sum(),
        "later_order_value": again["revenue"].mean() / opening["revenue"].mean() - 1,
        "returning_spend": back.mean() / new.mean() - 1,
    }


@pytest.mark.parametrize(
    ("store", "ends"),
    [("cdnow", ["1998-01-20", "1998-03-15"]), ("online_retail", ["2011-12-10"])],
)
def test_public_data_agree_with_pandas(store, ends, request):
    cdnow = store == "cdnow"
    orders = shared_sample("cdnow") if cdnow else request.getfixturevalue("online_retail")
    history, frame = order_history(orders), orders_frame(orders)
    for end in map(date.fromisoformat, ends):
        for name, value in by_pandas(frame, end).items():
            found = store_value(history, end, of_kind(name))
            assert found.value == pytest.approx(value, nan_ok=True), (end, name)


@pytest.mark.parametrize("size", [50_000, 300])
def test_intervals_are_as_wide_as_stores_differ_by_chance(monkeypatch, size):
    """The interval, also from a sample of the customers, against customers drawn again and
    again.
    """
    monkeypatch.setattr(order_history_module, "SAMPLED_CUSTOMERS", size)
    orders = simulate_orders(
        1_500, 800, seed=3, r=0.6, alpha=60.0, a=0.6, b=2.5, p=6.0, q=4.0, v=15.0
    )
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"])
    end = (orders["ordered_at"].max() + pd.Timedelta(days=1)).date()
    history = order_history(orders_of(orders))
    start = end - timedelta(days=365)
    frame = orders.assign(day=orders["ordered_at"].dt.normalize(), orders=1)
    first = frame.groupby("customer_id")["day"].transform("min")
    now = frame["day"] >= pd.Timestamp(start)

    def sums(rows: pd.Series, column: str) -> np.ndarray:
        each = frame[now & rows].groupby("customer_id")[column].sum()
        return each.reindex(frame["customer_id"].unique(), fill_value=0).to_numpy(float)

    later, back = frame["day"] > first, first < pd.Timestamp(start)
    again, opening, returning, new = (
        sums(rows, "revenue") for rows in (later, ~later, back, ~back)
    )
    again_orders, opening_orders = sums(later, "orders"), sums(~later, "orders")
    returned, came = sums(back, "orders") > 0, sums(~back, "orders") > 0
    times = (
        np.random.default_rng(5)
        .multinomial(len(new), np.full(len(new), 1 / len(new)), size=1_000)
        .T
    )
    spread = {
        "later_revenue_share": (again @ times / ((again + opening) @ times)).std(),
        "later_order_value": (
            again @ times / (again_orders @ times) / (opening @ times / (opening_orders @ times))
        ).std(),
        "returning_spend": (
            returning @ times / (returned @ times) / (new @ times / (came @ times))
        ).std(),
    }
    for name, error in spread.items():
        found = store_value(history, end, of_kind(name))
        assert (found.high - found.low) / (2 * 1.96) == pytest.approx(
            error, rel=0.1 if size > 1_500 else 0.3
        ), name


def cut(orders: pd.DataFrame, days: int) -> dict[str, StoreValue]:
    """The values of the same store in the same year, from orders that reach back `days` days in
    all.
    """
    end = orders["ordered_at"].max()
    some = orders[orders["ordered_at"] > end - pd.Timedelta(days=days)]
    return store_values(order_history(orders_of(some)), (end + pd.Timedelta(days=1)).date())


def test_a_file_that_is_cut_off_says_in_which_direction_it_misleads():
    """The same store: retention comes out too high, the share of later orders too low, and neither
    is judged.
    """
    table = shared_sample("store").table
    orders = table.select("customer_id", "ordered_at", "revenue").to_pandas()
    whole, half, year = (cut(orders, days) for days in (2000, 500, 374))
    for name, factor, words in (
        ("yearly_retention", 1, "too high"),
        ("later_revenue_share", -1, "too low"),
    ):
        values = [factor * found[name].value for found in (whole, half, year)]
        assert values == sorted(values)
        assert whole[name].note == ""
        assert not whole[name].higher
        assert not whole[name].lower
        assert words in year[name].note
        assert "reach back 10 days before these 365, and it takes 365" in year[name].note
    retention = of_kind("yearly_retention")
    assert [
        Comparison(retention.metric, retention, found["yearly_retention"]).status
        for found in (whole, year)
    ] == [*("ahead", "unknown")]
