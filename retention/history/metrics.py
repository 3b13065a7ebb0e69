"""The metrics of a scorecard: what each is, its value in a period, and its 95 % interval."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from retention.history.order_history import MONEY_COLUMNS, OrderHistory
from retention.history.period_counts import PeriodCounts, quartiles
from retention.statistics import METRIC_LEVEL, normal_width, weighted_quantile, wilson

MetricKind = Literal["rate", "money", "number", "count", "days"]
_WIDTH = normal_width(METRIC_LEVEL)


@dataclass(frozen=True, slots=True)
class Metric:
    """A number on the scorecard.

    Attributes:
        label: Its name.
        kind: Its unit: "rate" (a fraction), "money", "number" (such as orders a customer),
            "count" or "days".
        better: 1 where more is better, -1 where less is better, 0 where it depends.
        definition: How it is computed, in a sentence.
        needs: The orders that it is computed from. "period": those of the period alone. "past":
            also who ordered before the period, and when. "age": those of all customers so far,
            so that it grows with the age of the orders.
    """

    label: str
    kind: MetricKind
    better: Literal[-1, 0, 1]
    definition: str
    needs: Literal["period", "past", "age"] = "period"


class _Interval(NamedTuple):
    """The ends of a 95 % interval, and the customers or waits `n` that it rests on."""

    low: float
    high: float
    n: float


METRICS: dict[str, Metric] = {
    "customer_retention_rate": Metric(
        label="Customer retention rate",
        kind="rate",
        better=1,
        definition="(Active customers at the end − those of them who are new in the period) / "
        "active customers at the start. Customers won back count as kept, so it can exceed 100%.",
        needs="past",
    ),
    "retained_share": Metric(
        label="Start's customers still active",
        kind="rate",
        better=1,
        definition="Of the customers active at the start, the share who are active at the end. "
        "Customers won back do not count.",
        needs="past",
    ),
    "churn_rate": Metric(
        label="Churn rate",
        kind="rate",
        better=-1,
        definition="Of the customers active at the start, the share who are not active at the end.",
        needs="past",
    ),
    "repeat_purchase_rate": Metric(
        label="Repeat purchase rate",
        kind="rate",
        better=1,
        definition="Of the customers who ordered in the period, the share with two or more orders "
        "by its end, whenever the first was. Two orders on one day are two.",
        needs="past",
    ),
    "repeat_within_90_days": Metric(
        label="Repeat within 90 days",
        kind="rate",
        better=1,
        definition="Of the customers whose first order came 90 days before a day of the period, "
        "the share with a second order within these 90 days.",
        needs="past",
    ),
    "average_order_value": Metric(
        label="Average order value",
        kind="money",
        better=1,
        definition="Revenue / orders, free orders included.",
    ),
    "orders_per_customer": Metric(
        label="Orders per customer",
        kind="number",
        better=1,
        definition="Orders in the period / customers who ordered in it.",
    ),
    "revenue_per_customer": Metric(
        label="Revenue per customer",
        kind="money",
        better=1,
        definition="Revenue in the period / customers who ordered in it.",
    ),
    "days_to_second_order": Metric(
        label="First to second order",
        kind="days",
        better=-1,
        definition="Median days from a customer's first to the second order, of second orders "
        "placed in the period. Customers still waiting are not in it; as a store grows older, "
        "late second orders of old customers lengthen it.",
        needs="past",
    ),
    "days_between_orders": Metric(
        label="Between two orders",
        kind="days",
        better=-1,
        definition="Median days between an order and the customer's order before it, of orders "
        "placed in the period.",
        needs="past",
    ),
    "days_since_last_order": Metric(
        label="Since the last order",
        kind="days",
        better=0,
        definition="Median days from the last order of each customer so far to the last day of the "
        "period (purchase recency).",
        needs="age",
    ),
    "revenue": Metric(
        label="Revenue",
        kind="money",
        better=1,
        definition="What the orders of the period brought, net of refunds.",
    ),
    "orders": Metric(
        label="Orders",
        kind="count",
        better=1,
        definition="Orders placed in the period.",
    ),
    "customers": Metric(
        label="Customers",
        kind="count",
        better=1,
        definition="Customers who ordered in the period.",
    ),
    "new_customers": Metric(
        label="New customers",
        kind="count",
        better=1,
        definition="Customers whose first order falls into the period.",
        needs="past",
    ),
    "returning_customers": Metric(
        label="Returning customers",
        kind="count",
        better=1,
        definition="Customers who ordered in the period and had ordered before it.",
        needs="past",
    ),
    "returning_revenue_share": Metric(
        label="Revenue from returning customers",
        kind="rate",
        better=0,
        definition="Share of the period's revenue from customers who had ordered before the "
        "period.",
        needs="past",
    ),
    "new_order_value": Metric(
        label="Order value of new customers",
        kind="money",
        better=1,
        definition="Revenue / orders of customers whose first order falls into the period.",
        needs="past",
    ),
    "returning_order_value": Metric(
        label="Order value of returning customers",
        kind="money",
        better=1,
        definition="Revenue / orders of customers who had ordered before the period.",
        needs="past",
    ),
    "discount_share": Metric(
        label="Discount share",
        kind="rate",
        better=-1,
        definition="Discounts / (discounts + revenue) of the period's orders.",
    ),
    "refund_share": Metric(
        label="Refund share",
        kind="rate",
        better=-1,
        definition="Refunded so far / (refunded + revenue) of the period's orders. Refunds of its "
        "latest orders may still come.",
    ),
}

#: The metrics that the amounts of orders make; without amounts they are NaN.
IN_MONEY = frozenset(name for name, metric in METRICS.items() if metric.kind == "money") | {
    "returning_revenue_share",
    "discount_share",
    "refund_share",
}


#: Metrics that add up: these are more or less, and no customer behaves better or worse for it.
TOTALS = frozenset({"revenue", "orders", "customers", "new_customers", "returning_customers"})
#: Metrics of the customers who were active when the period began.
OF_THE_ACTIVE = ("customer_retention_rate", "retained_share", "churn_rate")


def metrics_of(counts: PeriodCounts) -> tuple[str, ...]:
    """Return the metrics that these orders can have: without amounts none of `IN_MONEY`."""
    has_amounts = not np.isnan(counts.revenue)
    return tuple(name for name in METRICS if has_amounts or name not in IN_MONEY)


def metric_values(counts: PeriodCounts) -> dict[str, float]:
    """Return every metric of a period.

    Args:
        counts: From `count_period`.

    Returns:
        By the key of the metric, its value in its unit; NaN where it cannot be computed from the
        file.
    """
    second_wait, wait, silence = (
        float(quartiles(spread)[1])
        for spread in (counts.second_waits, counts.waits, counts.silences)
    )
    returning_revenue = counts.revenue - counts.new_revenue
    returning_orders = counts.orders - counts.new_orders
    return {
        "customer_retention_rate": _ratio(counts.end - counts.new_at_end, counts.start),
        "retained_share": _ratio(counts.kept, counts.start),
        "churn_rate": _ratio(counts.start - counts.kept, counts.start),
        "repeat_purchase_rate": _ratio(counts.repeat, counts.customers),
        "repeat_within_90_days": _ratio(counts.came_back, counts.first_timers),
        "average_order_value": _ratio(counts.revenue, counts.orders),
        "orders_per_customer": _ratio(counts.orders, counts.customers),
        "revenue_per_customer": _ratio(counts.revenue, counts.customers),
        "days_to_second_order": second_wait,
        "days_between_orders": wait,
        "days_since_last_order": silence,
        "revenue": counts.revenue,
        "orders": float(counts.orders),
        "customers": float(counts.customers),
        "new_customers": float(counts.new),
        "returning_customers": float(counts.returning),
        "returning_revenue_share": _ratio(returning_revenue, counts.revenue),
        "new_order_value": _ratio(counts.new_revenue, counts.new_orders),
        "returning_order_value": _ratio(returning_revenue, returning_orders),
        "discount_share": _ratio(counts.discount, counts.discount + counts.revenue),
        "refund_share": _ratio(counts.refunded, counts.refunded + counts.revenue),
    }


def measure(history: OrderHistory, counts: PeriodCounts) -> pd.DataFrame:
    """Return the metrics of a period with their 95 % intervals.

    Customers count as drawn independently from all customers that the store might have had. Where
    few customers (about 150) spend very differently, the intervals of order values hold the truth
    in about 90 % of cases.

    Args:
        history: From `history_of`.
        counts: From `count_period`.

    Returns:
        A row a metric (index: the keys of `METRICS`) with the columns:

        - `value`: in the metric's unit;
        - `low`, `high`: the ends of its 95 % interval;
        - `n`: the customers or waits that the interval rests on.

        Shares of customers have Wilson's intervals. Those of medians come from the order
        statistics, those of money and orders from the spread between customers.
    """
    values = metric_values(counts)
    intervals = (
        _share_intervals(counts)
        | _wait_intervals(history, counts, values["days_between_orders"])
        | _total_intervals(history, counts, values)
    )
    frame = pd.DataFrame({"value": values}, index=list(METRICS), dtype=float)
    ends = pd.DataFrame.from_dict(
        intervals, orient="index", columns=list(_Interval._fields), dtype=float
    )
    return frame.join(ends)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan


def _share_intervals(counts: PeriodCounts) -> dict[str, _Interval]:
    shares = {
        "retained_share": (counts.kept, counts.start),
        "churn_rate": (counts.start - counts.kept, counts.start),
        "repeat_purchase_rate": (counts.repeat, counts.customers),
        "repeat_within_90_days": (counts.came_back, counts.first_timers),
    }
    intervals = {"customer_retention_rate": _retention_interval(counts)}
    for name, (part, whole) in shares.items():
        low, high = wilson(part, whole)
        intervals[name] = _Interval(low=float(low), high=float(high), n=whole)
    return intervals


def _retention_interval(counts: PeriodCounts) -> _Interval:
    """Kept customers are a share of the start's; customers won back are a Poisson number."""
    if not counts.start:
        return _Interval(low=np.nan, high=np.nan, n=0)
    low, high = wilson(counts.kept, counts.start)
    won_back = counts.end - counts.new_at_end - counts.kept
    kept, value = counts.kept / counts.start, (counts.kept + won_back) / counts.start
    width = _WIDTH * np.sqrt(won_back) / counts.start
    return _Interval(
        low=float(value - np.hypot(kept - low, width)),
        high=float(value + np.hypot(high - kept, width)),
        n=counts.start,
    )


