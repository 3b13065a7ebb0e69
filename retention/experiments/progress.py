"""How a test goes: who has bought by each day, and what came beside what was expected."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from retention.statistics import wilson


def bought_by_day(outcomes: pd.DataFrame, start: date, until: date) -> pd.DataFrame:
    """Return the share of each group that has bought by each day.

    Args:
        outcomes: A row a customer: `group` and `first_day`, missing for those who did not order.
        start: The first day that counts.
        until: The last day that is known.

    Returns:
        A row for each group and day, as `CampaignResult.days` has them.
    """
    days = max((until - start).days + 1, 0)
    parts = []
    for name, members in outcomes.groupby("group", sort=False):
        first = members["first_day"].dropna().astype(int)
        buyers = np.bincount(first[first < days], minlength=days)[:days].cumsum()
        low, high = wilson(buyers, np.full(days, len(members)))
        parts.append(
            pd.DataFrame(
                {
                    "group": name,
                    "day": np.arange(1, days + 1),
                    "date": pd.date_range(start, periods=days),
                    "customers": len(members),
                    "bought": buyers / len(members),
                    "low": low,
                    "high": high,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def came_and_expected(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return what came of each group beside what was expected of it, per customer.

    Args:
        outcomes: A row a customer: `group`, what was measured, and `expected_` before its name.

    Returns:
        A row a group, as `CampaignResult.expected` has them.
    """
    measured = [name for name in ("bought", "orders", "revenue") if name in outcomes]
    columns = [*measured, *(f"expected_{name}" for name in measured)]
    known = [column for column in columns if column in outcomes]
    return outcomes.groupby("group", sort=False)[known].mean().reset_index()


def explained_share(outcomes: pd.DataFrame) -> float:
    """Return the share of the variance of orders that the forecast takes off; 0 without one.

    Args:
        outcomes: A row a customer: `orders` and, with a forecast, `expected_orders`.
    """
    if "expected_orders" not in outcomes or outcomes["orders"].std() == 0:
        return 0.0
    correlation = outcomes["orders"].corr(outcomes["expected_orders"])
    return float(correlation**2) if np.isfinite(correlation) else 0.0
