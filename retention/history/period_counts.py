"""What happened in a period: customers who came, stayed, returned or left, orders and revenue."""

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from retention.history.order_history import MONEY_COLUMNS, OrderHistory
from retention.periods import Period
from retention.statistics import weighted_quantile

QUARTILES = (0.25, 0.5, 0.75)
#: Days within which a first-time buyer may come back to count.
COME_BACK_DAYS = 90


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """Counts of a period. On any day, customers with an order in the days before it are active.

    Attributes:
        period: The period.
        active_days: Days for which a customer counts as active after an order.
        start: Customers active on the first day.
        end: Customers active on the day after the last.
        kept: Customers active at the start who are active at the end.
        customers: Customers who ordered in the period.
        new: Customers whose first order falls into the period.
        new_at_end: New customers who are active at the end. These are all of them, unless the
            period is longer than `active_days`.
        won_back: Customers who ordered in the period, had ordered before it and were not active
            at the start.
        repeat: Customers of the period with two or more orders by its end.
        repeat_days: Customers of the period with orders on two or more days by its end.
        first_timers: Customers whose first order came `COME_BACK_DAYS` before a day of the period.
        came_back: Those of them with a second order within these days.
        orders: Orders of the period.
        revenue: Revenue of the period, in money; NaN where the orders have no amounts.
        discount: Discounts of the period, in money; NaN where the file has none.
        refunded: Refunds of the period's orders so far, in money; NaN where the file has none.
        new_orders: Orders of the new customers in the period.
        new_revenue: Revenue from the new customers in the period, in money.
        ever: Customers with an order by the end of the period.
        second_waits: Waits from a first to a second order that ended in the period: `days`, and
            how many `orders` ended a wait of that length.
        waits: Waits between two orders that ended in the period, with the same columns.
        silences: `days` from each customer's last order so far to the period's last day, and how
            many `customers` were silent for as long.
    """

    period: Period
    active_days: int
    start: int
    end: int
    kept: int
    customers: int
    new: int
    new_at_end: int
    won_back: int
    repeat: int
    repeat_days: int
    first_timers: int
    came_back: int
    orders: int
    revenue: float
    discount: float
    refunded: float
    new_orders: int
    new_revenue: float
    ever: int
    second_waits: pd.DataFrame
    waits: pd.DataFrame
    silences: pd.DataFrame

    @property
    def lapsed(self) -> int:
        """Customers active at the start or in the period who are not active at the end."""
        return self.start + self.new + self.won_back - self.end

    @property
    def returning(self) -> int:
        """Customers of the period who had ordered before it."""
        return self.customers - self.new


def count_period(history: OrderHistory, period: Period, active_days: int) -> PeriodCounts:
    """Count a period, from the history's counts by day.

    Args:
        history: From `history_of`.
        period: The period.
        active_days: Days for which a customer counts as active after an order.

    Returns:
        The counts.
    """
    begin, end = history.number(period.start), history.number(period.end)
    moves, daily = history.moves, history.daily
    day, following, stage, number = (
        moves[name].to_numpy() for name in ("day", "next_day", "stage", "orders")
    )

    def count(chosen: np.ndarray) -> int:
        return int(number[chosen].sum())

    inside = (day >= begin) & (day < end)
    # A customer has one last order before a day, which stands for the customer.
    last_at_start = (day < begin) & (following >= begin)
    last_at_end = (day < end) & (following >= end)
    follows = (following >= begin) & (following < end)
    is_first = (stage == 0) & (day >= begin - COME_BACK_DAYS) & (day < end - COME_BACK_DAYS)
    placed = daily[(daily["day"] >= begin) & (daily["day"] < end)]
    newcomers = placed[placed["first_day"] >= begin]
    new = count(inside & (stage == 0))
    recent_start, recent_end = day >= begin - active_days, day >= end - active_days
    if active_days >= period.days:
        # Whoever orders in the period is active at its end.
        kept = count(last_at_start & recent_start & (follows | (last_at_end & recent_end)))
        new_at_end = new
    else:
        kept, new_at_end = _at_end(history, begin, end, active_days)
    return PeriodCounts(
        period=period,
        active_days=active_days,
        start=count(last_at_start & recent_start),
        end=count(last_at_end & recent_end),
        kept=kept,
        customers=count(inside & last_at_end),
        new=new,
        new_at_end=new_at_end,
        won_back=count(last_at_start & ~recent_start & follows),
        repeat=count(inside & last_at_end & (stage > 0)),
        repeat_days=count(inside & last_at_end & (stage == 2)),
        first_timers=count(is_first),
        came_back=count(is_first & (following - day <= COME_BACK_DAYS)),
        orders=int(placed["orders"].sum()),
        revenue=float(placed["revenue"].sum()) if history.has_amounts else np.nan,
        **{name: float(placed[name].sum()) if name in placed else np.nan for name in MONEY_COLUMNS},
        new_orders=int(newcomers["orders"].sum()),
        new_revenue=float(newcomers["revenue"].sum()) if history.has_amounts else np.nan,
        ever=count(last_at_end),
        second_waits=_spread(following - day, number, follows & (stage == 0), "orders"),
        waits=_spread(following - day, number, follows, "orders"),
        silences=_spread(end - 1 - day, number, last_at_end, "customers"),
    )


