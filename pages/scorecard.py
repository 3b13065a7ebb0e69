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
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/scorecard.py")


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
    parts.conclude(conclusion, card, data.orders.currency)
    parts.header(card)
    # The model takes longer than the cards in a large store: what it says is drawn last.
    expected = scorecard_cards.first_cards(data, card, settings)
    opened = parts.choose_part()
    if opened == parts.FIGURES:
        scorecard_cards.more_cards(data, card, settings)
    elif opened == parts.DOWNLOADS:
        scorecard_files.downloads(data, card, settings)
    elif opened is not None:
        parts.draw(opened, data, card, settings)
    scorecard_cards.expected_value(expected, data)


answer()
forecast_chip.fill(verdict, data)
