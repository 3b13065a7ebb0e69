"""Who was addressed and who was held out: from a plan, or from a list of any tool."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from charset_normalizer import from_bytes

from retention import wording
from retention.campaigns.plan import CampaignPlan
from retention.cells.names import plain_name
from retention.display import displayed
from retention.errors import DataError, SingleColumnError
from retention.experiments.campaign_test import ADDRESSED, HELD_OUT
from retention.left_over_files import process_prefix
from retention.sheets.engine_errors import refuse_engine_errors
from retention.sheets.sheet import Sheet
from retention.sheets.unpack import unpack
from retention.sheets.workbooks import WORKBOOK_MAGIC, read_grids
from retention.signal_files.matching import match_customers
from retention.signal_files.read import customer_texts, open_signals

#: Groups that one test may have.
MOST_GROUPS = 12
#: Words in the name of a column that says which group a customer is in.
_GROUP_NAMES = frozenset(
    {
        *("group", "groups", "variant", "variation", "arm", "cell", "treatment", "holdout", "test"),
        *("control", "split", "experiment", "gruppe", "variante", "groupe", "grupo", "gruppo"),
    }
)
#: What the group without the campaign is called.
_CONTROL_NAMES = frozenset(
    {
        *("control", "holdout", "heldout", "kontrolle", "kontrollgruppe", "temoin", "controle"),
        *("baseline", "none", "false", "no", "0", "universal"),
    }
)


def experiment_groups(plan: CampaignPlan) -> pd.DataFrame:
    """Return both groups of a plan: whom it addresses, and whom it holds out.

    Args:
        plan: From `plan_campaign`.

    Returns:
        A row a customer, those of the highest rank first: `customer_id` and `group`, "addressed" or
        "held_out".
    """
    ids = plan.reachable.customer_ids
    parts = {ADDRESSED: plan.addressed, HELD_OUT: plan.held_out}
    return pd.DataFrame(
        {
            "customer_id": np.concatenate([ids[places].to_numpy() for places in parts.values()]),
            "group": np.repeat(list(parts), [len(places) for places in parts.values()]),
        }
    )


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class ListedGroups:
    """The groups of a list from anywhere, and what became of its rows.

    Attributes:
        groups: `customer_id` and `group`: customers whom the orders know, and those of the list
            whom they do not, by what the list calls them. Each customer is in one group.
        sizes: How many customers each group has, by its name as the list writes it.
        columns: The columns that were read, by role: "customer" and "group".
        rows: Rows of the list.
        unnamed: Rows that name no customer, or no group.
        repeated: Rows beyond the first of a customer in the same group.
        in_two_groups: Customers who stand in more than one group. They count in none.
        without_orders: Customers whom the orders do not know, as those whose only order was
            cancelled. They count as such who bought nothing before.
    """

    groups: pd.DataFrame
    sizes: dict[str, int]
    columns: dict[str, str]
    rows: int
    unnamed: int
    repeated: int
    in_two_groups: int
    without_orders: int

    def words(self) -> str:
        """Return what became of the rows, in sentences."""
        known = len(self.groups) - self.without_orders
        customers = wording.plural(known, "customer")
        parts = [f"{wording.plural(self.rows, 'row')}: {customers} with valid orders"]
        counts = {
            "without a valid one": self.without_orders,
            "in two groups, left out": self.in_two_groups,
        }
        parts += [f"{wording.count(count)} {words}" for words, count in counts.items() if count]
        if self.unnamed:
            parts.append(f"{wording.plural(self.unnamed, 'row')} without a customer or a group")
        if self.repeated:
            parts.append(f"{wording.plural(self.repeated, 'row')} said again")
        return ", ".join(parts) + "."


@refuse_engine_errors
def read_groups(
    source: Any,
    customers: pd.DataFrame,
    columns: Mapping[str, str] | None = None,
    *,
    name: str | None = None,
) -> ListedGroups:
    """Read the groups of a test from a list: of this app, of a mail tool, of a spreadsheet.

    Args:
        source: A path, bytes or a binary file object. Or a frame of pandas or Polars, or an Arrow
            table. Or a dictionary with a list for each group, by the groups' names.
        customers: The customers of the orders, indexed by `customer_id`. From `contacts`, so that
            e-mail addresses and phones match too, or from `summarise_customers`.
        columns: "customer" and "group" -> column name, for what should not be detected.
        name: What to call the file.

    Returns:
        The groups, and what became of the rows.

    Raises:
        DataError: There is no column of customers or of groups, only one group, or too many.
    """
    given = dict(columns or {})
    lists = source if isinstance(source, Mapping) else {None: source}
    rows = []
    for group, content in lists.items():
        sheet = _open_list(content, name or group)
        customer = given.get("customer") or column_of_customers(sheet, customers)
        given_group = given.get("group") or (column_of_groups(sheet) if group is None else None)
        rows.append(_rows_of(sheet, customer, given_group or str(group), customers, group is None))
        chosen = {"customer": customer} | ({"group": given_group} if given_group else {})
        sheet.release()
    return _account(pd.concat(rows, ignore_index=True), chosen)


def _open_list(content: Any, name: str | None) -> Sheet:
    """Open a list, which may be a single column of addresses."""
    if hasattr(content, "read"):
        content = content.read()
    try:
        return open_signals(content, name)
    except SingleColumnError:
        return open_signals(_with_row_numbers(content, name), name)


def _with_row_numbers(content: Any, name: str | None) -> pd.DataFrame:
    """Return the single column of a list, with its rows' numbers: a sheet has two columns."""
    if isinstance(content, bytes | str | Path):
        lines = _lines(content, name)
        # The first line is a heading, unless it is an address itself.
        values = lines if "@" in lines[0] else lines[1:]
        content = pd.DataFrame({"customer": values})
    frame = pd.DataFrame(content)
    return frame.assign(**{"row of the list": np.arange(1, len(frame) + 1)})


