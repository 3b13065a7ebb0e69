"""Predictions against what happened: errors, ranking and calibration."""

import numpy as np
import pandas as pd
from scipy.special import xlogy

from retention.statistics import FORECAST_LEVEL, normal_width, wilson

#: Standard deviations above the mean that chance exceeds once in 20 times.
_ONE_IN_TWENTY = normal_width(0.9)
#: Repeat purchases from which customers share a row.
MOST_FREQUENT = 7


def accuracy(
    predicted: dict[str, tuple[np.ndarray, np.ndarray]],
    actual_orders: np.ndarray,
    actual_revenue: np.ndarray,
) -> pd.DataFrame:
    """Compare predicted orders and revenue of customers with the actual ones.

    Args:
        predicted: By name of the model, the orders and the revenue that it predicts, both with an
            entry for each customer.
        actual_orders: Orders of the same customers.
        actual_revenue: Revenue from the same customers.

    Returns:
        A row for each model. `orders`, `actual_orders`, `revenue` and `actual_revenue` are
        totals. `bias` and `revenue_bias` are predicted / actual - 1, NaN where nothing happened.
        `mae`, `rmse` and `deviance` are errors of a customer's orders. `top_10`, `top_20` and
        `gini` judge the ranking by predicted revenue. They are NaN where there was no revenue,
        or none is known, and `gini` also where all customers brought the same. A ranking by lot
        has a `gini` above `gini_by_chance` once in 20 times.
    """
    hindsight = np.concatenate([[0.0], np.cumsum(np.sort(actual_revenue)[::-1])])
    best = _area(hindsight, len(actual_revenue)) or np.nan
    by_chance = _area_by_chance(actual_revenue) / best
    rows = {}
    for name, (orders, revenue) in predicted.items():
        errors = orders - actual_orders
        captured = _captured(revenue, actual_revenue)
        rows[name] = {
            "orders": orders.sum(),
            "actual_orders": actual_orders.sum(),
            "revenue": revenue.sum(),
            "actual_revenue": actual_revenue.sum(),
            "bias": _bias(orders.sum(), actual_orders.sum()),
            "revenue_bias": _bias(revenue.sum(), actual_revenue.sum()),
            "mae": np.abs(errors).mean(),
            "rmse": np.sqrt((errors**2).mean()),
            "deviance": poisson_deviance(orders, actual_orders).mean(),
            "top_10": _share_of_first(captured, 0.1),
            "top_20": _share_of_first(captured, 0.2),
            "gini": _area(captured, len(orders)) / best,
            "gini_by_chance": by_chance,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def poisson_deviance(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Return the Poisson deviance of each customer's orders.

    It is infinite where an order came that the prediction had ruled out. The expected number has
    the lowest mean deviance, whatever the distribution of the orders.

    Args:
        expected: The expected orders, one element a customer.
        actual: The orders that came, one element a customer.

    Returns:
        The deviances, one element a customer.

    Source: Gneiting (2011), Journal of the American Statistical Association 106, on Bregman
    scores.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(actual > 0, actual / expected, 1.0)
    deviance: np.ndarray = 2 * (xlogy(actual, ratio) - (actual - expected))
    return deviance


def calibration(predicted: np.ndarray, happened: np.ndarray, groups: int = 10) -> pd.DataFrame:
    """Group customers by predicted probability and compare it with what happened.

    Args:
        predicted: Each customer's probability.
        happened: Whether it came true for the customer.
        groups: The most groups. Customers of the same probability stay together, so there may be
            fewer.

    Returns:
        A row a group, the lowest probability first: `customers`, `predicted` (mean probability),
        `observed` (share of customers), `low` and `high` (the 80 % Wilson interval of that
        share).
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
    """Compare expected and actual orders by repeat purchases before the cut.

    Args:
        frequency: Each customer's repeat purchases before the cut.
        expected: Each customer's expected orders after it.
        actual: Each customer's orders after it.

    Returns:
        A row for each frequency that a customer has: `frequency` ("0" to "6", "7+"), `customers`,
        `expected` and `actual` (mean orders a customer), `low` and `high` (the 80 % interval of
        the actual mean).
    """
    place = np.minimum(frequency, MOST_FREQUENT).astype(int)
    frame = pd.DataFrame({"place": place, "expected": expected, "actual": actual.astype(float)})
    means = (
        frame.groupby("place")
        .agg(
            customers=("actual", "size"),
            expected=("expected", "mean"),
            actual=("actual", "mean"),
            error=("actual", "sem"),
        )
        .reset_index()
    )
    width = normal_width(FORECAST_LEVEL) * means["error"].fillna(0.0)
    labels = [str(x) if x < MOST_FREQUENT else f"{MOST_FREQUENT}+" for x in means["place"]]
    return pd.DataFrame(
        {
            "frequency": labels,
            "customers": means["customers"],
            "expected": means["expected"],
            "actual": means["actual"],
            "low": np.maximum(means["actual"] - width, 0),
            "high": means["actual"] + width,
        }
    )


def _bias(predicted: float, actual: float) -> float:
    return predicted / actual - 1 if actual else np.nan


def _captured(predicted: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """The actual total of the 0, 1, 2, ... customers with the highest predictions.

    Customers of the same prediction come in any order.
    """
    if np.ptp(predicted) == 0:
        return np.linspace(0.0, actual.sum(), len(actual) + 1)
    order = np.argsort(-predicted)
    running = np.concatenate([[0.0], np.cumsum(actual[order])])
    ranked = predicted[order]
    # Within a tie the total grows evenly: the mean over all orders of the tied customers.
    ends = np.concatenate([[0], np.flatnonzero(np.diff(ranked)) + 1, [len(ranked)]])
    captured: np.ndarray = np.interp(np.arange(len(running)), ends, running[ends])
    return captured


def _share_of_first(captured: np.ndarray, share: float) -> float:
    if not captured[-1]:
        return np.nan
    return float(captured[int(np.ceil(share * (len(captured) - 1)))] / captured[-1])


def _area(captured: np.ndarray, customers: int) -> float:
    """Area between the curves of a ranking and of chance, as a share of the unit square.

    It is 0 where only rounding errors are left.
    """
    if not captured[-1]:
        return np.nan
    area = float((captured / captured[-1]).mean() - 0.5)
    return area if abs(area) > 1e-9 * customers else 0.0


def _area_by_chance(actual: np.ndarray) -> float:
    """Return the area that a ranking by lot exceeds once in 20 times.

    The places of the customers are drawn without replacement, so that the variance of the area is
    that of a linear rank statistic.
    """
    total, customers = actual.sum(), len(actual)
    if not total or customers < 2:
        return np.nan
    spread = float(((actual / total - 1 / customers) ** 2).sum()) / (customers - 1)
    return float(_ONE_IN_TWENTY * np.sqrt(spread * customers / 12))
