"""The parts of the scorecard page: what the numbers say as a whole, and charts below the cards."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.charts import scorecard as charts
from retention.history.metrics import METRICS
from retention.history.period_counts import customer_bridge
from retention.notation import rewritten
from retention.reports.metric_gaps import Gap
from retention.reports.scorecard import Scorecard
from retention.reports.scorecard_conclusion import conclusion
from retention.reports.scorecard_verdict import Reading
from retention.view import findings, text, widgets
from retention.view.scorecard import data as data_of, frames, words
from retention.view.scorecard.data import ScorecardSettings
from retention.view.session.loaded import Loaded

#: What is below the cards, by the words on its pill.
FIGURES, READING, MONTHS = "All figures", "What to work on", "Month by month"
BASE, WAITS, BUYERS = "Customer base", "How long it takes", "New against returning"
DOWNLOADS = "Report and files"
PARTS = (FIGURES, READING, MONTHS, BASE, WAITS, BUYERS, DOWNLOADS)

SPREADS = {
    "First to second order": ("second_waits", "second orders"),
    "Between two orders": ("waits", "orders"),
    "Since the last order": ("silences", "customers"),
}


def conclude(where: DeltaGenerator, card: Scorecard, currency: str | None) -> None:
    """Say what to conclude, as the page's first sentence.

    Args:
        where: Its place above the settings.
        card: The scorecard.
        currency: The currency of the orders.
    """
    where.markdown(f"**{text.plain(conclusion(card, currency), limit=600)}**")


def choose_part() -> str | None:
    """Pills for what is below the cards; only the open part is built, and none at first."""
    return st.pills(
        "More of this period",
        PARTS,
        key="score_part",
        wrap=True,
    )


def draw(part: str, data: Loaded, card: Scorecard, settings: ScorecardSettings) -> None:
    """Draw an open part.

    Args:
        part: Its name, one of `PARTS` but the cards and the downloads.
        data: The session's data.
        card: The scorecard.
        settings: What the visitor has chosen.
    """
    if part == READING:
        whole_reading(data, settings)
    elif part == MONTHS:
        months(data, card, settings)
    elif part == BASE:
        bridge(data, card, settings)
    elif part == WAITS:
        spreads(card)
    else:
        buyers(data, card)


def header(card: Scorecard) -> None:
    """The period in words, what it is compared with, and what to bear in mind."""
    others = [period for period, _ in card.earlier.values()]
    spans = " and with ".join(wording.span(other) for other in others)
    compared = (
        f"compared with {spans}" if others else "with nothing to compare: the orders begin later"
    )
    st.markdown(
        f":gray[{wording.span(card.period)}, {wording.days(card.period.days)}, {compared}. A "
        f"customer is active for {card.active_days} days after an order.]"
    )
    for note in card.notes:
        st.warning(
            f"{text.plain(note.finding, limit=600)} {text.plain(note.advice)}",
            icon=":material/info:",
        )


def whole_reading(data: Loaded, settings: ScorecardSettings) -> None:
    """Which metrics are ahead and behind, the gap that matters most, its worth and what to do."""
    reading = data_of.reading_for(data, settings)
    with st.container(border=True, key="reading"):
        st.markdown(f":material/insights: **{text.plain(reading.finding, limit=600)}**")
        st.caption(text.plain(reading.summary, limit=1000))
        gap = reading.main
        if gap is not None:
            left, right = st.columns([1, 2], gap="medium")
            with left:
                _worth(data, gap)
            with right:
                _strategies(reading)
        elif reading.strategies:
            _strategies(reading)


def _worth(data: Loaded, gap: Gap) -> None:
    currency = data.orders.currency
    if gap.gain is not None:
        total = gap.gain
        widgets.metric_row(
            [
                widgets.Metric(
                    label="Closing the gap is worth",
                    value=wording.money(total.expected, currency, short=True),
                    about="gap_worth",
                    note="80% range, the gap's own included: "
                    f"{wording.money_range(total.low, total.high, currency)}",
                )
            ]
        )
        st.caption(text.plain(gap.basis, limit=600))
    elif np.isfinite(gap.arithmetic):
        widgets.metric_row(
            [
                widgets.Metric(
                    label="The gap in this period",
                    value=wording.money(gap.arithmetic, currency, short=True),
                    about="gap_arithmetic",
                    note="A sum, not a forecast",
                )
            ]
        )
        st.caption(text.plain(f"{gap.arithmetic_basis} {gap.basis}", limit=600))
    else:
        st.caption(text.plain(gap.basis, limit=600))


def _strategies(reading: Reading) -> None:
    metric = reading.main.metric if reading.main else reading.watch
    if metric is None:
        return
    st.markdown(f"**What works on it: {METRICS[metric].label.lower()}**")
    for strategy in reading.strategies[:3]:
        with st.expander(text.plain(strategy.name)):
            st.markdown("\n".join(f"- {text.plain(step)}" for step in strategy.how))
            st.caption(text.plain(f"{rewritten(strategy.evidence)} ({strategy.source})", limit=800))


def months(data: Loaded, card: Scorecard, settings: ScorecardSettings) -> None:
    """One metric month by month, as large as a chart."""
    st.subheader("Month by month", anchor=False, help=text.DEFINITIONS["by_month"])
    trend, currency = data_of.trend_for(data, settings), data.orders.currency
    names = frames.trend_names(trend)
    name = st.selectbox(
        "Metric",
        names,
        index=frames.first_trend(trend, names),
        format_func=words.month_label,
        key="month_metric",
        label_visibility="collapsed",
    )
    frame = frames.trend_frame(trend, name, card.period, currency)
    st.altair_chart(
        charts.trend_chart(frame, words.month_label(name), METRICS[name].kind, currency),
        key="months",
        alt=f"{words.month_label(name)} by month. "
        + findings.course(
            [f"{month:%B %Y}" for month in frame["month"]],
            list(frame["value"]),
            list(frame["shown"]),
        ),
    )
    if METRICS[name].needs != "period":
        st.caption(frames.LOOKS_BACK)


def bridge(data: Loaded, card: Scorecard, settings: ScorecardSettings) -> None:
    """The customer base from the start to the end of the period, in customers or in revenue."""
    st.subheader(
        "The customer base, from start to end", anchor=False, help=text.DEFINITIONS["bridge"]
    )
    measure = st.segmented_control(
        "In",
        ["Customers", "Revenue"] if data.orders.has_amounts else ["Customers"],
        default="Customers",
        key="bridge_in",
        required=True,
        label_visibility="collapsed",
    ).lower()
    frame = (
        customer_bridge(card.counts)
        if measure == "customers"
        else data_of.bridge_for(data, settings)
    )
    steps = frame.set_index("step")[measure]
    shown = (
        steps.map(wording.count)
        if measure == "customers"
        else steps.map(lambda amount: wording.money(amount, data.orders.currency))
    )
    st.altair_chart(
        charts.bridge_chart(frame, measure, data.orders.currency),
        key="bridge",
        alt=f"Active at the start {shown['start']}, first order {shown['new']}, won back "
        f"{shown['won_back']}, fell silent {shown['lapsed']}, active at the end {shown['end']}",
    )
    if measure == "revenue":
        st.caption(
            f"Revenue is what these customers brought in the {card.active_days} days before the "
            "start and before the end; customers who stayed may have spent more or less."
        )


def buyers(data: Loaded, card: Scorecard) -> None:
    """New against returning customers of the period."""
    st.subheader("New against returning customers", anchor=False, help=text.DEFINITIONS["buyers"])
    frame = frames.buyers_frame(card).round({"Revenue": 0, "Order value": 2})
    currency = data.orders.currency
    unit = f" ({currency})" if currency else ""
    number = st.column_config.NumberColumn
    st.dataframe(
        frame,
        key="buyers",
        hide_index=True,
        placeholder=wording.MISSING,
        column_config={
            "Buyers": st.column_config.TextColumn(pinned=True, width=170),
            "Customers": number(format="localized"),
            "Orders": number(format="localized"),
            "Revenue": number("Revenue" + unit, format="localized", step=1, width=130),
            "Share of revenue": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1
            ),
            "Order value": number("Order value" + unit, format="localized", width=150),
        },
    )


def spreads(card: Scorecard) -> None:
    """How long customers take: the distributions behind the three medians."""
    st.subheader("How long it takes", anchor=False, help=text.DEFINITIONS["spreads"])
    for column, (title, (name, unit)) in zip(
        st.columns(3, gap="medium"), SPREADS.items(), strict=True
    ):
        with column:
            spread = getattr(card.counts, name)
            st.markdown(f"**{title}**")
            if not len(spread):
                st.caption(
                    "No customers yet."
                    if unit == "customers"
                    else "Nobody ordered again in this period."
                )
                continue
            bins, marks = frames.spread_frames(spread)
            quarter, half, three_quarters = marks["days"]
            st.altair_chart(
                charts.spread_chart(bins, unit, "Days", marks),
                key=f"spread_{name}",
                alt=f"{title}: a quarter within {wording.count(quarter)} days, half within "
                f"{wording.count(half)}, three "
                f"quarters within {wording.count(three_quarters)}",
            )
            st.caption(
                f"A quarter within {wording.count(quarter)} days, half within "
                f"{wording.count(half)}, three quarters "
                f"within {wording.count(three_quarters)}; "
                f"{wording.count(spread.iloc[:, 1].sum())} {unit}."
                + (" The pale bar holds all that took longer." if bins["beyond"].any() else "")
            )
