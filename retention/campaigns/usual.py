"""The campaign that a strategy of the playbook starts from."""

from __future__ import annotations

import numpy as np

from retention.campaigns.campaign import BEST, CHANNELS, Campaign, Message
from retention.campaigns.economics import Terms
from retention.campaigns.offers import Offer
from retention.playbook import starting_plan, strategy_of

#: What one contact costs to start with, by channel, as a share of an average order: an order of magnitude, whatever the
#: currency, to be replaced by what it does cost.
CONTACT_COSTS = dict.fromkeys(CHANNELS, 0.0) | {
    "email": 0.0002,
    "sms": 0.002,
    "messenger": 0.002,
    "push": 0.0001,
    "post": 0.02,
    "phone": 0.08,
    "ads": 0.002,
}


#: What it costs at most to start with, where the unit of the currency is worth about a dollar.
DOLLARS = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD")


MOST_COSTS = {
    "email": 0.01,
    "sms": 0.1,
    "messenger": 0.1,
    "push": 0.005,
    "post": 1.5,
    "phone": 6.0,
    "ads": 0.1,
}


MOST_DELIVERY = 10.0


#: The lift to start from: of 100 who would not order, so many do. Nobody has measured it.
FIRST_LIFT = 0.05


#: Share of mails that are read, by the long-inactive and on average (Barilliance 2021).
READ_BY_LAPSED, READ_BY_ALL = 0.018, 0.12


def usual_campaign(
    key: str,
    *,
    name: str = "",
    segments: tuple[str, ...] = (),
    order_value: float = 100.0,
    margin: float = 0.4,
    lapsed: float = 0.0,
    currency: str | None = None,
) -> Campaign:
    """Return the campaign that a strategy usually starts from: its sequence, offers, channel and window.

    Args:
        key: Of the strategy.
        name, segments: Of the campaign; its name is the strategy's unless given.
        order_value: The segment's average order value, by which offers in money are scaled, to round amounts.
        margin: As in `Terms`.
        lapsed: Share of the segment's customers who have lapsed, by which the lift that it starts from is lower.
        currency: Of the amounts; in some, messages and delivery start at what they cost at most.

    Raises:
        DataError: There is no such strategy.

    Source: the sequence of the reactivation is Barilliance's (2021); offers, other days and the lift are a start, and
    the marketer's to change.
    """
    plan = starting_plan(key)
    terms = Terms(
        lift=usual_lift(lapsed),
        offer=_scaled(plan["kind"], plan["value"], order_value, currency),
        opening=_scaled(
            plan.get("opening", "none"), plan.get("opening_value", 0), order_value, currency
        ),
        contact_cost=usual_contact_cost(plan["channel"], order_value, currency),
        margin=margin,
    )
    messages = tuple(
        Message(row["day"], row["text"], row.get("offer", "")) for row in plan["messages"]
    )
    return Campaign(
        name or strategy_of(key).name,
        segments,
        key,
        plan["channel"],
        messages,
        window_days=plan["window_days"],
        terms=terms,
        size=BEST,
    )


def usual_lift(lapsed: float) -> float:
    """Return the lift to start from, given the share of customers who have lapsed.

    Source: `FIRST_LIFT` is an assumption; that the long-inactive read 1.8 % of mails and 12 % is average, is
    Barilliance's (2021).
    """
    return round(FIRST_LIFT * (1 - lapsed * (1 - READ_BY_LAPSED / READ_BY_ALL)), 3)


def usual_contact_cost(channel: str, order_value: float, currency: str | None = None) -> float:
    """Return what a message through a channel may cost, in money, where nothing better is known."""
    cost = CONTACT_COSTS[channel] * order_value
    return _round(min(cost, MOST_COSTS[channel]) if currency in DOLLARS else cost)


def _scaled(kind: str, value: float, order_value: float, currency: str | None) -> Offer:
    if kind in ("none", "percentage"):
        return Offer(kind, float(value))
    worth = value * order_value / 100
    return Offer(
        kind,
        _round(
            min(worth, MOST_DELIVERY) if kind == "free_delivery" and currency in DOLLARS else worth
        ),
    )


def _round(amount: float) -> float:
    """An amount of one leading digit, or one and a half: 0.015, 3.5, 40."""
    if not amount > 0:
        return 0.0
    step = 10 ** np.floor(np.log10(amount)) / 2
    return float(f"{round(amount / step) * step:.6g}")
