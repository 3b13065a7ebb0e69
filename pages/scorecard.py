"""How well do we keep customers?"""

import streamlit as st

from retention.errors import RetentionError
from retention.view import scorecard_data as data_of
from retention.view import scorecard_parts as parts
from retention.view import shell, widgets

data = shell.open_page("Scorecard", "How well do we keep customers?")


@st.fragment
def answer() -> None:
    """Everything that follows the settings."""
    try:
        settings = parts.settings(data)
        card = data_of.card_for(data, settings)
    except RetentionError as error:
        widgets.problem("There is no scorecard for this period", error)
        return
    parts.header(card, settings)
    # The reading asks the model, which takes longer than the cards in a large store: its place is kept.
    place = st.container()
    parts.cards(data, card, settings)
    parts.months(data, card, settings)
    parts.bridge(data, card, settings)
    parts.spreads(data, card)
    parts.buyers(data, card)
    parts.downloads(data, card, settings)
    with place:
        parts.reading(data, settings)


answer()
