"""The cells of a page as text: what a workbook's sheet or a web page's table holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that were merged into one, all bounds included.

    Attributes:
        top: The first row, 0 for the page's first.
        bottom: The last row.
        left: The first column.
        right: The last column.
    """

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a page.

    Attributes:
        title: The page's name.
        rows: The cells, row by row, "" where a cell is empty. All rows have the same width.
        merges: The merged cells, of which the first alone holds the text.
    """

    title: str
    rows: list[list[str]]
    merges: tuple[Merge, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def is_empty(self) -> bool:
        """Return whether no cell holds a text."""
        return not any(map(any, self.rows))


def even_rows(rows: list[list[str]]) -> list[list[str]]:
    """Return rows of the same width, the short ones with empty cells at their end."""
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
