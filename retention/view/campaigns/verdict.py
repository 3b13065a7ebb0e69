"""The verdict on a plan, and its headline numbers."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from retention import wording
from retention.campaigns.plan import CampaignPlan
from retention.view.campaigns import words
from retention.view.widgets import Metric, draw_metric

#: The chance of a loss from which a plan is called a gamble.
GAMBLE = 0.2
#: The chance of a loss from which the loss is called likely.
LIKELY = 0.5
#: The share of the expected gain up to which what may be lost is called small beside it.
SMALL = 0.25


def draw_verdict(plan: CampaignPlan, currency: str | None) -> None:
    """The plan in two sentences: what it brings with its range, and its chance of a loss."""
    figures = plan.economics
    if not figures.customers:
        body, mood = f"<b>Nobody is worth addressing.</b><br>{escape(_nobody(plan))}", "loses"
    else:
        gain = wording.money(figures.gain.expected, currency, short=True).lstrip("−")
        verb = "gains" if figures.gain.expected >= 0 else "loses"
        customers = wording.plural(figures.customers, "customer")
        head = f"{customers} addressed: the plan {verb} {gain}"
        mood = "loses" if figures.loss_chance >= LIKELY and not _risks_little(plan) else ""
        body = f"<b class=plan-gain>{escape(head)}</b><br>{escape(_sentences(plan, currency))}"
    st.html(f'<div class="plan-verdict {mood}">{body}</div>')


def _nobody(plan: CampaignPlan) -> str:
    terms = plan.campaign.terms
    advice = (
        "Make the offer smaller, send fewer messages"
        if terms.has_offer
        else "Send fewer messages, choose a cheaper channel"
    )
    return (
        f"At a lift of {words.lift_in_words(terms.lift)} each customer costs more than the "
        f"campaign brings. {advice}, or choose customers with larger orders. “Everybody” shows at "
        "which lift it would break even."
    )


def _sentences(plan: CampaignPlan, currency: str | None) -> str:
    gain = plan.economics.gain
    between = wording.money_range(gain.low, gain.high, currency)
    return (
        f"80% range {between}, over {plan.campaign.window_days} days. {_risk(plan, currency)} "
        f"{_break_even(plan)}"
    )


def _risks_little(plan: CampaignPlan) -> bool:
    """Whether what is lost in the worst tenth of cases is small beside the expected gain.

    A message that costs next to nothing often brings nobody: the loss is then likely, and is the
    price of the messages.
    """
    gain = plan.economics.gain
    return gain.expected > 0 and -gain.low <= SMALL * gain.expected


def _risk(plan: CampaignPlan, currency: str | None) -> str:
    figures = plan.economics
    chance = f"The chance that it loses money is {wording.percent(figures.loss_chance)}"
    if figures.loss_chance < GAMBLE:
        return f"{chance}."
    if _risks_little(plan):
        lost = wording.money(max(-figures.gain.low, 0), currency)
        return f"{chance}: often nobody more orders, and then it loses {lost}."
    if figures.loss_chance < LIKELY:
        return f"{chance}: a gamble."
    if figures.gain.expected < 0:
        return f"{chance}: do not send it as it is."
    return f"{chance}: it gains on average, but a few large orders decide. Do not count on it."


def _break_even(plan: CampaignPlan) -> str:
    lift = plan.economics.break_even_lift
    if not np.isfinite(lift):
        return "No lift makes it pay: messages and offers take more than the margin."
    terms = plan.campaign.terms
    expected = f"{words.expects_lift(terms)} {words.lift_in_words(terms.lift)}"
    return f"It breaks even at a lift of {words.lift_in_words(lift)}; {expected}."


def draw_metrics(plan: CampaignPlan, currency: str | None, key: str) -> None:
    """Reach, cost, return, break-even, largest offer and what the holdout can show."""
    with st.container(key=f"metrics-{key}"):
        for metric in plan_metrics(plan, currency):
            draw_metric(metric, words.DEFINITIONS)


def plan_metrics(plan: CampaignPlan, currency: str | None) -> tuple[Metric, ...]:
    """The headline numbers of a plan; `about` is a key of the planner's definitions."""
    figures, offer = plan.economics, plan.campaign.terms.offer
    left_out = plan.segment_customers - plan.available_customers
    each = figures.cost / max(figures.customers, 1)
    return (
        Metric(
            label="Reach",
            value=wording.count(figures.customers),
            about="reach",
            note=f"{wording.count(left_out)} left out, {wording.count(plan.below_cut)} below the "
            f"cut, {wording.count(plan.held)} held out",
        ),
        Metric(
            label="Cost",
            value=wording.money(figures.cost, currency, short=True),
            about="cost",
            note=f"{wording.money(each, currency)} a customer",
        ),
        Metric(
            label="Return",
            value=_signed(figures.return_on_cost),
            about="return",
            note="Gain for each 1 spent",
        ),
        Metric(
            label="Break-even lift",
            value=words.lift_in_words(figures.break_even_lift),
            about="break_even",
            note=f"Shown by the holdout from {words.lift_in_words(plan.detectable_lift)}"
            if np.isfinite(plan.detectable_lift)
            else "No holdout that could show it",
        ),
        Metric(
            label="Largest offer",
            value=words.largest_offer(figures, offer, currency),
            about="largest",
            note=words.offer_in_words(offer, currency),
        ),
        Metric(
            label="Persuaded",
            value=words.few(figures.persuaded),
            about="lift",
            note=f"{words.few(figures.buyers_without)} would order anyway",
        ),
    )


def _signed(value: float) -> str:
    if not np.isfinite(value):
        return wording.MISSING
    return wording.decimal(value, 2)
