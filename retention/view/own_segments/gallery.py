"""Ready-made segments to start from, and how the saved ones overlap."""

from html import escape
from itertools import groupby

import streamlit as st

from retention import wording
from retention.own_segments.conditions import totals
from retention.own_segments.features import Features
from retention.own_segments.library import overlaps
from retention.own_segments.ready_made import ReadyMade, ready_made
from retention.own_segments.words import describe
from retention.view import text
from retention.view.own_segments import charts
from retention.view.own_segments.library import begin
from retention.view.session.own_segments import session_library

MOST = 20


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
            found = totals(row.rule, features)
            worth = wording.money(found.expected_value, features.currency, short=True)
            so_far = wording.money(found.revenue, features.currency, short=True)
            money = f"{worth} expected" if features.value is not None else f"{so_far} so far"
            amount = (
                f"<div class=n><b>{wording.count(found.customers)}</b> customers, "
                f"{wording.percent(found.customers / len(features))} · {escape(money)}</div>"
            )
        words = escape(describe(row.rule, features), quote=True)
        title = f"{words}. Source: {escape(row.source, quote=True)}"
        st.html(
            f"<div class=own><b title='{title}' style='cursor:help'>{escape(row.name)}</b>"
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
    found = features.memory.get(
        ("overlaps", library[:MOST]), lambda: overlaps(library[:MOST], features)
    )
    n = len(features)
    about = {
        "In none": (found.none, "Customers who are in none of the segments."),
        "In exactly one": (found.one, "Customers who are in a single segment."),
        "In several": (
            found.several,
            "Customers who are in two segments or more: who is addressed twice.",
        ),
    }
    with st.container(key="metrics-own-overlaps"):
        for label, (number, words) in about.items():
            st.metric(
                label,
                wording.count(number),
                delta=f"{wording.percent(number / n)} of all",
                delta_color="off",
                delta_arrow="off",
                help=words,
                border=True,
            )
    if len(found.names) >= 2:
        st.markdown(
            "**Customers in both, as a share of the smaller segment**",
            help="100%: the smaller segment lies within the other one. Point at a cell for the "
            "numbers.",
        )
        st.altair_chart(charts.overlaps_chart(charts.overlap_rows(found)), key="own_overlaps")
    if len(library) > MOST:
        st.caption(
            f"The first {MOST} of {wording.plural(len(library), 'segment')}: order them under "
            "“Saved”."
        )
    for name, why in found.skipped.items():
        st.caption(f":orange[:material/warning:] {text.plain(name)} is left out. {text.plain(why)}")
