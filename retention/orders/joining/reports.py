"""The reports of two exports as one: nothing that either of them left out is lost."""

from dataclasses import replace

import ibis.expr.types as ir
import pandas as pd

from retention.orders.joining.lost_rows import LostRows
from retention.orders.report import OrderReport, data_warnings
from retention.orders.row_states import StatusMeaning


def joined_report(
    reports: tuple[OrderReport, OrderReport],
    tables: tuple[ir.Table, ir.Table],
    joined: ir.Table,
    names: tuple[str, str],
    lost: LostRows,
) -> OrderReport:
    """Return what became of the rows of two exports.

    Args:
        reports: Of the loaded orders, and of the export that is added.
        tables: Their orders, alike.
        joined: The orders of both, each once.
        names: What the two are called.
        lost: The rows left out of both.

    Returns:
        Rows and reasons of both; a row left out that stands in both counts once. What is said of
        the data's size is said of the joined orders. No question is open: the rows are not read
        again.
    """
    kept, added = reports
    # A month alone is thin, and the orders that it is added to need not be.
    of_one = {warning for table in tables for warning in _size_warnings(table)}
    doubts = [w for w in (*kept.warnings, *added.warnings) if not _is_of(w, of_one)]
    remarks = [f"{names[1]!r}: {note}" for note in added.notes if note not in kept.notes]
    return replace(
        kept,
        rows_read=kept.rows_read + added.rows_read - lost.in_both,
        rows_kept=kept.rows_kept + added.rows_kept,
        reasons=lost.reasons,
        notes=(*kept.notes, *remarks),
        warnings=tuple(dict.fromkeys((*doubts, *_size_warnings(joined)))),
        questions=(),
        refunded=_sum_refunded(joined),
        unplaced_refunds=kept.unplaced_refunds + added.unplaced_refunds,
        statuses=_joined_statuses(kept.statuses, added.statuses),
        unused=tuple(dict.fromkeys((*kept.unused, *added.unused))),
    )


def _size_warnings(orders: ir.Table) -> tuple[str, ...]:
    totals = orders.aggregate(
        orders=orders.count(), start=orders.ordered_at.min(), end=orders.ordered_at.max()
    )
    return data_warnings(orders, totals.to_pandas().iloc[0])


def _is_of(warning: str, others: set[str]) -> bool:
    """Return whether a warning is one of others, however the column in it is called."""
    return any(warning.split(" Check that")[0] == other.split(" Check that")[0] for other in others)


def joined_counts(frames: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    """Return the orders without a customer of two exports: dimension, value, orders.

    Args:
        frames: Of the loaded orders, and of the export that is added.
    """
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return frames[0]
    joined: pd.DataFrame = pd.concat(filled, ignore_index=True)
    columns = list(joined.columns)
    summed = joined.groupby([c for c in columns if c != "orders"], sort=False, as_index=False).sum()
    return summed[columns]


def _joined_statuses(
    kept: tuple[StatusMeaning, ...], added: tuple[StatusMeaning, ...]
) -> tuple[StatusMeaning, ...]:
    joined = {meaning.text: meaning for meaning in kept}
    for meaning in added:
        known = joined.get(meaning.text)
        rows = meaning.rows + (known.rows if known else 0)
        joined[meaning.text] = replace(meaning, rows=rows)
    return tuple(joined.values())


def _sum_refunded(orders: ir.Table) -> float:
    if "refunded" not in orders.columns:
        return 0.0
    return float(orders.refunded.sum().fill_null(0.0).execute())
