"""How each cohort of customers behaves: orders and revenue age by age, and the second order.

Customers with a first order in the same period, or of the same value, are a cohort.
"""

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.customers.summary import FIRST_ORDER_COLUMNS, customer_query
from retention.engines import text_number
from retention.errors import DataError
from retention.history.changes import ENOUGH
from retention.history.order_history import OrderHistory, history_of
from retention.orders.orders import Orders
from retention.reports.cohort_calendar import (
    check_period,
    last_period,
    number_expression,
    period_days,
    period_numbers,
    period_starts,
)
from retention.statistics import weighted_quantile, wilson
from retention.validation import all_unknown

#: The cohort of customers whose first order has no value in the column that makes the cohorts.
NO_VALUE = "(none)"
#: Days within which a second order is counted.
WAITS = (30, 60, 90, 180)
# A cohort this many times as large as the next ones probably holds older customers.
_SWOLLEN = 1.5
# How many of the next cohorts it is compared with.
_NEXT_COHORTS = 6
_SUMS = ["orders", "revenue", "active"]


def cohort_table(
    orders: Orders, period: str = "month", by: str | None = None, partial: bool = True
) -> pd.DataFrame:
    """Return what every cohort of customers did at every age.

    Ages are calendar periods since a customer's first one. Age 1 of the January cohort is
    February, even for a customer who came on the 31st. An age that no customer of the cohort has
    reached has no row.

    Args:
        orders: The orders.
        period: "week" (from Monday, as in ISO 8601), "month" or "quarter".
        by: None for cohorts by the period of the first order, else one of `FIRST_ORDER_COLUMNS`
            that the orders have. The cohort is then the value on the first order, as
            `summarise_customers` picks it, and "(none)" where there is none.
        partial: Whether the last period counts although it is not over when the orders end.
            Without it, its orders and new customers are left out.

    Returns:
        A row a cohort and age, sorted:

        - `cohort`: first day of the cohort's period (timestamp), or the value (text);
        - `age`: periods since the customer's first, from 0;
        - `customers`: in the cohort; `small`: fewer than 30 of them;
        - `observed`: customers of the cohort for whom this age has begun. Customers of a cohort
          by period are all of one age, so it is all of them;
        - `active`: customers with an order at this age; `share`: active / observed;
        - `orders`, `revenue`: of the cohort at this age; the revenue is NaN where the orders have
          no amounts;
        - `cumulative_orders`, `cumulative_revenue`: a customer, up to this age: the sum over the
          ages of orders (revenue) / observed;
        - `complete`: False where the age's calendar period is not over for all who are observed
          when the orders end.

    Raises:
        DataError: There is no such period, or the orders have no such column.
    """
    check_period(period)
    if by is None:
        with history_of(orders) as history:
            return cohort_table_of(history, period, partial)
    sums = _sums_by_value(orders, period, by, partial)
    return _table(sums, period, orders.end, by_value=True, partial=partial)


def cohort_table_of(
    history: OrderHistory, period: str = "month", partial: bool = True
) -> pd.DataFrame:
    """Return `cohort_table` of a history that is there already, with cohorts by period.

    Args:
        history: The history of the orders.
        period: As in `cohort_table`.
        partial: As in `cohort_table`.

    Returns:
        The frame of `cohort_table`.

    Raises:
        DataError: There is no such period.
    """
    check_period(period)
    cells = _sums_by_period(history, period)
    if not partial:
        last = last_period(period, history.end, whole=True)
        cells = cells[cells["cohort"] + cells["age"] <= last]
    sums = cells.assign(joined=cells["cohort"])
    return _table(sums, period, history.end, by_value=False, partial=partial)


