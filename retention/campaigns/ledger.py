"""A pool of customers summed up, so that a slider's cost does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from retention.campaigns.arrays import Floats, Places
from retention.campaigns.pool import CampaignPool, MessageSequence
from retention.campaigns.terms import MAIN, PhaseOffer

#: One number for all customers, or one for each cell.
Amount = TypeVar("Amount", float, Floats)

#: Up to this number of customers each of them has a cell of their own.
EXACT = 20_000
#: The quantiles of each of the two measures that divide more customers into cells.
BANDS = 200


@dataclass(frozen=True, slots=True)
class PhaseSums(Generic[Amount]):
    """Sums over customers of what happens while one offer holds.

    Attributes:
        offer: Which offer holds, or "ends" for none.
        weight: The share of the messages sent meanwhile.
        taking: Probability that the first order comes meanwhile.
        taking_value: `taking` times the expected order value, in money.
        taking_square: `taking` times the mean square of the order value.
        contacts_taking: Expected messages until then, where the first order comes meanwhile.
        contacts_taking_value: `contacts_taking` times the expected order value, in money.
    """

    offer: PhaseOffer
    weight: float
    taking: Amount
    taking_value: Amount
    taking_square: Amount
    contacts_taking: Amount
    contacts_taking_value: Amount


@dataclass(frozen=True, slots=True)
class Sums(Generic[Amount]):
    """Sums over customers that every choice of terms needs.

    Attributes:
        customers: How many customers.
        buys: Probability of an order within the window.
        stays: Probability of none.
        stays_value: `stays` times the expected order value, in money.
        stays_square: `stays` times the mean square of the order value.
        contacts: Expected messages.
        contacts_square: Mean square of the messages.
        orders: Expected orders within the window.
        orders_variance: Their variance.
        revenue: Expected revenue within the window, in money.
        revenue_variance: Its variance.
        value: Expected order value, in money.
        test_buys: Probability of an order within the days after which a test is best read.
        phases: The sums of each offer's days.
    """

    customers: Amount
    buys: Amount
    stays: Amount
    stays_value: Amount
    stays_square: Amount
    contacts: Amount
    contacts_square: Amount
    orders: Amount
    orders_variance: Amount
    revenue: Amount
    revenue_variance: Amount
    value: Amount
    test_buys: Amount
    phases: tuple[PhaseSums[Amount], ...]


#: The rows of a ledger's columns: those of all days, then those of each phase.
_SUMS = [field.name for field in fields(Sums)][:-1]
_PHASE_SUMS = [field.name for field in fields(PhaseSums)][2:]


class Sampled(NamedTuple):
    """What the pool says of the customers of its sample, side by side.

    Attributes:
        cell: Each customer's cell.
        order_value: Expected value of an order, in money.
        stays: Probability of no order within the window.
        taking: A row for each phase: probability that the first order comes in it.
        orders: Expected orders within the window.
        revenue: Expected revenue within the window, in money.
    """

    cell: Places
    order_value: Floats
    stays: Floats
    taking: Floats
    orders: Floats
    revenue: Floats


@dataclass(frozen=True, slots=True)
class Ledger:
    """A pool summed up by cells: groups of customers who are nearly alike.

    Up to `EXACT` customers there is one cell for each customer. Above that, customers in the same
    1/200 quantile of order probability and of order value share a cell.

    Attributes:
        pool: The customers.
        cell: Each customer's cell.
        columns: The cells' sums: a row for each field of `Sums`, then for each phase and field of
            `PhaseSums`.
        waiting: A row for each message: how many customers of each cell have not ordered before.
        sampled: The customers on whom the effect of the model's parameters is measured.
        offers: The offer of each phase, or "ends" for none.
        weights: The share of the messages that is sent in each phase.
    """

    pool: CampaignPool
    cell: Places
    columns: Floats
    waiting: Floats
    sampled: Sampled
    offers: tuple[PhaseOffer, ...]
    weights: tuple[float, ...]

    @property
    def customers(self) -> Floats:
        """How many customers each cell has."""
        row: Floats = self.columns[0]
        return row

    @property
    def alone(self) -> bool:
        """Whether every customer has a cell of their own."""
        return len(self.customers) == len(self.cell)

    @property
    def order_value(self) -> Floats:
        """The mean expected order value of each cell's customers."""
        return self.by_cell().value / self.customers

    def by_cell(self) -> Sums[Floats]:
        """Return the sums of each cell."""
        return self._named(self.columns)

    def sums(self, share: Floats | None = None) -> Sums[float]:
        """Return the sums over all cells.

        Args:
            share: The share of each cell's customers who count; all of them if None.
        """
        whole = self.columns.sum(axis=1) if share is None else self.columns @ share
        return self._named(whole)

    def _named(self, rows: Floats) -> Sums[Any]:
        size = len(_PHASE_SUMS)
        starts = range(len(_SUMS), len(rows), size)
        phases = tuple(
            PhaseSums(
                offer=offer,
                weight=weight,
                **dict(zip(_PHASE_SUMS, rows[start : start + size], strict=True)),
            )
            for offer, weight, start in zip(self.offers, self.weights, starts, strict=True)
        )
        return Sums(**dict(zip(_SUMS, rows, strict=False)), phases=phases)


