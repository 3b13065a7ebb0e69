"""What each customer of a test did in its window, and what was to be expected of them before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention.campaigns.offers import Offer
from retention.customers.summary import summarise_customers
from retention.errors import DataError
from retention.models.cltv import fit_cltv, predict_cltv
from retention.models.model import CltvModel
from retention.models.season.index import day_number
from retention.orders.orders import Orders

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: What a test measures of each customer, and the column that foresees it from earlier orders.
COVARIATES = {
    "bought": "expected_bought",
    "orders": "expected_orders",
    "revenue": "expected_revenue",
    "margin": "expected_margin",
    "year_margin": "expected_year_margin",
}
#: What the models read of a customer.
_HISTORY = ("frequency", "recency", "T", "monetary_value", "initial_spend", "first_order")
#: The days over which a campaign's effect is followed by the model.
YEAR = 365


def window_days(orders: Orders, start: date, end: date) -> pd.DataFrame:
    """Return what customers ordered on each day of a window, counted where the orders are.

    Args:
        orders: The orders.
        start: The first day that counts.
        end: The last day that counts.

    Returns:
        A row for each customer and day with an order, sorted by both: `customer_id`, `day` (0 for
        the first one), `orders`, `revenue` (net of refunds, in money; NaN without amounts) and
        `discount` (in money; NaN where the orders know of none).
    """
    import ibis

    inside = _inside(orders, start, end)
    since = inside.ordered_at.date().delta(ibis.literal(start), unit="day")
    sums = {"orders": inside.count()}
    if orders.has_amounts:
        sums["revenue"] = inside.revenue.sum()
    if "discount" in inside.columns:
        sums["discount"] = inside.discount.fill_null(0.0).sum()
    query = inside.group_by("customer_id", day=since).agg(**sums)
    frame: pd.DataFrame = query.to_pandas()
    for column in ("revenue", "discount"):
        if column not in frame:
            frame[column] = np.nan
    frame = frame.astype({"day": "int64", "orders": float, "revenue": float, "discount": float})
    return frame.sort_values(["customer_id", "day"], ignore_index=True)


def _inside(orders: Orders, start: date, end: date) -> ir.Table:
    """The orders of a window."""
    import ibis

    day = orders.table.ordered_at.date()
    return orders.table.filter((day >= ibis.literal(start)) & (day <= ibis.literal(end)))


def window_offers(orders: Orders, start: date, end: date) -> pd.DataFrame:
    """Return which orders of a window carried money off, counted where the orders are.

    Args:
        orders: The orders.
        start: The first day that counts.
        end: The last day that counts.

    Returns:
        A row for each customer with an order, indexed by `customer_id`: `orders`, `discounted`
        (orders with a discount above 0), `discount` (in money) and `with_coupon` (orders that name
        a coupon). What the orders have no column of is 0.
    """
    inside = _inside(orders, start, end)
    sums = {"orders": inside.count()}
    if "discount" in inside.columns:
        off = inside.discount.fill_null(0.0)
        sums |= {"discounted": (off > 0).cast("int64").sum(), "discount": off.sum()}
    if "coupon" in inside.columns:
        named = inside.coupon.fill_null("").strip() != ""
        sums["with_coupon"] = named.cast("int64").sum()
    counted: pd.DataFrame = inside.group_by("customer_id").agg(**sums).to_pandas()
    columns = ["orders", "discounted", "discount", "with_coupon"]
    frame = counted.set_index("customer_id").reindex(columns=columns, fill_value=0.0)
    return frame.astype(float)


def customers_until(orders: Orders, end: date) -> pd.Index:
    """Return the customers who have a valid order by the end of a day.

    Args:
        orders: The orders.
        end: The last day that counts.
    """
    import ibis

    by_then = orders.table.filter(orders.table.ordered_at.date() <= ibis.literal(end))
    known: pd.Index = pd.Index(by_then.select("customer_id").distinct().to_pandas()["customer_id"])
    return known


def outcomes_of(days: pd.DataFrame) -> pd.DataFrame:
    """Return what each customer did in the whole window.

    Args:
        days: From `window_days`.

    Returns:
        A row for each customer who ordered, indexed by `customer_id`: `first_day`, `bought` (1.0),
        `orders`, `revenue`, `discount`, and `first_value`, the mean value of an order of the first
        day.
    """
    by_customer = days.groupby("customer_id", sort=True)
    outcomes = by_customer[["orders", "revenue", "discount"]].sum(min_count=1)
    first = days.drop_duplicates("customer_id").set_index("customer_id")
    return outcomes.assign(
        bought=1.0,
        first_day=first["day"],
        first_value=first["revenue"] / first["orders"],
    )


def margin_of(
    outcomes: pd.DataFrame, margin: float, offer: Offer, *, addressed: pd.Series
) -> pd.Series:
    """Return what each customer's orders left after the goods and the offer, in money.

    Paid revenue is net of money off. The goods cost the same share of the price before it. Where
    the orders know their discounts, those count in both groups. Otherwise each customer addressed
    is taken to have used the offer on the first order.

    Args:
        outcomes: Of customers, as `outcomes_of` returns them; 0 of those who did not order.
        margin: The share of the price that is left after the goods.
        offer: What was offered.
        addressed: Whether each customer of `outcomes` got the campaign.

    Returns:
        The margins, with the outcomes' index. Messages are not taken off.
    """
    kept = margin * outcomes["revenue"]
    used = addressed & (outcomes["orders"] > 0)
    if offer.kind in ("amount", "percentage"):
        if discounts_are_known(outcomes):
            return kept - (1 - margin) * outcomes["discount"].fillna(0.0)
        off = (
            outcomes["first_value"] * offer.value / (1 - offer.value)
            if offer.kind == "percentage" and offer.value < 1
            else pd.Series(offer.fixed, index=outcomes.index)
        )
        return kept - (1 - margin) * (off * used).fillna(0.0)
    return kept - offer.fixed * used


def discounts_are_known(outcomes: pd.DataFrame) -> bool:
    """Return whether some order of the window has a discount that the orders know of."""
    return bool((outcomes["discount"] > 0).any())


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedBefore:
    """What was to be expected of customers before a window.

    Attributes:
        customers: A row for each customer with an order before it, indexed by `customer_id`:
            `expected_bought`, `expected_orders` and, where the orders have amounts,
            `expected_order_value`, `expected_revenue` and `expected_year_revenue` (of a year from
            the start). Beside them `orders_before`, `revenue_before` and `days_since`.
        histories: `frequency`, `recency`, `T`, `monetary_value`, `initial_spend` and `first_order`,
            as `summarise_customers` has them.
        model: The one that expected it.
    """

    customers: pd.DataFrame
    histories: pd.DataFrame
    model: CltvModel


def expected_before(
    orders: Orders, start: date, days: int, model: CltvModel | None = None
) -> ExpectedBefore:
    """Return what customers were to be expected to order in a window, known before it.

    Args:
        orders: The orders; those from the start on are not looked at.
        start: The first day of the window.
        days: How long it is.
        model: From `fit_cltv`, fitted to orders before the start; fitted here unless given.

    Returns:
        What was expected of each customer.

    Raises:
        DataError: There is no order before the start, or the model knows later ones.
        ModelError: The orders before the start carry no model.
    """
    customers = summarise_customers(orders, as_of=start - timedelta(days=1))
    model = fit_cltv(customers) if model is None else model
    if model.today is not None and model.today >= day_number(start):
        raise DataError(
            "The forecast was fitted to orders of the test's own days. Fit it to the customers as "
            f"they were on the day before {start}."
        )

    def scores(horizon: int) -> pd.DataFrame:
        return predict_cltv(
            model, customers, horizon_days=horizon, annual_discount_rate=0.0, intervals=False
        )

    window = scores(max(days, 1))
    expected = pd.DataFrame(
        {
            "expected_bought": window["p_purchase"],
            "expected_orders": window["expected_orders"],
            "orders_before": customers["orders"].astype(float),
            "revenue_before": customers["revenue"].astype(float),
            "days_since": (customers["T"] - customers["recency"]).astype(float),
        }
    )
    if "expected_order_value" in window:
        value = window["expected_order_value"]
        expected["expected_order_value"] = value
        expected["expected_revenue"] = window["expected_orders"] * value
        expected["expected_year_revenue"] = scores(YEAR)["expected_orders"] * value
    return ExpectedBefore(customers=expected, histories=customers[list(_HISTORY)], model=model)


def expected_later(
    before: ExpectedBefore, days: pd.DataFrame, start: date, until: date
) -> pd.Series:
    """Return what customers will order from the end of a window to a year from its start.

    The model is the one from before the campaign. The window's orders say that a customer is still
    there, and nothing about how often: an order with a coupon is no new habit.

    Args:
        before: From `expected_before`.
        days: From `window_days`.
        start: The first day of the window.
        until: The last day of the window.

    Returns:
        Expected orders of each customer with an order up to `until`, by `customer_id`.
    """
    passed = (until - start).days + 1
    by_customer = days.groupby("customer_id")["day"].agg(["min", "max"])
    histories = before.histories.copy()
    # The season is told from the days themselves: what is carried along ends before the window.
    histories.attrs.clear()
    last = by_customer["max"].reindex(histories.index)
    # The last day before the start is day -1. A customer with one purchase has no recency.
    came = (last.notna() & (histories["frequency"] > 0)).to_numpy()
    histories.loc[came, "recency"] = (histories["T"] + last + 1)[came].astype("int64")
    histories["T"] += passed
    first = by_customer["min"][histories.index.get_indexer(by_customer.index) < 0]
    if len(first):
        new = pd.DataFrame(
            {
                **dict.fromkeys(("frequency", "recency"), 0),
                "T": (passed - 1 - first).astype("int64"),
                **dict.fromkeys(("monetary_value", "initial_spend"), 0.0),
                "first_order": pd.Timestamp(start) + pd.to_timedelta(first, unit="D"),
            },
            index=first.index,
        )
        histories = pd.concat([histories, new])
    rest = YEAR - passed
    scores = predict_cltv(
        before.model,
        histories,
        horizon_days=max(rest, 1),
        annual_discount_rate=0.0,
        intervals=False,
    )
    expected: pd.Series = scores["expected_orders"] * float(rest > 0)
    return expected
