"""A campaign before it is sent: whom to address, what it should bring and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from retention import wording
from retention.campaigns.arrays import Floats, Hashes, Mask, Places
from retention.campaigns.campaign import BEST, EVERYBODY, GAIN, Campaign
from retention.campaigns.economics import (
    Economics,
    Range,
    economics,
    expected_costs,
    expected_gains,
)
from retention.campaigns.holdout import (
    HoldoutPower,
    detectable_lift,
    holdout_power,
)
from retention.campaigns.ledger import Ledger, ledger_of
from retention.campaigns.pool import campaign_pool
from retention.display import displayed
from retention.errors import DataError
from retention.models.model import CltvModel
from retention.random_draws import customer_hashes, draws
from retention.validation import mask_of

#: Sizes at which the curve of gain by audience size is drawn.
CURVE_POINTS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Reachable:
    """The customers who may be addressed, and what they would do anyway.

    It is all of a plan that no slider of the terms changes.

    Attributes:
        segment_customers: Customers in the segment.
        left_out: Customers who are not addressed, counted by the first reason that holds.
        ledger: The other customers, summed up.
        hashes: Their numbers, which decide who is held out.
        customer_ids: Of all customers, in the order of the customers' frame.
        held: Which of the customers are held out, where both groups are kept already; None where
            the draw decides.
        drawn: The draws of the latest name; filled on first use.
    """

    segment_customers: int
    left_out: dict[str, int]
    ledger: Ledger
    hashes: Hashes
    customer_ids: pd.Index = field(repr=False)
    held: Mask | None = field(default=None, repr=False)
    drawn: dict[str, tuple[Floats, Floats, Places]] = field(default_factory=dict, repr=False)

    @property
    def customers(self) -> int:
        """How many customers may be addressed."""
        return len(self.ledger.pool)

    def out(self, name: str, share: float) -> Mask:
        """Return who would be held out.

        Args:
            name: The name that decides the draws.
            share: The share of customers to hold out, from 0 to 1.

        Returns:
            True or False for each customer.
        """
        return self._draws(name)[0] < share if self.held is None else self.held

    def split(self, name: str, share: float) -> Floats:
        """Return how much of each cell would be held out.

        Args:
            name: The name that decides the draws.
            share: The share of customers to hold out, from 0 to 1.

        Returns:
            The shares of the cells' customers, from 0 to 1.
        """
        if self.held is None:
            _, ordered, cells = self._draws(name)
            cells_held_out = cells[: np.searchsorted(ordered, share)]
        else:
            cells_held_out = self.ledger.cell[self.held]
        counts = self.ledger.customers
        return np.bincount(cells_held_out, minlength=len(counts)) / counts

    def _draws(self, name: str) -> tuple[Floats, Floats, Places]:
        """The draws of a name; the same in ascending order, and the cells of their customers.

        They are kept, so that another share needs no new draw.
        """
        if name not in self.drawn:
            self.drawn.clear()
            numbers = draws(self.hashes, name)
            order = np.argsort(numbers)
            self.drawn[name] = numbers, numbers[order], self.ledger.cell[order]
        return self.drawn[name]


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class CampaignPlan:
    """What a campaign should bring, before it is sent.

    Cells are those of `reachable.ledger`: groups of customers who are nearly alike.

    Attributes:
        campaign: What was planned.
        reachable: The customers who may be addressed.
        size: Customers addressed or held out: the first ones by rank.
        best_size: The size at which the expected gain is greatest.
        gains: For each cell, what addressing one of its customers is expected to gain, in money.
        ranks: For each cell, what it is ranked by; the highest comes first.
        chosen: For each cell, the share of its customers who are addressed or held out.
        beyond: Positions in the pool of the customers of the last cell who are not.
        out: For each cell, the share of its customers who are held out. Where every customer has
            a cell, the held-out customers are exactly the share asked for.
        economics: What the campaign brings from the customers addressed.
        held: Customers held out.
        forgone: What addressing them would gain, in money: the price of measuring the effect.
        curve: `customers` (audience size, the first ones by rank) and `gain` (expected, in money,
            before the holdout).
    """

    campaign: Campaign
    reachable: Reachable
    size: int
    best_size: int
    gains: Floats
    ranks: Floats
    chosen: Floats
    beyond: Places
    out: Floats
    economics: Economics
    held: int
    forgone: float
    curve: pd.DataFrame

    @property
    def segment_customers(self) -> int:
        """Customers in the segment."""
        return self.reachable.segment_customers

    @property
    def left_out(self) -> dict[str, int]:
        """Customers of the segment who may not be addressed, by reason; only those that occur."""
        return {reason: count for reason, count in self.reachable.left_out.items() if count}

    @property
    def available_customers(self) -> int:
        """Customers of the segment who may be addressed."""
        return self.reachable.customers

    @property
    def below_cut(self) -> int:
        """Customers who may be addressed, and whose rank is too low."""
        return self.available_customers - self.size

    @property
    def detectable_lift(self) -> float:
        """The smallest lift that the holdout shows in four of five cases."""
        addressed = self.economics.customers
        buys = self.economics.buyers_without / addressed if addressed else 0.0
        return detectable_lift(addressed, self.held, buys)

    @property
    def power(self) -> HoldoutPower:
        """What the holdout can show, and what could show the lift that is assumed."""
        figures = self.economics
        buys = figures.buyers_without / figures.customers if figures.customers else 0.0
        return holdout_power(figures.customers, self.held, buys, self.campaign.terms.lift)

    @property
    def treated(self) -> Floats:
        """For each cell, the share of its customers who are addressed."""
        return self.chosen - self.out

    @property
    def addressed(self) -> Places:
        """Positions in the customers' frame of those addressed, the highest rank first."""
        return self._by_rank(~self._held_out)

    @property
    def held_out(self) -> Places:
        """Positions in the customers' frame of those held out, the highest rank first."""
        return self._by_rank(self._held_out)

    def gain_at(self, lift: float) -> Range:
        """Return the gain of the customers addressed if the lift were another one.

        Args:
            lift: The lift, from 0 to 1.

        Returns:
            The gain with its 80 % range, in money.
        """
        terms = replace(self.campaign.terms, lift=lift, lift_error=0.0, lift_tests=0)
        return economics(self.reachable.ledger, terms, self.treated).gain

    @property
    def _held_out(self) -> Mask:
        ledger = self.reachable.ledger
        if ledger.alone:
            return (self.out > 0)[ledger.cell]
        return self.reachable.out(self.campaign.drawn_by, self.campaign.holdout_share)

    def _by_rank(self, inside: Mask) -> Places:
        ledger = self.reachable.ledger
        inside = inside & (self.chosen > 0)[ledger.cell]
        inside[self.beyond] = False
        places = np.flatnonzero(inside)
        return ledger.pool.rows[places[np.argsort(-self.ranks[ledger.cell[places]], kind="stable")]]


