"""The parts of the scorecard page, from the settings at the top to the tables at the bottom."""

from datetime import timedelta

import numpy as np
import pandas as pd
import streamlit as st

from retention.benchmarks import ALL, Comparison, Target, lines_of_business
from retention.exports import to_csv
from retention.metrics import METRICS
from retention.period_counts import customer_bridge
from retention.periods import PRESETS, Period, preset_period
from retention.scorecard import ACTIVE_DAYS, LEAST_ACTIVE, MOST_ACTIVE, Scorecard
from retention.view import scorecard_charts as charts
from retention.view import scorecard_data as data_of
from retention.view import scorecard_frames as frames
from retention.view import scorecard_words as words
from retention.view import text, widgets
from retention.view.loaded import Loaded
from retention.view.scorecard_data import Settings

OWN = "Own dates"
AGAINST = {"Period before": "previous", "Year before": "year"}
GROUPS = {
    "Do customers stay?": ("customer_retention_rate", "retained_share", "churn_rate", "repeat_purchase_rate"),
    "How soon do they come back?": ("days_to_second_order", "days_between_orders", "days_since_last_order"),
    "What do they bring?": ("revenue", "average_order_value", "orders_per_customer", "revenue_per_customer"),
    "New and returning": (
        *("new_customers", "returning_customers", "returning_revenue_share"),
        *("new_order_value", "returning_order_value"),
    ),
    "Given away": ("discount_share", "refund_share"),
}
SPREADS = {
    "First to second order": ("second_waits", "second orders", "days_to_second_order"),
    "Between two orders": ("waits", "orders", "days_between_orders"),
    "Since the last order": ("silences", "customers", "days_since_last_order"),
}
TARGETS = ("customer_retention_rate", "repeat_purchase_rate", "average_order_value", "orders_per_customer")
_BADGES = {
    "better": ("green", ":material/trending_up:", "Better"),
    "worse": ("orange", ":material/trending_down:", "Worse"),
    "up": ("gray", ":material/north_east:", "Up"),
    "down": ("gray", ":material/south_east:", "Down"),
    "noise": ("gray", ":material/drag_handle:", "No clear change"),
    "unknown": ("gray", ":material/question_mark:", "Unknown"),
}


def settings(data: Loaded) -> Settings:
    """Period, active days, line of business, what to compare with, and own targets; all but dates in the URL."""
    orders = data.orders
    labels = {label: key for key, label in PRESETS.items()}
    with st.container(border=True):
        one, two, three, four = st.columns([1.1, 1.2, 1.1, 1.2], gap="medium")
        chosen = one.selectbox(
            "Period",
            [*labels, OWN],
            index=2,
            key="period",
            bind="query-params",
            help="Ends with the last order in the file; “this” quarter or year is that of the last order.",
        )
        active_days = two.slider(
            "Active for",
            *(LEAST_ACTIVE, MOST_ACTIVE, ACTIVE_DAYS, 5, "%d days"),
            key="active_days",
            bind="query-params",
            help="A customer is active for so many days after an order. About three times the usual wait between two "
            "orders is a fair choice: see below how long that is.",
        )
        line = three.selectbox(
            "Line of business",
            lines_of_business(),
            key="line",
            bind="query-params",
            help="Whose benchmarks to hold the metrics against. Each is compared by its own definition.",
        )
        against = four.segmented_control(
            "Changes since",
            list(AGAINST),
            default="Period before",
            key="against",
            bind="query-params",
            required=True,
            help="The period of equal length right before, or the same days a year before.",
        )
        period = _own_dates(data) if chosen == OWN else preset_period(labels[chosen], orders.start, orders.end)
        targets = _targets(data)
    return Settings(period, active_days, line or ALL, AGAINST[against], targets)


