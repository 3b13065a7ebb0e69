"""What can spoil a test: groups that chance did not make, days that are missing, too few buyers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from retention import wording
from retention.campaigns.holdout import detectable_lift
from retention.campaigns.usual import FIRST_LIFT
from retention.experiments.campaign_test import HELD_OUT, CampaignTest
from retention.models.checks import Check, CheckStatus
from retention.orders.orders import Orders
from retention.periods import Window

#: A p-value below which the sizes of the groups were hardly made by the draw.
SUSPICIOUS = 0.001
#: A p-value, of all measures together, below which the groups differ before the start.
UNLIKE = 0.01
#: Buyers among the held out below which only large effects show.
FEWEST_BUYERS = 30
#: What is compared before the start, and what it is called.
BEFORE = {
    "orders_before": "orders",
    "revenue_before": "revenue",
    "days_since": "days since the last order",
}


def _check(name: str, status: CheckStatus, finding: str, advice: str = "") -> Check:
    return Check(name=name, status=status, finding=finding, advice=advice)


def check_sizes(addressed: int, held_out: int, share: float | None) -> Check:
    """Return whether the sizes of both groups fit the share that was to be held out.

    Args:
        addressed: Customers addressed.
        held_out: Customers held out.
        share: The share that was planned; None where nobody knows it.
    """
    name = "Sizes of the groups"
    sizes = f"{wording.count(addressed)} addressed and {wording.count(held_out)} held out"
    if share is None or not 0 < share < 1:
        return _check(
            name,
            "unknown",
            f"{sizes}: the share that was to be held out is not known.",
            "Ask whoever drew the groups what share they meant to hold out.",
        )
    p_value = _p_of_sizes(addressed, held_out, share)
    planned = wording.percent(share)
    if p_value < SUSPICIOUS:
        return _check(
            name,
            "bad",
            f"{sizes}, where {planned} were to be held out. Chance hardly ever does that.",
            "Look for customers who were lost from one of the lists, and measure again.",
        )
    return _check(name, "good", f"{sizes}, as a draw of {planned} makes them.")


def _p_of_sizes(addressed: int, held_out: int, share: float) -> float:
    # Loaded when it is needed: it takes 0.7 s.
    import tea_tasting as tt

    data = pd.DataFrame({"group": np.repeat([1, 0], [addressed, held_out])})
    test = tt.Experiment({"sizes": tt.SampleRatio((1 - share) / share)}, variant="group")
    return float(test.analyze(data, control=0)["sizes"].pvalue)


def check_alike(frame: pd.DataFrame) -> Check:
    """Return whether both groups were alike before the start.

    Args:
        frame: A row a customer: `is_addressed`, and those of `BEFORE` that are known.
    """
    # Loaded when it is needed: it takes 0.7 s.
    import tea_tasting as tt

    name = "Alike before the start"
    known = [column for column in BEFORE if column in frame and frame[column].nunique() > 1]
    data = frame[["is_addressed", *known]].dropna().astype(float).astype({"is_addressed": int})
    if not known or data["is_addressed"].value_counts().reindex([0, 1]).fillna(0).min() < 2:
        return _check(
            name, "unknown", "The orders before the start say too little of these customers."
        )
    tests = {column: tt.Mean(column) for column in known}
    results = tt.Experiment(tests, variant="is_addressed").analyze(data, control=0)
    adjusted = tt.adjust_fwer(results)
    measured = next(iter(adjusted.values()))
    worst = min(known, key=lambda column: measured[column]["pvalue_adj"])
    result = results[worst]
    if measured[worst]["pvalue_adj"] >= UNLIKE:
        *others, last = (BEFORE[column] for column in known)
        listed = f"{', '.join(others)} and {last}" if others else last
        return _check(name, "good", f"Both groups were alike in {listed}.")
    return _check(
        name,
        "bad",
        f"{BEFORE[worst].capitalize()} before the start: {wording.decimal(result.treatment, 2)} "
        f"of those addressed, {wording.decimal(result.control, 2)} of those held out.",
        "Chance hardly makes such groups: find out who chose them before you trust the difference.",
    )


def check_days(orders: Orders, start: date, end: date) -> Check:
    """Return whether the orders hold all days of the test.

    Args:
        orders: The orders.
        start: The first day that counts.
        end: The last day that counts.
    """
    name = "Days of the test"
    if start <= orders.start:
        return _check(
            name,
            "bad",
            f"The test starts on {wording.day(start)}, and the orders on "
            f"{wording.day(orders.start)}: nothing is known of the customers before it.",
            "Load an export that begins at least a year before the campaign.",
        )
    window = Window(start, end)
    if not window.is_held_by(orders.end):
        return _check(
            name,
            "caution",
            f"The orders end on {wording.day(orders.end)}, and the test's last day is "
            f"{wording.day(end)}. Only an order of a later day shows that they hold it whole.",
            f"Load an export of {wording.day(window.look_on)} or later.",
        )
    return _check(name, "good", f"The orders hold every day up to {wording.day(end)}.")


def check_buyers(frame: pd.DataFrame, usual: float = FIRST_LIFT) -> Check:
    """Return whether enough customers bought for a difference to show.

    It is in order where the test could see what a campaign usually brings, and no sooner.

    Args:
        frame: A row a customer: `is_addressed` and `bought`.
        usual: The lift of a usual campaign to such customers, from 0 to 1.
    """
    name = "Buyers among the held out"
    held_out = frame[~frame["is_addressed"]]
    customers, buyers = len(held_out), int(held_out["bought"].sum())
    share = buyers / customers if customers else 0.0
    lift = detectable_lift(len(frame) - customers, customers, share)
    seen = lift * (1 - share)
    people = wording.plural(customers, "customer")
    sees_usual = bool(lift <= usual)
    brought = usual * (1 - share)
    if not np.isfinite(lift):
        words = "no difference can be seen"
    elif buyers:
        words = f"nothing below +{wording.percent(seen / share, 0)} can be seen"
        words += "" if sees_usual else f", and +{wording.percent(brought / share, 0)} is usual"
    else:
        words = f"nothing below {wording.decimal(100 * seen, 1)} points can be seen"
        words += "" if sees_usual else f", and {wording.decimal(100 * brought, 1)} are usual"
    finding = f"{wording.count(buyers)} of {people} held out bought: {words}."
    if buyers < FEWEST_BUYERS or not sees_usual:
        advice = "Hold out more customers next time, or let the test run longer."
        return _check(name, "caution", finding, advice)
    return _check(name, "good", finding)


def check_addressed(
    groups: pd.DataFrame,
    start: date,
    end: date,
    sent: Iterable[str] | None = None,
    others: Iterable[CampaignTest] = (),
) -> Check:
    """Return whether those held out heard nothing, and those addressed got the campaign.

    Args:
        groups: `customer_id` and `group`, "addressed" or "held_out".
        start: The first day that counts.
        end: The last day that counts.
        sent: Customers to whom the campaign went, from a list of the mail tool; None without one.
        others: Other campaigns that went out.
    """
    name = "Held out and left alone"
    is_held = groups["group"] == HELD_OUT
    held_out = set(groups.loc[is_held, "customer_id"])
    faults = []
    if sent is not None:
        reached = set(sent)
        mailed = len(held_out & reached)
        missed = len(set(groups.loc[~is_held, "customer_id"]) - reached)
        if mailed:
            faults.append(f"{wording.plural(mailed, 'customer')} held out got the campaign")
        if missed:
            faults.append(f"{wording.plural(missed, 'customer')} addressed did not get it")
    for other in others:
        if other.start > end or other.end < start:
            continue
        theirs = other.groups.loc[other.groups["group"] != other.control, "customer_id"]
        both = len(held_out & set(theirs))
        if both:
            faults.append(
                f"{wording.plural(both, 'customer')} held out got “{other.name}” in these days"
            )
    if faults:
        return _check(
            name,
            "caution",
            ". ".join(fault[0].upper() + fault[1:] for fault in faults) + ".",
            "Everyone still counts in the group of the draw, which makes the difference smaller. "
            "Keep campaigns apart next time.",
        )
    known = "the list of those sent and " if sent is not None else ""
    return _check(name, "good", f"Of {known}the campaigns kept here, none reached those held out.")
