"""What engines keep, and what Ibis does not write alike for all of them."""

from uuid import uuid4

import ibis
import ibis.expr.types as ir
import pyarrow as pa

#: Ibis's name of the embedded engine.
EMBEDDED = "duckdb"


def keep(table: ir.Table) -> ir.Table:
    """Return a table computed once and kept for as long as its engine's session.

    No permanent table is written: it is a temporary one, or Spark's cache. So a database that is
    open for reading alone is enough.
    """
    backend = table.get_backend()
    if backend.name == EMBEDDED:
        # Not Ibis's cache: equal expressions share it, and the first to let go takes it from all.
        return backend.create_table(f"kept_{uuid4().hex}", table, temp=True)
    # Elsewhere nothing lets go by itself (`let_go`), so that sharing does no harm.
    return table.cache()


def let_go(table: ir.Table) -> None:
    """Drop what `keep` returned.

    Engines other than the embedded one drop it when nothing refers to it any more.
    """
    backend = table.get_backend()
    if backend.name == EMBEDDED:
        backend.drop_table(table.op().name, force=True)


def rows_by_customer(query: ir.Table) -> pa.Table:
    """Run a query with a row for each customer and return it sorted by `customer_id`.

    Texts are sorted by their letters' codes. Other engines sort them by the rules of a language, or
    as their administrator has set.
    """
    if query.get_backend().name == EMBEDDED:
        return query.order_by("customer_id").to_pyarrow()
    return query.to_pyarrow().sort_by("customer_id")


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
    if engine == "pyspark":
        return xxhash64(text)
    return hashtextextended(text, 0) if engine == "postgres" else text.hash()


def trimmed(text: ir.StringValue) -> ir.StringValue:
    """Return a text without blanks around it."""
    if text.get_backend().name == EMBEDDED:
        return text.strip()
    # On Spark Ibis's own way takes the letters f and v off, too: the marks of form feeds and tabs.
    return text.re_replace(r"^\s+|\s+$", "")
