"""The line of steps while orders are read, by which the browser knows that a click would cancel."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

#: The place of the line. `menu.html` asks before a click in the menu cancels what is going on.
KEY = "loading-orders"


@contextmanager
def steps(place: DeltaGenerator) -> Iterator[Callable[[str], None]]:
    """Show what is being done, and yield the function that takes each step in words.

    Args:
        place: An empty place. The line stays until the caller clears it.
    """
    with place.container(key=KEY), st.status("Starting…") as status:
        yield lambda step: status.update(label=f"{step}…")
