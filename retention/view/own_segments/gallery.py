"""Ready-made segments to start from, and how the saved ones overlap."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from math import isnan

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.charts import overlaps as charts
from retention.own_segments.conditions import Totals, totals
from retention.own_segments.features import Features
from retention.own_segments.library import overlaps
from retention.own_segments.ready_made import ReadyMade, ready_made
from retention.own_segments.words import describe
from retention.view import page_table, text, widgets
from retention.view.own_segments.library import begin
from retention.view.plan_button import plan_button, plan_segment
from retention.view.session.own_segments import session_library

#: The page where segments are built.
MINE = "pages/own_segments.py"
#: Saved segments whose overlaps are drawn.
MOST = 20
#: The share of all customers from which a group is too many to stand out.
MOST_OF_ALL = 0.5
OVERLAP_LABELS = {
    "none": "In none",
    "exactly_one": "In exactly one",
    "several": "In several",
}
OVERLAP_DEFINITIONS = {
    "none": "Customers who are in none of the segments.",
    "exactly_one": "Customers who are in a single segment.",
    "several": "Customers who are in two segments or more: who is addressed twice.",
}


def draw_gallery(features: Features, conclusion: DeltaGenerator) -> None:
    """Every ready-made segment: what it amounts to, or what would bring it.

    Args:
        features: What is known of the customers.
        conclusion: The place of the page's first sentence.
    """
    made = ready_made(features)
    conclusion.markdown(_conclusion(made, features))
    st.caption(
        "Start from one, change it, and save it under your own name. The days are published "
        "thresholds; “top” is a share of your customers."
    )
    possible = [row for row in made if not row.missing]
    for number, (group, rows) in enumerate(groupby(possible, key=lambda row: row.group)):
        st.subheader(group, anchor=False)
        with st.container(key=f"cards-own-{number}"):
            for row in rows:
                _card(row, features)
    missing = [row for row in made if row.missing]
    if missing:
        with (
            st.expander(
                f"{wording.plural(len(missing), 'more group')} with more columns",
                icon=":material/add_column_right:",
            ),
            st.container(key="cards-own-missing"),
        ):
            for row in missing:
                _card(row, features)


def _conclusion(made: Sequence[ReadyMade], features: Features) -> str:
    """How many of the groups there are, and which stands out, as Markdown."""
    sums = {row.title: totals(row.rule, features) for row in made if not row.missing}
    words = f"**{len(sums)} of {len(made)}** groups can be formed from your orders."
    best = standing_out(sums, features)
    if best is None:
        return words
    name, customers, money, what = best
    number = wording.plural(customers, "customer")
    return (
        f"{words} **{text.plain(name, 120)}** stands out: {number}, "
        f"{wording.percent(customers / len(features))} of all, with **{wording.percent(money)}** "
        f"of {what}."
    )


def standing_out(
    sums: Mapping[str, Totals], features: Features
) -> tuple[str, int, float, str] | None:
    """Return the group whose share of the money exceeds its share of the customers most.

    Args:
        sums: What the groups amount to, by name.
        features: What is known of the customers.

    Returns:
        Its name, customers and share of the money, and what money that is. None where no group of
        at most half of the customers has more than its share. More than half is nearly everybody.
    """
    if features.value is None:
        what, whole = "revenue so far", float(np.nansum(features.revenue))
        money = {name: total.revenue for name, total in sums.items()}
    else:
        what, whole = "expected value", float(np.nansum(features.value))
        money = {name: total.expected_value for name, total in sums.items()}
    if not whole > 0:
        return None

    def excess(name: str) -> float:
        return money[name] / whole - sums[name].customers / len(features)

    fitting = [
        name for name, total in sums.items() if total.customers <= len(features) * MOST_OF_ALL
    ]
    best = max(fitting, key=excess, default=None)
    if best is None or not excess(best) > 0:
        return None
    return best, sums[best].customers, money[best] / whole, what


def _card(row: ReadyMade, features: Features) -> None:
    with st.container(border=True, gap="small", height="stretch"):
        customers = 0
        if row.missing:
            amount = f"<div class=off>{escape(row.missing)}</div>"
        else:
            sums = totals(row.rule, features)
            customers = sums.customers
            expected = wording.money(sums.expected_value, features.currency, short=True)
            revenue = wording.money(sums.revenue, features.currency, short=True)
            money = f"{revenue} so far" if features.value is None else f"{expected} expected"
            money = "" if isnan(sums.revenue) else f" · {escape(money)}"
            amount = (
                f"<div class=n><b>{wording.count(customers)}</b> customers, "
                f"{wording.percent(customers / len(features))}{money}</div>"
            )
        words = "" if row.missing else f"{escape(describe(row.rule, features), quote=True)}. "
        title = f"{words}Source: {escape(row.source, quote=True)}"
        st.html(
            f"<div class=own><b title='{title}'>{escape(row.title)}</b>"
            f"<p>{escape(row.about)}</p>{amount}</div>"
        )
        with st.container(horizontal=True, gap="xsmall"):
            if plan_button(f"plan_{row.name}", disabled=not customers):
                plan_segment(row.name)
            if st.button(
                "Start from this",
                key=f"ready_{row.name}",
                type="tertiary",
                disabled=bool(row.missing),
            ):
                begin(row.rule, row.name)
                page_table.go_to(MINE)


def draw_overlaps(features: Features) -> None:
    """How many customers are in two saved segments at once, in several and in none."""
    library = session_library()
    if len(library) < 2:
        st.info("Save two segments or more to see how they overlap.", icon=":material/join_inner:")
        return
    shared = features.memory.get(
        ("overlaps", library[:MOST]), lambda: overlaps(library[:MOST], features)
    )
    numbers = {"none": shared.none, "exactly_one": shared.one, "several": shared.several}
    widgets.metric_row(
        [
            widgets.Metric(
                label=OVERLAP_LABELS[name],
                value=wording.count(number),
                about=name,
                note=f"{wording.percent(number / len(features))} of all",
            )
            for name, number in numbers.items()
        ],
        definitions=OVERLAP_DEFINITIONS,
        key="own-overlaps",
    )
    if len(shared.names) >= 2:
        st.markdown(
            "**Customers in both, as a share of the smaller segment**",
            help="100%: the smaller segment lies within the other one. Point at a cell for the "
            "numbers.",
        )
        pairs = charts.overlap_rows(shared)
        most = pairs.iloc[pairs["share"].argmax()]
        st.altair_chart(
            charts.overlaps_chart(pairs),
            key="own_overlaps",
            alt=f"Customers in both of two segments. The most: {most['across']} and "
            f"{most['down']}, {wording.percent(most['share'])} of the smaller one",
        )
    if len(library) > MOST:
        st.caption(
            f"The first {MOST} of {wording.plural(len(library), 'segment')}: order them under "
            "“Saved”."
        )
    for name, reason in shared.skipped.items():
        st.caption(
            f":orange[:material/warning:] {text.plain(name)} is left out. {text.plain(reason)}"
        )
