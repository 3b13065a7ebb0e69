"""The metrics as cards: six to begin with, and the others."""

from typing import cast

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.errors import ModelError
from retention.history.metrics import METRICS, metrics_of
from retention.reports.industry import UNKNOWN, Comparison, Target
from retention.reports.scorecard import Scorecard
from retention.view import text
from retention.view.scorecard import data as data_of, frames, words
from retention.view.scorecard.data import ScorecardSettings
from retention.view.session.loaded import Loaded

#: The metrics that the page opens on. What today's customers will bring comes after them.
FIRST = (
    "customer_retention_rate",
    "repeat_within_90_days",
    "average_order_value",
    "orders_per_customer",
    "returning_revenue_share",
)
#: The others, in groups. Who stayed and who lapsed is said with the retention rate.
MORE = {
    "How soon do they come back?": (
        "repeat_purchase_rate",
        "days_to_second_order",
        "days_between_orders",
        "days_since_last_order",
    ),
    "What do they bring?": (
        "revenue",
        "revenue_per_customer",
        "new_order_value",
        "returning_order_value",
    ),
    "New and returning": ("new_customers", "returning_customers"),
    "Given away": ("discount_share", "refund_share"),
}
NO_EARLIER_FORECAST = "A forecast of an earlier day is not kept, so there is nothing to compare."
_BADGES = {
    "better": ("green", ":material/trending_up:", "Better"),
    "worse": ("orange", ":material/trending_down:", "Worse"),
    "up": ("gray", ":material/north_east:", "Up"),
    "down": ("gray", ":material/south_east:", "Down"),
    "noise": ("gray", ":material/drag_handle:", "No clear change"),
}


def first_cards(data: Loaded, card: Scorecard, settings: ScorecardSettings) -> DeltaGenerator:
    """Draw the five metrics that the page opens on, and return the place of the expected value.

    Args:
        data: The session's data.
        card: The scorecard.
        settings: What the visitor has chosen.
    """
    comparisons, trend = _comparisons(data, settings), data_of.trend_for(data, settings)
    known = metrics_of(card.counts)
    # Who has a target wants to see it.
    aimed_at = [
        name
        for name, comparison in comparisons.items()
        if isinstance(comparison.against, Target) and name not in FIRST
    ]
    with st.container(key="score-first"):
        for name in (*FIRST, *aimed_at):
            if name not in known:
                continue
            with st.container(border=True, gap="xsmall"):
                _card(data, card, name, comparisons.get(name), trend, settings)
        return st.container(border=True, key="expected-score")


def expected_value(where: DeltaGenerator, data: Loaded) -> None:
    """Fill the place of the expected value, or say why there is none.

    Args:
        where: From `first_cards`.
        data: The session's data.
    """
    has_amounts, currency = data.orders.has_amounts, data.orders.currency
    name = "Expected value" if has_amounts else "Expected orders"
    # In a frame of its own: what makes the forecasts of a page grey stretches its parts.
    with where, st.container(gap="xsmall"):
        try:
            total = data_of.expected_for(data)
        except ModelError as error:
            st.metric(name, wording.MISSING, help=text.plain(error, limit=1000))
            st.caption("No forecast yet")
            return
        if has_amounts:
            number = wording.money(total.expected, currency, short=True)
            between = wording.money_range(total.low, total.high, currency)
        else:
            number = wording.count(total.expected)
            between = f"{wording.count(total.low)} to {wording.count(total.high)}"
        about = text.DEFINITIONS["base_value" if has_amounts else "expected_orders"]
        st.metric(
            name, text.plain(number), help=text.plain(f"{about} {NO_EARLIER_FORECAST}", limit=1000)
        )
        st.caption(text.plain(f"Within 12 months, of today's customers. 80% range {between}."))
        _badge("gray", ":material/history:", words.NOTHING_EARLIER)


