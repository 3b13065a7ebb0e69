"""Where the table of a file begins: its column names, below titles and above rows of values."""

from collections import Counter
from dataclasses import dataclass

from retention.cells.dates import looks_like_date
from retention.cells.money import looks_like_money

HEADER_SEARCH = 60
#: Rows by which the columns are judged.
JUDGED_ROWS = 100


@dataclass(frozen=True, slots=True)
class TextLayout:
    """Where the table of a text file stands, and how its cells are set apart.

    Attributes:
        delimiter: What stands between cells; `ALIGNED` for runs of blanks.
        header: The names as written; None where the file has none.
        width: Cells in a usual row.
        lines_before: Records before the first data row, blank lines among them.
        records_before: Records that are not blank before the first data row.
        titles: The records above the header.
    """

    delimiter: str
    header: tuple[str, ...] | None
    width: int
    lines_before: int
    records_before: int
    titles: tuple[tuple[str, ...], ...] = ()

    @property
    def preamble(self) -> int:
        """Records above the header."""
        return self.records_before - (self.header is not None)

    def notes(self) -> list[str]:
        """Return what to say about the lines above the header."""
        lines = self.preamble
        if not lines:
            return []
        return [f"{lines} line{'s' * (lines > 1)} above the column names left out."]


def filled(cells: list[str]) -> int:
    """Return the number of cells that are not blank."""
    return sum(1 for cell in cells if cell.strip())


def place_header(records: list[list[str]], delimiter: str) -> TextLayout:
    """Return where the header stands.

    Args:
        records: The cells of each record; none for a blank line.
        delimiter: What stands between the cells.

    Returns:
        The layout.
    """
    widths = Counter(len(cells) for cells in records if filled(cells))
    usual = max(widths.items(), key=lambda wn: (wn[1] * min(wn[0], 4), wn[0]))[0]
    start = _table_start(records, usual)
    header = looks_like_header(records[start])
    data = start + header
    before = sum(1 for cells in records[:data] if cells)
    names = tuple(records[start]) if header else None
    return TextLayout(
        delimiter=delimiter,
        header=names,
        width=max(usual, len(records[start])),
        lines_before=data,
        records_before=before,
        titles=tuple(tuple(cells) for cells in records[:start] if filled(cells)),
    )


def _table_start(rows: list[list[str]], usual: int) -> int:
    """Return the row of the column names, or the first row of values where there are none.

    Titles and lines such as "Printed on | 2026-03-02" may stand above, and a line that describes
    the columns may stand below the names.
    """
    wide = [i for i, row in enumerate(rows[:HEADER_SEARCH]) if filled(row) >= max(2, 0.5 * usual)]
    if not wide:
        return 0
    value_columns = _value_columns(rows[: wide[0] + JUDGED_ROWS])
    first_data = next((i for i in wide if _fits_below(rows[i], value_columns)), None)
    if first_data is None:
        return wide[0]
    names = [i for i in wide if i < first_data and looks_like_header(rows[i])]
    return _fullest_names(rows, names) if names else first_data


def _fullest_names(rows: list[list[str]], names: list[int]) -> int:
    """Return the row of names, of the rows above the values that may be it."""
    # Names directly above the values stand in one group; a title has a gap below it.
    group = [names[-1]]
    for i in reversed(names[:-1]):
        if any(not filled(row) for row in rows[i : group[-1]]):
            break
        group.append(i)
    return max(reversed(group), key=lambda i: filled(rows[i]))


def _value_columns(rows: list[list[str]]) -> list[int]:
    """Return the columns that are usually filled, and with dates, amounts or addresses."""
    rows = [row for row in rows if filled(row) >= 2]
    columns = []
    for place in range(max(map(len, rows), default=0)):
        cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
        if len(cells) < 0.4 * len(rows):
            continue
        if sum(map(is_value, cells)) > 0.6 * len(cells):
            columns.append(place)
    return columns


def _fits_below(row: list[str], value_columns: list[int]) -> bool:
    """Return whether a row has values where the rows of the table have them."""
    values = sum(1 for place in value_columns if place < len(row) and is_value(row[place]))
    return values > 0.5 * len(value_columns)


def is_value(cell: str) -> bool:
    """Return whether a cell is a date, an amount or an e-mail address, not a name."""
    cell = cell.strip()
    return "@" in cell or looks_like_date(cell) or looks_like_money(cell)


def looks_like_header(cells: list[str]) -> bool:
    """Return whether cells are names, not values such as dates, amounts and e-mail addresses.

    Args:
        cells: The cells of a record.

    Returns:
        True where at most a tenth of the filled cells are values.
    """
    texts = [cell for cell in cells if cell.strip()]
    return sum(map(is_value, texts)) <= len(texts) // 10
