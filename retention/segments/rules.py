"""The thresholds that shape segments: their bounds, defaults and words, and the sentences they make."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from numbers import Real

from retention.errors import DataError

STAGES = ("new", "first_time", "repeat", "loyal", "vip", "at_risk", "lapsed")
"""Lifecycle stages; every customer has exactly one."""

TRAITS = ("big_spender", "high_order_value", "full_price", "discount_shopper", "ready_to_buy")
"""Traits; a customer may have several or none."""

VALUE_UNITS = ("percentile", "money")


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a control needs to know about one threshold.

    `unit` is "days", "orders", "share" (a fraction), or "value": a percentile or money, as
    `SegmentRules.value_unit` says; `low`, `high` and `step` of a value are percentiles, since money's
    depend on the store.
    """

    label: str
    help: str
    unit: str
    low: float
    high: float
    step: float


def _days(default: int, label: str, help: str) -> int:
    return field(default=default, metadata={"threshold": Threshold(label, help, "days", 1, 730, 1)})


def _value(default: float, label: str, help: str) -> float:
    return field(
        default=default, metadata={"threshold": Threshold(label, help, "value", 50.0, 99.0, 1.0)}
    )


def _other(
    default: float, label: str, help: str, unit: str, low: float, high: float, step: float
) -> float:
    return field(
        default=default, metadata={"threshold": Threshold(label, help, unit, low, high, step)}
    )


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """Thresholds of the lifecycle stages and traits; the days are the published scheme's.

    Days count from the last order to the observation end. A customer is active below `..._at_risk` days, at
    risk from there to `..._lapsed` days inclusive, and lapsed beyond. One threshold pair holds for
    customers with one order, one for repeat customers (2 orders up to one less than `loyal_orders`), one
    for loyal customers.

    `vip_value` is measured in expected value (`cltv`), `spender_value` in past revenue, `order_value` in
    the average order value: in percentiles of all customers or in money, as `value_unit` says. A percentile
    of 90 means the top 10 %; customers who tie across the edge stay out, so that identical customers never
    stand out.

    Raises DataError where a threshold is out of bounds or two of them contradict each other.
    Source of the days: Barilliance, retention strategies (2021); exactly two orders count as repeat.
    """

    new_days: int = _days(
        30,
        "New for fewer than",
        "Somebody who bought once counts as new until so many days have passed; then comes first-time.",
    )
    one_order_lapsed: int = _days(
        90,
        "One order: lapsed after",
        "Days since the only order after which the customer counts as lapsed.",
    )
    repeat_at_risk: int = _days(
        60,
        "Repeat: at risk from",
        "Days since the last order from which a repeat customer counts as at risk.",
    )
    repeat_lapsed: int = _days(
        120,
        "Repeat: lapsed after",
        "Days since the last order after which a repeat customer counts as lapsed.",
    )
    loyal_at_risk: int = _days(
        90,
        "Loyal: at risk from",
        "Days since the last order from which a loyal customer counts as at risk.",
    )
    loyal_lapsed: int = _days(
        180,
        "Loyal: lapsed after",
        "Days since the last order after which a loyal customer counts as lapsed.",
    )
    loyal_orders: int = _other(
        4,
        "Loyal from",
        "Orders from which a customer counts as loyal instead of repeat.",
        "orders",
        3,
        20,
        1,
    )
    vip_orders: int = _other(
        2,
        "VIP needs at least",
        "Orders a VIP has made. One order is never enough: after a single order nobody's loyalty is known.",
        "orders",
        2,
        20,
        1,
    )
    vip_value: float = _value(
        90.0,
        "VIP: expected value from",
        "Active repeat or loyal customers whose expected value reaches this are VIP.",
    )
    spender_value: float = _value(
        90.0,
        "Big spender: revenue so far from",
        "Customers whose past revenue reaches this are big spenders.",
    )
    order_value: float = _value(
        80.0,
        "High order value: average order from",
        "Customers whose average order reaches this have a high order value.",
    )
    full_price: float = _other(
        0.02,
        "Full price: discount up to",
        "Discounts up to this share of the undiscounted price still count as full price.",
        "share",
        0.0,
        0.6,
        0.01,
    )
    discount_shopper: float = _other(
        0.15,
        "Discount shopper: discount from",
        "Discounts from this share of the undiscounted price make a discount shopper.",
        "share",
        0.0,
        0.6,
        0.01,
    )
    ready_days: int = _other(
        30,
        "Ready to buy within",
        "How many days ahead to look for the next order.",
        "days",
        1,
        365,
        1,
    )
    ready_probability: float = _other(
        0.3,
        "Ready to buy: probability from",
        "Customers whose probability of at least one order in those days reaches this are ready to buy.",
        "share",
        0.0,
        1.0,
        0.01,
    )
    value_unit: str = "percentile"

    def __post_init__(self) -> None:
        if self.value_unit not in VALUE_UNITS:
            raise DataError(f"value_unit is {self.value_unit!r}; it is 'percentile' or 'money'.")
        for name, threshold in thresholds().items():
            _check_bounds(name, getattr(self, name), threshold, self.value_unit)
        for low, high in (
            ("new_days", "one_order_lapsed"),
            ("repeat_at_risk", "repeat_lapsed"),
            ("loyal_at_risk", "loyal_lapsed"),
            ("full_price", "discount_shopper"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise DataError(
                    f"{low} ({getattr(self, low)}) is above {high} ({getattr(self, high)}), which "
                    f"leaves customers in two groups at once. Lower {low} or raise {high}."
                )


def thresholds() -> dict[str, Threshold]:
    """Every threshold of `SegmentRules` by field name, with its label, help, unit, bounds and step."""
    return {
        f.name: f.metadata["threshold"] for f in fields(SegmentRules) if "threshold" in f.metadata
    }


def defaults() -> dict[str, float]:
    """The default of every threshold by field name."""
    return {f.name: f.default for f in fields(SegmentRules) if "threshold" in f.metadata}


def describe_rules(
    rules: SegmentRules,
    currency: str | None = None,
    cutoffs: Mapping[str, float] | None = None,
    write_money: Callable[[float, str | None], str] | None = None,
) -> dict[str, str]:
    """Each stage's and trait's definition in words, with the numbers in force.

    `cutoffs` (from `value_cutoffs`) adds what a percentile comes to in money; `write_money` writes an amount
    with its `currency`. No definition contradicts another: the stages are disjoint as they read.

    >>> describe_rules(SegmentRules())["at_risk"]
    '2 or 3 orders and 60 to 120 days since the last, or 4 orders or more and 90 to 180 days.'
    """
    repeats = _repeat_orders(rules.loyal_orders)
    loyals = f"{rules.loyal_orders} orders or more"
    cutoffs, money = cutoffs or {}, write_money or _money

    def value(name: str, threshold: float) -> str:
        if rules.value_unit == "money":
            return f"of {money(threshold, currency)} or more"
        top = f"in the top {100 - threshold:g}%"
        cutoff = cutoffs.get(name)
        if cutoff is None:
            return top
        return (
            f"{top} ({money(cutoff, currency)} or more)"
            if math.isfinite(cutoff)
            else f"{top} (nobody stands out)"
        )

    return {
        "new": f"One order, less than {_plural(rules.new_days)} ago.",
        "first_time": (
            f"One order, {_band(rules.new_days, rules.one_order_lapsed)} ago: the second order is to be won."
        ),
        "repeat": f"{repeats}, the last one less than {_plural(rules.repeat_at_risk)} ago, and not VIP.",
        "loyal": f"{loyals}, the last one less than {_plural(rules.loyal_at_risk)} ago, and not VIP.",
        "vip": (
            f"As active as repeat or loyal customers are, {rules.vip_orders} orders or more, "
            f"and an expected value {value('vip', rules.vip_value)}."
        ),
        "at_risk": (
            f"{repeats} and {_band(rules.repeat_at_risk, rules.repeat_lapsed)} since the last, "
            f"or {loyals} and {_band(rules.loyal_at_risk, rules.loyal_lapsed)}."
        ),
        "lapsed": (
            f"More than {_plural(rules.one_order_lapsed)} since the last order after one order, "
            f"{rules.repeat_lapsed} after {repeats.lower()}, {rules.loyal_lapsed} after {loyals}."
        ),
        "big_spender": f"Revenue so far {value('big_spender', rules.spender_value)}.",
        "high_order_value": f"Average order {value('high_order_value', rules.order_value)}.",
        "full_price": f"At most {rules.full_price:.0%} of the undiscounted price taken as discounts.",
        "discount_shopper": (
            f"{rules.discount_shopper:.0%} or more of the undiscounted price taken as discounts."
        ),
        "ready_to_buy": (
            f"Probability of {rules.ready_probability:.0%} or more to order within {_plural(rules.ready_days)}."
        ),
    }


def _check_bounds(name: str, value: float, threshold: Threshold, value_unit: str) -> None:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise DataError(f"{name} is {value!r}; it needs to be a number.")
    low, high = threshold.low, threshold.high
    if threshold.unit == "value":
        # Sliders start at the median; a script may cut anywhere.
        low, high = (0, 100) if value_unit == "percentile" else (0, math.inf)
    elif threshold.unit in ("days", "orders") and value != int(value):
        raise DataError(f"{name} is {value!r}; it needs to be a whole number of {threshold.unit}.")
    if not low <= value <= high:
        limit = f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
        raise DataError(f"{name} is {value!r}; it needs to be {limit}.")


def _band(low: int, high: int) -> str:
    return _plural(high) if low == high else f"{low} to {_plural(high)}"


def _repeat_orders(loyal_orders: int) -> str:
    if loyal_orders == 3:
        return "2 orders"
    return "2 or 3 orders" if loyal_orders == 4 else f"2 to {loyal_orders - 1} orders"


def _plural(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


def _money(amount: float, currency: str | None) -> str:
    return (
        f"{currency + ' ' if currency else ''}{amount:,.0f}"
        if amount >= 100
        else (f"{currency + ' ' if currency else ''}{amount:,.2f}")
    )