def ledger_of(
    pool: CampaignPool, sequence: MessageSequence, offers: tuple[PhaseOffer, ...] = (MAIN,)
) -> Ledger:
    """Return the pool summed up, ready for any terms.

    Args:
        pool: The customers.
        sequence: How far they get in the sequence of messages.
        offers: The offer of each of the pool's phases, or "ends" for none.

    Returns:
        The cells, with their sums.
    """
    alone = len(pool) <= EXACT
    cell, cells = (np.arange(len(pool)), len(pool)) if alone else _cells(pool)

    def summed(columns: Iterable[Floats]) -> Floats:
        return np.stack([np.bincount(cell, weights=column, minlength=cells) for column in columns])

    sample, stays = pool.sample, 1 - pool.buys
    return Ledger(
        pool=pool,
        cell=cell,
        columns=summed([*_whole_columns(pool, sequence, stays), *_phase_columns(pool, sequence)]),
        waiting=sequence.waiting if alone else summed(sequence.waiting),
        sampled=Sampled(
            cell=cell[sample],
            order_value=pool.order_value[sample],
            stays=stays[sample],
            taking=sequence.taking[:, sample],
            orders=pool.orders.expected[sample],
            revenue=pool.revenue.expected[sample],
        ),
        offers=tuple(offers),
        weights=_message_shares(pool),
    )


def _whole_columns(pool: CampaignPool, sequence: MessageSequence, stays: Floats) -> list[Floats]:
    """Each customer's summands of `Sums`, in the order of its fields."""
    return [
        np.ones(len(pool)),
        pool.buys,
        stays,
        stays * pool.order_value,
        stays * sequence.square,
        sequence.contacts,
        sequence.contacts_square,
        pool.orders.expected,
        pool.orders.variance,
        pool.revenue.expected,
        pool.revenue.variance,
        pool.order_value,
        sequence.test_buys,
    ]


def _phase_columns(pool: CampaignPool, sequence: MessageSequence) -> list[Floats]:
    """Each customer's summands of `PhaseSums` for each phase, in the order of its fields."""
    columns: list[Floats] = []
    for taking, contacts in zip(sequence.taking, sequence.contacts_taking, strict=True):
        columns += [taking, taking * pool.order_value, taking * sequence.square]
        columns += [contacts, contacts * pool.order_value]
    return columns


def _message_shares(pool: CampaignPool) -> tuple[float, ...]:
    """The share of the messages that is sent in each phase."""
    ends = (*pool.phases[1:], pool.window_days)
    return tuple(
        sum(first <= day < last for day in pool.messages) / len(pool.messages)
        for first, last in zip(pool.phases, ends, strict=False)
    )


def _cells(pool: CampaignPool) -> tuple[Places, int]:
    """Each customer's cell by quantiles, and the number of cells."""
    place = np.zeros(len(pool), dtype=np.int64)
    for measure in (pool.buys, pool.order_value):
        every = max(len(pool) // 100_000, 1)
        edges = np.unique(np.quantile(measure[::every], np.linspace(0, 1, BANDS + 1)))
        place = place * (BANDS + 2) + np.searchsorted(edges, measure, side="right")
    distinct, cell = np.unique(place, return_inverse=True)
    return cell, len(distinct)
