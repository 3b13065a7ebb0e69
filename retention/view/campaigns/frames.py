"""A plan as the rows that its charts and tables show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention import wording
from retention.campaigns.economics import Economics, economics
from retention.campaigns.new_customers import Acquisition
from retention.campaigns.offer_comparison import OfferComparison
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.send_times import DUE
from retention.view import palette
from retention.view.campaigns import words
from retention.view.campaigns.charts import GAIN, PLAIN, SPENT

LIFTS = 9
WHEN = {
    "overdue": "Overdue",
    "today": "Today",
    "this_week": "Within a week",
    "this_month": "Within a month",
    "later": "Later",
    "unknown": "Cannot be said",
}
ZERO = pd.DataFrame({"value": [0.0]})


def bridge_frames(found: Economics, currency: str | None) -> dict[str, pd.DataFrame]:
    """The data sets of `bridge_chart`."""
    added = found.margin_with.expected - found.margin_without.expected
    parts = [
        ("Margin added", added, GAIN),
        ("Messages", -found.contacts_cost, SPENT),
        ("Offers: came anyway", -found.offers_anyway, SPENT),
        ("Offers: persuaded", -found.offers_persuaded, SPENT),
    ]
    rows, level = [], 0.0
    for step, amount, what in parts:
        rows.append(
            (step, level, level + amount, what, wording.money(amount, currency, short=True))
        )
        level += amount
    rows.append((PLAIN, 0.0, level, PLAIN, wording.money(level, currency, short=True)))
    steps = pd.DataFrame(rows, columns=["step", "bottom", "top", "what", "amount"])
    steps["above"] = steps[["bottom", "top"]].max(axis=1)
    steps.loc[len(steps) - 1, "above"] = max(level, found.gain.high, 0.0)
    between = wording.money_range(found.gain.low, found.gain.high, currency)
    reach = pd.DataFrame(
        {"step": [PLAIN], "low": [found.gain.low], "high": [found.gain.high], "between": [between]}
    )
    return {"steps": steps, "range": reach, "zero": ZERO}


def size_frames(plan: CampaignPlan, currency: str | None) -> dict[str, pd.DataFrame]:
    """The data sets of `size_chart`."""
    curve = plan.curve.assign(
        said=[wording.money(gain, currency, short=True) for gain in plan.curve["gain"]]
    )
    most = int(curve["customers"].max())
    marks = []
    for size, label in ((plan.size, "This plan"), (plan.best_size, "Best size")):
        at = int((curve["customers"] - size).abs().argmin())
        if label == "Best size" and abs(plan.best_size - plan.size) <= max(0.01 * most, 0):
            marks = [(plan.size, float(curve["gain"].iloc[at]), "This plan, the best size")]
            break
        marks.append((size, float(curve["gain"].iloc[at]), label))
    frame = pd.DataFrame(marks, columns=["customers", "gain", "label"])
    frame["side"] = np.where(frame["customers"] > 0.75 * most, "right", "left")
    return {"curve": curve, "marks": frame}


def lift_frames(plan: CampaignPlan, currency: str | None) -> dict[str, pd.DataFrame]:
    """The data sets of `lift_chart`: the same customers at lifts from none to twice what is assumed or needed."""
    terms, book = plan.campaign.terms, plan.reachable.ledger
    needed = plan.economics.break_even_lift
    most = min(max(2 * terms.lift, 1.6 * needed if np.isfinite(needed) else 0.0, 0.02), 1.0)
    rows = []
    for lift in np.linspace(0, most, LIFTS):
        gain = economics(book, replace(terms, lift=float(lift)), plan.treated).gain
        between = wording.money_range(gain.low, gain.high, currency)
        said = f"{wording.money(gain.expected, currency, short=True)} (80% range {between})"
        rows.append((lift * 100, gain.expected, gain.low, gain.high, said))
    lifts = pd.DataFrame(rows, columns=["lift", "gain", "low", "high", "said"])
    marks = [(terms.lift * 100, "You assume", "right", -6)]
    if np.isfinite(needed) and needed <= most:
        near = abs(needed - terms.lift) < 0.2 * most
        marks = [
            (
                terms.lift * 100,
                "You assume",
                *(("left", 6) if terms.lift >= needed else ("right", -6)),
            )
        ]
        marks.append(
            (
                needed * 100,
                "Breaks even",
                *(("right", -6) if terms.lift >= needed or not near else ("left", 6)),
            )
        )
    return {
        "lifts": lifts,
        "marks": pd.DataFrame(marks, columns=["lift", "label", "side", "dx"]),
        "zero": ZERO,
    }


def due_frame(found: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    """The data set of `due_chart`, from `due_table`."""
    found = found.reset_index()
    soon = found["due"].isin(list(DUE)[:4])
    return pd.DataFrame(
        {
            "when": found["due"].map(WHEN),
            "customers": found["customers"].round().astype(int),
            "said": [wording.money(gain, currency, short=True) for gain in found["gain"]],
            "colour": np.where(soon, palette.ACCENT, palette.NEUTRAL),
        }
    )


def sequence_frame(
    table: pd.DataFrame, first: date, plan: CampaignPlan, currency: str | None
) -> pd.DataFrame:
    """The data set of `sequence_chart`, from `sequence_table`."""
    terms = plan.campaign.terms
    offers = {
        "": "None",
        "opening": words.offer_in_words(terms.opening, currency),
        "offer": words.offer_in_words(terms.offer, currency),
    }
    colours = {"": palette.NEUTRAL, "opening": palette.STEPS[2], "offer": palette.LOSS}
    return pd.DataFrame(
        {
            "date": [pd.Timestamp(first + timedelta(days=int(day))) for day in table["day"]],
            "customers": table["customers"],
            "message": table["text"],
            "offer": table["offer"].map(offers),
            "said": [wording.count(n) for n in table["customers"]],
            "colour": table["offer"].map(colours),
        }
    )


def offers_frame(found: OfferComparison, currency: str | None) -> pd.DataFrame:
    """The data set of `offers_chart`."""
    rows = []
    for _, band in found.bands.iterrows():
        people = f"{wording.count(band['customers'])} with {wording.money_range(band['from_value'], band['to_value'], currency)}"
        for kind, worth in (("Amount", band["amount"]), ("Percentage", band["percentage"])):
            rows.append((band["order_value"], worth, kind, wording.money(worth, currency), people))
    return pd.DataFrame(rows, columns=["order_value", "worth", "kind", "said", "people"])


def groups_frame(found: Acquisition, currency: str | None) -> pd.DataFrame:
    """The data set of `allowed_chart`: the groups that have numbers."""
    known = found.groups[found.groups["problem"] == ""].reset_index()
    return known.assign(
        said=[wording.money(value, currency) for value in known["value"]],
        between=[
            wording.money_range(low, high, currency)
            for low, high in zip(known["value_low"], known["value_high"], strict=True)
        ],
        cost=[wording.money(value, currency) for value in known["allowed"]],
        payback=[paid_back(days) for days in known["payback_days"]],
    )


def paid_back(days: float) -> str:
    """When the cost of winning a customer is paid back, in words.

    >>> paid_back(0), paid_back(40), paid_back(float("nan"))
    ('by the first order', 'after 40 days', 'not within the time looked at')
    """
    if not np.isfinite(days):
        return "not within the time looked at"
    return f"after {wording.days(days)}" if days >= 1 else "by the first order"
