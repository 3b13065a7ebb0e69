"""A campaign before it is sent: whom to address, what it should bring, what it costs, and when it breaks even."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.campaigns.campaign import BEST, EVERYBODY, GAIN, Campaign
from retention.campaigns.economics import (
    Economics,
    Ledger,
    economics,
    expected_costs,
    expected_gains,
    ledger,
)
from retention.campaigns.holdout import customer_hashes, detectable_lift, draws
from retention.campaigns.pool import campaign_pool
from retention.errors import DataError
from retention.models.model import CltvModel
from retention.validation import mask_of

#: Sizes at which the curve of gain by audience size is drawn.
CURVE_POINTS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Reachable:
    """Who may be addressed, and what they would do anyway: all of a plan that no slider of the terms changes.

    `segment_customers` are in the segment; `left_out` counts those who are not addressed, by the first reason that
    holds; `book` holds the others, and `hashes` the numbers that decide who is held out. `drawn` keeps the draws of the
    latest name.
    """

    segment_customers: int
    left_out: dict[str, int]
    book: Ledger
    hashes: np.ndarray
    drawn: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = field(
        default_factory=dict, repr=False
    )

    def out(self, name: str, share: float) -> np.ndarray:
        """Return who would be held out, True or False for each customer."""
        return self._draws(name)[0] < share

    def split(self, name: str, share: float) -> np.ndarray:
        """Return the share of each cell that would be held out."""
        _, ordered, cells = self._draws(name)
        held = cells[: np.searchsorted(ordered, share)]
        return np.bincount(held, minlength=len(self.book.customers)) / self.book.customers

    def _draws(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The draws of a name; in their order, and the cells of their customers: another share asks nobody anew."""
        if name not in self.drawn:
            self.drawn.clear()
            found = draws(self.hashes, name)
            order = np.argsort(found)
            self.drawn[name] = found, found[order], self.book.cell[order]
        return self.drawn[name]


@dataclass(frozen=True, slots=True, eq=False)
class CampaignPlan:
    """What a campaign should bring, before it is sent.

    - `size`: customers addressed or held out, the first ones by rank; `best_size`: the size at which the expected gain
      is greatest.
    - `gains`: what addressing a customer of each cell of the audience's book gains; `ranks`: what the cells are ranked
      by, the highest first; `chosen`: the share of each cell
      that is addressed or held out; `beyond`: positions in the pool of customers of the last cell who are not.
    - `out`: the share of each cell that is held out. Where everybody has an own cell it is exactly the share asked for.
    - `economics`: of the addressed; `held`: how many are held out, and `forgone` what addressing them would gain, the
      price of knowing.
    - `curve`: `customers` (audience size, the first ones by rank) and `gain` expected, before the holdout.
    """

    campaign: Campaign
    reachable: Reachable
    size: int
    best_size: int
    gains: np.ndarray
    ranks: np.ndarray
    chosen: np.ndarray
    beyond: np.ndarray
    out: np.ndarray
    economics: Economics
    held: int
    forgone: float
    curve: pd.DataFrame

    @property
    def detectable_lift(self) -> float:
        """The smallest lift that the holdout shows in four of five cases."""
        addressed = self.economics.customers
        return detectable_lift(
            addressed, self.held, self.economics.buyers_without / addressed if addressed else 0.0
        )

    @property
    def treated(self) -> np.ndarray:
        """The share of each cell of the book that is addressed."""
        return self.chosen - self.out

    @property
    def addressed(self) -> np.ndarray:
        """Positions in the customers' frame of those who are addressed, the highest rank first."""
        return self._by_rank(~self._out)

    @property
    def held_out(self) -> np.ndarray:
        """Positions in the customers' frame of those who are held out, the highest rank first."""
        return self._by_rank(self._out)

    @property
    def _out(self) -> np.ndarray:
        if self.reachable.book.alone:
            return (self.out > 0)[self.reachable.book.cell]
        return self.reachable.out(self.campaign.drawn_by, self.campaign.holdout_share)

    def _by_rank(self, inside: np.ndarray) -> np.ndarray:
        book = self.reachable.book
        inside = inside & (self.chosen > 0)[book.cell]
        inside[self.beyond] = False
        at = np.flatnonzero(inside)
        return book.pool.rows[at[np.argsort(-self.ranks[book.cell[at]], kind="stable")]]


def plan_campaign(
    model: CltvModel,
    customers: pd.DataFrame,
    campaign: Campaign,
    members: np.ndarray | pd.Series | None = None,
    *,
    left_out: Mapping[str, np.ndarray] | None = None,
) -> CampaignPlan:
    """Plan a campaign: whom it addresses, what it should bring and cost, and when it breaks even.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`; the campaign begins on the day after the observation ends.
        campaign: The marketer's plan and assumptions.
        members: The segment: True or False for each customer; everybody if None.
        left_out: Whom not to address, True or False for each customer, by reason; the first that holds counts.

    Raises:
        DataError: Nobody is left to address, or the masks do not fit the customers.
        ModelError: The window is out of range.

    Source: expected orders as in `predict_cltv`; the rest is arithmetic on the terms, as `Economics` defines it. The
    ranges join chance with what the fit leaves open; the lift is taken as it is assumed.
    """
    hashes = customer_hashes(customers.index)
    return plan_of(
        reachable_of(model, customers, campaign, hashes, members, left_out=left_out), campaign
    )


