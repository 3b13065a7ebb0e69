"""How far forecasts of a store's totals would have been off at several days of its past."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from retention.customers.summary import purchase_days
from retention.engines import keeping, text_number
from retention.errors import DataError, ModelError
from retention.evaluation.holdout import Holdout, hold_out
from retention.models.checks import check_enough_customers
from retention.models.cltv import fit_for_totals
from retention.models.forecast import forecast
from retention.models.histories import Histories, group_histories
from retention.models.intervals import history_intervals
from retention.models.misses import Miss, PastMisses, past_misses_of
from retention.models.model import CltvModel
from retention.models.purchases import PURCHASE_MODELS
from retention.models.season.fit import LEAST_DAYS
from retention.models.spend import spend_columns
from retention.models.uncertainty import (
    Total,
    orders_of_forecast,
    purchase_slopes,
    value_of_forecast,
)
from retention.orders.orders import Orders
from retention.periods import as_date

#: Days hidden, and days foreseen from each cut.
HIDDEN_DAYS = (30, 60, 90, 180, 365)
#: Days that are known before a cut, at the least.
LEAST_KNOWN_DAYS = 90
#: Customers whose forecasts are tested, in a store that has more.
MOST_CUSTOMERS = 10_000
#: Customers on whom the models' own ranges are measured.
MEASURED_CUSTOMERS = 1_000


def past_misses(
    orders: Orders,
    purchase_model: str = "bg_nbd",
    *,
    end: date | str | pd.Timestamp | None = None,
) -> PastMisses:
    """Return how far forecasts of this store's totals were off in its past.

    The last 30, 60, 90, 180 and 365 days are hidden in turn, where 90 days or more stay known. From
    each cut as many days are foreseen, and as few as 30.

    Args:
        orders: The orders.
        purchase_model: "bg_nbd" or "mbg_nbd".
        end: The last day to look at; the last day of the orders unless given.

    Returns:
        The misses, for `fit_cltv(customers, misses=...)`. They are measured on 10,000 customers
        where there are more. Where no forecast can be tested, only other stores tell.

    Raises:
        DataError: `end` is not a date.
        ModelError: There is no such purchase model.
    """
    if purchase_model not in PURCHASE_MODELS:
        raise ModelError(
            f"There is no purchase model {purchase_model!r}. Choose bg_nbd or mbg_nbd."
        )
    last = orders.end if end is None else as_date(end)
    known_days = (last - orders.start).days
    hidden = [days for days in HIDDEN_DAYS if known_days - days >= LEAST_KNOWN_DAYS]
    tests: list[Miss] = []
    if hidden:
        with _sampled(orders, last) as sample:
            for days in hidden:
                tests += _tests(sample, days, purchase_model)
    return past_misses_of(tests, is_short=known_days < LEAST_DAYS)


@contextmanager
def _sampled(orders: Orders, last: date) -> Iterator[Orders]:
    """The purchase days up to the last one, of a sample of the customers of a large store."""
    import ibis

    table = orders.table.select("customer_id", "ordered_at", "revenue")
    if last < orders.end:
        table = table.filter(table.ordered_at.date() <= ibis.literal(last))
    customers = int(table.customer_id.nunique().execute())
    if customers > MOST_CUSTOMERS:
        parts = -(-customers // MOST_CUSTOMERS)
        table = table.filter(text_number(table.customer_id).abs() % parts == 0)
    days = purchase_days(table)
    with keeping() as keep_for_now:
        rows = keep_for_now(
            days.select("customer_id", ordered_at=days.day.cast("timestamp"), revenue=days.revenue)
        )
        yield replace(orders, table=rows, end=last)


def _tests(orders: Orders, hidden_days: int, purchase_model: str) -> Iterator[Miss]:
    """The misses of forecasts from one cut; none where no model can be fitted before it."""
    try:
        split = hold_out(orders, orders.end - timedelta(days=hidden_days))
        check_enough_customers(split.customers)
        model = fit_for_totals(split.customers, purchase_model)
    except (DataError, ModelError):
        return
    few = _measured(split.customers, model, hidden_days)
    for days in HIDDEN_DAYS:
        if days <= hidden_days:
            yield _miss(split, model, few, hidden_days, days)


class _Few(NamedTuple):
    """Some of the customers, on whom the model's own range is measured.

    `slopes` are the derivatives of each one's log expected orders by the log parameters. They
    hardly change with the horizon.
    """

    customers: pd.DataFrame
    histories: Histories
    slopes: np.ndarray


def _measured(customers: pd.DataFrame, model: CltvModel, longest: int) -> _Few:
    few = customers.iloc[:: -(-len(customers) // MEASURED_CUSTOMERS)]
    histories = group_histories(few)
    ahead = forecast(model.purchases, histories, longest)
    orders = np.maximum(ahead.orders[histories.codes], np.finfo(float).tiny)
    return _Few(few, histories, purchase_slopes(model, few, ahead) / orders[:, None])


def _miss(split: Holdout, model: CltvModel, few: _Few, hidden_days: int, days: int) -> Miss:
    customers = split.customers
    came = split.daily[split.daily["since"] <= days].sum()
    histories = group_histories(customers)
    orders = forecast(model.purchases, histories, days).orders[histories.codes]
    share = len(few.customers) / len(customers)
    ahead = forecast(model.purchases, few.histories, days)
    square = history_intervals(model.purchases, None, ahead).orders_square
    slopes = few.slopes * ahead.orders[few.histories.codes, None]
    of_orders = orders_of_forecast(model, few.customers, ahead, square, slopes)
    # Half an order on both sides: nothing that came is a miss, too.
    miss = Miss(
        hidden_days=hidden_days,
        days=days,
        orders=float(np.log((came["purchases"] + 0.5) / (orders.sum() + 0.5))),
        orders_deviation=_deviation(of_orders.total(), share),
        revenue=float("nan"),
        revenue_deviation=float("nan"),
    )
    if model.spend is None or not came["revenue"] > 0:
        return miss
    foreseen = orders @ model.spend.expected_order_value(*spend_columns(customers))
    of_revenue = value_of_forecast(model, few.customers, ahead, square, slopes=slopes)
    return replace(
        miss,
        revenue=float(np.log(came["revenue"] / foreseen)),
        revenue_deviation=_deviation(of_revenue.total(), share),
    )


def _deviation(total: Total, share: float) -> float:
    """The standard deviation of all customers' total, as a share, from that of some of them."""
    variance = total.chance**2 * share + total.parameters**2 + total.store**2
    return float(variance**0.5 / total.expected)