def cohort_of(customers: pd.DataFrame, period: str = "month", by: str | None = None) -> pd.Series:
    """Return which cohort of `cohort_table` each customer belongs to.

    Args:
        customers: As `summarise_customers` returns.
        period: As in `cohort_table`.
        by: As in `cohort_table`.

    Returns:
        A series `cohort` with the customers' index.

    Raises:
        DataError: There is no such period, or the customers have no such column.
    """
    check_period(period)
    if by is None:
        days = customers["first_order"].to_numpy().astype("datetime64[D]")
        starts = period_starts(period_numbers(days, period), period)
        return pd.Series(starts, index=customers.index, name="cohort")
    columns = [name for name in customers.columns if name.startswith("first_")]
    _check_by(by, [name.removeprefix("first_") for name in columns])
    values = customers[f"first_{by}"]
    return values.astype("str").where(values.notna(), NO_VALUE).rename("cohort")


def second_orders(orders: Orders, period: str = "month", by: str | None = None) -> pd.DataFrame:
    """Return how soon the customers of each cohort came back.

    Args:
        orders: The orders.
        period: As in `cohort_table`.
        by: As in `cohort_table`.

    Returns:
        A row a cohort, sorted:

        - `cohort`, `customers`; `small`: fewer than 30 of them;
        - `ever`: customers with a second order, which may be on the same day;
        - `median_days`: median wait of customers who ordered again within 180 days and were
          observed for as long, so that old and young cohorts compare. NaN below 30 observed;
        - `observed_30`: customers whose first order is 30 days ago or longer;
        - `within_30`: those of them who had ordered again by then;
        - `share_30`: the share of these;
        - `low_30`, `high_30`: its 95 % interval, NaN below 30 observed;
        - the last five columns again for 60, 90 and 180 days.

    Raises:
        DataError: As in `cohort_table`.

    Source: Wilson (1927) for the interval of a share.
    """
    check_period(period)
    with history_of(orders) as history:
        return second_orders_of(history, period, None if by is None else first_values(orders, by))


def second_orders_of(
    history: OrderHistory, period: str = "month", values: ir.Table | None = None
) -> pd.DataFrame:
    """Return `second_orders` of a history that is there already.

    Args:
        history: The history of the orders.
        period: As in `cohort_table`.
        values: From `first_values`, for cohorts by value.

    Returns:
        The frame of `second_orders`.

    Raises:
        DataError: There is no such period.
    """
    check_period(period)
    first = _first_orders(history, period, values)
    observed = history.number(history.end) - first["day"].to_numpy()
    wait = (first["next_day"] - first["day"]).to_numpy()
    number, cohort = first["customers"].to_numpy(), first["cohort"].to_numpy()
    counts = {"customers": number, "ever": number * (wait <= observed)}
    for days in WAITS:
        counts[f"observed_{days}"] = number * (observed >= days)
        counts[f"within_{days}"] = number * ((observed >= days) & (wait <= days))
    frame = pd.DataFrame(counts).groupby(cohort).sum().rename_axis("cohort")
    frame.insert(1, "small", frame["customers"] < ENOUGH)
    is_counted = (observed >= WAITS[-1]) & (wait <= WAITS[-1])
    medians = _medians(cohort[is_counted], wait[is_counted], number[is_counted])
    median = medians.reindex(frame.index)
    frame["median_days"] = median.where(frame[f"observed_{WAITS[-1]}"] >= ENOUGH)
    for days in WAITS:
        frame = frame.join(_shares(frame, days))
    return frame.reset_index()


def cohorts_with_older(second: pd.DataFrame, start: date, period: str) -> int:
    """Return how many of the first cohorts probably hold customers from before the orders begin.

    Such cohorts take in clearly more customers a day than the next ones: half as many again, by
    more than chance. The median of up to six next cohorts counts. Older customers who come back
    seldom are in later cohorts too, where they cannot be told apart.

    Args:
        second: From `second_orders`, with cohorts by period.
        start: The first order day.
        period: As in `second_orders`.

    Returns:
        The number of cohorts, 0 where none stands out.
    """
    starts = second["cohort"].to_numpy().astype("datetime64[D]")
    days = period_days(second["cohort"], period).astype(float)
    days[:1] -= (np.datetime64(start, "D") - starts[:1]).astype(float)
    customers = second["customers"].to_numpy(float)
    for place in range(len(second)):
        following = (customers / days)[place + 1 : place + 1 + _NEXT_COHORTS]
        if len(following) < _NEXT_COHORTS // 2:
            return place
        usual = _SWOLLEN * np.median(following) * days[place]
        if customers[place] - usual < 2 * np.sqrt(customers[place]):
            return place
    return len(second)


