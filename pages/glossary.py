"""What do the words mean?"""

import streamlit as st

from retention.view import page_table, shell
from retention.view.glossary.parts import draw_glossary

shell.open_page_without_data("pages/glossary.py")
st.markdown("Every word of the trade that the app uses, each defined once.")
draw_glossary(st.query_params.get(page_table.WORDS_OF))
