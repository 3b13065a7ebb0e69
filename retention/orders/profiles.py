"""What a column's cells look like."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from retention.cells.dates import DATE_LIKE, ISO, SERIAL, UNIX_MILLISECONDS, UNIX_SECONDS
from retention.cells.money import MONEY_LIKE
from retention.cells.statuses import State, order_state
from retention.sheets.sheet import Sheet

# At most this many cells and rows are looked at.
SAMPLE_CELLS = 160_000
SAMPLE_ROWS = 2_000
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATE = re.compile(rf"{DATE_LIKE}|{ISO}", re.IGNORECASE)
_DAY_NUMBER = re.compile(rf"{SERIAL}|{UNIX_SECONDS}|{UNIX_MILLISECONDS}")
_MONEY = re.compile(MONEY_LIKE)
_DECIMALS = re.compile(r"[.,]\d{1,2}\D{0,4}$")
_INTEGER = re.compile(r"-?\d+(?:\.0+)?")
_CURRENCY_CODE = re.compile(r"[A-Za-z]{3}")
# Up to this number of different cells a column may say what kind of row each is.
FEW_KINDS = 30


@dataclass(frozen=True, slots=True)
class Profile:
    """What a column's sampled cells look like. Shares are of the filled cells, from 0 to 1.

    Attributes:
        filled: Share of all cells that are not blank.
        date: Share of dates.
        day_number: Share of day numbers of a spreadsheet or of Unix times.
        money: Share of amounts.
        decimals: Share of numbers with one or two decimals.
        integer: Share of whole numbers.
        email: Share of e-mail addresses.
        code: Share of words of three letters, as currency codes are.
        distinct: Different cells / filled cells.
        values: Number of different cells.
        length: Mean number of letters.
        returns: Whether few different cells speak of cancelled orders, refunds or the like.
    """

    filled: float
    date: float
    day_number: float
    money: float
    decimals: float
    integer: float
    email: float
    code: float
    distinct: float
    values: int
    length: float
    returns: bool

    @property
    def dates(self) -> float:
        """The larger share of written dates and of day numbers."""
        return max(self.date, self.day_number)


def column_profiles(sheet: Sheet) -> dict[str, Profile]:
    """Return a profile of each column from rows spread over the whole sheet."""
    rows = max(50, min(SAMPLE_ROWS, SAMPLE_CELLS // len(sheet.columns)))
    table = sheet.table
    step = max(1, 2 * sheet.rows // rows)
    frame = table.filter((table.rowid() < rows // 2) | (table.rowid() % step == 0)).to_pandas()
    return {
        name: _profile(frame[f"c{i}"].dropna().tolist(), len(frame))
        for i, name in enumerate(sheet.columns)
    }


def _profile(raw_cells: list[str], rows: int) -> Profile:
    cells = [text for cell in raw_cells if (text := cell.strip())]
    n = len(cells)

    def share(test: Callable[[str], object]) -> float:
        return sum(1 for cell in cells if test(cell)) / n if n else 0.0

    different = len(set(cells))
    return Profile(
        filled=n / rows if rows else 0.0,
        date=share(_DATE.search),
        day_number=share(_DAY_NUMBER.search),
        money=share(_MONEY.fullmatch),
        decimals=share(lambda cell: _DECIMALS.search(cell) and not _INTEGER.fullmatch(cell)),
        integer=share(_INTEGER.fullmatch),
        email=share(EMAIL.fullmatch),
        code=share(_CURRENCY_CODE.fullmatch),
        distinct=different / n if n else 0.0,
        values=different,
        length=sum(map(len, cells)) / n if n else 0.0,
        returns=different <= FEW_KINDS
        and any(order_state(cell) is not State.ORDER for cell in set(cells)),
    )
