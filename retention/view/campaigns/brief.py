"""One page of HTML with a campaign's plan and every assumption in it, for whoever has to agree or to send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from retention import wording
from retention.campaigns.campaign import CHANNELS
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.send_times import sequence_table
from retention.campaigns.terms import ENDS, MAIN, OPENING
from retention.playbook import strategy_of
from retention.view.campaigns import frames, words
from retention.view.campaigns.results import spec

WIDTH = 430


def brief_html(
    name: str,
    end: date,
    currency: str | None,
    plan: CampaignPlan,
    segments: list[tuple[str, str]],
    made: date | None = None,
) -> bytes:
    """Return the brief of a plan.

    Args:
        name: What the orders are called; escaped, like every text in it.
        end: The last day of the orders.
        currency: Of the money.
        plan: The plan.
        segments: The name of each segment and whom it finds.
        made: The day on it; today unless given.
    """
    campaign, found, terms = plan.campaign, plan.economics, plan.campaign.terms
    strategy = strategy_of(campaign.strategy)
    table = sequence_table(plan)
    offers = {"": "", OPENING: "opening offer", MAIN: "main offer", ENDS: "offer ends"}
    first = campaign.first_day(end)

    def money(value: float) -> str:
        return wording.money(value, currency, short=True)

    figures = []
    if found.customers:
        figures = [
            (
                _svg("bridge", frames.bridge_frames(found, currency), currency),
                "What it brings, and what it costs.",
            ),
            (
                _svg("lift", frames.lift_frames(plan, currency), currency),
                "Gain by lift, with its 80% range.",
            ),
        ]
    template = Environment(
        loader=FileSystemLoader([Path(__file__).parent, Path(__file__).parents[1] / "assets"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    ).get_template("brief.html")
    page = template.render(
        title=campaign.name,
        orders=f"{name}, orders until {wording.day(end)}",
        made=wording.day(made or date.today()),
        head=(
            f"{wording.plural(found.customers, 'customer')}, cost {money(found.cost)}, expected gain "
            f"{money(found.gain.expected)} (80% range {wording.money_range(found.gain.low, found.gain.high, currency)})"
        ),
        risk=(
            f"The chance that it loses money is {wording.percent(found.loss_chance)}. Break-even lift: "
            f"{words.lift_in_words(found.break_even_lift)}; assumed: {words.lift_in_words(terms.lift)}."
        ),
        whom=[
            ("Segments", " + ".join(campaign.segments)),
            ("Strategy", strategy.name if strategy else "None"),
            ("Channel", CHANNELS[campaign.channel]),
            ("In the segment", wording.count(plan.reachable.segment_customers)),
            *[
                (f"Left out: {reason}", wording.count(n))
                for reason, n in plan.reachable.left_out.items()
                if n
            ],
            ("Below the cut", wording.count(len(plan.reachable.ledger.pool) - plan.size)),
            ("Held out", wording.count(plan.held)),
            ("Addressed", wording.count(found.customers)),
        ],
        assumed=[
            ("Lift", f"{words.lift_in_words(terms.lift)} who would not order otherwise"),
            ("Main offer", words.offer_in_words(terms.offer, currency)),
            ("Opening offer", words.offer_in_words(terms.opening, currency)),
            ("Offer used by those who order anyway", wording.percent(terms.anyway_share)),
            ("Margin", wording.percent(terms.margin)),
            ("Cost of a message", words.message_cost(terms.contact_cost, currency)),
            ("Orders count for", wording.days(campaign.window_days)),
        ],
        expected=[
            (
                label,
                said(without.expected),
                f"{said(without.low)} to {said(without.high)}",
                said(with_it.expected),
                f"{said(with_it.low)} to {said(with_it.high)}",
            )
            for label, without, with_it, said in (
                ("Orders", found.orders_without, found.orders_with, words.few),
                ("Revenue", found.revenue_without, found.revenue_with, money),
                ("Margin", found.margin_without, found.margin_with, money),
            )
        ],
        costs=[
            ("Messages", money(found.contacts_cost)),
            ("Offers used by customers who would have ordered anyway", money(found.offers_anyway)),
            ("Offers used by those it persuades", money(found.offers_persuaded)),
        ],
        sequence=[
            (
                wording.day(first + timedelta(days=message.day)),
                message.text,
                offers[message.offer],
                wording.count(customers),
            )
            for message, customers in zip(campaign.sent, table["customers"], strict=True)
        ],
        strategy=strategy,
        largest=""
        if np.isnan(found.largest_offer)
        else words.largest_offer(found, terms.offer, currency).lower(),
        detectable=_detectable(plan),
        segments=[(label, said) for label, said in segments if said],
        definitions=[("Lift", words.DEFINITIONS["lift"]), ("Gain", words.DEFINITIONS["gain"])],
        figures=figures,
    )
    return page.encode()


def _detectable(plan: CampaignPlan) -> str:
    """What the held-out group can show, beside what is assumed."""
    shown, assumed = plan.detectable_lift, plan.campaign.terms.lift
    if not np.isfinite(shown):
        return ""
    found = f"The held-out group shows a lift of {words.lift_in_words(shown)} or more"
    return (
        f"{found}."
        if assumed >= shown
        else f"{found}: it is too small for the one that is assumed."
    )


def _svg(name: str, data: Mapping[str, pd.DataFrame], currency: str | None) -> Markup:
    drawn = spec(name, currency) | {
        "datasets": {key: frame.to_dict("records") for key, frame in data.items()},
        "width": WIDTH,
        "background": "white",
    }
    return Markup(vl_convert.vegalite_to_svg(drawn, vl_version="6.4", allowed_base_urls=[]))
