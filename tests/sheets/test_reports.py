"""Printed reports: merged cells, titles, totals between, and what was saved as .xls."""

import io
import zipfile

import pytest

from retention import DataError, open_sheet, read_orders
from tests.support.order_files import assert_nothing_vanished
from tests.support.reports import (
    HEADER,
    REPORT_HEADER,
    csv_file,
    excel_xml,
    report_rows,
    revenue,
    rows_of,
    shop,
    web_page,
    workbook,
)

ORDERS = shop()
TOTALS = [None, "for", "number", "item", "full"]
TITLES = [
    ["Sales report Q1-Q4", None, None],
    ["Printed on", "2026-03-02", None, "User", "admin"],
    [None, None, None],
]


def assert_right(orders, money=None) -> None:
    table = orders.table.to_pandas()
    facts = (len(table), table["customer_id"].nunique(), round(table["revenue"].sum(), 2))
    assert facts == (len(ORDERS), 13, revenue(ORDERS) if money is None else money)
    assert_nothing_vanished(orders)


# --- merged cells ---------------------------------------------------------------------------------


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("titles", [[], TITLES], ids=["plain", "titles"])
def test_merged_cells_hold_for_the_rows_below(total, titles):
    data = workbook({"Report": [*titles, *report_rows(ORDERS, total)]}, merged=(0, 1, 2))
    orders = read_orders(data, name="report.xlsx")
    assert_right(orders)
    assert any("stand once for several rows" in note for note in orders.report.notes)


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "html"])
def test_a_plain_pattern_of_blocks_needs_no_merged_cells(total, kind):
    rows = report_rows(ORDERS, total)
    data = {
        "csv": lambda: csv_file(rows, None),
        "xlsx": lambda: workbook({"Report": rows}),
        "html": lambda: web_page(rows),
    }[kind]()
    assert_right(read_orders(data, name=f"report.{kind}"))


def test_a_merged_customer_alone_holds_for_several_orders():
    by_customer = sorted(shop(lines=1), key=lambda order: order[0][2])
    rows, last = [[REPORT_HEADER[2], *REPORT_HEADER[:2], *REPORT_HEADER[3:]]], None
    for ((number, moment, customer, item, pieces, amount, _),) in by_customer:
        shown = None if customer == last else customer
        rows.append([shown, number, moment, item, int(pieces), float(amount)])
        last = customer
    orders = read_orders(workbook({"By customer": rows}, merged=(0,)), name="report.xlsx")
    assert_right(orders, money=revenue(by_customer))


def test_a_merged_amount_stands_once_for_its_order():
    rows = report_rows(ORDERS)[:-1]
    rows = [[*row[:5], None if row[0] is None else row[5]] for row in rows]
    money = round(sum(float(order[0][5]) for order in ORDERS), 2)
    orders = read_orders(workbook({"Report": rows}, merged=(0, 1, 2, 5)), name="report.xlsx")
    assert_right(orders, money=money)


@pytest.mark.parametrize("gap", [[], [[None] * 6]], ids=["no gap", "gap"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "html"])
def test_pages_of_a_printed_report_begin_with_titles_and_names(kind, gap):
    """A block may go on below the next page's names."""
    header, *body = report_rows(ORDERS, "for")
    rows = []
    for page, first in enumerate(range(0, len(body), 17), start=1):
        titles = [[f"Sales report page {page}", *[None] * 5], TITLES[1] + [None]]
        rows += [*titles, *gap, header, *body[first : first + 17]]
    data = {
        "csv": lambda: csv_file(rows, None),
        "xlsx": lambda: workbook({"Report": rows}),
        "html": lambda: web_page(rows),
    }[kind]()
    orders = read_orders(data, name=f"report.{kind}")
    assert_right(orders)
    assert not orders.report.dropped


def test_a_german_report_with_decimal_commas():
    header = ["Bestellnr.", "Bestelldatum", "Kunde E-Mail", "Artikel", "Menge", "Betrag (EUR)"]
    rows = report_rows(ORDERS, "item", header)[1:-1]
    german = [
        [
            number,
            moment and f"{moment:%d.%m.%Y}",
            customer,
            item if item != "Subtotal" else "Zwischensumme",
            pieces,
            f"{amount:.2f}".replace(".", ","),
        ]
        for number, moment, customer, item, pieces, amount in rows
    ]
    total = ["Gesamtsumme", *[None] * 4, f"{revenue(ORDERS):.2f}".replace(".", ",")]
    data = csv_file([header, *german, total], None, delimiter=";")
    assert_right(read_orders(data, name="bericht.csv"))


def test_numbers_of_orders_may_be_numbers():
    rows = [
        [int(row[0][1:]) if row[0] and row[0][0] == "A" else row[0], *row[1:]]
        for row in report_rows(ORDERS, "for")
    ]
    assert_right(read_orders(workbook({"Report": rows}, merged=(0, 1, 2)), name="report.xlsx"))


