"""What to do for one customer now: a strategy of the playbook, its reason, and what to leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from retention import wording
from retention.campaigns.suppression import RECENT_DAYS
from retention.campaigns.usual import round_amount
from retention.customers.signals import POOR_SHARE
from retention.playbook import Strategy, strategy_of

#: The strategy of each stage: the one that the playbook names for it and that fits it best.
STAGE_STRATEGIES = {
    "new": "reviews",
    "first_time": "cross_sell",
    "repeat": "loyalty",
    "loyal": "membership",
    "vip": "referral",
    "at_risk": "reactivation",
    "lapsed": "reactivation",
}

#: What is left for who may not be written to, and for who needs no discount.
NO_MESSAGE = (
    "Only where the customer comes: a card in the next parcel, the account page, the till, or when "
    "they call or write."
)
NO_OFFER = "Without an offer: say what is new, and what goes with what they have."
#: Words of a step that offers something.
_OFFER_WORDS = ("amount", "delivery", "reward", "discount", "price", "credit", "deal")
#: Amounts that a strategy offers, as shares of an order, and how they are said.
_AMOUNTS = {"reactivation": (0.1,), "referral": (0.25, 0.05)}
_AMOUNT_WORDS = {
    "reactivation": "By this customer's orders, the amount is about {}.",
    "referral": "By this customer's orders: about {} for them and {} for the friend.",
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do for a customer.

    Attributes:
        strategy: The strategy of the playbook.
        reason: Why this one, in a sentence.
        cautions: What to leave, and why: a sentence each.
        how: What to do, a sentence each: the strategy's steps as far as they suit this customer.
        may_write: Whether a campaign may reach the customer.
    """

    strategy: Strategy
    reason: str
    cautions: tuple[str, ...]
    how: tuple[str, ...]
    may_write: bool


def next_step(
    stage: str,
    why: str,
    *,
    signals: Mapping[str, object],
    traits: Collection[str] = (),
    consent: bool | None = None,
    best_rating: float = 5.0,
    as_of: date,
    refunded_on: date | None = None,
    order_value: float = 0.0,
    currency: str | None = None,
) -> NextStep:
    """Return what to do for a customer now.

    An open complaint, a refund of the whole last order, a recent poor review or low survey score
    comes before everything else. Who may not be written to gets no message, and who pays full price
    no offer.

    Args:
        stage: The customer's stage.
        why: Why the customer is in it, in a sentence.
        signals: The customer's row of `signals`.
        traits: The customer's traits.
        consent: Whether the customer may be written to; None where that is not known.
        best_rating: The best score that the store's reviews give.
        as_of: The last day of the orders.
        refunded_on: The day of the last order, if all of it was refunded.
        order_value: What an order of the customer brings, by which amounts are scaled; 0 where it
            is not known.
        currency: Of the amounts.

    Returns:
        The strategy with its reason and what to leave.
    """
    trouble = _trouble(signals, best_rating, as_of)
    if not trouble and refunded_on is not None and stage != "lapsed":
        trouble = (
            f"The last order, of {wording.day(refunded_on)}, was refunded in full: ask what was "
            "wrong before anything else."
        )
    key = "service_recovery" if trouble else STAGE_STRATEGIES[stage]
    strategy = strategy_of(key)
    if strategy is None:
        raise ValueError(f"The playbook has no strategy {key!r}.")
    cautions = []
    if refunded_on is not None and not trouble:
        cautions.append(f"The last order, of {wording.day(refunded_on)}, was refunded in full.")
    if consent is False:
        cautions.append("Opted out: no e-mail, no SMS, no audience for ads.")
    if signals.get("unsubscribed") is True and consent is not False:
        cautions.append("Unsubscribed from e-mails: no e-mail.")
    if strategy.promotion and signals.get("subscribed") is True:
        cautions.append("Subscribed: no promotion of what the subscription brings already.")
    if strategy.promotion and "full_price" in traits:
        cautions.append("Pays full price: no discount is needed.")
    return NextStep(
        strategy=strategy,
        reason=trouble or why,
        cautions=tuple(cautions),
        how=_how(
            strategy,
            may_write=consent is not False,
            full_price="full_price" in traits,
            order_value=order_value,
            currency=currency,
        ),
        may_write=consent is not False,
    )


def _how(
    strategy: Strategy,
    *,
    may_write: bool,
    full_price: bool,
    order_value: float,
    currency: str | None,
) -> tuple[str, ...]:
    """The steps of a strategy that suit a customer."""
    if not may_write:
        return (NO_MESSAGE,)
    steps = strategy.how
    if strategy.promotion and full_price:
        steps = (NO_OFFER, *(step for step in steps if not _offers(step)))
    elif strategy.key in _AMOUNTS and order_value > 0:
        amounts = [round_amount(share * order_value) for share in _AMOUNTS[strategy.key]]
        words = [wording.money(amount, currency) for amount in amounts]
        steps = (*steps, _AMOUNT_WORDS[strategy.key].format(*words))
    return steps


def _offers(step: str) -> bool:
    return any(word in step.lower() for word in _OFFER_WORDS)


def _trouble(signals: Mapping[str, object], best_rating: float, as_of: date) -> str:
    """Why a person should answer first; empty where nothing is known of trouble."""
    complained, rating, rated = (
        signals.get(name) for name in ("complained_on", "last_rating", "rated_on")
    )
    if isinstance(complained, pd.Timestamp) and not pd.isna(complained):
        return f"A complaint is open since {wording.day(complained.date())}."
    if (
        isinstance(rating, int | float)
        and rating <= POOR_SHARE * best_rating
        and _is_recent(rated, as_of)
    ):
        return (
            f"The last review gave {wording.general(rating)} of "
            f"{wording.general(best_rating)} stars."
        )
    if signals.get("nps_group") == "Detractor" and _is_recent(signals.get("nps_on"), as_of):
        return f"The last survey answer was {signals['nps_score']:g} of 10: a detractor."
    if signals.get("csat_group") == "Dissatisfied" and _is_recent(signals.get("csat_on"), as_of):
        return "Dissatisfied by the last survey answer."
    return ""


def _is_recent(day: object, as_of: date) -> bool:
    return isinstance(day, pd.Timestamp) and (pd.Timestamp(as_of) - day).days < RECENT_DAYS
