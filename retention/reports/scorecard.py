"""How well does a store keep its customers? The metrics of a period, beside earlier periods."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from retention import wording
from retention.display import displayed
from retention.errors import DataError
from retention.history.changes import COLUMNS, changes
from retention.history.metrics import measure, metric_values
from retention.history.order_history import OrderHistory, history_of
from retention.history.period_counts import PeriodCounts, base_bridge, count_period
from retention.models.checks import Check
from retention.orders.orders import Orders
from retention.periods import Period, as_date, months_of
from retention.validation import check_number

#: Days without an order after which a customer no longer counts as active, by default.
ACTIVE_DAYS = 365
#: Days at an end of a period that may lie in a peak, and how many times the usual sales make one.
PEAK_DAYS, PEAK = 7, 2.0
#: Days before and after an end that tell what is usual, and the fewest that do.
_AROUND_PEAK, _LEAST_FOR_PEAK = 90, 28
#: The ends of the slider for these days.
LEAST_ACTIVE, MOST_ACTIVE = 30, 730


@displayed
@dataclass(frozen=True, slots=True)
class Scorecard:
    """The metrics of a period, and their changes since earlier periods.

    Attributes:
        period: The period.
        active_days: Days for which a customer counts as active after an order.
        counts: What the metrics are computed from.
        metrics: A row a metric: `value`, `low`, `high` (95 % interval) and `n`, the customers or
            waits that it rests on.
        previous: The period of equal length before, as far as the orders cover it; None where
            they lack a tenth of its days or more.
        year_before: The same days a year before, or None, alike.
        against_previous: The changes since the period before, as
            `retention.history.changes.changes` returns them: what the metric was (`value`), what
            it is by the same look-back (`now`), the part that customers' ages make (`mix`), and
            the rest (`change`), on which alone the verdict rests. Empty without that period.
        against_year: The changes since the year before, in the same columns.
        buyers: New and returning customers (index): `customers`, `orders`, `revenue`, `share` of
            the revenue and `order_value`.
        notes: What to bear in mind when reading the metrics.
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
        """What it is compared with: "previous" and "year", each with its period and the changes.

        The year is left out where both are the same days but for a leap day.
        """
        earlier = {}
        if self.previous is not None:
            earlier["previous"] = self.previous, self.against_previous
        if self.year_before is not None and not _is_twice(self.previous, self.year_before):
            earlier["year"] = self.year_before, self.against_year
        return earlier


def scorecard(
    orders: Orders,
    start: date | str | None = None,
    end: date | str | None = None,
    active_days: int = ACTIVE_DAYS,
) -> Scorecard:
    """Return the scorecard of a period of the orders.

    Args:
        orders: The orders.
        start: First day of the period; the day of the first order unless given.
        end: The day after the last; the day after the last order unless given.
        active_days: Days for which a customer counts as active after an order.

    Returns:
        The metrics of the period, their changes, and the revenue of new and returning customers.

    Raises:
        DataError: The period or `active_days` make no sense, or the period lies outside the
            orders.
    """
    period = Period(
        start=orders.start if start is None else as_date(start),
        end=(pd.Timestamp(orders.end) + pd.Timedelta(days=1)).date()
        if end is None
        else as_date(end),
    )
    with history_of(orders) as history:
        return scorecard_of(history, period, active_days)


def scorecard_of(
    history: OrderHistory, period: Period, active_days: int = ACTIVE_DAYS
) -> Scorecard:
    """Return the scorecard of a period from a history that is there already.

    Args:
        history: The history of the orders.
        period: The period.
        active_days: Days for which a customer counts as active after an order.

    Returns:
        The scorecard.

    Raises:
        DataError: The period or `active_days` make no sense, or the period lies outside the orders.
    """
    check_number("active_days", active_days, "a number of days from 1 to 3,650", low=1, high=3650)
    check_inside(period, history.start, history.end)
    counts = count_period(history, period, active_days)
    metrics = measure(history, counts)
    previous, year_before = (
        _covered(other, history.start) for other in (period.previous(), period.year_before())
    )
    against_previous = _changes_since(history, counts, previous)
    against_year = against_previous
    if not _is_twice(previous, year_before):
        against_year = _changes_since(history, counts, year_before)
    return Scorecard(
        period=period,
        active_days=active_days,
        counts=counts,
        metrics=metrics,
        previous=previous,
        year_before=year_before,
        against_previous=against_previous,
        against_year=against_year,
        buyers=_buyers(counts),
        notes=_notes(history, counts),
    )


