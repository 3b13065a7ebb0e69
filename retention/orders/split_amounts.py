"""Amounts that a comma has split in two, where commas also stand between the cells."""

from collections.abc import Iterable

from retention.columns.mapping import Mapping
from retention.sheets.sheet import Sheet

#: The share of rows that must look split.
SPLIT = 0.9
_WHOLE, _CENTS = r"^\s*-?\d+\s*$", r"^\s*\d\d\s*$"


def split_warning(sheet: Sheet, mapping: Mapping) -> Iterable[str]:
    """Yield the sentence on amounts whose cents seem to stand in the column beside them.

    A file that writes 10,50 without quotation marks has a cell more than column names. Its amounts
    are whole numbers, and two digits follow each.

    Args:
        sheet: The file.
        mapping: Which column plays which role.
    """
    amount = mapping.columns.get("revenue") or mapping.columns.get("unit_price")
    last = len(sheet.columns)
    if amount is None or sheet.columns[-1] != f"Column {last}":
        return
    place = sheet.columns.index(amount)
    if place + 1 == last or amount == f"Column {place + 1}":
        return
    whole, cents, beyond = (sheet.table[f"c{i}"] for i in (place, place + 1, last - 1))
    is_split = whole.re_search(_WHOLE) & cents.re_search(_CENTS) & (beyond.strip() != "")
    if is_split.sum().fill_null(0).execute() < SPLIT * sheet.rows:
        return
    yield (
        f"The amounts in {amount!r} are whole numbers, two digits follow each, and the last column "
        "has no name. Decimal commas seem to have split them. Export the orders with decimal "
        "points, or with semicolons between the columns."
    )
