"""Each metric of a scorecard as a card: value, trend, change with its range, and where it stands."""

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.history.changes import CANNOT, THIN
from retention.history.metrics import METRICS
from retention.reports.industry import UNKNOWN, Comparison
from retention.reports.scorecard import Scorecard
from retention.view import text
from retention.view.scorecard import data as data_of, frames, words
from retention.view.scorecard.data import Settings
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


def cards(data: Loaded, card: Scorecard, settings: Settings) -> None:
    """Each metric as a card: value, trend, change with its range, and where it stands."""
    comparisons: dict[str, Comparison] = {}
    for comparison in data_of.comparisons_for(data, settings):
        comparisons.setdefault(comparison.metric, comparison)
    trend = data_of.trend_for(data, settings)
    for number, (group, names) in enumerate(GROUPS.items()):
        names = [
            name
            for name in names
            if np.isfinite(card.metrics.loc[name, "value"]) or group != "Given away"
        ]
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
    currency, metric, row = data.orders.currency, METRICS[name], card.metrics.loc[name]
    help_text = f"{metric.definition} {wording.span(card.period)}."
    if np.isfinite(row["low"]):
        help_text += (
            f" 95% range {words.between(name, row['low'], row['high'], currency)}, from "
            f"{wording.count(row['n'])} "
            f"{'waits' if metric.kind == 'days' and name != 'days_since_last_order' else 'customers'}."
        )
    line = frames.spark(trend, name, card.period)
    if len(line) > 1:
        help_text += f" The line: its last {len(line)} whole months, each taken by itself."
    st.metric(
        metric.label,
        words.shown(name, row["value"], currency),
        help=text.plain(help_text, limit=1000),
        chart_data=line if len(line) > 1 else None,
    )
    _changes(data, card, name)
    if comparison is not None:
        _standing(comparison, currency)


def _changes(data: Loaded, card: Scorecard, name: str) -> None:
    """The change since the period before and since the year before, once where the two are the same days."""
    since = {words.SINCE[which]: against for which, (_, against) in card.earlier.items()}
    seasonal = words.has_seasons(card, name)
    if not since:
        st.caption(":material/history: Nothing to compare with")
    elif all(against.loc[name, "verdict"] == CANNOT for against in since.values()):
        why = list(dict.fromkeys(against.loc[name, "why"] for against in since.values()))
        why += [
            words.was(name, against.loc[name], label, data.orders.currency)
            for label, against in since.items()
        ]
        since = {}
        _no_change("Not comparable", "with an earlier period", " ".join(why))
    for label, against in since.items():
        row = against.loc[name]
        if row["verdict"] == CANNOT:
            was = words.was(name, row, label, data.orders.currency)
            _no_change("Not comparable", f"with {label}", f"{row['why']} {was}")
        elif row["verdict"] == THIN:
            _no_change("Too little data", f"for a change since {label}", row["why"])
        else:
            colour, icon, word = _BADGES[words.direction(name, row)]
            also = ", seasons included" if seasonal else ""
            said = f"{text.plain(words.change(name, row))} since {label}{also}"
            st.markdown(f":{colour}[{icon} **{word}**] :small[{said}]")


def _no_change(word: str, of: str, why: str) -> None:
    help_text = f"{why} {words.COMPARABLE}" if word == "Not comparable" else why
    st.markdown(
        f":gray[:material/block: **{word}**] :small[{of}]", help=text.plain(help_text, limit=1000)
    )


def _standing(comparison: Comparison, currency: str | None) -> None:
    colour = words.STATUS_COLOURS.get(comparison.status, "gray")
    parts = [words.against(comparison, currency)]
    if np.isfinite(comparison.store.value):
        parts.append(f"by its definition you have {words.store_side(comparison, currency)}")
    if comparison.status == UNKNOWN:
        parts.append(words.doubt(comparison))
    st.markdown(
        f":{colour}[:material/flag: **{comparison.status.capitalize()}**] "
        f":small[{text.plain('; '.join(parts))}]",
        help=text.plain(words.explanation(comparison), limit=1500),
    )
