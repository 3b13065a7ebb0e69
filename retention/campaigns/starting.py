"""The campaign that a segment starts with: which segment first, which strategy, which amounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from retention.campaigns.arrays import Mask
from retention.campaigns.campaign import Campaign, Channel
from retention.campaigns.usual import LiftSource, usual_campaign
from retention.playbook import Strategy, strategies

#: The stages in the order in which something is usually to be gained.
FIRST_STAGES = ("at_risk", "lapsed", "first_time", "repeat", "loyal", "vip", "new")
#: Customers who make a stage worth a campaign before later stages.
ENOUGH_CUSTOMERS = 10


def first_stage(sizes: Mapping[str, int]) -> str | None:
    """Return the stage to plan a first campaign for.

    It is the first stage of `FIRST_STAGES` with `ENOUGH_CUSTOMERS`; the largest where none has.

    Args:
        sizes: The number of customers of each stage that may be chosen.

    Returns:
        The key of the stage; None where no stage has a customer.

    >>> first_stage({"at_risk": 3, "lapsed": 40, "new": 900})
    'lapsed'
    >>> first_stage({"at_risk": 3, "lapsed": 4}), first_stage({"new": 0})
    ('lapsed', None)
    """
    stages = [stage for stage in FIRST_STAGES if sizes.get(stage)]
    largest = max(stages, key=lambda stage: sizes[stage], default=None)
    return next((stage for stage in stages if sizes[stage] >= ENOUGH_CUSTOMERS), largest)


def suited_strategies(groups: Iterable[str]) -> list[Strategy]:
    """Return the playbook's strategies, those for these stages and traits first.

    Args:
        groups: Keys of stages and traits.

    Returns:
        All strategies, with the suited ones first, else in the playbook's order.
    """
    wanted = set(groups)
    return sorted(strategies(), key=lambda strategy: not wanted & set(strategy.audience))


def starting_campaign(
    customers: pd.DataFrame,
    members: Mask,
    lapsed: Mask,
    *,
    segments: tuple[str, ...],
    groups: Iterable[str] = (),
    strategy: str | None = None,
    margin: float = 0.4,
    currency: str | None = None,
    order_value: float | None = None,
    contact_costs: Mapping[Channel, float] | None = None,
    lift_source: LiftSource | None = None,
) -> Campaign:
    """Return the campaign to start from for a segment.

    Args:
        customers: From `summarise_customers`.
        members: Which customers are in the segment: True or False for each.
        lapsed: Which customers have lapsed.
        segments: The names of the segments.
        groups: Keys of the stages and traits among them, for the strategy and the lift.
        strategy: The key of a strategy; the first that suits the groups if None.
        margin: As in `Terms`.
        currency: Of the amounts.
        order_value: The average order value, in money; that of the members unless given. Orders
            without amounts need it.
        contact_costs: As in `usual_campaign`.
        lift_source: As in `usual_campaign`.

    Returns:
        The strategy's usual campaign, scaled to the segment's orders.

    Raises:
        DataError: There is no such strategy.
    """
    groups = tuple(groups)
    return usual_campaign(
        strategy or suited_strategies(groups)[0].key,
        segments=segments,
        order_value=average_order_value(customers, members) if order_value is None else order_value,
        margin=margin,
        lapsed=lapsed_share(lapsed, members),
        currency=currency,
        contact_costs=contact_costs,
        groups=groups,
        lift_source=lift_source,
    )


def average_order_value(customers: pd.DataFrame, members: Mask) -> float:
    """Return the average order value of the members; of all customers if none is one.

    Args:
        customers: From `summarise_customers`.
        members: Which customers are in the segment: True or False for each.

    Returns:
        Money.
    """
    chosen = members if members.any() else np.ones(len(customers), dtype=bool)
    orders = customers["orders"].to_numpy()[chosen].sum()
    return float(customers["revenue"].to_numpy()[chosen].sum() / max(orders, 1))


def lapsed_share(lapsed: Mask, members: Mask) -> float:
    """Return the share of the members who have lapsed.

    Args:
        lapsed: Which customers have lapsed: True or False for each.
        members: Which customers are in the segment, in the same order.

    Returns:
        A fraction; 0 where nobody is in the segment.

    >>> lapsed_share(np.array([True, False, True]), np.array([True, True, False]))
    0.5
    """
    return float(lapsed[members].mean()) if members.any() else 0.0