def first_values(orders: Orders, by: str) -> ir.Table:
    """Return the value of a column on each customer's first order.

    Args:
        orders: The orders.
        by: The column, such as channel.

    Returns:
        An Ibis table of `customer` (as in `OrderHistory`) and `cohort`, the value.

    Raises:
        DataError: The orders have no such column.
    """
    _check_by(by, [name for name in FIRST_ORDER_COLUMNS if name in orders.table.columns])
    table = orders.table.select("customer_id", "ordered_at", "revenue", by)
    customers = customer_query(table, orders.end, cut=False)
    return customers.select(
        customer=text_number(customers.customer_id),
        cohort=customers[f"first_{by}"].fill_null(NO_VALUE),
    )


def _check_by(by: str, present: list[str]) -> None:
    if by in FIRST_ORDER_COLUMNS and by in present:
        return
    problem = f"There are no cohorts by {by!r}"
    if by in FIRST_ORDER_COLUMNS:
        problem = f"The orders have no column {by!r}"
    advice = "They have no other that makes cohorts:"
    if present:
        advice = f"Choose one of {', '.join(present)}, or"
    raise DataError(f"{problem}. {advice} take cohorts by the period of the first order.")


def _sums_by_value(orders: Orders, period: str, by: str, partial: bool) -> pd.DataFrame:
    """Return orders, revenue and active customers by cohort, age and, at age 0, period joined."""
    table = orders.table
    # Numbers are joined faster than texts. Two customers rarely share one: see `history_query`.
    visits = table.select(
        "revenue",
        customer=text_number(table.customer_id),
        at=number_expression(table.ordered_at, period).cast("int32"),
    )
    if not partial:
        visits = visits.filter(visits["at"] <= last_period(period, orders.end, whole=True))
    visits = visits.group_by("customer", "at").agg(
        orders=visits.count(), revenue=visits.revenue.sum()
    )
    joined = visits.group_by("customer").agg(joined=visits["at"].min())
    visits = visits.join(joined.join(first_values(orders, by), "customer"), "customer")
    visits = visits.mutate(age=visits["at"] - visits.joined)
    sums = visits.group_by(
        cohort=visits.cohort,
        age=visits.age,
        # Each customer's period is counted once: in the rows of that period.
        joined=(visits.age == 0).ifelse(visits.joined, None),
    ).agg(orders=visits.orders.sum(), revenue=visits.revenue.sum(), active=visits.count())
    frame: pd.DataFrame = sums.to_pandas()
    return frame


def _sums_by_period(history: OrderHistory, period: str) -> pd.DataFrame:
    """Return orders, revenue and active customers by cohort (number of its period) and age."""
    days = np.datetime64(history.start, "D") + np.arange(history.length)
    number = period_numbers(days, period)
    # The last of a customer's orders in a period stands for the customer: the next comes later.
    after = (period_starts(number + 1, period).astype("datetime64[D]") - days[0]).astype(np.int32)
    ends = ibis.memtable(
        pd.DataFrame({"day": np.arange(history.length, dtype=np.int32), "after": after})
    )
    table = history.table.join(ends, "day")
    last = table.filter(table.next_day >= table.after)
    active = last.group_by("first_day", "day").agg(active=last.count()).to_pandas()
    counts = pd.concat([history.daily, active])
    cohort = number[counts["first_day"]]
    sums = counts[_SUMS].assign(cohort=cohort, age=number[counts["day"]] - cohort)
    cells: pd.DataFrame = sums.groupby(["cohort", "age"], as_index=False)[_SUMS].sum()
    return cells if history.has_amounts else cells.assign(revenue=np.nan)