def plan_campaign(
    model: CltvModel,
    customers: pd.DataFrame,
    campaign: Campaign,
    members: Mask | pd.Series | None = None,
    *,
    left_out: Mapping[str, Mask] | None = None,
) -> CampaignPlan:
    """Return whom a campaign addresses, what it should bring and cost, and when it breaks even.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        campaign: The plan as it is set.
        members: Which customers are in the segment: True or False for each; all of them if None.
        left_out: Which customers not to address: by reason, True or False for each customer. The
            first reason that holds counts.

    Returns:
        The plan: customers, expected gain and cost in money, with 80 % ranges.

    Raises:
        DataError: Nobody is left to address, or the masks do not fit the customers.
        ModelError: The window is out of range.

    Source: expected orders as in `predict_cltv`; the rest is arithmetic on the terms, as
    `Economics` defines it. The ranges join chance with the uncertainty of the fit, and with that of
    a lift that tests have measured. A lift that is assumed is taken as it is.
    """
    hashes = customer_hashes(customers.index)
    reachable = reachable_of(model, customers, campaign, hashes, members, left_out=left_out)
    return plan_of(reachable, campaign)


def reachable_of(
    model: CltvModel,
    customers: pd.DataFrame,
    campaign: Campaign,
    hashes: Hashes,
    members: Mask | pd.Series | None = None,
    *,
    left_out: Mapping[str, Mask] | None = None,
    held: Mask | None = None,
) -> Reachable:
    """Return who may be addressed, for `plan_of`.

    It depends on the campaign's messages and window, not on its terms.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        campaign: The plan as it is set.
        hashes: From `customer_hashes`.
        members: As in `plan_campaign`.
        left_out: As in `plan_campaign`.
        held: Which customers are held out, where both groups are kept already.

    Returns:
        The customers who may be addressed, summed up by cells of nearly alike customers.

    Raises:
        DataError: Nobody is left to address, or the masks do not fit the customers.
        ModelError: The window is out of range.
    """
    inside = (
        np.ones(len(customers), dtype=bool)
        if members is None
        else mask_of(members, customers.index, "'segment'")
    )
    segment_customers = int(inside.sum())
    counts: dict[str, int] = {}
    for reason, mask in (left_out or {}).items():
        matching = inside & mask_of(mask, customers.index, repr(reason))
        counts[reason] = int(matching.sum())
        inside = inside & ~matching
    if not inside.any():
        raise DataError(_nobody_left(segment_customers, counts))
    pool, sequence = campaign_pool(
        model,
        customers,
        inside,
        window_days=campaign.window_days,
        messages=tuple(message.day for message in campaign.sent),
        phases=tuple(campaign.phases),
    )
    return Reachable(
        segment_customers=segment_customers,
        left_out=counts,
        ledger=ledger_of(pool, sequence, tuple(campaign.phases.values())),
        hashes=hashes[pool.rows],
        customer_ids=customers.index,
        held=None if held is None else held[pool.rows],
    )


