"""The operators that a condition can use, and the values that each of them takes."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Real

from retention.errors import DataError
from retention.own_segments.catalogue import Feature

MAX_VALUES = 500
MAX_TEXT = 500
MAX_DAYS = 36_500

OPERATORS = {
    "at_least": "is at least",
    "at_most": "is at most",
    "between": "is between",
    "is": "is",
    "is_not": "is not",
    "one_of": "is one of",
    "none_of": "is none of",
    "top": "is in the top",
    "before": "is before",
    "after": "is after",
    "within": "in the last",
    "ago": "more than … ago",
    "ahead": "in the next",
    "bought": "bought",
    "not_bought": "did not buy",
    "known": "is known",
    "unknown": "is unknown",
}
"""Every operator and what the menu calls it."""

EITHER = ("known", "unknown")
"""The operators that ask whether there is a value."""

BY_KIND = {
    "number": ("at_least", "at_most", "between", "is", "top", *EITHER),
    "money": ("at_least", "at_most", "between", "top", *EITHER),
    "share": ("at_least", "at_most", "between", "top", *EITHER),
    "date": ("within", "ago", "ahead", "before", "after", "between", *EITHER),
    "category": ("one_of", "none_of", "is", "is_not", *EITHER),
    "flag": ("is", *EITHER),
    "products": ("bought", "not_bought"),
}
"""The operators of each kind of feature; "within", "ago" and "ahead" count days, "top" is a percentage."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What was bought: any of `values`, if `days` is given within the last so many days."""

    values: tuple[str, ...]
    days: int | None = None


def checked_value(feature: Feature, operator: str, value: object) -> object:
    """The value in its one form, or a DataError that says what it needs to be."""
    about = f"'{feature.label}'"
    if operator in EITHER:
        if value is not None:
            raise DataError(f"{about}: '{OPERATORS[operator]}' takes no value.")
        return None
    if operator == "top":
        return _number(about, value, 0, 100, "a percentage above 0 and below 100", strict=True)
    if operator in ("within", "ago", "ahead"):
        return _days(about, value)
    if operator == "between":
        return _pair(feature, value)
    if feature.kind == "products":
        if not isinstance(value, Bought):
            raise DataError(f"{about} needs what was bought: one or more names.")
        return Bought(
            _texts(about, value.values), None if value.days is None else _days(about, value.days)
        )
    if feature.kind == "category":
        return _text(about, value) if operator in ("is", "is_not") else _texts(about, value)
    if feature.kind == "flag":
        if not isinstance(value, bool):
            raise DataError(f"{about} needs yes or no (true or false), not {_shown(value)}.")
        return value
    return _day(about, value) if feature.kind == "date" else _amount(feature, value)


def _pair(feature: Feature, value: object) -> tuple:
    about = f"'{feature.label}'"
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise DataError(f"{about}: 'between' needs two values, the lower one first.")
    one = _day if feature.kind == "date" else None
    low, high = (one(about, v) if one else _amount(feature, v) for v in value)
    if low > high:
        raise DataError(
            f"{about}: the first of the two values ({low}) is above the second ({high})."
        )
    return low, high


def _amount(feature: Feature, value: object) -> float:
    about = f"'{feature.label}'"
    if feature.kind == "share":
        return _number(about, value, 0, 1, "a fraction from 0 to 1, such as 0.3 for 30%")
    if feature.whole:
        number = _number(about, value, 0, 1e9, "a whole number")
        if number != int(number):
            raise DataError(f"{about} needs a whole number, not {_shown(value)}.")
        return int(number)
    return _number(about, value, -1e15, 1e15, "a number")


def _number(
    about: str, value: object, low: float, high: float, wanted: str, strict: bool = False
) -> float:
    usable = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not usable or not (low < value < high if strict else low <= value <= high):
        raise DataError(f"{about} needs {wanted}, not {_shown(value)}.")
    return float(value)


def _days(about: str, value: object) -> int:
    usable = (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value == int(value)
    )
    if not usable or not 0 <= value <= MAX_DAYS:
        raise DataError(
            f"{about} needs a whole number of days from 0 to {MAX_DAYS:,}, not {_shown(value)}."
        )
    return int(value)


def _day(about: str, value: object) -> date:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = date.fromisoformat(value)
    if not isinstance(value, date) or not 1900 <= value.year <= 2200:
        raise DataError(
            f"{about} needs a day as year-month-day, such as 2024-06-30, not {_shown(value)}."
        )
    return value


def _text(about: str, value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        raise DataError(f"{about} needs a name of 1 to {MAX_TEXT} characters, not {_shown(value)}.")
    return value


def _texts(about: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise DataError(f"{about} needs a list of names, not {_shown(value)}.")
    found = tuple(dict.fromkeys(_text(about, one) for one in value))
    if not 1 <= len(found) <= MAX_VALUES:
        raise DataError(f"{about} needs 1 to {MAX_VALUES} names; there are {len(found):,}.")
    return found


def _shown(value: object) -> str:
    return repr(value)[:60]