def _table(
    sums: pd.DataFrame, period: str, end: date, *, by_value: bool, partial: bool
) -> pd.DataFrame:
    """Return `cohort_table` from sums by cohort, age and, at age 0, number of the period joined."""
    last = last_period(period, end, whole=not partial)
    is_over = last == last_period(period, end, whole=True)
    codes, cohorts = pd.factorize(sums["cohort"], sort=True)
    new = (sums["age"] == 0).to_numpy()
    periods_joined = sums["joined"].to_numpy()[new].astype(int)
    first = int(periods_joined.min(initial=last))
    shape = len(cohorts), last - first + 1
    joined = _spread(codes[new], periods_joined - first, sums["active"][new], shape)
    totals = {name: _spread(codes, sums["age"].to_numpy(int), sums[name], shape) for name in _SUMS}
    # Customers who joined in the last period but one have ages 0 and 1, and so on.
    observed = np.cumsum(joined, axis=1)[:, ::-1]
    complete = np.full(shape, True) if is_over else joined[:, ::-1] == 0
    row, age = np.nonzero(observed)
    if all_unknown(sums["revenue"]):
        totals["revenue"] = np.full(shape, np.nan)
    size, customers = joined.sum(axis=1)[row], np.maximum(observed, 1)
    labels = pd.Series(cohorts, dtype="str")
    if not by_value:
        labels = pd.Series(period_starts(np.asarray(cohorts, dtype=np.int64), period))
    cumulative = {
        name: np.cumsum(totals[name] / customers, axis=1)[row, age]
        for name in ("orders", "revenue")
    }
    return pd.DataFrame(
        {
            "cohort": labels.take(row).array,
            "age": age,
            "customers": size.astype(np.int64),
            "small": size < ENOUGH,
            "observed": observed[row, age].astype(np.int64),
            "active": totals["active"][row, age].astype(np.int64),
            "share": (totals["active"] / customers)[row, age],
            "orders": totals["orders"][row, age].astype(np.int64),
            "revenue": totals["revenue"][row, age],
            "cumulative_orders": cumulative["orders"],
            "cumulative_revenue": cumulative["revenue"],
            "complete": complete[row, age],
        }
    )


def _spread(
    rows: np.ndarray, columns: np.ndarray, values: pd.Series, shape: tuple[int, int]
) -> np.ndarray:
    """Add values up in a matrix."""
    flat = np.bincount(
        rows * shape[1] + columns, values.fillna(0).to_numpy(float), minlength=shape[0] * shape[1]
    )
    return flat.reshape(shape)


def _first_orders(history: OrderHistory, period: str, values: ir.Table | None) -> pd.DataFrame:
    """Return first orders by `cohort`, `day` and `next_day`, with the number of `customers`."""
    if values is None:
        first = history.moves[history.moves["stage"] == 0]
        days = np.datetime64(history.start, "D") + first["day"].to_numpy()
        starts = period_starts(period_numbers(days, period), period)
        return first.assign(cohort=starts, customers=first["orders"])
    table = history.table.filter(history.table.stage == 0).join(values, "customer")
    counts = table.group_by("cohort", "day", "next_day").agg(customers=table.count())
    frame: pd.DataFrame = counts.to_pandas()
    return frame


def _medians(cohort: np.ndarray, wait: np.ndarray, customers: np.ndarray) -> pd.Series:
    """Return the median wait of each cohort."""
    waits = pd.DataFrame({"wait": wait, "customers": customers}).groupby(cohort)
    medians = {
        name: float(weighted_quantile(rows["wait"], rows["customers"], 0.5)) for name, rows in waits
    }
    return pd.Series(medians, dtype=float)


def _shares(counts: pd.DataFrame, days: int) -> pd.DataFrame:
    """Return the shares who came back within these days; NaN below 30 observed."""
    observed, within = counts[f"observed_{days}"], counts[f"within_{days}"]
    low, high = wilson(within, observed)
    shares = pd.DataFrame(
        {
            f"share_{days}": within / observed.clip(lower=1),
            f"low_{days}": low,
            f"high_{days}": high,
        },
        index=counts.index,
    )
    return shares.where(observed >= ENOUGH)
