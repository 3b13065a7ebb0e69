"""How well do we keep customers? The metrics of a period, beside the period before and the year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.history.changes import COLUMNS, changes, not_comparable
from retention.history.metrics import measure, metric_values
from retention.history.order_history import OrderHistory, history_of
from retention.history.period_counts import PeriodCounts, base_bridge, count_period
from retention.models.checks import Check
from retention.orders.orders import Orders
from retention.periods import Period, as_date, months_of
from retention.validation import is_number

#: Days without an order after which a customer no longer counts as active: the default and the bounds of the slider.
ACTIVE_DAYS, LEAST_ACTIVE, MOST_ACTIVE = 365, 30, 730


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The metrics of `period`; customers are active for `active_days` after an order.

    - `counts`: what they are made of; `metrics`: a row each, `value`, `low`, `high` (95 % interval), `n`.
    - `previous`, `year_before`: the period of equal length before and the same days a year before, None where the
      orders do not reach back to them; `against_previous`, `against_year`: the changes, as `changes` returns them, and
      what the metric was (`value`); empty where there is no such period. Metrics that look back have no change where
      the orders do not reach back far enough before the earlier period (`not_comparable`).
    - `buyers`: new and returning customers (index): `customers`, `orders`, `revenue`, `share` (of the revenue),
      `order_value`.
    - `notes`: what to bear in mind when reading them.
    """

    period: Period
    active_days: int
    counts: PeriodCounts
    metrics: pd.DataFrame
    previous: Period | None
    year_before: Period | None
    against_previous: pd.DataFrame
    against_year: pd.DataFrame
    buyers: pd.DataFrame
    notes: tuple[Check, ...]

    @property
    def earlier(self) -> dict[str, tuple[Period, pd.DataFrame]]:
        """What it is compared with: "previous" and "year", the period and the changes; one of them where both are the
        same days but for a leap day."""
        found = {
            "previous": (self.previous, self.against_previous),
            "year": (self.year_before, self.against_year),
        }
        found = {
            name: (period, against)
            for name, (period, against) in found.items()
            if period is not None
        }
        if len(found) == 2 and abs((self.previous.start - self.year_before.start).days) <= 1:
            del found["year"]
        return found


def scorecard(
    orders: Orders,
    start: date | str | None = None,
    end: date | str | None = None,
    active_days: int = ACTIVE_DAYS,
) -> Scorecard:
    """Return the scorecard of a period of the orders.

    Args:
        orders: The orders.
        start: First day of the period; that of the first order unless given.
        end: The day after its last; that after the last order unless given.
        active_days: Days for which a customer counts as active after an order.

    Raises:
        DataError: The period or `active_days` make no sense, or the period lies outside the orders.
    """
    period = Period(
        orders.start if start is None else as_date(start),
        (pd.Timestamp(orders.end) + pd.Timedelta(days=1)).date() if end is None else as_date(end),
    )
    with history_of(orders) as history:
        return scorecard_of(history, period, active_days)


def scorecard_of(
    history: OrderHistory, period: Period, active_days: int = ACTIVE_DAYS
) -> Scorecard:
    """Return the scorecard of a period from a history that is there already; arguments and errors as in `scorecard`."""
    if not (is_number(active_days) and 1 <= active_days <= 3650):
        raise DataError(f"active_days is {active_days!r}. Give a number of days from 1 to 3,650.")
    if period.end <= history.start or period.start > history.end:
        raise DataError(
            f"The period from {period.start} to {period.last} lies outside the orders, which run from {history.start} "
            f"to {history.end}. Pick days among these."
        )
    counts = count_period(history, period, active_days)
    metrics = measure(history, counts)
    earlier = [
        other if other.start >= history.start else None
        for other in (period.previous(), period.year_before())
    ]
    compared = [_compared(history, metrics, period, other, active_days) for other in earlier]
    return Scorecard(
        period=period,
        active_days=active_days,
        counts=counts,
        metrics=metrics,
        previous=earlier[0],
        year_before=earlier[1],
        against_previous=compared[0],
        against_year=compared[1],
        buyers=_buyers(counts),
        notes=_notes(history, counts),
    )


