"""What each cohort will go on to bring: expected orders and revenue of its customers, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from retention.errors import DataError, ModelError
from retention.history.order_history import OrderHistory
from retention.models.forecast import Forecast, forecast
from retention.models.histories import group_histories
from retention.models.intervals import history_intervals
from retention.models.model import CltvModel
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.uncertainty import orders_of_forecast, sample_of, value_of_forecast
from retention.periods import DAYS_PER_MONTH

MOST_MONTHS = 12
_COLUMNS = ("orders", "orders_low", "orders_high", "revenue", "revenue_low", "revenue_high")


def cohort_forecast(
    model: CltvModel,
    customers: pd.DataFrame,
    cohorts: pd.Series,
    months: Sequence[int] = range(1, MOST_MONTHS + 1),
) -> pd.DataFrame:
    """Return what the customers of each cohort are expected to bring from the end of the orders on.

    Added to what a cohort has brought so far, it continues the curves of `cohort_table`.

    Args:
        model: From `fit_cltv`.
        customers: The customers, as `summarise_customers` returns.
        cohorts: Which cohort each of them belongs to, in the same order; from `cohort_of`.
        months: Up to the ends of which months of 30.4375 days to look, each from 1 to 12, increasing. Each takes its
            time in a large store.

    Returns:
        A row a cohort and month, sorted: `cohort`, `customers`, `month`, `day` (the month's last, counted
        from the end of the orders) and, a customer and added up from the end of the orders to that day, `orders`
        (purchase days) and `revenue` (before margin and discounting), with their 80 % intervals `orders_low`,
        `orders_high`, `revenue_low`, `revenue_high`. The intervals are those of `orders_uncertainty` and
        `value_uncertainty` for the cohort as a whole, divided by its customers.

    Raises:
        DataError: The table is not a customer table.
        ModelError: `months` is empty or out of range.
    """
    if isinstance(cohorts, pd.Series) and not cohorts.index.equals(customers.index):
        cohorts = cohorts.reindex(customers.index)
    if len(cohorts) != len(customers):
        raise DataError(
            f"There are cohorts of {len(cohorts):,} customers, and {len(customers):,} customers."
        )
    wanted = np.unique(np.asarray(months, dtype=int))
    if not len(wanted) or wanted[0] < 1 or wanted[-1] > MOST_MONTHS:
        raise ModelError(f"months is {months!r}. Give whole numbers from 1 to {MOST_MONTHS}.")
    horizon = int(wanted[-1]) * DAYS_PER_MONTH
    labels, names = pd.factorize(cohorts, sort=True)
    size = np.bincount(labels, minlength=len(names))
    whole = forecast(model.purchases, group_histories(customers), horizon)
    sample = sample_of(len(customers))
    by_purchases = _purchase_slopes(model, customers.iloc[sample], horizon)
    # A customer: orders, low, high, revenue, low, high; by cohort and month.
    found = np.empty((len(names), len(wanted), len(_COLUMNS)))
    for row, month in enumerate(wanted):
        ahead = _first_months(whole, month)
        square = history_intervals(model.purchases, None, ahead).orders_square
        slopes = by_purchases[:, month - 1]
        orders = orders_of_forecast(model, customers, ahead, square, slopes)
        revenue = value_of_forecast(model, customers, ahead, square, slopes=slopes)
        for place, uncertainty in ((0, orders), (3, revenue)):
            totals = uncertainty.totals(labels, len(names))
            found[:, row, place : place + 3] = [
                (total.expected, total.low, total.high) for total in totals
            ]
    found /= size[:, None, None]
    frame = pd.DataFrame(found.reshape(-1, len(_COLUMNS)), columns=list(_COLUMNS))
    frame.insert(0, "cohort", names.repeat(len(wanted)))
    frame.insert(1, "customers", size.repeat(len(wanted)))
    frame.insert(2, "month", np.tile(wanted, len(names)))
    frame.insert(3, "day", whole.ends[frame["month"] - 1])
    return frame


def orders_per_purchase_day(history: OrderHistory) -> float:
    """Return how many orders a day with an order has, after a customer's first: what turns purchase days into orders.

    1 where nobody has come back.
    """
    later = history.moves[history.moves["stage"] == 2]
    days = later.loc[later["day"] != later["next_day"], "orders"].sum()
    return float(later["orders"].sum() / days) if days else 1.0


def _first_months(ahead: Forecast, months: int) -> Forecast:
    return replace(
        ahead,
        ends=ahead.ends[:months],
        discount=ahead.discount[:months],
        increments=ahead.increments[:, :months],
    )


def _purchase_slopes(model: CltvModel, customers: pd.DataFrame, horizon: float) -> np.ndarray:
    """`purchase_slopes` of these customers (first axis) for horizons up to the end of each month (second axis)."""
    histories = group_histories(customers)

    def orders(purchases: PurchaseModel) -> np.ndarray:
        ahead = forecast(purchases, histories, horizon)
        return ahead.active[:, None] * np.cumsum(ahead.increments, axis=1)[ahead.pairs]

    return log_slopes(model.purchases, orders)[histories.codes]