def _own_dates(data: Loaded) -> Period:
    first, last = data.orders.start, data.orders.end
    found = st.date_input(
        "From and to",
        (max(first, last - timedelta(days=89)), last),
        min_value=first,
        max_value=last,
        key="own_dates",
        help="The first and the last day of the period, both included.",
    )
    # Between the two clicks of a new range only its first day is there.
    start, end = (found[0], found[-1]) if found else (first, last)
    return Period(start, end + timedelta(days=1))


def _targets(data: Loaded) -> tuple[Target, ...]:
    with st.expander("Own targets in place of benchmarks", icon=":material/flag:"):
        found = []
        for column, name in zip(st.columns(len(TARGETS), gap="medium"), TARGETS, strict=True):
            metric = METRICS[name]
            rate = metric.kind == "rate"
            value = column.number_input(
                f"{metric.label}, %" if rate else metric.label,
                min_value=0.0,
                max_value=200.0 if rate else None,
                value=None,
                step=1.0 if metric.kind != "number" else 0.1,
                placeholder="None",
                key=f"target_{name}",
                bind="query-params",
                help=metric.definition,
            )
            if value:
                found.append(Target(name, value / 100 if rate else value))
    return tuple(found)


def header(card: Scorecard, settings: Settings) -> None:
    """The period in words, what it is compared with, and what to bear in mind."""
    other = card.previous if settings.against == "previous" else card.year_before
    compared = f"compared with {words.span(other)}" if other else "with nothing to compare: the orders begin later"
    st.markdown(
        f":gray[{words.span(card.period)}, {text.days(card.period.days)}, {compared}. A customer is active for "
        f"{card.active_days} days after an order.]"
    )
    for note in card.notes:
        st.warning(f"{text.plain(note.finding, limit=600)} {text.plain(note.advice)}", icon=":material/info:")


def reading(data: Loaded, settings: Settings) -> None:
    """Which metrics are ahead and behind, what holds the store back most, what it is worth and what to do."""
    found = data_of.reading_for(data, settings)
    with st.container(border=True, key="reading"):
        st.markdown(f":material/insights: **{text.plain(found.finding, limit=600)}**")
        st.caption(text.plain(found.summary, limit=1000))
        gap = found.main
        if gap is not None:
            left, right = st.columns([1, 2], gap="medium")
            with left:
                _worth(data, gap)
            with right:
                _strategies(found)
        elif found.strategies:
            _strategies(found)


def _worth(data: Loaded, gap) -> None:
    currency = data.orders.currency
    if gap.gain is not None:
        total = gap.gain
        widgets.metric_row(
            [
                widgets.Metric(
                    "Closing the gap is worth",
                    text.money(total.expected, currency, short=True),
                    "gap_worth",
                    f"80% range: {text.money_range(total.low, total.high, currency)}",
                )
            ]
        )
        st.caption(text.plain(gap.basis, limit=600))
    elif np.isfinite(gap.arithmetic):
        widgets.metric_row(
            [
                widgets.Metric(
                    "The gap in this period",
                    text.money(gap.arithmetic, currency, short=True),
                    "gap_arithmetic",
                    "A sum, not a forecast",
                )
            ]
        )
        st.caption(text.plain(f"{gap.arithmetic_basis} {gap.basis}", limit=600))
    else:
        st.caption(text.plain(gap.basis, limit=600))


def _strategies(found) -> None:
    about = found.main.metric if found.main else found.watch
    st.markdown(f"**What works on it: {METRICS[about].label.lower()}**")
    for strategy in found.strategies[:3]:
        with st.expander(text.plain(strategy.name)):
            st.markdown("\n".join(f"- {text.plain(step)}" for step in strategy.how))
            st.caption(text.plain(f"{strategy.evidence} ({strategy.source})", limit=800))


