"""What to conclude from a scorecard, in a sentence."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

from retention.history.changes import CANNOT, DOWN, NOISE, RELATIVE_KINDS, THIN, UP
from retention.history.metrics import METRICS
from retention.reports.scorecard import Scorecard
from retention.wording import count, days, decimal, money, percent

#: What is said of a metric that changed, by whether it got worse or better; the first of these
#: metrics with a verdict is named.
_LEADS = {
    "repeat_within_90_days": {
        False: "Fewer first-time buyers come back",
        True: "More first-time buyers come back",
    },
    "customer_retention_rate": {False: "Fewer customers stay", True: "More customers stay"},
    "orders_per_customer": {
        False: "Customers order less often",
        True: "Customers order more often",
    },
    "repeat_purchase_rate": {
        False: "Fewer buyers have bought before",
        True: "More buyers have bought before",
    },
    "average_order_value": {False: "An order brings less", True: "An order brings more"},
    "days_to_second_order": {
        False: "Second orders come later",
        True: "Second orders come sooner",
    },
}
#: Totals that are named where customers behave as before.
_TOTALS = ("new_customers", "returning_customers", "revenue")
#: Days from which a period and the one before it are about a year apart.
_A_YEAR = 300

#: A row of the changes, by column, and the rows by metric.
_Row = Mapping[Hashable, Any]
_Rows = Mapping[Hashable, _Row]


def conclusion(card: Scorecard, currency: str | None = None) -> str:
    """Return what to conclude from a scorecard: the change that matters most, in figures.

    Args:
        card: The scorecard.
        currency: The currency of the orders.

    Returns:
        A sentence or two. Where nothing changed or can be compared, they say so.
    """
    for which in ("year", "previous"):
        if which not in card.earlier:
            continue
        _, against = card.earlier[which]
        rows = against.to_dict("index")
        verdicts = {name: rows[name]["verdict"] for name in _LEADS}
        if all(verdict in (THIN, CANNOT) for verdict in verdicts.values()):
            continue
        when = "a year ago"
        if which == "previous" and card.period.days < _A_YEAR:
            when = f"in the {count(card.period.days)} days before"
        return _compared(card, rows, when, currency)
    value = float(card.metrics.T["repeat_within_90_days"]["value"])
    figure = f"{percent(value)} of first-time buyers come back within 90 days. "
    reason = "The orders begin too late to compare with an earlier period."
    if any(
        rows["verdict"].reindex(list(_LEADS)).eq(CANNOT).any() for _, rows in card.earlier.values()
    ):
        reason = (
            "Nothing earlier can be compared: hardly any customer is as old now as customers were "
            "then."
        )
    elif card.earlier:
        reason = "Nothing earlier can be compared: there is too little data."
    return (figure if math.isfinite(value) else "") + reason


def shown_value(name: str, value: float, currency: str | None) -> str:
    """Return a metric's value in its unit, as short as a sentence needs it."""
    kind = METRICS[name].kind
    if kind == "rate":
        return percent(value)
    if kind == "money":
        return money(value, currency)
    if kind == "days":
        return days(value)
    return decimal(value, 2) if kind == "number" else count(value)


def _compared(
    card: Scorecard,
    rows: Mapping[Hashable, Mapping[Hashable, Any]],
    when: str,
    currency: str | None,
) -> str:
    sentences = []
    for better in (False, True):
        for name, leads in _LEADS.items():
            verdict = rows[name]["verdict"]
            if verdict not in (UP, DOWN) or (verdict == UP and not _is_telling(card, name)):
                continue
            if better == ((verdict == UP) == (METRICS[name].better > 0)):
                sentences.append(
                    f"{leads[better]} than {when}: {_figures(card, name, rows[name], currency)}."
                )
                break
    if sentences:
        return " ".join(sentences)
    totals = _changed_totals(rows)
    if totals:
        return f"Customers behave much as {when}, but {totals}."
    named = (name for name in _LEADS if rows[name]["verdict"] == NOISE)
    name = next(named, "repeat_purchase_rate")
    value = float(card.metrics.T[name]["value"])
    return (
        f"Customers behave much as {when}. {METRICS[name].label}: "
        f"{shown_value(name, value, currency)}."
    )


def _changed_totals(rows: _Rows) -> str:
    """Say which totals changed clearly: "new customers are up 109%"; empty where none did."""
    parts = []
    for name in _TOTALS:
        row = rows.get(name, {})
        if row.get("verdict") in (UP, DOWN):
            verb = "is" if name == "revenue" else "are"
            where = "up" if row["verdict"] == UP else "down"
            label = METRICS[name].label.lower()
            parts.append(f"{label} {verb} {where} {percent(abs(float(row['change'])))}")
    return " and ".join(parts)


def _figures(card: Scorecard, name: str, row: _Row, currency: str | None) -> str:
    """Return such as "21%, 3 points less": what it is, and the change that is judged."""
    value, change = float(card.metrics.T[name]["value"]), float(row["change"])
    words = f"{shown_value(name, value, currency)}, {change_size(name, abs(change))} "
    words += "more" if change > 0 else "less"
    mix = float(row.get("mix", math.nan))
    if math.isfinite(mix) and abs(mix) > abs(change) / 2:
        words += " for customers of the same age"
    return words


def change_size(name: str, change: float) -> str:
    """Return the size of a change of a metric in words.

    Args:
        name: Key of `METRICS`.
        change: Its size, 0 or more: in the metric's unit for rates and days, else as a share.

    >>> change_size("repeat_within_90_days", 0.031), change_size("average_order_value", 0.2)
    ('3.1 points', '20%')
    """
    kind = METRICS[name].kind
    if kind in RELATIVE_KINDS:
        return percent(change)
    if kind == "rate":
        points = f"{100 * change:.1f}".removesuffix(".0")
        return f"{points} point{'' if points == '1' else 's'}"
    return days(change)


def _is_telling(card: Scorecard, name: str) -> bool:
    """Whether a metric that rose could have fallen: where all stay, nobody could leave yet."""
    return name != "customer_retention_rate" or float(card.metrics.T[name]["value"]) < 1
