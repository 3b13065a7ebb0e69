"""Front page (placeholder while the parts are written)."""

import streamlit as st

from retention.view import shell

data = shell.open_front_page("Overview", ":material/home:")
st.title("Overview")
