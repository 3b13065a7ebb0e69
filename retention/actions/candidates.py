"""Groups of customers with a reason to write to them now, the most specific reason first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from retention.actions.action import ActionKey
from retention.actions.facts import ActionFacts, in_customers
from retention.campaigns.arrays import Mask
from retention.history.changes import ENOUGH, RELATIVE_KINDS
from retention.history.metrics import METRICS
from retention.models.intervals import LOW
from retention.playbook import strategies_for
from retention.products.due import THIS_WEEK
from retention.reports.breakdown_verdict import LESS
from retention.reports.metric_gaps import Gap
from retention.reports.scorecard_conclusion import change_size, shown_value
from retention.wording import count, days, percent, plural

#: Days that make "this month".
MONTH_DAYS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """People and a reason, before anything is planned for them.

    Attributes:
        key: What it rests on.
        name: What the people are called.
        members: Who they are: True or False for each customer.
        strategy: The key of the strategy that suits them.
        reason: The reason as a sentence, for a number of people.
    """

    key: ActionKey
    name: str
    members: Mask
    strategy: str
    reason: Callable[[int], str]


#: A candidate, or what would bring it, as a sentence.
CandidateOrMissing = Candidate | str


def candidates(facts: ActionFacts) -> Iterator[CandidateOrMissing]:
    """Return who could be written to and why, the most specific reason first.

    Args:
        facts: What is known of the store.

    Yields:
        A candidate, or a sentence on what would bring it where the orders lack it. Some candidates
        have nobody.
    """
    for find in (
        _silent_vips,
        _quiet_loyal,
        _quiet_repeat,
        _reorders_due,
        _second_order,
        _weak_channel,
        _discount_habit,
        _largest_gap,
    ):
        candidate = find(facts)
        if candidate is not None:
            yield candidate


def _silent_vips(facts: ActionFacts) -> Candidate:
    return Candidate(
        key="silent_vips",
        name="VIPs silent for unusually long",
        members=facts.in_stage("vip") & (facts.silence_chance < LOW),
        strategy="loyalty",
        reason=lambda number: (
            f"{plural(number, 'VIP')} {_have(number)} been silent for longer than 9 of 10 of the "
            "waits that are usual for them."
        ),
    )


def _quiet_loyal(facts: ActionFacts) -> Candidate:
    loyal = facts.orders >= facts.rules.loyal_orders
    return _quiet(
        facts,
        "loyal",
        loyal,
        facts.rules.loyal_at_risk,
        f"{facts.rules.loyal_orders} orders or more",
    )


def _quiet_repeat(facts: ActionFacts) -> Candidate:
    repeat = (facts.orders >= 2) & (facts.orders < facts.rules.loyal_orders)
    fewer = f"fewer than {facts.rules.loyal_orders} orders"
    return _quiet(facts, "repeat", repeat, facts.rules.repeat_at_risk, fewer)


def _quiet(
    facts: ActionFacts, kind: Literal["loyal", "repeat"], members: Mask, at_risk: int, orders: str
) -> Candidate:
    """Customers of a kind whose silence came to be a risk this month.

    Their stage is "at risk" now, so their list is named after it.
    """
    keys: dict[str, ActionKey] = {"loyal": "quiet_loyal", "repeat": "quiet_repeat"}
    return Candidate(
        key=keys[kind],
        name=f"At risk since this month, {orders}",
        members=members & _entered_risk(facts, at_risk),
        strategy="reactivation",
        reason=lambda number: (
            f"{plural(number, f'{kind} customer')} went quiet this month: "
            f"{at_risk} days without an order."
        ),
    )


def _entered_risk(facts: ActionFacts, threshold: int) -> Mask:
    """Who is at risk, and was not so a month ago."""
    return facts.in_stage("at_risk") & (facts.silence < threshold + MONTH_DAYS)


def _reorders_due(facts: ActionFacts) -> CandidateOrMissing | None:
    """Customers whose own usual interval for a product is over this week.

    A product's interval tells little: hardly more of these customers buy than of all its buyers.
    """
    if facts.reorders is None:
        return None
    due = facts.reorders
    due = due[(due["week"] == THIS_WEEK) & (due["basis"] == "own")]
    if due.empty:
        return "Reorders due: they need customers who bought one product three times or more."
    product = str(due["product"].value_counts().index[0])
    return Candidate(
        key="reorders_due",
        name="Due to reorder this week",
        members=in_customers(facts.customers, due["customer_id"]),
        strategy="messages",
        reason=lambda number: (
            f"{plural(number, 'customer')} {_are(number)} due to buy this week what they usually "
            f"buy, most often {product}."
        ),
    )


def _second_order(facts: ActionFacts) -> CandidateOrMissing:
    wait = facts.second_wait
    if wait.came_back < ENOUGH:
        return (
            f"Second orders due: of customers whose first order is 180 days old, {ENOUGH} must "
            f"have come back by then, and there are {wait.came_back}."
        )
    once = (facts.customers["frequency"] == 0).to_numpy() & (facts.orders == 1)
    return Candidate(
        key="second_order",
        name="Second order due",
        members=once & (facts.silence >= wait.first_day) & (facts.silence <= wait.last_day),
        strategy="cross_sell",
        reason=lambda number: (
            f"{plural(number, 'customer')} bought once, {count(wait.first_day)} to "
            f"{days(wait.last_day)} ago: the time in which half of those who come back do."
        ),
    )


def _weak_channel(facts: ActionFacts) -> CandidateOrMissing | None:
    """Recent first-time buyers of the channel whose customers come back least."""
    if facts.channels is None or "first_channel" not in facts.customers:
        return "A channel whose customers do not stay: it needs a column of the channel."
    rows = facts.channels.values
    rows = rows[(rows["kind"] == "value") & (rows["verdict"] == LESS)]
    if rows.empty:
        return None
    worst = rows.sort_values(facts.channels.basis).iloc[0]
    channel, rate = str(worst.name), float(worst["repeat_purchase_rate"])
    average = float(facts.channels.store["repeat_purchase_rate"])
    came_by = (facts.customers["first_channel"].astype("str") == channel).to_numpy(bool)
    return Candidate(
        key="weak_channel",
        name=f"One order lately, from {channel}"[:80],
        members=came_by & facts.in_stage("new", "first_time"),
        strategy="cross_sell",
        reason=lambda number: (
            f"{plural(number, 'customer')} with one order came through {channel}, whose customers "
            f"come back less often ({percent(rate)} against {percent(average)})."
        ),
    )


def _discount_habit(facts: ActionFacts) -> CandidateOrMissing:
    share = facts.customers["discount_share"].to_numpy(float)
    if np.isnan(share).all():
        return "Discount habits: they need a column of discounts."
    return Candidate(
        key="discount_habit",
        name="Active discount shoppers",
        members=facts.in_group("discount_shopper") & ~facts.in_stage("lapsed"),
        strategy="deals",
        reason=lambda number: (
            f"{plural(number, 'customer')} {_buy(number)} at "
            f"{percent(facts.rules.discount_shopper)} or more below the price, and "
            f"{_have(number)} not lapsed."
        ),
    )


def _largest_gap(facts: ActionFacts) -> CandidateOrMissing | None:
    """Those for whom the best strategy against the scorecard's largest gap is, and still active.

    Most of a group such as "lapsed" has left for good: writing to them moves no metric.
    """
    if facts.gap is None:
        return facts.gap_missing or None
    gap = facts.gap
    suited = [strategy for strategy in strategies_for(gap.metric) if strategy.audience]
    if not suited:
        return None
    members = np.zeros(len(facts.customers), dtype=bool)
    for key in suited[0].audience:
        members |= facts.in_group(key)
    members &= facts.p_alive >= LOW
    label = METRICS[gap.metric].label
    return Candidate(
        key="largest_gap",
        name=f"Against the gap: {label}"[:80],
        members=members,
        strategy=suited[0].key,
        reason=lambda number: (
            f"{label} is {shown_value(gap.metric, gap.store, facts.currency)}, {_fall(gap)} than "
            f"in the {gap.against} for customers of the same age. {plural(number, 'customer')} "
            f"{_have(number)} a chance of {percent(LOW)} or more to be active still, and can move "
            "it."
        ),
    )


def _fall(gap: Gap) -> str:
    """How far the metric is from what it was, such as "3 points less"."""
    change = gap.store - gap.aim
    if METRICS[gap.metric].kind in RELATIVE_KINDS:
        change = change / gap.aim if gap.aim else 0.0
    return f"{change_size(gap.metric, abs(change))} {'more' if change > 0 else 'less'}"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _buy(number: int) -> str:
    return "buys" if number == 1 else "buy"
