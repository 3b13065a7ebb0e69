"""Which customers do I mean?"""

import streamlit as st

from retention.own_segments.conditions import unavailable
from retention.own_segments.features import Features
from retention.view import forecast_chip, shell, widgets
from retention.view.own_segments import draft as drafts, gallery, library, results, rows
from retention.view.own_segments.values import read_controls
from retention.view.session import own_segments as own

data = shell.open_page("pages/own_segments.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/own_segments.py")
OVERLAPS = ":material/join_inner: Overlaps"


@st.fragment
@widgets.guarded("Own segments cannot be built from these orders")
def own_segments() -> None:
    """The builder and the saved segments; of the parts only the open one is computed."""
    library.message()
    features = own.features_for(data)
    conclusion.markdown(library.conclusion(data, features))
    place = widgets.choose_part((library.BUILD, library.SAVED, OVERLAPS), library.PLACE)
    if place == library.BUILD:
        draw_builder(features)
    elif place == library.SAVED:
        library.draw_saved(data, features)
    else:
        gallery.draw_overlaps(features)


def draw_builder(features: Features) -> None:
    """The segment in words and numbers, its conditions beside what they come to, and saving it."""
    tree = drafts.draft()
    read_controls(tree)
    rule = drafts.rule_of(tree)
    whole = not any("feature" in node and drafts.unfinished(node) for node in drafts.nodes(tree))
    usable = not unavailable(rule, features)
    rows.draw_hero(rule, features)
    widgets.show_so_far()
    left, right = st.columns([17, 9], gap="medium")
    with left:
        rows.draw_editor(tree, rule, features)
        library.draw_save(rule, whole)
    with right:
        if usable:
            results.draw_worth(data, rule, features)
        if usable and whole:
            results.draw_download(data, rule, features, drafts.editing() or "segment")
        if features.missing("p_alive"):
            widgets.no_model_panel(
                features.missing("p_alive"),
                "Expected value and probabilities cannot be asked."
                if data.orders.has_amounts
                else "Probabilities cannot be asked.",
            )


own_segments()
forecast_chip.fill(verdict, data)
