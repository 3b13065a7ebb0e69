"""A rule in words, as a marketer would say it."""

from __future__ import annotations

import math
from typing import Any

from retention import wording
from retention.own_segments.catalogue import FEATURES, Feature
from retention.own_segments.conditions import Condition, Rule
from retention.own_segments.features import Features
from retention.own_segments.values import EITHER, Bought, Operator
from retention.segments.inputs import percentile_cutoff

_STAGE_WORDS = {"first_time": "first-time", "at_risk": "at risk", "vip": "VIP"}
_SHOWN = 4  # values of a list that are named; the others are counted


def describe(rule: Rule, features: Features | None = None) -> str:
    """Return a rule in words.

    Args:
        rule: The condition or group.
        features: The customers that it is asked about. With them, money carries the currency, and
            "in the top x %" says what that comes to.

    Returns:
        A sentence without its full stop.

    >>> from retention.own_segments.conditions import Group
    >>> rule = Group("all", (
    ...     Condition("orders", "at_least", 2),
    ...     Condition("days_since_last_order", "between", (60, 120)),
    ...     Condition("first_channel", "is", "Instagram"),
    ... ))
    >>> describe(rule)
    'Bought 2 or more times, and last ordered 60 to 120 days ago, and first came by Instagram'
    """
    words = _rule_words(rule, features, outermost=True)
    return words[:1].upper() + words[1:]


def _rule_words(rule: Rule, features: Features | None, *, outermost: bool = False) -> str:
    if isinstance(rule, Condition):
        return _condition_words(rule, features)
    if not rule.parts:
        return "nobody" if rule.kind == "any" else "everybody"
    parts = [_rule_words(part, features) for part in rule.parts]
    if rule.kind == "not":
        return f"none of: {'; '.join(parts)}" if outermost else f"none of ({'; '.join(parts)})"
    joined = (", and " if rule.kind == "all" else ", or ").join(parts)
    return joined if outermost or len(parts) == 1 else f"({joined})"


def _condition_words(condition: Condition, features: Features | None) -> str:
    feature, operator, value = FEATURES[condition.feature], condition.operator, condition.value
    if operator in EITHER:
        return f"{_lower(feature.label)} is {operator}"
    if operator == "top":
        top = wording.general_percent(value / 100)
        return f"{_lower(feature.label)} in the top {top}{_cutoff(feature, value, features)}"
    match feature.kind:
        case "flag":
            return feature.says if value else feature.says_not
        case "products":
            return _purchase(feature, operator, value)
        case "list":
            says = feature.says if operator == "includes" else feature.says_not
            return says.format(_listed(value))
        case "category":
            says = feature.says if operator in ("is", "one_of") else feature.says_not
            return says.format(_listed(_value_names(feature, value)))
        case "date":
            return feature.says.format(_when(operator, value))
    currency = features.currency if features else None
    return feature.says.format(_how_much(feature, operator, value, currency))


def _value_names(feature: Feature, value: str | tuple[str, ...]) -> tuple[str, ...]:
    """The values of a category as a reader knows them."""
    names = (value,) if isinstance(value, str) else value
    if feature.key != "stage":
        return names
    return tuple(_STAGE_WORDS.get(name, name) for name in names)


def _amount(feature: Feature, number: float, currency: str | None) -> str:
    if feature.kind == "money":
        return wording.money(number, currency)
    if feature.kind == "share":
        return wording.general_percent(number)
    return wording.general(number)


def _how_much(feature: Feature, operator: Operator, value: Any, currency: str | None) -> str:
    if operator == "between":
        low, high = value
        if low == high:
            return _how_much(feature, "is", low, currency)
        ends = (_amount(feature, end, currency) for end in (low, high))
        return f"{' to '.join(ends)} {feature.unit}".strip()
    if feature.unit == "times" and value == 1 and operator != "at_least":
        return "once" if operator == "is" else "at most once"
    amount = _amount(feature, value, currency)
    if operator == "at_least":
        return f"{amount} or more {_unit(feature, value, times='times')}".strip()
    unit = _unit(feature, value, times="time")
    return f"{'at most ' if operator == 'at_most' else ''}{amount} {unit}".strip()


def _unit(feature: Feature, value: float, times: str) -> str:
    """The unit of a value: of one in the singular, with `times` for one time."""
    singular = {"days": "day", "times": times}
    return singular.get(feature.unit, feature.unit) if value == 1 else feature.unit


def _when(operator: Operator, value: Any) -> str:
    if operator == "between":
        return f"from {wording.day(value[0])} to {wording.day(value[1])}"
    if operator in ("before", "after"):
        return f"{operator} {wording.day(value)}"
    if operator == "ago" and value == 0:
        return "before today"
    if operator == "ago":
        return f"more than {wording.plural(value, 'day')} ago"
    days = "day" if value == 1 else wording.plural(value, "day")
    return f"in the {'last' if operator == 'within' else 'next'} {days}"


def _purchase(feature: Feature, operator: Operator, value: Bought) -> str:
    words = (feature.says if operator == "bought" else feature.says_not).format(
        _listed(value.values)
    )
    if value.times > 1:
        words += f" {wording.count(value.times)} or more times"
    return words if value.days is None else f"{words} {_when('within', value.days)}"


def _listed(texts: tuple[str, ...]) -> str:
    shown = list(texts[:_SHOWN])
    if len(texts) > _SHOWN:
        shown.append(f"{wording.count(len(texts) - _SHOWN)} others")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _cutoff(feature: Feature, percent: float, features: Features | None) -> str:
    if features is None or features.missing(feature.key):
        return ""
    cutoff = percentile_cutoff(features.ascending(feature.key), 100 - percent)
    if not math.isfinite(cutoff):
        return " (nobody stands out)"
    if feature.kind == "money":
        return f" ({wording.money(cutoff, features.currency)} or more)"
    return (
        f" ({wording.general_percent(cutoff, 3)} or more)"
        if feature.kind == "share"
        else f" ({wording.general(cutoff, 4)} or more)"
    )


def _lower(label: str) -> str:
    return (
        label
        if label[1:2].isupper() or label.startswith("E-mail")
        else label[:1].lower() + label[1:]
    )
