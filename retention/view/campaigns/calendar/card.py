"""The card of one campaign: its words, and beside them what can be done with it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def campaign_card() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draw a card, and return the places of its words and of its buttons."""
    with st.container(border=True, gap="xsmall"):
        words, right = st.columns([7, 4], vertical_alignment="center")
    buttons = right.container(
        horizontal=True,
        horizontal_alignment="right",
        vertical_alignment="center",
        gap="xsmall",
    )
    return words, buttons