def cards(data: Loaded, card: Scorecard, settings: Settings) -> None:
    """Each metric as a card: value, trend, change with its range, and where it stands."""
    comparisons: dict[str, Comparison] = {}
    for comparison in data_of.comparisons_for(data, settings):
        comparisons.setdefault(comparison.metric, comparison)
    trend = data_of.trend_for(data, settings)
    for group, names in GROUPS.items():
        names = [name for name in names if np.isfinite(card.metrics.loc[name, "value"]) or group != "Given away"]
        if not names:
            continue
        st.subheader(group, anchor=False)
        with st.container(key=f"score-{group.split()[0].lower()}"):
            for name in names:
                with st.container(border=True, gap="xsmall"):
                    _card(data, card, settings, name, comparisons.get(name), trend)


def _card(
    data: Loaded, card: Scorecard, settings: Settings, name: str, comparison: Comparison | None, trend: pd.DataFrame
) -> None:
    currency, metric, row = data.orders.currency, METRICS[name], card.metrics.loc[name]
    help_text = f"{metric.definition} {words.span(card.period)}."
    if np.isfinite(row["low"]):
        help_text += (
            f" 95% range {words.between(name, row['low'], row['high'], currency)}, from {text.count(row['n'])} "
            f"{'waits' if metric.kind == 'days' and name != 'days_since_last_order' else 'customers'}."
        )
    st.metric(metric.label, words.shown(name, row["value"], currency), help=text.plain(help_text, limit=1000))
    spark = frames.spark_frame(trend, name, card.period, currency)
    if len(spark) > 1:
        st.altair_chart(
            charts.spark_chart(spark, metric.kind),
            key=f"spark_{name}",
            alt=f"{metric.label} by month, the last {len(spark)} months",
        )
    else:
        st.caption("No monthly trend: too few months.")
    _change(card, settings, name)
    if comparison is not None:
        _standing(comparison, currency)


def _change(card: Scorecard, settings: Settings, name: str) -> None:
    against = card.against_previous if settings.against == "previous" else card.against_year
    if name not in against.index:
        st.caption(":material/history: Nothing to compare with")
        return
    row = against.loc[name]
    colour, icon, word = _BADGES[words.direction(name, row)]
    st.markdown(f":{colour}[{icon} **{word}**] :small[{text.plain(words.change(name, row))}]")


def _standing(comparison: Comparison, currency: str | None) -> None:
    colour = words.STATUS_COLOURS.get(comparison.status, "gray")
    yours = "too little data to compare"
    if np.isfinite(comparison.store.value):
        yours = f"by its definition you have {words.store_side(comparison, currency)}"
    st.markdown(
        f":{colour}[:material/flag: **{comparison.status.capitalize()}**] "
        f":small[{text.plain(f'{words.against(comparison, currency)}; {yours}')}]",
        help=text.plain(words.explanation(comparison), limit=1500),
    )


def months(data: Loaded, card: Scorecard, settings: Settings) -> None:
    """One metric month by month, as large as a chart."""
    st.subheader("Month by month", anchor=False, help=text.DEFINITIONS["by_month"])
    trend, currency = data_of.trend_for(data, settings), data.orders.currency
    names = [name for name in METRICS if trend[name].notna().any()]
    name = st.selectbox(
        "Metric", names, format_func=lambda name: METRICS[name].label, key="month_metric", label_visibility="collapsed"
    )
    frame = frames.trend_frame(trend, name, card.period, currency)
    st.altair_chart(
        charts.trend_chart(frame, METRICS[name].label, METRICS[name].kind, currency),
        key="months",
        alt=f"{METRICS[name].label} for each calendar month; the chosen period is shaded",
    )


