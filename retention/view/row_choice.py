"""A choice among the rows of a chart and a table, which a click on either or a box can make."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from retention.view import text
from retention.view.chart_clicks import chart_key, clicked_in

#: Pixels of the box, and characters of a name in it.
WIDTH, LONGEST = 320, 80


@dataclass(frozen=True, slots=True)
class RowChoice:
    """One of several names, kept in the session.

    Attributes:
        key: Of the box that shows it.
        names: What can be chosen.
        first: What is chosen until the visitor chooses; the first name unless given.
    """

    key: str
    names: tuple[str, ...]
    first: str = ""

    @property
    def chosen(self) -> str | None:
        """What is chosen now; None where there is nothing to choose."""
        chosen = st.session_state.get(self.key)
        if chosen in self.names:
            return str(chosen)
        return self.first or next(iter(self.names), None)

    def chart_key(self, chart: str) -> str:
        """Return the key of a chart whose rows can be clicked.

        Args:
            chart: The chart's name.
        """
        return chart_key(chart, (self.chosen,))

    def take_from_chart(self, chart: str, field: str) -> None:
        """Choose the row that was clicked, for the callback of the chart.

        Args:
            chart: The chart's name.
            field: The field of its selection that holds the name.
        """
        clicked = clicked_in(chart, field)
        if clicked is not None:
            self._choose(clicked[0])

    def take_from_table(self, table: str, rows: Sequence[str]) -> None:
        """Choose the row that was ticked, for the callback of the table.

        Args:
            table: Its key.
            rows: The names of its rows.
        """
        ticked = st.session_state[table].selection.rows
        if ticked:
            self._choose(rows[ticked[0]])

    def _choose(self, name: object) -> None:
        if name in self.names:
            st.session_state[self.key] = name

    def draw_box(self, label: str) -> str:
        """Draw the box, and return what is chosen. There must be a name.

        Args:
            label: Of the box.
        """
        st.session_state[self.key] = self.chosen
        name: str = st.selectbox(
            label,
            self.names,
            format_func=lambda value: text.one_line(value, LONGEST),
            key=self.key,
            width=WIDTH,
        )
        return name
