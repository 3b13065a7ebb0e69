"""Orders whose rows stand twice: which rows of a file, or of several files, show them again."""

from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.columns.mapping import Mapping
from retention.sheets.sheet import Sheet

REPEATED = "Repeated: the same order stands twice"
REPLACED = "Replaced: a later export shows the order anew"

#: Orders that stand twice from which they show where a second export was pasted below a first.
_FEWEST_PASTED = 3
#: Rows of other orders between two equal rows from which they are no pair of one order.
_APART = 5
#: Share of the orders that stand twice from which pairs of equal rows are no pairs of pieces.
_MANY = 0.2
#: Share from which it is the file's own way: of orders whose rows all stand twice, and of orders
#: whose rows stand apart.
_MOST = 0.5
#: Orders below which such a share says nothing.
_ENOUGH_ORDERS = 10
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class RepeatedOrders:
    """Rows that show an order again.

    Attributes:
        dropped: The rows that do not count: line, reason, amount, order (a code), part, day.
        newer: The first rows of the exports whose orders count instead of earlier states.
        equal_lines: Rows that are equal to another one of their order, and count.
    """

    dropped: pd.DataFrame
    newer: tuple[int, ...]
    equal_lines: int


@dataclass(frozen=True, slots=True)
class _Facts:
    """The orders of the whole file, those of each part by themselves.

    Attributes:
        orders: How many there are.
        several: Of those that are not suspected to stand twice, the ones with different amounts.
        apart: Of these, those with rows of other orders between.
    """

    orders: int
    several: int
    apart: int


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def _hash(row) -> dt.uint64:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Return DuckDB's hash of a value of any type."""


def hash_of(row: ir.Value) -> ir.IntegerValue:
    """Return a number that two equal values have in common."""
    return _hash(row)


def content_of(typed: ir.Table) -> ir.StructValue:
    """Return what a row says beside its place and its order number."""
    return ibis.struct(
        {c: typed[c] for c in typed.columns if c not in ("line", "order_id", "part")}
    )


def part_of(line: ir.IntegerValue, starts: list[int]) -> ir.IntegerValue:
    """Return the part that a row stands in.

    Args:
        line: The row.
        starts: The first row of each part.
    """
    cases = [(line >= start, part) for part, start in reversed(list(enumerate(starts)))]
    return ibis.cases(*cases, else_=0) if len(starts) > 1 else ibis.literal(0)


def repeated_orders(
    sheet: Sheet, mapping: Mapping, typed: ir.Table, starts: list[int]
) -> RepeatedOrders | None:
    """Return the rows that show an order again; None where no order is shown twice.

    Args:
        sheet: The file.
        mapping: How it is read.
        typed: Its rows: line, order_id, customer_id, ordered_at, amount and what else it has.
        starts: The first row of each part that is an export of its own.
    """
    con = sheet.con
    rows = typed.mutate(part=part_of(typed.line, starts))
    equal_rows = con.create_table("equal_rows", _equal_rows(rows), overwrite=True)
    equal = int((equal_rows.times - 1).sum().execute() or 0)
    numbered = rows.select("order_id", content=_content(rows))
    ids = numbered.semi_join(equal_rows, "content").select("order_id")
    if len(starts) > 1:
        ids = ids.union(_shared(rows))
    elif not equal:
        con.drop_table("equal_rows")
        return None
    suspects = con.create_table(
        "suspects", rows.semi_join(ids.distinct(), "order_id"), overwrite=True
    )
    con.drop_table("equal_rows")
    frame = _suspect_rows(sheet, mapping, suspects)
    facts = _facts(rows, suspects)
    con.drop_table("suspects")
    dropped = _dropped(frame, typed, starts, facts)
    pasted = _pasted_at(frame, dropped) if len(starts) == 1 else None
    if pasted is not None:
        # Below stands a later export, which may show other orders in a newer state.
        return repeated_orders(sheet, mapping, typed, [0, _break_between(typed, *pasted)])
    kept = frame.loc[frame.index.difference(dropped.index)]
    newer = sorted(dropped.loc[dropped["reason"] == REPLACED, "winner"].unique())
    return RepeatedOrders(
        dropped=dropped,
        newer=tuple(starts[int(part)] for part in newer),
        equal_lines=int(kept.duplicated(["order", "part", "cells"]).sum()),
    )


