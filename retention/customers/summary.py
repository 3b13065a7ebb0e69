"""Orders to one row per customer: the history that the models, the segments and the tables read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention.daily_repeats import DailyRepeats, carry
from retention.engines import rows_by_customer
from retention.errors import DataError
from retention.orders.orders import Orders
from retention.periods import as_date

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

#: Columns whose value on the first order says where a customer came from.
FIRST_ORDER_COLUMNS = ("channel", "region", "category", "product", "coupon")

# Where all later orders were free, a customer's revenue is that of the first day but for rounding
# in the sums. A share of the revenue this small is that rounding, not spend.
_ROUNDING = 1e-9


def summarise_customers(
    orders: Orders, as_of: date | str | pd.Timestamp | None = None
) -> pd.DataFrame:
    """Summarise orders into one row per customer, by the definitions of the purchase models.

    Several orders of a customer on one day are one purchase, as in the papers: `frequency` counts
    the days on which the customer came back.

    The frame carries the repeat purchases of each day along in its attributes. From them `fit_cltv`
    tells the season.

    Args:
        orders: The orders, e.g. from `read_orders`.
        as_of: The day up to which to look, included; the last day of the orders unless given.
            Later orders are left out, and customers without an order by then are absent.

    Returns:
        A frame indexed by `customer_id` (text, sorted), with

        - `frequency`: days with a purchase after the first such day;
        - `recency`: days from the first to the last purchase day, 0 for one-time buyers;
        - `T`: days from the first purchase day to `as_of`;
        - `monetary_value`: mean spend of a repeat purchase day, 0 for one-time buyers;
        - `initial_spend`: spend of the first purchase day;
        - `first_order`, `last_order`: the first and the last purchase day;
        - `orders`: number of orders, `revenue`: their sum, `average_order_value`: revenue / orders;
          all three are NaN where the orders have no amounts, as are `monetary_value` and
          `initial_spend`;
        - `discount_share`: discount / (discount + revenue); NaN where the file has no discount or
          the customer never had a price to discount;
        - `first_channel`, `first_region`, `first_category`, `first_product`, `first_coupon` where
          the orders have them: the value on the first order. Where several orders share that first
          moment, it is the alphabetically first of their values.

    Raises:
        DataError: `as_of` is not a date, or there is no order by then.

    Source: Fader, Hardie and Lee (2005), Marketing Science 24, for (frequency, recency, T); Fader
    and Hardie, note 025, for the monetary value of repeat purchases.
    """
    day = orders.end if as_of is None else as_date(as_of)
    cut = day < orders.end
    # First the days: what the engine needs for them is free again before the customers come.
    by_day = purchases_by_day(orders.table, day, cut).to_pandas()
    query = customer_query(orders.table, day, cut)
    customers = customer_table(rows_by_customer(query), orders.start, day)
    return carry(customers, daily_repeats(by_day, np.bincount(customers["T"]), day))


def summarise_histories(
    orders: Orders, as_of: date | str | pd.Timestamp | None = None
) -> pd.DataFrame:
    """Summarise orders into one row for each distinct history, counted where the orders are.

    That is all that `fit_cltv` needs of the customers, and far less than a row for each travels:
    most one-time buyers share their history.

    Args:
        orders: The orders, e.g. from `read_orders`.
        as_of: As in `summarise_customers`.

    Returns:
        A frame, sorted by its first five columns, with `frequency`, `recency`, `T`,
        `monetary_value` and `initial_spend` as in `summarise_customers`, `customers` (how many have
        this history) and `revenue` (their sum). One-time buyers of a day who have paid are one
        history, and their `initial_spend` is the mean: no model learns from more. It carries the
        repeat purchases of each day along, too.

    Raises:
        DataError: `as_of` is not a date, or there is no order by then.
    """
    day = orders.end if as_of is None else as_date(as_of)
    cut = day < orders.end
    frame: pd.DataFrame = history_query(orders.table, day, cut).to_pandas()
    if frame.empty:
        raise _no_orders(orders.start, day)
    numbers = dict.fromkeys(("frequency", "recency", "T", "customers"), "int64")
    alone = (frame["frequency"] > 0) | ~(frame["initial_spend"] > 0)
    frame["initial_spend"] = frame["initial_spend"].where(
        alone, frame["revenue"] / frame["customers"]
    )
    histories = frame.astype(numbers).sort_values(list(frame.columns[:5]), ignore_index=True)
    first_purchases = np.bincount(histories["T"], histories["customers"])
    by_day = purchases_by_day(orders.table, day, cut).to_pandas()
    return carry(histories, daily_repeats(by_day, first_purchases, day))


def _up_to(table: ibis.Table, as_of: date, cut: bool) -> ibis.Table:
    import ibis

    return table.filter(table.ordered_at.date() <= ibis.literal(as_of)) if cut else table


def purchases_by_day(table: ibis.Table, as_of: date, cut: bool = True) -> ibis.Table:
    """Return how many customers bought on each day, as an Ibis expression, for any engine.

    Args:
        table: The canonical order table.
        as_of: The last day to look at.
        cut: Whether there may be orders after `as_of` to leave out.

    Returns:
        `since`, the days from `as_of` (negative before it), and `purchases`.
    """
    import ibis

    table = _up_to(table, as_of, cut)
    since = table.ordered_at.date().delta(ibis.literal(as_of), unit="day")
    return table.group_by(since=since).agg(purchases=table.customer_id.nunique())


def daily_repeats(by_day: pd.DataFrame, first_purchases: np.ndarray, as_of: date) -> DailyRepeats:
    """Return the repeat purchases of each day.

    Args:
        by_day: From `purchases_by_day`; days after `as_of` are left out.
        first_purchases: How many customers bought for the first time 0, 1, 2, ... days ago.
        as_of: The day that others are counted from.

    Returns:
        The counts, from the first purchase to `as_of`.
    """
    past = by_day[by_day["since"] <= 0]
    ago = -past["since"].to_numpy().astype(np.int64)
    purchases = np.bincount(ago, past["purchases"], minlength=len(first_purchases))
    repeats = (purchases - first_purchases)[::-1]
    return DailyRepeats(end=as_of, counts=repeats.round().astype(np.int64))


def history_query(table: ibis.Table, as_of: date, cut: bool = True) -> ibis.Table:
    """Return the aggregation behind `summarise_histories` as an Ibis expression, for any engine.

    Args:
        table: The canonical order table.
        as_of: The last day to look at.
        cut: Whether there may be orders after `as_of` to leave out.
    """
    import ibis

    customers = query_of_days(purchase_days(_up_to(table, as_of, cut)), as_of)
    frequency = customers.days - 1
    repeat_revenue = customers.revenue - customers.first_revenue
    is_paid = (frequency > 0) & (repeat_revenue > _ROUNDING * customers.revenue)
    histories = customers.select(
        "revenue",
        frequency=frequency,
        recency=customers.age - customers.silence,
        T=customers.age,
        # Rounded, so that sums that differ in their last digits alone are one history.
        monetary_value=ibis.ifelse(is_paid, (repeat_revenue / frequency).round(9), 0.0),
        # That of one-time buyers would tell nearly all of them apart: it only says who has paid.
        initial_spend=ibis.ifelse(
            (frequency > 0) | ~(customers.first_revenue > 0), customers.first_revenue.round(9), 1.0
        ),
    )
    return histories.group_by("frequency", "recency", "T", "monetary_value", "initial_spend").agg(
        customers=histories.count(), revenue=histories.revenue.sum()
    )


def _no_orders(start: date, as_of: date) -> DataError:
    return DataError(
        f"There is no order up to {as_of}: the orders begin on {start}. Pick a later day."
    )


def customer_query(table: ibis.Table, as_of: date, cut: bool = True) -> ibis.Table:
    """Return the aggregation behind `summarise_customers` as an Ibis expression, for any engine.

    Args:
        table: The canonical order table.
        as_of: The last day to look at.
        cut: Whether there may be orders after `as_of` to leave out.

    Returns:
        What `query_of_days` gives, and `first_*` where the table has them.
    """
    table = _up_to(table, as_of, cut)
    customers = query_of_days(purchase_days(table), as_of)
    present = [name for name in FIRST_ORDER_COLUMNS if name in table.columns]
    if present:
        customers = customers.join(_first_orders(table, present), "customer_id")
    return customers


def purchase_days(table: ibis.Table) -> ibis.Table:
    """Return the orders summed up by customer and day.

    Args:
        table: The canonical order table.

    Returns:
        One row per customer and `day` with an order: `orders`, and `revenue` and `discount` where
        they are known.
    """
    sums = {name: table[name].sum() for name in ("revenue", "discount") if name in table.columns}
    return table.group_by(table.customer_id, day=table.ordered_at.date()).agg(
        orders=table.count(), **sums
    )


def query_of_days(days: ibis.Table, as_of: date, later: bool = False) -> ibis.Table:
    """Return the aggregation of purchase days into customers.

    Args:
        days: From `purchase_days`.
        as_of: The last day to look at.
        later: Whether there are days after `as_of`, to be told apart: `later_orders` (purchase
            days) and `later_revenue`. Customers who first bought then are left out.

    Returns:
        One row per customer:

        - `days`: purchase days;
        - `age`, `silence`: days from the first and the last purchase day to `as_of`;
        - `orders`, `revenue`: in all;
        - `first_revenue`: of the first purchase day;
        - `discount`: where the table has it.
    """
    import ibis

    known: ibis.Value = days.day <= ibis.literal(as_of) if later else None
    sums = {
        name: days[name].sum(where=known)
        for name in ("orders", "revenue", "discount")
        if name in days.columns
    }
    if later:
        sums |= {
            "later_orders": days.count(where=~known),
            "later_revenue": days.revenue.sum(where=~known).fill_null(0.0),
        }
    customers = days.group_by("customer_id").agg(
        days=days.count(where=known),
        first_day=days.day.min(),
        last_day=days.day.max(where=known),
        first_revenue=days.revenue.argmin(days.day),
        **sums,
    )
    if later:
        customers = customers.filter(customers.days > 0)
    return customers.mutate(
        age=ibis.literal(as_of).delta(customers.first_day, unit="day"),
        silence=ibis.literal(as_of).delta(customers.last_day, unit="day"),
    ).drop("first_day", "last_day")


def _first_orders(table: ibis.Table, names: list[str]) -> ibis.Table:
    # A join on the first moment rather than "the value at the smallest date": orders of the same
    # moment then give the same answer on every run and every engine.
    first = table.group_by("customer_id").agg(ordered_at=table.ordered_at.min())
    rows = table.select("customer_id", "ordered_at", *names).semi_join(
        first, ["customer_id", "ordered_at"]
    )
    return rows.group_by("customer_id").agg(**{f"first_{name}": rows[name].min() for name in names})


def customer_table(rows: pa.Table, start: date, as_of: date) -> pd.DataFrame:
    """Return the customers as `summarise_customers` describes them.

    Args:
        rows: The result of `customer_query` or `query_of_days`.
        start: The first order day.
        as_of: The last day of the query.

    Returns:
        The frame of `summarise_customers`, with those of the `first_*` columns that the rows have.

    Raises:
        DataError: There are no customers.
    """
    if not rows.num_rows:
        raise _no_orders(start, as_of)

    def column(name: str, kind: type = np.int64) -> np.ndarray:
        # Arrow's own memory cannot be written to; all else needs no copy.
        return np.require(rows[name].to_numpy(), kind, "W")

    revenue, number = column("revenue", float), column("orders")
    frequency = column("days") - 1
    age, silence = column("age"), column("silence")
    first_revenue = column("first_revenue", float)
    repeat_revenue = revenue - first_revenue
    repeat_revenue = np.where(
        (frequency > 0) & (repeat_revenue > _ROUNDING * revenue), repeat_revenue, 0.0
    )
    # Without amounts nothing is known of spend: a zero would say that it was free.
    repeat_revenue[np.isnan(revenue)] = np.nan
    end = np.datetime64(as_of, "s")
    columns = {
        "frequency": frequency,
        "recency": age - silence,
        "T": age,
        "monetary_value": repeat_revenue / np.maximum(frequency, 1),
        "initial_spend": first_revenue,
        "first_order": end - age.astype("timedelta64[D]"),
        "last_order": end - silence.astype("timedelta64[D]"),
        "orders": number,
        "revenue": revenue,
        "average_order_value": revenue / number,
        "discount_share": np.full(len(revenue), np.nan),
    }
    if "discount" in rows.column_names:
        discount = np.nan_to_num(column("discount", float))
        listed = discount + revenue
        np.divide(discount, listed, out=columns["discount_share"], where=listed > 0)
        # A 15 % coupon is 0.15, whatever order the sums were taken in: thresholds lie at such round
        # shares.
        columns["discount_share"] = columns["discount_share"].round(9)
    for name in FIRST_ORDER_COLUMNS:
        if f"first_{name}" in rows.column_names:
            columns[f"first_{name}"] = rows[f"first_{name}"].to_pandas().array
    customers = pd.Index(rows["customer_id"].to_pandas(), name="customer_id")
    return pd.DataFrame(columns, index=customers, copy=False)
