"""Signals beside the orders: reviews, complaints, subscriptions, carts left behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from retention.customers.contacts import frame_by_customer, orders_with_turn
from retention.customers.summary import FIRST_ORDER_COLUMNS
from retention.errors import DataError
from retention.orders.orders import Orders
from retention.periods import as_date

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: A rating of at most this share of the best one given is a poor one: 2 of 5 stars.
POOR_SHARE = 0.4
#: A subscription is taken to run on for this number of days after its latest order,
SUBSCRIBED_DAYS = 60
#: or for this number of the customer's own mean waits between such orders, where that is longer,
SUBSCRIBED_WAITS = 1.5
#: but never for more days than this.
SUBSCRIBED_DAYS_AT_MOST = 183

_SIGNALS = (
    "last_rating",
    "rated_on",
    "subscribed",
    "subscribed_products",
    "complained_on",
    "cart_abandoned_on",
)
_DAYS = ("rated_on", "complained_on", "cart_abandoned_on")


def signals(orders: Orders, as_of: date | str | pd.Timestamp | None = None) -> pd.DataFrame:
    """Return what each customer's orders say beside money.

    Args:
        orders: The orders, e.g. from `read_orders`.
        as_of: The day up to which to look, included. Unless given, it is the last day of the
            orders, and carts may be later.

    Returns:
        A frame indexed by `customer_id` (text, sorted as by `summarise_customers`) with those of
        the following columns that the orders bring:

        - `last_rating`, `rated_on`: the score on the latest order with one, and that order's day;
        - `subscribed`: whether the latest order of a subscription is recent. That is at most
          `SUBSCRIBED_DAYS` old. Where the customer's own mean wait between such orders is long, it
          is `SUBSCRIBED_WAITS` times that wait, up to `SUBSCRIBED_DAYS_AT_MOST`;
        - `subscribed_products`: a sorted tuple of the products in a subscriber's subscription
          orders of the last `SUBSCRIBED_DAYS_AT_MOST` days; empty for everybody else;
        - `complained_on`: the day of the latest order with an open complaint;
        - `cart_abandoned_on`: the day of the latest cart left behind, unless an order followed it;
        - `last_channel`, `last_region`, `last_category`, `last_product`, `last_coupon`: the value
          on the latest order, missing where that order has none.

        Days are timestamps at midnight, missing where there is none. Customers without an order by
        `as_of` are absent.

    Raises:
        DataError: `as_of` is not a date, or there is no order by then.
    """
    day = orders.end if as_of is None else as_date(as_of)
    table = orders.table
    if day < orders.end:
        import ibis

        table = table.filter(table.ordered_at.date() <= ibis.literal(day))
    frame = frame_by_customer(_latest_facts(table))
    if frame.empty:
        raise DataError(
            f"There is no order up to {day}: the orders begin on {orders.start}. Pick a later day."
        )
    if "subscription" in table.columns:
        frame = _with_subscriptions(frame, table, day)
    carts = _carts(orders, None if as_of is None else day)
    if carts is not None:
        left_on = carts.reindex(frame.index)
        # A cart that an order followed is done with.
        frame["cart_abandoned_on"] = left_on.where(left_on >= frame["last_order"])
    for name in _DAYS:
        if name in frame:
            frame[name] = pd.to_datetime(frame[name]).dt.normalize()
    columns = (*_SIGNALS, *(f"last_{name}" for name in FIRST_ORDER_COLUMNS))
    return frame[[name for name in columns if name in frame]]


def _latest_facts(table: ir.Table) -> ir.Table:
    """A query of each customer's `last_order` and of what the orders say beside it."""
    names = [name for name in FIRST_ORDER_COLUMNS if name in table.columns]
    kept = [name for name in ("rating", "complaint") if name in table.columns]
    turns = orders_with_turn(table, [*names, *kept])
    # An aggregate by turn would pass over the orders without a value.
    facts: dict[str, ir.Value] = {
        f"last_{name}": turns[name].fill_null("").argmax(turns.turn).nullif("") for name in names
    }
    if "rating" in kept:
        rated = turns.rating.notnull()
        facts["last_rating"] = turns.rating.argmax(turns.turn, where=rated)
        facts["rated_on"] = turns.ordered_at.max(where=rated)
    if "complaint" in kept:
        facts["complained_on"] = turns.ordered_at.max(where=turns.complaint.fill_null(False))
    return turns.group_by("customer_id").agg(last_order=turns.ordered_at.max(), **facts)


def _with_subscriptions(frame: pd.DataFrame, table: ir.Table, day: date) -> pd.DataFrame:
    own = table.filter(table.subscription.fill_null(False))
    query = own.group_by("customer_id").agg(
        number=own.count(), since=own.ordered_at.min(), latest=own.ordered_at.max()
    )
    subscriptions = frame_by_customer(query).reindex(frame.index)
    since, latest = (
        pd.to_datetime(subscriptions[name]).dt.normalize() for name in ("since", "latest")
    )
    waits = (subscriptions["number"] - 1).where(subscriptions["number"] > 1)
    mean_wait = (latest - since).dt.days / waits
    runs_on = (SUBSCRIBED_WAITS * mean_wait).clip(SUBSCRIBED_DAYS, SUBSCRIBED_DAYS_AT_MOST)
    silence = (pd.Timestamp(day) - latest).dt.days
    subscribed = silence <= runs_on.fillna(SUBSCRIBED_DAYS)
    frame = frame.assign(subscribed=subscribed.to_numpy(bool))
    if "product" not in table.columns:
        return frame
    return frame.assign(subscribed_products=_recent_products(own, frame["subscribed"], day))


def _recent_products(table: ir.Table, subscribed: pd.Series, day: date) -> pd.Series:
    """The products of each subscriber's recent orders of a subscription, sorted, as a tuple."""
    import ibis

    since = ibis.literal(day - timedelta(days=SUBSCRIBED_DAYS_AT_MOST))
    recent = table.filter(table.ordered_at.date() >= since)
    recent = recent.filter(recent["product"].notnull())
    bought = recent.select("customer_id", "product").distinct().to_pandas()
    bought = bought.sort_values("product", kind="stable")
    products: list[tuple[str, ...]] = [()] * len(subscribed)
    is_subscribed = subscribed.tolist()
    rows = subscribed.index.get_indexer(bought["customer_id"]).tolist()
    for row, product in zip(rows, bought["product"], strict=True):
        if is_subscribed[row]:
            products[row] += (product,)
    return pd.Series(products, index=subscribed.index, dtype=object)


def _carts(orders: Orders, day: date | None) -> pd.Series | None:
    """Each customer's latest cart left behind, by a day if one is given.

    None where the orders say nothing of carts.
    """
    import ibis

    table = orders.table
    sources = []
    if "abandoned" in table.columns:
        sources.append(table.filter(table.abandoned.notnull()).select("customer_id", "abandoned"))
    if orders.carts is not None:
        sources.append(orders.carts.select("customer_id", "abandoned"))
    if not sources:
        return None
    carts = ibis.union(*sources) if len(sources) > 1 else sources[0]
    if day is not None:
        carts = carts.filter(carts.abandoned.date() <= ibis.literal(day))
    latest = carts.group_by("customer_id").agg(abandoned=carts.abandoned.max())
    return frame_by_customer(latest)["abandoned"]
