"""What customers will do over a campaign's window if nothing is sent: the ground that every plan stands on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.cltv import CltvModel, check_settings
from retention.errors import DataError
from retention.forecast import forecast
from retention.histories import Histories, group_histories
from retention.intervals import history_intervals
from retention.purchases import PurchaseModel, log_slopes
from retention.totals import Uncertainty, covariance_of, orders_of_forecast, sample_of, value_of_forecast


@dataclass(frozen=True, slots=True)
class CampaignPool:
    """Customers who may be addressed, one array entry each, and what they do without a campaign.

    - `rows`: positions in the customers' frame.
    - `buys`: probability of at least one order within the window; `taking`: of a first order there on the day of the
      offer or later, so that the offer may be used on it.
    - `order_value`: expected value of an order; `square`: its mean square, customers' differences included.
    - `contacts`: expected messages until the window's end, where a customer leaves the sequence at an order;
      `contacts_square`: their mean square; `contacts_taking`: their mean where the customer takes the offer, else 0.
    - `orders`, `revenue`: of the window, with what is needed for their intervals.
    - `sample`: positions in the pool of the customers from whom the parameters' effect is measured; `slopes`: for
      `buys`, `taking` and `contacts` (second axis) its derivatives by the log purchase parameters; `value_slopes`:
      those of log(order value) by the log spend parameters; `covariance`: of both kinds of parameters.
    - `window_days`, `messages`: their days, counted from the first one; `offer_day`: that of the first with the offer.
    """

    rows: np.ndarray
    buys: np.ndarray
    taking: np.ndarray
    order_value: np.ndarray
    square: np.ndarray
    contacts: np.ndarray
    contacts_square: np.ndarray
    contacts_taking: np.ndarray
    orders: Uncertainty
    revenue: Uncertainty
    sample: np.ndarray
    slopes: np.ndarray
    value_slopes: np.ndarray
    covariance: np.ndarray
    window_days: int
    messages: tuple[int, ...]
    offer_day: int

    def __len__(self) -> int:
        return len(self.rows)


def campaign_pool(
    model: CltvModel,
    customers: pd.DataFrame,
    members: np.ndarray | None = None,
    *,
    window_days: int = 30,
    messages: tuple[int, ...] = (0,),
    offer_day: int = 0,
) -> CampaignPool:
    """Return what these customers will do in the `window_days` after the observation if they hear nothing.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        members: Whom the campaign may address: True or False for each customer; everybody if None.
        window_days: How long orders count as the campaign's, from the first message on.
        messages: The day of each message, ascending, the first on day 0, all within the window.
        offer_day: The day from which the offer is known.

    Raises:
        DataError: There is nobody to address, or the days are out of order.
        ModelError: `window_days` is out of range.

    Source: the time of the first order follows from the BG/NBD assumptions, as in `purchase_probability`.
    """
    check_settings(window_days)
    if not messages or messages[0] != 0 or list(messages) != sorted(set(messages)) or messages[-1] >= window_days:
        raise DataError(
            f"The messages are on days {', '.join(map(str, messages)) or 'none'} of a window of {window_days} days. "
            "Give ascending days within it, the first one 0."
        )
    rows = np.arange(len(customers)) if members is None else np.flatnonzero(members)
    if not len(rows):
        raise DataError("Nobody is left to address. Choose a larger segment, or leave out fewer customers.")
    people = customers if len(rows) == len(customers) else customers.iloc[rows]
    histories = group_histories(people)
    codes = histories.codes

    def doing(purchases: PurchaseModel, who: Histories) -> np.ndarray:
        return _without(purchases, who, window_days, messages, offer_day)

    ahead = forecast(model.purchases, histories, window_days)
    square = history_intervals(model.purchases, None, ahead).orders_square
    found = doing(model.purchases, histories)
    spent = people["frequency"].to_numpy(), people["monetary_value"].to_numpy()
    worth = model.spend.expected_order_value(*spent)
    frequencies, place = np.unique(spent[0], return_inverse=True)
    factor, within = model.spend.second_moment(frequencies, max(model.customers, 2))

    sample = sample_of(len(people))
    some = group_histories(people.iloc[sample])
    slopes = log_slopes(model.purchases, lambda purchases: doing(purchases, some)[:3].T)[some.codes]
    by_spend = model.spend.log_slopes(spent[0][sample], spent[1][sample])
    return CampaignPool(
        rows,
        *(found[i][codes] for i in (0, 1)),
        worth,
        (factor * (1 + within))[place] * worth**2,
        *(found[i][codes] for i in (2, 3, 4)),
        orders_of_forecast(model, people, ahead, square),
        value_of_forecast(model, people, ahead, square),
        sample,
        slopes,
        by_spend,
        covariance_of(model, by_spend.shape[1]),
        int(window_days),
        tuple(messages),
        int(offer_day),
    )


def _without(
    purchases: PurchaseModel, histories: Histories, window: int, messages: tuple[int, ...], offer_day: int
) -> np.ndarray:
    """`buys`, `taking`, `contacts`, `contacts_square`, `contacts_taking` of each history, a row each."""
    active = purchases.probability_active(histories.frequency, histories.recency, histories.T)

    def ordered(day: int) -> np.ndarray:
        if day == 0:
            return np.zeros_like(active)
        return active * purchases.probability_purchase_if_active(histories.frequency, histories.T, day)

    buys = ordered(window)
    waiting = [1 - ordered(day) for day in messages]
    return np.stack(
        [
            buys,
            buys - ordered(offer_day),
            sum(waiting),
            sum((2 * number + 1) * still for number, still in enumerate(waiting)),
            sum(buys - ordered(max(day, offer_day)) for day in messages),
        ]
    )
