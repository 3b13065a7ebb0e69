"""What customers bought first, buy most, and are due to buy again, for conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from retention.orders.orders import Orders
from retention.products.due import (
    LATE,
    NEXT_WEEK,
    THIS_WEEK,
    DueRows,
    DueWeek,
    due_rows,
    due_weeks,
)
from retention.products.intervals import reorder_intervals
from retention.products.likely import own_products
from retention.products.product_history import By, ProductHistory, product_history


@dataclass(frozen=True, slots=True)
class DueKeys:
    """The keys of the features that ask what a customer is due to buy again.

    Attributes:
        lists: Of the lists of what is due, by the week.
        own_list: Of the list of what is due this week by the customer's own interval.
        due: Of the flag of those with anything due this week.
        own_due: Of the flag of those with anything due this week by their own interval.
    """

    lists: Mapping[DueWeek, str]
    own_list: str
    due: str
    own_due: str


#: By what products are counted by.
DUE_KEYS: Mapping[By, DueKeys] = {
    "product": DueKeys(
        lists={THIS_WEEK: "due_this_week", NEXT_WEEK: "due_next_week", LATE: "late_products"},
        own_list="due_by_own_interval",
        due="reorder_due",
        own_due="reorder_due_by_own_interval",
    ),
    "category": DueKeys(
        lists={
            THIS_WEEK: "categories_due_this_week",
            NEXT_WEEK: "categories_due_next_week",
            LATE: "late_categories",
        },
        own_list="categories_due_by_own_interval",
        due="category_reorder_due",
        own_due="category_reorder_due_by_own_interval",
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """A feature of which a customer has several values.

    Attributes:
        places: The customers, by their places; one element for each of their values.
        codes: The positions of these values in `names`.
        names: The values, the most customers first.
        customers: How many customers there are.
        known: Whether each customer's values are known; None if all are.
    """

    places: np.ndarray
    codes: np.ndarray
    names: tuple[str, ...]
    customers: int
    known: np.ndarray | None = None

    def includes(self, values: tuple[str, ...]) -> np.ndarray:
        """Return which customers have any of some values.

        Args:
            values: The values.

        Returns:
            True or False for each customer.
        """
        wanted = np.isin(np.array(self.names, dtype=object), list(values))
        inside = np.zeros(self.customers, dtype=bool)
        inside[self.places[wanted[self.codes]]] = True
        return inside


def first_products(orders: Orders, index: pd.Index, as_of: date, by: By) -> Listed:
    """Return what the first order of each customer held, all of its lines.

    Args:
        orders: The orders.
        index: The customers.
        as_of: The last day that counts.
        by: "product" or "category".

    Returns:
        The products of each first purchase day. Customers whose first order names none are unknown.
    """

    def pairs(history: ProductHistory) -> tuple[np.ndarray, np.ndarray]:
        first = history.table.filter(history.table.place == 0).select("customer", "product")
        frame = first.to_pandas()
        return frame["customer"].to_numpy(), frame["product"].to_numpy()

    listed = _of_history(orders, as_of, by, index, pairs)
    known = np.zeros(len(index), dtype=bool)
    known[listed.places] = True
    return Listed(
        places=listed.places,
        codes=listed.codes,
        names=listed.names,
        customers=len(index),
        known=None if known.all() else known,
    )


def most_bought(orders: Orders, index: pd.Index, as_of: date, by: By) -> pd.Series:
    """Return what each customer bought on the most days, of equal ones the latest.

    Args:
        orders: The orders.
        index: The customers.
        as_of: The last day that counts.
        by: "product" or "category".

    Returns:
        A name for each customer; None for those who bought nothing with a name.
    """
    history = product_history(orders, by, as_of)
    try:
        own = own_products(history, 1)
        names = np.full(len(history.customers), None, dtype=object)
        names[own["customer"]] = history.products[own["product"]]
        return pd.Series(names, history.customers, dtype=object).reindex(index)
    finally:
        history.release()


def due_lists(orders: Orders, index: pd.Index, as_of: date, by: By) -> dict[str, Listed]:
    """Return what customers are due to buy again, as `reorders_due` says.

    Args:
        orders: The orders.
        index: The customers.
        as_of: The last day that counts.
        by: "product" or "category".

    Returns:
        The lists, by their keys in `DUE_KEYS`.
    """
    keys = DUE_KEYS[by]
    history = product_history(orders, by, as_of)
    try:
        rows = due_rows(history, reorder_intervals(history))
    finally:
        history.release()
    weeks = due_weeks(rows, history.last_day)
    listed = {key: weeks == week for week, key in keys.lists.items()}
    listed[keys.own_list] = (weeks == THIS_WEEK) & rows.own
    return {
        key: _listed(history, index, *_pairs(rows.kept(inside))) for key, inside in listed.items()
    }


def _pairs(rows: DueRows) -> tuple[np.ndarray, np.ndarray]:
    return rows.customer, rows.product


def _of_history(
    orders: Orders,
    as_of: date,
    by: By,
    index: pd.Index,
    pairs: Callable[[ProductHistory], tuple[np.ndarray, np.ndarray]],
) -> Listed:
    history = product_history(orders, by, as_of)
    try:
        return _listed(history, index, *pairs(history))
    finally:
        history.release()


def _listed(
    history: ProductHistory, index: pd.Index, customer: np.ndarray, product: np.ndarray
) -> Listed:
    """Pairs of numbers as a list of each customer in `index`."""
    places = index.get_indexer(history.customers)[customer]
    inside = places >= 0
    places, product = places[inside], product[inside]
    counts = np.bincount(product, minlength=len(history.products))
    shown = np.flatnonzero(counts)
    shown = shown[np.argsort(-counts[shown], kind="stable")]
    code = np.full(len(counts), -1, dtype=np.int32)
    code[shown] = np.arange(len(shown))
    return Listed(
        places=places.astype(np.int32),
        codes=code[product],
        names=tuple(history.products[shown].tolist()),
        customers=len(index),
    )
