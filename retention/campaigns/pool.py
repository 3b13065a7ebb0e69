"""What customers will do over a campaign's window if nothing is sent: the ground that every plan stands on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.models.forecast import forecast
from retention.models.histories import Histories, group_histories
from retention.models.intervals import history_intervals
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.uncertainty import (
    Uncertainty,
    covariance_of,
    orders_of_forecast,
    sample_of,
    value_of_forecast,
)


@dataclass(frozen=True, slots=True)
class CampaignPool:
    """Customers who may be addressed, one array entry each, and what they do without a campaign.

    - `rows`: positions in the customers' frame.
    - `buys`: probability of at least one order within the window; `taking`: a row for each of `phases`, the probability
      that the first order comes in it, so that its offer may be used on it.
    - `order_value`: expected value of an order; `square`: its mean square, customers' differences included.
    - `contacts`: expected messages until the window's end, where a customer leaves the sequence at an order;
      `contacts_square`: their mean square; `contacts_taking`: by phase, their mean where the first order comes in it,
      else 0.
    - `waiting`: a row for each message, the probability that no order came before it.
    - `orders`, `revenue`: of the window, with what is needed for their intervals.
    - `sample`: positions in the pool of the customers from whom the parameters' effect is measured; `slopes`: for
      `buys`, `contacts` and each row of `taking` (second axis) the derivatives by the log purchase parameters;
      `value_slopes`: those of log(order value) by the log spend parameters; `covariance`: of both kinds of parameters.
    - `window_days`; `messages`: their days, counted from the first one; `phases`: the first day of each offer.
    """

    rows: np.ndarray
    buys: np.ndarray
    taking: np.ndarray
    order_value: np.ndarray
    square: np.ndarray
    contacts: np.ndarray
    contacts_square: np.ndarray
    contacts_taking: np.ndarray
    waiting: np.ndarray
    orders: Uncertainty
    revenue: Uncertainty
    sample: np.ndarray
    slopes: np.ndarray
    value_slopes: np.ndarray
    covariance: np.ndarray
    window_days: int
    messages: tuple[int, ...]
    phases: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)


def campaign_pool(
    model: CltvModel,
    customers: pd.DataFrame,
    members: np.ndarray | None = None,
    *,
    window_days: int = 30,
    messages: tuple[int, ...] = (0,),
    phases: tuple[int, ...] = (0,),
) -> CampaignPool:
    """Return what these customers will do in the `window_days` after the observation if they hear nothing.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        members: Whom the campaign may address: True or False for each customer; everybody if None.
        window_days: How long orders count as the campaign's, from the first message on.
        messages: The day of each message, ascending, the first on day 0, all within the window.
        phases: The day from which each offer is known, ascending; it holds until the next one's. May be empty.

    Raises:
        DataError: There is nobody to address, or the days are out of order.
        ModelError: `window_days` is out of range.

    Source: the time of the first order follows from the BG/NBD assumptions, as in `purchase_probability`.
    """
    check_settings(window_days)
    days = [*messages, *phases]
    in_order = all(list(some) == sorted(set(some)) for some in (messages, phases))
    if (
        not messages
        or messages[0] != 0
        or not in_order
        or min(days) < 0
        or max(days) >= window_days
    ):
        raise DataError(
            f"The messages are on days {', '.join(map(str, messages)) or 'none'} of a window of {window_days} days. "
            "Give ascending days within it, the first one 0."
        )
    rows = np.arange(len(customers)) if members is None else np.flatnonzero(members)
    if not len(rows):
        raise DataError(
            "Nobody is left to address. Choose a larger segment, or leave out fewer customers."
        )
    people = customers if len(rows) == len(customers) else customers.iloc[rows]
    histories = group_histories(people)
    codes = histories.codes

    def doing(purchases: PurchaseModel, who: Histories) -> np.ndarray:
        return _without(purchases, who, window_days, messages, phases)

    ahead = forecast(model.purchases, histories, window_days)
    square = history_intervals(model.purchases, None, ahead).orders_square
    found = doing(model.purchases, histories)
    spent = people["frequency"].to_numpy(), people["monetary_value"].to_numpy()
    worth = model.spend.expected_order_value(*spent)
    frequencies, place = np.unique(spent[0], return_inverse=True)
    factor, within = model.spend.second_moment(frequencies, max(model.customers, 2))

    sample = sample_of(len(people))
    some = group_histories(people.iloc[sample])
    steps = len(phases)
    moved = [0, 1, *range(3, 3 + steps)]
    slopes = log_slopes(model.purchases, lambda purchases: doing(purchases, some)[moved].T)[
        some.codes
    ]
    by_spend = model.spend.log_slopes(spent[0][sample], spent[1][sample])
    return CampaignPool(
        rows=rows,
        buys=found[0][codes],
        taking=found[3 : 3 + steps][:, codes],
        order_value=worth,
        square=(factor * (1 + within))[place] * worth**2,
        contacts=found[1][codes],
        contacts_square=found[2][codes],
        contacts_taking=found[3 + steps : 3 + 2 * steps][:, codes],
        waiting=found[3 + 2 * steps :][:, codes],
        orders=orders_of_forecast(model, people, ahead, square),
        revenue=value_of_forecast(model, people, ahead, square),
        sample=sample,
        slopes=slopes,
        value_slopes=by_spend,
        covariance=covariance_of(model, by_spend.shape[1]),
        window_days=int(window_days),
        messages=tuple(messages),
        phases=tuple(phases),
    )


def _without(
    purchases: PurchaseModel,
    histories: Histories,
    window: int,
    messages: tuple[int, ...],
    phases: tuple[int, ...],
) -> np.ndarray:
    """Rows: `buys`, `contacts`, `contacts_square`, `taking` and `contacts_taking` of each phase, then `waiting`."""
    active = purchases.probability_active(histories.frequency, histories.recency, histories.T)

    def ordered(day: int) -> np.ndarray:
        if day == 0:
            return np.zeros_like(active)
        return active * purchases.probability_purchase_if_active(
            histories.frequency, histories.T, day
        )

    by = {day: ordered(day) for day in {*messages, *phases, window}}
    waiting = [1 - by[day] for day in messages]
    spans = list(zip(phases, (*phases[1:], window), strict=False))
    # A message reaches those who order in a phase if it is sent before they do.
    reached = [
        sum(by[last] - by[min(max(day, first), last)] for day in messages) for first, last in spans
    ]
    return np.stack(
        [
            by[window],
            sum(waiting),
            sum((2 * number + 1) * still for number, still in enumerate(waiting)),
            *(by[last] - by[first] for first, last in spans),
            *reached,
            *waiting,
        ]
    )