def reachable_of(
    model: CltvModel,
    customers: pd.DataFrame,
    campaign: Campaign,
    hashes: np.ndarray,
    members: np.ndarray | pd.Series | None = None,
    *,
    left_out: Mapping[str, np.ndarray] | None = None,
) -> Reachable:
    """Return who may be addressed, for `plan_of`: it depends on the campaign's messages and window, not on its terms.

    `hashes` from `customer_hashes`; the other arguments and errors as in `plan_campaign`.
    """
    inside = (
        np.ones(len(customers), dtype=bool)
        if members is None
        else mask_of(members, customers.index, "'segment'")
    )
    segment_customers, counts = int(inside.sum()), {}
    for reason, mask in (left_out or {}).items():
        hit = inside & mask_of(mask, customers.index, repr(reason))
        counts[reason] = int(hit.sum())
        inside = inside & ~hit
    if not inside.any():
        why = "; ".join(f"{n:,}: {reason}" for reason, n in counts.items() if n)
        raise DataError(
            f"Nobody is left to address of {segment_customers:,} customers in the segment"
            + (f" ({why})" if why else "")
            + ". Choose another segment, or leave out fewer customers."
        )
    days = tuple(message.day for message in campaign.sent)
    pool = campaign_pool(
        model,
        customers,
        inside,
        window_days=campaign.window_days,
        messages=days,
        phases=tuple(campaign.phases),
    )
    book = ledger(pool, tuple(campaign.phases.values()))
    return Reachable(segment_customers, counts, book, hashes[pool.rows])


def plan_of(reachable: Reachable, campaign: Campaign) -> CampaignPlan:
    """Return the plan for customers who are known already: cheap enough for a slider.

    Raises:
        DataError: They were asked about other messages, offers or another window.
    """
    book, terms = reachable.book, campaign.terms
    asked = book.pool.window_days, tuple(book.pool.messages), tuple(book.pool.phases), book.offers
    days, phases = tuple(message.day for message in campaign.sent), campaign.phases
    if asked != (campaign.window_days, days, tuple(phases), tuple(phases.values())):
        raise DataError(
            "The customers were asked about other messages, offers or another window. Ask for them again."
        )
    gains, customers = expected_gains(book, terms), book.customers
    ranks = gains if campaign.ranked_by == GAIN else _returns(gains, expected_costs(book, terms))
    order = np.argsort(-ranks, kind="stable")
    reached = np.cumsum(customers[order]).round().astype(int)
    best = int((gains > 0).sum())
    best_size = int(reached[best - 1]) if best else 0
    cells = {EVERYBODY: len(order), BEST: best}.get(campaign.size)
    beyond = np.empty(0, dtype=int)
    if cells is None:
        size = min(campaign.size, int(reached[-1]))
        cells = int(np.searchsorted(reached, size, side="left")) + 1
        if reached[cells - 1] > size:
            beyond = _beyond(reachable, int(order[cells - 1]), int(reached[cells - 1]) - size)
    chosen = np.zeros(len(order))
    chosen[order[:cells]] = 1.0
    if len(beyond):
        chosen[order[cells - 1]] -= len(beyond) / customers[order[cells - 1]]
    held = _held_out(reachable, campaign, chosen, beyond)
    found = economics(book, terms, chosen - held, gains)
    return CampaignPlan(
        campaign,
        reachable,
        int(reached[cells - 1]) - len(beyond) if cells else 0,
        best_size,
        gains,
        ranks,
        chosen,
        beyond,
        held,
        found,
        round(float(held @ customers)),
        float((held * customers) @ gains),
        _curve(reached, np.cumsum((gains * customers)[order]), best),
    )


def _returns(gains: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """The cells' ranks by gain for each unit of cost, and by gain where that is the same, as without any cost."""
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.nan_to_num(gains / costs, nan=0.0, posinf=np.inf, neginf=-np.inf)
    ranks = np.empty(len(gains))
    ranks[np.lexsort((-gains, -each))] = np.arange(len(gains), 0, -1)
    return ranks


def _beyond(reachable: Reachable, cell: int, number: int) -> np.ndarray:
    """So many customers of a cell, drawn by their hashes: the ones of the last cell for whom the cut has no room."""
    rows = np.flatnonzero(reachable.book.cell == cell)
    return rows[np.argsort(reachable.hashes[rows], kind="stable")[-number:]]


def _held_out(
    reachable: Reachable, campaign: Campaign, chosen: np.ndarray, beyond: np.ndarray
) -> np.ndarray:
    """The share of each cell that is held out of those who are chosen; `beyond` are those of a cell who are not."""
    name, share = campaign.drawn_by, campaign.holdout_share
    if not reachable.book.alone:
        held = reachable.split(name, share) * (chosen > 0)
        if len(beyond):
            cell = reachable.book.cell[beyond[0]]
            held[cell] -= reachable.out(name, share)[beyond].sum() / reachable.book.customers[cell]
        return held
    # Everybody has a cell: exactly so many of them, those of the lowest draws.
    rows = np.flatnonzero(chosen[reachable.book.cell])
    lowest = rows[
        np.argsort(draws(reachable.hashes[rows], name), kind="stable")[: round(share * len(rows))]
    ]
    out = np.zeros_like(chosen)
    out[reachable.book.cell[lowest]] = 1.0
    return out


def _curve(reached: np.ndarray, gained: np.ndarray, best: int) -> pd.DataFrame:
    """Expected gain of the first so many customers, at evenly spaced sizes and at the best one."""
    at = np.searchsorted(reached, np.linspace(0, reached[-1], CURVE_POINTS + 1)) + 1
    at = np.unique(np.clip(np.concatenate([[0], at, [best]]), 0, len(reached)))
    return pd.DataFrame(
        {"customers": np.append(0, reached)[at], "gain": np.append(0.0, gained)[at]}
    )
