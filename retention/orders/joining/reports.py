"""The reports of two exports as one: nothing that either of them left out is lost."""

from dataclasses import replace

import ibis.expr.types as ir
import pandas as pd

from retention.orders.report import FIRST_LINES, DroppedRows, OrderReport, data_warnings
from retention.orders.row_states import StatusMeaning


def joined_report(
    reports: tuple[OrderReport, OrderReport],
    tables: tuple[ir.Table, ir.Table],
    joined: ir.Table,
    names: tuple[str, str],
) -> OrderReport:
    """Return what became of the rows of two exports.

    Args:
        reports: Of the loaded orders, and of the export that is added.
        tables: Their orders, alike.
        joined: The orders of both, each once.
        names: What the two are called.

    Returns:
        Rows and reasons of both. What is said of the data's size is said of the joined orders. No
        question is open: the rows are not read again.
    """
    kept, added = reports
    # A month alone is thin, and the orders that it is added to need not be.
    of_one = {warning for table in tables for warning in _size_warnings(table)}
    doubts = [w for w in (*kept.warnings, *added.warnings) if not _is_of(w, of_one)]
    remarks = [f"{names[1]!r}: {note}" for note in added.notes if note not in kept.notes]
    return replace(
        kept,
        rows_read=kept.rows_read + added.rows_read,
        rows_kept=kept.rows_kept + added.rows_kept,
        reasons=joined_reasons((kept.reasons, added.reasons), names),
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


def joined_reasons(
    reasons: tuple[tuple[DroppedRows, ...], tuple[DroppedRows, ...]], names: tuple[str, str]
) -> tuple[DroppedRows, ...]:
    """Return the rows left out of two exports by reason, the most rows first.

    Args:
        reasons: Of the loaded orders, and of the export that is added.
        names: What the two are called.
    """
    joined: dict[str, DroppedRows] = {}
    for entries, name in zip(reasons, names, strict=True):
        for entry in entries:
            files = entry.first_files or (name,) * len(entry.first_lines)
            known = joined.get(entry.reason)
            joined[entry.reason] = DroppedRows(
                reason=entry.reason,
                rows=entry.rows + (known.rows if known else 0),
                first_lines=((known.first_lines if known else ()) + entry.first_lines)[
                    :FIRST_LINES
                ],
                revenue=entry.revenue + (known.revenue if known else 0.0),
                first_files=((known.first_files if known else ()) + files)[:FIRST_LINES],
            )
    return tuple(sorted(joined.values(), key=lambda entry: -entry.rows))


def joined_left_out(
    frames: tuple[pd.DataFrame, pd.DataFrame], names: tuple[str, str]
) -> pd.DataFrame:
    """Return the rows left out of two exports, each with the `file` that it stands in.

    Args:
        frames: Of the loaded orders, and of the export that is added.
        names: What the two are called.
    """
    named = [
        frame if list(frame.columns[:2]) == ["file", "line"] else _with_file(frame, name)
        for frame, name in zip(frames, names, strict=True)
        if len(frame)
    ]
    if not named:
        return frames[0]
    joined: pd.DataFrame = pd.concat(named, ignore_index=True)
    return joined


def _with_file(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    frame = frame.rename(columns={"file": "file (of the export)"})
    frame.insert(0, "file", name)
    return frame


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
