"""A rule in words, as a marketer would say it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

from retention.own_segments.catalogue import FEATURES, Feature
from retention.own_segments.conditions import Condition, Rule
from retention.own_segments.features import Features
from retention.own_segments.values import Bought
from retention.segments.inputs import percentile_cutoff

_STAGE_WORDS = {"first_time": "first-time", "at_risk": "at risk", "vip": "VIP"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN = 4  # values of a list that are named; the others are counted
WriteMoney = Callable[[float, str | None], str]


def describe(
    rule: Rule, features: Features | None = None, write_money: WriteMoney | None = None
) -> str:
    """Return a rule in words.

    With `features`, money carries the currency and "in the top x %" says what that comes to; `write_money` writes an
    amount with its currency.

    >>> from retention.own_segments.conditions import Group
    >>> rule = Group("all", (
    ...     Condition("orders", "at_least", 2),
    ...     Condition("days_since_last_order", "between", (60, 120)),
    ...     Condition("first_channel", "is", "Instagram"),
    ... ))
    >>> describe(rule)
    'Bought 2 or more times, and last ordered 60 to 120 days ago, and first came by Instagram'
    """
    words = _said(rule, features, write_money or _money, outermost=True)
    return words[:1].upper() + words[1:]


def _said(rule: Rule, features: Features | None, write: WriteMoney, outermost: bool = False) -> str:
    if isinstance(rule, Condition):
        return _one(rule, features, write)
    if not rule.parts:
        return "nobody" if rule.kind == "any" else "everybody"
    parts = [_said(part, features, write) for part in rule.parts]
    if len(parts) == 1 and rule.kind != "not":
        return parts[0]
    if rule.kind == "not":
        return f"none of: {'; '.join(parts)}" if outermost else f"none of ({'; '.join(parts)})"
    joined = (", and " if rule.kind == "all" else ", or ").join(parts)
    return joined if outermost else f"({joined})"


def _one(condition: Condition, features: Features | None, write: WriteMoney) -> str:
    feature, operator, value = FEATURES[condition.feature], condition.operator, condition.value
    if operator in ("known", "unknown"):
        return f"{_lower(feature.label)} is {operator}"
    if feature.kind == "flag":
        return feature.says if value else feature.says_not
    if feature.kind == "products":
        return _purchase(feature, operator, value)
    if feature.kind == "category":
        texts = (value,) if isinstance(value, str) else value
        if feature.key == "stage":
            texts = tuple(_STAGE_WORDS.get(text, text) for text in texts)
        return (feature.says if operator in ("is", "one_of") else feature.says_not).format(
            _listed(texts)
        )
    if operator == "top":
        return f"{_lower(feature.label)} in the top {value:g}%{_cutoff(feature, value, features, write)}"
    if feature.kind == "date":
        return feature.says.format(_when(operator, value))
    currency = features.currency if features else None

    def amount(x: float) -> str:
        if feature.kind == "money":
            return write(x, currency)
        return f"{100 * x:.10g}%" if feature.kind == "share" else f"{x:,.10g}"

    return feature.says.format(_how_much(feature, operator, value, amount))


def _how_much(
    feature: Feature, operator: str, value: object, amount: Callable[[float], str]
) -> str:
    unit = feature.unit
    if operator == "between":
        low, high = value
        if low != high:
            return f"{amount(low)} to {amount(high)} {unit}".strip()
        operator, value = "is", low
    if unit == "times" and value == 1 and operator != "at_least":
        return "once" if operator == "is" else "at most once"
    if value == 1:
        unit = {"days": "day", "times": "time"}.get(unit, unit)
    if operator == "at_least":
        unit = {"day": "day", "time": "times"}.get(unit, unit)
        return f"{amount(value)} or more {unit}".strip()
    return f"{'at most ' if operator == 'at_most' else ''}{amount(value)} {unit}".strip()


def _when(operator: str, value: object) -> str:
    if operator == "between":
        return f"from {_day(value[0])} to {_day(value[1])}"
    if operator in ("before", "after"):
        return f"{operator} {_day(value)}"
    days = "day" if value == 1 else f"{value:,} days"
    if operator == "ago" and value == 0:
        return "before today"
    if operator == "ago":
        return f"more than {'1 day' if value == 1 else days} ago"
    return f"in the {'last' if operator == 'within' else 'next'} {days}"


def _purchase(feature: Feature, operator: str, value: Bought) -> str:
    words = (feature.says if operator == "bought" else feature.says_not).format(
        _listed(value.values)
    )
    return words if value.days is None else f"{words} {_when('within', value.days)}"


def _listed(texts: tuple[str, ...]) -> str:
    shown = list(texts[:_SHOWN])
    if len(texts) > _SHOWN:
        shown.append(f"{len(texts) - _SHOWN:,} others")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _cutoff(feature: Feature, percent: float, features: Features | None, write: WriteMoney) -> str:
    if features is None or features.missing(feature.key):
        return ""
    cutoff = percentile_cutoff(features.ascending(feature.key), 100 - percent)
    if not math.isfinite(cutoff):
        return " (nobody stands out)"
    if feature.kind == "money":
        return f" ({write(cutoff, features.currency)} or more)"
    return (
        f" ({100 * cutoff:.3g}% or more)"
        if feature.kind == "share"
        else f" ({cutoff:,.4g} or more)"
    )


def _lower(label: str) -> str:
    return (
        label
        if label[1:2].isupper() or label.startswith("E-mail")
        else label[:1].lower() + label[1:]
    )


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _money(amount: float, currency: str | None) -> str:
    digits = 0 if amount == round(amount) else 2
    return f"{currency + ' ' if currency else ''}{amount:,.{digits}f}"
