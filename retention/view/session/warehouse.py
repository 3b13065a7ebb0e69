"""The warehouses that `.streamlit/secrets.toml` names, each linked once a session."""

from collections.abc import Mapping
from typing import Any, Literal

import ibis.expr.types as ir
import streamlit as st
from streamlit.connections import BaseConnection

from retention.errors import DataError
from retention.sheets.sheet import Sheet
from retention.view.session.engine_link import EngineLink


class Warehouse(BaseConnection[EngineLink]):
    """A connection of Streamlit whose tables are Ibis tables.

    Its section of the secrets names an engine of Ibis as `backend`. It holds what the engine's
    `connect` takes, or a `url`. Each session has its own, because temporary tables are a session's.
    Streamlit lets go of it whenever a browser loses its connection. The orders that come from it
    keep its engine open.
    """

    @classmethod
    def scope(cls) -> Literal["session"]:
        """Return that no two sessions share a connection."""
        return "session"

    def _connect(self, **_: Any) -> EngineLink:
        return EngineLink(self._connection_name, _sections().get(self._connection_name, {}))

    @property
    def engine(self) -> str:
        """Ibis's name of the engine."""
        return self._instance.engine

    def table_names(self) -> tuple[str, ...]:
        """Return the tables to choose from; DataError where the engine cannot be reached."""
        return self._instance.table_names()

    def open_table(self, name: str) -> tuple[ir.Table, Sheet]:
        """Return one of the tables and its first rows; DataError where it cannot be read."""
        return self._instance.open_table(name)

    def look_again(self) -> None:
        """Forget which tables there were."""
        self._instance.look_again()


def names() -> tuple[str, ...]:
    """Return the names of the connections in the secrets that name an engine of Ibis."""
    return tuple(_sections())


def warehouse(name: str) -> Warehouse:
    """Return the session's connection of this name.

    Raises:
        DataError: The secrets have no such connection.
    """
    if name not in _sections():
        raise DataError("This is none of the connections. Choose one of the list.")
    return st.connection(name, type=Warehouse, ttl=None)


def _sections() -> dict[str, Mapping[str, Any]]:
    """The sections of ours: those for other classes of Streamlit have no `backend`."""
    if not st.secrets.load_if_toml_exists():
        return {}
    connections = st.secrets.get("connections", {})
    if not isinstance(connections, Mapping):
        return {}
    return {
        str(name): section
        for name, section in connections.items()
        if isinstance(section, Mapping)
        and isinstance(section.get("backend"), str)
        and "type" not in section
    }
