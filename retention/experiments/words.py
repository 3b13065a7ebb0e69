"""What a test has shown, in sentences: plain text, for pages, reports and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeGuard

import numpy as np

from retention import wording
from retention.experiments.by_segment import SegmentDifferences
from retention.experiments.campaign_test import MeasuredLift
from retention.experiments.metrics import METRICS, Metric
from retention.experiments.result import (
    VERDICTS,
    CampaignResult,
    Gain,
    GroupResult,
    Range95,
    State,
)
from retention.periods import Window
from retention.statistics import FORECAST_LEVEL, METRIC_LEVEL, normal_width

#: The share of variance below which a forecast is of no use worth a word.
_LITTLE = 0.02
#: Metrics that are amounts of money.
MONEY: tuple[Metric, ...] = ("revenue", "order_value", "margin", "year_margin")


def state_words(state: State, start: date, end: date, until: date) -> str:
    """Return where a test stands in a few words.

    Args:
        state: "planned", "running" or "finished".
        start: The first day that counts.
        end: The last day that counts.
        until: The last day that is known.

    >>> state_words("running", date(2026, 3, 1), date(2026, 4, 29), date(2026, 3, 12))
    'Running: day 12 of 60'
    """
    if state == "planned":
        return f"Planned: starts {wording.day(start)}"
    if state == "running":
        return f"Running: day {(until - start).days + 1} of {Window(start, end).days}"
    return "Finished"


def result_state_words(result: CampaignResult) -> str:
    """Return where a test stands in a few words; of a finished one, what it has proved.

    Args:
        result: From `measure_campaign`.
    """
    if result.state == "finished":
        return f"Finished: {_lower(VERDICTS[result.verdict])}"
    return state_words(result.state, result.start, result.end, result.until)


def best_group(result: CampaignResult) -> GroupResult | None:
    """Return the group that decides the verdict; None where nobody was held out.

    Of several groups with that verdict it is the one that brought the most.

    Args:
        result: From `measure_campaign`.
    """
    groups = [group for group in result.groups if group.verdict == result.verdict]
    return max(groups, key=_brought, default=None)


def _brought(group: GroupResult) -> float:
    """What a group brought: its gain, else its extra orders."""
    return group.extra("orders").value if group.gain is None else group.gain.total.expected


def result_sentence(
    result: CampaignResult,
    name: str,
    currency: str | None = None,
    group: GroupResult | None = None,
) -> str:
    """Return what a test has shown, as one conclusion of a sentence or a few.

    Args:
        result: From `measure_campaign`.
        name: What the campaign is called.
        currency: The ISO code of the amounts.
        group: The group that got the campaign; that which decides the verdict unless given.
    """
    called = f"“{name}”"
    if result.state == "planned":
        return planned_sentence(called, result.start, result.end)
    group = best_group(result) if group is None else group
    if group is None:
        return _without_proof(result, called)
    if len(result.groups) > 1:
        called += f", group “{group.group}”,"
    if result.state == "running":
        return _running(result, group, called, currency)
    if group.verdict == "worked":
        others = [other for other in result.groups if other.verdict == "worked"]
        return _worked(group, called, currency) + _also_worked(others, group)
    if group.verdict == "did_not":
        return _did_not(group, called, currency)
    return _unclear(result, group, called, currency)


def _also_worked(groups: Sequence[GroupResult], named: GroupResult) -> str:
    """Name the other groups that worked."""
    names = [f"“{group.group}”" for group in groups if group is not named]
    if not names:
        return ""
    return f" {' and '.join(names)} worked, too: choose {'it' if len(names) == 1 else 'one'} below."


def planned_sentence(called: str, start: date, end: date) -> str:
    """Return when a test that no order has met yet begins, and when to look.

    Args:
        called: The campaign's name, in quotes.
        start: The first day that counts.
        end: The last day that counts.
    """
    return (
        f"{called} counts orders from {wording.day(start)} to {wording.day(end)}. Look on "
        f"{wording.day(Window(start, end).look_on)}: newer orders then hold every day of it, and "
        "what it brought stands here."
    )


def extra_words(extra: Range95, noun: str = "order") -> str:
    """Return how many orders came of a campaign: the interval, in words.

    Args:
        extra: From `GroupResult.extra`.
        noun: What is counted, in the singular.

    >>> extra_words(Range95(2, -20, 31)), extra_words(Range95(41, 12, 70))
    ('between 20 fewer and 31 more orders', 'between 12 and 70 more orders')
    """
    low, high = round(extra.low), round(extra.high)
    plural = f"{noun}s"
    if low >= 0:
        return f"between {wording.count(low)} and {wording.count(high)} more {plural}"
    if high <= 0:
        return f"between {wording.count(-high)} and {wording.count(-low)} fewer {plural}"
    return f"between {wording.count(-low)} fewer and {wording.count(high)} more {plural}"


def gain_words(gain: Gain, currency: str | None = None) -> str:
    """Return what a campaign gained or lost after its cost, with its 80 % range.

    Args:
        gain: From a `GroupResult`.
        currency: The ISO code of the amounts.
    """
    total = gain.total
    lost = total.expected < 0
    low, high = (-total.high, -total.low) if lost else (total.low, total.high)
    amount = wording.money(abs(total.expected), currency, short=True)
    between = wording.money_range(low, high, currency)
    return (
        f"{'lost' if lost else 'gained'} {amount} after its cost "
        f"({wording.percent(FORECAST_LEVEL)} range {between})"
    )


def _worked(group: GroupResult, called: str, currency: str | None) -> str:
    if group.extra("orders").low > 0:
        lead = f"{called} worked: it brought {_orders_brought(group)}."
    elif group.extra("bought").low > 0:
        lead = f"{called} worked: {_buyers_brought(group)}."
    else:
        lead = f"{called} worked: what it brought is worth more than it cost."
    return lead if group.gain is None else f"{lead} It {gain_words(group.gain, currency)}."


def _did_not(group: GroupResult, called: str, currency: str | None) -> str:
    bought = group.extra("bought")
    if bought.high < 0:
        fewer = wording.plural(round(-bought.value), "customer")
        between = f"{wording.count(-bought.high)} to {wording.count(-bought.low)}"
        lead = f"{called} did harm: {fewer} did not buy because of it ({_level()} range {between})."
        return lead if group.gain is None else f"{lead} It {gain_words(group.gain, currency)}."
    orders = extra_words(group.extra("orders"))
    lead = f"{called} did not work: it brought {orders} ({_level()} range)"
    return f"{lead}." if group.gain is None else f"{lead}, and {gain_words(group.gain, currency)}."


def _unclear(result: CampaignResult, group: GroupResult, called: str, currency: str | None) -> str:
    extra = group.extra("orders")
    if _is_known(group.gain) and max(extra.low, group.extra("bought").low) > 0:
        more = extra.low > 0
        lead = (
            f"{called} brought {_orders_brought(group)}."
            if more
            else (f"Because of {called} {_buyers_brought(group)}.")
        )
        return (
            f"{lead} Whether that paid cannot be told: its gain after cost is "
            f"{_gain_range(group.gain, currency)}."
        )
    if np.isfinite([extra.low, extra.high]).all():
        why = f"it brought {extra_words(extra)} ({_level()} range)"
    else:
        why = "too few customers bought"
    sentences = [f"Whether {called} worked cannot be told: {why}."]
    if _is_known(group.gain):
        sentences.append(f"Its gain after cost is {_gain_range(group.gain, currency)}.")
    sentences += [
        check.finding for check in result.checks if check.name == "Buyers among the held out"
    ]
    return " ".join(sentences)


def _orders_brought(group: GroupResult) -> str:
    orders = group.extra("orders")
    more = wording.plural(round(orders.value), "order")
    return f"{more} that would not have come ({_range_words(orders)})"


def _buyers_brought(group: GroupResult) -> str:
    bought = group.extra("bought")
    more = wording.plural(round(bought.value), "customer")
    return f"{more} bought who would not have ({_range_words(bought)})"


def _range_words(extra: Range95) -> str:
    return f"{_level()} range {wording.count(extra.low)} to {wording.count(extra.high)}"


def _gain_range(gain: Gain, currency: str | None) -> str:
    between = wording.money_range(gain.total.low, gain.total.high, currency)
    return f"{between} ({wording.percent(FORECAST_LEVEL)} range)"


def _is_known(gain: Gain | None) -> TypeGuard[Gain]:
    return gain is not None and bool(np.isfinite([gain.total.low, gain.total.high]).all())


def _running(result: CampaignResult, group: GroupResult, called: str, currency: str | None) -> str:
    extra = group.extra("orders")
    so_far = (
        f"it brought {extra_words(extra)}, a range that holds on every day"
        if np.isfinite([extra.low, extra.high]).all()
        else "too few customers bought"
    )
    sentences = [
        f"{called} is on day {result.day} of {result.total_days}, and it is too early to tell.",
        f"So far {so_far}.",
    ]
    if _is_known(group.gain):
        total = group.gain.total
        between = wording.money_range(total.low, total.high, currency)
        share = wording.percent(FORECAST_LEVEL)
        sentences.append(f"Its gain after cost is {between} so far ({share} range).")
    sentences.append(f"Its verdict comes on {wording.day(result.window.look_on)}, and not before.")
    return " ".join(sentences)


def _without_proof(result: CampaignResult, called: str) -> str:
    """What came beside what was expected, where nobody was held out."""
    when = (
        "cannot be proved to have worked"
        if result.state == "finished"
        else (f"is on day {result.day} of {result.total_days}, and proves nothing")
    )
    sentences = [f"{called} {when}: nobody was held out."]
    came = float(result.outcomes["orders"].sum())
    customers = wording.plural(len(result.outcomes), "customer")
    if "expected_orders" in result.outcomes:
        expected = float(result.outcomes["expected_orders"].sum())
        sentences.append(
            f"{wording.plural(round(came), 'order')} came of {customers}, where the model from "
            f"before expected {wording.count(expected)}."
        )
    else:
        sentences.append(f"{wording.plural(round(came), 'order')} came of {customers}.")
    sentences.append("Chance, the season and the model's own errors are in that as well.")
    return " ".join(sentences)


def explained_words(result: CampaignResult) -> str:
    """Return how many fewer customers the test needs because of the forecast.

    Args:
        result: From `measure_campaign`.
    """
    if result.without_forecast:
        return f"Nothing was expected of these customers before. {result.without_forecast}"
    adjusted = any(group.metrics["adjusted"].any() for group in result.groups)
    if not adjusted:
        return "The draw itself is the test here, and the forecast changes nothing."
    if result.explained < _LITTLE:
        return "The forecast foresees little of these orders, and so changes little."
    return (
        "What the forecast expected of each customer is taken off the difference. So the test "
        f"needs {wording.percent(result.explained, 0)} fewer customers."
    )


def segments_sentence(differences: SegmentDifferences) -> str:
    """Return whether a campaign worked better in some segments than in others.

    Args:
        differences: From `CampaignResult.by_segment`.
    """
    known = differences.table["difference"].notna()
    if known.sum() < 2:
        return "Too few customers of each segment are in both groups to compare segments."
    if not differences.differ:
        return (
            "The segments differ by no more than chance: take the common difference for all of "
            "them."
        )
    shrunk = differences.table["shrunk"]
    return (
        f"The segments differ by more than chance: most in {shrunk.idxmax()}, least in "
        f"{shrunk.idxmin()}."
    )


def lift_sentence(lift: MeasuredLift) -> str:
    """Return what a finished test has taught for the next plan.

    Args:
        lift: From `measured_lift`.
    """
    if not np.isfinite(lift.lift):
        return "Nothing can be learned from it: all of the held out ordered anyway."
    half = normal_width(FORECAST_LEVEL) * lift.standard_error
    low, high = (wording.decimal(100 * (lift.lift + sign * half), 1) for sign in (-1, 1))
    of_hundred = wording.decimal(100 * abs(lift.lift), 1)
    if abs(lift.lift) < half:
        return (
            f"No lift was shown: between {low} and {high} of 100 customers who would not have "
            f"ordered ({wording.percent(FORECAST_LEVEL)} range)."
        )
    if lift.lift < 0:
        lead = f"Of 100 customers, {of_hundred} fewer ordered because of it"
    else:
        lead = f"Of 100 customers who would not have ordered, {of_hundred} did because of it"
    return f"{lead} ({wording.percent(FORECAST_LEVEL)} range {low} to {high})."


def amount_words(metric: Metric, value: float, currency: str | None = None) -> str:
    """Return a metric's value as text.

    Args:
        metric: Its key.
        value: In money, orders per customer, or a share.
        currency: The ISO code of amounts.
    """
    if metric == "bought":
        return wording.percent(value)
    if metric in MONEY:
        return wording.money(value, currency)
    return wording.decimal(value, 3)


def difference_words(metric: Metric, value: float, currency: str | None = None) -> str:
    """Return a difference of a metric as text, with its sign.

    Args:
        metric: Its key.
        value: As `amount_words` takes it.
        currency: The ISO code of amounts.
    """
    if metric == "bought":
        return f"{wording.signed(100 * value, 1)} points"
    if metric in MONEY:
        sign = "+" if value > 0 else ""
        return f"{sign}{wording.money(value, currency)}"
    return wording.signed(value, 3)


def metric_label(metric: Metric) -> str:
    """Return what a metric is called.

    Args:
        metric: Its key.
    """
    return METRICS[metric]


def _level() -> str:
    return wording.percent(METRIC_LEVEL)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