def bridge(data: Loaded, card: Scorecard, settings: Settings) -> None:
    """The customer base from the start to the end of the period, in customers or in revenue."""
    st.subheader("The customer base, from start to end", anchor=False, help=text.DEFINITIONS["bridge"])
    measure = st.segmented_control(
        "In",
        ["Customers", "Revenue"],
        default="Customers",
        key="bridge_in",
        required=True,
        label_visibility="collapsed",
    ).lower()
    frame = customer_bridge(card.counts) if measure == "customers" else data_of.bridge_for(data, settings)
    steps = frame.set_index("step")[measure]
    shown = (
        steps.map(text.count) if measure == "customers" else steps.map(lambda x: text.money(x, data.orders.currency))
    )
    st.altair_chart(
        charts.bridge_chart(frame, measure, data.orders.currency),
        key="bridge",
        alt=f"Active at the start {shown['start']}, new {shown['new']}, won back {shown['won_back']}, lapsed "
        f"{shown['lapsed']}, active at the end {shown['end']}",
    )
    if measure == "revenue":
        st.caption(
            f"Revenue is what these customers brought in the {card.active_days} days before the start and before the "
            "end; customers who stayed may have spent more or less."
        )


def buyers(data: Loaded, card: Scorecard) -> None:
    """New against returning customers of the period."""
    st.subheader("New against returning customers", anchor=False, help=text.DEFINITIONS["buyers"])
    frame = frames.buyers_frame(card)
    currency = data.orders.currency
    unit = f" ({currency})" if currency else ""
    number = st.column_config.NumberColumn
    st.dataframe(
        frame,
        key="buyers",
        hide_index=True,
        column_config={
            "Buyers": st.column_config.TextColumn(width=200),
            "Customers": number(format="localized"),
            "Orders": number(format="localized"),
            "Revenue": number("Revenue" + unit, format="localized", step=1),
            "Share of revenue": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "Order value": number("Order value" + unit, format="%.2f"),
        },
    )


def spreads(data: Loaded, card: Scorecard) -> None:
    """How long customers take: the distributions behind the three medians."""
    st.subheader("How long it takes", anchor=False, help=text.DEFINITIONS["spreads"])
    for column, (title, (name, unit, metric)) in zip(st.columns(3, gap="medium"), SPREADS.items(), strict=True):
        with column:
            spread = getattr(card.counts, name)
            st.markdown(f"**{title}**", help=METRICS[metric].definition)
            if not len(spread):
                st.caption(f"No {unit} in this period.")
                continue
            bins, marks = frames.spread_frames(spread)
            quarter, half, most = marks["days"]
            st.altair_chart(
                charts.spread_chart(bins, unit, "Days", marks),
                key=f"spread_{name}",
                alt=f"{title}: a quarter within {quarter:.0f} days, half within {half:.0f}, three quarters within "
                f"{most:.0f}",
            )
            st.caption(
                f"A quarter within {quarter:.0f} days, half within {half:.0f}, three quarters within {most:.0f}; "
                f"{text.count(spread.iloc[:, 1].sum())} {unit}."
            )


def downloads(data: Loaded, card: Scorecard, settings: Settings) -> None:
    """The report for a meeting, and every table as CSV."""
    st.subheader("Take it with you", anchor=False)
    name = f"{card.period.start}-to-{card.period.last}"
    st.download_button(
        "Report for a meeting or an e-mail",
        data=lambda: data_of.report_of(data, settings).encode(),
        file_name=f"retention-{name}.html",
        mime="text/html",
        icon=":material/description:",
        key="report",
        on_click="ignore",
        help="One HTML file with scorecard and cohorts, charts included. It opens anywhere and needs no network.",
    )
    st.caption("Every table as CSV:")
    tables = {
        "Metrics": lambda: frames.metrics_table(card, data_of.comparisons_for(data, settings)),
        "Monthly trend": lambda: data_of.trend_for(data, settings),
        "Customer base": lambda: data_of.bridge_for(data, settings),
        "New and returning": lambda: frames.buyers_frame(card),
        "Waits": lambda: frames.waits_table(card),
    }
    with st.container(horizontal=True):
        for title, make in tables.items():
            slug = title.lower().replace(" ", "-")
            widgets.csv_download(
                title, f"{slug}-{name}.csv", lambda make=make: to_csv(make(), index=False), key=f"csv_{slug}"
            )
