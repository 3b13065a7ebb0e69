"""A link to a warehouse's engine: opened when it is needed, one call at a time, in clear words.

What an engine says when it cannot be reached may name its server. It goes to the server's log,
without what the settings hold, and not to the page.
"""

import logging
import re
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from threading import RLock
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend
from ibis.common.exceptions import TableNotFound
from ibis.util import backend_entry_points

from retention.engines import EMBEDDED, KEPT, POSTGRES, one_at_a_time, run_within, table_names
from retention.errors import DataError, RetentionError
from retention.orders.tables import table_sheet
from retention.sheets.sheet import Sheet
from retention.wording import first_words

#: What a connection is opened with, unless its settings say otherwise.
DEFAULTS: dict[str, dict[str, Any]] = {
    EMBEDDED: {"read_only": True},
    POSTGRES: {"connect_timeout": 10},  # seconds, in place of minutes
    "snowflake": {"create_object_udfs": False},  # which would be written into the warehouse
}
#: Packages to install where another one than Ibis's own does it: this one brings its library along.
DRIVERS = {POSTGRES: "psycopg[binary]"}
#: Settings that are ours, and not of the engine.
OWN_SETTINGS = frozenset({"backend", "url", "tables", "time_zone"})
#: Settings that may stand in a message.
OPEN_SETTINGS = frozenset({"backend", "tables", "time_zone", "schema", "database", "dataset_id"})
#: How the clock of an engine's session is set, on which moments with a time zone count.
SET_TIME_ZONE = {EMBEDDED: "SET TimeZone = '{}'", POSTGRES: "SET TIME ZONE '{}'"}
#: Seconds without a call after which an engine is asked whether it still answers.
IDLE_SECONDS = 60.0
_REASONS = (
    (
        r"password|authenticat|access denied|credential|not authorized|unauthorized|"
        r"role .* does not exist",
        "The user or the password is not accepted.",
    ),
    (
        r"refused|resolve|translate host|name or service|timeout|timed out|unreachable|no route",
        "Nobody answers at its address.",
    ),
    (r"lock on file|conflicting lock", "Another program has the database open for writing."),
    (r"does not exist|not found|no such", "There is no such database."),
    (
        r"connection option|unexpected keyword|required .*argument",
        "Its settings lack one that the engine needs, or hold one that it does not know.",
    ),
)
_NO_RIGHT = re.compile(r"permission|denied|not authorized|privilege", re.IGNORECASE)
_SECRET_NAMES = re.compile(r"pass|token|secret|key|url", re.IGNORECASE)
_TURN = "retention_turn"
_LOG = logging.getLogger(__name__)


class ConnectionEndedError(DataError):
    """The engine of a link is gone, and with it the temporary tables of the session."""

    def __init__(self) -> None:
        super().__init__("The connection to your warehouse has ended. Open the table again.")