def _content(rows: ir.Table) -> ir.IntegerValue:
    """Return a number that two equal rows of an order and part have in common."""
    return hash_of(ibis.struct({name: rows[name] for name in rows.columns if name != "line"}))


def _equal_rows(rows: ir.Table) -> ir.Table:
    """Return the `content` of rows that stand several times in an order and part."""
    contents = rows.select(content=_content(rows))
    times = contents.group_by("content").aggregate(times=contents.count())
    return times.filter(times.times > 1)


def _shared(rows: ir.Table) -> ir.Table:
    """Return the order numbers that stand in several parts."""
    parts = rows.group_by("order_id").aggregate(first=rows.part.min(), last=rows.part.max())
    return parts.filter(parts["first"] < parts["last"]).select("order_id")


def _facts(rows: ir.Table, suspects: ir.Table) -> _Facts:
    number = int(rows.select("order_id", "part").distinct().count().execute())
    rows = rows.anti_join(suspects, "order_id")
    orders = rows.group_by("order_id", "part").aggregate(
        rows=rows.count(),
        lines=rows.line.max() - rows.line.min() + 1,
        amounts=rows.amount.nunique(),
    )
    several = orders.amounts > 1
    counts = orders.aggregate(
        several=several.sum(),
        apart=(several & (orders.lines > orders["rows"])).sum(),
    )
    row = counts.to_pandas().iloc[0].fillna(0)
    return _Facts(orders=number, several=int(row.several), apart=int(row.apart))


def _suspect_rows(sheet: Sheet, mapping: Mapping, rows: ir.Table) -> pd.DataFrame:
    """Return the rows of orders that may stand twice, sorted by line.

    Orders, customers and products are codes, -1 where there is none. `content` is equal for rows
    that say the same, and `cells` for rows that do so in every cell.
    """
    product = rows["product"] if "product" in rows.columns else ibis.null("string")
    columns = rows.select(
        "line",
        "order_id",
        "customer_id",
        "amount",
        "part",
        product=product,
        day=rows.ordered_at.date().epoch_days(),
        content=hash_of(content_of(rows)),
    )
    frame = with_cells(sheet, mapping, columns).sort_values("line", ignore_index=True)
    for name, column in (("order", "order_id"), ("customer", "customer_id"), ("item", "product")):
        frame[name] = pd.factorize(frame[column])[0]
    return frame.drop(columns=["order_id", "customer_id", "product"])


def with_cells(sheet: Sheet, mapping: Mapping, rows: ir.Table) -> pd.DataFrame:
    """Return rows with `cells`, which rows have in common that are equal in every cell.

    Cells of columns that play a role are compared by what they say (`content`), the others as they
    stand. A column that only counts the rows is left aside.
    """
    frame: pd.DataFrame = rows.to_pandas()
    others = [sheet.column(c) for c in sheet.columns if c not in mapping.columns.values()]
    if frame.empty or not others:
        return frame.assign(cells=frame["content"])
    hashes = _cell_hashes(sheet, ibis.memtable(frame[["line"]]), others).reindex(frame["line"])
    cells = frame.assign(others=hashes.to_numpy())
    return frame.assign(cells=cells.groupby(["content", "others"], dropna=False).ngroup())


def _cell_hashes(sheet: Sheet, lines: ir.Table, names: list[str]) -> pd.Series:
    """Return by line what rows have in common that are equal in the cells of some columns.

    The cells stand below each other: what the engine plans grows with the square of the columns.
    """
    raw = sheet.table.select(*names, row=sheet.table.rowid())
    wide = lines.inner_join(raw, lines.line == raw.row).drop("row")
    cells = wide.pivot_longer(names, names_to="name", values_to="cell")
    number = cells.cell.try_cast("int64")
    columns = cells.group_by("name").aggregate(
        rows=cells.count(), numbers=number.count(), steps=(number - cells.line).nunique()
    )
    counting = (columns.numbers == columns["rows"]) & (columns.steps <= len(sheet.parts) + 1)
    told = cells.anti_join(columns.filter(counting), "name")
    hashes = told.group_by("line").aggregate(
        cells=hash_of(ibis.struct({"name": told.name, "cell": told.cell})).bit_xor()
    )
    by_line: pd.Series = hashes.to_pandas().set_index("line")["cells"]
    return by_line


