from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd
import pytest

from retention import DataError
from retention.history.revenue import (
    past_and_expected,
    placed_and_expected,
    revenue_history,
)
from retention.periods import calendar_days
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    return revenue_history(shared_sample("cdnow"), months=100)


def test_months_hold_all_revenue_and_all_orders(history):
    table = shared_sample("cdnow").table.to_pandas()
    revenue = history["first_revenue"] + history["repeat_revenue"]
    assert revenue.sum() == pytest.approx(table["revenue"].sum())
    assert history["orders"].sum() == len(table)


def test_months_are_those_of_the_calendar_from_the_first_order_day_to_the_last(history):
    assert history["first_day"].iloc[0] == pd.Timestamp("1997-01-01")
    assert history["last_day"].iloc[-1] == pd.Timestamp("1998-06-30")
    assert history["start"].tolist() == list(pd.date_range("1997-01-01", "1998-06-01", freq="MS"))
    assert history["end"].tolist()[:-1] == history["start"].tolist()[1:]
    table = shared_sample("cdnow").table.to_pandas()
    by_month = table.groupby(table["ordered_at"].dt.to_period("M")).size()
    assert history["orders"].tolist() == by_month.tolist()


def expected_months() -> pd.DataFrame:
    """July 1998 and a part of August."""
    return calendar_days(date(1998, 7, 1), date(1998, 8, 9)).assign(
        expected_orders=[12.5, 3.0],
        expected_revenue=[5.0, 4.0],
        revenue_low=[3.0, 2.0],
        revenue_high=[7.0, 6.0],
    )


def test_past_and_expected_revenue_are_one_frame_with_ranges_of_what_is_expected(history):
    tidy = past_and_expected(history, expected_months())
    sums = tidy.groupby("kind")["revenue"].sum()
    assert sums["first"] == pytest.approx(history["first_revenue"].sum())
    assert sums["repeat"] == pytest.approx(history["repeat_revenue"].sum())
    assert sums["expected"] == 9.0
    expected = tidy[tidy["kind"] == "expected"]
    assert expected["start"].tolist() == [pd.Timestamp("1998-07-01"), pd.Timestamp("1998-08-01")]
    assert expected["last_day"].iloc[-1] == pd.Timestamp("1998-08-09")
    assert expected["revenue_low"].tolist() == [3.0, 2.0]
    assert (
        tidy.loc[tidy["kind"] != "expected", ["revenue_low", "revenue_high"]].isna().all(axis=None)
    )


@dataclass
class FewOrders:
    table: ibis.Table
    start: date
    end: date
    has_amounts: bool = True


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


def test_a_cut_history_still_knows_the_first_purchase():
    history = revenue_history(few_orders(), months=1)
    assert history[["first_revenue", "repeat_revenue"]].to_numpy().tolist() == [[20, 7]]


def test_no_months_is_refused():
    with pytest.raises(DataError, match="one or more"):
        revenue_history(few_orders(), months=0)


def test_past_and_expected_orders_are_one_frame(history):
    tidy = placed_and_expected(history, expected_months())
    placed, expected = (tidy[tidy["kind"] == kind] for kind in ("placed", "expected"))
    assert placed["orders"].tolist() == history["orders"].tolist()
    assert expected["orders"].tolist() == [12.5, 3.0]
    assert placed["end"].iloc[-1] == expected["start"].iloc[0] == pd.Timestamp("1998-07-01")