def test_a_product_called_total_is_no_total():
    orders = shop()
    for order in orders:
        order[-1][3] = "Total care shampoo"
    data = workbook({"Report": report_rows(orders, "for")}, merged=(0, 1, 2))
    assert_right(read_orders(data, name="report.xlsx"))


# --- what is no block -----------------------------------------------------------------------------


def test_guests_are_not_given_the_customer_above():
    """Their name is empty as below a merged cell, and their orders have a date."""
    rows = rows_of(shop(lines=1))
    for i in (3, 4, 9, 20, 21, 30, 31):
        rows[i] = ["", rows[i][1], "", *rows[i][3:]]
    orders = read_orders(csv_file(rows), name="orders.csv")
    assert orders.report.dropped == {"No customer (guest order)": 7}


def test_rows_that_name_their_order_are_not_given_the_one_above():
    """As Shopify writes them: the order's own cells stand on its first line."""
    rows = [
        row if j == 0 else [row[0], "", "", *row[3:]]
        for order in ORDERS
        for j, row in enumerate(order)
    ]
    orders = read_orders(csv_file(sorted(rows, key=lambda row: row[3])), name="orders.csv")
    assert_right(orders)


def test_a_few_rows_without_a_date_stay_left_out():
    rows = rows_of(shop(lines=1))
    for i in (5, 17):
        rows[i] = ["", "", "", *rows[i][3:]]
    orders = read_orders(csv_file(rows), name="orders.csv")
    assert sum(orders.report.dropped.values()) == 2


# --- saved as .xls --------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "windows-1252", "windows-874"])
def test_a_web_page_saved_as_xls_is_read(charset):
    word = "ผ้าไหม" if charset == "windows-874" else "Käse & Brot".replace("&", "&amp;")
    rows = [[*row[:3], f"{word}<br>{row[3]}", *row[4:]] for row in rows_of(ORDERS)]
    orders = read_orders(web_page([HEADER, *rows], charset), name="orders.xls")
    assert_right(orders)
    products = set(orders.items.product.to_pandas())
    assert f"{word.replace('&amp;', '&')} Product 1" in products


def test_a_web_page_with_titles_navigation_and_totals():
    head = "<table><tr><td>Home</td><td>Orders</td></tr></table><h1>Orders</h1>"
    rows = [["Printed on", "2026-03-02"], *report_rows(ORDERS, "for")]
    assert_right(read_orders(web_page(rows, head=head), name="orders.xls"))


def test_cells_of_a_web_page_that_span_rows():
    rows = ["".join(f"<th>{name}</th>" for name in REPORT_HEADER)]
    for order in ORDERS:
        for j, row in enumerate(order):
            key = "".join(f"<td rowspan={len(order)}>{cell}</td>" for cell in row[:3])
            line = "".join(f"<td>{cell}</td>" for cell in row[3:6])
            rows.append(line if j else key + line)
    page = "<table>" + "".join(f"<tr>{row}" for row in rows) + "</table>"
    assert_right(read_orders(page.encode(), name="orders.xls"))


def test_excel_2003_xml_is_read():
    assert_right(read_orders(excel_xml(report_rows(ORDERS, "for")), name="orders.xls"))


def test_a_web_page_in_one_file_is_read():
    page = web_page([HEADER, *rows_of(ORDERS)]).decode()
    data = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=part\r\n\r\n"
        f"--part\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n--part--\r\n"
    )
    assert_right(read_orders(data.encode(), name="orders.xls"))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<!DOCTYPE html><html><body><form>Log in</form></body></html>", "web page"),
        (b"<?xml version='1.0'?><orders><order id='1'/></orders>", "XML file"),
        (b"<html></html>", "web page"),
        (b"<html><frameset><frame src='sheet001.htm'></frameset></html>", "web page"),
    ],
)
def test_markup_without_a_table_is_named(data, what):
    with pytest.raises(DataError, match=what):
        open_sheet(data, name="orders.xls")


def test_a_damaged_workbook_is_refused():
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8
    with pytest.raises(DataError, match=r"orders\.xls"):
        open_sheet(data, name="orders.xls")


def with_far_cell(cell: str) -> bytes:
    """A workbook with a cell at the end of Excel's grid."""
    data = io.BytesIO(workbook({"Orders": [HEADER, *rows_of(ORDERS)]}))
    out = io.BytesIO()
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                row = f'<row r="1048576">{cell}</row></sheetData>'.encode()
                content = content.replace(b"</sheetData>", row)
            target.writestr(member, content)
    return out.getvalue()


def test_a_cell_far_away_is_refused_and_an_empty_one_is_nothing():
    with pytest.raises(DataError, match="far away"):
        open_sheet(with_far_cell('<c r="XFD1048576"><v>1</v></c>'), name="orders.xlsx")
    empty = with_far_cell('<c r="XFD1048576" s="0"/>')
    assert_right(read_orders(empty, name="orders.xlsx"))
