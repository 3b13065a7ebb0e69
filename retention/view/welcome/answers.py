"""What each page answers of the sample store, for a visitor who has loaded nothing yet.

The sentences stand in `answers.toml`, so that they are there at once. `sample_answers` computes
them anew, and a test compares.
"""

import tomllib
from functools import cache
from pathlib import Path

import streamlit as st

from retention import notation
from retention.view import text

FILE = Path(__file__).with_name("answers.toml")


@cache
def answers() -> dict[str, str]:
    """Return the sentence of each page that has one, by the name of the page's file."""
    written: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return written


def draw_answer(path: str) -> None:
    """Draw what a page answers of the sample store.

    Args:
        path: Of the page's file.
    """
    sentence = answers().get(Path(path).stem)
    if sentence:
        st.caption("For the sample store it says")
        st.markdown(f":material/format_quote: **{text.plain(notation.rewritten(sentence), 500)}**")
