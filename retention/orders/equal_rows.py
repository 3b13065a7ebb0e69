"""Equal rows of a file without order numbers: chance, real orders, or an export loaded twice."""

from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir
import pandas as pd

from retention.columns.mapping import Mapping
from retention.orders.repeated_orders import content_of, hash_of, part_of, with_cells
from retention.sheets.sheet import Sheet

EQUAL_ROW = "Repeated: the same row stands twice"

#: Rows up to which all are compared; of larger files a share of the customers is looked at first.
_COMPARED_WHOLE, _LOOKED_AT = 300_000, 16
#: Of the rows with the same customer and moment, the share of equal ones that chance cannot reach.
_BEYOND_CHANCE = 0.5
#: The fewest equal rows, and their smallest share, that are worth a question.
_FEWEST, _SMALLEST_SHARE = 10, 0.002
#: Equal rows at the same distance, in a run, that show a block of rows.
_FEWEST_IN_RUN = 3


@dataclass(frozen=True, slots=True)
class EqualRows:
    """Equal rows beyond what chance explains.

    Attributes:
        rows: Those that stand again: line, amount, part, day.
        assumed: "once" where they are a block, as where two exports overlap, else "keep".
    """

    rows: pd.DataFrame
    assumed: Literal["once", "keep"]


def find_equal_rows(sheet: Sheet, mapping: Mapping, typed: ir.Table) -> EqualRows | None:
    """Return the rows that stand again; None where chance or real orders explain them.

    Two orders of a customer on one day with the same amount are real. Equal rows are doubtful where
    they are most of the rows that share customer and moment, where they follow each other as a
    block, and where they stand in two files.

    Args:
        sheet: The file.
        mapping: How it is read.
        typed: Its rows: line, customer_id, ordered_at, amount and what else it has.
    """
    starts = [part.first_row for part in sheet.parts]
    rows = typed.filter(typed.customer_id.notnull() & typed.ordered_at.notnull())
    if sheet.rows > _COMPARED_WHOLE:
        looked_at = rows.filter(hash_of(rows.customer_id) % _LOOKED_AT == 0)
        if (
            _doubtful(_equal(sheet, mapping, looked_at, starts), looked_at, share=_LOOKED_AT)
            is None
        ):
            return None
    return _doubtful(_equal(sheet, mapping, rows, starts), rows)


def _equal(sheet: Sheet, mapping: Mapping, rows: ir.Table, starts: list[int]) -> pd.DataFrame:
    """Return all rows that are equal to another one in every cell, sorted by line."""
    content = hash_of(content_of(rows))
    keyed = rows.select("line", content=content)
    times = keyed.group_by("content").aggregate(times=keyed.count())
    several = times.filter(times.times > 1).select("content")
    columns = rows.select(
        "line",
        "amount",
        content=content,
        part=part_of(rows.line, starts),
        day=rows.ordered_at.date().epoch_days(),
    )
    frame = with_cells(sheet, mapping, columns.semi_join(several, "content"))
    frame = frame[frame.duplicated("cells", keep=False)]
    return frame.sort_values("line", ignore_index=True)


def _doubtful(equal: pd.DataFrame, rows: ir.Table, share: int = 1) -> EqualRows | None:
    if equal.empty:
        return None
    again = _again(equal)
    run = _rows_in_runs(equal, share)
    in_two = equal.groupby("cells")["part"].transform("nunique") > 1
    if len(run) or in_two.any():
        boundary = _pasted_at(run) if not in_two.any() else None
        if boundary is not None:
            equal = equal.assign(part=(equal["line"] >= boundary).astype(int))
        return EqualRows(
            rows=_beyond_one_part(equal) if boundary is not None or in_two.any() else again,
            assumed="once",
        )
    if len(again) < max(_FEWEST, _SMALLEST_SHARE * int(rows.count().execute())):
        return None
    same = rows.group_by("customer_id", "ordered_at").aggregate(times=rows.count())
    extra = int((same.times - 1).sum().execute() or 0)
    return EqualRows(rows=again, assumed="keep") if len(again) > _BEYOND_CHANCE * extra else None


def _again(equal: pd.DataFrame) -> pd.DataFrame:
    """Return all but the first of equal rows."""
    return equal[equal.duplicated("cells")]


def _beyond_one_part(equal: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a part has beyond the part that has the most of their like.

    Two equal rows of one export are two real ones, also where another export shows them again.
    """
    number = equal.groupby(["cells", "part"]).cumcount()
    return equal[equal.assign(number=number).duplicated(["cells", "number"])]


def _rows_in_runs(equal: pd.DataFrame, share: int) -> pd.DataFrame:
    """Return rows that stand again at the distance that many others have, as a block does.

    Where only a share of the customers is looked at, rows do not follow each other; their distance
    alone shows the block.
    """
    earlier = equal.groupby("cells")["line"].shift()
    pairs = equal.assign(distance=equal["line"] - earlier).dropna(subset="distance")
    pairs = pairs[pairs["distance"] >= _FEWEST_IN_RUN]
    if pairs.empty:
        return pairs
    if share > 1:
        usual = pairs["distance"].value_counts()
        return pairs[pairs["distance"] == usual.index[0]] if usual.iloc[0] >= 5 else pairs.iloc[:0]
    pairs = pairs.sort_values(["distance", "line"])
    follows = (pairs["line"].diff() == 1) & (pairs["distance"].diff() == 0)
    lengths = follows.groupby((~follows).cumsum()).transform("size")
    return pairs[lengths >= _FEWEST_IN_RUN]


def _pasted_at(run: pd.DataFrame) -> int | None:
    """Return the row from which a second export was pasted; None where no such row is plain."""
    later = run["line"]
    earlier = later - run["distance"]
    return int(later.min()) if earlier.max() < later.min() else None
