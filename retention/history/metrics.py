"""The metrics of a scorecard: what each one is, its value in a period, and how far chance may have moved it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from retention.history.order_history import OrderHistory
from retention.history.period_counts import PeriodCounts, quartiles
from retention.statistics import METRIC_LEVEL, normal_width, weighted_quantile, wilson

_Z = normal_width(METRIC_LEVEL)


@dataclass(frozen=True, slots=True)
class Metric:
    """`kind` is "rate" (a fraction), "money", "number", "count" or "days"; `better` is 1 where more is better, -1 where
    less is, 0 where it depends.

    `needs` says what it is computed from: "period" where the period's own orders say it all, "past" where it matters
    who had ordered before it and when, "age" where it counts everybody so far and so grows with the age of the orders.
    """

    label: str
    kind: str
    better: int
    definition: str
    needs: str = "period"


METRICS = {
    "customer_retention_rate": Metric(
        "Customer retention rate",
        "rate",
        1,
        "(Active customers at the end − those of them who are new in the period) / active customers at the start. "
        "Customers won back count as kept, so it can exceed 100%.",
        needs="past",
    ),
    "retained_share": Metric(
        "Start's customers still active",
        "rate",
        1,
        "Of the customers active at the start, the share who are active at the end. Customers won back do not count.",
        needs="past",
    ),
    "churn_rate": Metric(
        "Churn rate",
        "rate",
        -1,
        "Of the customers active at the start, the share who are not active at the end.",
        needs="past",
    ),
    "repeat_purchase_rate": Metric(
        "Repeat purchase rate",
        "rate",
        1,
        "Of the customers who ordered in the period, the share with two or more orders by its end, whenever the first "
        "was. Two orders on one day are two.",
        needs="past",
    ),
    "average_order_value": Metric(
        "Average order value", "money", 1, "Revenue / orders, free orders included."
    ),
    "orders_per_customer": Metric(
        "Orders per customer", "number", 1, "Orders in the period / customers who ordered in it."
    ),
    "revenue_per_customer": Metric(
        "Revenue per customer", "money", 1, "Revenue in the period / customers who ordered in it."
    ),
    "days_to_second_order": Metric(
        "First to second order",
        "days",
        -1,
        "Median days from a customer's first to the second order, of second orders placed in the period. Customers "
        "still waiting are not in it; as a store grows older, late second orders of old customers lengthen it.",
        needs="past",
    ),
    "days_between_orders": Metric(
        "Between two orders",
        "days",
        -1,
        "Median days between an order and the customer's order before it, of orders placed in the period.",
        needs="past",
    ),
    "days_since_last_order": Metric(
        "Since the last order",
        "days",
        0,
        "Median days from the last order of each customer so far to the last day of the period (purchase recency).",
        needs="age",
    ),
    "revenue": Metric(
        "Revenue", "money", 1, "What the orders of the period brought, net of refunds."
    ),
    "orders": Metric("Orders", "count", 1, "Orders placed in the period."),
    "customers": Metric("Customers", "count", 1, "Customers who ordered in the period."),
    "new_customers": Metric(
        "New customers",
        "count",
        1,
        "Customers whose first order falls into the period.",
        needs="past",
    ),
    "returning_customers": Metric(
        "Returning customers",
        "count",
        1,
        "Customers who ordered in the period and had ordered before it.",
        needs="past",
    ),
    "returning_revenue_share": Metric(
        "Revenue from returning customers",
        "rate",
        0,
        "Share of the period's revenue from customers who had ordered before the period.",
        needs="past",
    ),
    "new_order_value": Metric(
        "Order value of new customers",
        "money",
        1,
        "Revenue / orders of customers whose first order falls into the period.",
        needs="past",
    ),
    "returning_order_value": Metric(
        "Order value of returning customers",
        "money",
        1,
        "Revenue / orders of customers who had ordered before the period.",
        needs="past",
    ),
    "discount_share": Metric(
        "Discount share", "rate", -1, "Discounts / (discounts + revenue) of the period's orders."
    ),
    "refund_share": Metric(
        "Refund share",
        "rate",
        -1,
        "Refunded so far / (refunded + revenue) of the period's orders. Refunds of its latest orders may still come.",
    ),
}


def metric_values(counts: PeriodCounts) -> dict[str, float]:
    """Return every metric of a period; NaN where there is nothing to divide by, or the file does not have it."""
    second, between, silence = (
        quartiles(part)[1] for part in (counts.second_waits, counts.waits, counts.silences)
    )
    back_revenue, back_orders = (
        counts.revenue - counts.new_revenue,
        counts.orders - counts.new_orders,
    )
    return {
        "customer_retention_rate": _ratio(counts.end - counts.new_at_end, counts.start),
        "retained_share": _ratio(counts.kept, counts.start),
        "churn_rate": _ratio(counts.start - counts.kept, counts.start),
        "repeat_purchase_rate": _ratio(counts.repeat, counts.customers),
        "average_order_value": _ratio(counts.revenue, counts.orders),
        "orders_per_customer": _ratio(counts.orders, counts.customers),
        "revenue_per_customer": _ratio(counts.revenue, counts.customers),
        "days_to_second_order": second,
        "days_between_orders": between,
        "days_since_last_order": silence,
        "revenue": counts.revenue,
        "orders": float(counts.orders),
        "customers": float(counts.customers),
        "new_customers": float(counts.new),
        "returning_customers": float(counts.returning),
        "returning_revenue_share": _ratio(back_revenue, counts.revenue),
        "new_order_value": _ratio(counts.new_revenue, counts.new_orders),
        "returning_order_value": _ratio(back_revenue, back_orders),
        "discount_share": _ratio(counts.discount, counts.discount + counts.revenue),
        "refund_share": _ratio(counts.refunded, counts.refunded + counts.revenue),
    }


def measure(history: OrderHistory, counts: PeriodCounts) -> pd.DataFrame:
    """Return the metrics of a period with what chance leaves open.

    Customers are taken as drawn independently from the customers that the store might have had. Where few customers
    spend very differently (some 150 of them), the intervals of order values hold the truth in about 90 % of cases.

    Returns:
        A row a metric (index: the keys of `METRICS`): `value`, `low`, `high` (95 % interval; Wilson's for shares of
        customers, from the order statistics for medians, from the spread between customers for money and orders)
        and `n`, the customers or waits that it rests on.
    """
    values = metric_values(counts)
    frame = pd.DataFrame({"value": values}, index=list(METRICS), dtype=float)
    frame[["low", "high", "n"]] = np.nan
    shares = {
        "retained_share": (counts.kept, counts.start),
        "churn_rate": (counts.start - counts.kept, counts.start),
        "repeat_purchase_rate": (counts.repeat, counts.customers),
    }
    for name, (some, of) in shares.items():
        frame.loc[name, ["low", "high", "n"]] = (*wilson(some, of), of)
    frame.loc["customer_retention_rate", ["low", "high", "n"]] = _retention_interval(counts)
    for name, spread, stretch in (
        ("days_to_second_order", counts.second_waits, 1.0),
        (
            "days_between_orders",
            counts.waits,
            _clustering(history, counts, values["days_between_orders"]),
        ),
        ("days_since_last_order", counts.silences, 1.0),
    ):
        frame.loc[name, ["low", "high", "n"]] = _median_interval(spread, stretch)
    for name, (error, of) in _relative_errors(history, counts).items():
        value, width = (
            frame.loc[name, "value"],
            t.ppf(0.5 + METRIC_LEVEL / 2, max(of - 1, 1)) * error,
        )
        frame.loc[name, ["low", "high", "n"]] = value * np.exp(-width), value * np.exp(width), of
    return frame


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan


def _retention_interval(counts: PeriodCounts) -> tuple[float, float, int]:
    """Of kept customers a share of the start's, of those won back a Poisson number."""
    if not counts.start:
        return np.nan, np.nan, 0
    low, high = wilson(counts.kept, counts.start)
    back = counts.end - counts.new_at_end - counts.kept
    kept, value = counts.kept / counts.start, (counts.kept + back) / counts.start
    others = _Z * np.sqrt(back) / counts.start
    return value - np.hypot(kept - low, others), value + np.hypot(high - kept, others), counts.start