class EngineLink:
    """The engine of one connection, for one session.

    Ibis's engines are made for one thread, while a click may start a page beside the run that is
    still reading. So calls take turns. Temporary tables of one session are no other's.

    Attributes:
        name: Of the connection, as the secrets call it.
        engine: Ibis's name of the engine.
    """

    def __init__(self, name: str, settings: Mapping[str, Any]) -> None:
        self.name = name
        self.engine = str(settings.get("backend", ""))
        self._settings = settings
        self._lock = RLock()
        self._backend: BaseBackend | None = None
        self._names: tuple[str, ...] | None = None
        self._refusal: str | None = None

    def table_names(self) -> tuple[str, ...]:
        """Return the tables to choose from: those that the settings list, or else all.

        An engine that cannot be reached is not asked again before `look_again`.

        Raises:
            DataError: The engine cannot be reached, or has no table.
        """
        with self._lock:
            if self._refusal is not None:
                raise DataError(self._refusal)
            if self._names is None:
                try:
                    self._names = self._listed() or self._found()
                except DataError as error:
                    self._refusal = str(error)
                    raise
            return self._names

    def look_again(self) -> None:
        """Forget the names of the tables, a refusal, and a connection that has ended."""
        with self._lock:
            self._names = self._refusal = None
            if self._backend is not None and not answers(self._backend):
                self._backend = None

    def open_table(self, name: str) -> tuple[ir.Table, Sheet]:
        """Return one of the tables, and its first rows.

        Args:
            name: One of `table_names`. Any other text is refused before the engine sees it.

        Raises:
            DataError: There is no such table, or it cannot be read or has no rows.
        """
        names = self.table_names()
        if name not in names:
            raise DataError("This is none of the tables of the connection. Choose one of the list.")
        known = names[names.index(name)]
        try:
            table = self._table(known)
            return table, table_sheet(table, known)
        except TableNotFound:
            self.look_again()
            raise DataError(
                f"The table {known!r} is not there any more, or its user may not see it. Refresh "
                "the list and choose another."
            ) from None
        except DataError as error:
            words = without_secrets(str(error), self._settings)
            if _NO_RIGHT.search(words):
                words += ". Ask for the right to read it."
            self.look_again()
            raise DataError(words) from None

    def _table(self, name: str) -> ir.Table:
        place, _, table = name.rpartition(".")
        if not place or not self._listed():
            return self._opened().table(name)
        return self._opened().table(table, database=place)

    def _listed(self) -> tuple[str, ...]:
        tables = self._settings.get("tables", ())
        return (tables,) if isinstance(tables, str) else tuple(str(table) for table in tables)

    def _found(self) -> tuple[str, ...]:
        backend = self._opened()
        with _turn_in_words(backend):
            names = table_names(backend)
        own = tuple(sorted(name for name in names if not name.startswith((KEPT, "ibis_"))))
        if not own:
            raise DataError(
                f"The connection {self.name!r} has no table that its user may see. Name the schema "
                "in the secrets, or give the user the right to read a table."
            )
        return own

    def _opened(self) -> BaseBackend:
        with self._lock:
            if self._backend is None or _is_gone(self._backend):
                backend = self._connected()
                take_turns(backend, self._settings)
                self._backend = backend
            return self._backend

    def _connected(self) -> BaseBackend:
        advice = f"See [connections.{self.name}] in .streamlit/secrets.toml."
        engines = sorted({entry.name for entry in backend_entry_points()})
        if self.engine not in engines:
            names = first_words(engines, len(engines))
            raise DataError(f"The backend {self.engine!r} is no engine of Ibis: {names}. {advice}")
        try:
            return _connect(self.engine, self._settings)
        except RetentionError as error:
            raise DataError(f"{error} {advice}") from None
        except ImportError as error:
            self._log("has no driver", error)
            raise DataError(
                f"The driver of {self.engine} is not installed where the app runs. Install it: "
                f"pip install '{DRIVERS.get(self.engine, f'ibis-framework[{self.engine}]')}'"
            ) from None
        except Exception as error:
            self._log("cannot be opened", error)
            reason = next(
                (words for pattern, words in _REASONS if re.search(pattern, str(error).lower())),
                "It cannot be opened. The server's log says more.",
            )
            raise DataError(f"The connection {self.name!r}: {reason} {advice}") from None

    def _log(self, what: str, error: Exception) -> None:
        words = without_secrets(" ".join(str(error).split()), self._settings)
        _LOG.warning("The connection %r %s: %s", self.name, what, words)


def _connect(engine: str, settings: Mapping[str, Any]) -> BaseBackend:
    zone = settings.get("time_zone")
    if zone is not None and zone not in available_timezones():
        raise DataError(f"The time zone {zone!r} is not known. Write it like Europe/Berlin.")
    if zone is not None and engine not in SET_TIME_ZONE:
        raise DataError(f"The time zone of {engine} is set there, not in the secrets.")
    options = DEFAULTS.get(engine, {}) | {
        name: value for name, value in settings.items() if name not in OWN_SETTINGS
    }
    url = settings.get("url")
    backend = (
        ibis.connect(url, **options)
        if url is not None
        else getattr(ibis, engine).connect(**options)
    )
    if zone is not None:
        backend.raw_sql(SET_TIME_ZONE[engine].format(zone))
    return backend


