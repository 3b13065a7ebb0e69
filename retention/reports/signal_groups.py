"""Do promoters come back more often? Repeat rates of the groups that a signal makes."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.orders.orders import Orders
from retention.reports.breakdown_verdict import compare_rates
from retention.statistics import wilson
from retention.validation import rows_of

#: Days after an answer in which an order counts as one that followed it.
AFTER_DAYS = 90
#: What the row of customers without a value is called.
NO_ANSWER = "No answer"


def signal_groups(
    customers: pd.DataFrame,
    groups: pd.Series,
    *,
    answered_on: pd.Series | None = None,
    orders: Orders | None = None,
    after_days: int = AFTER_DAYS,
) -> pd.DataFrame:
    """Return the repeat purchase rate of each group of customers, with its range.

    It is an association, not a cause: who is content buys more, and who buys more is asked more
    often. What customers ordered after their answer says more than what they did before it.

    Args:
        customers: From `summarise_customers`.
        groups: Each customer's group by a signal, such as `nps_group`; missing without an answer.
            It is matched by its index.
        answered_on: The day of each customer's answer, for what was ordered after it.
        orders: The orders, for the same.
        after_days: Days after an answer in which an order counts.

    Returns:
        A row a group (index: its name, in the order of a category or of the alphabet), and one of
        customers without an answer at the end. The columns:

        - `customers`, `repeat_purchase_rate` (customers with purchases on two days or more), with
          `_low` and `_high` (95 % interval);
        - `compare_low` to `compare_high`: where the rate lies beside `average`, the rate of all
          who answered (95 %, for all groups at once);
        - `verdict`: "more", "less", "no clear difference", or "too little data" below 30 customers
          in the group or in all others. Empty for those without an answer;
        - with `answered_on` and `orders`: `asked`, the customers who answered at least `after_days`
          before the end of the orders; `ordered_after_rate` of them within `after_days` after the
          day of their answer, with `_low` and `_high` (95 % interval).

    Raises:
        DataError: No customer has an answer.
    """
    named = groups.reindex(customers.index)
    if not named.notna().any():
        raise DataError("No customer has an answer, so there are no groups to compare.")
    if not isinstance(named.dtype, pd.CategoricalDtype):
        named = named.astype("category")
    named = named.cat.remove_unused_categories().cat.add_categories([NO_ANSWER])
    named = named.fillna(NO_ANSWER)
    again = customers["frequency"] > 0
    counts = _counts(again, named)
    values = counts[["customers"]].join(_rates(counts, "repeat_purchase_rate"))
    answered = counts.drop(index=NO_ANSWER)
    compared = compare_rates(answered["yes"], answered["customers"], answered["customers"].sum())
    values = values.join(compared)
    values["verdict"] = values["verdict"].fillna("")
    if answered_on is not None and orders is not None:
        values = values.join(_after(customers.index, named, answered_on, orders, after_days))
    shown: pd.DataFrame = values[values["customers"] > 0]
    return shown.rename_axis("group")


def _counts(yes: pd.Series, groups: pd.Series) -> pd.DataFrame:
    counts = yes.groupby(groups, observed=False).agg(["size", "sum"])
    counts = counts.set_axis(["customers", "yes"], axis=1).astype(float)
    return counts.set_index(pd.Index(counts.index.astype("str"))).astype({"customers": int})


def _rates(counts: pd.DataFrame, name: str) -> pd.DataFrame:
    low, high = wilson(counts["yes"], counts["customers"])
    rate = counts["yes"] / counts["customers"].replace(0, np.nan)
    return pd.DataFrame({name: rate, f"{name}_low": low, f"{name}_high": high}, index=counts.index)


def _after(
    customers: pd.Index, groups: pd.Series, answered_on: pd.Series, orders: Orders, days: int
) -> pd.DataFrame:
    """How many of those who answered early enough ordered after the day of their answer."""
    on = rows_of(answered_on.to_frame("day"), customers)["day"]
    last = pd.Timestamp(orders.end) - pd.Timedelta(days=days)
    early = on.notna() & (on <= last) & (groups != NO_ANSWER)
    ordered = _order_days(orders, on[early]) if early.any() else pd.DataFrame(columns=["id", "day"])
    wait = (ordered["day"] - ordered["id"].map(on)).dt.days if len(ordered) else pd.Series()
    came = set(ordered["id"][wait.between(1, days)]) if len(ordered) else set()
    did = pd.Series(customers.isin(list(came)), index=customers)
    counts = _counts(did[early], groups[early])
    rates = _rates(counts, "ordered_after_rate")
    return rates.assign(asked=counts["customers"])


def _order_days(orders: Orders, answered_on: pd.Series) -> pd.DataFrame:
    """The days of the orders since the first answer of the customers who answered."""
    table = orders.table
    since = ibis.literal(answered_on.min().date())
    rows = table.filter(table.ordered_at.date() >= since)
    days = rows.select(id=rows.customer_id, day=rows.ordered_at.date()).distinct().to_pandas()
    days = days[days["id"].isin(answered_on.index)]
    with_days: pd.DataFrame = days.assign(day=pd.to_datetime(days["day"]))
    return with_days
