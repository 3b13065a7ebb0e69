"""The exports of marketplaces, shops and invoices: what comes out was reckoned by hand.

The orders of the stall (`platform_files.MARKET`), with 10 % off orders 1, 6 and 10:

    1   ann  2 x 100 + 50 - 25 + 30 = 255      7   cat  40 + 30 = 70, all of it refunded
    2   ben  3 x 40 + 30 = 150                 8   ann  2 x 50 + 30 = 130
    3   ann  100 + 40 = 140, 40 refunded       9   nobody  100
    4   cat  cancelled                         10  dan  100 + 2 x 50 - 20 = 180
    5   dan  not paid                          11  eve  40, on its way
    6   ben  100 + 50 + 2 x 40 - 23 = 207      12  ben  100

Nine orders of five known customers: 255 + 150 + 140 + 207 + 70 + 130 + 180 + 40 + 100 = 1,272.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from retention import DataError, build_orders, detect_columns, open_sheet, read_orders
from retention.cells.names import plain_name
from retention.cells.statuses import State
from retention.columns.platforms import find_layout
from tests.support import platform_files as write
from tests.support.order_files import assert_nothing_vanished, rows_dropped

ORDERS, CUSTOMERS, GROSS = 9, 5, 1272.0


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what must come out of it."""

    label: str
    file: Callable[[], bytes]
    gross: float = GROSS
    refunded: float = 0.0
    not_orders: int = 0  # rows that are cancelled or not paid
    nobody: int = 0  # rows of a guest
    no_sales: int = 0  # rows that are something else: transfers, payments of an invoice, bills
    currency: str | None = None
    factor: float = 1.0