def _nobody_left(segment_customers: int, counts: dict[str, int]) -> str:
    reasons = "; ".join(
        f"{wording.count(count)}: {reason}" for reason, count in counts.items() if count
    )
    return (
        f"Nobody is left to address of {wording.count(segment_customers)} customers in the segment"
        + (f" ({reasons})" if reasons else "")
        + ". Choose another segment, or leave out fewer customers."
    )


def plan_of(reachable: Reachable, campaign: Campaign) -> CampaignPlan:
    """Return the plan for customers who are known already: cheap enough for a slider.

    Args:
        reachable: From `reachable_of`, with the campaign's messages, offers and window.
        campaign: The plan as it is set.

    Returns:
        The plan, as `plan_campaign` returns it.

    Raises:
        DataError: They were asked about other messages, offers or another window.
    """
    _check_asked(reachable, campaign)
    ledger, terms = reachable.ledger, campaign.terms
    gains, customers = expected_gains(ledger, terms), ledger.customers
    ranks = gains if campaign.ranked_by == GAIN else _returns(gains, expected_costs(ledger, terms))
    order = np.argsort(-ranks, kind="stable")
    reached = np.cumsum(customers[order]).round().astype(int)
    worthwhile = int((gains > 0).sum())
    cut = _cut(reachable, campaign.size, order, reached, worthwhile)
    out = _held_out(reachable, campaign, cut)
    return CampaignPlan(
        campaign=campaign,
        reachable=reachable,
        size=cut.size,
        best_size=int(reached[worthwhile - 1]) if worthwhile else 0,
        gains=gains,
        ranks=ranks,
        chosen=cut.chosen,
        beyond=cut.beyond,
        out=out,
        economics=economics(ledger, terms, cut.chosen - out, gains),
        held=round(float(out @ customers)),
        forgone=float((out * customers) @ gains),
        curve=_curve(reached, np.cumsum((gains * customers)[order]), worthwhile),
    )


