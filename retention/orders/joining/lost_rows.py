"""The rows left out of two exports: one that stands in both is lost once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.orders.orders import Orders
from retention.orders.report import FIRST_LINES, DroppedRows, count_reasons

#: Columns of rows left out that say where a row stands, and not what is in it.
_PLACES = ("file", "line", "file (of the export)")


@dataclass(frozen=True, slots=True, eq=False)
class LostRows:
    """The rows left out of two exports.

    Attributes:
        rows: Each with the `file` that it stands in, its `line` and its `reason`.
        reasons: How many there are by reason, the most first.
        in_both: How many rows of the added export stand in the other one, too. They are not among
            the rows.
        amounts: Of the rows, as in `SetAside`.
    """

    rows: pd.DataFrame
    reasons: tuple[DroppedRows, ...]
    in_both: int
    amounts: np.ndarray | None


def lost_rows(exports: tuple[Orders, Orders], names: tuple[str, str]) -> LostRows:
    """Return the rows left out of two exports.

    A row is the same where all of its cells and the reason are. Equal rows of one export are as
    many rows. Where amounts of rows are not known, each row of both counts.

    Args:
        exports: The loaded orders, and the export that is added.
        names: What the two are called.
    """
    kept, added = exports
    parts = [_part(orders, name) for orders, name in zip(exports, names, strict=True)]
    amounts = [None if o.aside is None else o.aside.lost_amounts for o in exports]
    if amounts[0] is None or amounts[1] is None:
        reasons = _added_reasons((kept.report.reasons, added.report.reasons), names)
        return LostRows(_joined(parts), reasons, in_both=0, amounts=None)
    is_new = ~_stand_in(added.left_out, kept.left_out)
    rows = _joined([parts[0], parts[1][is_new]])
    money = np.concatenate([amounts[0], amounts[1][is_new]])
    reasons = ()
    if len(rows):
        reasons = count_reasons(rows[["file", "line", "reason"]].assign(amount=money))
    return LostRows(rows, reasons, in_both=int((~is_new).sum()), amounts=money)


def _part(orders: Orders, name: str) -> pd.DataFrame:
    """Return the rows left out of an export, with the file that each stands in."""
    frame = orders.left_out
    if not len(frame) or list(frame.columns[:2]) == ["file", "line"]:
        return frame
    frame = frame.rename(columns={"file": "file (of the export)"})
    frame.insert(0, "file", name)
    return frame


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return parts[0]
    joined: pd.DataFrame = pd.concat(filled, ignore_index=True)
    return joined


def _stand_in(rows: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Return which rows stand among others, each of these for one row at most."""
    cells = [name for name in rows.columns if name not in _PLACES]
    if not len(rows) or not len(others) or not set(cells) <= set(others.columns):
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(
        pd.MultiIndex.from_frame(_numbered(rows, cells)).isin(
            pd.MultiIndex.from_frame(_numbered(others, cells))
        )
    )


def _numbered(rows: pd.DataFrame, cells: list[str]) -> pd.DataFrame:
    """Return a number for what is in each row, and which of the equal rows it is."""
    texts = rows[cells].astype("object").where(rows[cells].notna(), "")
    content = pd.util.hash_pandas_object(texts, index=False)
    return pd.DataFrame({"content": content, "turn": content.groupby(content).cumcount()})


def _added_reasons(
    reasons: tuple[tuple[DroppedRows, ...], tuple[DroppedRows, ...]], names: tuple[str, str]
) -> tuple[DroppedRows, ...]:
    """Return the reasons of both exports, their rows and money added up."""
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
