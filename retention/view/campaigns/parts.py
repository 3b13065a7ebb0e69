"""The parts below a plan's numbers; only the open one is computed."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np
import streamlit as st

from retention import wording
from retention.campaigns.economics import Economics, Range
from retention.campaigns.offer_comparison import OfferComparison, compare_offers
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.send_times import due_table, sequence_table
from retention.campaigns.suppression import without_signal
from retention.charts.campaigns import spec
from retention.experiments.power import experiment_power
from retention.view import findings, text
from retention.view.campaigns import data as data_of, frames, words
from retention.view.live_chart import live_chart
from retention.view.session.loaded import Loaded
from retention.view.session.people import people_for

RESULT = "Result"
TURNS = "Size and lift"
MESSAGES = "Messages"
OFFERS = "Money or percent"
LEFT_OUT = "Left out"
#: What a test compares, by what the table of its power calls it.
_METRIC_LABELS = {
    "bought": "Customers who order",
    "orders": "Orders a customer",
    "revenue": "Revenue a customer",
}


def _draw_bridge(data: Loaded, plan: CampaignPlan) -> None:
    """From the margin added to the gain, and the window with and without the campaign."""
    st.markdown("**What it brings, and what it costs**", help=words.DEFINITIONS["gain"])
    figures, currency = plan.economics, data.orders.currency
    cost = wording.money(figures.cost, currency)
    live_chart(
        spec("bridge", currency),
        frames.bridge_frames(figures, currency),
        key="plan_bridge",
        alt_text=f"Cost {cost}, gain {wording.money(figures.gain.expected, currency)}",
    )
    st.html(_window_table(figures, plan.campaign.window_days, currency))


def _window_table(figures: Economics, days: int, currency: str | None) -> str:
    def money(value: float) -> str:
        return wording.money(value, currency, short=True)

    rows = (
        _window_row("Orders", figures.orders_without, figures.orders_with, words.few, wording.count)
        + _window_row("Revenue", figures.revenue_without, figures.revenue_with, money, money)
        + _window_row("Margin", figures.margin_without, figures.margin_with, money, money)
    )
    return (
        f'<table class="plan-table" title="{escape(words.DEFINITIONS["without"])}"><thead><tr>'
        f"<th>Over {days} days, 80% range</th><th>Without the campaign</th><th>With it</th>"
        f"<th>More</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _window_row(
    name: str,
    without: Range,
    with_campaign: Range,
    in_words: Callable[[float], str],
    end_in_words: Callable[[float], str],
) -> str:
    cells = "".join(
        f"<td>{escape(in_words(amount.expected))}<small>"
        f"{escape(f'{end_in_words(amount.low)} to {end_in_words(amount.high)}')}</small></td>"
        for amount in (without, with_campaign)
    )
    more = in_words(with_campaign.expected - without.expected)
    return f"<tr><td>{name}</td>{cells}<td>{escape(f'+{more}')}</td></tr>"


def _draw_turns(data: Loaded, plan: CampaignPlan) -> None:
    """The gain by audience size, and by lift."""
    currency = data.orders.currency
    st.markdown("**How many to address**", help=words.DEFINITIONS["size"])
    best = wording.count(plan.best_size)
    live_chart(
        spec("size", currency),
        frames.size_frames(plan, currency),
        key="plan_size",
        alt_text=f"Expected gain by audience size; greatest with {best} customers",
    )
    st.markdown("**How much lift it takes**", help=words.DEFINITIONS["break_even"])
    if plan.economics.customers:
        zero = words.lift_in_words(plan.economics.break_even_lift)
        live_chart(
            spec("lift", currency),
            frames.lift_frames(plan, currency),
            key="plan_lift",
            alt_text=f"Gain by lift; zero at {zero}",
        )
    else:
        st.info("Nobody is addressed: there is no gain to draw.", icon=":material/info:")


def _draw_offers(data: Loaded, plan: CampaignPlan) -> None:
    """An amount against a percentage of the same cost."""
    comparison, currency = compare_offers(plan), data.orders.currency
    if comparison is None:
        st.info(
            "Nobody is addressed, so there is nothing to compare."
            if not plan.size
            else "Choose an amount of money or a percentage as the main offer, and a message that "
            "carries it, to see both side by side.",
            icon=":material/info:",
        )
        return
    st.markdown(
        "**Money or a percentage**",
        help="Both cost the same in expectation, at the same lift. Which persuades better, orders "
        "do not tell.",
    )
    st.markdown(text.plain(_compared(comparison, currency), limit=1000))
    if len(comparison.bands) > 1:
        live_chart(
            spec("offers", currency),
            {"bands": frames.offers_frame(comparison, currency)},
            key="plan_offers",
            alt_text=_compared(comparison, currency),
        )


def _compared(comparison: OfferComparison, currency: str | None) -> str:
    amount, share = wording.money(comparison.amount, currency), comparison.percentage
    both = f"{amount} off costs as much as {wording.percent(share)} off"
    if len(comparison.bands) < 2:
        return f"{both}, and is worth as much to everybody: their usual orders do not differ."
    return (
        f"{both}. The amount is the larger offer to {wording.percent(comparison.larger_amount)} "
        "of these customers: those whose usual order is below "
        f"{wording.money(comparison.even_at, currency)}. An amount in the subject does almost "
        "twice as well as a percentage (Barilliance 2021)."
    )


def _draw_when(data: Loaded, plan: CampaignPlan) -> None:
    """The sequence on a calendar, the stop rule, and when next orders are due."""
    if not plan.economics.customers:
        st.info("Nobody is addressed: there is nothing to send.", icon=":material/info:")
        return
    end, currency = data.orders.end, data.orders.currency
    first = plan.campaign.first_day(end)
    st.markdown("**When they get it**", help=words.DEFINITIONS["contact"])
    table = sequence_table(plan)
    live_chart(
        spec("sequence", None),
        {"messages": frames.sequence_frame(table, first, plan, currency)},
        key="plan_sequence",
        alt_text=f"{wording.plural(len(table), 'message')} from {wording.day(first)}: "
        f"{wording.count(table['customers'].iloc[0])} customers get the first, "
        f"{wording.count(table['customers'].iloc[-1])} the last",
    )
    last = wording.count(table["customers"].iloc[-1])
    st.caption(
        f"From {wording.day(first)}, {wording.days((first - end).days)} after the last order. "
        "Stop rule: whoever orders leaves the sequence; of "
        f"{wording.count(plan.economics.customers)} customers {last} get the last message."
    )
    st.markdown("**When they would order anyway**", help=words.DEFINITIONS["due"])
    due = frames.due_frame(due_table(plan, data_of.due_for(data)), currency)
    live_chart(
        spec("due", None),
        {"due": due},
        key="plan_due",
        alt_text="Addressed customers by the day on which their next order is due. "
        + findings.extremes(
            list(due["when"]), list(due["customers"]), [wording.count(n) for n in due["customers"]]
        ),
    )
    soon = wording.plural(int(due["customers"].iloc[1:3].sum()), "customer")
    st.caption(
        f"Counted from {wording.day(end)}, by the waits between all their orders. Within a week: "
        f"{soon}, the likeliest to come without a message."
    )


def _draw_left_out(data: Loaded, plan: CampaignPlan) -> None:
    """Whom the plan leaves out and why, and what the holdout can show of each metric."""
    st.markdown("**Left out**")
    for line in _left_out_lines(plan, data.orders.currency) or ["Nobody."]:
        st.markdown(f"- {text.plain(line)}")
    if np.isfinite(plan.detectable_lift):
        st.html(_power_table(plan, data.orders.currency))
    people = people_for(data)
    by_hand = without_signal(plan.campaign, people.signals, people.contacts)
    if by_hand:
        st.caption(
            "By hand, since these orders do not tell: "
            + " ".join(text.plain(f"{rule.who} ({rule.instead.rstrip('.')}).") for rule in by_hand)
        )


def _power_table(plan: CampaignPlan, currency: str | None) -> str:
    """The smallest difference that the test shows of each metric, with and without the forecast."""
    power = experiment_power(plan, shares=[plan.held / plan.size])
    in_words: dict[str, Callable[[float], str]] = {
        "bought": lambda share: words.points(share).replace(" ", "\xa0"),
        "orders": lambda orders: wording.decimal(orders, 3),
        "revenue": lambda amount: wording.money(amount, currency),
    }
    rows = ""
    for metric, label in _METRIC_LABELS.items():
        raw, adjusted = power[power["metric"] == metric].sort_values("adjusted").to_dict("records")
        cells = "".join(
            f"<td>{escape(in_words[metric](row['difference']))}<small>"
            f"+{escape(wording.percent(row['relative']))}</small></td>"
            for row in (raw, adjusted)
        )
        expected = raw["expected"]
        shown = wording.percent(expected) if metric == "bought" else in_words[metric](expected)
        rows += f"<tr><td>{escape(label)}</td><td>{escape(shown)}</td>{cells}</tr>"
    return (
        f'<table class="plan-table" title="{escape(words.DEFINITIONS["detectable"])}"><thead><tr>'
        "<th>Smallest difference that the test shows</th><th>Expected of the held out</th>"
        f"<th>Shown</th><th>With the forecast</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _left_out_lines(plan: CampaignPlan, currency: str | None) -> list[str]:
    lines = [f"{wording.count(count)}: {reason}" for reason, count in plan.left_out.items()]
    if plan.below_cut:
        count = wording.count(plan.below_cut)
        lines.append(f"{count}: below the cut, whose expected gain is lower")
    if plan.held:
        price = wording.money(abs(plan.forgone), currency, short=True)
        effect = (
            f"costs {price} of expected gain"
            if plan.forgone >= 0
            else f"saves an expected loss of {price}"
        )
        lines.append(f"{wording.count(plan.held)}: held out at random, which {effect}")
    return lines


#: The parts by their names, and what draws each of them.
DRAW: dict[str, Callable[[Loaded, CampaignPlan], None]] = {
    RESULT: _draw_bridge,
    TURNS: _draw_turns,
    MESSAGES: _draw_when,
    OFFERS: _draw_offers,
    LEFT_OUT: _draw_left_out,
}
PARTS = tuple(DRAW)