def _wait_intervals(
    history: OrderHistory, counts: PeriodCounts, median_wait: float
) -> dict[str, _Interval]:
    return {
        "days_to_second_order": _median_interval(counts.second_waits),
        "days_between_orders": _median_interval(
            counts.waits, _clustering(history, counts, median_wait)
        ),
        "days_since_last_order": _median_interval(counts.silences),
    }


def _median_interval(spread: pd.DataFrame, stretch: float = 1.0) -> _Interval:
    """The order statistics within the ranks that a binomial variable leaves open.

    The ranks are `stretch` times as far apart.

    Source: Conover (1999), section 3.2; for clusters Woodruff (1952), Journal of the American
    Statistical Association 47.
    """
    days, weights = spread["days"].to_numpy(float), spread.iloc[:, 1].to_numpy()
    number = int(weights.sum())
    if not number:
        return _Interval(low=np.nan, high=np.nan, n=0)
    width = stretch * _WIDTH / (2 * np.sqrt(number))
    low, high = weighted_quantile(days, weights, np.clip([0.5 - width, 0.5 + width], 0, 1))
    return _Interval(low=float(low), high=float(high), n=number)


def _clustering(history: OrderHistory, counts: PeriodCounts, median: float) -> float:
    """How much wider the interval is than if each wait came from another customer.

    The waits of one customer are alike.
    """
    begin, end = history.number(counts.period.start), history.number(counts.period.end)
    rows = history.sample[
        (history.sample["next_day"] >= begin) & (history.sample["next_day"] < end)
    ]
    is_short = rows["next_day"] - rows["day"] <= median
    of_customer = is_short.groupby(rows["customer"]).agg(["sum", "size"])
    short, waits = of_customer["sum"].to_numpy(float), of_customer["size"].to_numpy(float)
    error = _relative_error(short, waits) * short.sum() / waits.sum() if len(waits) else np.nan
    return max(1.0, 2 * error * np.sqrt(waits.sum())) if np.isfinite(error) else 1.0