def _median_interval(spread: pd.DataFrame, stretch: float) -> tuple[float, float, int]:
    """From the order statistics whose ranks a binomial variable leaves open, `stretch` times as far apart.

    Source: Conover (1999), section 3.2; for clusters Woodruff (1952), Journal of the American Statistical
    Association 47.
    """
    days, weights = spread["days"].to_numpy(float), spread.iloc[:, 1].to_numpy()
    number = int(weights.sum())
    if not number:
        return np.nan, np.nan, 0
    width = stretch * _Z / (2 * np.sqrt(number))
    low, high = weighted_quantile(days, weights, np.clip([0.5 - width, 0.5 + width], 0, 1))
    return float(low), float(high), number


def _clustering(history: OrderHistory, counts: PeriodCounts, median: float) -> float:
    """How much wider than for waits of different customers: those of one customer are like each other."""
    begin, end = history.number(counts.period.start), history.number(counts.period.end)
    rows = history.sample[
        (history.sample["next_day"] >= begin) & (history.sample["next_day"] < end)
    ]
    short = (
        (rows["next_day"] - rows["day"] <= median).groupby(rows["customer"]).agg(["sum", "size"])
    )
    some, of = short["sum"].to_numpy(float), short["size"].to_numpy(float)
    error = _relative_error(some, of) * some.sum() / of.sum() if len(of) else np.nan
    return max(1.0, 2 * error * np.sqrt(of.sum())) if np.isfinite(error) else 1.0


