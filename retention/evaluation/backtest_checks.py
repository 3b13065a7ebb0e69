"""What the hidden part of the history says about the model: seasons, drift, how far it was off."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from retention.evaluation.backtest import Backtest
from retention.evaluation.weekly import weeks_in_gap
from retention.models.checks import Check
from retention.models.season.index import SeasonIndex
from retention.wording import (
    count,
    day,
    deviation_words,
    percent,
    plural,
    rounded_orders,
    signed_percent,
)

#: Weeks that are added up: single weeks are mostly chance.
BLOCK_WEEKS = 4
#: Expected orders that a block needs.
ENOUGH_BLOCK_ORDERS = 10
#: Blocks that a comparison needs.
ENOUGH_BLOCKS = 6
#: Typical deviation of a block from the model, beyond chance, that counts as seasons.
SEASONAL_DEVIATION = 0.2
#: Deviation of the latest blocks from the earlier ones that counts as drift.
DRIFT_DEVIATION = 0.15
#: Weeks that are needed to judge how many of them lay within their range.
ENOUGH_WEEKS = 8
#: Share of a total that it may be off before the forecast has to be corrected by hand.
CAUTION_BIAS = 0.1
#: Share of the customers whose own 80 % range should hold their orders.
ENOUGH_COVERAGE = 0.7
#: Gini of a ranking below which it says little.
WEAK_RANKING = 0.1
#: Share of a total from which its range says more than the total itself.
LARGE_BIAS = 0.2
#: Share of a total from which the forecast is not to be used.
BAD_BIAS = 0.4


def backtest_checks(result: Backtest) -> tuple[Check, ...]:
    """Return the checks that need the order dates: what was hidden, and seasons before the cut.

    Args:
        result: From `backtest`.

    Returns:
        The check of the hidden orders, of single customers' ranges and, where there are amounts,
        of their ranking; then those of seasons and drift. A history that is too short for the
        latter has one check that says so.
    """
    hidden = [_hidden_orders(result), _single_customers(result)]
    if np.isfinite(result.figures["gini"]):
        hidden.append(_ranking(result))
    blocks = fitted_blocks(result.tracking)
    if len(blocks) < ENOUGH_BLOCKS:
        return (*hidden, _too_short(blocks))
    return (*hidden, _seasons(blocks, result.model.season), _drift(blocks))


def fitted_blocks(tracking: pd.DataFrame) -> pd.DataFrame:
    """Add up the weeks before the cut in fours, counted back from it.

    Weeks in or beside a gap in the orders are left out.

    Args:
        tracking: From `weekly_tracking`.

    Returns:
        The blocks with enough orders, oldest first, with the columns:

        - `end`: timestamp;
        - `actual`, `expected`: orders;
        - `ratio`: actual / expected.
    """
    fitted = tracking[tracking["part"] == "fitted"]
    fitted = fitted[~weeks_in_gap(fitted)]
    block = (-fitted["week"]) // BLOCK_WEEKS
    sums = fitted.groupby(block).agg(
        end=("week_end", "max"),
        actual=("actual", "sum"),
        expected=("expected", "sum"),
        weeks=("week", "size"),
    )
    is_whole = (sums["weeks"] == BLOCK_WEEKS) & (sums["expected"] >= ENOUGH_BLOCK_ORDERS)
    blocks = sums[is_whole].sort_values("end")
    return (
        blocks.assign(ratio=blocks["actual"] / blocks["expected"])
        .drop(columns="weeks")
        .reset_index(drop=True)
    )


def _hidden_orders(result: Backtest) -> Check:
    """How far the predicted total was off."""
    if not result.figures["actual_orders"]:
        return Check(
            name="Hidden orders",
            status="bad",
            finding=result.verdict,
            advice="Do not act on a forecast while nobody comes back.",
        )
    low, high = _range_without_gap(result)
    is_inside = bool(low <= result.figures["actual_orders"] <= high)
    is_small = abs(result.bias) <= CAUTION_BIAS
    place = (
        "That lies within"
        if is_inside
        else "A small miss, though outside"
        if is_small
        else "That lies outside"
    )
    finding = f"{_total_words(result)}{place} its 80% range of {count(low)} to {count(high)}."
    if not (is_inside or is_small) or abs(result.bias) > BAD_BIAS:
        return _wrong_total(result, finding)
    check = _right_total(result, finding)
    if check.status != "good":
        return check
    if not is_inside:
        advice = "Use the total, and allow for more than its range: it was too narrow here."
        return replace(check, status="caution", advice=advice)
    if abs(result.bias) > LARGE_BIAS:
        advice = "Plan with both ends of the range: this store's totals come out that far apart."
        return replace(check, status="caution", advice=advice)
    return check


def _single_customers(result: Backtest) -> Check:
    """How many customers kept to their own ranges."""
    name, share = "Single customers", percent(result.coverage, 0)
    finding = (
        f"{share} of the {count(result.customers)} customers kept to their own 80% range in the "
        "hidden "
        "days."
    )
    if result.coverage >= ENOUGH_COVERAGE:
        return Check(name=name, status="good", finding=finding)
    return Check(
        name=name,
        status="caution",
        finding=finding,
        advice="Take the ranges of single customers as too narrow, and decide by groups.",
    )


def _ranking(result: Backtest) -> Check:
    """Whether those who were ranked first brought the most."""
    name = "Ranking"
    gini, by_chance = result.figures["gini"], result.figures["gini_by_chance"]
    measured = (
        f"Gini {percent(gini, 0)}, where 100% is hindsight and lots reach {percent(by_chance, 0)} "
        "once in 20 times"
    )
    if result.ranks_by_chance:
        return Check(
            name=name,
            status="caution",
            finding=f"The customers came no more in the order of their expected value than by lot "
            f"({measured}).",
            advice="Choose whom to address by stage or last order, not by expected value.",
        )
    if gini < WEAK_RANKING:
        return Check(
            name=name,
            status="caution",
            finding=f"The order of the customers by expected value says little ({measured}).",
            advice="Address broad groups: the first and the last of the list hardly differ.",
        )
    return Check(
        name=name,
        status="good",
        finding=f"Those ranked first brought the most ({measured}).",
    )


def _range_without_gap(result: Backtest) -> tuple[float, float]:
    """The 80 % range of the orders, less those that were expected in a gap."""
    missed = float((result.gap["expected"] - result.gap["actual"]).sum())
    return max(result.orders.low - missed, 0.0), max(result.orders.high - missed, 0.0)


def _total_words(result: Backtest) -> str:
    figures, weeks_missing = result.figures, len(result.gap)
    actual = figures["actual_orders"]
    revenue = ""
    if result.revenue is not None:
        revenue = f"; revenue {deviation_words(figures['revenue_bias'], 'high', 'low')}"
    words = (
        f"In the last {result.holdout_days} days, hidden from it, the model foresaw "
        f"{rounded_orders(figures['orders'], actual)} orders; {count(actual)} "
        f"came ({deviation_words(figures['bias'])}{revenue}). "
    )
    if weeks_missing:
        words += (
            f"But for {weeks_missing} weeks in or beside a stretch without any order it was "
            f"{deviation_words(result.bias)}. "
        )
    return words


def _right_total(result: Backtest, finding: str) -> Check:
    """The check of a total that was about right: its weeks and its revenue may not be."""
    weeks = result.tracking[result.tracking["part"] == "foreseen"].drop(result.gap.index)
    inside = ((weeks["low"] <= weeks["actual"]) & (weeks["actual"] <= weeks["high"])).mean()
    if len(weeks) >= ENOUGH_WEEKS and inside < 0.5:
        return Check(
            name="Hidden orders",
            status="caution",
            finding=f"{finding} Only {percent(inside, 0)} of its weeks kept to theirs: some too "
            "high and some too low have evened out.",
            advice="Trust totals over long periods, and not those of single months.",
        )
    if result.revenue is None:
        return Check(name="Hidden orders", status="good", finding=finding)
    actual_revenue = result.figures["actual_revenue"]
    is_in_range = result.revenue.low <= actual_revenue <= result.revenue.high
    if result.gap.empty and not is_in_range and abs(result.revenue_bias) > CAUTION_BIAS:
        more = "more" if result.revenue_bias < 0 else "less"
        return Check(
            name="Hidden orders",
            status="caution",
            finding=finding,
            advice=f"Expect {more} revenue than the forecast says; the number of orders was about "
            "right.",
        )
    return Check(name="Hidden orders", status="good", finding=finding)


def _wrong_total(result: Backtest, finding: str) -> Check:
    leans: Literal["high", "low"] = "low" if result.bias < 0 else "high"
    direction = "more" if leans == "low" else "less"
    return Check(
        name="Hidden orders",
        status="bad" if abs(result.bias) > BAD_BIAS else "caution",
        finding=finding,
        advice=f"Expect {direction} than the forecast says, by about as much, unless the next "
        "months are quite different.",
        leans=leans,
    )


def _seasons(blocks: pd.DataFrame, season: SeasonIndex) -> Check:
    deviations = blocks["ratio"] / (blocks["actual"].sum() / blocks["expected"].sum()) - 1
    variance = float((deviations**2 - 1 / blocks["expected"]).mean())
    beyond_chance = np.sqrt(max(variance, 0.0))
    low, high = (blocks.iloc[int(place)] for place in (deviations.argmin(), deviations.argmax()))
    finding = (
        f"Four-week totals went from {signed_percent(low['ratio'] - 1)} (to {day(low['end'])}) to "
        f"{signed_percent(high['ratio'] - 1)} (to {day(high['end'])}) against what the model fits; "
        f"{percent(beyond_chance, 0)} is typical beyond chance."
    )
    if beyond_chance > SEASONAL_DEVIATION:
        what_it_knows = (
            f"The model knows no seasons ({season.reason})"
            if season.is_plain
            else "The model follows the usual season, and months still differ beyond it"
        )
        return Check(
            name="Seasons",
            status="caution",
            finding=finding,
            advice=f"{what_it_knows}: compare a month with the same month a year before, and trust "
            "whole years.",
        )
    return Check(name="Seasons", status="good", finding=finding)


def _drift(blocks: pd.DataFrame) -> Check:
    latest = len(blocks) // 3
    before, error_before = _ratio_with_error(blocks[:-latest])
    ratio, error = _ratio_with_error(blocks[-latest:])
    change = ratio / before - 1
    finding = (
        f"In the last {latest * BLOCK_WEEKS} weeks before the cut orders ran "
        f"{signed_percent(change)} against the weeks before."
    )
    if not abs(change) > DRIFT_DEVIATION:
        return Check(name="Drift", status="good", finding=finding)
    if not abs(ratio - before) > 2 * np.hypot(error_before, error):
        return Check(
            name="Drift",
            status="unknown",
            finding=f"{finding} Four-week totals differ by as much anyway, so that this may be no "
            "drift.",
            advice="Look again in a few months; until then expect either.",
        )
    leans: Literal["high", "low"] = "high" if change < 0 else "low"
    direction = "fewer" if leans == "high" else "more"
    return Check(
        name="Drift",
        status="caution",
        finding=finding,
        advice=f"Expect {direction} orders than the forecast says if this goes on; find out what "
        "has changed.",
        leans=leans,
    )


def _ratio_with_error(blocks: pd.DataFrame) -> tuple[float, float]:
    """Return actual / expected orders, and its standard error from the spread of the blocks.

    That spread holds the seasons too, unlike the one of chance alone.
    """
    ratios = blocks["ratio"]
    spread = ratios.std(ddof=1) if len(blocks) > 1 else abs(ratios.iloc[0] - 1)
    ratio = blocks["actual"].sum() / blocks["expected"].sum()
    return ratio, spread / np.sqrt(len(blocks))


def _too_short(blocks: pd.DataFrame) -> Check:
    number = len(blocks)
    periods = plural(number, "four-week period") if number else "No four-week periods"
    return Check(
        name="Seasons and drift",
        status="unknown",
        finding=f"{periods} before the cut {'has' if number == 1 else 'have'} "
        f"{ENOUGH_BLOCK_ORDERS} orders or more: too few to tell seasons or a drift.",
        advice="Load a longer period, two years or more for seasons.",
    )
