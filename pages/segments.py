"""Which groups do they form?"""

import streamlit as st

from retention.segments import place_segments, summarise_segments, unavailable
from retention.view import loaded as session
from retention.view import segment_controls as controls
from retention.view import segment_results as results
from retention.view import shell, widgets

data = shell.open_page("Segments", "Which groups do they form?")
st.html(results.STYLE)


@st.fragment
@widgets.guarded("These customers cannot be put into segments")
def segments() -> None:
    """The sliders and all that follows them; every move runs this and nothing else."""
    presets, counts = st.container(), st.container(key="segment_counts")
    left, right = st.columns([5, 8], gap="large")
    with left:
        choice = controls.draw_controls(data, presets)
    basis, rules, currency = choice.basis, choice.rules, data.orders.currency
    session.keep_segment_rules(rules)
    placement = place_segments(basis.inputs, rules)
    off = unavailable(basis.inputs)
    summary = results.without_unknown(summarise_segments(basis.inputs, placement), off)
    definitions = results.definitions_of(basis.inputs, rules, currency)
    with counts:
        results.draw_counts(summary, definitions)
    widgets.show_so_far()
    with right:
        results.draw_problem(data, basis)
        results.draw_shares(summary, definitions, currency)
        group = results.choose_group(basis, off)
        results.draw_map(data, basis, rules, placement, group)
    if group:
        results.draw_group(data, summary, definitions, basis, rules, group)
    results.draw_table(summary, definitions, off, currency, group)
    controls.draw_strips(data, choice)


segments()
