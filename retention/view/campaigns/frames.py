"""A plan as the rows that its charts and tables show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.economics import Economics
from retention.campaigns.new_customers import ALL, Acquisition
from retention.campaigns.offer_comparison import OfferComparison
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.send_times import DUE
from retention.charts import palette
from retention.charts.campaigns import GAIN, PLAIN, SPENT
from retention.experiments.campaign_test import CampaignTest
from retention.kept_work.store_settings import StoreSettings
from retention.periods import Window
from retention.view import text
from retention.view.campaigns import words

LIFTS = 9
WHEN = {
    "overdue": "Overdue",
    "today": "Today",
    "this_week": "Within a week",
    "this_month": "Within a month",
    "later": "Later",
    "unknown": "Cannot be said",
}
#: The bar of a campaign that has gone out.
GONE_OUT = "rgba(139, 149, 155, 0.5)"
ZERO = pd.DataFrame({"value": [0.0]})


def calendar_frames(
    campaigns: Sequence[Campaign], tests: Sequence[CampaignTest], end: date
) -> dict[str, pd.DataFrame]:
    """The data sets of `calendar_chart`, the earliest message first.

    Args:
        campaigns: What is planned.
        tests: What has gone out: it stands on its own days, in grey.
        end: The last day of the orders.
    """
    planned = [(one, one.window(end), False) for one in campaigns]
    gone = [(test.campaign, test.window, True) for test in tests]
    bars, messages = [], []
    for campaign, window, is_out in (*planned, *gone):
        name = text.one_line(campaign.name, 60)
        # A bar ends with its last day, at the first moment of the next one.
        ends = str(window.start), str(window.look_on)
        said = f"Orders count {window_words(window)}"
        bars.append((name, *ends, said, GONE_OUT if is_out else palette.EXPECTED))
        for message in campaign.sent:
            day = window.start + timedelta(days=message.day)
            colour = palette.NEUTRAL if is_out else palette.ACCENT
            messages.append((name, str(day), wording.day(day), colour))
    dots = pd.DataFrame(messages, columns=["campaign", "day", "said", "colour"])
    return {
        "bars": pd.DataFrame(bars, columns=["campaign", "first", "last", "said", "colour"]),
        "messages": dots.sort_values("day", kind="stable"),
    }


def window_words(window: Window) -> str:
    """The days on which orders count, and when to look.

    >>> window_words(Window(date(2026, 10, 1), date(2026, 10, 30)))
    'from 1 Oct 2026 to 30 Oct 2026, 30 days: look on 31 Oct 2026'
    """
    return (
        f"from {wording.day(window.start)} to {wording.day(window.end)}, "
        f"{wording.days(window.days)}: look on {wording.day(window.look_on)}"
    )


def calendar_words(rows: Mapping[str, pd.DataFrame]) -> str:
    """What the calendar shows, for a screen reader.

    Args:
        rows: From `calendar_frames`.
    """
    bars, dots = rows["bars"], rows["messages"]
    gone = bars["colour"].eq(GONE_OUT).sum()
    coming = dots[dots["colour"] == palette.ACCENT]
    sentences = ["Campaigns by day."]
    if len(coming):
        first = coming.iloc[0]
        sentences.append(f"The first message, of {first['campaign']}, goes out on {first['said']}.")
    if gone:
        sentences.append(f"Gone out: {', '.join(bars.loc[bars['colour'] == GONE_OUT, 'campaign'])}")
    return " ".join(sentences)


def bridge_frames(figures: Economics, currency: str | None) -> dict[str, pd.DataFrame]:
    """The data sets of `bridge_chart`."""
    added = figures.margin_with.expected - figures.margin_without.expected
    parts = [
        ("Margin added", added, GAIN),
        ("Messages", -figures.contacts_cost, SPENT),
        ("Offers: came anyway", -figures.offers_anyway, SPENT),
        ("Offers: persuaded", -figures.offers_persuaded, SPENT),
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
    steps.loc[len(steps) - 1, "above"] = max(level, figures.gain.high, 0.0)
    between = wording.money_range(figures.gain.low, figures.gain.high, currency)
    reach = pd.DataFrame(
        {
            "step": [PLAIN],
            "low": [figures.gain.low],
            "high": [figures.gain.high],
            "between": [between],
        }
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
    """The data sets of `lift_chart`: the same customers at lifts up to twice those of interest."""
    assumed, needed = plan.campaign.terms.lift, plan.economics.break_even_lift
    most = min(max(2 * assumed, 1.6 * needed if np.isfinite(needed) else 0.0, 0.02), 1.0)
    rows = []
    for lift in np.linspace(0, most, LIFTS):
        gain = plan.gain_at(float(lift))
        between = wording.money_range(gain.low, gain.high, currency)
        label = f"{wording.money(gain.expected, currency, short=True)} (80% range {between})"
        rows.append((lift * 100, gain.expected, gain.low, gain.high, label))
    return {
        "lifts": pd.DataFrame(rows, columns=["lift", "gain", "low", "high", "said"]),
        "marks": _lift_marks(assumed, needed, most, words.expects_lift(plan.campaign.terms)),
        "zero": ZERO,
    }


def _lift_marks(assumed: float, needed: float, most: float, basis: str) -> pd.DataFrame:
    """The lift of the plan and the one that breaks even, with the sides of their labels.

    Labels of lifts that are close stand on different sides.
    """
    on_left, on_right = ("right", -6), ("left", 6)
    marks = [(assumed * 100, basis.capitalize(), *on_left)]
    if np.isfinite(needed) and needed <= most:
        near, above = abs(needed - assumed) < 0.2 * most, assumed >= needed
        marks = [
            (assumed * 100, basis.capitalize(), *(on_right if above else on_left)),
            (needed * 100, "Breaks even", *(on_left if above or not near else on_right)),
        ]
    return pd.DataFrame(marks, columns=["lift", "label", "side", "dx"])


def due_frame(table: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    """The data set of `due_chart`, from `due_table`."""
    table = table.reset_index()
    soon = table["due"].isin(list(DUE)[:4])
    return pd.DataFrame(
        {
            "when": table["due"].map(WHEN),
            "customers": table["customers"].round().astype(int),
            "said": [wording.money(gain, currency, short=True) for gain in table["gain"]],
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


def offers_frame(comparison: OfferComparison, currency: str | None) -> pd.DataFrame:
    """The data set of `offers_chart`."""
    rows = []
    for band in comparison.bands.to_dict("records"):
        between = wording.money_range(band["from_value"], band["to_value"], currency)
        people = f"{wording.count(band['customers'])} with {between}"
        for kind, worth in (("Amount", band["amount"]), ("Percentage", band["percentage"])):
            rows.append((band["order_value"], worth, kind, wording.money(worth, currency), people))
    return pd.DataFrame(rows, columns=["order_value", "worth", "kind", "said", "people"])


def groups_frame(acquisition: Acquisition, currency: str | None) -> pd.DataFrame:
    """The data set of `allowed_chart`: the groups that have numbers."""
    known = acquisition.groups[acquisition.groups["problem"] == ""].reset_index()
    return known.assign(
        said=[wording.money(value, currency) for value in known["value"]],
        between=[
            wording.money_range(low, high, currency)
            for low, high in zip(known["value_low"], known["value_high"], strict=True)
        ],
        cost=[wording.money(value, currency) for value in known["allowed"]],
        payback=[paid_back(days) for days in known["payback_days"]],
    )


def costs_frame(
    acquisition: Acquisition, column: str | None, settings: StoreSettings
) -> pd.DataFrame:
    """What winning a customer costs beside what it may, for groups whose cost is known.

    Args:
        acquisition: What new customers are worth.
        column: What makes the groups.
        settings: The store's: costs by channel count where channels make the groups.
    """
    by_channel = column == "first_channel"
    names = [str(name) for name in acquisition.groups.index]
    costs = [
        settings.cost_of_winning(name if by_channel and name != ALL else None) for name in names
    ]
    groups = acquisition.groups[["allowed", "value"]].reset_index()
    table = groups.assign(cost=pd.Series(costs, dtype=float))
    table["ratio"] = table["value"] / table["cost"].where(table["cost"] > 0)
    digits = {"cost": 2, "allowed": 2, "value": 2, "ratio": 1}
    return table.loc[table["cost"].notna(), ["group", *digits]].round(digits)


def curves_frame(acquisition: Acquisition, currency: str | None) -> pd.DataFrame:
    """The data set of `payback_chart`."""
    curves = acquisition.curves
    return curves.assign(said=[wording.money(value, currency) for value in curves["margin"]])


def paid_back(days: float) -> str:
    """When the cost of winning a customer is paid back, in words.

    >>> paid_back(0), paid_back(40), paid_back(float("nan"))
    ('by the first order', 'after 40 days', 'not within the time looked at')
    """
    if not np.isfinite(days):
        return "not within the time looked at"
    return f"after {wording.days(days)}" if days >= 1 else "by the first order"
