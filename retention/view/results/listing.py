"""The list of campaigns with where each stands. A click on a row opens it."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.view import text
from retention.view.results.data import Entry
from retention.view.row_choice import RowChoice
from retention.view.session import campaign_tests

_TABLE = "results_table"


def choice_of(entries: tuple[Entry, ...], first: str) -> RowChoice:
    """Return the choice among the campaigns.

    Args:
        entries: The campaigns.
        first: The one that is open until the visitor chooses.
    """
    campaign_tests.take_next()
    names = tuple(entry.name for entry in entries)
    return RowChoice(campaign_tests.OPEN_RESULT, names, first)


def draw_list(entries: tuple[Entry, ...], choice: RowChoice) -> Entry:
    """Draw the list, and return the campaign that is open.

    Args:
        entries: The campaigns, at least one.
        choice: From `choice_of`.
    """
    st.subheader("Your campaigns", anchor=False)
    st.dataframe(
        _frame(entries),
        key=_TABLE,
        hide_index=True,
        placeholder=wording.MISSING,
        height=min(35 * (len(entries) + 1) + 3, 318),
        on_select=partial(choice.take_from_table, _TABLE, choice.names),
        selection_mode="single-row",
        column_config={
            # Both are whole on a phone.
            "campaign": st.column_config.TextColumn("Campaign", width=170),
            "state": st.column_config.TextColumn("State"),
            "first": st.column_config.DateColumn("First day", format="D MMM YYYY"),
            "last": st.column_config.DateColumn("Last day", format="D MMM YYYY"),
            "look_on": st.column_config.DateColumn("Look on", format="D MMM YYYY"),
            "addressed": st.column_config.NumberColumn("Addressed", format="localized"),
            "held_out": st.column_config.NumberColumn("Held out", format="localized"),
        },
    )
    name = choice.draw_box("Show") if len(entries) > 1 else entries[0].name
    return next(entry for entry in entries if entry.name == name)


def short_state(words: str) -> str:
    """Return where a campaign stands in words that a phone shows whole.

    >>> short_state("Finished: did not work"), short_state("Running: day 12 of 60")
    ('Did not work', 'Day 12 of 60')
    >>> short_state("Finished")
    'Finished'
    """
    last = words.rpartition(": ")[2].rpartition("out, ")[2]
    return last[:1].upper() + last[1:]


def _frame(entries: tuple[Entry, ...]) -> pd.DataFrame:
    rows = []
    for entry in entries:
        sizes: tuple[int | None, int | None] = (None, None)
        if entry.test is not None:
            sizes = campaign_tests.sizes_of(entry.test)
        rows.append(
            {
                "campaign": text.one_line(entry.name, 80),
                "state": short_state(entry.words),
                "first": entry.first,
                "last": entry.window and entry.window.end,
                "look_on": entry.window and entry.window.look_on,
                "addressed": sizes[0],
                "held_out": sizes[1],
            }
        )
    return pd.DataFrame(rows)
