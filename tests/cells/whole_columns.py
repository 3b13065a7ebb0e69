"""A column of a small file, found to be what it is and read as such, without the other columns."""

import pandas as pd

from retention import detect_columns, open_sheet
from retention.cells.dates import find_date_style, read_dates
from retention.cells.money import find_money_style, read_money
from retention.sheets.sheet import Sheet
from tests.support.order_files import csv_bytes

HEADER = ("Order ID", "Email", "Order date", "Total")


def date_column(texts, day_first: bool | None = None) -> list[pd.Timestamp]:
    """The texts as the column of the order date, read as moments; NaT for what is none."""
    sheet = _sheet([("Order date", text) for text in texts], "ordered_at")
    column = sheet.column("Order date")
    style = find_date_style(sheet.table, column, day_first)
    cells = sheet.table.select(row=sheet.table.rowid(), at=read_dates(sheet.table, column, style))
    return list(pd.to_datetime(cells.order_by("row").to_pandas()["at"]))


def amount_column(texts) -> list[float]:
    """The texts as the column of the amounts, read as numbers; NaN for what is none."""
    sheet = _sheet([("Total", text) for text in texts], "revenue")
    column = sheet.column("Total")
    style = find_money_style(sheet.table, column)
    cells = sheet.table.select(
        row=sheet.table.rowid(), amount=read_money(sheet.table, column, style)
    )
    return list(cells.order_by("row").to_pandas()["amount"].round(4))


def _sheet(cells: list[tuple[str, str]], role: str) -> Sheet:
    """A file of one order a cell, in which the cells' column is found to play a role."""
    rows = []
    for i, (name, text) in enumerate(cells):
        row = {"Order date": f"2024-03-{1 + i % 28:02}", "Total": "10.00", name: text}
        rows.append((str(1000 + i), f"c{i}@example.com", row["Order date"], row["Total"]))
    sheet = open_sheet(csv_bytes(HEADER, rows), name="orders.csv")
    assert detect_columns(sheet).columns.get(role) == cells[0][0]
    return sheet
