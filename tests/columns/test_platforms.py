"""Every platform's export becomes the orders that the shop really had."""

from collections import Counter
from dataclasses import dataclass

import pandas as pd
import pytest

from retention import DataError, detect_columns, open_sheet, read_orders
from retention.cells.names import plain_name
from retention.columns import platforms
from retention.columns.platforms import LAYOUTS as PLATFORMS, read_layouts
from retention.columns.roles import ROLES
from retention.data_files import read_data_file
from tests.support import order_layouts as write
from tests.support.order_files import (
    NOBODY,
    STORE,
    Sale,
    assert_nothing_vanished,
    assert_same_orders,
    expected_orders,
    found_orders,
    rows_dropped,
)
from tests.support.order_layouts import LAYOUTS, layout_file

SHOPIFY = ("shopify_orders_2025_full", "shopify_orders_c2021", "shopify_orders_help_page_names")
#: Layouts of one row an order whose items stand in a cell each.
ITEMS_IN_CELLS = ("woocommerce_webtoffee_order_export",)
NOT_ORDERS = r"cancel|void|fail|declin|pending|unpaid|not paid|never paid|status"


@dataclass(frozen=True, slots=True)
class Case:
    """A layout, its rows, and the orders that must come out."""

    layout: str
    rows: list[dict[str, str]]
    expected: pd.DataFrame
    says: str  # what the mapping calls the layout
    rows_per_sale: str  # "items" or "one"
    currency: str | None


def _without_full_refunds(sales: tuple[Sale, ...]) -> tuple[Sale, ...]:
    return tuple(sale for sale in sales if not sale.refunded or sale.refunded != sale.total)


def _gross_or_nothing(sale: Sale) -> float:
    """What a file without a refund column can tell: the whole order went back, or nothing did."""
    return 0.0 if sale.refunded == sale.total else sale.total / 100


