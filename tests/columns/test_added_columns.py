"""A platform's export with columns that its layout does not name: known names are found."""

import io

import pandas as pd
import pytest

from retention import detect_columns, open_sheet, read_orders
from retention.cells.names import plain_name
from retention.columns.platforms import LAYOUTS, Layout

ROWS = 24
#: What shops add to an export: the role, the column's name, and its cells in turn.
ADDED = {
    "currency": ("Currency", ["EUR"]),
    "product": ("Item Name", ["Green tea", "Teapot", "Strainer"]),
    "category": ("Product Category", ["Tea", "Pots"]),
    "channel": ("Origin UTM Source", ["google", "newsletter", "(direct)"]),
    "coupon": ("Coupon Code", ["TEA10", "", "AUTUMN"]),
    "country": ("Country", ["DE", "AT"]),
    "email": ("Email", ["ann@example.com", "ben@example.com", "cat@example.com"]),
}
NEEDED = ("order_id", "customer_id", "ordered_at", "revenue", "status", "kind")
#: What the cells of a needed role are; a signature's other columns hold the last of them.
CELLS = {
    "order_id": lambda row: str(1001 + row),
    "customer_id": lambda row: f"buyer{row % 7}@example.org",
    "ordered_at": lambda row: f"2025-{1 + row % 9:02}-{1 + row:02} 10:00:00",
    "revenue": lambda row: f"{20 + row}.50",
    "status": lambda _row: "completed",
    "kind": lambda _row: "Order",
}


def _role_of(layout: Layout, column: str) -> str | None:
    for role, names in layout.columns.items():
        if plain_name(column) in map(plain_name, names):
            return role
    return None


def _file(layout: Layout, added: list[str]) -> bytes:
    """Return an export with the columns that it is known by, what orders need, and `added`."""
    columns = [*layout.signature, *layout.also_one_of[:1]]
    taken = {_role_of(layout, column) for column in columns}
    columns += [layout.columns[role][0] for role in NEEDED if role in layout.columns.keys() - taken]
    columns = list({plain_name(column): column for column in columns}.values())
    rows = []
    for row in range(ROWS):
        cells = {c: CELLS.get(_role_of(layout, c) or "", lambda _row: "x")(row) for c in columns}
        for role in added:
            name, values = ADDED[role]
            cells[name] = values[row % len(values)]
        rows.append(cells)
    return pd.DataFrame(rows).to_csv(index=False).encode()


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.label)
def test_known_names_are_found_beside_the_columns_of_every_platform(layout):
    mapping = detect_columns(open_sheet(_file(layout, list(ADDED)), name="export.csv"))
    assert mapping.layout == layout.label
    for role, (name, _) in ADDED.items():
        named = {plain_name(column) for column in (name, *layout.columns.get(role, ()))}
        assert plain_name(mapping.columns.get(role, "none")) in named, role


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.label)
def test_the_layout_wins_where_both_have_a_column(layout):
    before = detect_columns(open_sheet(_file(layout, []), name="export.csv"))
    after = detect_columns(open_sheet(_file(layout, list(ADDED)), name="export.csv"))
    own = {role: name for role, name in before.columns.items() if role in layout.columns}
    assert {role: after.columns[role] for role in own} == own


def _woocommerce(**changes: str) -> bytes:
    """Return three orders as WooCommerce's Advanced Order Export writes them, one of two lines."""
    lines = [
        (501, "ann@example.com", "2025-03-01 10:00", "30.00", "google", "Green tea", "1", "10.00"),
        (501, "ann@example.com", "2025-03-01 10:00", "30.00", "google", "Teapot", "1", "20.00"),
        (502, "ben@example.com", "2025-03-04 11:00", "10.00", "(direct)", "Green tea", "1", "10"),
        (503, "ann@example.com", "2025-04-02 12:00", "20.00", "google", "Teapot", "1", "20.00"),
    ]
    names = ["Order Number", "Email (Billing)", "Order Date", "Order Total Amount"]
    names += ["Origin UTM Source", "Item Name", "Quantity (- Refund)", "Item Cost"]
    frame = pd.DataFrame(lines, columns=names).assign(Currency="EUR")
    frame["Order Status"] = "wc-completed"
    return frame.rename(columns=changes).to_csv(index=False).encode()


@pytest.mark.parametrize("product", ["Item Name", "Product Name", "Name"])
@pytest.mark.parametrize(
    "source",
    [
        "Origin UTM Source", "_wc_order_attribution_utm_source", "Source Type",
        "meta:_wc_order_attribution_utm_source", "Origin",
    ],
)  # fmt: skip
def test_woocommerces_products_currency_and_sources_are_read(product, source):
    data = _woocommerce(**{"Item Name": product, "Origin UTM Source": source})
    orders = read_orders(data, name="orders.csv")
    table = orders.table.to_pandas().set_index("order_id")
    assert orders.currency == "EUR"
    assert table["channel"].to_dict() == {"501": "google", "502": "(direct)", "503": "google"}
    assert table["quantity"].to_dict() == {"501": 2, "502": 1, "503": 1}
    items = orders.items.to_pandas().set_index(["order_id", "product"])["share"]
    assert items["501", "Teapot"] == pytest.approx(2 / 3)


def test_the_numbers_of_an_orders_lines_are_no_products():
    data = pd.read_csv(io.BytesIO(_woocommerce())).rename(columns={"Item Name": "Sold thing"})
    data["Item #"] = [1, 2, 1, 1]
    mapping = detect_columns(open_sheet(data.to_csv(index=False).encode(), name="o.csv"))
    assert "product" not in mapping.columns


def test_a_column_that_says_something_else_on_a_platform_gets_no_role():
    # A row for the whole order sums up the pieces of the rows below it.
    ebay = next(layout for layout in LAYOUTS if layout.label == "eBay orders")
    data = pd.read_csv(io.BytesIO(_file(ebay, []))).assign(Quantity=1)
    mapping = detect_columns(open_sheet(data.to_csv(index=False).encode(), name="export.csv"))
    assert "quantity" not in mapping.columns


def test_nobody_is_guessed_to_be_the_customer_by_a_known_name_alone():
    shop = _woocommerce(**{"Email (Billing)": "Customer Name"})
    shop = shop.replace(b"ann@example.com", b"Ann Lee").replace(b"ben@example.com", b"Ben Ode")
    assert "customer_id" not in detect_columns(open_sheet(shop, name="o.csv")).columns
    named = _woocommerce(**{"Email (Billing)": "Customer Email"})
    mapping = detect_columns(open_sheet(named, name="o.csv"))
    assert mapping.columns["customer_id"] == "Customer Email"
