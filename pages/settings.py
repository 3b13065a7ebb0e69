"""What should every page know about your store?"""

import streamlit as st

from retention.view import shell
from retention.view.session.store_settings import take_from_address
from retention.view.settings.parts import draw_settings

data = shell.open_page_without_data("pages/settings.py")
st.markdown("Set these once: every page uses them, and no page has a margin of its own.")
shell.link_words("pages/settings.py")
take_from_address(forget=True)


@st.fragment
def settings() -> None:
    """Every setting and what customers are worth by it."""
    draw_settings(data)


settings()
