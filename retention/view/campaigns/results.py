"""What a campaign should bring: the verdict, the numbers with their ranges, and where it turns."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from html import escape

import numpy as np
import streamlit as st

from retention import wording
from retention.campaigns.economics import Economics, Range
from retention.campaigns.holdout import detectable_lift
from retention.campaigns.offer_comparison import compare_offers
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.send_times import due_table, sequence_table
from retention.campaigns.suppression import without_signal
from retention.view import palette, text
from retention.view.campaigns import charts, data as data_of, frames, words
from retention.view.charts import live_chart, live_spec
from retention.view.session.loaded import Loaded
from retention.view.session.people import people_for

STYLE = """<style>
.plan-verdict { border-left: 4px solid ACCENT; background: color-mix(in srgb, ACCENT 9%, transparent);
  border-radius: .5rem; padding: .85rem 1.1rem; line-height: 1.5; overflow-wrap: anywhere; }
.plan-verdict b { font-size: 1.3rem; font-weight: 650; }
.plan-verdict.loses { border-left-color: LOSS; background: color-mix(in srgb, LOSS 11%, transparent); }
.plan-table { width: 100%; border-collapse: collapse; font-size: .9rem; }
.plan-table th, .plan-table td { padding: .35rem .5rem; text-align: right; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.plan-table th:first-child, .plan-table td:first-child { text-align: left; }
.plan-table td:last-child { white-space: nowrap; }
.plan-table small { display: block; opacity: .7; font-weight: 400; }
</style>""".replace("ACCENT", palette.ACCENT).replace("LOSS", palette.LOSS)
#: The parts below the numbers; only the open one is computed.
PARTS = RESULT, TURNS, MESSAGES, OFFERS, LEFT_OUT = (
    "Result",
    "Size and lift",
    "Messages",
    "Money or percent",
    "Left out",
)
#: Chances of a loss from which a plan is called a gamble, and a likely loss.
GAMBLE, LIKELY = 0.2, 0.5


def draw_verdict(plan: CampaignPlan, currency: str | None) -> None:
    """The plan in two sentences: what it brings with its range, and how likely it is to lose money."""
    found = plan.economics
    if not found.customers:
        body, mood = f"<b>Nobody is worth addressing.</b><br>{escape(_nobody(plan))}", "loses"
    else:
        gain = wording.money(found.gain.expected, currency, short=True)
        between = wording.money_range(found.gain.low, found.gain.high, currency)
        verb = "gains" if found.gain.expected >= 0 else "loses"
        head = f"{wording.plural(found.customers, 'customer')} addressed: the plan {verb} {gain.lstrip('−')}"
        mood = "loses" if found.loss_chance >= LIKELY else ""
        body = f"<b class=plan-gain>{escape(head)}</b><br>{escape(_sentences(plan, between, currency))}"
    st.html(f'<div class="plan-verdict {mood}">{body}</div>')


def _nobody(plan: CampaignPlan) -> str:
    at = words.lift_in_words(plan.campaign.terms.lift)
    offer = plan.campaign.terms.offer.kind != "none" or plan.campaign.terms.opening.kind != "none"
    return (
        f"At a lift of {at} each customer costs more than the campaign brings. "
        + (
            "Make the offer smaller, send fewer messages"
            if offer
            else "Send fewer messages, choose a cheaper channel"
        )
        + ", or choose customers with larger orders. “Everybody” shows at which lift it would break even."
    )


def _sentences(plan: CampaignPlan, between: str, currency: str | None) -> str:
    found, terms = plan.economics, plan.campaign.terms
    risk = f"The chance that it loses money is {wording.percent(found.loss_chance)}"
    if found.loss_chance >= LIKELY:
        risk += (
            ": it gains on average, but a few large orders decide. Do not count on it."
            if found.gain.expected >= 0
            else ": do not send it as it is."
        )
    elif found.loss_chance >= GAMBLE:
        risk += ": a gamble."
    else:
        risk += "."
    lift = found.break_even_lift
    turn = (
        f" It breaks even at a lift of {words.lift_in_words(lift)}; you assume {words.lift_in_words(terms.lift)}."
        if np.isfinite(lift)
        else " No lift makes it pay: messages and offers take more than the margin."
    )
    return f"80% range {between}, over {plan.campaign.window_days} days. {risk}{turn}"


def draw_metrics(plan: CampaignPlan, currency: str | None, key: str) -> None:
    """Reach, cost, return, break-even, largest offer and what the holdout can show."""
    found = plan.economics
    left = plan.reachable.segment_customers - len(plan.reachable.ledger.pool)
    offer = plan.campaign.terms.offer
    largest = words.largest_offer(found, offer, currency)
    shown = (
        (
            "Reach",
            wording.count(found.customers),
            "reach",
            f"{wording.count(left)} left out, {wording.count(len(plan.reachable.ledger.pool) - plan.size)} below the cut, "
            f"{wording.count(plan.held)} held out",
        ),
        (
            "Cost",
            wording.money(found.cost, currency, short=True),
            "cost",
            f"{wording.money(found.cost / max(found.customers, 1), currency)} a customer",
        ),
        (
            "Return",
            f"{_signed(found.return_on_cost)}"
            if np.isfinite(found.return_on_cost)
            else wording.MISSING,
            "return",
            "Gain for each 1 spent",
        ),
        (
            "Break-even lift",
            words.lift_in_words(found.break_even_lift),
            "break_even",
            f"Shown by the holdout from {words.lift_in_words(plan.detectable_lift)}"
            if np.isfinite(plan.detectable_lift)
            else "No holdout that could show it",
        ),
        ("Largest offer", largest, "largest", words.offer_in_words(offer, currency)),
        (
            "Persuaded",
            words.few(found.persuaded),
            "lift",
            f"{words.few(found.buyers_without)} would order anyway",
        ),
    )
    with st.container(key=f"metrics-{key}"):
        for label, value, about, note in shown:
            st.metric(
                label,
                value,
                help=text.plain(words.DEFINITIONS[about], limit=1000),
                border=True,
                delta=note,
                delta_color="off",
                delta_arrow="off",
            )


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else ''}{abs(value):.2f}"


def draw_bridge(data: Loaded, plan: CampaignPlan) -> None:
    """From the margin added to the gain, and the window with and without the campaign."""
    st.markdown("**What it brings, and what it costs**", help=words.DEFINITIONS["gain"])
    found, currency = plan.economics, data.orders.currency
    live_chart(
        spec("bridge", currency),
        frames.bridge_frames(found, currency),
        key="plan_bridge",
        alt_text=f"Cost {wording.money(found.cost, currency)}, gain {wording.money(found.gain.expected, currency)}",
    )
    st.html(_window_table(found, plan.campaign.window_days, currency))


def _window_table(found: Economics, days: int, currency: str | None) -> str:
    def cell(one: Range, money: bool) -> str:
        if money:
            said, between = (
                wording.money(one.expected, currency, short=True),
                wording.money_range(one.low, one.high, currency),
            )
        else:
            said, between = (
                words.few(one.expected),
                f"{wording.count(one.low)} to {wording.count(one.high)}",
            )
        return f"<td>{escape(said)}<small>{escape(between)}</small></td>"

    rows = (
        ("Orders", found.orders_without, found.orders_with, False),
        ("Revenue", found.revenue_without, found.revenue_with, True),
        ("Margin", found.margin_without, found.margin_with, True),
    )
    body = "".join(
        f"<tr><td>{name}</td>{cell(without, money)}{cell(with_it, money)}"
        f"<td>{escape(_more(with_it.expected - without.expected, money, currency))}</td></tr>"
        for name, without, with_it, money in rows
    )
    return (
        f'<table class="plan-table" title="{escape(words.DEFINITIONS["without"])}"><thead><tr>'
        f"<th>Over {days} days, 80% range</th><th>Without the campaign</th><th>With it</th><th>More</th></tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _more(value: float, money: bool, currency: str | None) -> str:
    said = wording.money(value, currency, short=True) if money else words.few(value)
    return f"+{said}"


def draw_turns(data: Loaded, plan: CampaignPlan) -> None:
    """Where the gain is greatest by size, and where it turns to a loss by lift."""
    currency = data.orders.currency
    st.markdown("**How many to address**", help=words.DEFINITIONS["size"])
    live_chart(
        spec("size", currency),
        frames.size_frames(plan, currency),
        key="plan_size",
        alt_text=f"Expected gain by audience size; greatest with {wording.count(plan.best_size)} customers",
    )
    st.markdown("**How much lift it takes**", help=words.DEFINITIONS["break_even"])
    if plan.economics.customers:
        live_chart(
            spec("lift", currency),
            frames.lift_frames(plan, currency),
            key="plan_lift",
            alt_text=f"Gain by lift; zero at {words.lift_in_words(plan.economics.break_even_lift)}",
        )
    else:
        st.info("Nobody is addressed: there is no gain to draw.", icon=":material/info:")


def draw_offers(data: Loaded, plan: CampaignPlan) -> None:
    """An amount against a percentage of the same cost."""
    found, currency = compare_offers(plan), data.orders.currency
    if found is None:
        st.info(
            "Nobody is addressed, so there is nothing to compare."
            if not plan.size
            else "Choose an amount of money or a percentage as the main offer, and a message that carries it, to see "
            "both side by side.",
            icon=":material/info:",
        )
        return
    st.markdown(
        "**Money or a percentage**",
        help="Both cost the same in expectation, at the same lift. Which persuades better, orders do not tell.",
    )
    amount, share = wording.money(found.amount, currency), wording.percent(found.percentage)
    if len(found.bands) < 2:
        st.markdown(
            text.plain(
                f"{amount} off costs as much as {share} off, and is worth as much to everybody: their usual orders do "
                "not differ."
            )
        )
        return
    st.markdown(
        text.plain(
            f"{amount} off costs as much as {share} off. The amount is the larger offer to "
            f"{wording.percent(found.larger_amount)} of these customers: those whose usual order is below "
            f"{wording.money(found.even_at, currency)}. An amount in the subject does almost twice as well as a "
            "percentage (Barilliance 2021).",
            limit=1000,
        )
    )
    live_chart(
        spec("offers", currency),
        {"bands": frames.offers_frame(found, currency)},
        key="plan_offers",
        alt_text=f"{amount} off against {share} off by order value",
    )


def draw_when(data: Loaded, plan: CampaignPlan) -> None:
    """Who is due when, the sequence on a calendar, and the stop rule."""
    currency, first = data.orders.currency, plan.campaign.first_day(data.orders.end)
    if not plan.economics.customers:
        st.info("Nobody is addressed: there is nothing to send.", icon=":material/info:")
        return
    st.markdown("**When they get it**", help=words.DEFINITIONS["contact"])
    table = sequence_table(plan)
    live_chart(
        spec("sequence", None),
        {"messages": frames.sequence_frame(table, first, plan, currency)},
        key="plan_sequence",
        alt_text=f"{len(table)} messages from {wording.day(first)}",
    )
    last = table.iloc[-1]
    st.caption(
        f"From {wording.day(first)}{_begins(first, data.orders.end)}. Stop rule: whoever orders leaves the sequence; of "
        f"{wording.count(plan.economics.customers)} customers {wording.count(last['customers'])} get the last message."
    )
    st.markdown("**When their next order is due**", help=words.DEFINITIONS["due"])
    frame = frames.due_frame(due_table(plan, data_of.due_for(data)), currency)
    soon = int(frame["customers"].iloc[1:3].sum())
    live_chart(
        spec("due", None), {"due": frame}, key="plan_due", alt_text="Addressed customers by due day"
    )
    st.caption(
        f"Counted from {wording.day(data.orders.end)}. Due within a week: {wording.plural(soon, 'customer')}, the likeliest "
        "to come without a message."
    )


def _begins(first: date, end: date) -> str:
    """What the first day means for what is expected, which counts from the end of the orders."""
    wait = (first - end).days
    if wait == 1:
        old = date.today() - first > timedelta(days=7)
        return ", the day after the last order" + (
            ": load newer orders to plan from today" if old else ""
        )
    return (
        f", {wording.days(wait)} after the last order. What is expected is that of a first message on the day after it: "
        "load newer orders before you send, so that nobody who has ordered since gets one"
    )


def draw_left_out(data: Loaded, plan: CampaignPlan) -> None:
    """Whom the plan leaves out and why, what no column tells, and what the holdout can show."""
    st.markdown("**Left out**")
    counts = {reason: n for reason, n in plan.reachable.left_out.items() if n}
    people = people_for(data)
    lines = [f"{wording.count(n)}: {reason}" for reason, n in counts.items()]
    if below := len(plan.reachable.ledger.pool) - plan.size:
        lines.append(f"{wording.count(below)}: below the cut, whose expected gain is lower")
    held = plan.held
    if held:
        price = wording.money(abs(plan.forgone), data.orders.currency, short=True)
        verb = (
            f"costs {price} of expected gain"
            if plan.forgone >= 0
            else f"saves an expected loss of {price}"
        )
        lines.append(f"{wording.count(held)}: held out at random, which {verb}")
    for line in lines or ["Nobody."]:
        st.markdown(f"- {text.plain(line)}")
    if np.isfinite(plan.detectable_lift):
        st.caption(
            text.plain(
                f"With {wording.count(held)} held out a lift of {words.lift_in_words(plan.detectable_lift)} or more would "
                f"show; you assume {words.lift_in_words(plan.campaign.terms.lift)}."
                + _holdout_advice(plan),
                limit=600,
            ),
            help=words.DEFINITIONS["detectable"],
        )
    silent = without_signal(plan.campaign, people.signals, people.contacts)
    if silent:
        st.caption(
            "By hand, since these orders do not tell: "
            + " ".join(text.plain(f"{rule.who} ({rule.instead.rstrip('.')}).") for rule in silent)
        )


def _holdout_advice(plan: CampaignPlan) -> str:
    """What to do where the holdout cannot show the lift that is assumed."""
    found, lift = plan.economics, plan.campaign.terms.lift
    if plan.detectable_lift <= lift or not found.customers:
        return ""
    half = (found.customers + plan.held) // 2
    buys = found.buyers_without / found.customers
    if detectable_lift(half, half, buys) <= lift:
        return " Hold out more, or the result will tell nothing."
    return (
        f" Not even a half held out would show that ({words.lift_in_words(detectable_lift(half, half, buys))}): "
        "compare over several campaigns, or address more customers."
    )


@cache
def spec(name: str, currency: str | None) -> dict:
    """A chart's specification by its name, made once a currency."""
    if name == "due":
        return live_spec(charts.due_chart())
    if name == "sequence":
        return live_spec(charts.sequence_chart())
    made = {
        "bridge": charts.bridge_chart,
        "size": charts.size_chart,
        "lift": charts.lift_chart,
        "offers": charts.offers_chart,
        "budget": charts.budget_chart,
        "allowed": charts.allowed_chart,
        "payback": charts.payback_chart,
    }
    return live_spec(made[name](currency))