def monthly_trend(orders: Orders | OrderHistory, active_days: int = ACTIVE_DAYS) -> pd.DataFrame:
    """Return every metric for each calendar month taken by itself.

    Args:
        orders: The orders, or their history.
        active_days: Days for which a customer counts as active after an order.

    Returns:
        A row for each month, oldest first, with the columns:

        - `month`: its first day;
        - `complete`: False for a first or last month that the orders cover in part;
        - a column for each key of `METRICS`, in the metric's unit.

        Rates of active customers are NaN where `active_days` is shorter than the month, and until
        the orders reach back that far.
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
    """Return the `base_bridge` of the card's period.

    Args:
        history: From `history_of`.
        card: The scorecard.

    Returns:
        The frame of `base_bridge`.
    """
    return base_bridge(history, card.period, card.active_days)


def check_inside(period: Period, start: date, end: date) -> None:
    """Refuse a period without a day from the first to the last order.

    Args:
        period: The period.
        start: The day of the first order.
        end: The day of the last order.

    Raises:
        DataError: The period lies outside the orders.
    """
    if period.end <= start or period.start > end:
        raise DataError(
            f"The period from {period.start} to {period.last} lies outside the orders, which run "
            f"from {start} to {end}. Pick days among these."
        )


def _covered(other: Period, first_order: date) -> Period | None:
    """Return an earlier period as the orders cover it; None where they lack a tenth or more."""
    missing = (first_order - other.start).days
    if missing > other.days // 10:
        return None
    return Period(start=max(other.start, first_order), end=other.end)


def _is_twice(previous: Period | None, year_before: Period | None) -> bool:
    """Whether both are the same days but for a leap day."""
    if previous is None or year_before is None:
        return False
    return abs((previous.start - year_before.start).days) <= 1


def _changes_since(
    history: OrderHistory, counts: PeriodCounts, other: Period | None
) -> pd.DataFrame:
    if other is None:
        return pd.DataFrame(columns=["value", *COLUMNS])
    return changes(history, counts, other)


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
    period = counts.period
    notes = (
        _note_on_begin(period, history.start),
        _note_on_reach(counts, history.start, history.end),
        _note_on_length(period, counts.active_days),
        _note_on_end(period, history.end),
        _note_on_peak(history, period),
    )
    return tuple(note for note in notes if note is not None)


def _note_on_begin(period: Period, first_order: date) -> Check | None:
    empty_days = (first_order - period.start).days
    if empty_days <= 0:
        return None
    return Check(
        name="Begin",
        status="caution",
        finding=f"The period begins on {period.start}, and the orders on {first_order}: its first "
        f"{wording.count(empty_days)} days are empty.",
        advice="Pick a period that begins with the orders or later.",
    )


def _note_on_reach(counts: PeriodCounts, first_order: date, last_order: date) -> Check | None:
    reach = (counts.period.start - first_order).days
    if not counts.start:
        return Check(
            name="Start",
            status="caution",
            finding="No customer was active when the period began, so there is no retention rate.",
            advice="Pick a period that begins after the first orders.",
        )
    if reach >= counts.active_days:
        return None
    return Check(
        name="Reach",
        status="caution",
        finding=f"The orders reach back {wording.count(reach)} days before the period, and "
        "customers count as "
        f"active for {wording.count(counts.active_days)}: only recent customers are there at "
        "the start, so the "
        "retention rate comes out too high, and whoever had ordered before that may count as new.",
        advice=_reach_advice(reach, counts.active_days, (last_order - first_order).days),
    )


def _reach_advice(reach: int, active_days: int, length: int) -> str:
    """Return what helps: a later period and fewer active days only where there are such."""
    ways = ["Load a longer history"]
    if length - active_days >= LEAST_ACTIVE:
        ways.append(f"pick a period that begins {wording.days(active_days - reach)} later or more")
    if reach >= LEAST_ACTIVE:
        ways.append(f"count customers as active for {wording.count(reach)} days at most")
    *others, last = ways
    return f"{', '.join(others)} or {last}." if others else f"{last}."


def _note_on_peak(history: OrderHistory, period: Period) -> Check | None:
    """Say where a period begins or ends in days that sell far more than is usual."""
    daily = history.daily.groupby("day")["orders"].sum().reindex(range(history.length))
    weekly = daily.fillna(0).rolling(PEAK_DAYS).mean()
    begin, end = (history.number(day) for day in (period.start, period.end))
    for where, last in (("ends", end - 1), ("begins", begin + PEAK_DAYS - 1)):
        around = weekly.iloc[max(0, last - _AROUND_PEAK) : last + _AROUND_PEAK].dropna()
        # A period of days is not parted into a peak and what is usual.
        if not 0 <= last < len(weekly) or min(period.days, len(around)) < _LEAST_FOR_PEAK:
            continue
        times = float(weekly.iloc[last]) / max(float(around.median()), 1 / PEAK_DAYS)
        if times > PEAK:
            days = "last" if where == "ends" else "first"
            return Check(
                name="Peak",
                status="caution",
                finding=f"The period {where} inside a peak: its {days} {PEAK_DAYS} days have "
                f"{wording.decimal(times, 1)} times the orders of a usual week. Beside days "
                "without such a peak, totals, new customers and order values differ for that "
                "alone.",
                advice="Compare with the year before where it has the same peak, or pick own dates "
                "that leave the peak out.",
            )
    return None


def _note_on_length(period: Period, active_days: int) -> Check | None:
    if period.days <= active_days:
        return None
    return Check(
        name="Length",
        status="caution",
        finding=f"The period has {wording.count(period.days)} days and customers count as "
        "active for "
        f"{wording.count(active_days)}: whoever came and left within it is active neither at "
        "its start nor at "
        "its end, and the retention rate leaves them out. The bridge counts them as new and as "
        "lapsed.",
        advice="Pick a shorter period"
        + (", or count customers as active for longer." if period.days <= MOST_ACTIVE else "."),
    )


def _note_on_end(period: Period, last_order: date) -> Check | None:
    if period.last <= last_order:
        return None
    return Check(
        name="End",
        status="caution",
        finding=f"The period runs to {period.last}, and the orders end on {last_order}: its last "
        "days are empty.",
        advice="Pick a period that ends with the orders.",
    )
