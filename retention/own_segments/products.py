"""Which customers bought what, and when last.

Each product or category takes a small query, whose answer is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

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
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """What customers bought; made by `purchases_of`.

    Attributes:
        table: The orders, or their lines where there are any.
        index: The customers, in their order.
        as_of: The last day that counts.
        columns: Those of `BOUGHT` that the orders have.
        known: Answers to earlier questions.
    """

    table: ir.Table
    index: pd.Index
    as_of: date
    columns: tuple[str, ...]
    known: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)

    def values(self, column: str) -> tuple[str, ...]:
        """Return the values of a column.

        Args:
            column: "product" or "category".

        Returns:
            At most `MOST_VALUES`, the most customers first.
        """
        return self._keep(("values", column), lambda: self._values(column))

    def days_since(self, column: str, value: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the customers who bought a value, and how long ago.

        Args:
            column: "product" or "category".
            value: The product's or category's name.

        Returns:
            Their places in `index`, and the days since they last bought it.
        """
        return self._keep((column, value), lambda: self._days_since(column, value))

    def named(self, column: str) -> np.ndarray | None:
        """Return which customers have an order that names any value.

        Args:
            column: "product" or "category".

        Returns:
            True or False for each customer; None if all do.
        """
        return self._keep(("named", column), lambda: self._named(column))

    def bought(
        self, column: str, values: tuple[str, ...], days: int | None = None, times: int = 1
    ) -> np.ndarray:
        """Return which customers bought any of the values.

        Args:
            column: "product" or "category".
            values: Names; any of them counts.
            days: Days up to `as_of` in which it was bought; None for any time.
            times: On how many days it was bought at least.

        Returns:
            True or False for each customer.
        """
        buyers = np.zeros(len(self.index), dtype=bool)
        if times > 1:
            key = ("times", column, str(days), *values)
            places, number = self._keep(key, lambda: self._times(column, values, days))
            buyers[places[number >= times]] = True
            return buyers
        for value in values:
            places, since = self.days_since(column, value)
            buyers[places if days is None else places[since <= days]] = True
        return buyers

    def _keep(self, key: tuple[str, ...], answer: Callable[[], _T]) -> _T:
        if key not in self.known:
            self.known[key] = answer()
        kept: _T = self.known[key]
        return kept

    def _values(self, column: str) -> tuple[str, ...]:
        # The next question is which customers bought a value. What that needs is made here, once.
        self.index.get_indexer(self.index[:1])
        self.named(column)
        counts = value_query(self.table, column, self.as_of).limit(MOST_VALUES).to_pyarrow()
        return tuple(counts["name"].to_pylist())

    def _days_since(self, column: str, value: str) -> tuple[np.ndarray, np.ndarray]:
        buyers = last_bought_query(self.table, column, value, self.as_of).to_pyarrow()
        return self._places(buyers["customer_id"], buyers["days"].to_numpy())

    def _times(
        self, column: str, values: tuple[str, ...], days: int | None
    ) -> tuple[np.ndarray, np.ndarray]:
        query = times_bought_query(self.table, column, values, self.as_of, days)
        buyers = query.to_pyarrow()
        return self._places(buyers["customer_id"], buyers["times"].to_numpy())

    def _named(self, column: str) -> np.ndarray | None:
        table = self.table.filter(self.table.ordered_at.date() <= ibis.literal(self.as_of))
        empty = table[column].isnull() | (table[column] == "")
        if not table.filter(empty).limit(1).to_pyarrow().num_rows:
            return None
        buyers = table.filter(~empty).select("customer_id").distinct().to_pyarrow()
        named = np.zeros(len(self.index), dtype=bool)
        named[self._places(buyers["customer_id"], np.zeros(buyers.num_rows))[0]] = True
        return named

    def _places(self, ids: pa.ChunkedArray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        places = self.index.get_indexer(ids.to_pandas())
        # Customers who are not among those asked about.
        inside = places >= 0
        return places[inside].astype(np.int32), days[inside].astype(np.int32)


def purchases_of(orders: Orders, index: pd.Index, as_of: date) -> Purchases:
    """Return what the customers of `index` bought up to the day `as_of`.

    Args:
        orders: The orders.
        index: The customers.
        as_of: The last day that counts.

    Returns:
        The purchases, to be asked.

    Raises:
        DataError: Customers occur twice.
    """
    if not index.is_unique:
        raise DataError(
            "A customer occurs twice in the customer table: make it with summarise_customers."
        )
    columns = tuple(name for name in BOUGHT if name in orders.table.columns)
    return Purchases(
        table=orders.table if orders.items is None else orders.items,
        index=index,
        as_of=as_of,
        columns=columns,
    )


def last_bought_query(table: ir.Table, column: str, value: str, as_of: date) -> ir.Table:
    """Return the customers who bought a value as an Ibis expression, for any engine.

    Args:
        table: The order table, or the table of its items.
        column: The column of the value, such as product.
        value: The value.
        as_of: The last day that counts.

    Returns:
        `customer_id` and `days`, the days since they last bought it.
    """
    day = table.ordered_at.date()
    bought = table.filter((table[column] == value) & (day <= ibis.literal(as_of)))
    last = bought.group_by("customer_id").agg(day=bought.ordered_at.date().max())
    return last.select(
        "customer_id", days=ibis.literal(as_of).delta(last.day, unit="day").cast("int32")
    )


def times_bought_query(
    table: ir.Table, column: str, values: tuple[str, ...], as_of: date, days: int | None = None
) -> ir.Table:
    """Return on how many days customers bought any of some values, for any engine.

    Args:
        table: The order table, or the table of its items.
        column: The column of the values, such as product.
        values: The values.
        as_of: The last day that counts.
        days: Days up to it that count; None for all.

    Returns:
        An Ibis expression: `customer_id` and `times`.
    """
    day = table.ordered_at.date()
    counts = table[column].isin(values) & (day <= ibis.literal(as_of))
    if days is not None:
        counts &= day >= ibis.literal(as_of - timedelta(days=days))
    bought = table.filter(counts)
    return bought.group_by("customer_id").agg(times=bought.ordered_at.date().nunique())


def value_query(table: ir.Table, column: str, as_of: date) -> ir.Table:
    """Return the values of a column as an Ibis expression, for any engine.

    Args:
        table: The order table, or the table of its items.
        column: The column, such as product.
        as_of: The last day that counts.

    Returns:
        `name` and `customers`, the most customers first.
    """
    known = table.filter(
        (table.ordered_at.date() <= ibis.literal(as_of)) & table[column].nullif("").notnull()
    )
    counts = known.group_by(name=known[column]).agg(customers=known.customer_id.nunique())
    return counts.order_by(counts.customers.desc(), counts.name)
