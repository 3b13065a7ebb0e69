"""What the eleven RFM groups are, and what to do about each, in a marketer's words."""

from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd

from retention import wording
from retention.segments.rfm import RfmRules
from retention.view import text


@dataclass(frozen=True, slots=True)
class GroupAdvice:
    """A group in a marketer's words.

    Attributes:
        who: Which customers it holds.
        what: What to do about them, in a sentence.
        strategies: Keys of the playbook's strategies for them.
    """

    who: str
    what: str
    strategies: tuple[str, ...]


ADVICE = {
    "Champions": GroupAdvice(
        who="Of all customers those who ordered last, order often and have brought most.",
        what="Treat them as the best: early access, thanks, and a reason to bring friends. They "
        "need no discount.",
        strategies=("referral", "loyalty", "membership"),
    ),
    "Recent and frequent": GroupAdvice(
        who="Order often or have brought much, and are of the more recent half.",
        what="Keep them: show balance and tier, and offer what goes with what they have.",
        strategies=("loyalty", "membership", "cross_sell"),
    ),
    "Recent and rising": GroupAdvice(
        who="Of the more recent half, and have begun to come back.",
        what="Make the next order easy, and explain the programme that rewards it.",
        strategies=("cross_sell", "loyalty", "messages"),
    ),
    "Recent beginners": GroupAdvice(
        who="Of the most recent fifth, for the first time or for little.",
        what="Welcome them, ask how it was, and win the second order while the shop is on their "
        "mind.",
        strategies=("reviews", "cross_sell", "service"),
    ),
    "Promising": GroupAdvice(
        who="Of the more recent half, seldom and for little.",
        what="Show what else there is, and give a small reason to come back.",
        strategies=("cross_sell", "messages", "deals"),
    ),
    "Need attention": GroupAdvice(
        who="In the middle of everything, and the last order begins to lie back.",
        what="Remind them now, with something that fits what they bought.",
        strategies=("reactivation", "cross_sell", "messages"),
    ),
    "About to sleep": GroupAdvice(
        who="Bought seldom and little, and have begun to be silent.",
        what="A short reminder, at little cost each.",
        strategies=("reactivation", "messages"),
    ),
    "Slipping away": GroupAdvice(
        who="Used to order often or much, and have not for long.",
        what="Write early, in person rather than in bulk, and name an amount and a last day.",
        strategies=("reactivation", "service_recovery"),
    ),
    "Cannot lose them": GroupAdvice(
        who="Were among the best, and have been silent longest.",
        what="Ask what went wrong before anything is offered, then make the strongest offer that "
        "still pays.",
        strategies=("service_recovery", "reactivation"),
    ),
    "Hibernating": GroupAdvice(
        who="Silent for very long; a few orders or some revenue before.",
        what="One sequence that costs little, then let them rest.",
        strategies=("reactivation",),
    ),
    "Lost": GroupAdvice(
        who="Silent for very long, seldom and little before.",
        what="Leave them out of what costs money for each contact.",
        strategies=("reactivation",),
    ),
}

#: What to do about a group of whom few are expected to order again.
GONE = GroupAdvice(
    who="",
    what="One message at little cost, then let them rest. An offer costs more than they bring.",
    strategies=("reactivation",),
)
#: A group is as good as gone below this share of an average customer's expected value. Without a
#: model it is so from this silence on.
_NEGLIGIBLE, _YEARS_SILENT = 0.2, 730
#: Groups named after a recent order, and the silence from which the name misleads.
_RECENT = ("Champions", "Recent and frequent", "Recent and rising", "Recent beginners", "Promising")
_LONG_SILENT = 120

DEFINITIONS = {
    "grid": (
        "Up: the score of the last order, 5 the latest. Across: the mean of the scores of orders "
        "and revenue so far, halves rounded up. Each of the 25 cells belongs to one of eleven "
        "groups. Click a cell to look at it."
    ),
    "cut": (
        "Fifths: a score says how many customers are strictly worse: a 5 takes four fifths of "
        "them, a 2 one fifth. Customers who tie score the same, so that groups are as uneven as "
        "customers are. Own cut points are yours to set."
    ),
    "own": (
        "The two handles set two cut points. Four cut points make five scores; whichever order "
        "the handles stand in, the cut points are taken in ascending order. They start where "
        "fifths are cut."
    ),
    "scores": (
        "Where each score begins and how many customers have it. A score nobody has: too many "
        "customers tie, such as all who ordered once."
    ),
    "use": (
        "Keeps the group as an own segment: conditions on days since the last order, orders and "
        "revenue, at today's cut points. Its customers change as theirs do; the cut points stay."
    ),
    "customers": "Customers in the group, as of the last day of these orders.",
    "revenue": "What these customers have paid so far, less refunds.",
    "value": (
        "Expected value of these customers over the next 12 months, after margin and discounting, "
        f"by the store settings, with its 80% range. {text.DEFINITIONS['range_80']}"
    ),
    "days": "Median number of days from the last order to the last day of these orders.",
    "once": (
        "Share of the group's customers with a single order. The names look at orders and revenue "
        "together: one large order can make somebody frequent by name."
    ),
}