CASES = {
    "tiktok": Case("TikTok Shop orders", write.tiktok, refunded=110, not_orders=3),
    "tiktok in Indonesia": Case(
        "TikTok Shop orders",
        lambda: write.tiktok(write.TIKTOK_INDONESIAN, "%d/%m/%Y %H:%M:%S", "tiktok_indonesia"),
        refunded=110,
        not_orders=3,
    ),
    "tiktok in Vietnam": Case(
        "TikTok Shop orders",
        lambda: write.tiktok(write.TIKTOK_VIETNAMESE, "%d/%m/%Y %H:%M:%S"),
        refunded=110,
        not_orders=3,
    ),
    **{
        f"shopee in {country}": Case(
            "Shopee orders",
            lambda country=country: write.shopee(country),
            not_orders=2,
            factor=10_000 if country == "Indonesia" else 1,
        )
        for country in write.SHOPEE
    },
    # No shipping: 225 + 120 + 140 + 207 + 40 + 100 + 180 + 40 + 100. Of orders 3 and 7 one piece
    # of 40 each went back. Order 5 has two pieces.
    "lazada": Case("Lazada orders", write.lazada, gross=1152, refunded=80, not_orders=3),
    # Without a column of refunds the status of each piece says the same.
    "lazada, older": Case(
        "Lazada orders",
        lambda: write.lazada(is_older=True),
        gross=1152,
        refunded=80,
        not_orders=3,
    ),
    "ebay": Case("eBay orders", write.ebay, not_orders=2, currency="USD"),
    "ebay in German": Case("eBay orders (German)", write.ebay_german, not_orders=2, currency="EUR"),
    "wix": Case("Wix orders", write.wix, refunded=110, not_orders=2, nobody=1, currency="EUR"),
    "ecwid": Case("Ecwid orders", write.ecwid, refunded=110, not_orders=2, nobody=1),
    # No column of refunds: order 7 is refunded by its status, of order 3 nothing is known.
    "prestashop": Case(
        "PrestaShop order list", write.prestashop, refunded=70, not_orders=2, currency="EUR"
    ),
    "prestashop, table": Case(
        "PrestaShop orders (SQL Manager)", write.prestashop_sql, refunded=70, not_orders=2
    ),
    "zoho invoices": Case("Zoho invoices", write.zoho_invoices, not_orders=2, currency="INR"),
    "zoho sales orders": Case(
        "Zoho sales orders", write.zoho_sales_orders, not_orders=2, currency="INR"
    ),
    # Credit notes, credit memos and refunds are rows of their own.
    "xero": Case(
        "Xero invoices", write.xero, refunded=110, not_orders=2, no_sales=1, currency="NZD"
    ),
    # Four orders have seven or eight items of the cart; below stand a withdrawal and the like.
    "paypal": Case(
        "PayPal activity", write.paypal, refunded=110, not_orders=2, no_sales=13, currency="USD"
    ),
    "paypal in German": Case(
        "PayPal activity (German)",
        write.paypal_german,
        refunded=110,
        not_orders=2,
        no_sales=13,
        currency="USD",
    ),
    # Two estimates, eight payments, and three things that the company bought. The time of the
    # report stands in the column of days, and the sum below has the only sign of money.
    "quickbooks transactions": Case(
        "QuickBooks transactions",
        write.quickbooks_transactions,
        refunded=110,
        no_sales=13,
        nobody=1,
        currency="USD",
    ),
    "quickbooks invoices": Case(
        "QuickBooks transactions",
        write.quickbooks_invoices,
        refunded=110,
        nobody=1,
        currency="USD",
    ),
    "quickbooks sales": Case(
        "QuickBooks sales by customer",
        lambda: write.quickbooks_sales(with_customer=True),
        refunded=110,
        currency="USD",
    ),
    "stripe invoices": Case("Stripe invoices", write.stripe_invoices, not_orders=3, currency="USD"),
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    case = CASES[request.param]
    return case, read_orders(case.file(), name="export.csv")


def test_orders_customers_and_money_are_those_of_the_stall(case):
    case, orders = case
    table = orders.table.to_pandas()
    assert len(table) == ORDERS
    assert table["customer_id"].nunique() == CUSTOMERS
    assert sorted(table.groupby("customer_id").size()) == [1, 1, 1, 3, 3]
    refunded = table["refunded"].sum() if "refunded" in table else 0.0
    assert refunded == pytest.approx(case.refunded * case.factor)
    assert table["revenue"].sum() + refunded == pytest.approx(case.gross * case.factor)


def test_days_are_those_of_the_stall(case):
    _, orders = case
    table = orders.table.to_pandas()
    kept = [o for o in write.MARKETPLACE if o.state not in ("cancelled", "unpaid")]
    assert sorted(table["ordered_at"].dt.date) == [order.placed.date() for order in kept]


def test_rows_that_are_no_orders_are_counted_with_their_reason(case):
    case, orders = case
    assert_nothing_vanished(orders)
    assert rows_dropped(orders, "cancel|not paid|failed") == case.not_orders
    assert rows_dropped(orders, "No customer [(]guest") == case.nobody
    assert rows_dropped(orders, "No sale") == case.no_sales


def test_the_platform_is_named_and_nothing_is_asked(case):
    case, orders = case
    notes = " ".join(orders.report.notes)
    assert f"Recognised as {case.label}" in notes
    assert "whose meaning is not known" not in notes
    assert orders.report.questions == ()
    assert orders.currency == case.currency


LINES_OF_THEIR_OWN = (
    "tiktok",
    "shopee in Philippines",
    "shopee in Thailand",
    "zoho invoices",
    "zoho sales orders",
)


@pytest.mark.parametrize("name", LINES_OF_THEIR_OWN)
def test_discounts_and_pieces_of_all_lines_count(name):
    """Totals stand once an order beside them; Shopee in Thailand names the order's discount."""
    table = read_orders(CASES[name].file(), name="export.csv").table.to_pandas()
    assert table["discount"].sum() == pytest.approx(25 + 23 + 20)
    assert table["quantity"].sum() == 3 + 3 + 2 + 4 + 1 + 2 + 3 + 1 + 1


def test_ebay_names_the_items_of_an_order_and_not_the_row_above_them():
    items = read_orders(write.ebay(), name="orders.csv").items.to_pandas()
    assert set(items["product"]) == {"Hand cream", "Soap bar", "Face mask"}
    assert items.groupby("order_id")["share"].sum().tolist() == pytest.approx([1.0] * ORDERS)


@pytest.mark.parametrize("name", CASES)
def test_a_file_without_its_customers_is_refused_and_nobody_is_guessed(name):
    sheet = open_sheet(CASES[name].file(), name="export.csv")
    layout = find_layout(sheet.columns)
    people = {plain_name(column) for column in layout.columns["customer_id"]}
    named = [column for column in sheet.columns if plain_name(column) in people]
    data = write.without(CASES[name].file(), named)
    with pytest.raises(DataError) as error:
        read_orders(data, name="export.csv")
    assert str(error.value) == layout.no_customer


def test_tiktok_settlements_are_refused_with_the_file_to_use():
    with pytest.raises(DataError, match=r"settlement file names no buyer.*Buyer Username"):
        read_orders(write.tiktok_settlement(), name="income.csv")


def test_prestashop_says_that_its_list_may_take_two_people_for_one():
    orders = read_orders(write.prestashop(), name="order.csv")
    assert any("may count as one customer" in note for note in orders.report.notes)


def test_lazada_is_refused_where_every_buyer_is_masked():
    with pytest.raises(DataError, match="hides who bought"):
        read_orders(write.lazada(is_masked=True), name="orders.xlsx")


def test_quickbooks_is_refused_where_customers_are_headings():
    with pytest.raises(DataError, match=r"tick Customer.*Transaction List by Date"):
        read_orders(write.quickbooks_sales(with_customer=False), name="sales.csv")


def test_what_stands_for_a_status_goes_before_what_it_begins_with():
    """A marketer's own answer about one text counts more than the platform's pattern."""
    sheet = open_sheet(write.prestashop(), name="order.csv")
    mapping = detect_columns(sheet)
    waiting = write.PRESTASHOP_ENGLISH["unpaid"]
    answered = replace(mapping, statuses=mapping.statuses | {waiting: State.ORDER})
    tables = [build_orders(sheet, choice).table.to_pandas() for choice in (mapping, answered)]
    assert [len(table) for table in tables] == [ORDERS, ORDERS + 1]
