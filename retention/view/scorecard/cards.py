"""Each metric of a scorecard as a card: value, trend, change with its range, and standing."""

from typing import cast

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.history.changes import CANNOT, THIN
from retention.history.metrics import METRICS, metrics_of
from retention.reports.industry import UNKNOWN, Comparison
from retention.reports.scorecard import Scorecard
from retention.view import text
from retention.view.scorecard import data as data_of, frames, words
from retention.view.scorecard.data import ScorecardSettings
from retention.view.session.loaded import Loaded

GROUPS = {
    "Do customers stay?": (
        "customer_retention_rate",
        "retained_share",
        "churn_rate",
        "repeat_purchase_rate",
    ),
    "How soon do they come back?": (
        "days_to_second_order",
        "days_between_orders",
        "days_since_last_order",
    ),
    "What do they bring?": ("revenue", "revenue_per_customer", "orders_per_customer"),
    "What does an order bring?": (
        "average_order_value",
        "new_order_value",
        "returning_order_value",
    ),
    "New and returning": ("new_customers", "returning_customers", "returning_revenue_share"),
    "Given away": ("discount_share", "refund_share"),
}
_BADGES = {
    "better": ("green", ":material/trending_up:", "Better"),
    "worse": ("orange", ":material/trending_down:", "Worse"),
    "up": ("gray", ":material/north_east:", "Up"),
    "down": ("gray", ":material/south_east:", "Down"),
    "noise": ("gray", ":material/drag_handle:", "No clear change"),
}


def cards(data: Loaded, card: Scorecard, settings: ScorecardSettings) -> None:
    """Each metric as a card: value, trend, change with its range, and where it stands."""
    comparisons: dict[str, Comparison] = {}
    for comparison in data_of.comparisons_for(data, settings):
        comparisons.setdefault(comparison.metric, comparison)
    trend = data_of.trend_for(data, settings)
    values, known = card.metrics["value"], metrics_of(card.counts)
    for number, (group, members) in enumerate(GROUPS.items()):
        names = [name for name in members if np.isfinite(values[name]) or group != "Given away"]
        names = [name for name in names if name in known]
        if not names:
            continue
        st.subheader(group, anchor=False)
        with st.container(key=f"score-{number}"):
            for name in names:
                with st.container(border=True, gap="xsmall"):
                    _card(data, card, name, comparisons.get(name), trend)


def _card(
    data: Loaded, card: Scorecard, name: str, comparison: Comparison | None, trend: pd.DataFrame
) -> None:
    currency, metric = data.orders.currency, METRICS[name]
    row = cast(pd.Series, card.metrics.loc[name])
    help_text = f"{metric.definition} {wording.span(card.period)}."
    if np.isfinite(row["low"]):
        counts_waits = metric.kind == "days" and name != "days_since_last_order"
        help_text += (
            f" 95% range {words.between(name, row['low'], row['high'], currency)}, from "
            f"{wording.count(row['n'])} {'waits' if counts_waits else 'customers'}."
        )
    line = frames.spark(trend, name, card.period)
    if len(line) > 1:
        help_text += f" The line: its last {len(line)} whole months, each taken by itself."
    st.metric(
        metric.label,
        text.plain(words.shown(name, row["value"], currency)),
        help=text.plain(help_text, limit=1000),
        chart_data=line if len(line) > 1 else None,
    )
    _changes(data, card, name)
    if comparison is not None:
        _standing(comparison, currency)


def _changes(data: Loaded, card: Scorecard, name: str) -> None:
    """The changes since the period before and since the year before.

    There is one change where the two periods are the same days, or where neither can be compared.
    """
    currency = data.orders.currency
    rows = {
        words.SINCE[which]: cast(pd.Series, metrics.loc[name])
        for which, (_, metrics) in card.earlier.items()
    }
    if not rows:
        st.caption(":material/history: Nothing to compare with")
    elif all(row["verdict"] == CANNOT for row in rows.values()):
        reasons = list(dict.fromkeys(row["why"] for row in rows.values()))
        earlier = [words.was(name, row, label, currency) for label, row in rows.items()]
        _no_change("Not comparable", "with an earlier period", " ".join(reasons + earlier))
    else:
        seasonal = words.has_seasons(card, name)
        for label, row in rows.items():
            _change(name, row, label, seasonal, currency)


def _change(name: str, row: pd.Series, label: str, seasonal: bool, currency: str | None) -> None:
    if row["verdict"] == CANNOT:
        earlier = words.was(name, row, label, currency)
        _no_change("Not comparable", f"with {label}", f"{row['why']} {earlier}")
    elif row["verdict"] == THIN:
        _no_change("Too little data", f"for a change since {label}", row["why"])
    else:
        colour, icon, badge = _BADGES[words.direction(name, row)]
        seasons = ", seasons included" if seasonal else ""
        amount = f"{text.plain(words.change(name, row))} since {label}{seasons}"
        st.markdown(f":{colour}[{icon} **{badge}**] :small[{amount}]")


def _no_change(badge: str, comparison: str, reason: str) -> None:
    help_text = f"{reason} {words.COMPARABLE}" if badge == "Not comparable" else reason
    st.markdown(
        f":gray[:material/block: **{badge}**] :small[{comparison}]",
        help=text.plain(help_text, limit=1000),
    )


def _standing(comparison: Comparison, currency: str | None) -> None:
    colour = words.STATUS_COLOURS.get(comparison.status, "gray")
    parts = [words.against(comparison, currency)]
    if np.isfinite(comparison.store.value):
        parts.append(f"by its definition you have {words.store_side(comparison, currency)}")
    if comparison.status == UNKNOWN:
        parts.append(words.doubt(comparison))
    status = comparison.status.capitalize()
    st.markdown(
        f":{colour}[:material/flag: **{status}**] :small[{text.plain('; '.join(parts))}]",
        help=text.plain(words.explanation(comparison), limit=1500),
    )