def without_secrets(text: str, settings: Mapping[str, Any]) -> str:
    """Return a text in which dots stand for what the settings of a connection hold."""
    parts = urlsplit(str(settings.get("url", "")))
    hidden = {name: str(value) for name, value in settings.items() if name not in OPEN_SETTINGS}
    hidden |= {"host of url": parts.hostname or "", "user of url": parts.username or ""}
    hidden |= {"pass": parts.password or "", "pass unquoted": unquote(parts.password or "")}
    for name, value in sorted(hidden.items(), key=lambda item: -len(item[1])):
        if not value:
            continue
        # A short name such as that of a user is taken out as a word: it may be a part of a table's.
        whole = "" if _SECRET_NAMES.search(name) else r"\b"
        text = re.sub(f"{whole}{re.escape(value)}{whole}", "•••", text)
    return text


class _Turn:
    """Whose turn it is at an engine, and when it last answered."""

    def __init__(
        self, lock: RLock, ping: Callable[[], object], settings: Mapping[str, Any]
    ) -> None:
        self.lock = lock
        self.ping = ping
        self.settings = settings
        self.depth = 0
        self.last = monotonic()
        self.is_lost = False


def take_turns(backend: BaseBackend, settings: Mapping[str, Any]) -> None:
    """Let the calls of an engine's threads follow each other, and say in words what fails.

    The engine's connection is closed once nothing refers to the engine any more.
    """
    connection: Any = getattr(backend, "con", None)
    if hasattr(connection, "close"):
        weakref.finalize(backend, connection.close)
    execute = backend.execute
    lock = one_at_a_time(backend)
    setattr(backend, _TURN, _Turn(lock, lambda: execute(ibis.literal(1)), settings))
    run_within(backend, partial(_turn_in_words, backend))


@contextmanager
def _turn_in_words(backend: BaseBackend) -> Iterator[None]:
    turn: _Turn = getattr(backend, _TURN)
    with turn.lock:
        turn.depth += 1
        try:
            yield
        except Exception as error:
            # Engines call themselves, and may expect an error of their own.
            if turn.depth > 1 or not _is_of_engine(error):
                raise
            if not answers(backend):
                raise ConnectionEndedError from error
            words = without_secrets(str(error).strip().partition("\n")[0], turn.settings)
            raise DataError(f"The warehouse answers: {words}") from error
        finally:
            turn.depth -= 1
        turn.last = monotonic()


def _is_of_engine(error: Exception) -> bool:
    """Return whether an error comes from an engine, and is none that the caller waits for."""
    package = type(error).__module__.partition(".")[0]
    ours = package in ("builtins", "retention", "pandas", "numpy")
    return not (ours or isinstance(error, TableNotFound))


def answers(backend: BaseBackend) -> bool:
    """Return whether an engine still answers."""
    turn: _Turn = getattr(backend, _TURN)
    with turn.lock:
        turn.depth += 1  # a call that the question makes in turn must not ask again
        try:
            turn.ping()
        except Exception:
            turn.is_lost = True
        else:
            turn.last = monotonic()
        finally:
            turn.depth -= 1
        return not turn.is_lost


def is_lost(table: ir.Table) -> bool:
    """Return whether the engine of a table is gone, as far as that is seen without waiting.

    Args:
        table: Computed from one that a link opened.
    """
    return _is_gone(table.get_backend())


def _is_gone(backend: BaseBackend) -> bool:
    turn: _Turn = getattr(backend, _TURN)
    if turn.is_lost or monotonic() - turn.last < IDLE_SECONDS:
        return turn.is_lost
    if not turn.lock.acquire(blocking=False):
        return False  # it is at work
    try:
        return not answers(backend)
    finally:
        turn.lock.release()