def _lines(content: bytes | str | Path, name: str | None) -> list[str]:
    """Return the texts of a file of one column, without empty ones."""
    with tempfile.TemporaryDirectory(prefix=process_prefix(), ignore_cleanup_errors=True) as folder:
        file = unpack(content, Path(folder), name)[0]
        data = file.path.read_bytes()
        if data.startswith(WORKBOOK_MAGIC):
            grids, _ = read_grids(file)
            lines = [" ".join(row).strip() for row in grids[0].rows]
        else:
            lines = [line.strip().strip('"') for line in _decoded(data).splitlines()]
    return [line for line in lines if line]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return str(from_bytes(content).best() or "")


def column_of_customers(sheet: Sheet, customers: pd.DataFrame) -> str:
    """Return the column of a list that meets the most customers of the orders.

    Args:
        sheet: From `open_signals`.
        customers: As in `read_groups`.

    Raises:
        DataError: No column names any of them.
    """
    met = {
        column: match_customers(customer_texts(sheet, column), customers, sheet)["row"].nunique()
        for column in sheet.columns
    }
    best = max(met, key=lambda column: met[column])
    if not met[best]:
        raise DataError(
            f"No column of {sheet.name} names a customer of these orders; it has "
            f"{', '.join(sheet.columns[:8])}. Give a list with the e-mail addresses or customer "
            "numbers of the order file."
        )
    return best


def column_of_groups(sheet: Sheet) -> str:
    """Return the column of a list that says which group a customer is in.

    It has two values or several, and is called like one, or holds what a group is called.

    Args:
        sheet: From `open_signals`.

    Raises:
        DataError: There is no such column.
    """
    table = sheet.table
    numbers = {f"c{place}": table[f"c{place}"].nunique() for place in range(len(sheet.columns))}
    counts = table.aggregate(**numbers).to_pandas()
    fitting = []
    for place, column in enumerate(sheet.columns):
        if not 2 <= int(counts.iloc[0, place]) <= MOST_GROUPS:
            continue
        values = table.select(f"c{place}").distinct().to_pandas().iloc[:, 0].dropna().astype("str")
        words = {plain_name(text) for text in (column, *values)}
        likeness = 2 * _is_about_groups(plain_name(column)) + any(map(_is_control, words))
        if likeness:
            fitting.append((likeness, -place, column))
    if not fitting:
        raise DataError(
            f"No column of {sheet.name} says who was addressed and who was held out; it has "
            f"{', '.join(sheet.columns[:8])}. Name the column, or give one list for each group."
        )
    return max(fitting)[2]


