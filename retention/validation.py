"""Checks of settings and of frames: every refusal of an argument is phrased here."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import TypeGuard

import numpy as np
import pandas as pd

from retention.errors import DataError, RetentionError


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a finite number.

    Args:
        value: The value.

    Returns:
        False for texts, None, True and NaN.
    """
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is of a whole number's type.

    Args:
        value: The value.

    Returns:
        False for True and for 2.0.
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def all_unknown(column: pd.Series) -> bool:
    """Return whether nothing is known in a column of numbers: NaN in every row.

    >>> all_unknown(pd.Series([math.nan, math.nan])), all_unknown(pd.Series([], dtype=float))
    (True, False)
    """
    # The first one tells nearly always, at no cost.
    return len(column) > 0 and bool(pd.isna(column.iloc[0])) and bool(column.isna().all())


def check_number(
    subject: str,
    value: object,
    advice: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    above: float = -math.inf,
    whole: bool = False,
    unit: str = "",
    error: type[RetentionError] = DataError,
) -> None:
    """Refuse a setting that is not a number within its bounds.

    Args:
        subject: What the setting is called at the start of a sentence, such as "The margin".
        value: The setting.
        advice: What to give instead, such as "a share from 0 to 1".
        low: The smallest value allowed.
        high: The largest value allowed.
        above: A bound that the value has to exceed.
        whole: Whether only whole numbers are allowed.
        unit: What follows the value in the message, such as "days".
        error: The kind of error to raise.

    Raises:
        RetentionError: The value is refused; of the kind `error`.

    >>> check_number("The margin", 1.5, "a share from 0 to 1", low=0, high=1)
    Traceback (most recent call last):
        ...
    retention.errors.DataError: The margin is 1.5. Give a share from 0 to 1.
    """
    fits = is_whole(value) if whole else is_number(value)
    if not (fits and low <= value <= high and value > above):  # type: ignore[operator]
        raise error(f"{subject} is {value!r}{' ' + unit if unit else ''}. Give {advice}.")


def check_choice(
    subject: str, value: object, choices: Iterable[str], error: type[RetentionError] = DataError
) -> None:
    """Refuse a setting that is none of the choices.

    Args:
        subject: What the setting is called at the start of a sentence.
        value: The setting.
        choices: The values allowed.
        error: The kind of error to raise.

    Raises:
        RetentionError: The value is refused; of the kind `error`.

    >>> check_choice("The channel", "fax", ("email", "sms"))
    Traceback (most recent call last):
        ...
    retention.errors.DataError: The channel is 'fax'. Choose 'email' or 'sms'.
    """
    allowed = list(choices)
    if not isinstance(value, str) or value not in allowed:
        *others, last = map(repr, allowed)
        listed = f"{', '.join(others)} or {last}" if others else last
        raise error(f"{subject} is {value!r}. Choose {listed}.")


def check_known(
    noun: str, value: object, known: Iterable[str], error: type[RetentionError] = DataError
) -> None:
    """Refuse a key that names none of the known things.

    Args:
        noun: What the key names, such as "channel".
        value: The key.
        known: The keys that there are.
        error: The kind of error to raise.

    Raises:
        RetentionError: There is no such key; of the kind `error`.

    >>> check_known("channel", "fax", ("email", "sms"))
    Traceback (most recent call last):
        ...
    retention.errors.DataError: There is no channel 'fax'. Choose one of email, sms.
    """
    keys = list(known)
    if not isinstance(value, str) or value not in keys:
        raise error(f"There is no {noun} {value!r}. Choose one of {', '.join(keys)}.")


def check_version(subject: str, version: object, known: int) -> None:
    """Refuse a saved file that is not of the version that can be read.

    Args:
        subject: What the file is called at the start of a sentence.
        version: The version that the file gives; None where it gives none.
        known: The version that can be read.

    Raises:
        DataError: There is no version, or it is another one.

    >>> check_version("The plan", 2, 1)
    Traceback (most recent call last):
        ...
    retention.errors.DataError: The plan is of version 2; this app reads version 1.
    """
    if not is_whole(version):
        raise DataError(f"{subject} has no version, so it was not saved here.")
    if version != known:
        raise DataError(f"{subject} is of version {version}; this app reads version {known}.")


def rows_of(frame: pd.DataFrame | None, customers: pd.Index) -> pd.DataFrame:
    """Return a frame with a row for each customer.

    Args:
        frame: Indexed by customer; None for a frame without columns.
        customers: The customers, in their order.

    Returns:
        The rows, empty for customers that the frame does not know.
    """
    if frame is None:
        return pd.DataFrame(index=customers)
    return frame if frame.index.equals(customers) else frame.reindex(customers)


def aligned(frame: pd.DataFrame, customers: pd.Index) -> pd.DataFrame:
    """Return a frame in the customers' order.

    Args:
        frame: Indexed by customer.
        customers: The customers, in their order.

    Returns:
        The rows.

    Raises:
        DataError: The frame does not have a row for each of these customers and for no other.
    """
    if frame.index.equals(customers):
        return frame
    rows = frame.index.get_indexer(customers) if frame.index.is_unique else None
    if rows is None or len(frame) != len(customers) or (rows < 0).any():
        raise DataError(
            f"The {len(frame):,} rows do not belong to these {len(customers):,} customers. Score "
            "and label the same customers that are passed in."
        )
    return frame.take(rows)


def mask_of(values: np.ndarray | pd.Series, customers: pd.Index, subject: str) -> np.ndarray:
    """Return which customers are meant.

    Args:
        values: True or False for each customer; a Series is matched by its index.
        customers: The customers, in their order.
        subject: What the values are called at the start of a sentence.

    Returns:
        True or False for each customer, in the customers' order.

    Raises:
        DataError: There is not one True or False for each customer.
    """
    if isinstance(values, pd.Series):
        ordered = values if values.index.equals(customers) else values.reindex(customers)
        mask = ordered.to_numpy()
    else:
        mask = np.asarray(values)
    if mask.shape != (len(customers),) or mask.dtype != bool:
        raise DataError(
            f"{subject} does not say True or False for each of the {len(customers):,} customers. "
            "Make it from their frame."
        )
    return mask
