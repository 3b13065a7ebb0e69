"""One page of HTML with a campaign's plan and every assumption in it.

It is for the people who have to agree or to send.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from retention import wording
from retention.campaigns.campaign import CHANNELS
from retention.campaigns.economics import Range
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.send_times import sequence_table
from retention.campaigns.terms import ENDS, MAIN, OPENING
from retention.charts.campaigns import spec
from retention.playbook import strategy_of
from retention.view.campaigns import beginning, frames, words
from retention.view.documents import document_template, svg_of_spec

WIDTH = 430
_OFFERS = {"": "", OPENING: "opening offer", MAIN: "main offer", ENDS: "offer ends"}


def brief_html(
    name: str,
    end: date,
    currency: str | None,
    plan: CampaignPlan,
    segments: list[tuple[str, str]],
    made: date | None = None,
    order_value: float | None = None,
) -> bytes:
    """Return the brief of a plan.

    Args:
        name: What the orders are called; escaped, like every text in it.
        end: The last day of the orders.
        currency: Of the money.
        plan: The plan.
        segments: The name and the definition of each segment.
        made: The day on it; today unless given.
        order_value: The marketer's average order value, where the orders have no amounts.
    """
    template = document_template(__file__, "brief.html")
    figures, terms = plan.economics, plan.campaign.terms
    page = template.render(
        title=plan.campaign.name,
        orders=f"{name}, orders until {wording.day(end)}",
        made=wording.day(made or date.today()),
        head=_head(plan, currency),
        risk=(
            f"The chance that it loses money is {wording.percent(figures.loss_chance)}. "
            f"Break-even lift: {words.lift_in_words(figures.break_even_lift)}; "
            f"{words.expects_lift(terms)} {words.lift_in_words(terms.lift)}."
        ),
        whom=_whom(plan),
        assumed=_given(order_value, currency)
        + _assumed(plan, currency)
        + [("Orders count", frames.window_words(plan.campaign.window(end, made)))],
        expected=_expected(plan, currency),
        costs=_costs(plan, currency),
        sequence=_sequence(plan, end, made),
        strategy=strategy_of(plan.campaign.strategy),
        largest=""
        if np.isnan(figures.largest_offer)
        else words.largest_offer(figures, terms.offer, currency).lower(),
        detectable=words.holdout_words(
            plan.power,
            plan.held,
            words.look_of(plan, end, currency, made),
            measured=terms.lift_tests > 0,
        ),
        age=words.file_age(plan.campaign.first_day(end, made), end),
        segments=[(label, definition) for label, definition in segments if definition],
        definitions=[("Lift", words.DEFINITIONS["lift"]), ("Gain", words.DEFINITIONS["gain"])],
        figures=_figures(plan, currency),
    )
    return page.encode()


def _short_money(currency: str | None) -> Callable[[float], str]:
    return lambda amount: wording.money(amount, currency, short=True)


def _head(plan: CampaignPlan, currency: str | None) -> str:
    figures, money = plan.economics, _short_money(currency)
    between = wording.money_range(figures.gain.low, figures.gain.high, currency)
    return (
        f"{wording.plural(figures.customers, 'customer')}, cost {money(figures.cost)}, expected "
        f"gain {money(figures.gain.expected)} (80% range {between})"
    )


def _whom(plan: CampaignPlan) -> list[tuple[str, str]]:
    campaign = plan.campaign
    strategy = strategy_of(campaign.strategy)
    left_out = plan.left_out.items()
    return [
        ("Segments", " + ".join(campaign.segments)),
        ("Strategy", strategy.name if strategy else "None"),
        ("Channel", CHANNELS[campaign.channel]),
        ("In the segment", wording.count(plan.segment_customers)),
        *[(f"Left out: {reason}", wording.count(count)) for reason, count in left_out],
        ("Below the cut", wording.count(plan.below_cut)),
        ("Held out", wording.count(plan.held)),
        ("Addressed", wording.count(plan.economics.customers)),
    ]


def _given(order_value: float | None, currency: str | None) -> list[tuple[str, str]]:
    """What the marketer gave in place of amounts."""
    if order_value is None:
        return []
    return [("Average order value (given)", wording.money(order_value, currency))]


def _assumed(plan: CampaignPlan, currency: str | None) -> list[tuple[str, str]]:
    campaign, terms = plan.campaign, plan.campaign.terms
    return [
        ("Lift", f"{words.lift_in_words(terms.lift)} who would not order otherwise"),
        ("What the lift rests on", words.lift_basis(beginning.lift_of(campaign))),
        ("Main offer", words.offer_in_words(terms.offer, currency)),
        ("Opening offer", words.offer_in_words(terms.opening, currency)),
        ("Offer used by those who order anyway", wording.percent(terms.anyway_share)),
        ("Margin", wording.percent(terms.margin)),
        ("Cost of a message", words.message_cost(terms.contact_cost, currency)),
    ]


def _expected(plan: CampaignPlan, currency: str | None) -> list[tuple[str, ...]]:
    """The window with and without the campaign: label, then value and range of either."""
    figures, money = plan.economics, _short_money(currency)

    def row(
        label: str, without: Range, with_campaign: Range, in_words: Callable[[float], str]
    ) -> tuple[str, ...]:
        cells = [label]
        for amount in (without, with_campaign):
            cells.append(in_words(amount.expected))
            cells.append(f"{in_words(amount.low)} to {in_words(amount.high)}")
        return tuple(cells)

    return [
        row("Orders", figures.orders_without, figures.orders_with, words.few),
        row("Revenue", figures.revenue_without, figures.revenue_with, money),
        row("Margin", figures.margin_without, figures.margin_with, money),
    ]


def _costs(plan: CampaignPlan, currency: str | None) -> list[tuple[str, str]]:
    figures, money = plan.economics, _short_money(currency)
    return [
        ("Messages", money(figures.contacts_cost)),
        ("Offers used by customers who would have ordered anyway", money(figures.offers_anyway)),
        ("Offers used by those it persuades", money(figures.offers_persuaded)),
    ]


def _sequence(plan: CampaignPlan, end: date, today: date | None) -> list[tuple[str, str, str, str]]:
    """The messages that are sent: day, text, offer and the customers who get it."""
    campaign, customers = plan.campaign, sequence_table(plan)["customers"]
    first = campaign.first_day(end, today)
    return [
        (
            wording.day(first + timedelta(days=message.day)),
            message.text,
            _OFFERS[message.offer],
            wording.count(count),
        )
        for message, count in zip(campaign.sent, customers, strict=True)
    ]


def _figures(plan: CampaignPlan, currency: str | None) -> list[tuple[Markup, str]]:
    """The charts with their captions; none where nobody is addressed."""
    if not plan.economics.customers:
        return []
    bridge = frames.bridge_frames(plan.economics, currency)
    return [
        (_svg("bridge", bridge, currency), "What it brings, and what it costs."),
        (
            _svg("lift", frames.lift_frames(plan, currency), currency),
            "Gain by lift, with its 80% range.",
        ),
    ]


def _svg(name: str, data: Mapping[str, pd.DataFrame], currency: str | None) -> Markup:
    chart: dict[str, Any] = spec(name, currency) | {
        "datasets": {key: frame.to_dict("records") for key, frame in data.items()},
        "width": WIDTH,
    }
    return svg_of_spec(chart)
