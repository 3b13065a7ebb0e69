"""What a column's cells look like."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from retention.cells.answers import NO, YES
from retention.cells.dates import SERIAL, UNIX_MILLISECONDS, UNIX_SECONDS, looks_like_date
from retention.cells.money import looks_like_money
from retention.cells.statuses import (
    State,
    has_arrived,
    is_understood,
    kind_state,
    order_state,
    repeating_kinds,
)
from retention.sheets.sheet import Sheet

# At most this many cells and rows are looked at.
SAMPLE_CELLS = 160_000
SAMPLE_ROWS = 2_000
# A cell with more letters is a text: nothing that a column is told by is as long.
LONGEST_CELL = 1_000
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DAY_NUMBER = re.compile(rf"{SERIAL}|{UNIX_SECONDS}|{UNIX_MILLISECONDS}")
_DECIMALS = re.compile(r"[.,]\d{1,2}\D{0,4}$")
_DIGIT = re.compile(r"\d")
_INTEGER = re.compile(r"-?\d+(?:\.0+)?")
_CURRENCY_CODE = re.compile(r"[A-Za-z]{3}")
# What exports put in place of letters and digits that nobody may see.
_MASK = re.compile(r"[*•●]{2}|\*.*\*|^[xX]{3,}\d|^[^\W\d_]+ ?[*＊○〇]|[*＊○〇][^\W\d_]*$")
# A part of the price as a number: 0.2, 0,15, 1. No amounts of a real column are all this small.
_FRACTION = re.compile(r"0|0?[.,]\d+|1(?:[.,]0+)?|0[.,]?0*")
_PERCENT = re.compile(r"-?\d+(?:[.,]\d+)?\s?%")
# Answers that are about a customer, and name none.
_ABOUT_CUSTOMERS = frozenset(
    {"new", "returning", "repeat", "existing", "first", "returned", "recurring", "guest"}
    | {"registered", "yes", "no", "true", "false", "y", "n", "male", "female", "m", "f"}
    | {"b2b", "b2c", "retail", "wholesale"}
)
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
        masked: Share of cells that hide letters or digits, such as 0812****12.
        fraction: Share of numbers from 0 to 1, where one of them lies between; else 0.
        percent: Share of percentages, such as 15%.
        about: Share of words that tell kinds of customers apart, such as new and returning.
        digits: Share of cells with a digit.
        distinct: Different cells / filled cells.
        values: Number of different cells.
        length: Mean number of letters.
        kinds: Whether few different cells say that some rows are no orders: refunds, views, fees.
        understood: Share of cells that are a known status, where few are different; else 0.
        states: Whether of few different cells some are statuses of no orders, and the others are of
            orders or blank.
        answers: Share of cells that answer yes or no.
        arrived: Whether of few different cells some say that the customer has got the goods.
    """

    filled: float
    date: float
    day_number: float
    money: float
    decimals: float
    integer: float
    email: float
    code: float
    masked: float
    fraction: float
    percent: float
    about: float
    digits: float
    distinct: float
    values: int
    length: float
    kinds: bool
    understood: float
    states: bool
    answers: float
    arrived: bool

    @property
    def dates(self) -> float:
        """The larger share of written dates and of day numbers."""
        return max(self.date, self.day_number)


def column_profiles(sheet: Sheet) -> dict[str, Profile]:
    """Return a profile of each column from rows spread over the whole sheet.

    Args:
        sheet: From `open_sheet`.

    Returns:
        The profiles by the file's column names.
    """
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

    counts = Counter(cells)
    tested = {cell: number for cell, number in counts.items() if len(cell) <= LONGEST_CELL}

    def share(test: Callable[[str], object]) -> float:
        return sum(number for cell, number in tested.items() if test(cell)) / n if n else 0.0

    different = len(counts)
    return Profile(
        filled=n / rows if rows else 0.0,
        date=share(looks_like_date),
        day_number=share(_DAY_NUMBER.search),
        money=share(looks_like_money),
        decimals=share(_has_decimals),
        integer=share(_INTEGER.fullmatch),
        email=share(EMAIL.fullmatch),
        code=share(_CURRENCY_CODE.fullmatch),
        masked=share(_MASK.search),
        fraction=share(_FRACTION.fullmatch) if any(map(_is_between, tested)) else 0.0,
        percent=share(_PERCENT.fullmatch),
        about=share(lambda cell: re.split(r"[\s_-]", cell.lower())[0] in _ABOUT_CUSTOMERS),
        digits=share(_DIGIT.search),
        distinct=different / n if n else 0.0,
        values=different,
        length=sum(map(len, cells)) / n if n else 0.0,
        kinds=different <= FEW_KINDS
        and (
            any(kind_state(c) is not State.ORDER for c in tested) or bool(repeating_kinds(tested))
        ),
        understood=share(is_understood) if different <= FEW_KINDS else 0.0,
        states=different <= FEW_KINDS and _are_states(tested, has_blanks=n < rows),
        answers=share(lambda cell: cell.lower() in YES | NO),
        arrived=different <= FEW_KINDS and any(map(has_arrived, tested)),
    )


def _are_states(cells: Iterable[str], *, has_blanks: bool) -> bool:
    """Return whether some cells are statuses of no orders, and others of orders, or blank."""
    orders = [order_state(cell) is State.ORDER for cell in cells]
    return not all(orders) and (any(orders) or has_blanks)


def _is_between(cell: str) -> bool:
    """Return whether a cell is a number between 0 and 1."""
    return bool(_FRACTION.fullmatch(cell)) and bool(re.search(r"[.,]\d*[1-9]", cell))


def _has_decimals(cell: str) -> bool:
    """Return whether a cell is an amount with one or two decimals."""
    is_amount = looks_like_money(cell) and not _INTEGER.fullmatch(cell)
    return is_amount and bool(_DECIMALS.search(cell))
