"""What the hidden part of the history says about the model: seasons, drift, and how far it was off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.evaluation.backtest import Backtest
from retention.evaluation.weekly import weeks_in_gap
from retention.models.checks import Check
from retention.wording import day, off_words, rounded_orders, signed_percent

#: Weeks that are looked at together: single weeks are mostly chance.
BLOCK = 4
#: Orders that a block should have, and blocks that a comparison should have.
ENOUGH_ORDERS, ENOUGH_BLOCKS = 10, 6
#: Typical deviation of a block from the model, beyond chance, that counts as seasons.
SEASONS = 0.2
#: Deviation of the latest blocks from the earlier ones that counts as drift.
DRIFT = 0.15
#: Weeks below which it says nothing how many of them lay within their range.
FEW_WEEKS = 8
#: How far a total may be off, as a share, before the forecast is to be corrected by hand.
OFF, FAR_OFF = 0.1, 0.4


def backtest_checks(result: Backtest) -> tuple[Check, ...]:
    """Return the checks that need the order dates: the total foreseen, seasons and drift before the cut."""
    blocks = fitted_blocks(result.tracking)
    if len(blocks) < ENOUGH_BLOCKS:
        return (_foreseen(result), _too_short(blocks))
    return (_foreseen(result), _seasons(blocks), _drift(blocks))


def fitted_blocks(tracking: pd.DataFrame) -> pd.DataFrame:
    """Add up the weeks before the cut in fours, counted back from it, without those of a gap in the orders.

    Returns `end` (timestamp), `actual`, `expected` and `ratio` of the blocks with enough orders, oldest first.
    """
    fitted = tracking[tracking["part"] == "fitted"]
    fitted = fitted[~weeks_in_gap(fitted)]
    block = (-fitted["week"]) // BLOCK
    sums = fitted.groupby(block).agg(
        end=("week_end", "max"),
        actual=("actual", "sum"),
        expected=("expected", "sum"),
        weeks=("week", "size"),
    )
    kept = sums[(sums["weeks"] == BLOCK) & (sums["expected"] >= ENOUGH_ORDERS)].sort_values("end")
    return (
        kept.assign(ratio=kept["actual"] / kept["expected"])
        .drop(columns="weeks")
        .reset_index(drop=True)
    )


def _foreseen(result: Backtest) -> Check:
    name = "Hidden orders"
    found = result.models.loc[result.purchase_model]
    actual = found["actual_orders"]
    if not actual:
        return Check(
            name, "bad", result.verdict, "Do not act on a forecast while nobody comes back."
        )
    gap, bias = result.gap, result.bias
    missed = float((gap["expected"] - gap["actual"]).sum())
    low, high = max(result.orders.low - missed, 0.0), max(result.orders.high - missed, 0.0)
    inside = low <= actual <= high
    finding = (
        f"In the last {result.holdout_days} days, hidden from it, the model foresaw "
        f"{rounded_orders(found['orders'], actual)} orders; {actual:,.0f} "
        f"came ({off_words(found['bias'])}; revenue {off_words(found['revenue_bias'], 'high', 'low')}). "
    )
    if len(gap):
        finding += f"But for {len(gap)} weeks in or beside a stretch without any order it was {off_words(bias)}. "
    place = (
        "That lies within"
        if inside
        else "A small miss, though outside"
        if abs(bias) <= OFF
        else "That lies outside"
    )
    finding += f"{place} its 80% range of {low:,.0f} to {high:,.0f}."
    if inside or abs(bias) <= OFF:
        weeks = result.tracking[result.tracking["part"] == "foreseen"].drop(gap.index)
        held = ((weeks["low"] <= weeks["actual"]) & (weeks["actual"] <= weeks["high"])).mean()
        if len(weeks) >= FEW_WEEKS and held < 0.5:
            finding += f" Only {held:.0%} of its weeks kept to theirs: some too high and some too low have evened out."
            return Check(
                name,
                "caution",
                finding,
                "Trust totals over long periods, and not those of single months.",
            )
        revenue = result.revenue.low <= found["actual_revenue"] <= result.revenue.high
        if gap.empty and not revenue and abs(result.revenue_bias) > OFF:
            more = "more" if result.revenue_bias < 0 else "less"
            advice = f"Expect {more} revenue than the forecast says; the number of orders was about right."
            return Check(name, "caution", finding, advice)
        return Check(name, "good", finding)
    direction, leans = ("more", "low") if bias < 0 else ("less", "high")
    advice = f"Expect {direction} than the forecast says, by about as much, unless the next months are quite different."
    return Check(name, "bad" if abs(bias) > FAR_OFF else "caution", finding, advice, leans)


def _seasons(blocks: pd.DataFrame) -> Check:
    name = "Seasons"
    off = blocks["ratio"] / (blocks["actual"].sum() / blocks["expected"].sum()) - 1
    beyond_chance = np.sqrt(max(float((off**2 - 1 / blocks["expected"]).mean()), 0.0))
    low, high = blocks.loc[off.idxmin()], blocks.loc[off.idxmax()]
    finding = (
        f"Four-week totals went from {signed_percent(low['ratio'] - 1)} (to {day(low['end'])}) to "
        f"{signed_percent(high['ratio'] - 1)} (to {day(high['end'])}) against what the model fits; "
        f"{beyond_chance:.0%} is typical beyond chance."
    )
    if beyond_chance > SEASONS:
        advice = "The model knows no seasons: compare a month with the same month a year before, and trust whole years."
        return Check(name, "caution", finding, advice)
    return Check(name, "good", finding)


def _drift(blocks: pd.DataFrame) -> Check:
    name = "Drift"
    latest = len(blocks) // 3
    ratio, error = [], 0.0
    for part in (blocks[:-latest], blocks[-latest:]):
        ratio.append(part["actual"].sum() / part["expected"].sum())
        # The spread of the blocks, seasons included, rather than that of chance alone.
        spread = part["ratio"].std(ddof=1) if len(part) > 1 else abs(part["ratio"].iloc[0] - 1)
        error = np.hypot(error, spread / np.sqrt(len(part)))
    change = ratio[1] / ratio[0] - 1
    finding = (
        f"In the last {latest * BLOCK} weeks before the cut orders ran {signed_percent(change)} against the weeks "
        "before."
    )
    if abs(change) > DRIFT and abs(ratio[1] - ratio[0]) > 2 * error:
        direction, leans = ("fewer", "high") if change < 0 else ("more", "low")
        return Check(
            name,
            "caution",
            finding,
            f"Expect {direction} orders than the forecast says if this goes on; find out what has changed.",
            leans,
        )
    if abs(change) > DRIFT:
        finding += " Four-week totals differ by as much anyway, so that this may be no drift."
        return Check(
            name, "unknown", finding, "Look again in a few months; until then expect either."
        )
    return Check(name, "good", finding)


def _too_short(blocks: pd.DataFrame) -> Check:
    found = (
        f"{len(blocks) or 'No'} four-week period{'s' * (len(blocks) != 1)} before the cut "
        f"{'have' if len(blocks) != 1 else 'has'} {ENOUGH_ORDERS} orders or more: too few to tell seasons or a drift."
    )
    return Check(
        "Seasons and drift",
        "unknown",
        found,
        "Load a longer period, two years or more for seasons.",
    )
