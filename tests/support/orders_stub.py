"""Orders from a frame, for tests that do not read a file."""

from __future__ import annotations

import itertools

import ibis
import pandas as pd

from retention import Orders
from retention.orders.orders import OrderReport

_names = (f"orders_{number}" for number in itertools.count())


def orders_of(frame: pd.DataFrame, end: str | None = None) -> Orders:
    """Put a frame with customer_id, ordered_at, revenue (and any optional column) behind an Orders.

    The observation ends with the last order unless `end` is given.
    """
    frame = frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]).astype("datetime64[us]"))
    if "order_id" not in frame:
        frame = frame.assign(order_id=[f"O{row}" for row in range(len(frame))])
    name = next(_names)
    table = ibis.duckdb.connect().create_table(name, frame)
    last = pd.Timestamp(end) if end else frame["ordered_at"].max()
    report = OrderReport(rows_read=len(frame), rows_kept=len(frame))
    return Orders(
        table, report, frame["ordered_at"].min().date(), last.date(), currency=None, digest=name
    )
