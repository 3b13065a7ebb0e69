"""What customers will do within a campaign's window without it. Every plan stands on this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from retention.campaigns.arrays import Floats, Mask, Places
from retention.errors import DataError
from retention.models.forecast import forecast
from retention.models.histories import Histories, group_histories
from retention.models.model import MAX_HORIZON_DAYS, CltvModel, check_settings
from retention.models.order_moments import mean_square_orders
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.spend import spend_columns
from retention.models.uncertainty import (
    Uncertainty,
    orders_of_forecast,
    sample_of,
    spend_covariance,
    value_of_forecast,
)

#: Days in which a message is taken to be answered. More days add orders that come anyway, which
#: hide the ones that it brought.
ANSWER_DAYS = 14
#: Whole weeks, so that every weekday counts as often as any other.
WEEK_DAYS = 7
_PACE_STEP = 0.01  # of the slopes by the store's pace, up and down


@dataclass(frozen=True, slots=True)
class CampaignPool:
    """Customers who may be addressed, one array entry each, and what they do without a campaign.

    Attributes:
        rows: Positions in the customers' frame.
        buys: Probability of at least one order within the window.
        order_value: Expected value of an order, in money.
        orders: Orders of the window, with what their intervals need.
        revenue: Revenue of the window in money, with what its intervals need.
        sample: Positions in the pool of the customers on whom the effect of the model's
            parameters is measured.
        slopes: Derivatives by the log purchase parameters and the store's pace (last axis). The
            first axis is the customers of the sample; the second is `buys`, and `contacts` and each
            row of `taking` of the `MessageSequence`.
        value_slopes: Derivatives of log(order value) by the log spend parameters and the store's
            price level.
        covariance: Of both kinds of parameters, with pace and price level.
        window_days: The window, in days.
        messages: The day of each message, counted from the first one.
        phases: The first day of each offer.
        test_days: The days from the first message on after which a test is best read.
    """

    rows: Places
    buys: Floats
    order_value: Floats
    orders: Uncertainty
    revenue: Uncertainty
    sample: Places
    slopes: Floats
    value_slopes: Floats
    covariance: Floats
    window_days: int
    messages: tuple[int, ...]
    phases: tuple[int, ...]
    test_days: int

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class MessageSequence:
    """How far a pool's customers get in the sequence of messages; a ledger keeps the sums alone.

    Attributes:
        taking: A row for each phase: probability that the first order comes in it, so that its
            offer may be used on that order.
        square: Mean square of the order value, with the differences between customers.
        contacts: Expected messages until the window's end. An order ends the sequence.
        contacts_square: Mean square of the messages.
        contacts_taking: A row for each phase: expected messages where the first order comes in
            it, else 0.
        waiting: A row for each message: probability that no order came before it.
        test_buys: Probability of at least one order within the pool's `test_days`.
    """

    taking: Floats
    square: Floats
    contacts: Floats
    contacts_square: Floats
    contacts_taking: Floats
    waiting: Floats
    test_buys: Floats


class _Days(NamedTuple):
    """The days of a campaign: of its messages, of its offers, and its end."""

    messages: tuple[int, ...]
    phases: tuple[int, ...]
    window: int

    @property
    def test(self) -> int:
        """The whole weeks in which most answers to the last message have come."""
        weeks = -(-(self.messages[-1] + ANSWER_DAYS) // WEEK_DAYS)
        return min(weeks * WEEK_DAYS, MAX_HORIZON_DAYS)


class _Behaviour(NamedTuple):
    """What histories do without a campaign, a column each, as pool and sequence say it."""

    buys: Floats
    taking: Floats
    contacts: Floats
    contacts_square: Floats
    contacts_taking: Floats
    waiting: Floats


def campaign_pool(
    model: CltvModel,
    customers: pd.DataFrame,
    members: Mask | None = None,
    *,
    window_days: int = 30,
    messages: tuple[int, ...] = (0,),
    phases: tuple[int, ...] = (0,),
) -> tuple[CampaignPool, MessageSequence]:
    """Return what these customers will do in the window if they hear nothing.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        members: Which customers the campaign may address: True or False for each; all of them if
            None.
        window_days: How long orders count as the campaign's, from the day after the observation.
        messages: The day of each message, ascending, the first on day 0, all within the window.
        phases: The first day of each offer, ascending. It holds until the next one. May be empty.

    Returns:
        The pool and the sequence: one entry for each of these customers.

    Raises:
        DataError: There is nobody to address, or the days are out of order.
        ModelError: `window_days` is out of range.

    Source: the time of the first order follows from the BG/NBD assumptions, as in
    `purchase_probability`.
    """
    check_settings(window_days)
    days = _Days(messages=tuple(messages), phases=tuple(phases), window=int(window_days))
    _check_days(days)
    rows = np.arange(len(customers)) if members is None else np.flatnonzero(members)
    if not len(rows):
        raise DataError(
            "Nobody is left to address. Choose a larger segment, or leave out fewer customers."
        )
    model = model.seen_with(customers)
    people = customers if len(rows) == len(customers) else customers.iloc[rows]
    histories = group_histories(people)
    behaviour = _behaviour(model.purchases, histories, days)
    ahead = forecast(model.purchases, histories, window_days)
    orders_square = mean_square_orders(model.purchases, ahead.histories, ahead.ends[-1:])[:, 0]
    order_value, square = _order_values(model, people)
    sample = sample_of(len(people))
    value_slopes = model.known_spend.log_slopes(*spend_columns(people.iloc[sample]))
    codes = histories.codes
    orders = orders_of_forecast(model, people, ahead, orders_square)
    revenue = value_of_forecast(model, people, ahead, orders_square)
    pool = CampaignPool(
        rows=rows,
        buys=behaviour.buys[codes],
        order_value=order_value,
        orders=orders,
        revenue=revenue,
        sample=sample,
        slopes=_slopes(model.purchases, people.iloc[sample], days),
        value_slopes=np.column_stack([value_slopes, np.ones(len(sample))]),
        covariance=_covariance(model, value_slopes.shape[1], orders, revenue),
        window_days=days.window,
        messages=days.messages,
        phases=days.phases,
        test_days=days.test,
    )
    sequence = MessageSequence(
        taking=behaviour.taking[:, codes],
        square=square,
        contacts=behaviour.contacts[codes],
        contacts_square=behaviour.contacts_square[codes],
        contacts_taking=behaviour.contacts_taking[:, codes],
        waiting=behaviour.waiting[:, codes],
        test_buys=_ordering(model.purchases, histories, 1.0)(days.test)[codes],
    )
    return pool, sequence


def _check_days(days: _Days) -> None:
    ascending = all(
        list(days_of) == sorted(set(days_of)) for days_of in (days.messages, days.phases)
    )
    within = all(0 <= day < days.window for day in (*days.messages, *days.phases))
    if not (days.messages and days.messages[0] == 0 and ascending and within):
        listed = ", ".join(map(str, days.messages)) or "none"
        raise DataError(
            f"The messages are on days {listed} of a window of {days.window} days. "
            "Give ascending days within it, the first one 0."
        )


def _order_values(model: CltvModel, people: pd.DataFrame) -> tuple[Floats, Floats]:
    """The expected value of an order of each customer, and its mean square."""
    expected = model.known_spend.expected_order_value(*spend_columns(people))
    frequencies, place = np.unique(people["frequency"].to_numpy(), return_inverse=True)
    factor, within = model.known_spend.second_moment(frequencies, max(model.customers, 2))
    return expected, (factor * (1 + within))[place] * expected**2


def _slopes(purchases: PurchaseModel, people: pd.DataFrame, days: _Days) -> Floats:
    """The `slopes` of a pool whose sample are these customers."""
    histories = group_histories(people)

    def behaviour(pace: float) -> Floats:
        return _quantities(_behaviour(purchases, histories, days, pace))

    by_parameters = log_slopes(
        purchases, lambda moved: _quantities(_behaviour(moved, histories, days))
    )
    by_pace = (behaviour(1 + _PACE_STEP) - behaviour(1 - _PACE_STEP)) / (2 * _PACE_STEP)
    slopes: Floats = np.concatenate([by_parameters, by_pace[..., None]], axis=-1)[histories.codes]
    return slopes


def _quantities(behaviour: _Behaviour) -> Floats:
    """What the slopes are of: a row a history, and a column a quantity."""
    return np.vstack([behaviour.buys, behaviour.contacts, behaviour.taking]).T


def _covariance(
    model: CltvModel, spend_parameters: int, orders: Uncertainty, revenue: Uncertainty
) -> Floats:
    """The covariance of the fitted parameters, with the store's pace and price level among them.

    All customers may order faster or slower than foreseen, and at other prices.
    """
    from scipy.linalg import block_diag  # a fit has loaded it

    pace = orders.common + orders.missed
    price = max(revenue.common + revenue.missed - pace, 0.0)
    purchases = np.array(model.purchases.covariance)
    return np.asarray(block_diag(purchases, pace, spend_covariance(model, spend_parameters), price))


def _behaviour(
    purchases: PurchaseModel, histories: Histories, days: _Days, pace: float = 1.0
) -> _Behaviour:
    """What histories do without a campaign, if time runs at this pace."""
    ordered = _ordering(purchases, histories, pace)
    by_day = {day: ordered(day) for day in {*days.messages, *days.phases, days.window}}
    waiting = np.stack([1 - by_day[day] for day in days.messages])
    square_steps = 2 * np.arange(len(waiting)) + 1
    spans = list(zip(days.phases, (*days.phases[1:], days.window), strict=False))
    # A message reaches the customers who order in a phase if it is sent before they do.
    reached = [
        np.sum([by_day[last] - by_day[min(max(day, first), last)] for day in days.messages], axis=0)
        for first, last in spans
    ]

    def rows(of_phases: list[Floats]) -> Floats:
        return np.reshape(np.array(of_phases), (len(of_phases), len(histories.T)))

    return _Behaviour(
        buys=by_day[days.window],
        taking=rows([by_day[last] - by_day[first] for first, last in spans]),
        contacts=waiting.sum(axis=0),
        contacts_square=(square_steps[:, None] * waiting).sum(axis=0),
        contacts_taking=rows(reached),
        waiting=waiting,
    )


def _ordering(
    purchases: PurchaseModel, histories: Histories, pace: float
) -> Callable[[int], Floats]:
    """A function that returns the probability of an order by a day, for each history."""
    active: Floats = purchases.probability_active(
        histories.frequency, histories.recency, histories.T
    )

    def ordered(day: int) -> Floats:
        if day == 0:
            return np.zeros_like(active)
        active_order: Floats = purchases.probability_purchase_if_active(
            histories.frequency, histories.T, day * pace
        )
        return active * active_order

    return ordered
