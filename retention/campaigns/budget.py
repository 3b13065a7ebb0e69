"""One budget over several campaigns: which customers to address, so that the money gains most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from retention.campaigns.arrays import Floats, Places
from retention.campaigns.campaign import BEST, RETURN, Campaign
from retention.campaigns.economics import expected_costs
from retention.campaigns.plan import CampaignPlan, plan_of
from retention.errors import DataError
from retention.validation import check_number

#: Passes over the later customers whom the rest of a budget may still pay for.
_PASSES = 20
#: Up to this number of customers the best split is found exactly. With more, none of them counts.
FEW = 120
#: Points of the curve of gain by budget.
_POINTS = 100
#: A budget may be exceeded by the rounding of a sum.
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class Queue:
    """The cells of customers of several campaigns who are worth addressing.

    The order is by gain for each unit of cost, the highest first. Cells whose expected gain is not
    above 0 are not in it.

    Attributes:
        campaigns: How many campaigns.
        campaign: The number of each cell's campaign, from 0.
        cell: The cell's place in its campaign's ledger.
        customers: Customers of the cell who are addressed; held-out ones are not counted.
        gain: Their expected gain, in money.
        cost: Their expected cost, in money.
        spent: The cost of this cell and all before it.
        gained: The gain of this cell and all before it.
    """

    campaigns: int
    campaign: Places
    cell: Places
    customers: Floats
    gain: Floats
    cost: Floats
    spent: Floats
    gained: Floats


class _Cells(NamedTuple):
    """The cells of one campaign who are worth addressing: fields as in `Queue`."""

    campaign: Places
    cell: Places
    customers: Floats
    gain: Floats
    cost: Floats


def queue(plans: Sequence[CampaignPlan]) -> Queue:
    """Return the customers of all plans in the order in which a budget should pay for them.

    Only customers count whom a plan addresses, so that the marketer's own cut holds. No customer
    may be in two of the plans: `left_out` keeps those of earlier campaigns out of later ones.

    Args:
        plans: The plans, in the campaigns' order of priority.

    Returns:
        The queue.

    Raises:
        DataError: There is no plan, or two are of one `Reachable`.
    """
    if not plans:
        raise DataError("There is no plan to spend a budget on. Give one or more.")
    addressing = [id(plan.reachable) for plan in plans if plan.treated.any()]
    if len(set(addressing)) < len(addressing):
        named = ", ".join(plan.campaign.name for plan in plans)
        raise DataError(
            "Two of these plans address the same customers, who would be paid for twice: "
            f"{named}. Plan the later ones with `left_out`."
        )
    parts = [_worthwhile_cells(number, plan) for number, plan in enumerate(plans)]
    cells = _Cells(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    with np.errstate(divide="ignore"):
        order = np.argsort(-cells.gain / cells.cost, kind="stable")
    gain, cost = cells.gain[order], cells.cost[order]
    return Queue(
        campaigns=len(parts),
        campaign=cells.campaign[order],
        cell=cells.cell[order],
        customers=cells.customers[order],
        gain=gain,
        cost=cost,
        spent=np.cumsum(cost),
        gained=np.cumsum(gain),
    )


def _worthwhile_cells(number: int, plan: CampaignPlan) -> _Cells:
    ledger = plan.reachable.ledger
    addressed = ledger.customers * plan.treated
    costs = expected_costs(ledger, plan.campaign.terms)
    cell = np.flatnonzero((plan.gains > 0) & (addressed > 0))
    customers = addressed[cell]
    return _Cells(
        campaign=np.full(len(cell), number),
        cell=cell,
        customers=customers,
        gain=plan.gains[cell] * customers,
        cost=costs[cell] * customers,
    )


def split_budget(line: Queue, budget: float) -> pd.DataFrame:
    """Return how a budget is best split over the campaigns, beside an even split.

    Customers are taken by gain for each unit of cost until the money is spent. That is the optimum
    but for the last customer (Dantzig 1957, the fractional knapsack problem). For up to `FEW`
    customers it is the optimum.

    Args:
        line: From `queue`.
        budget: Money for the expected contacts and offers of all campaigns.

    Returns:
        A row for each campaign: `customers`, `cost` and `gain` of the best split;
        `even_customers`, `even_cost` and `even_gain` where each campaign gets the same part and
        spends it on its own best customers.

    Raises:
        DataError: The budget is negative.
    """
    check_number("The budget", budget, "an amount of 0 or more", low=0)
    even = np.zeros(len(line.cost))
    for number in range(line.campaigns):
        own = line.campaign == number
        even[own] = _taken(line.cost[own], line.customers[own], budget / line.campaigns)
    candidates = (_exactly(line, budget), _taken(line.cost, line.customers, budget), even)
    best = max(
        (shares for shares in candidates if shares is not None),
        key=lambda shares: float(shares @ line.gain),
    )
    columns = _by_campaign(line, best)
    columns |= {f"even_{name}": amounts for name, amounts in _by_campaign(line, even).items()}
    return pd.DataFrame(columns).rename_axis("campaign")


def _by_campaign(line: Queue, shares: Floats) -> dict[str, npt.NDArray[np.generic]]:
    """The customers, cost and gain of each campaign where these shares of the cells are paid."""
    own = [line.campaign == number for number in range(line.campaigns)]

    def sums(amounts: Floats) -> Floats:
        paid = shares * amounts
        return np.array([paid[cells].sum() for cells in own])

    return {
        "customers": sums(line.customers).round().astype(int),
        "cost": sums(line.cost),
        "gain": sums(line.gain),
    }


def cut_to(plan: CampaignPlan, budget: float) -> Campaign | None:
    """Return the campaign cut to the customers on whom this money is best spent.

    They are ranked by gain for each unit of cost. The cut keeps as many as the budget pays for,
    and never more than the campaign had. Held-out customers come on top. A campaign that the
    budget pays for as it stands stays as it is.

    Args:
        plan: The plan of the campaign.
        budget: Money for its expected contacts and offers.

    Returns:
        The campaign; None where the budget pays for nobody.
    """
    affordable = budget * _ROUNDING
    if plan.size and plan.economics.cost <= affordable:
        return plan.campaign
    ranked = replace(plan.campaign, ranked_by=RETURN)

    def cost(size: int) -> float:
        return plan_of(plan.reachable, replace(ranked, size=size)).economics.cost

    fits, most = 0, min(plan_of(plan.reachable, replace(ranked, size=BEST)).size, plan.size)
    if not most or cost(most) <= affordable:
        return replace(ranked, size=most) if most else None
    while most - fits > 1:
        middle = (fits + most) // 2
        if cost(middle) <= affordable:
            fits = middle
        else:
            most = middle
    return replace(ranked, size=fits) if fits else None


def budget_curve(line: Queue) -> pd.DataFrame:
    """Return the expected gain of the best split by budget.

    Args:
        line: From `queue`.

    Returns:
        `budget` and `gain` in money, from nothing to where more money buys no more gain.
    """
    if not len(line.cost):
        return pd.DataFrame({"budget": [0.0], "gain": [0.0]})
    points = np.unique(np.linspace(0, len(line.cost), _POINTS + 1).round().astype(int))
    return pd.DataFrame(
        {
            "budget": np.append(0.0, line.spent)[points],
            "gain": np.append(0.0, line.gained)[points],
        }
    )


def _taken(cost: Floats, customers: Floats, budget: float) -> Floats:
    """The share of each cell that is paid for: the first ones, then any that still fit."""
    taken, spent = np.zeros(len(cost)), np.cumsum(cost)
    reach = int(np.searchsorted(spent, budget, side="right"))
    taken[:reach] = 1.0
    rest = budget - (float(spent[reach - 1]) if reach else 0.0)
    if reach < len(cost) and customers[reach] >= 2:
        # Customers of a cell are nearly alike: the rest pays for a number of them.
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


def _exactly(line: Queue, budget: float) -> Floats | None:
    """The best choice of a few customers, by branch and bound.

    None where there are many customers, or the budget pays for all.
    """
    if not 0 < len(line.cost) <= FEW or line.cost.sum() <= budget or (line.customers > 1).any():
        return None
    from scipy.optimize import LinearConstraint, milp  # loads 0.1 s of optimisers

    solution = milp(
        -line.gain,
        integrality=1,
        bounds=(0, 1),
        constraints=LinearConstraint(line.cost[None], ub=budget),
    )
    if solution.x is None:
        return None
    shares: Floats = np.round(solution.x)
    return shares if shares @ line.cost <= budget * _ROUNDING else None
