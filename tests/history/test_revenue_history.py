"""Revenue by month, first and repeat purchases apart."""

from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd
import pytest

from retention import DataError
from retention.history.revenue import revenue_history


@dataclass
class FewOrders:
    table: ibis.Table
    start: date
    end: date


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
