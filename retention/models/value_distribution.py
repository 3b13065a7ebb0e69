"""Where the value lies: its distribution, who holds it, and a model in plain numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from retention.models.model import CltvModel

_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_DECADES = 4


@dataclass(frozen=True, slots=True)
class TypicalCustomer:
    """What a fitted purchase model's parameters say about customers.

    A field is None where there is no such number.

    Attributes:
        days_between_orders: Days between orders at the mean order rate, alpha / r.
        median_days_between_orders: Half of all customers order less often than this, in days.
        leave_share: Mean probability to stop for good after a repeat order, a / (a + b).
    """

    days_between_orders: float | None
    median_days_between_orders: float | None
    leave_share: float | None


def typical_customer(model: CltvModel) -> TypicalCustomer:
    """Return what a fitted purchase model's parameters say about customers.

    Args:
        model: From `fit_cltv`.

    Returns:
        The waits in days and the share who leave after an order.

    Source: Fader, Hardie & Lee 2005 (Marketing Science 24), section 3: order rates are
    gamma(r, alpha), leaving after an order is beta(a, b).
    """
    median_rate = float(gammaincinv(model.r, 0.5)) / model.alpha
    return TypicalCustomer(
        days_between_orders=_finite(model.alpha / model.r),
        median_days_between_orders=_finite(1 / median_rate) if median_rate > 0 else None,
        leave_share=_finite(model.a / (model.a + model.b)),
    )


def value_histogram(customers: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Count customers by expected value, one-time and repeat buyers apart.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv`, of the same customers.

    Returns:
        A row for each bin and kind of buyer:

        - `low`, `high`: money; bounds at 1, 1.5, 2, 3, 5, 7 times a power of ten;
        - `buyers`: "one_time" or "repeat";
        - `customers`: how many;
        - `expected_value`: their sum, in money.

        The lowest bin also counts everybody below it, down to zero. The frame is empty when nobody
        has a positive value.
    """
    value = scores["cltv"].to_numpy(float)
    columns = ["low", "high", "buyers", "customers", "expected_value"]
    if not (value > 0).any():
        return pd.DataFrame(columns=columns)
    edges = nice_edges(value)
    place = np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(edges) - 2)
    repeat = customers["frequency"].to_numpy() > 0
    cells = place * 2 + repeat
    n = 2 * (len(edges) - 1)
    frame = pd.DataFrame(
        {
            "low": np.repeat(edges[:-1], 2),
            "high": np.repeat(edges[1:], 2),
            "buyers": np.tile(["one_time", "repeat"], len(edges) - 1),
            "customers": np.bincount(cells, minlength=n),
            "expected_value": np.bincount(cells, weights=value, minlength=n),
        }
    )
    return frame[columns]


def nice_edges(value: np.ndarray) -> np.ndarray:
    """Return bin bounds over the positive values, at round numbers on a log scale.

    Values more than four powers of ten below the highest share the lowest bin.

    Args:
        value: The values, in money.

    Returns:
        The bounds, ascending.

    >>> nice_edges(np.array([4.0, 80.0])).tolist()
    [3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 70.0, 100.0]
    """
    positive = value[value > 0]
    high = positive.max()
    low = max(positive.min(), high / 10**_DECADES)
    first, last = math.floor(math.log10(low)) - 1, math.floor(math.log10(high)) + 1
    steps = np.array([step * 10.0**power for power in range(first, last + 1) for step in _STEPS])
    start = np.searchsorted(steps, low, side="right") - 1
    stop = np.searchsorted(steps, high, side="right")
    return steps[start : stop + 1]


def concentration(value: np.ndarray | pd.Series, points: int = 100) -> pd.DataFrame:
    """Return who holds the value: customers from the highest value down, in `points` steps.

    Args:
        value: The value of each customer.
        points: The number of steps.

    Returns:
        A frame with `customers_share` (0 to 1) and `value_share` (0 to 1), the first row at zero.
        It is empty when the sum is not positive.
    """
    ordered, running = _running(value)
    if not len(ordered):
        return pd.DataFrame({"customers_share": [], "value_share": []}, dtype=float)
    taken = np.unique(np.ceil(np.linspace(0, len(ordered), points + 1)).astype(int))
    return pd.DataFrame(
        {"customers_share": taken / len(ordered), "value_share": running[taken] / running[-1]}
    )


def top_shares(
    value: np.ndarray | pd.Series, shares: tuple[float, ...] = (0.01, 0.10, 0.20)
) -> pd.DataFrame:
    """Return what the best customers hold.

    Args:
        value: The value of each customer.
        shares: Fractions of all customers. Those that make less than one customer are left out.

    Returns:
        A row for each share: `share`, `customers` (rounded up), `customers_share` (their fraction
        of all customers), `at_least` (the lowest value among them), `value` (their sum) and
        `value_share` (its fraction of everybody's). The frame is empty when the sum is not
        positive.
    """
    ordered, running = _running(value)
    if not len(ordered):
        return pd.DataFrame(
            columns=["share", "customers", "customers_share", "at_least", "value", "value_share"]
        )
    shares = tuple(share for share in shares if share * len(ordered) >= 1 - 1e-9)
    n = np.array([math.ceil(share * len(ordered) - 1e-9) for share in shares], dtype=int)
    return pd.DataFrame(
        {
            "share": shares,
            "customers": n,
            "customers_share": n / len(ordered),
            "at_least": ordered[n - 1],
            "value": running[n],
            "value_share": running[n] / running[-1],
        }
    )


def _running(value: np.ndarray | pd.Series) -> tuple[np.ndarray, np.ndarray]:
    ordered = np.sort(np.asarray(value, float))[::-1]
    running = np.concatenate([[0.0], np.cumsum(ordered)])
    if running[-1] <= 0:
        return np.empty(0), running
    return ordered, running


def _finite(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None
