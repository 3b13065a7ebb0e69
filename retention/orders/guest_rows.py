"""Rows that name no customer, though another column of the file does."""

from collections.abc import Iterable

import ibis.expr.types as ir
import pandas as pd

from retention.columns.mapping import Mapping
from retention.columns.roles import ROLES
from retention.orders.rows import NO_CUSTOMER
from retention.sheets.sheet import Sheet
from retention.wording import percent

#: The share of rows without a customer from which it is worth a word.
MANY = 0.1
#: The share of these rows that another column must name.
NAMED = 0.8
#: Roles that may say who bought, the surest first.
_OTHERS = ("email", "phone", "full_name")
#: The columns of `orders_without_customer`.
COUNTED = ("dimension", "value", "orders")


def guest_warning(sheet: Sheet, mapping: Mapping, without_customer: int) -> Iterable[str]:
    """Yield the sentence on rows left out for want of a customer whom another column names.

    People share names, so a column of names is never taken by itself. Who knows the shop decides.

    Args:
        sheet: The file.
        mapping: Which column plays which role.
        without_customer: Rows that are left out because no customer is named.
    """
    if without_customer < MANY * sheet.rows:
        return
    customer = mapping.columns["customer_id"]
    for role in _OTHERS:
        other = mapping.columns.get(role)
        if other is None or other == customer:
            continue
        cells = [sheet.table[sheet.column(name)].strip().nullif("") for name in (customer, other)]
        guests = sheet.table.filter(cells[0].isnull())
        named = guests.select(has=cells[1].notnull()).has.mean().to_pyarrow().as_py()
        if named is not None and named >= NAMED:
            caution = (
                " Do so only if hardly any two customers share a name."
                if role == "full_name"
                else ""
            )
            yield (
                f"{percent(without_customer / sheet.rows)} of the rows name no customer in "
                f"{customer!r} and are left out. {other!r} ({ROLES[role].label.lower()}) names one "
                f"on most of them: choose it as the customer under “Which column is what”.{caution}"
            )
            return


def orders_without_customer(marked: ir.Table) -> pd.DataFrame:
    """Count the orders that name no customer by what else they name.

    Args:
        marked: The typed rows, each with the `reason` why it is left out.

    Returns:
        `dimension` ("channel" or "region"), `value` and `orders`.
    """
    rows = marked.filter(marked.reason == NO_CUSTOMER)
    frames = []
    for name in ("channel", "region"):
        if name not in rows.columns:
            continue
        named = rows.filter(rows[name].nullif("").notnull())
        number = named.order_id.nunique() if "order_id" in named.columns else named.count()
        counted = named.group_by(value=named[name]).agg(orders=number).to_pandas()
        frames.append(counted.assign(dimension=name)[list(COUNTED)])
    if not frames:
        return pd.DataFrame(columns=list(COUNTED))
    joined: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return joined
