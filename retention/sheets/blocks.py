"""Rows of a report: cells that hold for the rows below them, and lines of totals between rows."""

import re
from collections.abc import Callable, Iterable

from retention.cells.dates import looks_like_date
from retention.cells.money import looks_like_money
from retention.sheets.grids import Merge
from retention.sheets.header import filled

Rows = list[list[str]]

#: What a line of totals is called, in the languages of the app's markets and their neighbours.
_TOTALS = "|".join(
    (
        r"(?:(?:grand|sub|running|net|gross|page|report|order|invoice|day|month|overall)[\s-]*)?"
        r"totals?",
        r"(?:sub|teil|zwischen|gesamt|end|monats|tages|beleg|bestell)?[\s-]*summen?",
        r"(?:gesamt|teil)?ergebnis",
        r"gesamt(?:betrag|wert)?|insgesamt|zwischentotal",
        r"totaux|total\s+g[eé]n[eé]ral|sous[\s-]*total|somme",
        r"sub\s*totale|totale(?:\s+generale)?|somma",
        r"suma(?:\s+total)?|subtotal(?:\s+geral)?|total\s+geral|soma",
        r"totaal|subtotaal|eindtotaal",
        r"jumlah|sub\s*jumlah|total\s+keseluruhan|kabuuan|kabuuang\s+halaga",
        r"razem|suma\s+cz[eę][sś]ciowa|toplam|ara\s+toplam|genel\s+toplam",
        r"รวม(?:ทั้งสิ้น|ทั้งหมด|ย่อย|เป็นเงิน)?|ยอดรวม(?:ทั้งสิ้น|ทั้งหมด|ย่อย)?|ผลรวม",
        r"合計|小計|総計|合计|小计|总计|итого|всего",
    )
)
_TOTAL_ALONE = re.compile(rf"(?:{_TOTALS})\s*(?:\([^()]{{0,20}}\))?\s*[:=]?", re.IGNORECASE)
_TOTAL_OF = re.compile(
    rf"(?:{_TOTALS})[\s:=].{{1,60}}|.{{1,60}}[\s:\-](?:{_TOTALS})\s*:?", re.IGNORECASE
)
#: An amount with cents.
_WITH_CENTS = re.compile(r"\D{0,5}\d[\d.,' ]*[.,]\d{1,2}\D{0,5}")
#: Fewer rows below their block's first, or a smaller share of all, make no pattern.
_FEWEST, _SMALLEST_SHARE = 3, 0.05
#: Share of the rows without a date from which it stands once for a whole day.
_DAYS_SHARE = 0.3


def find_totals(rows: Rows) -> set[int]:
    """Return the rows that add up others: they say "total" where a row of the table has its date.

    Args:
        rows: The data rows as they stand, before merged cells are filled.
    """
    dates = _columns_like(rows, _is_date)
    amounts = _columns_like(rows, _is_amount)
    if not dates or not amounts:
        return set()
    undated = [i for i, row in enumerate(rows) if not any(row[c].strip() for c in dates)]
    named = {i for i in undated if any(map(_names_a_total, rows[i]))}
    if not named:
        return set()
    lines = [rows[i] for i in undated if i not in named and filled(rows[i]) >= 2]
    usual = _usually_filled(lines)
    return {
        i
        for i in named
        # A product may be called "Total care": its row is as full as those of other products.
        if not usual
        or not all(rows[i][column] for column in usual)
        or _adds_up(rows, i, amounts[-1], dates, named)
    }


def _usually_filled(rows: Rows) -> list[int]:
    """Return the columns that most of the rows fill."""
    columns = range(len(rows[0]) if rows else 0)
    return [c for c in columns if sum(bool(row[c]) for row in rows) > len(rows) / 2]


def _names_a_total(cell: str) -> bool:
    cell = cell.strip()
    return bool(cell) and bool(_TOTAL_ALONE.fullmatch(cell) or _TOTAL_OF.fullmatch(cell))


def _adds_up(rows: Rows, place: int, column: int, dates: list[int], named: set[int]) -> bool:
    """Return whether an amount is the sum of the rows above, up to the last total or dated row."""
    amount, total = _number(rows[place][column]), 0.0
    if amount is None:
        return True
    for i in range(place - 1, -1, -1):
        if i in named:
            break
        total += _number(rows[i][column]) or 0.0
        if abs(total - amount) < 0.005:
            return True
        if any(rows[i][c].strip() for c in dates):
            break
    return False


def _number(cell: str) -> float | None:
    digits = re.sub(r"[^\d.,\-]", "", cell)
    if re.search(r",\d{1,2}$", digits):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return float(digits.replace(",", ""))
    except ValueError:
        return None