def _total_intervals(
    history: OrderHistory, counts: PeriodCounts, values: dict[str, float]
) -> dict[str, _Interval]:
    """The intervals of sums over customers, and of ratios of such sums."""
    customers = _sampled_customers(history, counts)
    # The error of all customers of the period, from the error of the sample.
    scale = np.sqrt(len(customers) / counts.customers) if counts.customers else np.nan
    bases = {"new": counts.new, "returning": counts.returning}
    intervals = {}
    for name, (part, whole) in _parts_and_wholes(customers).items():
        error = _relative_error(part, whole) * scale
        number = bases.get(name.split("_")[0], counts.customers)
        width = stdtrit(max(number - 1, 1), 0.5 + METRIC_LEVEL / 2) * error
        intervals[name] = _Interval(
            low=float(values[name] * np.exp(-width)),
            high=float(values[name] * np.exp(width)),
            n=number,
        )
    return intervals


def _sampled_customers(history: OrderHistory, counts: PeriodCounts) -> pd.DataFrame:
    """Return the sampled customers of a period: `orders`, sums of money and whether `new`."""
    begin, end = history.number(counts.period.start), history.number(counts.period.end)
    rows = history.sample[(history.sample["day"] >= begin) & (history.sample["day"] < end)]
    customers = rows.groupby("customer").agg(
        orders=("day", "size"),
        first=("first_day", "first"),
        **{name: (name, "sum") for name in ("revenue", *MONEY_COLUMNS) if name in rows},
    )
    return customers.assign(new=customers["first"] >= begin)


