"""Results kept in the engine that computed them, where nothing stays in the user's database."""

from uuid import uuid4

import ibis.expr.types as ir

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
    """Drop what `keep` returned. Engines other than the embedded one do so without a word.

    Ibis lets go there when nothing refers to the table any more.
    """
    backend = table.get_backend()
    if backend.name == EMBEDDED:
        backend.drop_table(table.op().name, force=True)