def fill_merged(rows: Rows, merges: Iterable[Merge], totals: set[int]) -> set[int]:
    """Write what merged cells hold into the rows below, except amounts, which hold once.

    Args:
        rows: The data rows, changed in place.
        merges: The merged cells among them.
        totals: Data rows that are no rows of the table.

    Returns:
        The columns that were filled.
    """
    tall = [merge for merge in merges if merge.top < min(merge.bottom, len(rows))]
    texts = [(merge, rows[merge.top][merge.left]) for merge in tall]
    once = {merge.left for merge, text in texts if _is_money(text)}
    columns = set()
    for merge, text in texts:
        if merge.left in once or not text:
            continue
        for place, row in enumerate(rows[: merge.bottom + 1][merge.top + 1 :], merge.top + 1):
            if place not in totals and any(row) and not row[merge.left]:
                row[merge.left] = text
                columns.add(merge.left)
    return columns


def _is_money(cell: str) -> bool:
    """Return whether a cell is an amount with cents, no number of an order or a customer."""
    return bool(_WITH_CENTS.fullmatch(cell)) and not _is_date(cell)


def complete_blocks(rows: Rows, totals: set[int], between: set[int]) -> set[int]:
    """Fill the cells that stand once for a block of rows, where the pattern is plain.

    Below a row with a date come rows without: they have the product and the amount, and the cells
    that they lack are the same ones throughout, the leftmost among them. A row of a table that
    numbers each of its rows is left alone: the number says where it belongs.

    Args:
        rows: The data rows, changed in place.
        totals: Data rows that are no rows of the table. A block ends there, and at a blank row.
        between: Column names and titles at the top of a printed page. A block goes on below them.

    Returns:
        The columns that were filled.
    """
    dates = _columns_like(rows, _is_date)
    amounts = [c for c in _columns_like(rows, _is_amount) if c not in dates]
    if not dates or not amounts:
        return set()
    heads = _heads(rows, totals, between, dates, amounts)
    lacking = {i: head for i, head in heads.items() if head != i}
    columns = _columns_once(rows, lacking) if len(lacking) >= _FEWEST else set()
    is_plain = (
        len(lacking) >= _SMALLEST_SHARE * len(heads)
        and min(columns, default=None) == left_column(rows)
        and set(dates) <= columns
        and (len(columns) > 1 or len(lacking) >= _DAYS_SHARE * len(heads))
    )
    if not is_plain or _is_numbered(rows, lacking, columns):
        return set()
    for place, head in lacking.items():
        for column in columns:
            rows[place][column] = rows[head][column]
    return columns


def _heads(
    rows: Rows, totals: set[int], between: set[int], dates: list[int], amounts: list[int]
) -> dict[int, int]:
    """Return the first row of the block that each row of the table belongs to."""
    heads, head = {}, None
    for i, row in enumerate(rows):
        if i in between:
            continue
        if i in totals or not any(row):
            head = None
        elif any(row[column].strip() for column in dates):
            head = heads[i] = i
        elif head is not None and filled(row) >= 2 and any(_is_amount(row[c]) for c in amounts):
            heads[i] = head
    return heads


def _columns_once(rows: Rows, lacking: dict[int, int]) -> set[int]:
    """Return the columns that blocks fill in their first row only."""
    return {
        column
        for column in range(len(rows[0]))
        if not any(rows[i][column].strip() for i in lacking)
        and sum(bool(rows[head][column].strip()) for head in lacking.values()) > 0.9 * len(lacking)
    }


def left_column(rows: Rows) -> int:
    """Return the first column that is not empty."""
    width = len(rows[0]) if rows else 0
    return next((c for c in range(width) if any(row[c].strip() for row in rows)), 0)


def _is_numbered(rows: Rows, lacking: dict[int, int], columns: set[int]) -> bool:
    """Return whether another column says which block a row belongs to."""
    blocks = set(lacking.values())
    for column in set(range(len(rows[0]))) - columns:
        same = sum(rows[i][column] == rows[head][column] != "" for i, head in lacking.items())
        different = len({rows[head][column] for head in blocks})
        if same > 0.9 * len(lacking) and different > 0.5 * len(blocks):
            return True
    return False


def _columns_like(rows: Rows, is_kind: Callable[[str], bool], most: int = 300) -> list[int]:
    """Return the columns whose filled cells are usually of a kind."""
    columns = []
    for column in range(len(rows[0]) if rows else 0):
        cells = [row[column] for row in rows[:most] if row[column].strip()]
        if cells and sum(map(is_kind, cells)) > 0.6 * len(cells):
            columns.append(column)
    return columns


def _is_date(cell: str) -> bool:
    return looks_like_date(cell)


def _is_amount(cell: str) -> bool:
    return looks_like_money(cell.strip())
