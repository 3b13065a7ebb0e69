"""The operators that a condition can use, and the values that each of them takes."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from retention import wording
from retention.display import displayed
from retention.errors import DataError
from retention.own_segments.catalogue import Feature, Kind
from retention.validation import is_number, is_whole

MAX_VALUES = 500
MAX_TEXT = 500
MAX_DAYS = 36_500

Operator = Literal[
    "at_least",
    "at_most",
    "between",
    "is",
    "is_not",
    "one_of",
    "none_of",
    "top",
    "before",
    "after",
    "within",
    "ago",
    "ahead",
    "bought",
    "not_bought",
    "includes",
    "excludes",
    "known",
    "unknown",
]

OPERATORS: dict[Operator, str] = {
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
    "includes": "includes any of",
    "excludes": "includes none of",
    "known": "is known",
    "unknown": "is unknown",
}
"""Every operator and what the menu calls it."""

EITHER: tuple[Operator, ...] = ("known", "unknown")
"""The operators that ask whether there is a value."""

BY_KIND: dict[Kind, tuple[Operator, ...]] = {
    "number": ("at_least", "at_most", "between", "is", "top", *EITHER),
    "money": ("at_least", "at_most", "between", "top", *EITHER),
    "share": ("at_least", "at_most", "between", "top", *EITHER),
    "date": ("within", "ago", "ahead", "before", "after", "between", *EITHER),
    "category": ("one_of", "none_of", "is", "is_not", *EITHER),
    "flag": ("is", *EITHER),
    "products": ("bought", "not_bought"),
    "list": ("includes", "excludes"),
}
"""The operators of each kind of feature. "within", "ago" and "ahead" count days, "top" is a
percentage."""


@displayed
@dataclass(frozen=True, slots=True)
class Bought:
    """What was bought.

    Attributes:
        values: Names of products or categories; any of them counts.
        days: Days up to the last order day in which it was bought; None for any time.
        times: On how many days it was bought at least. Days with any of the names count.
    """

    values: tuple[str, ...]
    days: int | None = None
    times: int = 1


def checked_value(feature: Feature, operator: Operator, value: object) -> Any:
    """Return the value of a condition in its one form.

    Args:
        feature: What the condition asks about.
        operator: How it asks.
        value: The value as given.

    Returns:
        The value as `Condition` keeps it.

    Raises:
        DataError: The value does not fit the feature and the operator. The message says what does.
    """
    about = f"'{feature.label}'"
    if operator in EITHER:
        if value is not None:
            raise DataError(f"{about}: '{OPERATORS[operator]}' takes no value.")
        return None
    if operator == "top":
        return _percentage(about, value)
    if operator in ("within", "ago", "ahead"):
        return _days(about, value)
    if operator == "between":
        return _pair(feature, value)
    if operator in ("one_of", "none_of", "includes", "excludes"):
        return _texts(about, value)
    return _single(feature, value)


def _single(feature: Feature, value: object) -> Any:
    """The value of an operator that takes one, as the kind of the feature asks."""
    about = f"'{feature.label}'"
    match feature.kind:
        case "products":
            return _bought(about, value)
        case "category":
            return _text(about, value)
        case "flag":
            if not isinstance(value, bool):
                raise DataError(f"{about} needs yes or no (true or false), not {_shown(value)}.")
            return value
        case "date":
            return _day(about, value)
    return _amount(feature, value)


def _bought(about: str, value: object) -> Bought:
    if not isinstance(value, Bought):
        raise DataError(f"{about} needs what was bought: one or more names.")
    days = None if value.days is None else _days(about, value.days)
    if not is_whole(value.times) or not 1 <= value.times <= MAX_DAYS:
        raise DataError(
            f"{about} needs a whole number of times from 1 to {wording.count(MAX_DAYS)}, not "
            f"{_shown(value.times)}."
        )
    return Bought(values=_texts(about, value.values), days=days, times=int(value.times))


def _pair(feature: Feature, value: object) -> tuple[Any, Any]:
    about = f"'{feature.label}'"
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise DataError(f"{about}: 'between' needs two values, the lower one first.")
    low, high = (
        _day(about, end) if feature.kind == "date" else _amount(feature, end) for end in value
    )
    if low > high:  # type: ignore[operator]  # both are days, or both are numbers
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


def _number(about: str, value: object, low: float, high: float, wanted: str) -> float:
    if not is_number(value) or not low <= value <= high:
        raise DataError(f"{about} needs {wanted}, not {_shown(value)}.")
    return float(value)


def _percentage(about: str, value: object) -> float:
    if not is_number(value) or not 0 < value < 100:
        raise DataError(f"{about} needs a percentage above 0 and below 100, not {_shown(value)}.")
    return float(value)


def _days(about: str, value: object) -> int:
    if not is_number(value) or value != int(value) or not 0 <= value <= MAX_DAYS:
        raise DataError(
            f"{about} needs a whole number of days from 0 to {wording.count(MAX_DAYS)}, not "
            f"{_shown(value)}."
        )
    return int(value)


def _day(about: str, value: object) -> date:
    day = value.date() if isinstance(value, datetime) else value
    if isinstance(day, str):
        with contextlib.suppress(ValueError):
            day = date.fromisoformat(day)
    if not isinstance(day, date) or not 1900 <= day.year <= 2200:
        raise DataError(
            f"{about} needs a day as year-month-day, such as 2024-06-30, not {_shown(day)}."
        )
    return day


def _text(about: str, value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        raise DataError(f"{about} needs a name of 1 to {MAX_TEXT} characters, not {_shown(value)}.")
    return value


def _texts(about: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise DataError(f"{about} needs a list of names, not {_shown(value)}.")
    names = tuple(dict.fromkeys(_text(about, name) for name in value))
    if not 1 <= len(names) <= MAX_VALUES:
        raise DataError(
            f"{about} needs 1 to {MAX_VALUES} names; there are {wording.count(len(names))}."
        )
    return names


def _shown(value: object) -> str:
    return repr(value)[:60]
