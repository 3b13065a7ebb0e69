"""Ready-made segments for every group that the playbook addresses, with what each of them needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from retention.customers.signals import POOR_SHARE
from retention.data_files import read_data_file
from retention.own_segments.conditions import Rule, unavailable
from retention.own_segments.features import Features
from retention.own_segments.rule_files import rule_of_data

# Stands in the list for a number that follows from the store's ratings.
_POOR = "{poor}"


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A segment to start from.

    Attributes:
        name: Its name.
        about: Which customers it finds, in a sentence.
        group: The heading under which it stands.
        source: The publication that names it.
        rule: The condition or group that its customers satisfy.
        signal: What the file needs a column of, where orders alone do not tell.
        missing: Why these orders lack it and what brings it; empty where they do not.
        title: Its name with the place, product or category that it begins with.
    """

    name: str
    about: str
    group: str
    source: str
    rule: Rule
    signal: str = ""
    missing: str = ""
    title: str = ""


def ready_made(features: Features) -> tuple[ReadyMade, ...]:
    """Return the ready-made segments in the order of the list.

    Those that these orders lack something for are included. Where a place, product or category is
    to be chosen, the rule has the store's most frequent one. A poor rating is one of at most
    `POOR_SHARE` of the best.

    Args:
        features: What is known of the customers.

    Returns:
        The segments; `missing` says what the orders lack for one.
    """
    return tuple(_segment(row, features) for row in _read()["segment"])


def present_name(name: str) -> str:
    """Return the name that a ready-made segment has now, for campaigns that were saved before.

    Args:
        name: The present name, a former one, or another text.

    Returns:
        The present name; another text as it is.

    >>> present_name("Loyal customers"), present_name("Lapsed")
    ('Four orders or more, last 90 days', 'Lapsed')
    """
    names: dict[str, str] = {
        row["formerly"]: row["name"] for row in _read()["segment"] if "formerly" in row
    }
    return names.get(name, name)


def _segment(row: dict[str, Any], features: Features) -> ReadyMade:
    rule = _with_choice(row, features)
    missing = _missing(row, rule, features)
    chosen = [] if missing or "choose" not in row else _chosen(row, features)
    return ReadyMade(
        name=row["name"],
        title=row["title"].format(*chosen) if chosen else row["name"],
        about=row["about"].replace(_POOR, f"{_poor_rating(features):g}"),
        group=row["group"],
        source=_read()["sources"][row["source"]],
        rule=rule,
        signal=row.get("signal", ""),
        missing=missing,
    )


def _missing(row: dict[str, Any], rule: Rule, features: Features) -> str:
    """Why these orders lack a segment; empty where they do not."""
    conditions = unavailable(rule, features)
    if conditions:
        return conditions[0][1]
    choices = 2 if "??" in json.dumps(row["rule"]) else 1
    if "choose" in row and len(features.choices(row["choose"])) < choices:
        return f"Needs orders with {'two or more' if choices > 1 else 'any'} {row['signal']}."
    return ""


def _with_choice(row: dict[str, Any], features: Features) -> Rule:
    """The rule, the places to fill in taken by the values that most customers have."""
    values: dict[str, Any] = {_POOR: _poor_rating(features)}
    if "choose" in row:
        filling = _chosen(row, features)
        values |= {"?": filling[0], "??": filling[1]}

    def filled(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: filled(value) for key, value in data.items()}
        if isinstance(data, list):
            return [filled(value) for value in data]
        return values.get(data, data) if isinstance(data, str) else data

    return rule_of_data(filled(row["rule"]))


def _chosen(row: dict[str, Any], features: Features) -> list[str]:
    """The values to fill in, those of most customers first."""
    known: tuple[str, ...] = ()
    if not features.missing(row["choose"]):
        known = tuple(features.choices(row["choose"]))
    return [*known, "?", "?"]


def _poor_rating(features: Features) -> float:
    """The highest poor rating on the scale that customers use; 2 of 5 where there is none."""
    highest = 5.0
    if not features.missing("last_rating") and len(features.ascending("last_rating")):
        highest = float(features.ascending("last_rating")[-1])
    return round(POOR_SHARE * highest, 6)


@cache
def _read() -> dict[str, Any]:
    return read_data_file(__file__, "ready_made.toml")