def _relative_errors(history: OrderHistory, counts: PeriodCounts) -> dict[str, tuple[float, int]]:
    """Standard errors, as a share of the value, of what is a sum or a ratio of sums over customers; and customers.

    Source: the jackknife of a ratio of totals, customers left out one at a time (Cochran 1977, section 6.17).
    """
    begin, end = history.number(counts.period.start), history.number(counts.period.end)
    rows = history.sample[(history.sample["day"] >= begin) & (history.sample["day"] < end)]
    orders = rows.groupby("customer").agg(
        orders=("day", "size"),
        first=("first_day", "first"),
        **{name: (name, "sum") for name in ("revenue", "discount", "refunded") if name in rows},
    )
    one, new = np.ones(len(orders)), (orders["first"] >= begin).to_numpy()
    revenue, placed = orders["revenue"].to_numpy(float), orders["orders"].to_numpy(float)
    pairs = {
        "average_order_value": (revenue, placed),
        "orders_per_customer": (placed, one),
        "revenue_per_customer": (revenue, one),
        "revenue": (revenue, None),
        "orders": (placed, None),
        "customers": (one, None),
        "new_customers": (1.0 * new, None),
        "returning_customers": (1.0 * ~new, None),
        "returning_revenue_share": (revenue * ~new, revenue),
        "new_order_value": (revenue * new, placed * new),
        "returning_order_value": (revenue * ~new, placed * ~new),
    }
    for name, column in (("discount_share", "discount"), ("refund_share", "refunded")):
        if column in orders:
            part = orders[column].to_numpy(float)
            pairs[name] = part, part + revenue
    # The sample's error, as that of all customers of the period.
    scale = np.sqrt(len(orders) / counts.customers) if counts.customers else np.nan
    of = {"new": counts.new, "returning": counts.returning}
    return {
        name: (_relative_error(*pair) * scale, of.get(name.split("_")[0], counts.customers))
        for name, pair in pairs.items()
    }


def _relative_error(part: np.ndarray, whole: np.ndarray | None) -> float:
    total = part.sum()
    if total <= 0 or (whole is not None and whole.sum() <= 0):
        return np.nan
    if whole is None:
        # A total is that of a Poisson number of customers.
        return float(np.sqrt((part**2).sum()) / total)
    weight = whole / whole.sum()
    if weight.max() == 1:
        return np.nan
    off = (part - whole * (total / whole.sum())) / (1 - weight)
    return float(np.sqrt((off**2).sum()) / total)
