"""Predictions against what happened: errors, ranking and calibration, as numbers and small frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import xlogy

from retention.statistics import FORECAST_LEVEL, normal_width, wilson

MOST_FREQUENT = 7


def accuracy(
    predicted: dict[str, tuple[np.ndarray, np.ndarray]],
    actual_orders: np.ndarray,
    actual_revenue: np.ndarray,
) -> pd.DataFrame:
    """Compare predicted orders and revenue of customers with the actual ones, an entry each a customer.

    Args:
        predicted: By name of the model, the orders and the revenue that it foresees.
        actual_orders: Orders of the same customers.
        actual_revenue: Their revenue.

    Returns:
        A row for each model: `orders`, `actual_orders`, `revenue`, `actual_revenue` (totals), `bias` and
        `revenue_bias` (predicted / actual - 1; NaN where nothing happened), `mae`, `rmse`, `deviance` (of the
        orders, a customer), `top_10`, `top_20` and `gini` (of the ranking by predicted revenue; NaN where nobody
        brought any, `gini` also where all brought the same).
    """
    best = _area(
        np.concatenate([[0.0], np.cumsum(np.sort(actual_revenue)[::-1])]), len(actual_revenue)
    )
    rows = {}
    for name, (orders, revenue) in predicted.items():
        off = orders - actual_orders
        captured = _captured(revenue, actual_revenue)
        rows[name] = {
            "orders": orders.sum(),
            "actual_orders": actual_orders.sum(),
            "revenue": revenue.sum(),
            "actual_revenue": actual_revenue.sum(),
            "bias": _bias(orders.sum(), actual_orders.sum()),
            "revenue_bias": _bias(revenue.sum(), actual_revenue.sum()),
            "mae": np.abs(off).mean(),
            "rmse": np.sqrt((off**2).mean()),
            "deviance": poisson_deviance(orders, actual_orders).mean(),
            "top_10": _share_of_first(captured, 0.1),
            "top_20": _share_of_first(captured, 0.2),
            "gini": _area(captured, len(orders)) / (best or np.nan),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def poisson_deviance(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Poisson deviance of each customer's orders; infinite where an order came that was ruled out.

    The expected number is what has the lowest mean deviance, whatever the distribution of the orders.

    Source: Gneiting (2011), Journal of the American Statistical Association 106, on Bregman scores.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(actual > 0, actual / expected, 1.0)
    return 2 * (xlogy(actual, ratio) - (actual - expected))


def calibration(predicted: np.ndarray, happened: np.ndarray, groups: int = 10) -> pd.DataFrame:
    """Group customers by predicted probability and compare it with the share for whom it happened.

    Customers of the same probability are never split, so there may be fewer than `groups` rows. Returns, the
    lowest first, `customers`, `predicted` (mean probability), `observed` (share), `low` and `high` (the 80 %
    Wilson interval of the observed share).
    """
    ranked = np.sort(predicted)
    edges = np.unique(ranked[(np.arange(1, groups) * len(ranked)) // groups])
    place = np.searchsorted(edges, predicted, side="right")
    customers = np.bincount(place, minlength=len(edges) + 1)
    filled = customers > 0
    total = np.maximum(customers, 1)
    mean = np.bincount(place, weights=predicted, minlength=len(customers)) / total
    hits = np.bincount(place, weights=happened, minlength=len(customers)).astype(int)
    frame = pd.DataFrame({"customers": customers, "predicted": mean, "observed": hits / total})
    low, high = wilson(hits[filled], customers[filled], FORECAST_LEVEL)
    return frame[filled].reset_index(drop=True).assign(low=low, high=high)


def expected_by_frequency(
    frequency: np.ndarray, expected: np.ndarray, actual: np.ndarray
) -> pd.DataFrame:
    """Expected and actual orders a customer, by repeat purchases before the cut.

    Returns `frequency` ("0" to "6", "7+"), `customers`, `expected`, `actual` and the actual mean's 80 % interval
    `low`, `high`; frequencies that nobody has are left out.
    """
    place = np.minimum(frequency, MOST_FREQUENT).astype(int)
    frame = pd.DataFrame(
        {"place": place, "expected": expected, "actual": actual.astype(float)}
    ).groupby("place")
    found = frame.agg(
        customers=("actual", "size"),
        expected=("expected", "mean"),
        actual=("actual", "mean"),
        error=("actual", "sem"),
    ).reset_index()
    width = normal_width(FORECAST_LEVEL) * found["error"].fillna(0.0)
    labels = [str(x) if x < MOST_FREQUENT else f"{MOST_FREQUENT}+" for x in found["place"]]
    return pd.DataFrame(
        {
            "frequency": labels,
            "customers": found["customers"],
            "expected": found["expected"],
            "actual": found["actual"],
            "low": np.maximum(found["actual"] - width, 0),
            "high": found["actual"] + width,
        }
    )


def _bias(predicted: float, actual: float) -> float:
    return predicted / actual - 1 if actual else np.nan


def _captured(predicted: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """The actual total of the 0, 1, 2, ... customers predicted highest, customers of one prediction in any order."""
    if np.ptp(predicted) == 0:
        return np.linspace(0.0, actual.sum(), len(actual) + 1)
    order = np.argsort(-predicted)
    running = np.concatenate([[0.0], np.cumsum(actual[order])])
    ranked = predicted[order]
    # Within a tie the total grows evenly: the mean over all orders of the tied customers.
    ends = np.concatenate([[0], np.flatnonzero(np.diff(ranked)) + 1, [len(ranked)]])
    return np.interp(np.arange(len(running)), ends, running[ends])


def _share_of_first(captured: np.ndarray, share: float) -> float:
    if not captured[-1]:
        return np.nan
    return float(captured[int(np.ceil(share * (len(captured) - 1)))] / captured[-1])


def _area(captured: np.ndarray, customers: int) -> float:
    """Area between a ranking's curve and that of chance, as a share of the unit square; 0 for rounding errors."""
    if not captured[-1]:
        return np.nan
    area = float((captured / captured[-1]).mean() - 0.5)
    return area if abs(area) > 1e-9 * customers else 0.0