def monthly_trend(orders: Orders | OrderHistory, active_days: int = ACTIVE_DAYS) -> pd.DataFrame:
    """Return every metric for each calendar month taken by itself.

    Returns:
        A row a month, oldest first: `month` (its first day), `complete` (False for a first or last month that the
        orders cover in part) and the metrics. Active customers are left out (NaN) where `active_days` is shorter
        than a month, and until the orders reach back as far as `active_days`.
    """
    with history_of(orders) as history:
        rows = []
        for month in months_of(history.start, history.end):
            values = metric_values(count_period(history, month, max(active_days, month.days)))
            if active_days < month.days or (month.start - history.start).days < active_days:
                values |= dict.fromkeys(
                    ("customer_retention_rate", "retained_share", "churn_rate"), np.nan
                )
            complete = month.start >= history.start and month.last <= history.end
            rows.append({"month": pd.Timestamp(month.start), "complete": complete, **values})
        return pd.DataFrame(rows)


def bridge(history: OrderHistory, card: Scorecard) -> pd.DataFrame:
    """Return how the active customers of the card's start became those of its end, as `base_bridge` describes."""
    return base_bridge(history, card.period, card.active_days)


def _compared(
    history: OrderHistory,
    metrics: pd.DataFrame,
    period: Period,
    other: Period | None,
    active_days: int,
) -> pd.DataFrame:
    if other is None:
        return pd.DataFrame(columns=["value", *COLUMNS])
    before = measure(history, count_period(history, other, active_days))
    cannot = not_comparable(history.start, period, other, active_days)
    return changes(metrics, before, cannot).assign(value=before["value"])[["value", *COLUMNS]]


def _buyers(counts: PeriodCounts) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "customers": [counts.new, counts.returning],
            "orders": [counts.new_orders, counts.orders - counts.new_orders],
            "revenue": [counts.new_revenue, counts.revenue - counts.new_revenue],
        },
        index=["new", "returning"],
    )
    return frame.assign(
        share=frame["revenue"] / (counts.revenue or np.nan),
        order_value=frame["revenue"] / frame["orders"].replace(0, np.nan),
    )


def _notes(history: OrderHistory, counts: PeriodCounts) -> tuple[Check, ...]:
    period, active_days = counts.period, counts.active_days
    reach = (period.start - history.start).days
    notes = []
    if reach < 0:
        notes.append(
            Check(
                "Begin",
                "caution",
                f"The period begins on {period.start}, and the orders on {history.start}: its first {-reach:,} days "
                "are empty.",
                "Pick a period that begins with the orders or later.",
            )
        )
    if not counts.start:
        notes.append(
            Check(
                "Start",
                "caution",
                "No customer was active when the period began, so there is no retention rate.",
                "Pick a period that begins after the first orders.",
            )
        )
    elif reach < active_days:
        notes.append(
            Check(
                "Reach",
                "caution",
                f"The orders reach back {reach:,} days before the period, and customers count as active for "
                f"{active_days:,}: only recent customers are there at the start, so the retention rate comes out too "
                "high, and whoever had ordered before that may count as new.",
                "Load a longer history, pick a later period or shorten the time for which customers count as active.",
            )
        )
    if period.days > active_days:
        notes.append(
            Check(
                "Length",
                "caution",
                f"The period has {period.days:,} days and customers count as active for {active_days:,}: whoever came "
                "and left within it is active neither at its start nor at its end, and the retention rate leaves them "
                "out. The bridge counts them as new and as lapsed.",
                "Pick a shorter period, or count customers as active for longer.",
            )
        )
    if period.last > history.end:
        notes.append(
            Check(
                "End",
                "caution",
                f"The period runs to {period.last}, and the orders end on {history.end}: its last days are empty.",
                "Pick a period that ends with the orders.",
            )
        )
    return tuple(notes)
