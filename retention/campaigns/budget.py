"""One budget over several campaigns: whom to address first, so that the money gains the most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, milp

from retention.campaigns.campaign import BEST, RETURN, Campaign
from retention.campaigns.economics import expected_costs
from retention.campaigns.plan import CampaignPlan, plan_of
from retention.errors import DataError
from retention.validation import is_number

#: Passes over the customers whom the rest of a budget may still pay for, once the next in line no longer fits.
_PASSES = 20
#: Up to so many customers the best split is looked for exactly: with more, no single one counts.
FEW = 120
_POINTS = 100


@dataclass(frozen=True, slots=True)
class Queue:
    """The cells of customers of several campaigns worth addressing, by gain for each unit of cost, the highest first.

    `campaign` is the number of each one's campaign and `cell` its place in that audience's book; `customers`, `gain`
    and `cost` (expected, held-out customers not counted) are its own; `spent` and `gained` run over them. Cells whose
    expected gain is not above 0 are not in it.
    """

    campaigns: int
    campaign: np.ndarray
    cell: np.ndarray
    customers: np.ndarray
    gain: np.ndarray
    cost: np.ndarray
    spent: np.ndarray
    gained: np.ndarray


def queue(plans: Sequence[CampaignPlan]) -> Queue:
    """Return the customers of all plans in the order in which a budget should pay for them.

    Of each plan only those count whom it addresses: a cut of the marketer's holds. No customer is in two of the plans:
    `left_out` keeps those of earlier campaigns out of later ones.

    Raises:
        DataError: There is no plan, or two are of one `Reachable`.
    """
    if not plans:
        raise DataError("There is no plan to spend a budget on. Give one or more.")
    addressing = [id(plan.reachable) for plan in plans if plan.treated.any()]
    if len(set(addressing)) < len(addressing):
        named = ", ".join(plan.campaign.name for plan in plans)
        raise DataError(
            f"Two of these plans address the same customers, who would be paid for twice: {named}. Plan the later ones "
            "with `left_out`."
        )
    parts = []
    for number, plan in enumerate(plans):
        book = plan.reachable.book
        addressed, costs = book.customers * plan.treated, expected_costs(book, plan.campaign.terms)
        worth = np.flatnonzero((plan.gains > 0) & (addressed > 0))
        each = addressed[worth]
        parts.append(
            (
                np.full(len(worth), number),
                worth,
                each,
                plan.gains[worth] * each,
                costs[worth] * each,
            )
        )
    number, cell, customers, gain, cost = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    with np.errstate(divide="ignore"):
        order = np.argsort(-gain / cost, kind="stable")
    number, cell, customers, gain, cost = (
        of[order] for of in (number, cell, customers, gain, cost)
    )
    return Queue(len(parts), number, cell, customers, gain, cost, np.cumsum(cost), np.cumsum(gain))


def split_budget(line: Queue, budget: float) -> pd.DataFrame:
    """Return how a budget is best split over the campaigns, beside an even split.

    Args:
        line: From `queue`.
        budget: Money for contacts and offers of all campaigns, expected.

    Returns:
        A row a campaign: `customers`, `cost` and `gain` of the best split; `even_customers`, `even_cost`, `even_gain`
        where each campaign gets the same part and spends it on its own best customers.

    Raises:
        DataError: The budget is negative.

    Customers are taken by gain for each unit of cost until the money is spent, which is the optimum but for the last
    customer (Dantzig 1957, the fractional knapsack problem); for up to `FEW` customers it is the optimum.
    """
    if not (is_number(budget) and budget >= 0):
        raise DataError(f"The budget is {budget!r}. Give an amount of 0 or more.")
    even = np.zeros(len(line.cost))
    for number in range(line.campaigns):
        own = line.campaign == number
        even[own] = _taken(line.cost[own], line.customers[own], budget / line.campaigns)
    found = (_exactly(line, budget), _taken(line.cost, line.customers, budget), even)
    best = max(
        (shares for shares in found if shares is not None), key=lambda shares: shares @ line.gain
    )
    rows = [
        [
            (shares * of)[line.campaign == number].sum()
            for shares in (best, even)
            for of in _columns(line)
        ]
        for number in range(line.campaigns)
    ]
    columns = ["customers", "cost", "gain", "even_customers", "even_cost", "even_gain"]
    found = pd.DataFrame(rows, columns=columns)
    found = found.assign(
        **{name: found[name].round().astype(int) for name in ("customers", "even_customers")}
    )
    return found.rename_axis("campaign")


def cut_to(plan: CampaignPlan, budget: float) -> Campaign | None:
    """Return the campaign cut to the customers on whom so much money is best spent; None where it pays for nobody.

    They are ranked by gain for each unit of cost, and as many as the budget pays for, though no more than the campaign
    had; held-out ones come on top. A campaign that the budget pays for as it stands stays as it is.
    """
    paid = budget * (1 + 1e-9)
    if plan.size and plan.economics.cost <= paid:
        return plan.campaign
    ranked = replace(plan.campaign, ranked_by=RETURN)

    def cost(size: int) -> float:
        return plan_of(plan.reachable, replace(ranked, size=size)).economics.cost

    none, most = 0, min(plan_of(plan.reachable, replace(ranked, size=BEST)).size, plan.size)
    if not most or cost(most) <= paid:
        return replace(ranked, size=most) if most else None
    while most - none > 1:
        middle = (none + most) // 2
        none, most = (middle, most) if cost(middle) <= paid else (none, middle)
    return replace(ranked, size=none) if none else None


def budget_curve(line: Queue) -> pd.DataFrame:
    """Return the expected `gain` of the best split by `budget`, from nothing to where more money buys no more gain."""
    if not len(line.cost):
        return pd.DataFrame({"budget": [0.0], "gain": [0.0]})
    at = np.unique(np.linspace(0, len(line.cost), _POINTS + 1).round().astype(int))
    return pd.DataFrame(
        {"budget": np.append(0.0, line.spent)[at], "gain": np.append(0.0, line.gained)[at]},
    )


def _columns(line: Queue) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return line.customers, line.cost, line.gain


def _taken(cost: np.ndarray, customers: np.ndarray, budget: float) -> np.ndarray:
    """The share of each cell that is paid for: the first in line, then whoever the rest still pays for."""
    taken, spent = np.zeros(len(cost)), np.cumsum(cost)
    reach = int(np.searchsorted(spent, budget, side="right"))
    taken[:reach] = 1.0
    rest = budget - (spent[reach - 1] if reach else 0.0)
    if reach < len(cost) and customers[reach] >= 2:
        # Customers of a cell are all but alike: as many of them as the rest pays for.
        taken[reach] = np.floor(rest / (cost[reach] / customers[reach])) / customers[reach]
        rest -= float(taken[reach] * cost[reach])
        reach += 1
    later = np.arange(reach, len(cost))
    for _ in range(_PASSES):
        later = later[cost[later] <= rest]
        fits = np.cumsum(cost[later]) <= rest
        if not fits.any():
            break
        taken[later[fits]] = 1.0
        rest -= float(cost[later[fits]].sum())
        later = later[~fits]
    return taken


def _exactly(line: Queue, budget: float) -> np.ndarray | None:
    """The best choice of a few customers, by branch and bound; None where they are many, or all can be paid."""
    if not 0 < len(line.cost) <= FEW or line.cost.sum() <= budget or (line.customers > 1).any():
        return None
    found = milp(
        -line.gain,
        integrality=1,
        bounds=(0, 1),
        constraints=LinearConstraint(line.cost[None], ub=budget),
    )
    if found.x is None:
        return None
    shares = np.round(found.x)
    return shares if shares @ line.cost <= budget * (1 + 1e-9) else None
