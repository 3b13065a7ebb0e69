"""Which stage is each customer in?"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention.segments.definitions import definitions_of
from retention.segments.inputs import unavailable
from retention.segments.rules import SegmentRules
from retention.segments.totals import Placement, place_segments, stage_counts, summarise_segments
from retention.view import forecast_chip, shell, widgets
from retention.view.segments import controls, results
from retention.view.session import choices
from retention.view.session.segments import Basis

data = shell.open_page("pages/segments.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/segments.py")


@st.fragment
@widgets.guarded("These customers cannot be put into segments")
def segments() -> None:
    """The counts first, then the sliders and all that follows them: every move runs this alone."""
    presets, counts = st.container(), st.container(key="segment_counts").empty()
    before = controls.as_set(data)
    placement = None if before is None else placed(before.basis, before.rules, counts)
    left, right = st.columns([5, 8], gap="large")
    with left:
        settings = controls.draw_controls(data, presets)
    basis, rules, currency = settings.basis, settings.rules, data.orders.currency
    choices.keep_segment_rules(rules)
    # The sliders are drawn for the first time, or an address sets them.
    if before is None or placement is None or before.rules != rules:
        placement = placed(basis, rules, counts)
    off = unavailable(basis.inputs)
    summary = results.without_unknown(summarise_segments(basis.inputs, placement), off)
    definitions = definitions_of(basis.inputs, rules, currency)
    conclusion.markdown(results.conclusion(summary))
    with right:
        results.draw_problem(basis)
        results.draw_shares(summary, definitions, currency)
        group = results.choose_group(basis, off)
        results.draw_map(data, basis, rules, placement, group)
    if group:
        results.draw_group(data, summary, definitions, basis, rules, group)
    has_amounts = data.orders.has_amounts
    results.draw_table(summary, definitions, off, currency, group, has_amounts=has_amounts)
    controls.draw_strips(data, settings)


def placed(basis: Basis, rules: SegmentRules, counts: DeltaGenerator) -> Placement:
    """Where the rules put the customers, with the counts drawn in their place."""
    inputs, placement = basis.inputs, place_segments(basis.inputs, rules)
    definitions = definitions_of(inputs, rules, data.orders.currency)
    with counts.container():
        results.draw_counts(stage_counts(inputs, placement), unavailable(inputs), definitions)
    widgets.show_so_far()
    return placement


segments()
forecast_chip.fill(verdict, data)
