"""The thresholds that shape segments: their bounds, defaults and words."""

import math
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from retention.display import displayed
from retention.errors import DataError
from retention.validation import check_choice, is_number

Stage = Literal["new", "first_time", "repeat", "loyal", "vip", "at_risk", "lapsed"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""Lifecycle stages; every customer has exactly one."""

Trait = Literal["big_spender", "high_order_value", "full_price", "discount_shopper", "ready_to_buy"]
TRAITS: tuple[Trait, ...] = get_args(Trait)
"""Traits; a customer may have several or none."""

ValueUnit = Literal["percentile", "money"]
VALUE_UNITS: tuple[ValueUnit, ...] = get_args(ValueUnit)
ThresholdUnit = Literal["days", "orders", "share", "value"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a control needs to know about one threshold.

    The bounds and the step of a value are percentiles, since those in money depend on the store.

    Attributes:
        label: The name of the control.
        help: The definition, in a sentence.
        unit: "days", "orders", "share" (a fraction) or "value": a percentile or money, as
            `SegmentRules.value_unit` says.
        low: The smallest value.
        high: The largest value.
        step: The difference between two neighbouring values.
    """

    label: str
    help: str
    unit: ThresholdUnit
    low: float
    high: float
    step: float


def _threshold(
    default: float,
    label: str,
    help: str,
    *,
    unit: ThresholdUnit,
    low: float,
    high: float,
    step: float,
) -> Any:
    threshold = Threshold(label=label, help=help, unit=unit, low=low, high=high, step=step)
    return field(default=default, metadata={"threshold": threshold})


def _days(default: int, label: str, help: str) -> Any:
    return _threshold(default, label, help, unit="days", low=1, high=730, step=1)


def _value(default: float, label: str, help: str) -> Any:
    return _threshold(default, label, help, unit="value", low=50.0, high=99.0, step=1.0)


@displayed
@dataclass(frozen=True, slots=True)
class SegmentRules:
    """Thresholds of the lifecycle stages and traits; the days are the published scheme's.

    Days count from the last order to the observation end. A customer is active below the days of
    "at risk", at risk from there to the days of "lapsed" inclusive, and lapsed beyond. One pair of
    thresholds holds for customers with one order, one for repeat customers and one for loyal
    customers. Repeat customers have 2 orders up to one less than `loyal_orders`.

    A percentile of 90 means the top 10 %. Customers who tie across the edge stay out, so that
    identical customers never stand out.

    Attributes:
        new_days: One order: days from which a customer is no longer new.
        one_order_lapsed: One order: the last day before a customer is lapsed.
        repeat_at_risk: Repeat customers: days from which they are at risk.
        repeat_lapsed: Repeat customers: the last day before they are lapsed.
        loyal_at_risk: Loyal customers: days from which they are at risk.
        loyal_lapsed: Loyal customers: the last day before they are lapsed.
        loyal_orders: Orders from which a customer is loyal instead of repeat.
        vip_orders: Orders that a VIP has at least.
        vip_value: Expected value (`cltv`) of a VIP, in `value_unit`.
        spender_value: Past revenue of a big spender, in `value_unit`.
        order_value: Average order value that counts as high, in `value_unit`.
        full_price: The largest share of discounts of a full-price customer.
        discount_shopper: The smallest share of discounts of a discount shopper.
        ready_days: Days within which a customer who is ready to buy orders.
        ready_probability: The smallest probability to order within `ready_days`.
        value_unit: "percentile" of all customers, or "money".

    Raises:
        DataError: A threshold is out of bounds, or two of them contradict each other.

    Source of the days: Barilliance, retention strategies (2021). Exactly two orders count as
    repeat.
    """

    new_days: int = _days(
        30,
        "New for fewer than",
        "A customer who bought once counts as new until this number of days has passed, and as "
        "first-time after it.",
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
    loyal_orders: int = _threshold(
        4,
        "Loyal from",
        "Orders from which a customer counts as loyal instead of repeat.",
        unit="orders",
        low=3,
        high=20,
        step=1,
    )
    vip_orders: int = _threshold(
        2,
        "VIP needs at least",
        "Orders a VIP has made. One order is never enough: "
        "after a single order nobody's loyalty is known.",
        unit="orders",
        low=2,
        high=20,
        step=1,
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
    full_price: float = _threshold(
        0.02,
        "Full price: discount up to",
        "Discounts up to this share of the undiscounted price still count as full price.",
        unit="share",
        low=0.0,
        high=0.6,
        step=0.01,
    )
    discount_shopper: float = _threshold(
        0.15,
        "Discount shopper: discount from",
        "Discounts from this share of the undiscounted price make a discount shopper.",
        unit="share",
        low=0.0,
        high=0.6,
        step=0.01,
    )
    ready_days: int = _threshold(
        30,
        "Ready to buy within",
        "How many days ahead to look for the next order.",
        unit="days",
        low=1,
        high=365,
        step=1,
    )
    ready_probability: float = _threshold(
        0.3,
        "Ready to buy: probability from",
        "Customers whose probability of at least one order in those days reaches this "
        "are ready to buy.",
        unit="share",
        low=0.0,
        high=1.0,
        step=0.01,
    )
    value_unit: ValueUnit = "percentile"

    def __post_init__(self) -> None:
        check_choice("value_unit", self.value_unit, VALUE_UNITS)
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
    """Return every threshold of `SegmentRules`.

    Returns:
        The thresholds by field name.
    """
    return {
        setting.name: setting.metadata["threshold"]
        for setting in fields(SegmentRules)
        if "threshold" in setting.metadata
    }


def defaults() -> dict[str, float]:
    """Return the default of every threshold.

    Returns:
        The defaults by field name.
    """
    return {name: getattr(_PUBLISHED, name) for name in thresholds()}


def _check_bounds(name: str, value: object, threshold: Threshold, value_unit: ValueUnit) -> None:
    if not is_number(value):
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


_PUBLISHED = SegmentRules()