def _parts_and_wholes(
    customers: pd.DataFrame,
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Return what a metric adds up over customers, and what it divides by; None for a total."""
    one, new = np.ones(len(customers)), customers["new"].to_numpy(bool)
    revenue, orders = customers["revenue"].to_numpy(float), customers["orders"].to_numpy(float)
    pairs: dict[str, tuple[np.ndarray, np.ndarray | None]] = {
        "average_order_value": (revenue, orders),
        "orders_per_customer": (orders, one),
        "revenue_per_customer": (revenue, one),
        "revenue": (revenue, None),
        "orders": (orders, None),
        "customers": (one, None),
        "new_customers": (1.0 * new, None),
        "returning_customers": (1.0 * ~new, None),
        "returning_revenue_share": (revenue * ~new, revenue),
        "new_order_value": (revenue * new, orders * new),
        "returning_order_value": (revenue * ~new, orders * ~new),
    }
    for name, column in (("discount_share", "discount"), ("refund_share", "refunded")):
        if column in customers:
            part = customers[column].to_numpy(float)
            pairs[name] = part, part + revenue
    return pairs


def _relative_error(part: np.ndarray, whole: np.ndarray | None) -> float:
    """The standard error of a sum over customers, or of a ratio of sums, as a share of it.

    Source: the jackknife of a ratio of totals, customers left out one at a time (Cochran 1977,
    section 6.17).
    """
    total = part.sum()
    if total <= 0 or (whole is not None and whole.sum() <= 0):
        return np.nan
    if whole is None:
        # The number of customers is Poisson.
        return float(np.sqrt((part**2).sum()) / total)
    weight = whole / whole.sum()
    if weight.max() == 1:
        return np.nan
    deviation = (part - whole * (total / whole.sum())) / (1 - weight)
    return float(np.sqrt((deviation**2).sum()) / total)
