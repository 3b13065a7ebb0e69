"""Who bought what, and when last: a small query for each product or category, answered once and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from retention.errors import DataError
from retention.orders.orders import Orders
from retention.orders.rows import BOUGHT

#: Values that a menu offers, the most bought first; any other can be typed.
MOST_VALUES = 300


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """What the customers of `index` bought up to `as_of`; made by `purchases_of`.

    `columns` are those of `BOUGHT` that the orders have. Answers are kept in `known`.
    """

    table: ir.Table
    index: pd.Index
    as_of: date
    columns: tuple[str, ...]
    known: dict = field(default_factory=dict, repr=False)

    def values(self, column: str) -> tuple[str, ...]:
        """Return the values of a column, the most customers first; `MOST_VALUES` at most."""
        return self._keep(("values", column), lambda: self._values(column))

    def days_since(self, column: str, value: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the places in `index` of the customers who bought a value, and the days since they last did."""
        return self._keep((column, value), lambda: self._days_since(column, value))

    def named(self, column: str) -> np.ndarray | None:
        """Return who has an order that names any value, as booleans; None where every order does."""
        return self._keep(("named", column), lambda: self._named(column))

    def bought(self, column: str, values: tuple[str, ...], days: int | None = None) -> np.ndarray:
        """Return who bought any of the values, if given within the last so many `days`, as booleans."""
        found = np.zeros(len(self.index), dtype=bool)
        for value in values:
            places, since = self.days_since(column, value)
            found[places if days is None else places[since <= days]] = True
        return found

    def _keep(self, key: tuple, make):
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    def _values(self, column: str) -> tuple[str, ...]:
        # Whoever asks for the values is about to ask who bought one: what that needs is made here, once.
        self.index.get_indexer(self.index[:1])
        self.named(column)
        counts = value_query(self.table, column, self.as_of).limit(MOST_VALUES).to_pyarrow()
        return tuple(counts["name"].to_pylist())

    def _days_since(self, column: str, value: str) -> tuple[np.ndarray, np.ndarray]:
        found = last_bought_query(self.table, column, value, self.as_of).to_pyarrow()
        return self._places(found["customer_id"], found["days"].to_numpy())

    def _named(self, column: str) -> np.ndarray | None:
        table = self.table.filter(self.table.ordered_at.date() <= ibis.literal(self.as_of))
        empty = table[column].isnull() | (table[column] == "")
        if not table.filter(empty).limit(1).to_pyarrow().num_rows:
            return None
        found = table.filter(~empty).select("customer_id").distinct().to_pyarrow()
        named = np.zeros(len(self.index), dtype=bool)
        named[self._places(found["customer_id"], np.zeros(found.num_rows))[0]] = True
        return named

    def _places(self, ids: pa.ChunkedArray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        places = self.index.get_indexer(ids.to_pandas())
        # Customers who are not among those asked about.
        inside = places >= 0
        return places[inside].astype(np.int32), days[inside].astype(np.int32)


def purchases_of(orders: Orders, index: pd.Index, as_of: date) -> Purchases:
    """Return what the customers of `index` bought up to the day `as_of`.

    Raises:
        DataError: Customers occur twice.
    """
    if not index.is_unique:
        raise DataError(
            "A customer occurs twice in the customer table: make it with summarise_customers."
        )
    columns = tuple(name for name in BOUGHT if name in orders.table.columns)
    return Purchases(orders.table if orders.items is None else orders.items, index, as_of, columns)


def last_bought_query(table: ir.Table, column: str, value: str, as_of: date) -> ir.Table:
    """Return `customer_id` and `days` (since last bought) of who bought a value, as Ibis, for any engine."""
    day = table.ordered_at.date()
    bought = table.filter((table[column] == value) & (day <= ibis.literal(as_of)))
    last = bought.group_by("customer_id").agg(day=bought.ordered_at.date().max())
    return last.select(
        "customer_id", days=ibis.literal(as_of).delta(last.day, unit="day").cast("int32")
    )


def value_query(table: ir.Table, column: str, as_of: date) -> ir.Table:
    """Return each `name` in a column with its `customers`, most first, as Ibis, for any engine."""
    known = table.filter(
        (table.ordered_at.date() <= ibis.literal(as_of)) & table[column].nullif("").notnull()
    )
    counts = known.group_by(name=known[column]).agg(customers=known.customer_id.nunique())
    return counts.order_by(counts.customers.desc(), counts.name)