def _dropped(rows: pd.DataFrame, typed: ir.Table, starts: list[int], facts: _Facts) -> pd.DataFrame:
    """Return the rows that do not count, with `reason` and the `winner`: the part that counts."""
    newer = _other_parts(rows, _ages(typed, starts)) if len(starts) > 1 else rows.iloc[:0]
    left = rows.loc[rows.index.difference(newer.index)]
    return pd.concat([newer, _twice_in_part(left, facts)]).sort_index()


def _ages(typed: ir.Table, starts: list[int]) -> dict[int, int]:
    """Return part -> its rank by its latest order day, the last given first of equal ones."""
    part = part_of(typed.line, starts)
    latest = typed.group_by(part=part).aggregate(latest=typed.ordered_at.date().max())
    frame = latest.to_pandas().sort_values(["latest", "part"], na_position="first")
    return {int(part): rank for rank, part in enumerate(frame["part"])}


def _other_parts(rows: pd.DataFrame, ages: dict[int, int]) -> pd.DataFrame:
    """Return the rows of orders that another part shows: the same, or in a newer state."""
    rows = rows.assign(paid=rows["amount"] > 0)
    blocks = rows.groupby(["order", "part"], as_index=False).agg(
        rows=("line", "size"),
        content=("content", "sum"),
        first=("line", "min"),
        last=("line", "max"),
        paid=("paid", "any"),
        customer=("customer", "max"),
        day=("day", "min"),
    )
    blocks = blocks[blocks.duplicated("order", keep=False)]
    same = ["order", "content", "rows"]
    blocks["age"] = blocks["part"].map(ages)
    blocks["age"] = blocks.groupby(same)["age"].transform("max")
    repeated = blocks[blocks.duplicated(same)].assign(reason=REPEATED, winner=_UNKNOWN)
    states = blocks[~blocks.duplicated(same) & blocks["paid"]]
    replaced = _replaced(rows, states)
    lost = pd.concat([repeated, replaced])[["order", "part", "reason", "winner"]]
    joined = rows.drop(columns="paid").reset_index().merge(lost, on=["order", "part"])
    return joined.set_index("index")


