"""How each intake of customers behaves: cohorts by the first order, and their orders and revenue as they grow older."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.customers.summary import FIRST_ORDER_COLUMNS, customer_query
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

#: The cohort of customers whose first order has no value in the column that makes the cohorts.
NO_VALUE = "(none)"
#: Days within which a second order is counted.
WAITS = (30, 60, 90, 180)
# How much larger than the next cohorts one is that probably holds older customers, and how many of these are looked at.
_SWOLLEN, _AFTER = 1.5, 6
_SUMS = ["orders", "revenue", "active"]


def cohort_table(
    orders: Orders, period: str = "month", by: str | None = None, partial: bool = True
) -> pd.DataFrame:
    """Return what every cohort of customers did at every age, a row a cohort and age.

    Ages are calendar periods since a customer's first one: age 1 of the January cohort is February, for a customer
    who came on the 31st too. An age that no customer of the cohort has reached has no row.

    Args:
        orders: The orders.
        period: "week" (from Monday, as in ISO 8601), "month" or "quarter".
        by: None, so that customers who first ordered in the same period are a cohort, or one of `FIRST_ORDER_COLUMNS`
            that the orders have: the cohort is the value on the first order, as `summarise_customers` picks it, and
            "(none)" where there is none.
        partial: Whether the last period counts although it is not over when the orders end. Without it, its orders
            and new customers are left out.

    Returns:
        A frame sorted by cohort and age:

        - `cohort`: first day of the cohort's period (timestamp), or the value (text);
        - `age`: periods since the customer's first, from 0;
        - `customers`: in the cohort; `small`: fewer than 30 of them;
        - `observed`: those of them for whom this age has begun. All of them, unless the cohort is a value, whose
          customers differ in age;
        - `active`: customers with an order at this age, `share`: active / observed;
        - `orders`, `revenue`: of the cohort at this age;
        - `cumulative_orders`, `cumulative_revenue`: a customer, up to this age: the sum over the ages of
          orders (revenue) / observed;
        - `complete`: False where the age's calendar period is not over for all who are observed when the orders end.

    Raises:
        DataError: There is no such period, or the orders have no such column.
    """
    check_period(period)
    table = orders.table
    # Numbers are joined faster than texts; see `history_query` on how rarely two customers share one.
    visits = table.select(
        "revenue",
        customer=table.customer_id.hash(),
        at=number_expression(table.ordered_at, period).cast("int32"),
    )
    if not partial:
        visits = visits.filter(visits["at"] <= last_period(period, orders.end, whole=True))
    visits = visits.group_by("customer", "at").agg(
        orders=visits.count(), revenue=visits.revenue.sum()
    )
    joined = visits.group_by("customer").agg(joined=visits["at"].min())
    if by is not None:
        joined = joined.join(first_values(orders, by), "customer")
    visits = visits.join(joined, "customer")
    visits = visits.mutate(age=visits["at"] - visits.joined)
    found = visits.group_by(
        cohort=visits.joined if by is None else visits.cohort,
        age=visits.age,
        # Who joined when is asked once for each customer: of the rows of the first period.
        joined=(visits.age == 0).ifelse(visits.joined, None),
    ).agg(orders=visits.orders.sum(), revenue=visits.revenue.sum(), active=visits.count())
    return _table(found.to_pandas(), period, orders.end, by is not None, partial)


def cohort_table_of(history: OrderHistory, period: str = "month") -> pd.DataFrame:
    """Return `cohort_table` of a history that is there already, with cohorts by period."""
    check_period(period)
    days = np.datetime64(history.start, "D") + np.arange(history.length)
    number = period_numbers(days, period)
    # Of a customer's orders in a period the last one stands for the customer: the next is later than the period.
    after = (period_starts(number + 1, period).astype("datetime64[D]") - days[0]).astype(np.int32)
    ends = ibis.memtable(
        pd.DataFrame({"day": np.arange(history.length, dtype=np.int32), "after": after})
    )
    table = history.table.join(ends, "day")
    last = table.filter(table.next_day >= table.after)
    active = last.group_by("first_day", "day").agg(active=last.count()).to_pandas()
    cells = pd.concat([history.daily, active])
    cells = pd.DataFrame(
        {
            "cohort": number[cells["first_day"]],
            "age": number[cells["day"]] - number[cells["first_day"]],
            **{name: cells[name].to_numpy() for name in _SUMS},
        }
    )
    cells = cells.groupby(["cohort", "age"], as_index=False)[_SUMS].sum()
    return _table(cells.assign(joined=cells["cohort"]), period, history.end, False, True)


def cohort_of(customers: pd.DataFrame, period: str = "month", by: str | None = None) -> pd.Series:
    """Return which cohort of `cohort_table` each customer belongs to.

    Args:
        customers: As `summarise_customers` returns.
        period, by: As in `cohort_table`.

    Returns:
        A series `cohort` with the customers' index.

    Raises:
        DataError: There is no such period, or the customers have no such column.
    """
    check_period(period)
    if by is not None:
        _check_by(
            by,
            [
                name.removeprefix("first_")
                for name in customers.columns
                if name.startswith("first_")
            ],
        )
        return (
            customers[f"first_{by}"]
            .astype("str")
            .where(customers[f"first_{by}"].notna(), NO_VALUE)
            .rename("cohort")
        )
    days = customers["first_order"].to_numpy().astype("datetime64[D]")
    starts = period_starts(period_numbers(days, period), period)
    return pd.Series(starts, index=customers.index, name="cohort")


def second_orders(orders: Orders, period: str = "month", by: str | None = None) -> pd.DataFrame:
    """Return how soon the customers of each cohort came back: arguments, errors and cohorts as in `cohort_table`.

    Returns:
        A frame sorted by `cohort`, with `customers`, `small` (fewer than 30), `ever` (customers with a second order,
        which may be on the same day), `median_days` (the median wait of those who were observed for 180 days and had
        ordered again by then, so that old and young cohorts compare; NaN below 30 observed) and for 30, 60, 90 and 180
        days `observed_30` (customers whose first order is that long ago), `within_30` (those of them who had ordered
        again by then), `share_30` and its 95 % interval `low_30`, `high_30` (NaN below 30 observed), and so on.

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
        history: The history.
        period: As in `cohort_table`.
        values: From `first_values`, for cohorts by value.
    """
    check_period(period)
    if values is None:
        first = history.moves[history.moves["stage"] == 0]
        days = np.datetime64(history.start, "D") + first["day"].to_numpy()
        first = first.assign(
            cohort=period_starts(period_numbers(days, period), period), customers=first["orders"]
        )
    else:
        table = history.table.filter(history.table.stage == 0).join(values, "customer")
        first = table.group_by("cohort", "day", "next_day").agg(customers=table.count()).to_pandas()
    observed = history.number(history.end) - first["day"].to_numpy()
    wait = (first["next_day"] - first["day"]).to_numpy()
    number = first["customers"].to_numpy()
    counts = {"customers": number, "ever": number * (wait <= observed)}
    for days in WAITS:
        counts |= {f"observed_{days}": number * (observed >= days)}
        counts |= {f"within_{days}": number * ((observed >= days) & (wait <= days))}
    frame = pd.DataFrame(counts).groupby(first["cohort"].to_numpy()).sum().rename_axis("cohort")
    frame.insert(1, "small", frame["customers"] < ENOUGH)
    long = (observed >= WAITS[-1]) & (wait <= WAITS[-1])
    waits = pd.DataFrame({"wait": wait, "customers": number})[long]
    medians = {
        cohort: weighted_quantile(some["wait"].to_numpy(float), some["customers"].to_numpy(), 0.5)
        for cohort, some in waits.groupby(first["cohort"].to_numpy()[long])
    }
    median = pd.Series(medians, dtype=float).reindex(frame.index).astype(float)
    frame["median_days"] = median.where(frame[f"observed_{WAITS[-1]}"] >= ENOUGH)
    for days in WAITS:
        of, some = (frame[f"{name}_{days}"].to_numpy() for name in ("observed", "within"))
        shares = np.where(
            of >= ENOUGH, np.stack([some / np.maximum(of, 1), *wilson(some, of)]), np.nan
        )
        for name, values in zip(("share", "low", "high"), shares, strict=True):
            frame[f"{name}_{days}"] = values
    return frame.reset_index()


def cohorts_with_older(second: pd.DataFrame, start: date, period: str) -> int:
    """Return how many of the first cohorts probably hold customers who had ordered before the orders begin.

    Their intake a day is at least half as large again as that of the next cohorts (the median of up to six) by more
    than chance. Older customers who come back seldom are in later cohorts too, where they cannot be told.

    Args:
        second: From `second_orders`, with cohorts by period.
        start: The first order day.
        period: As in `second_orders`.
    """
    begins = second["cohort"].to_numpy().astype("datetime64[D]")
    days = period_days(second["cohort"], period).astype(float)
    days[:1] -= (np.datetime64(start, "D") - begins[:1]).astype(float)
    customers = second["customers"].to_numpy(float)
    for place in range(len(second)):
        after = (customers / days)[place + 1 : place + 1 + _AFTER]
        usual = _SWOLLEN * np.median(after) * days[place] if len(after) >= _AFTER // 2 else np.inf
        if customers[place] - usual < 2 * np.sqrt(customers[place]):
            return place
    return len(second)


def first_values(orders: Orders, by: str) -> ir.Table:
    """Return an Ibis table of `customer` (as in `OrderHistory`) and `cohort`, the value of `by` on the first order.

    Raises:
        DataError: The orders have no such column.
    """
    _check_by(by, [name for name in FIRST_ORDER_COLUMNS if name in orders.table.columns])
    table = orders.table.select("customer_id", "ordered_at", "revenue", by)
    found = customer_query(table, orders.end, cut=False)
    return found.select(
        customer=found.customer_id.hash(), cohort=found[f"first_{by}"].fill_null(NO_VALUE)
    )


def _check_by(by: str, present: list[str]) -> None:
    if by in FIRST_ORDER_COLUMNS and by in present:
        return
    wrong = (
        f"The orders have no column {by!r}"
        if by in FIRST_ORDER_COLUMNS
        else f"There are no cohorts by {by!r}"
    )
    choice = (
        f"Choose one of {', '.join(present)}, or"
        if present
        else "They have no other that makes cohorts:"
    )
    raise DataError(f"{wrong}. {choice} take cohorts by the period of the first order.")


def _table(
    found: pd.DataFrame, period: str, end: date, by_value: bool, partial: bool
) -> pd.DataFrame:
    """Return `cohort_table` from sums by cohort, age and, at age 0, number of the period joined in."""
    last = last_period(period, end, whole=not partial)
    over = last == last_period(period, end, whole=True)
    codes, cohorts = pd.factorize(found["cohort"], sort=True)
    new = (found["age"] == 0).to_numpy()
    begun = found["joined"].to_numpy()[new].astype(int)
    first = begun.min(initial=last)
    shape = len(cohorts), last - first + 1
    joined = _spread(codes[new], begun - first, found["active"][new], shape)
    sums = {name: _spread(codes, found["age"].to_numpy(int), found[name], shape) for name in _SUMS}
    # Who joined in the last period but one has ages 0 and 1, and so on.
    observed = np.cumsum(joined, axis=1)[:, ::-1]
    complete = np.full(shape, True) if over else joined[:, ::-1] == 0
    cohort, age = np.nonzero(observed)
    if not by_value:
        cohorts = period_starts(np.asarray(cohorts, dtype=np.int64), period)
    size, of = joined.sum(axis=1)[cohort], np.maximum(observed, 1)
    per_customer = {
        name: np.cumsum(sums[name] / of, axis=1)[cohort, age] for name in ("orders", "revenue")
    }
    return pd.DataFrame(
        {
            "cohort": np.asarray(cohorts)[cohort]
            if not by_value
            else pd.array(cohorts, dtype="str")[cohort],
            "age": age,
            "customers": size.astype(np.int64),
            "small": size < ENOUGH,
            "observed": observed[cohort, age].astype(np.int64),
            "active": sums["active"][cohort, age].astype(np.int64),
            "share": (sums["active"] / of)[cohort, age],
            "orders": sums["orders"][cohort, age].astype(np.int64),
            "revenue": sums["revenue"][cohort, age],
            "cumulative_orders": per_customer["orders"],
            "cumulative_revenue": per_customer["revenue"],
            "complete": complete[cohort, age],
        }
    )


def _spread(
    row: np.ndarray, column: np.ndarray, values: pd.Series, shape: tuple[int, int]
) -> np.ndarray:
    """Add values up in a matrix."""
    flat = np.bincount(
        row * shape[1] + column, values.fillna(0).to_numpy(float), minlength=shape[0] * shape[1]
    )
    return flat.reshape(shape)
