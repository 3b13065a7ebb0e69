"""Signals beside the orders: reviews, complaints, subscriptions, carts left behind."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.customers.contacts import frame_by_customer, orders_with_turn
from retention.customers.summary import FIRST_ORDER_COLUMNS
from retention.errors import DataError
from retention.orders.orders import Orders
from retention.periods import as_date

#: A rating of at most this share of the best one given is a poor one: 2 of 5 stars.
POOR_SHARE = 0.4


#: A subscription is taken to run on for so many days after its latest order,
SUBSCRIBED_DAYS = 60


#: or for so many of the customer's own mean waits between such orders, where that is longer,
SUBSCRIBED_WAITS = 1.5


#: but never for more days than this.
SUBSCRIBED_DAYS_AT_MOST = 183


def signals(orders: Orders, as_of: date | str | pd.Timestamp | None = None) -> pd.DataFrame:
    """Return what each customer's orders tell beside money: reviews, subscriptions, complaints, carts left behind.

    Args:
        orders: The orders, e.g. from `read_orders`.
        as_of: The day up to which to look, included. Unless given, the last day of the orders; carts may be later.

    Returns:
        A frame indexed by `customer_id` (text, sorted as by `summarise_customers`) with those of the following columns
        that the orders bring:

        - `last_rating`, `rated_on`: the score on the latest order with one, and that order's day;
        - `subscribed`: whether the latest order of a subscription is no older than `SUBSCRIBED_DAYS`, or than
          `SUBSCRIBED_WAITS` times the customer's own mean wait between such orders where that is longer, up to
          `SUBSCRIBED_DAYS_AT_MOST`;
        - `subscribed_products`: a tuple of the products of the subscriber's orders that belong to a subscription and
          lie within `SUBSCRIBED_DAYS_AT_MOST`, sorted; empty for everybody else;
        - `complained_on`: the day of the latest order with an open complaint;
        - `cart_abandoned_on`: the day of the latest cart left behind, unless an order followed it;
        - `last_channel`, `last_region`, `last_category`, `last_product`, `last_coupon`: the value on the latest order,
          missing where that order has none.

        Days are timestamps at midnight, missing where there is none. Customers without an order by `as_of` are absent.

    Raises:
        DataError: `as_of` is not a date, or there is no order by then.
    """
    day = orders.end if as_of is None else as_date(as_of)
    table = orders.table
    if day < orders.end:
        table = table.filter(table.ordered_at.date() <= ibis.literal(day))
    names = [name for name in FIRST_ORDER_COLUMNS if name in table.columns]
    kept = [name for name in ("rating", "complaint") if name in table.columns]
    told = orders_with_turn(table, [*names, *kept])
    # An aggregate by turn would pass over the orders without a value.
    facts: dict[str, ir.Value] = {
        f"last_{name}": told[name].fill_null("").argmax(told.turn).nullif("") for name in names
    }
    if "rating" in kept:
        rated = told.rating.notnull()
        facts["last_rating"] = told.rating.argmax(told.turn, where=rated)
        facts["rated_on"] = told.ordered_at.max(where=rated)
    if "complaint" in kept:
        facts["complained_on"] = told.ordered_at.max(where=told.complaint.fill_null(False))
    query = told.group_by("customer_id").agg(last_order=told.ordered_at.max(), **facts)
    frame = frame_by_customer(query)
    if frame.empty:
        raise DataError(
            f"There is no order up to {day}: the orders begin on {orders.start}. Pick a later day."
        )
    if "subscription" in table.columns:
        frame = _with_subscriptions(frame, table, day)
    left = _carts(orders, None if as_of is None else day)
    if left is not None:
        found = left.reindex(frame.index)
        # A cart that an order followed is done with.
        frame["cart_abandoned_on"] = found.where(found >= frame["last_order"])
    for name in ("rated_on", "complained_on", "cart_abandoned_on"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name]).dt.normalize()
    order = (
        "last_rating",
        "rated_on",
        "subscribed",
        "subscribed_products",
        "complained_on",
        "cart_abandoned_on",
    )
    return frame[[name for name in (*order, *(f"last_{name}" for name in names)) if name in frame]]


def _with_subscriptions(frame: pd.DataFrame, table: ir.Table, day: date) -> pd.DataFrame:
    own = table.filter(table.subscription.fill_null(False))
    query = own.group_by("customer_id").agg(
        number=own.count(), since=own.ordered_at.min(), latest=own.ordered_at.max()
    )
    found = frame_by_customer(query).reindex(frame.index)
    since, latest = (pd.to_datetime(found[name]).dt.normalize() for name in ("since", "latest"))
    wait = (latest - since).dt.days / (found["number"] - 1).where(found["number"] > 1)
    lasts = (
        (SUBSCRIBED_WAITS * wait)
        .clip(SUBSCRIBED_DAYS, SUBSCRIBED_DAYS_AT_MOST)
        .fillna(SUBSCRIBED_DAYS)
    )
    frame = frame.assign(subscribed=((pd.Timestamp(day) - latest).dt.days <= lasts).to_numpy(bool))
    if "product" not in table.columns:
        return frame
    recent = own.filter(
        own.ordered_at.date() >= ibis.literal(day - timedelta(days=SUBSCRIBED_DAYS_AT_MOST))
    )
    bought = (
        recent.filter(recent["product"].notnull())
        .select("customer_id", "product")
        .distinct()
        .to_pandas()
    )
    bought = bought.sort_values("product", kind="stable")
    listed, subscribed = [()] * len(frame), frame["subscribed"].tolist()
    for place, product in zip(
        frame.index.get_indexer(bought["customer_id"]).tolist(), bought["product"], strict=True
    ):
        if subscribed[place]:
            listed[place] += (product,)
    return frame.assign(subscribed_products=pd.Series(listed, index=frame.index, dtype=object))


def _carts(orders: Orders, day: date | None) -> pd.Series | None:
    """Each customer's latest cart left behind, by `day` if one is given; None where nothing tells of carts."""
    table, found = orders.table, []
    if "abandoned" in table.columns:
        found.append(table.filter(table.abandoned.notnull()).select("customer_id", "abandoned"))
    if orders.carts is not None:
        found.append(orders.carts.select("customer_id", "abandoned"))
    if not found:
        return None
    left = ibis.union(*found) if len(found) > 1 else found[0]
    if day is not None:
        left = left.filter(left.abandoned.date() <= ibis.literal(day))
    return frame_by_customer(left.group_by("customer_id").agg(abandoned=left.abandoned.max()))[
        "abandoned"
    ]
