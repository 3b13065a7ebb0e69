"""Numbers that a name draws for customers: close to random, and the same each time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def customer_hashes(customer_ids: pd.Index) -> npt.NDArray[np.uint64]:
    """Return a number of each customer's id, the same on every machine and in every file.

    Args:
        customer_ids: The customers' ids.

    Returns:
        64-bit numbers, one a customer.
    """
    return pd.util.hash_array(customer_ids.to_numpy(dtype=object), categorize=False)


def draws(hashes: npt.NDArray[np.uint64], name: str) -> npt.NDArray[np.float64]:
    """Return a number from 0 to 1 for each customer, close to random.

    Args:
        hashes: From `customer_hashes`.
        name: Of the campaign. The same name draws the same numbers; another name draws others.

    Returns:
        The numbers, one a customer.
    """
    salt = pd.util.hash_array(np.array([name], dtype=object), categorize=False)[0]
    numbers: npt.NDArray[np.float64] = pd.util.hash_array(hashes ^ salt) / 2.0**64
    return numbers
