"""The stages and traits in words: each one's definition with the numbers in force."""

import math
from collections.abc import Mapping

from retention import wording
from retention.segments.inputs import SegmentInputs, unavailable, value_cutoffs
from retention.segments.rules import SegmentRules


def describe_rules(
    rules: SegmentRules,
    currency: str | None = None,
    cutoffs: Mapping[str, float] | None = None,
) -> dict[str, str]:
    """Return each stage's and trait's definition in words, with the numbers in force.

    No definition contradicts another: the stages are disjoint as they read.

    Args:
        rules: The thresholds.
        currency: The currency of amounts.
        cutoffs: From `value_cutoffs`; they add what a percentile comes to in money.

    Returns:
        A sentence for each of `STAGES` and `TRAITS`.

    >>> describe_rules(SegmentRules())["at_risk"]
    '2 or 3 orders and 60 to 120 days since the last, or 4 orders or more and 90 to 180 days.'
    """
    return {
        **_stage_definitions(rules, currency, cutoffs or {}),
        **_trait_definitions(rules, currency, cutoffs or {}),
    }


def definitions_of(
    inputs: SegmentInputs, rules: SegmentRules, currency: str | None
) -> dict[str, str]:
    """Return each group's definition with the numbers in force, or why it is empty.

    Args:
        inputs: The customers, from `prepare_segments`.
        rules: The thresholds.
        currency: The currency of amounts.

    Returns:
        A sentence for each stage and trait.
    """
    return describe_rules(rules, currency, value_cutoffs(inputs, rules)) | unavailable(inputs)


def _stage_definitions(
    rules: SegmentRules, currency: str | None, cutoffs: Mapping[str, float]
) -> dict[str, str]:
    repeats = _repeat_orders(rules.loyal_orders)
    loyals = f"{rules.loyal_orders} orders or more"
    vip_value = _value(rules, rules.vip_value, currency, cutoffs.get("vip"))
    return {
        "new": f"One order, less than {_days(rules.new_days)} ago.",
        "first_time": (
            f"One order, {_band(rules.new_days, rules.one_order_lapsed)} ago: "
            "the second order is to be won."
        ),
        "repeat": (
            f"{repeats}, the last one less than {_days(rules.repeat_at_risk)} ago, and not VIP."
        ),
        "loyal": f"{loyals}, the last one less than {_days(rules.loyal_at_risk)} ago, and not VIP.",
        "vip": (
            f"As active as repeat or loyal customers are, {rules.vip_orders} orders or more, "
            f"and an expected value {vip_value}."
        ),
        "at_risk": (
            f"{repeats} and {_band(rules.repeat_at_risk, rules.repeat_lapsed)} since the last, "
            f"or {loyals} and {_band(rules.loyal_at_risk, rules.loyal_lapsed)}."
        ),
        "lapsed": (
            f"More than {_days(rules.one_order_lapsed)} since the last order after one order, "
            f"{rules.repeat_lapsed} after {repeats.lower()}, {rules.loyal_lapsed} after {loyals}."
        ),
    }


def _trait_definitions(
    rules: SegmentRules, currency: str | None, cutoffs: Mapping[str, float]
) -> dict[str, str]:
    revenue = _value(rules, rules.spender_value, currency, cutoffs.get("big_spender"))
    order = _value(rules, rules.order_value, currency, cutoffs.get("high_order_value"))
    return {
        "big_spender": f"Revenue so far {revenue}.",
        "high_order_value": f"Average order {order}.",
        "full_price": (
            f"At most {wording.percent(rules.full_price, 0)} of the undiscounted price taken "
            "as discounts."
        ),
        "discount_shopper": (
            f"{wording.percent(rules.discount_shopper, 0)} or more of the undiscounted price taken "
            "as discounts."
        ),
        "ready_to_buy": (
            f"Probability of {wording.percent(rules.ready_probability, 0)} or more to order "
            f"within {_days(rules.ready_days)}."
        ),
    }


def _value(
    rules: SegmentRules, threshold: float, currency: str | None, cutoff: float | None
) -> str:
    """A threshold in percentiles or money, with what a percentile comes to."""
    if rules.value_unit == "money":
        return f"of {wording.money(threshold, currency)} or more"
    top = f"in the top {wording.general_percent(1 - threshold / 100)}"
    if cutoff is None:
        return top
    if math.isfinite(cutoff):
        return f"{top} ({wording.money(cutoff, currency)} or more)"
    return f"{top} (nobody stands out)"


def _band(low: int, high: int) -> str:
    return _days(high) if low == high else f"{low} to {_days(high)}"


def _repeat_orders(loyal_orders: int) -> str:
    if loyal_orders == 3:
        return "2 orders"
    return "2 or 3 orders" if loyal_orders == 4 else f"2 to {loyal_orders - 1} orders"


def _days(number: int) -> str:
    return wording.plural(number, "day")
