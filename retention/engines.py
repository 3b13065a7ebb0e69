"""What engines keep, and what Ibis does not write alike for all of them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from threading import RLock
from typing import Any
from uuid import uuid4

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend
from ibis.expr.operations import DatabaseTable

# Engines join nested SELECTs into one by themselves. Where Ibis does it before, a small file takes
# a fifth longer to read.
ibis.options.sql.fuse_selects = False

#: Ibis's names of engines that need something of their own.
EMBEDDED, SPARK, POSTGRES = "duckdb", "pyspark", "postgres"
#: How the names of kept tables begin.
KEPT = "kept_"
# The calls by which an engine is asked for anything.
_CALLS = ("create_table", "drop_table", "execute", "list_tables", "raw_sql", "table", "to_pyarrow")


def one_at_a_time(backend: BaseBackend) -> RLock:
    """Let the calls of an engine's threads follow each other.

    Engines are made for one thread. A click may start a page beside the run that is still reading,
    and DuckDB refuses the second call in place of waiting.

    Args:
        backend: The engine; its own methods are replaced.

    Returns:
        The lock that a call holds.
    """
    lock = RLock()
    run_within(backend, lambda: lock)
    return lock


def run_within(backend: BaseBackend, context: Callable[[], AbstractContextManager[Any]]) -> None:
    """Let each call by which an engine is asked run within a context.

    Args:
        backend: The engine; its own methods are replaced.
        context: Returns the context of one call.
    """

    def within(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def call_within(*args: Any, **kwargs: Any) -> Any:
            with context():
                return call(*args, **kwargs)

        return call_within

    for name in _CALLS:
        setattr(backend, name, within(getattr(backend, name)))


def keep(table: ir.Table) -> ir.Table:
    """Return a table computed once and kept until `let_go`, or until its engine's session ends.

    No permanent table is written: it is a temporary one, or Spark's cache. So a database that is
    open for reading alone is enough. Engines that know neither compute it again each time.
    """
    # Not Ibis's cache: equal expressions share it, although their rows may have changed since.
    backend, name = table.get_backend(), f"{KEPT}{uuid4().hex}"
    if backend.name == SPARK:
        # A view of the computed frame: one of SQL would refer by name to what may be let go before.
        frame = backend.raw_sql(backend.compile(table)).cache()
        frame.count()
        frame.createTempView(name)
        return backend.table(name)
    try:
        kept = backend.create_table(name, table, temp=True)
    except NotImplementedError:
        return table
    if plans_by_counts(kept):
        # The server counts no temporary table by itself.
        backend.raw_sql(f'ANALYZE "{name}"').close()
    return kept


def store(backend: BaseBackend, name: str, table: ir.Table) -> ir.Table:
    """Return a table computed once and kept under a name, in place of one that had it."""
    stored: ir.Table = backend.create_table(name, table, overwrite=True)
    return stored


def plans_by_counts(table: ir.Table) -> bool:
    """Return whether an engine joins row by row where it does not know how many rows there are.

    A hundred thousand rows then take hours. Counted are tables, and not what a query computes.
    """
    return bool(table.get_backend().name == POSTGRES)


def table_names(backend: BaseBackend) -> list[str]:
    """Return the names of the tables and views in the schema that a backend is connected to."""
    if backend.name != EMBEDDED:
        return [str(name) for name in backend.list_tables()]
    # Ibis asks DuckDB 2 for its tables in a way that is gone there, and leaves it waiting.
    listed = backend.con.sql(
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_catalog = current_database() AND table_schema = current_schema()"
    )
    return [str(name) for (name,) in listed.fetchall()]


def let_go(table: ir.Table) -> None:
    """Drop what `keep` returned."""
    backend, name = table.get_backend(), getattr(table.op(), "name", "")
    if not name.startswith(KEPT):
        return
    if backend.name == SPARK:
        session = backend.raw_sql("SELECT 1").sparkSession
        session.table(name).unpersist()
        session.catalog.dropTempView(name)
    else:
        backend.drop_table(name, force=True)


def let_go_beneath(tables: Iterable[ir.Table]) -> None:
    """Drop everything kept that some tables are computed from, each of it once."""
    kept = {node for table in tables for node in table.op().find(DatabaseTable)}
    for node in kept:
        let_go(node.to_expr())


@contextmanager
def keeping() -> Iterator[Callable[[ir.Table], ir.Table]]:
    """Provide a `keep` that lets go of all its tables in the end."""
    kept: list[ir.Table] = []

    def keep_for_now(table: ir.Table) -> ir.Table:
        kept.append(keep(table))
        return kept[-1]

    try:
        yield keep_for_now
    finally:
        for table in kept:
            let_go(table)


def rows_by_customer(query: ir.Table) -> pa.Table:
    """Run a query with a row for each customer and return it sorted by `customer_id`.

    Texts are sorted by their letters' codes. Other engines sort them by the rules of a language, or
    as their administrator has set.
    """
    if query.get_backend().name == EMBEDDED:
        return query.order_by("customer_id").to_pyarrow()
    return query.to_pyarrow().sort_by("customer_id")


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def strlen(text: str) -> int:  # type: ignore[empty-body]
    """Return DuckDB's number of bytes in a text.

    Args:
        text: A column of texts.

    Returns:
        The number.
    """


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def xxhash64(text: str) -> int:  # type: ignore[empty-body]
    """Return Spark's hash of 64 bits."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def hashtextextended(text: str, seed: int) -> int:  # type: ignore[empty-body]
    """Return PostgreSQL's hash of 64 bits."""


def text_number(text: ir.StringValue) -> ir.IntegerValue:
    """Return a number of 64 bits that stands for a text.

    Two of a million texts share a number with a probability of 3 in 100 million. Where Ibis's own
    hash has 32 bits, more than a hundred pairs of them would.
    """
    engine = text.get_backend().name
    if engine == SPARK:
        return xxhash64(text)
    return hashtextextended(text, 0) if engine == POSTGRES else text.hash()


def trimmed(text: ir.StringValue) -> ir.StringValue:
    """Return a text without blanks around it."""
    if text.get_backend().name == EMBEDDED:
        return text.strip()
    # On Spark Ibis's own way takes the letters f and v off, too: the marks of form feeds and tabs.
    return text.re_replace(r"^\s+|\s+$", "")