def quartiles(spread: pd.DataFrame) -> np.ndarray:
    """Return the quartiles of a distribution of waits or silences.

    Args:
        spread: `days`, and in the second column how often they occur.

    Returns:
        Three numbers of days; NaN where the distribution is empty.
    """
    return weighted_quantile(
        spread["days"].to_numpy(float), spread.iloc[:, 1].to_numpy(), np.array(QUARTILES)
    )


def customer_bridge(counts: PeriodCounts) -> pd.DataFrame:
    """Return `base_bridge` in customers alone.

    Args:
        counts: From `count_period`.

    Returns:
        The columns `step` and `customers`.
    """
    steps = {
        "start": counts.start,
        "new": counts.new,
        "won_back": counts.won_back,
        "retained": 0,
        "lapsed": -counts.lapsed,
        "end": counts.end,
    }
    return pd.DataFrame({"step": list(steps), "customers": list(steps.values())})


def base_bridge(history: OrderHistory, period: Period, active_days: int) -> pd.DataFrame:
    """Return how the active customers of the start became those of the end.

    Args:
        history: The history of the orders.
        period: The period.
        active_days: Days for which a customer counts as active after an order.

    Returns:
        The columns `step`, `customers` and `revenue`: what these customers brought in the
        `active_days` before the day that counts them. The rows are "start", "new", "won_back",
        "retained" (the change in their revenue), "lapsed" and "end". In both columns start + new
        + won_back + retained + lapsed = end. The revenue is NaN where the orders have no amounts.
    """
    sums = _sums_by_step(history, period, active_days)

    def total(column: str, *, step: str | None = None, at_end: bool | None = None) -> float:
        rows = sums
        if step is not None:
            rows = rows[rows.index.get_level_values("step") == step]
        if at_end is not None:
            rows = rows[rows.index.get_level_values("at_end") == at_end]
        return float(rows[column].sum())

    steps = ("kept", "new", "won_back")
    lapsed = sum(total("customers", step=step, at_end=False) for step in steps)
    rows = {
        "start": (total("customers", step="kept"), total("before", step="kept")),
        "new": (total("customers", step="new"), total("after", step="new")),
        "won_back": (total("customers", step="won_back"), total("after", step="won_back")),
        "retained": (
            0.0,
            total("after", step="kept", at_end=True) - total("before", step="kept", at_end=True),
        ),
        "lapsed": (-lapsed, -total("before", step="kept", at_end=False)),
        "end": (total("customers", at_end=True), total("after", at_end=True)),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["customers", "revenue"])
    if not history.has_amounts:
        frame["revenue"] = np.nan
    return frame.rename_axis("step").reset_index().astype({"customers": int})


def _sums_by_step(history: OrderHistory, period: Period, active_days: int) -> pd.DataFrame:
    """Return customers and revenue by `step` ("kept", "new", "won_back") and `at_end`."""
    begin, end = history.number(period.start), history.number(period.end)
    table = history.table.filter(history.table.day.between(begin - active_days, end - 1))
    before = table.day.between(begin - active_days, begin - 1)
    after = table.day >= end - active_days
    customers = table.group_by("customer").agg(
        before=table.revenue.sum(where=before).fill_null(0.0),
        after=table.revenue.sum(where=after).fill_null(0.0),
        at_start=before.any(),
        at_end=after.any(),
        new=(table.first_day.min() >= begin),
    )
    # A customer who came and left within the period counts as new (or won back) and as lapsed.
    step = ibis.cases((customers.at_start, "kept"), (customers.new, "new"), else_="won_back")
    sums = customers.group_by(step=step, at_end=customers.at_end).agg(
        customers=customers.count(), before=customers.before.sum(), after=customers.after.sum()
    )
    frame: pd.DataFrame = sums.to_pandas()
    return frame.set_index(["step", "at_end"]).sort_index()


def _at_end(history: OrderHistory, begin: int, end: int, active_days: int) -> tuple[int, int]:
    """Return how many of the customers active at the end were at the start, and are new."""
    table = history.table
    at_start = table.filter(
        table.day.between(begin - active_days, begin - 1) & (table.next_day >= begin)
    )
    at_end = table.filter(table.day.between(end - active_days, end - 1) & (table.next_day >= end))
    kept = int(at_start.semi_join(at_end, "customer").count().to_pyarrow().as_py())
    return kept, int(at_end.filter(at_end.first_day >= begin).count().to_pyarrow().as_py())


def _spread(days: np.ndarray, number: np.ndarray, rows: np.ndarray, unit: str) -> pd.DataFrame:
    """Add up `number` by `days`."""
    total = np.bincount(days[rows], weights=number[rows]) if rows.any() else np.zeros(0)
    filled = np.flatnonzero(total)
    return pd.DataFrame({"days": filled, unit: total[filled].astype(np.int64)})
