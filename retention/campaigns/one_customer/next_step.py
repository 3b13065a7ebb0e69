"""What to do for one customer now: a strategy of the playbook, its reason, and what to leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from retention import wording
from retention.campaigns.suppression import RECENT_DAYS
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


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do for a customer.

    Attributes:
        strategy: The strategy of the playbook.
        reason: Why this one, in a sentence.
        cautions: What to leave, and why: a sentence each.
    """

    strategy: Strategy
    reason: str
    cautions: tuple[str, ...]


def next_step(
    stage: str,
    why: str,
    *,
    signals: Mapping[str, object],
    traits: Collection[str] = (),
    consent: bool | None = None,
    best_rating: float = 5.0,
    as_of: date,
) -> NextStep:
    """Return what to do for a customer now.

    An open complaint, a recent poor review or low survey score comes before everything else.

    Args:
        stage: The customer's stage.
        why: Why the customer is in it, in a sentence.
        signals: The customer's row of `signals`.
        traits: The customer's traits.
        consent: Whether the customer may be written to; None where that is not known.
        best_rating: The best score that the store's reviews give.
        as_of: The last day of the orders.

    Returns:
        The strategy with its reason and what to leave.
    """
    trouble = _trouble(signals, best_rating, as_of)
    key = "service_recovery" if trouble else STAGE_STRATEGIES[stage]
    strategy = strategy_of(key)
    if strategy is None:
        raise ValueError(f"The playbook has no strategy {key!r}.")
    cautions = []
    if consent is False:
        cautions.append("Opted out: no e-mail, no SMS, no audience for ads.")
    if signals.get("unsubscribed") is True and consent is not False:
        cautions.append("Unsubscribed from e-mails: no e-mail.")
    if strategy.promotion and signals.get("subscribed") is True:
        cautions.append("Subscribed: no promotion of what the subscription brings already.")
    if strategy.promotion and "full_price" in traits:
        cautions.append("Pays full price: no discount is needed.")
    return NextStep(strategy=strategy, reason=trouble or why, cautions=tuple(cautions))


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
