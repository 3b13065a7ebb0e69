"""What each cohort is expected to bring: orders and revenue of its customers, month by month."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retention import wording
from retention.errors import DataError, ModelError
from retention.history.order_history import OrderHistory
from retention.models.forecast import Forecast, forecast
from retention.models.groups import GroupModels
from retention.models.histories import group_histories
from retention.models.model import CltvModel
from retention.models.order_moments import mean_square_orders, order_slopes
from retention.models.uncertainty import orders_of_forecast, sample_of, value_of_forecast
from retention.periods import DAYS_PER_MONTH

MOST_MONTHS = 12
_COLUMNS = ("orders", "orders_low", "orders_high", "revenue", "revenue_low", "revenue_high")


def cohort_forecast(
    model: CltvModel | GroupModels,
    customers: pd.DataFrame,
    cohorts: pd.Series,
    months: Sequence[int] = range(1, MOST_MONTHS + 1),
) -> pd.DataFrame:
    """Return what the customers of each cohort are expected to bring after the end of the orders.

    Added to what a cohort has brought so far, it continues the curves of `cohort_table`.

    Args:
        model: From `fit_cltv`, or from `fit_groups` of the cohorts: each then has its own model.
        customers: As `summarise_customers` returns.
        cohorts: The cohort of each customer, from `cohort_of`. A Series is matched by its index,
            another sequence by its order.
        months: How many months of 30.4375 days to look ahead: increasing numbers from 1 to 12.
            Each takes its time in a large store.

    Returns:
        A row a cohort and month, sorted. `cohort`, `customers`, `month` and `day` (the last of
        the month, in days after the end of the orders) come first. `orders` (purchase days) and
        `revenue` (before margin and discounting) are a customer's, added up to that day.
        `orders_low`, `orders_high`, `revenue_low` and `revenue_high` are their 80 % intervals:
        those of `orders_uncertainty` and `value_uncertainty` for the whole cohort, divided by its
        customers. What is said of revenue is NaN where the orders have no amounts.

    Raises:
        DataError: The table is not a customer table, or the cohorts are of other customers.
        ModelError: `months` is empty or out of range.
    """
    cohorts = _aligned(cohorts, customers.index)
    if isinstance(model, GroupModels):
        return _by_group(model, customers, pd.Series(cohorts, index=customers.index), months)
    labels, names = pd.factorize(cohorts, sort=True)
    chosen = np.unique(np.asarray(months, dtype=int))
    if not len(chosen) or chosen[0] < 1 or chosen[-1] > MOST_MONTHS:
        raise ModelError(f"months is {months!r}. Give whole numbers from 1 to {MOST_MONTHS}.")
    horizon = int(chosen[-1]) * DAYS_PER_MONTH
    model = model.seen_with(customers)
    whole = forecast(model.purchases, group_histories(customers), horizon)
    size = np.bincount(labels, minlength=len(names))
    totals = _totals(model, customers, whole, chosen, labels, len(names))
    frame = pd.DataFrame(
        {
            "cohort": names.repeat(len(chosen)),
            "customers": size.repeat(len(chosen)),
            "month": np.tile(chosen, len(names)),
        }
    )
    frame["day"] = whole.ends[frame["month"] - 1]
    each = (totals / size[:, None, None]).reshape(-1, len(_COLUMNS))
    return frame.join(pd.DataFrame(each, columns=list(_COLUMNS)))


def _by_group(
    groups: GroupModels, customers: pd.DataFrame, cohorts: pd.Series, months: Sequence[int]
) -> pd.DataFrame:
    """`cohort_forecast` of each model's own cohorts, put together."""
    parts = [
        cohort_forecast(model, customers.iloc[rows], cohorts.iloc[rows], months)
        for model, rows in groups.parts(cohorts)
    ]
    if not parts:
        return cohort_forecast(groups.store, customers, cohorts, months)
    return pd.concat(parts).sort_values(["cohort", "month"], ignore_index=True)


def orders_per_purchase_day(history: OrderHistory) -> float:
    """Return the mean number of orders on a purchase day after a customer's first day.

    It turns purchase days into orders.

    Args:
        history: From `history_of`.

    Returns:
        The mean; 1 where no customer has come back.
    """
    later = history.moves[history.moves["stage"] == 2]
    days = later.loc[later["day"] != later["next_day"], "orders"].sum()
    return float(later["orders"].sum() / days) if days else 1.0


def _aligned(cohorts: pd.Series, customers: pd.Index) -> pd.Series:
    """Return the cohorts in the customers' order, one for each."""
    if isinstance(cohorts, pd.Series) and not cohorts.index.equals(customers):
        cohorts = cohorts.reindex(customers)
    known = int(pd.notna(cohorts).sum())
    if not known == len(cohorts) == len(customers):
        raise DataError(
            f"There are cohorts of {wording.count(known)} customers, and "
            f"{wording.count(len(customers))} customers."
        )
    return cohorts


def _totals(
    model: CltvModel,
    customers: pd.DataFrame,
    whole: Forecast,
    months: np.ndarray,
    labels: np.ndarray,
    cohorts: int,
) -> np.ndarray:
    """Return what each cohort brings by each month, in `_COLUMNS` (the last axis)."""
    sample = customers.iloc[sample_of(len(customers))]
    histories, ends = group_histories(sample), whole.ends[months - 1]
    by_month = order_slopes(model.purchases, histories, ends)[histories.codes]
    squares = mean_square_orders(model.purchases, whole.histories, ends)
    totals = np.full((cohorts, len(months), len(_COLUMNS)), np.nan)
    for row, month in enumerate(months):
        ahead, square, slopes = whole.until(month), squares[:, row], by_month[:, row]
        parts = {0: orders_of_forecast(model, customers, ahead, square, slopes)}
        if model.spend is not None:
            parts[3] = value_of_forecast(model, customers, ahead, square, slopes=slopes)
        for place, uncertainty in parts.items():
            totals[:, row, place : place + 3] = [
                (total.expected, total.low, total.high)
                for total in uncertainty.totals(labels, cohorts)
            ]
    return totals
