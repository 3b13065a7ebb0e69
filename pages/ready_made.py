"""Which groups do retention strategies address?"""

import streamlit as st

from retention.view import forecast_chip, shell, widgets
from retention.view.own_segments import gallery
from retention.view.session import own_segments as own

data = shell.open_page("pages/ready_made.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/ready_made.py")


@st.fragment
@widgets.guarded("Ready-made segments cannot be formed from these orders")
def ready_made_segments() -> None:
    """Every ready-made segment, and how to use it."""
    gallery.draw_gallery(own.features_for(data), conclusion)


ready_made_segments()
forecast_chip.fill(verdict, data)
