"""What a column's cells look like."""

import re
from dataclasses import dataclass

from retention.orders.dates import DATE_LIKE, ISO, SERIAL, UNIX_MILLISECONDS, UNIX_SECONDS
from retention.orders.money import MONEY_LIKE
from retention.orders.sheet import Sheet
from retention.orders.statuses import State, order_state

SAMPLE_CELLS = 160_000


SAMPLE_ROWS = 2_000


EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


_DATE = re.compile(rf"{DATE_LIKE}|{ISO}", re.IGNORECASE)


_DAY_NUMBER = re.compile(rf"{SERIAL}|{UNIX_SECONDS}|{UNIX_MILLISECONDS}")


_MONEY = re.compile(MONEY_LIKE)


_DECIMALS = re.compile(r"[.,]\d{1,2}\D{0,4}$")


_INTEGER = re.compile(r"-?\d+(?:\.0+)?")


_CURRENCY_CODE = re.compile(r"[A-Za-z]{3}")


FEW_KINDS = 30


@dataclass(frozen=True, slots=True)
class Profile:
    """What a column's sampled cells look like: shares of the filled ones, and how many differ."""

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
        return max(self.date, self.day_number)


def column_profiles(sheet: Sheet) -> dict[str, Profile]:
    """A profile of each column from rows spread over the whole sheet."""
    rows = max(50, min(SAMPLE_ROWS, SAMPLE_CELLS // len(sheet.columns)))
    table = sheet.table
    step = max(1, 2 * sheet.rows // rows)
    frame = table.filter((table.rowid() < rows // 2) | (table.rowid() % step == 0)).to_pandas()
    return {
        name: _profile(frame[f"c{i}"].dropna().tolist(), len(frame))
        for i, name in enumerate(sheet.columns)
    }


def _profile(cells: list[str], rows: int) -> Profile:
    cells = [c.strip() for c in cells]
    cells = [c for c in cells if c]
    n = len(cells)

    def share(test) -> float:
        return sum(1 for c in cells if test(c)) / n if n else 0.0

    different = len(set(cells))
    return Profile(
        filled=n / rows if rows else 0.0,
        date=share(_DATE.search),
        day_number=share(_DAY_NUMBER.search),
        money=share(_MONEY.fullmatch),
        decimals=share(lambda c: _DECIMALS.search(c) and not _INTEGER.fullmatch(c)),
        integer=share(_INTEGER.fullmatch),
        email=share(EMAIL.fullmatch),
        code=share(_CURRENCY_CODE.fullmatch),
        distinct=different / n if n else 0.0,
        values=different,
        length=sum(map(len, cells)) / n if n else 0.0,
        returns=different <= FEW_KINDS
        and any(order_state(cell) is not State.ORDER for cell in set(cells)),
    )
