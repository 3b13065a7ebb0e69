"""How well do we keep customers?"""

import streamlit as st

from retention.errors import RetentionError
from retention.view import forecast_chip, shell, widgets
from retention.view.report import downloads as scorecard_files
from retention.view.scorecard import (
    cards as scorecard_cards,
    data as data_of,
    parts,
    settings as scorecard_settings,
)

data = shell.open_page("pages/scorecard.py")
verdict = forecast_chip.place()


@st.fragment
def answer() -> None:
    """Everything that follows the settings."""
    try:
        settings = scorecard_settings.choose_settings(data)
        # Counted once for all that follows, which takes more than a second in a large store.
        with st.spinner("Counting the orders…"):
            card = data_of.card_for(data, settings)
            data_of.comparisons_for(data, settings)
            data_of.trend_for(data, settings)
    except RetentionError as error:
        widgets.problem("There is no scorecard for this period", error)
        return
    parts.header(card)
    # The reading asks the model, which takes longer than the cards in a large store: it is drawn
    # last, in a place of its own.
    place = st.container()
    scorecard_cards.cards(data, card, settings)
    parts.months(data, card, settings)
    parts.bridge(data, card, settings)
    parts.spreads(card)
    parts.buyers(data, card)
    with place:
        parts.whole_reading(data, settings)
    scorecard_files.downloads(data, card, settings)


answer()
forecast_chip.fill(verdict, data)
