"""Whose usual interval is over, in which week."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from retention import DataError, reorders_due
from retention.products import due as module
from retention.products.due import DUE_WEEKS, due_columns
from retention.products.intervals import ENOUGH_REORDERS, MOST_WEIGHT
from tests.products.examples import (
    ANN,
    bought_in_pandas,
    gaps_in_pandas,
    quartiles_in_pandas,
    sales,
    small_orders,
    store_of,
)

START = pd.Timestamp("2024-01-01")


def test_own_intervals_by_hand():
    # Tea of ann: intervals of 10 and 20 days, last bought on day 30 of 30. The smaller one is the
    # median of two, so the next is due on day 40, next week.
    due = reorders_due(small_orders())
    assert due.to_dict("records") == [
        {
            "customer_id": ANN,
            "product": "Tea",
            "last_bought": pd.Timestamp("2024-01-31"),
            "interval": 10,
            "due": pd.Timestamp("2024-02-10"),
            "week": "next week",
            "basis": "own",
            "rests_on": 2,
            # One and a half times the third quartile, 20.
            "overdue_from": pd.Timestamp("2024-03-01"),
        }
    ]


def reordered(last_day):
    """Thirty customers buy Tea again after 20 days; others bought it once, each on another day."""
    sold = [(f"r{n}", day, ["Tea"]) for n in range(30) for day in (0, 20)]
    once = [("early", 30), ("late", 75), ("now", 85), ("soon", 92), ("then", 99)]
    return store_of([*sold, *((name, day, ["Tea"]) for name, day in once)], last_day)


def test_the_products_interval_and_every_week():
    due = reorders_due(reordered(100), weeks=DUE_WEEKS)
    singles = due[~due["customer_id"].str.startswith("r")].set_index("customer_id")
    # Due on days 50, 95, 105, 112 and 119; 30 days after the purchase it is overdue.
    assert singles["week"].to_dict() == {
        "early": "overdue",
        "late": "late",
        "now": "this week",
        "soon": "next week",
    }
    assert set(singles["basis"]) == {"product"}
    assert set(singles["rests_on"]) == {30}
    assert singles.loc["early", "overdue_from"] == START + pd.Timedelta(days=60)
    assert reorders_due(reordered(100))["customer_id"].tolist() == ["now", "soon"]


def test_below_thirty_reorders_a_product_has_no_usual_interval():
    sold = [(f"r{n}", day, ["Tea"]) for n in range(29) for day in (0, 20)]
    assert reorders_due(store_of([*sold, ("a", 30, ["Tea"])], 45), weeks=DUE_WEEKS).empty


def test_each_order_is_on_the_list_of_one_week():
    listed = [
        (day, row.customer_id)
        for day in range(100, 135, 7)
        for row in reorders_due(reordered(day), weeks=["this week"]).itertuples()
    ]
    assert [name for _, name in listed] == ["now", "soon", "then"]


def test_weeks_that_do_not_exist_are_refused():
    with pytest.raises(DataError, match="The week is 'someday'"):
        reorders_due(small_orders(), weeks=["someday"])


@settings(max_examples=25)
@given(sales())
def test_any_store_against_plain_pandas(drawn):
    check_against_pandas(store_of(drawn, 45))


def test_any_store_where_the_products_interval_counts(monkeypatch):
    monkeypatch.setattr(module, "ENOUGH_REORDERS", 1)
    check_against_pandas(store_of([("a", 0, ["Tea"]), ("a", 9, ["Tea"]), ("b", 4, ["Tea"])], 14), 1)


def quartile(gaps, share):
    ordered = np.sort(gaps)
    return ordered[int(np.ceil(share * len(ordered))) - 1]


def check_against_pandas(orders, enough=ENOUGH_REORDERS, asked=None):
    last_day = (orders.end - orders.start).days
    gaps = gaps_in_pandas(bought_in_pandas(orders), last_day)
    usual = {
        name: (part["gap"].notna().sum(), *quartiles_in_pandas(part, MOST_WEIGHT))
        for name, part in gaps.groupby("product")
    }
    wanted = {}
    found = reorders_due(orders, weeks=DUE_WEEKS)
    if asked is not None:
        gaps, found = (frame[frame["customer_id"].isin(asked)] for frame in (gaps, found))
    for pair, part in gaps.groupby(["customer_id", "product"]):
        own = part["gap"].dropna().to_numpy()
        reorders, _, median, third = usual[pair[1]]
        if len(own) >= 2:
            interval, patience, basis = quartile(own, 0.5), 1.5 * quartile(own, 0.75), "own"
        elif reorders >= enough:
            interval, patience, basis = median, 1.5 * third, "product"
        else:
            continue
        last = part["day"].max()
        due, overdue = last + interval, last + max(np.ceil(patience), interval + 1)
        if due > last_day + 14:
            continue
        week = "next week" if due > last_day + 7 else "this week"
        week = "overdue" if last_day >= overdue else "late" if due <= last_day else week
        wanted[pair] = (week, basis, int(due))
    days = (found["due"] - pd.Timestamp(orders.start)).dt.days
    rows = zip(found["customer_id"], found["product"], strict=True)
    values = zip(found["week"], found["basis"], days, strict=True)
    assert dict(zip(rows, values, strict=True)) == wanted


def test_each_customer_is_due_for_one_product_first_by_the_own_interval():
    due = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c"],
            "product": ["Tea", "Pot", "Cup", "Tea"],
            "due": pd.to_datetime(["2024-05-01", "2024-05-03", "2024-05-02", "2024-05-09"]),
            "basis": ["product", "own", "product", "own"],
        }
    )
    columns = due_columns(due)
    assert columns["due_product"].to_dict() == {"a": "Pot", "b": "Cup", "c": "Tea"}
    assert columns["due_on"].to_dict() == {"a": "2024-05-03", "b": "2024-05-02", "c": "2024-05-09"}
    assert due_columns(due.iloc[:0]).empty