CutPoints = tuple[float, float, float, float]
LABELS = {"days": "Last order", "orders": "Orders", "revenue": "Revenue so far"}


def is_gone(row: pd.Series, groups: pd.DataFrame) -> bool:
    """Whether few of a group are expected to order again.

    Args:
        row: The group, or a cell.
        groups: All groups, as of `summarise_rfm`.
    """
    if not row["customers"]:
        return False
    whole = groups["expected_value"].sum()
    if not whole or not np.isfinite(row["expected_value"]):
        return bool(row["median_days"] >= _YEARS_SILENT)
    mean = whole / groups["customers"].sum()
    return bool(row["expected_value"] / row["customers"] < _NEGLIGIBLE * mean)


def advice_for(group: str, row: pd.Series, groups: pd.DataFrame) -> GroupAdvice:
    """Return what to do about a group, which gives way to what the group is expected to bring.

    Args:
        group: Its name.
        row: The group, or one of its cells.
        groups: All groups, as of `summarise_rfm`.
    """
    return GONE if is_gone(row, groups) else ADVICE[group]


def reservation(group: str, row: pd.Series, groups: pd.DataFrame, currency: str | None) -> str:
    """Return where the name of a group promises more than its customers; empty where it does not.

    Args:
        group: Its name.
        row: The group, or one of its cells.
        groups: All groups, as of `summarise_rfm`.
        currency: Of the amounts.
    """
    ago = wording.days(row["median_days"])
    if is_gone(row, groups) and np.isfinite(row["expected_value"]):
        worth = wording.money(row["expected_value"], currency)
        return (
            f"Few of them will order again: they are expected to bring {worth} in all within 12 "
            f"months, and half have been silent for {ago} or longer."
        )
    if is_gone(row, groups):
        return f"Half of them have been silent for {ago} or longer."
    if group in _RECENT and row["median_days"] >= _LONG_SILENT:
        return (
            f"“Recent” is relative to your other customers: half of these ordered {ago} ago or "
            "earlier."
        )
    return ""


def score_words(name: str, cuts: RfmRules, score: int, currency: str | None) -> str:
    """The values that have a score, in words: "31 to 60 days", "2 or 3 orders", "€60 or more"."""
    points = getattr(cuts, name)
    if name == "days":
        return _day_words(points, score)
    low = points[score - 2] if score > 1 else -inf
    high = points[score - 1] if score < 5 else inf
    if low >= high or low == inf:
        return "Nobody"
    return _order_words(low, high) if name == "orders" else _revenue_words(low, high, currency)


def _day_words(points: CutPoints, score: int) -> str:
    # The first cut point is the most days of a 5, the last one of a 2.
    high = points[5 - score] if score > 1 else inf
    low = max(points[4 - score] + 1 if score < 5 else 0, 0)
    if high < low:
        return "Nobody"
    if low == 0:
        return "Any day" if high == inf else f"up to {wording.plural(high, 'day')}"
    return (
        f"{wording.count(low)} days or more"
        if high == inf
        else f"{wording.count(low)} to {wording.count(high)} days"
    )


def _order_words(low: float, high: float) -> str:
    first, last = max(low, 1), high - 1
    if last < first:
        return "Nobody"
    if high == inf:
        return "any number" if first == 1 else f"{wording.count(first)} or more"
    return (
        wording.count(first)
        if first == last
        else f"{wording.count(first)} to {wording.count(last)}"
    )


def _revenue_words(low: float, high: float, currency: str | None) -> str:
    if low == -inf:
        return "any" if high == inf else f"below {wording.money(high, currency)}"
    if high == inf:
        return f"{wording.money(low, currency)} or more"
    return f"{wording.money(low, currency)} to {wording.money(high, currency)}"


def cell_words(cell: tuple[int, int], cuts: RfmRules, currency: str | None) -> str:
    """A cell of the grid in words."""
    recency, mean = cell
    across = "orders" if cuts.revenue is None else "orders and revenue together"
    return (
        f"last order {score_words('days', cuts, recency, currency).lower()} ago (score "
        f"{recency}), {across} a {mean}"
    )
