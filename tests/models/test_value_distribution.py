"""Distribution, concentration, revenue by month and a model in plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from retention import DataError
from retention.customers.search import find_customers
from retention.history.revenue import revenue_history
from retention.models.value_distribution import (
    concentration,
    nice_edges,
    top_shares,
    typical_customer,
    value_histogram,
)

VALUES = hnp.arrays(float, st.integers(1, 60), elements=st.floats(0, 1e7, allow_subnormal=False))


@dataclass
class Parameters:
    r: float = 0.2426
    alpha: float = 4.4136 * 7
    a: float = 0.7929
    b: float = 2.4259


@dataclass
class FewOrders:
    table: ibis.Table
    start: date
    end: date


def frames(value, frequency=None):
    index = pd.Index([f"c{i}" for i in range(len(value))], name="customer_id")
    frequency = np.zeros(len(value), int) if frequency is None else frequency
    return pd.DataFrame({"frequency": frequency}, index=index), pd.DataFrame(
        {"cltv": value}, index=index
    )


def test_published_cdnow_parameters_read_as_a_customer():
    found = typical_customer(Parameters())
    assert found.leave_share == pytest.approx(0.2463, abs=1e-4)
    assert found.days_between_orders == pytest.approx(127.35, abs=0.01)
    assert found.median_days_between_orders > found.days_between_orders


def test_a_rate_too_small_for_a_number_is_none():
    assert typical_customer(Parameters(r=1e-4)).median_days_between_orders is None


@given(VALUES, st.data())
def test_every_customer_falls_in_one_bin(value, data):
    frequency = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=len(value), max_size=len(value)))
    )
    frame = value_histogram(*frames(value, frequency))
    if not (value > 0).any():
        assert frame.empty
        return
    assert frame["customers"].sum() == len(value)
    assert frame["expected_value"].sum() == pytest.approx(value.sum())
    counts = frame.groupby("buyers")["customers"].sum()
    assert counts["repeat"] == (frequency > 0).sum()
    assert len(frame) < 70


@given(VALUES)
def test_bin_bounds_rise_and_hold_the_highest_value(value):
    if not (value > 0).any():
        return
    edges = nice_edges(value)
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= max(value[value > 0].min(), value.max() / 1e4) * (1 + 1e-9)
    assert edges[-1] > value.max() >= edges[-2] * (1 - 1e-9)


def test_equal_values_make_one_bin():
    frame = value_histogram(*frames(np.full(5, 12.0)))
    assert frame["customers"].tolist() == [5, 0]
    assert (frame["low"].iloc[0], frame["high"].iloc[0]) == (10, 15)


@given(VALUES)
def test_the_best_customers_hold_at_least_their_share(value):
    curve, top = concentration(value), top_shares(value)
    if value.sum() <= 0:
        assert curve.empty
        assert top.empty
        return
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1])
    assert (curve["value_share"] >= curve["customers_share"] - 1e-9).all()
    assert curve["value_share"].is_monotonic_increasing
    assert (top["value_share"] >= top["customers_share"] - 1e-9).all()
    assert len(curve) <= 101


def test_top_shares_of_ten_customers():
    top = top_shares(np.arange(1.0, 11.0))
    assert top["customers"].tolist() == [1, 2]
    assert top["customers_share"].tolist() == [0.1, 0.2]
    assert top["value"].tolist() == [10, 19]
    assert top["at_least"].tolist() == [10, 9]
    assert top["value_share"].tolist() == pytest.approx([10 / 55, 19 / 55])


@pytest.mark.parametrize(
    ("customers", "shares"), [(4, []), (39, [0.1, 0.2]), (99, [0.1, 0.2]), (100, [0.01, 0.1, 0.2])]
)
def test_a_share_is_named_from_one_whole_customer_on(customers, shares):
    assert top_shares(np.ones(customers))["share"].tolist() == shares


def few_orders():
    rows = [
        ("a", "2024-01-01", 10.0),
        ("a", "2024-01-01", 5.0),
        ("a", "2024-03-30", 7.0),
        ("b", "2024-03-31", 20.0),
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
    return FewOrders(ibis.memtable(frame), date(2024, 1, 1), date(2024, 3, 31))


def test_history_tells_first_from_repeat_purchase_days():
    history = revenue_history(few_orders())
    assert history["first_revenue"].tolist() == [15, 0, 20]
    assert history["repeat_revenue"].tolist() == [0, 0, 7]
    assert history["orders"].tolist() == [2, 0, 2]
    assert history["end_day"].iloc[-1] == 0
    assert history["start_day"].iloc[0] == pytest.approx(-3 * 30.4375)


def test_a_cut_history_still_knows_the_first_purchase():
    history = revenue_history(few_orders(), months=1)
    assert history[["first_revenue", "repeat_revenue"]].to_numpy().tolist() == [[20, 7]]


def test_no_months_is_refused():
    with pytest.raises(DataError, match="one or more"):
        revenue_history(few_orders(), months=0)


def test_search_reads_text_not_patterns_and_puts_the_best_first():
    index = pd.Index(["Ann@x.com", "bob@x.com", "a.*n", "ann2"], name="customer_id")
    columns = ["orders", "revenue", "average_order_value", "last_order"]
    customers = pd.DataFrame(1, index=index, columns=columns)
    scores = pd.DataFrame({"cltv": [1.0, 9.0, 5.0, 3.0]}, index=index)
    found, total = find_customers(customers, scores, " ANN ")
    assert (found.index.tolist(), total) == (["ann2", "Ann@x.com"], 2)
    assert find_customers(customers, scores, "a.*n")[0].index.tolist() == ["a.*n"]
    best, total = find_customers(customers, scores, limit=2)
    assert (best.index.tolist(), total) == (["bob@x.com", "a.*n"], 4)
    assert find_customers(customers, scores, "nobody")[1] == 0
