"""How far forecasts of a store's totals would have been off at several days of its past."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.customers.summary import purchase_days
from retention.engines import rows_by_customer, text_number
from retention.errors import DataError, ModelError
from retention.evaluation.purchase_days import PurchaseDays
from retention.models.checks import check_enough_customers
from retention.models.cltv import fit_for_totals
from retention.models.fitting import on_one_thread
from retention.models.forecast import Forecast, forecast_by
from retention.models.histories import group_histories
from retention.models.misses import Miss, PastMisses, past_misses_of
from retention.models.model import CltvModel
from retention.models.order_moments import mean_square_orders, order_slopes
from retention.models.purchases import PURCHASE_MODELS
from retention.models.season.fit import LEAST_DAYS
from retention.models.spend import spend_columns
from retention.models.uncertainty import (
    Total,
    orders_of_forecast,
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
        sample = _sample(orders, last)
        with on_one_thread():
            for days in hidden:
                tests += _tests(sample, last, days, purchase_model)
    return past_misses_of(tests, is_short=known_days < LEAST_DAYS)


def _sample(orders: Orders, last: date) -> PurchaseDays:
    """The purchase days up to the last one, of a sample of the customers of a large store."""
    import ibis

    table = orders.table.select("customer_id", "ordered_at", "revenue")
    if last < orders.end:
        table = table.filter(table.ordered_at.date() <= ibis.literal(last))
    customers = int(table.customer_id.nunique().execute())
    if customers > MOST_CUSTOMERS:
        parts = -(-customers // MOST_CUSTOMERS)
        table = table.filter(text_number(table.customer_id).abs() % parts == 0)
    return PurchaseDays.of(rows_by_customer(purchase_days(table)))


def _tests(
    sample: PurchaseDays, last: date, hidden_days: int, purchase_model: str
) -> Iterator[Miss]:
    """The misses of forecasts from one cut; none where no model can be fitted before it."""
    cut = last - timedelta(days=hidden_days)
    try:
        customers = sample.customers(cut)
        check_enough_customers(customers)
        model = fit_for_totals(customers, purchase_model)
    except (DataError, ModelError):
        return
    horizons = [days for days in HIDDEN_DAYS if days <= hidden_days]
    ahead = forecast_by(model.purchases, group_histories(customers), horizons)
    foreseen = ahead.by_end[ahead.histories.codes]
    some = _measured(customers, model, ahead)
    for place, days in enumerate(horizons):
        orders = foreseen[:, place]
        came, revenue = sample.came(cut, days)
        of_orders, of_revenue = some.deviations(model, place)
        # Half an order on both sides: nothing that came is a miss, too.
        miss = Miss(
            hidden_days=hidden_days,
            days=days,
            orders=float(np.log((came + 0.5) / (orders.sum() + 0.5))),
            orders_deviation=of_orders,
            revenue=float("nan"),
            revenue_deviation=float("nan"),
        )
        if model.spend is not None and revenue > 0:
            value = orders @ model.spend.expected_order_value(*spend_columns(customers))
            miss = replace(
                miss, revenue=float(np.log(revenue / value)), revenue_deviation=of_revenue
            )
        yield miss


@dataclass(frozen=True, slots=True)
class _Measured:
    """Some of the customers, on whom the model's own range is measured.

    Attributes:
        customers: They.
        share: Which part of all customers they are.
        ahead: Their forecast, parted at each horizon.
        squares: The mean square of each history's orders (rows), by each horizon.
        slopes: The derivatives of each customer's log expected orders by the log parameters. They
            hardly change with the horizon.
    """

    customers: pd.DataFrame
    share: float
    ahead: Forecast
    squares: np.ndarray
    slopes: np.ndarray

    def deviations(self, model: CltvModel, place: int) -> tuple[float, float]:
        """The standard deviations of all customers' orders and revenue by a horizon, as shares.

        That of revenue is NaN where the model knows of none.
        """
        ahead, square = self.ahead.until(place + 1), self.squares[:, place]
        slopes = self.slopes * ahead.orders[ahead.histories.codes, None]
        orders = orders_of_forecast(model, self.customers, ahead, square, slopes).total()
        if model.spend is None:
            return _deviation(orders, self.share), float("nan")
        revenue = value_of_forecast(model, self.customers, ahead, square, slopes=slopes).total()
        return _deviation(orders, self.share), _deviation(revenue, self.share)


def _measured(customers: pd.DataFrame, model: CltvModel, whole: Forecast) -> _Measured:
    some = slice(None, None, -(-len(customers) // MEASURED_CUSTOMERS))
    ahead, few = whole.of_some(some), customers.iloc[some]
    histories, codes = ahead.histories, ahead.histories.codes
    by_parameters = order_slopes(model.purchases, histories, ahead.ends[-1:])[:, 0]
    longest = np.maximum(ahead.orders, np.finfo(float).tiny)
    return _Measured(
        customers=few,
        share=len(few) / len(customers),
        ahead=ahead,
        squares=mean_square_orders(model.purchases, histories, ahead.ends),
        slopes=(by_parameters / longest[:, None])[codes],
    )


def _deviation(total: Total, share: float) -> float:
    """The standard deviation of all customers' total, as a share, from that of some of them."""
    variance = total.chance**2 * share + total.parameters**2 + total.store**2
    return float(variance**0.5 / total.expected)
