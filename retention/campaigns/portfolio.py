"""Several campaigns in an order of priority over one base, and the cut of all to one budget.

A customer belongs to the first campaign that addresses them or holds them out. So who a campaign
may address depends on the campaigns before it. Whoever plans says how that is found out, as a
function of a campaign and the ones before it: `plan_portfolio` computes it, and the app remembers
it for the session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from retention.campaigns.arrays import Mask
from retention.campaigns.budget import cut_to, queue, split_budget
from retention.campaigns.campaign import Campaign
from retention.campaigns.plan import CampaignPlan, Reachable, plan_of, reachable_of
from retention.display import displayed
from retention.errors import DataError, RetentionError
from retention.models.model import CltvModel
from retention.random_draws import customer_hashes

#: Returns who a campaign may address, given the campaigns before it. It raises a `RetentionError`
#: where that is nobody.
ReachableFor = Callable[[Campaign, tuple[Campaign, ...]], Reachable]

#: How the reason to leave a customer to another campaign begins.
_TAKEN = "In “"


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """Several campaigns in an order of priority, each planned without the earlier ones' customers.

    Attributes:
        plans: The plan of each campaign, by its name.
        problems: Why each of the other campaigns has no plan, by its name.
    """

    plans: dict[str, CampaignPlan]
    problems: dict[str, RetentionError]

    @property
    def shares_customers(self) -> bool:
        """Whether a campaign may not address customers because an earlier one has them."""
        return any(
            reason.startswith(_TAKEN) for plan in self.plans.values() for reason in plan.left_out
        )


def plan_portfolio(
    model: CltvModel,
    customers: pd.DataFrame,
    campaigns: Sequence[Campaign],
    members: Mapping[str, Mask | pd.Series],
    *,
    left_out: Mapping[str, Mapping[str, Mask]] | None = None,
) -> Portfolio:
    """Plan several campaigns over one base, so that no customer is addressed twice.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        campaigns: In their order of priority; each has a name of its own.
        members: By the name of each campaign, which customers are in its segments: True or False
            for each.
        left_out: By the name of a campaign, its `left_out` as in `plan_campaign`; from
            `suppressions`, for example.

    Returns:
        The plans, and why a campaign has none.

    Raises:
        DataError: Two campaigns have one name, or a campaign has no members.
    """
    reachable_for = _computed(model, customers, campaigns, members, left_out or {})
    return plans_in_order(campaigns, reachable_for)


def cut_to_budget(
    model: CltvModel,
    customers: pd.DataFrame,
    campaigns: Sequence[Campaign],
    members: Mapping[str, Mask | pd.Series],
    budget: float,
    *,
    left_out: Mapping[str, Mapping[str, Mask]] | None = None,
) -> tuple[Campaign, ...]:
    """Cut several campaigns to the customers on whom one budget is best spent.

    The budget is split as `split_budget` does. Then each campaign is cut to its part, the first
    one first. Customers whom it lets go may be addressed by the next one. What it leaves of its
    part goes to the next one as well.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        campaigns: In their order of priority; each has a name of its own.
        members: As in `plan_portfolio`.
        budget: Money for the expected contacts and offers of all campaigns.
        left_out: As in `plan_portfolio`.

    Returns:
        The campaigns that keep customers, and those that have no plan as they are. The others are
        not among them: they would take customers from the rest.

    Raises:
        DataError: Two campaigns have one name, a campaign has no members, or the budget is
            negative.
    """
    reachable_for = _computed(model, customers, campaigns, members, left_out or {})
    plans = plans_in_order(campaigns, reachable_for).plans
    if not plans:
        return tuple(campaigns)
    parts = budget_parts(plans, split_budget(queue(list(plans.values())), budget))
    return cut_in_order(campaigns, parts, reachable_for)


def plans_in_order(campaigns: Sequence[Campaign], reachable_for: ReachableFor) -> Portfolio:
    """Return the plan of each campaign, given the ones before it.

    Args:
        campaigns: In their order of priority.
        reachable_for: Returns who a campaign may address.

    Returns:
        The plans, and why a campaign has none.
    """
    plans: dict[str, CampaignPlan] = {}
    problems: dict[str, RetentionError] = {}
    for number, campaign in enumerate(campaigns):
        try:
            reachable = reachable_for(campaign, tuple(campaigns[:number]))
            plans[campaign.name] = plan_of(reachable, campaign)
        except RetentionError as error:
            problems[campaign.name] = error
    return Portfolio(plans=plans, problems=problems)


def taken_by(
    campaigns: Sequence[Campaign], customers: int, reachable_for: ReachableFor
) -> dict[str, Mask]:
    """Return the customers whom each campaign addresses or holds out.

    Args:
        campaigns: In their order of priority.
        customers: How many customers there are.
        reachable_for: Returns who a campaign may address.

    Returns:
        True or False for each customer, by a reason to leave them out of later campaigns. A
        campaign without a plan takes nobody.
    """
    taken: dict[str, Mask] = {}
    for plan in plans_in_order(campaigns, reachable_for).plans.values():
        inside = np.zeros(customers, dtype=bool)
        inside[np.concatenate([plan.addressed, plan.held_out])] = True
        taken[f"{_TAKEN}{plan.campaign.name}”"] = inside
    return taken


def earlier_campaigns(
    campaigns: Sequence[Campaign], campaign: Campaign, replaces: str | None = None
) -> tuple[Campaign, ...]:
    """Return the campaigns of a higher priority than one of them, or than a new one.

    Args:
        campaigns: In their order of priority.
        campaign: One of them, found by its name, or one that is to come last.
        replaces: The name of the campaign in whose place it is to stand.

    Returns:
        The campaigns, in their order.
    """
    names = [other.name for other in campaigns]
    places = [names.index(name) for name in (campaign.name, replaces) if name in names]
    return tuple(campaigns[: min(places, default=len(names))])


def budget_parts(plans: Mapping[str, CampaignPlan], split: pd.DataFrame) -> dict[str, float]:
    """Return each campaign's part of a budget, without the campaigns that get no customer.

    Args:
        plans: The plans by name, in the order of the split.
        split: From `split_budget`.

    Returns:
        Money by the name of the campaign.
    """
    rows = zip(plans, split["customers"], split["cost"], strict=True)
    return {name: cost for name, customers, cost in rows if customers}


def cut_in_order(
    campaigns: Sequence[Campaign], parts: Mapping[str, float], reachable_for: ReachableFor
) -> tuple[Campaign, ...]:
    """Return the campaigns cut to their parts of a budget, the first one first.

    Args:
        campaigns: In their order of priority.
        parts: From `budget_parts`.
        reachable_for: Returns who a campaign may address.

    Returns:
        As in `cut_to_budget`.
    """
    kept: list[Campaign] = []
    left = 0.0
    for campaign in campaigns:
        try:
            plan = plan_of(reachable_for(campaign, tuple(kept)), campaign)
        except RetentionError:
            kept.append(campaign)  # it addresses nobody, and so costs nothing
            continue
        left += parts.get(campaign.name, 0.0)
        cut = cut_to(plan, left) if campaign.name in parts else None
        if cut is not None:
            left -= plan_of(plan.reachable, cut).economics.cost
            kept.append(cut)
    return tuple(kept)


def _computed(
    model: CltvModel,
    customers: pd.DataFrame,
    campaigns: Sequence[Campaign],
    members: Mapping[str, Mask | pd.Series],
    left_out: Mapping[str, Mapping[str, Mask]],
) -> ReachableFor:
    names = [campaign.name for campaign in campaigns]
    if len(set(names)) < len(names):
        raise DataError("Two of the campaigns have one name. Give each a name of its own.")
    if missing := [name for name in names if name not in members]:
        raise DataError(f"The members do not say who is in the segments of {missing[0]!r}.")
    hashes = customer_hashes(customers.index)

    @cache
    def reachable_for(campaign: Campaign, before: tuple[Campaign, ...]) -> Reachable:
        taken = taken_by(before, len(customers), reachable_for)
        return reachable_of(
            model,
            customers,
            campaign,
            hashes,
            members[campaign.name],
            left_out=taken | dict(left_out.get(campaign.name, {})),
        )

    return reachable_for