def _replaced(rows: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of orders of which another part shows a newer state.

    Two exports show the same order where customer and day agree, and one product of it at least.
    Rows that have no product in common are parts of one order, as where each export holds some of
    the products. An order that is cut off at the end or the beginning of an export counts where it
    is whole, and one that goes on in the next export counts in both.
    """
    newest = states.sort_values("age").drop_duplicates("order", keep="last")
    pairs = states.merge(newest, on="order", suffixes=("", "_newest"))
    pairs = pairs[pairs["part"] != pairs["part_newest"]]
    same = _agree(pairs["customer"], pairs["customer_newest"]) & _agree(
        pairs["day"].fillna(_UNKNOWN), pairs["day_newest"].fillna(_UNKNOWN)
    )
    pairs = pairs[same]
    if pairs.empty:
        return pairs.assign(reason=REPLACED, winner=_UNKNOWN)
    pairs["common"] = _common(rows, pairs, "content")
    pairs["items"] = _common(rows, pairs, "item")
    first_rows = rows.groupby("part")["line"].min()
    starts_part = pairs["first_newest"] == pairs["part_newest"].map(first_rows)
    is_cut = starts_part & (pairs["common"] >= pairs["rows_newest"])
    goes_on = (pairs["common"] == 0) & (pairs["last"] + 1 == pairs["first_newest"])
    goes_on &= pairs.groupby(["part", "part_newest"])["order"].transform("size") == 1
    older = pairs[(pairs["items"] > 0) & ~is_cut & ~goes_on]
    older = older.assign(reason=REPLACED, winner=older["part_newest"])
    cut = pairs[is_cut].assign(part=pairs["part_newest"], reason=REPEATED, winner=_UNKNOWN)
    return pd.concat([older, cut.drop_duplicates(["order", "part"])])


def _agree(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one == other) | (one == _UNKNOWN) | (other == _UNKNOWN)


def _common(rows: pd.DataFrame, pairs: pd.DataFrame, column: str) -> np.ndarray:
    """Return how many rows of each pair's part have their like in the newest part."""
    wanted = pairs[["order", "part", "part_newest"]].reset_index(drop=True)
    wanted["pair"] = wanted.index
    own = wanted.merge(rows[["order", "part", column]], on=["order", "part"])
    newest = rows[["order", "part", column]].rename(columns={"part": "part_newest"})
    own = own.merge(newest.drop_duplicates(), on=["order", "part_newest", column])
    return own.groupby("pair").size().reindex(wanted["pair"], fill_value=0).to_numpy()


def _twice_in_part(rows: pd.DataFrame, facts: _Facts) -> pd.DataFrame:
    """Return the rows of orders whose rows stand as a block again in the same part.

    A pair of equal rows next to each other is left alone: it may be two pieces of a product.
    """
    key = [rows["order"], rows["part"]]
    times = rows.groupby(["order", "part", "cells"])["line"].transform("size")
    number = rows.groupby(["order", "part", "cells"]).cumcount()
    fewest = times.groupby(key).transform("min")
    # Where an order's rows stand in several places, it is shown as often as there are places.
    places = (rows["line"].groupby(key).diff() != 1).groupby(key).transform("sum")
    even = (times % places == 0).groupby(key).transform("all") & (places > 1)
    shown = fewest.where(~even, places)
    is_twice = (shown > 1) & (times % shown == 0).groupby(key).transform("all")
    rows = rows.assign(copy=number // (times // shown), fewest=shown)[is_twice]
    if rows.empty:
        return rows.assign(reason=REPEATED, winner=_UNKNOWN)
    in_first = rows["copy"] == 0
    lines = rows.assign(end=rows["line"].where(in_first), start=rows["line"].where(~in_first))
    orders = lines.groupby(["order", "part"]).agg(
        rows=("line", "size"),
        first=("line", "min"),
        last=("line", "max"),
        different=("cells", "nunique"),
        times=("fewest", "first"),
        end=("end", "max"),
        start=("start", "min"),
    )
    dropped = rows[~in_first].merge(
        orders[_is_block(orders, facts)][[]], left_on=["order", "part"], right_index=True
    )
    return dropped.drop(columns=["copy", "fewest"]).assign(reason=REPEATED, winner=_UNKNOWN)


def _is_block(orders: pd.DataFrame, facts: _Facts) -> pd.Series:
    """Return of orders whose rows all stand twice whether that is a block shown again."""
    gap = orders["last"] - orders["first"] + 1 - orders["rows"]
    is_usual = facts.several >= _ENOUGH_ORDERS and facts.apart > _MOST * facts.several
    enough = facts.orders >= _ENOUGH_ORDERS
    is_many = enough and (gap > 0).sum() > _MANY * facts.orders
    same_times = orders["times"].value_counts().max() > 0.9 * len(orders)
    if enough and same_times and len(orders) > _MOST * facts.orders:
        return pd.Series(True, index=orders.index)
    in_turn = (orders["end"] < orders["start"]) & (orders["different"] > 1)
    alone_apart = (gap >= _APART) | ((gap > 0) & is_many)
    several_apart = (gap > 0) & (orders["different"] > 1)
    if is_usual:
        return several_apart | in_turn
    return alone_apart | several_apart | in_turn


def _pasted_at(rows: pd.DataFrame, dropped: pd.DataFrame) -> tuple[int, int] | None:
    """Return the rows between which a second export was pasted; None where that is not plain.

    They are the last row that stands again further down, and the first one that stood before.
    """
    if dropped["order"].nunique() < _FEWEST_PASTED:
        return None
    kept = rows.loc[rows.index.difference(dropped.index)]
    kept = kept[kept["order"].isin(dropped["order"])]
    # Unequal numbers mean that some orders are shown three times or more.
    last, first = int(kept["line"].max()), int(dropped["line"].min())
    return (last, first) if last < first and len(kept) == len(dropped) else None


def _break_between(typed: ir.Table, last: int, first: int) -> int:
    """Return where the second export begins: at the row with the longest step in time."""
    between = typed.filter(typed.line.between(last, first))
    days = between.select("line", day=between.ordered_at.date().epoch_days())
    frame = days.order_by("line").to_pandas().dropna()
    steps = frame["day"].diff().abs()
    return int(frame["line"].loc[steps.idxmax()]) if steps.max() > 0 else first
