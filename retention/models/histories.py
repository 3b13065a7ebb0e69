"""Distinct purchase histories: all that the purchase models see of the customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.validation import all_unknown
from retention.wording import count

#: The column of a table of distinct histories: how many customers share each of them.
NUMBER = "customers"
_COLUMNS = ("frequency", "recency", "T", "monetary_value")


@dataclass(frozen=True, slots=True)
class Histories:
    """Distinct purchase histories as arrays of equal length.

    Attributes:
        frequency: Repeat purchase days.
        recency: Days from the first to the last purchase day.
        T: Days from the first purchase day to the end of the observation.
        counts: How many customers share each history.
        codes: Each customer's position among the histories: `frequency[codes]` are the customers.
    """

    frequency: np.ndarray
    recency: np.ndarray
    T: np.ndarray
    counts: np.ndarray
    codes: np.ndarray

    def without_recency(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return each history's position among the distinct (frequency, T), and those two."""
        codes = _group(self.frequency, self.T)
        first = _first_of_each(codes)
        return codes, self.frequency[first], self.T[first]


def group_histories(customers: pd.DataFrame, counted: bool = False) -> Histories:
    """Group customers by identical (frequency, recency, T).

    Args:
        customers: From `summarise_customers`.
        counted: Whether a row may stand for several customers, as `summarise_histories` has them.

    Returns:
        The distinct histories, and which one each customer has.

    Raises:
        DataError: The table is not a customer table, or a history in it is impossible.
    """
    _require_customers(customers)
    if NUMBER in customers and not counted:
        raise DataError(
            "These are distinct histories, which a model is fitted to. For anything else a row for "
            "each customer is needed: take summarise_customers."
        )
    columns = [customers[name].to_numpy() for name in ("frequency", "recency", "T")]
    codes = _group(*columns)
    first = _first_of_each(codes)
    frequency, recency, age = (column[first] for column in columns)
    counts = np.bincount(codes, customer_counts(customers)).astype(np.int64)
    return Histories(frequency=frequency, recency=recency, T=age, counts=counts, codes=codes)


def customer_counts(customers: pd.DataFrame) -> np.ndarray:
    """Return how many customers each row stands for.

    Args:
        customers: From `summarise_customers` or `summarise_histories`.

    Returns:
        A number a row.

    Raises:
        DataError: The numbers are not whole, or not above zero.
    """
    if NUMBER not in customers:
        return np.ones(len(customers), dtype=np.int64)
    counts = customers[NUMBER].to_numpy()
    if counts.dtype.kind not in "iu" or (counts < 1).any():
        raise DataError(
            f"The column {NUMBER!r} does not hold a number of customers in each row. Make the "
            "table with summarise_histories."
        )
    return counts


def _group(*columns: np.ndarray) -> np.ndarray:
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        # Whole days are codes already.
        if column.dtype.kind in "iu":
            codes, size = column, int(column.max(initial=0)) + 1
        else:
            codes, values = pd.factorize(column)
            size = len(values)
        key = key * size + codes
    return pd.factorize(key)[0]


def _first_of_each(codes: np.ndarray) -> np.ndarray:
    first = np.empty(codes.max(initial=-1) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def _require_customers(customers: pd.DataFrame) -> None:
    _require_columns(customers)
    values = [_numbers(customers[name]) for name in _COLUMNS]
    if all_unknown(customers["monetary_value"]):
        values[-1] = np.zeros(len(customers))
    if not all(np.isfinite(column).all() for column in values):
        raise DataError("The customer table has empty or infinite values in its history columns.")
    frequency, recency, age, spend = values
    if (frequency % 1 != 0).any():
        raise DataError(
            "The frequency is not a whole number for every customer: it counts purchase days."
        )
    wrong = (
        (frequency < 0)
        | (recency < 0)
        | (recency > age)
        | ((frequency == 0) != (recency == 0))
        | (spend < 0)
    )
    if wrong.any():
        raise DataError(
            f"{count(wrong.sum())} of {count(len(wrong))} customers have an impossible "
            "history (first: "
            f"{customers.index[wrong][0]!r}): recency must lie between 0 and T and be 0 for "
            "one-time buyers only, and spend must not be negative."
        )


def _numbers(column: pd.Series) -> np.ndarray:
    """Return a column as an array, without a copy where it holds plain numbers."""
    is_plain = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"
    return column.to_numpy() if is_plain else column.to_numpy(float)


def _require_columns(customers: pd.DataFrame) -> None:
    if not isinstance(customers, pd.DataFrame) or not customers.columns.is_unique:
        raise DataError(
            "The customers are no table with a name for each column. Make it with "
            "summarise_customers."
        )
    missing = [name for name in _COLUMNS if name not in customers.columns]
    if missing:
        raise DataError(
            f"The customer table has no column {', '.join(map(repr, missing))}. "
            "Make the table with summarise_customers."
        )
    texts = [name for name in _COLUMNS if not pd.api.types.is_numeric_dtype(customers[name])]
    if texts:
        raise DataError(
            f"{texts[0]!r} of the customer table holds no numbers. Make the table with "
            "summarise_customers."
        )