def likely_control(groups: Iterable[str]) -> str | None:
    """Return the group that got nothing, by its name; None where no name says so.

    Args:
        groups: The names of the groups.

    >>> likely_control(["Treatment", "Hold-out"]), likely_control(["A", "B"])
    ('Hold-out', None)
    """
    fitting = [group for group in groups if _is_control(plain_name(group))]
    return fitting[0] if len(fitting) == 1 else None


def _is_about_groups(name: str) -> bool:
    return bool(_GROUP_NAMES & set(name.split()))


def _is_control(name: str) -> bool:
    return bool(_CONTROL_NAMES & {name, *name.split()}) or "held out" in name or "hold out" in name


def _rows_of(
    sheet: Sheet, customer_column: str, group: str, customers: pd.DataFrame, is_column: bool
) -> pd.DataFrame:
    """Return the customer, the group and whether the orders know them, for each row of a list."""
    who = customer_texts(sheet, customer_column)
    groups = _cells(sheet, group) if is_column else pd.Series(group, index=who.index)
    met = match_customers(who, customers, sheet)
    known = pd.DataFrame(
        {
            "row": met["row"].to_numpy(),
            "customer_id": customers.index.to_numpy()[met["customer"].to_numpy()],
            "is_known": True,
        }
    )
    rest = np.setdiff1d(np.arange(len(who)), met["row"].to_numpy())
    names = who.iloc[rest].str.lower().str.strip()
    strangers = pd.DataFrame({"row": rest, "customer_id": names.to_numpy(), "is_known": False})
    rows = pd.concat([known, strangers], ignore_index=True)
    rows["group"] = groups.to_numpy()[rows["row"].to_numpy()]
    return rows.assign(list=sheet.name, of=sheet.rows)


def _cells(sheet: Sheet, column: str) -> pd.Series:
    """Return the texts of a column in the order of the rows."""
    table = sheet.table
    cells = table.select(row=table.rowid(), cell=table[sheet.column(column)]).to_pandas()
    texts: pd.Series = cells.sort_values("row", ignore_index=True)["cell"]
    return texts.fillna("").astype("str").str.strip()


def _account(rows: pd.DataFrame, chosen: Mapping[str, str]) -> ListedGroups:
    """Put each customer into one group, and count who cannot be."""
    is_named = rows["customer_id"].notna() & (rows["group"] != "")
    named = rows[is_named].drop_duplicates(["customer_id", "group"])
    in_two = named["customer_id"].duplicated(keep=False)
    single = named[~in_two]
    sizes = single["group"].value_counts(sort=False).to_dict()
    if len(sizes) < 2:
        raise DataError(
            f"The list has {wording.plural(len(sizes), 'group')}"
            + (f" ({next(iter(sizes))})" if sizes else "")
            + ". A test compares two: give the list of those addressed and that of those held out, "
            "or one list with a column that tells them apart."
        )
    if len(sizes) > MOST_GROUPS:
        raise DataError(
            f"The column {chosen.get('group')} has {wording.count(len(sizes))} values. A test has "
            f"up to {MOST_GROUPS} groups: choose the column that says who was addressed."
        )
    return ListedGroups(
        groups=single[["customer_id", "group"]].reset_index(drop=True),
        sizes={str(group): int(count) for group, count in sizes.items()},
        columns=dict(chosen),
        rows=int(rows.groupby("list")["of"].first().sum()),
        unnamed=int((~is_named).sum()),
        repeated=int(is_named.sum() - len(named)),
        in_two_groups=int(named.loc[in_two, "customer_id"].nunique()),
        without_orders=int((~single["is_known"]).sum()),
    )