def more_cards(data: Loaded, card: Scorecard, settings: ScorecardSettings) -> None:
    """Draw the metrics that the page does not open on.

    Args:
        data: The session's data.
        card: The scorecard.
        settings: What the visitor has chosen.
    """
    comparisons, trend = _comparisons(data, settings), data_of.trend_for(data, settings)
    values, known = card.metrics["value"], metrics_of(card.counts)

    def is_aimed_at(name: str) -> bool:
        return name in comparisons and isinstance(comparisons[name].against, Target)

    for number, (group, members) in enumerate(MORE.items()):
        names = [name for name in members if np.isfinite(values[name]) or group != "Given away"]
        names = [name for name in names if name in known and not is_aimed_at(name)]
        if not names:
            continue
        st.markdown(f"**{group}**")
        with st.container(key=f"score-{number}"):
            for name in names:
                with st.container(border=True, gap="xsmall"):
                    _card(data, card, name, comparisons.get(name), trend, settings)


def _comparisons(data: Loaded, settings: ScorecardSettings) -> dict[str, Comparison]:
    """The first benchmark or the target of each metric."""
    comparisons: dict[str, Comparison] = {}
    for comparison in data_of.comparisons_for(data, settings):
        comparisons.setdefault(comparison.metric, comparison)
    return comparisons


def _card(
    data: Loaded,
    card: Scorecard,
    name: str,
    comparison: Comparison | None,
    trend: pd.DataFrame,
    settings: ScorecardSettings,
) -> None:
    currency, metric = data.orders.currency, METRICS[name]
    row = cast(pd.Series, card.metrics.loc[name])
    earlier = {
        words.SINCE[which]: cast(pd.Series, metrics.loc[name])
        for which, (_, metrics) in card.earlier.items()
    }
    # A month's retention is another number than the card's, of which no month tells.
    line = [] if name in words.MONTHLY_LABELS else frames.spark(trend, name, card.period)
    number = words.shown(name, row["value"], currency)
    paragraphs = [words.about(card, name, currency)]
    paragraphs += [words.pair(name, row, label, currency) for label, row in earlier.items()]
    if not earlier:
        paragraphs.append("The orders begin too late for an earlier period.")
    if comparison is not None:
        paragraphs.append(words.standing(comparison, currency))
    if len(line) > 1:
        paragraphs.append(f"The line: its last {len(line)} whole months, each taken by itself.")
    st.metric(
        metric.label,
        text.plain(number),
        help="\n\n".join(text.plain(part, limit=900) for part in paragraphs if part),
        chart_data=line if len(line) > 1 else None,
    )
    if not earlier:
        _badge("gray", ":material/history:", words.NOTHING_EARLIER)
    seasonal = words.has_seasons(card, name)
    for label, change in earlier.items():
        _change(name, change, label, seasonal=seasonal)
    resting = words.without_large(data_of.large_for(data, settings), name, card, currency)
    if resting:
        st.caption(f":orange[:material/groups:] {text.plain(resting)}")
    if comparison is not None:
        _standing(comparison, currency, number)


def _change(name: str, row: pd.Series, label: str, *, seasonal: bool) -> None:
    """The change since an earlier period, or in three words why there is none."""
    if row["verdict"] in words.NO_VERDICT:
        _badge("gray", ":material/block:", words.NO_VERDICT[row["verdict"]], f"since {label}")
        return
    _badge(*_BADGES[words.direction(name, row)], words.change(name, row))
    st.caption(text.plain(words.terms(name, row, label, seasonal=seasonal)))


def _standing(comparison: Comparison, currency: str | None, number: str) -> None:
    """Where the metric stands to its target, or to a benchmark of its own definition."""
    if comparison.status == UNKNOWN:
        return
    against = "its benchmark"
    if isinstance(comparison.against, Target):
        against = words.against(comparison, currency)
    colour = words.STATUS_COLOURS.get(comparison.status, "gray")
    _badge(colour, ":material/flag:", words.STANDINGS[comparison.status], against)
    judged = words.judged_on(comparison, currency, number)
    if judged:
        st.caption(text.plain(judged[0].upper() + judged[1:]))


def _badge(colour: str, icon: str, badge: str, more: str = "") -> None:
    st.markdown(f":{colour}[{icon} **{badge}**] :small[{text.plain(more)}]")