CASES = {
    **{
        name: Case(
            name,
            write.shopify(STORE, LAYOUTS[name]["columns"]),
            expected_orders(STORE),
            "Shopify",
            "items",
            "USD",
        )
        for name in SHOPIFY
    },
    "squarespace": Case(
        "squarespace_orders",
        write.squarespace(STORE),
        expected_orders(STORE),
        "Squarespace",
        "items",
        "USD",
    ),
    "squarespace, order number alone repeated": Case(
        "squarespace_orders",
        write.squarespace(STORE, ("Order ID",)),
        expected_orders(STORE),
        "Squarespace",
        "items",
        "USD",
    ),
    "woocommerce advanced": Case(
        "woocommerce_advanced_order_export",
        write.woocommerce_advanced(STORE),
        expected_orders(STORE),
        "WooCommerce",
        "items",
        None,
    ),
    "woocommerce webtoffee": Case(
        "woocommerce_webtoffee_order_export",
        write.woocommerce_webtoffee(STORE),
        expected_orders(STORE),
        "WooCommerce",
        "one",
        "THB",
    ),
    "woocommerce legacy": Case(
        "woocommerce_csv_import_suite_legacy",
        write.woocommerce_legacy(STORE),
        expected_orders(STORE, revenue=_gross_or_nothing),
        "WooCommerce",
        "one",
        None,
    ),
    "bigcommerce": Case(
        "bigcommerce_orders_default",
        write.bigcommerce(STORE),
        expected_orders(STORE),
        "BigCommerce",
        "one",
        "AUD",
    ),
    "stripe with customer": Case(
        "stripe_payments_with_customer",
        write.stripe(STORE, "stripe_payments_with_customer"),
        expected_orders(STORE),
        "Stripe",
        "one",
        "USD",
    ),
    "stripe, all columns": Case(
        "stripe_payments_all_columns_c2020",
        write.stripe(STORE, "stripe_payments_all_columns_c2020"),
        expected_orders(STORE),
        "Stripe",
        "one",
        "USD",
    ),
    "stripe, decimal comma": Case(
        "stripe_payments_all_columns_c2020",
        write.stripe(
            STORE,
            "stripe_payments_all_columns_c2020",
            lambda cents: write.money(cents).replace(".", ","),
        ),
        expected_orders(STORE),
        "Stripe",
        "one",
        "USD",
    ),
    "etsy": Case(
        "etsy_sold_orders",
        write.etsy(STORE),
        expected_orders(_without_full_refunds(STORE), lambda sale: sale.person.username),
        "Etsy",
        "one",
        "USD",
    ),
    "magento": Case(
        "magento2_sales_order_grid",
        write.magento(STORE, True),
        expected_orders(STORE),
        "Magento",
        "one",
        None,
    ),
    "magento without e-mail": Case(
        "magento2_sales_order_grid",
        write.magento(STORE, False),
        expected_orders(STORE, lambda sale: sale.person.name),
        "Magento",
        "one",
        None,
    ),
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    case = CASES[request.param]
    data = layout_file(case.layout, case.rows)
    return case, data, read_orders(data, name="export.csv")


def test_customers_days_and_money_are_those_of_the_shop(case):
    case, _, orders = case
    if case.layout == "magento2_sales_order_grid":
        found = found_orders(orders)
        found["customer_id"] = found["customer_id"].str.casefold()
        expected = case.expected.assign(customer_id=case.expected["customer_id"].str.casefold())
        keys = ["customer_id", "day", "revenue"]
        both = [
            frame.round({"revenue": 2})
            .sort_values(keys)[keys]
            .astype({"day": "datetime64[ns]"})
            .values.tolist()
            for frame in (found, expected)
        ]
        assert both[0] == both[1]
    else:
        assert_same_orders(orders, case.expected)


def test_the_layout_is_recognised_and_leaves_nothing_to_ask(case):
    case, _, orders = case
    assert any(case.says in note and "Recognised" in note for note in orders.report.notes)
    assert orders.report.questions == ()


def test_everything_in_an_order_is_known_where_its_lines_are_rows_or_cells(case):
    case, _, orders = case
    if case.rows_per_sale != "items" and case.layout not in ITEMS_IN_CELLS:
        assert orders.items is None
        return
    items = orders.items.to_pandas()
    found = set(
        zip(items["customer_id"], items["ordered_at"].dt.date, items["product"], strict=True)
    )
    kept = [sale for sale in STORE if sale.state == "paid" and sale.person is not NOBODY]
    assert len(items) == len(found)
    assert {(customer, product) for customer, _, product in found} == {
        (sale.person.email.lower(), item.product) for sale in kept for item in sale.items
    }
    assert {(c, day) for c, day, _ in found} == {
        (s.person.email.lower(), s.placed.date()) for s in kept
    }
    # Each product has brought its part of what the orders with it brought.
    priced = items.merge(orders.table.to_pandas()[["order_id", "revenue"]], on="order_id")
    brought = (priced["revenue"] * priced["share"]).groupby(priced["product"]).sum()
    truth = pd.Series(0.0, index=brought.index)
    for sale in kept:
        for item in sale.items:
            truth[item.product] += sale.revenue * item.quantity * item.price / sale.subtotal
    pd.testing.assert_series_equal(brought, truth, check_names=False)


def test_rows_that_are_no_orders_are_counted_with_their_reason(case):
    case, _, orders = case
    in_file = [sale for sale in STORE if case.layout != "etsy_sold_orders" or sale.state == "paid"]
    per_sale = {
        sale.number: len(sale.items) if case.rows_per_sale == "items" else 1 for sale in in_file
    }
    unpaid = sum(per_sale[sale.number] for sale in in_file if sale.state != "paid")
    nobody = sum(per_sale[sale.number] for sale in in_file if sale.person is NOBODY)
    assert_nothing_vanished(orders)
    assert orders.report.rows_read == len(case.rows)
    assert rows_dropped(orders, NOT_ORDERS) == unpaid
    assert rows_dropped(orders, "customer") == nobody
    assert sum(orders.report.dropped.values()) == unpaid + nobody


def test_first_line_of_dropped_rows_is_the_row_of_the_spreadsheet(case):
    case, _, orders = case
    customer = next(
        c
        for c in ("Email", "Email (Billing)", "billing_email", "Customer Email", "Buyer User ID")
        if c in LAYOUTS[case.layout]["columns"]
    )
    if not any(row.get(customer) for row in case.rows):
        customer = "Bill-to Name"
    by_order = LAYOUTS[case.layout]["columns"][0]
    order_id = next(
        c
        for c in ("Name", "Order ID", "order_id", "id", "ID", by_order)
        if c in LAYOUTS[case.layout]["columns"]
    )
    if case.layout == "woocommerce_advanced_order_export":
        order_id = "Order Number"
    has_customer = {row[order_id] for row in case.rows if row.get(customer)}
    first = next(i for i, row in enumerate(case.rows) if row[order_id] not in has_customer) + 2
    lines = [
        dropped.first_lines
        for dropped in orders.report.reasons
        if "customer" in dropped.reason.casefold()
    ]
    assert [line[0] for line in lines] == [first]


def test_currency_of_the_file_is_named(case):
    case, _, orders = case
    if case.currency is not None:
        assert orders.currency == case.currency


def test_the_time_of_day_is_the_shops(case):
    case, _, orders = case
    found = pd.to_datetime(orders.table.to_pandas()["ordered_at"]).dt.floor("min")
    if case.layout in ("bigcommerce_orders_default", "etsy_sold_orders"):
        assert (found == found.dt.normalize()).all()  # these have days only
    else:
        kept = [sale for sale in STORE if sale.state == "paid" and sale.person is not NOBODY]
        assert sorted(found) == sorted(pd.Timestamp(sale.placed).floor("min") for sale in kept)


def test_shopify_money_stands_once_an_order():
    """What is dropped, discounts and coupons agree; quantities are those of all lines."""
    orders = read_orders(
        layout_file(SHOPIFY[0], CASES[SHOPIFY[0]].rows), name="orders_export_1.csv"
    )
    unpaid = sum(sale.total for sale in STORE if sale.state != "paid") / 100
    nobody = sum(sale.total for sale in STORE if sale.person is NOBODY) / 100
    assert sum(dropped.revenue for dropped in orders.report.reasons) == pytest.approx(
        unpaid + nobody
    )
    table = orders.table.to_pandas()
    kept = [sale for sale in STORE if sale.state == "paid" and sale.person is not NOBODY]
    assert table["discount"].sum() == pytest.approx(sum(sale.discount for sale in kept) / 100)
    assert (table["coupon"] == "SAVE").sum() == sum(sale.coupon == "SAVE" for sale in kept)
    assert table["quantity"].sum() == sum(sale.quantity for sale in kept)
    assert orders.report.refunded == pytest.approx(sum(sale.refunded for sale in kept) / 100)


def test_shopify_order_split_by_other_orders_rows_stays_one_order():
    rows = CASES[SHOPIFY[0]].rows
    rows = rows[::2] + rows[1::2]  # line items of one order no longer stand together
    heads = {row["Name"]: row for row in rows if row.get("Financial Status")}
    assert len(heads) == len(STORE)
    assert_same_orders(
        read_orders(layout_file(SHOPIFY[0], rows), name="o.csv"), expected_orders(STORE)
    )


def test_square_refund_rows_lower_the_customers_latest_earlier_order():
    rows = write.square(STORE)
    orders = read_orders(layout_file("square_transactions_2025plus", rows), name="transactions.csv")
    mapping = detect_columns(
        open_sheet(layout_file("square_transactions_2025plus", rows), name="transactions.csv")
    )
    assert "square" in (mapping.layout or "").casefold()
    column = mapping.columns["revenue"]
    assert column in ("Total Collected", "Net Sales")
    kept = [sale for sale in STORE if sale.state == "paid" and sale.person.user_id]

    def revenue(sale: Sale) -> float:
        tax = sale.tax if column == "Net Sales" else 0
        return 0.0 if sale.refunded == sale.total else (sale.total - tax - sale.refunded) / 100

    assert_same_orders(
        orders, expected_orders(kept, lambda sale: f"CUS{sale.person.user_id}", revenue)
    )
    assert_nothing_vanished(orders)
    assert rows_dropped(orders, "customer") == sum(
        sale.state == "paid" and not sale.person.user_id for sale in STORE
    )
    assert orders.currency in ("USD", "$", None)


@pytest.mark.parametrize("with_rows", [True, False])
def test_amazon_is_refused_because_it_names_no_buyer(with_rows):
    rows = write.amazon(STORE) if with_rows else write.amazon(STORE)[:1]
    data = layout_file("amazon_all_orders_flat_file", rows)
    with pytest.raises(DataError, match=r"(?i)amazon") as error:
        read_orders(data, name="all_orders.txt")
    assert any(word in str(error.value).casefold() for word in ("customer", "buyer"))


def test_stripe_without_customer_says_to_choose_the_column_at_export():
    data = layout_file(
        "stripe_payments_default_2024plus", write.stripe(STORE, "stripe_payments_default_2024plus")
    )
    with pytest.raises(DataError, match=r"(?i)customer") as error:
        read_orders(data, name="payments.csv")
    assert "stripe" in str(error.value).casefold()
    assert "export" in str(error.value).casefold()


def test_stripe_falls_back_to_the_customer_id_where_no_charge_has_an_email():
    rows = [
        row | {"Customer Email": ""}
        for row in write.stripe(STORE, "stripe_payments_all_columns_c2020")
    ]
    orders = read_orders(
        layout_file("stripe_payments_all_columns_c2020", rows), name="payments.csv"
    )
    with_account = [sale for sale in STORE if sale.person.user_id]
    assert_same_orders(
        orders, expected_orders(with_account, lambda sale: f"cus_{sale.person.user_id * 7919:x}")
    )


def test_guests_with_one_email_are_one_customer():
    rows = write.bigcommerce(STORE)
    orders = read_orders(layout_file("bigcommerce_orders_default", rows), name="orders.csv")
    gina = orders.table.to_pandas().query("customer_id == 'gina@example.com'")
    assert len(gina) == sum(
        s.person.email == "gina@example.com" and s.state == "paid" for s in STORE
    )


def test_every_known_layout_is_covered_here():
    covered = {case.layout for case in CASES.values()}
    covered |= {
        "square_transactions_2025plus",
        "amazon_all_orders_flat_file",
        "stripe_payments_default_2024plus",
    }
    assert covered == set(LAYOUTS)


def test_the_file_has_platforms_only():
    assert set(read_data_file(platforms.__file__, "platforms.toml")) == {"platform"}


def test_no_platform_is_there_twice():
    labels = Counter(layout.label for layout in PLATFORMS)
    signatures = Counter(frozenset(map(plain_name, layout.signature)) for layout in PLATFORMS)
    assert max(labels.values()) == max(signatures.values()) == 1


@pytest.mark.parametrize("layout", PLATFORMS, ids=lambda layout: layout.label)
def test_every_platform_names_known_roles_and_unique_columns(layout):
    assert layout.label.strip()
    assert len(layout.signature) >= 3
    assert [role for role in layout.columns if role not in ROLES] == []
    needed = {role for role, spec in ROLES.items() if spec.required} | {"revenue"}
    assert needed <= set(layout.columns)
    for names in (layout.signature, layout.also_one_of, *layout.columns.values()):
        # As written: Stripe's "email (metadata)" and "Email (metadata)" are two columns.
        assert [name for name, n in Counter(names).items() if n > 1] == []
        assert all(plain_name(name) for name in names)


def test_an_unknown_key_of_a_platform_is_refused():
    entry = {"label": "Bazaar", "signature": ["a", "b"], "columns": {}, "dayfirst": True}
    with pytest.raises(ValueError, match=r"'Bazaar' in platforms\.toml has an unknown key"):
        read_layouts([entry])


def test_a_report_of_woocommerce_analytics_is_refused_with_the_export_to_use():
    rows = "\n".join(
        f"2024-01-{1 + n:02} 11:02:00,{n},$10.50,completed,,new,Soap,{n % 5},,10.5,Direct"
        for n in range(25)
    )
    header = (
        "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,"
        "Coupon(s),N. Revenue,Attribution"
    )
    with pytest.raises(DataError, match=r"WooCommerce Analytics.*Export the orders themselves"):
        read_orders(f"{header}\n{rows}".encode())


def test_a_restaurants_checks_are_refused_with_the_export_to_use():
    rows = "\n".join(
        f"Main St,{n}00,{n},{1 + n % 9}/{1 + n}/24 7:15 PM,{n % 6},Dinner,Bo,{n % 12},In house,"
        f"0.00,{10 + n}.50,1.00,2.00,0.00,{13 + n}.50"
        for n in range(25)
    )
    header = (
        "Location,Order Id,Order #,Opened,# of Guests,Tab Names,Server,Table,Revenue Center,"
        "Discount Amount,Amount,Tax,Tip,Gratuity,Total"
    )
    with pytest.raises(DataError, match=r"Toast's order details.*CheckDetails"):
        read_orders(f"{header}\n{rows}".encode())


def test_the_steps_of_a_payment_at_adyen_are_one_order():
    header = (
        "Psp Reference,Merchant Reference,Record Type,Booking Date,Main Currency,Main Amount,"
        "Shopper Reference"
    )
    steps = {
        "P1": ("Received", "Authorised", "SentForSettle", "Settled"),
        "P2": ("Received", "Authorised", "SentForSettle", "Settled", "SentForRefund", "Refunded"),
        "P3": ("Received", "Refused"),
        "P4": ("Received", "Authorised", "Cancelled"),
        "P5": ("Received",),
    }
    rows = [
        f"{number},{number},{step},2024-03-0{1 + day} 10:00:00,EUR,"
        f"{'-' * (step in ('SentForRefund', 'Refunded'))}50.00,shopper{number}"
        for number, names in steps.items()
        for day, step in enumerate(names)
    ]
    orders = read_orders("\n".join([header, *rows]).encode())
    assert orders.report.notes[0] == "Recognised as Adyen payments."
    table = orders.table.order_by("order_id").to_pandas()
    assert table["order_id"].tolist() == ["P1", "P2"]
    assert table["revenue"].tolist() == [50.0, 0.0]
