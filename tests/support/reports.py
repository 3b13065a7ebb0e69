"""A small shop's orders as people print and paste them: reports with blocks, and several exports.

Orders have one to three lines. The same orders come as rows of a table, as a report with merged
cells, as a web page and as Excel 2003 XML.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import openpyxl

HEADER = ["order_number", "created_at", "email", "product", "quantity", "amount", "status"]
REPORT_HEADER = ["Order No.", "Order date", "Customer e-mail", "Item", "Qty", "Amount (EUR)"]

Row = list[str]
Order = list[Row]


def shop(orders: int = 48, lines: int = 3, customers: int = 13) -> list[Order]:
    """Orders of one line to `lines`, two days apart; each line is a row of `HEADER`."""
    return [
        [
            [
                f"A{1000 + i}",
                f"{datetime(2025, 1, 3, 10, i % 60) + timedelta(days=2 * i):%Y-%m-%d %H:%M:%S}",
                f"c{i % customers}@mail.example",
                f"Product {(i + j) % 7}",
                str(1 + j),
                f"{10.5 * (1 + j) + i:.2f}",
                "paid",
            ]
            for j in range(1 + i % lines)
        ]
        for i in range(orders)
    ]


def rows_of(orders: Iterable[Order]) -> list[Row]:
    """The lines of orders below each other."""
    return [row for order in orders for row in order]


def revenue(orders: Iterable[Order]) -> float:
    """What the orders come to."""
    return round(sum(float(row[5]) for row in rows_of(orders)), 2)


def with_status(orders: Iterable[Order], status: str) -> list[Order]:
    """The same orders in another state."""
    return [[[*row[:6], status] for row in order] for order in orders]


def csv_file(
    rows: Iterable[Sequence[object]], header: list[str] | None = HEADER, delimiter: str = ","
) -> bytes:
    """Rows as a CSV file, with its column names."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([header, *rows] if header else rows)
    return out.getvalue().encode()


def report_rows(
    orders: Sequence[Order], total: str | None = None, header: list[str] = REPORT_HEADER
) -> list[list[object]]:
    """A printed report: number, date and customer stand on an order's first line only.

    Args:
        orders: The orders.
        total: The line of totals below each order: "for" says "Total for A1000", "number" repeats
            the order's number, "item" stands where the product does, "full" also adds up pieces.
        header: The column names.
    """
    rows: list[list[object]] = [[*header]]
    for order in orders:
        number, moment, customer, *_ = order[0]
        for j, row in enumerate(order):
            key = [None] * 3 if j else [number, datetime.fromisoformat(moment), customer]
            rows.append([*key, row[3], int(row[4]), float(row[5])])
        amount = revenue([order])
        pieces = sum(int(row[4]) for row in order)
        totals = {
            "for": [f"Total for {number}", None, None, None, None, amount],
            "number": [number, None, None, "Zwischensumme", None, amount],
            "item": [None, None, None, "Subtotal", None, amount],
            "full": [None, None, None, "Total", pieces, amount],
        }
        if total:
            rows.append(totals[total])
    rows.append(["Grand total", None, None, None, None, revenue(orders)])
    return rows


def workbook(
    sheets: dict[str, list[list[object]]],
    merged: Sequence[int] = (),
    hidden: Sequence[str] = (),
) -> bytes:
    """A workbook; cells of the columns `merged` are merged with the empty ones below them."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
        for row in rows:
            sheet.append(row)
        for column in merged:
            _merge_down(sheet, rows, column)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _merge_down(sheet, rows: list[list[object]], column: int) -> None:
    top = None
    for i, row in enumerate([*rows, ["end"] * 9]):
        is_empty = column < len(row) and row[column] is None and any(row)
        if not is_empty:
            if top is not None and i - top > 1:
                sheet.merge_cells(
                    start_row=top + 1, end_row=i, start_column=column + 1, end_column=column + 1
                )
            top = i if row and row[column] is not None else None


def web_page(rows: Iterable[Sequence[object]], charset: str = "utf-8", head: str = "") -> bytes:
    """Rows as a web page with one table."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{'' if c is None else c}</td>" for c in row) + "</tr>"
        for row in rows
    )
    page = (
        f"<html><head><meta http-equiv='Content-Type' content='text/html; charset={charset}'>"
        f"</head><body>{head}<table border=1>{cells}</table></body></html>"
    )
    return page.encode(charset.replace("windows-", "cp"))


def excel_xml(rows: Iterable[Sequence[object]], title: str = "Orders") -> bytes:
    """Rows as Excel 2003 XML; an empty cell is skipped by the index of the next one."""
    lines = []
    for row in rows:
        cells = []
        for i, cell in enumerate(row, start=1):
            if cell is None:
                continue
            kind = "Number" if isinstance(cell, int | float) else "String"
            if isinstance(cell, datetime):
                cell, kind = f"{cell:%Y-%m-%dT%H:%M:%S.000}", "DateTime"
            cells.append(f'<Cell ss:Index="{i}"><Data ss:Type="{kind}">{cell}</Data></Cell>')
        lines.append(f"<Row>{''.join(cells)}</Row>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="{title}"><Table>{"".join(lines)}</Table></Worksheet></Workbook>'
    ).encode()