def _check_asked(reachable: Reachable, campaign: Campaign) -> None:
    pool, phases = reachable.ledger.pool, campaign.phases
    asked = pool.window_days, pool.messages, pool.phases, reachable.ledger.offers
    days = tuple(message.day for message in campaign.sent)
    if asked != (campaign.window_days, days, tuple(phases), tuple(phases.values())):
        raise DataError(
            "The customers were asked about other messages, offers or another window. "
            "Ask for them again."
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """How far down the list a campaign goes: fields as in `CampaignPlan`."""

    size: int
    chosen: Floats
    beyond: Places


def _cut(
    reachable: Reachable, size: int | str, order: Places, reached: Places, worthwhile: int
) -> _Cut:
    """The cut of a campaign.

    `order` holds the cells by rank. `reached` is the number of customers down to each of them.
    `worthwhile` is the number of cells with an expected gain above 0.
    """
    chosen = np.zeros(len(order))
    beyond = np.empty(0, dtype=int)
    if isinstance(size, str):
        cells = {EVERYBODY: len(order), BEST: worthwhile}[size]
        chosen[order[:cells]] = 1.0
        return _Cut(size=int(reached[cells - 1]) if cells else 0, chosen=chosen, beyond=beyond)
    size = min(size, int(reached[-1]))
    cells = int(np.searchsorted(reached, size, side="left")) + 1
    last = int(order[cells - 1])
    chosen[order[:cells]] = 1.0
    if reached[cells - 1] > size:
        beyond = _drawn_from_cell(reachable, last, int(reached[cells - 1]) - size)
        chosen[last] -= len(beyond) / reachable.ledger.customers[last]
    return _Cut(size=int(reached[cells - 1]) - len(beyond), chosen=chosen, beyond=beyond)


def _drawn_from_cell(reachable: Reachable, cell: int, number: int) -> Places:
    """A number of customers of a cell, drawn by their hashes: positions in the pool."""
    rows = np.flatnonzero(reachable.ledger.cell == cell)
    return rows[np.argsort(reachable.hashes[rows], kind="stable")[-number:]]


def _returns(gains: Floats, costs: Floats) -> Floats:
    """The cells' ranks by gain for each unit of cost; by gain where that is the same."""
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.nan_to_num(gains / costs, nan=0.0, posinf=np.inf, neginf=-np.inf)
    ranks = np.empty(len(gains))
    ranks[np.lexsort((-gains, -each))] = np.arange(len(gains), 0, -1)
    return ranks


def _held_out(reachable: Reachable, campaign: Campaign, cut: _Cut) -> Floats:
    """The share of each cell that is held out."""
    ledger, name, share = reachable.ledger, campaign.drawn_by, campaign.holdout_share
    if not ledger.alone or reachable.held is not None:
        shares = reachable.split(name, share) * (cut.chosen > 0)
        if len(cut.beyond):
            cell = ledger.cell[cut.beyond[0]]
            shares[cell] -= reachable.out(name, share)[cut.beyond].sum() / ledger.customers[cell]
        return shares
    # Every customer has a cell: the share is exact, and takes the customers of the lowest draws.
    rows = np.flatnonzero(cut.chosen[ledger.cell])
    order = np.argsort(draws(reachable.hashes[rows], name), kind="stable")
    lowest = rows[order[: round(share * len(rows))]]
    out = np.zeros_like(cut.chosen)
    out[ledger.cell[lowest]] = 1.0
    return out


def _curve(reached: Places, gained: Floats, worthwhile: int) -> pd.DataFrame:
    """Expected gain by audience size, at evenly spaced sizes and at the best one."""
    even = np.searchsorted(reached, np.linspace(0, reached[-1], CURVE_POINTS + 1)) + 1
    points = np.concatenate([[0], even, [worthwhile]])
    cells = np.unique(np.clip(points, 0, len(reached)))
    return pd.DataFrame(
        {"customers": np.append(0, reached)[cells], "gain": np.append(0.0, gained)[cells]}
    )
