"""Orders from a frame, for tests that do not read a file."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd

_names = (f"orders_{number}" for number in itertools.count())


@dataclass(frozen=True, slots=True)
class StubOrders:
    """What `summarise_customers` reads of an `Orders`."""

    table: ibis.Table
    start: date
    end: date


def orders_of(frame: pd.DataFrame, end: str | None = None) -> StubOrders:
    """Put a frame with customer_id, ordered_at, revenue (and any optional column) behind an Orders."""
    frame = frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]).astype("datetime64[us]"))
    if "order_id" not in frame:
        frame = frame.assign(order_id=[f"O{row}" for row in range(len(frame))])
    table = ibis.duckdb.connect().create_table(next(_names), frame)
    last = pd.Timestamp(end) if end else frame["ordered_at"].max()
    return StubOrders(table, frame["ordered_at"].min().date(), last.date())
