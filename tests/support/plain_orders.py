"""The plain store as one table, and what the reader makes of it."""

import pytest

from retention import DataError, Mapping, detect_columns, open_sheet, read_orders
from tests.support.order_files import KEPT, csv_bytes, expected_orders, plain_table

HEADER, ROWS = plain_table()
EXPECTED = expected_orders(KEPT)
# Number, e-mail address, date and amount of each order; their places and their roles.
ORDER_CELLS = [
    (str(sale.number), sale.person.email, f"{sale.placed:%Y-%m-%d %H:%M:%S}", f"{sale.revenue:.2f}")
    for sale in KEPT
]
NUMBER, EMAIL, DATE, TOTAL = range(4)
NEEDED = ("order_id", "customer_id", "ordered_at", "revenue")

# What exports write above the column names.
PREAMBLES = {
    "title": "Sales report\r\n",
    "title and period": "Sales report\r\nPeriod: 01/01/2023 - 31/12/2024\r\n\r\n",
    "padded to the width": "Sales report,,,,\r\nShop: Harbour Goods,,,,\r\n,,,,\r\n",
    "key and value": "Report,Orders\r\nCreated,2024-12-31\r\nCurrency,USD\r\n\r\n",
    "blank lines": "\r\n\r\n",
}


def four_columns(
    header: tuple[str, ...], order: tuple[int, ...] = (NUMBER, EMAIL, DATE, TOTAL)
) -> bytes:
    """The plain store with its columns in the order given."""
    return csv_bytes(header, [[row[i] for i in order] for row in ORDER_CELLS])


def mapping_of(data: bytes) -> Mapping:
    """The roles that are found in a file."""
    return detect_columns(open_sheet(data, name="orders.csv"))


def cells_of(data: bytes, name: str | None = "orders.csv") -> list[list[str]]:
    """Header and rows as the sheet has them."""
    sheet = open_sheet(data, name=name)
    frame = sheet.preview(sheet.rows)
    return [list(frame.columns), *frame.fillna("").values.tolist()]


def refused(data: bytes, name: str = "orders.csv") -> str:
    """The message with which the file is refused.

    It is long enough to say what to do, and free of the engine's own words.
    """
    with pytest.raises(DataError) as error:
        read_orders(data, name=name)
    message = str(error.value)
    assert len(message) > 30, message
    assert not any(
        word in message for word in ("Traceback", "duckdb", "SELECT", "read_csv", "0x")
    ), message
    return message.casefold()


def with_bad_dates(*at: int) -> list[list[str]]:
    """The plain store's rows, with no day in some of them."""
    return [[*row[:2], "soon" if i in at else row[2], *row[3:]] for i, row in enumerate(ROWS)]
