"""The campaign that a strategy of the playbook starts from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from retention.campaigns.campaign import BEST, CHANNELS, Campaign, Channel, Message
from retention.campaigns.offers import Offer, OfferKind
from retention.campaigns.terms import Terms
from retention.playbook import starting_plan, strategy_of

#: What one contact costs to start with, by channel, as a share of an average order. It is an order
#: of magnitude in any currency, for the marketer to replace.
CONTACT_COSTS: dict[Channel, float] = dict.fromkeys(CHANNELS, 0.0) | {
    "email": 0.0002,
    "sms": 0.002,
    "messenger": 0.002,
    "push": 0.0001,
    "post": 0.02,
    "phone": 0.08,
    "ads": 0.002,
}
#: Currencies whose unit is worth about a dollar.
DOLLARS = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD")
#: What one contact costs at most to start with in these currencies, by channel.
MOST_COSTS: dict[Channel, float] = {
    "email": 0.01,
    "sms": 0.1,
    "messenger": 0.1,
    "push": 0.005,
    "post": 1.5,
    "phone": 6.0,
    "ads": 0.1,
}
#: What a free delivery costs at most to start with in these currencies.
MOST_DELIVERY = 10.0
#: The lift to start from. Nobody has measured it.
FIRST_LIFT = 0.05
#: The prior standard deviation of a lift, as a share of the lift itself. No source of the playbook
#: measures a lift, so 0 and twice the lift are both within one standard deviation, whatever the
#: strategy. The e-mails of Hillstrom's test (2008) added .3 and .7 orders in 100 customers.
LIFT_SPREAD = 1.0
#: The share of mails that the long-inactive read (Barilliance 2021).
READ_BY_LAPSED = 0.018
#: The share of mails that customers read on average (Barilliance 2021).
READ_BY_ALL = 0.12


class StartingLift(NamedTuple):
    """The lift that a plan starts from, and what it rests on.

    Attributes:
        lift: As in `Terms`.
        error: Its standard deviation, where tests have measured it; else 0.
        tests: How many finished tests it rests on; 0 for an assumption.
    """

    lift: float
    error: float = 0.0
    tests: int = 0


#: Says which lift to start from: for a strategy's key, the keys of stages and traits, and the lift
#: that would be assumed.
LiftSource = Callable[[str, tuple[str, ...], float], StartingLift]


def usual_campaign(
    key: str,
    *,
    name: str = "",
    segments: tuple[str, ...] = (),
    order_value: float = 100.0,
    margin: float = 0.4,
    lapsed: float = 0.0,
    currency: str | None = None,
    contact_costs: Mapping[Channel, float] | None = None,
    groups: tuple[str, ...] = (),
    lift_source: LiftSource | None = None,
) -> Campaign:
    """Return the campaign that a strategy usually starts from: sequence, offers, channel, window.

    Args:
        key: Of the strategy.
        name: Of the campaign; the strategy's if empty.
        segments: The names of the segments that it addresses.
        order_value: The segment's average order value, in money. Offers are scaled by it, to
            round amounts.
        margin: As in `Terms`.
        lapsed: The share of the segment's customers who have lapsed. It lowers the lift.
        currency: Of the amounts. In some, messages and delivery start at their highest costs.
        contact_costs: What one message costs, in money, by channel. A channel that is not there
            costs what is usual.
        groups: Keys of the stages and traits among the segments, for the lift source.
        lift_source: What finished tests say of the lift; `usual_lift` is assumed unless given.

    Returns:
        The campaign, to be changed by the marketer.

    Raises:
        DataError: There is no such strategy.

    Source: the sequence of the reactivation is Barilliance's (2021). Offers, other days and the
    lift are a start.
    """
    plan = starting_plan(key)
    strategy = strategy_of(key)
    usual_cost = usual_contact_cost(plan["channel"], order_value, currency)
    assumed = usual_lift(lapsed)
    start = lift_source(key, groups, assumed) if lift_source else StartingLift(assumed)
    terms = Terms(
        lift=start.lift,
        lift_error=start.error,
        lift_tests=start.tests,
        offer=_scaled(plan["kind"], plan["value"], order_value, currency),
        opening=_scaled(
            plan.get("opening", "none"), plan.get("opening_value", 0), order_value, currency
        ),
        contact_cost=(contact_costs or {}).get(plan["channel"], usual_cost),
        margin=margin,
    )
    return Campaign(
        name=name or (strategy.name if strategy else ""),
        segments=segments,
        strategy=key,
        channel=plan["channel"],
        messages=tuple(
            Message(day=row["day"], text=row["text"], offer=row.get("offer", ""))
            for row in plan["messages"]
        ),
        window_days=plan["window_days"],
        terms=terms,
        size=BEST,
    )


def usual_lift(lapsed: float) -> float:
    """Return the lift to start from.

    Args:
        lapsed: The share of customers who have lapsed.

    Returns:
        The lift: the share of those who would not order otherwise.

    Source: `FIRST_LIFT` is an assumption. That the long-inactive read 1.8 % of mails, and 12 % is
    average, is Barilliance's (2021).

    >>> usual_lift(0.0), usual_lift(1.0)
    (0.05, 0.008)
    """
    return round(FIRST_LIFT * (1 - lapsed * (1 - READ_BY_LAPSED / READ_BY_ALL)), 3)


def usual_contact_cost(channel: Channel, order_value: float, currency: str | None = None) -> float:
    """Return what a message costs where nothing better is known.

    Args:
        channel: How it is sent.
        order_value: The average order value, in money.
        currency: Of the amounts. In some, the cost has an upper limit.

    Returns:
        The cost of a message, in money.
    """
    cost = CONTACT_COSTS[channel] * order_value
    return round_amount(min(cost, MOST_COSTS[channel]) if currency in DOLLARS else cost)


def usual_contact_costs(order_value: float, currency: str | None = None) -> dict[Channel, float]:
    """Return what a message costs in a store where nothing better is known, by channel.

    Args:
        order_value: The store's average order value, in money: a message costs the same whoever
            gets it.
        currency: As in `usual_contact_cost`.
    """
    return {channel: usual_contact_cost(channel, order_value, currency) for channel in CHANNELS}


def _scaled(kind: OfferKind, value: float, order_value: float, currency: str | None) -> Offer:
    if kind in ("none", "percentage"):
        return Offer(kind=kind, value=float(value))
    worth = value * order_value / 100
    if kind == "free_delivery" and currency in DOLLARS:
        worth = min(worth, MOST_DELIVERY)
    return Offer(kind=kind, value=round_amount(worth))


def round_amount(amount: float) -> float:
    """Return an amount of one leading digit, or one and a half: 0.015, 3.5, 40.

    Args:
        amount: The amount.

    Returns:
        The nearest such amount; 0 below it.
    """
    if not amount > 0:
        return 0.0
    step = 10 ** math.floor(math.log10(amount)) / 2
    return float(f"{round(amount / step) * step:.6g}")
