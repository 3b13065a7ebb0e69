"""A table of a warehouse, where the secrets name one.

What the browser sends is looked up among the tables that the engine listed. No other text of it
reaches the engine.
"""

from dataclasses import dataclass

import streamlit as st

from retention.errors import DataError
from retention.view import widgets
from retention.view.session import warehouse
from retention.view.session.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Choice:
    """A table that is to be opened.

    Attributes:
        warehouse: The connection.
        table: One of its tables.
    """

    warehouse: Warehouse
    table: str


def choose_table() -> Choice | None:
    """Draw the choice of a table, and return the table once it is to be opened.

    Nothing is drawn where the secrets name no warehouse. It is not connected to before the
    marketer looks into it.
    """
    connections = warehouse.names()
    if not connections:
        return None
    place = st.expander(
        "Your warehouse", icon=":material/database:", key="warehouse", on_change="rerun"
    )
    if not place.open:
        return None
    with place:
        name = connections[0]
        if len(connections) > 1:
            name = st.selectbox("Connection", connections, key="warehouse_connection", width=420)
        try:
            chosen = warehouse.warehouse(name)
        except DataError as error:
            widgets.problem("Your warehouse cannot be opened", error)
            return None
        try:
            with st.spinner("Looking for its tables…"):
                tables = chosen.table_names()
        except DataError as error:
            widgets.problem("Your warehouse cannot be opened", error)
            st.button(
                "Try again",
                icon=":material/refresh:",
                on_click=chosen.look_again,
                key="warehouse_again",
            )
            return None
        return _choose_among(tables, chosen, name)


def _choose_among(tables: tuple[str, ...], chosen: Warehouse, name: str) -> Choice | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        table = st.selectbox(
            "Table of orders",
            tables,
            index=0 if len(tables) == 1 else None,
            placeholder="Choose a table",
            key=f"warehouse_table_{name}",
            width=420,
        )
        is_open = st.button(
            "Open the table",
            icon=":material/arrow_forward:",
            disabled=table is None,
            key="warehouse_open",
        )
        st.button(
            "Refresh the list",
            icon=":material/refresh:",
            type="tertiary",
            on_click=chosen.look_again,
            key="warehouse_refresh",
        )
    st.caption(
        "The table stays where it is. The warehouse makes the orders, and a row for each customer "
        "comes here."
    )
    return Choice(warehouse=chosen, table=table) if is_open and table is not None else None
