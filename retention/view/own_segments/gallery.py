"""Ready-made segments to start from, and how the saved ones overlap."""

from html import escape
from itertools import groupby
from math import isnan

import streamlit as st

from retention import wording
from retention.own_segments.conditions import totals
from retention.own_segments.features import Features
from retention.own_segments.library import overlaps
from retention.own_segments.ready_made import ReadyMade, ready_made
from retention.own_segments.words import describe
from retention.view import text, widgets
from retention.view.own_segments import charts
from retention.view.own_segments.library import begin
from retention.view.session.own_segments import session_library

#: Saved segments whose overlaps are drawn.
MOST = 20
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


def draw_gallery(features: Features) -> None:
    """Every ready-made segment: what it amounts to, or what would bring it."""
    st.caption(
        "Groups that retention strategies address. Start from one, change what you like, and save "
        "it under your own name. The days are published thresholds; “top” is a share of your own "
        "customers."
    )
    made = ready_made(features)
    for number, (group, rows) in enumerate(groupby(made, key=lambda row: row.group)):
        st.subheader(group, anchor=False)
        with st.container(key=f"cards-own-{number}"):
            for row in rows:
                _card(row, features)


def _card(row: ReadyMade, features: Features) -> None:
    with st.container(border=True, gap="small", height="stretch"):
        if row.missing:
            amount = f"<div class=off>{escape(row.missing)}</div>"
        else:
            sums = totals(row.rule, features)
            expected = wording.money(sums.expected_value, features.currency, short=True)
            revenue = wording.money(sums.revenue, features.currency, short=True)
            money = f"{revenue} so far" if features.value is None else f"{expected} expected"
            money = "" if isnan(sums.revenue) else f" · {escape(money)}"
            amount = (
                f"<div class=n><b>{wording.count(sums.customers)}</b> customers, "
                f"{wording.percent(sums.customers / len(features))}{money}</div>"
            )
        words = escape(describe(row.rule, features), quote=True)
        title = f"{words}. Source: {escape(row.source, quote=True)}"
        st.html(
            f"<div class=own><b title='{title}'>{escape(row.name)}</b>"
            f"<p>{escape(row.about)}</p>{amount}</div>"
        )
        st.button(
            "Start from this",
            key=f"ready_{row.name}",
            on_click=begin,
            args=(row.rule, row.name),
            disabled=bool(row.missing),
        )


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
        st.altair_chart(charts.overlaps_chart(charts.overlap_rows(shared)), key="own_overlaps")
    if len(library) > MOST:
        st.caption(
            f"The first {MOST} of {wording.plural(len(library), 'segment')}: order them under "
            "“Saved”."
        )
    for name, reason in shared.skipped.items():
        st.caption(
            f":orange[:material/warning:] {text.plain(name)} is left out. {text.plain(reason)}"
        )
