"""Every role may be set by hand, and a needed one that is missing is asked for."""

import pytest

from retention import DataError, Mapping, build_orders, detect_columns, open_sheet, read_orders
from tests.support.order_files import assert_same_orders, csv_bytes, plain_table
from tests.support.plain_orders import EXPECTED, ORDER_CELLS, ROWS, four_columns, refused

# --- corrections ----------------------------------------------------------------------------------


def test_a_correction_wins_over_detection():
    data = csv_bytes(
        ("Order ID", "Email", "Order date", "Total", "Household"),
        [(*row, f"H{i % 3}") for i, row in enumerate(ORDER_CELLS)],
    )
    orders = read_orders(data, {"customer_id": "Household"}, name="orders.csv")
    assert set(orders.table.to_pandas()["customer_id"]) == {"H0", "H1", "H2"}
    assert len(orders.table.to_pandas()) == len(ORDER_CELLS)


def test_all_columns_named_by_hand():
    header = ("f1", "f2", "f3", "f4")
    columns = {"order_id": "f1", "customer_id": "f2", "ordered_at": "f3", "revenue": "f4"}
    assert_same_orders(read_orders(four_columns(header), columns, name="orders.csv"), EXPECTED)


def test_a_role_set_to_none_is_not_used():
    data = csv_bytes(
        ("Order ID", "Email", "Order date", "Total", "Refunded amount"),
        [(*row, "1000000") for row in ORDER_CELLS],
    )
    assert read_orders(data, name="orders.csv").table.to_pandas()["revenue"].sum() == 0
    assert_same_orders(read_orders(data, {"refund": None}, name="orders.csv"), EXPECTED)


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(DataError, match="Paid at") as error:
        read_orders(
            four_columns(("Order ID", "Email", "Order date", "Total")),
            {"ordered_at": "Paid at"},
            name="o.csv",
        )
    assert "Order date" in str(error.value)


def test_an_unknown_role_is_refused():
    with pytest.raises(DataError, match="customer_name") as error:
        read_orders(
            four_columns(("Order ID", "Email", "Order date", "Total")),
            {"customer_name": "Email"},
            name="o.csv",
        )
    assert "customer_id" in str(error.value)


def test_the_mapping_may_be_corrected_as_often_as_wanted_on_one_sheet():
    header, rows = plain_table()
    sheet = open_sheet(csv_bytes(header, rows), name="orders.csv")
    mapping = detect_columns(sheet)
    wrong = mapping.with_columns(customer_id="Product")
    assert wrong.columns["customer_id"] == "Product"
    assert mapping.columns["customer_id"] == "Email"
    assert build_orders(sheet, wrong).table.to_pandas()["customer_id"].nunique() == len(
        {row[3] for row in rows}
    )
    assert_same_orders(build_orders(sheet, mapping), EXPECTED)
    assert "order_id" not in mapping.with_columns(order_id=None).columns


# --- what is missing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        ((), ("customer_id", "ordered_at")),
        (("customer_id", "ordered_at"), ()),
        (("customer_id", "ordered_at", "revenue"), ()),
        (("customer_id", "ordered_at", "quantity", "unit_price"), ()),
        (("customer_id", "ordered_at", "unit_price"), ("revenue",)),
        (("order_id", "revenue"), ("customer_id", "ordered_at")),
    ],
)
def test_a_customer_and_a_day_are_needed_and_no_price_without_pieces(roles, missing):
    assert Mapping({role: role.title() for role in roles}).missing() == missing


def test_a_needed_role_taken_away_is_asked_for():
    header, rows = plain_table()
    sheet = open_sheet(csv_bytes(header, rows), name="orders.csv")
    for role, word in {
        "customer_id": "customer",
        "ordered_at": "date",
    }.items():
        with pytest.raises(DataError, match=f"(?i){word}"):
            build_orders(sheet, detect_columns(sheet).with_columns(**{role: None}))
    priced = detect_columns(sheet).with_columns(revenue=None, quantity=None, unit_price="Total")
    with pytest.raises(DataError, match="amount"):
        build_orders(sheet, priced)


def test_a_date_column_given_for_money_is_refused_with_an_example():
    with pytest.raises(DataError) as error:
        read_orders(
            four_columns(("Order ID", "Email", "Order date", "Total")),
            {"revenue": "Email"},
            name="orders.csv",
        )
    assert "Email" in str(error.value)


def test_no_customer_column_is_refused_with_the_columns_found():
    data = csv_bytes(
        ("Order ID", "Order date", "Total"), [(row[0], row[2], row[3]) for row in ORDER_CELLS]
    )
    with pytest.raises(DataError, match=r"(?i)customer") as error:
        read_orders(data, name="orders.csv")
    assert "Order date" in str(error.value) or "Order ID" in str(error.value)


def test_table_without_dates():
    message = refused(
        csv_bytes(("Email", "City", "Total"), [(row[1], "Rome", row[4]) for row in ROWS])
    )
    assert "date" in message


@pytest.mark.parametrize("cell", ["", "n/a", "paid"])
def test_amounts_that_cannot_be_read_are_not_taken_for_none(cell):
    file = csv_bytes(("Email", "Order date", "Total"), [(row[1], row[2], cell) for row in ROWS])
    assert "'total'" in refused(file)
    orders = read_orders(file, {"revenue": None}, name="orders.csv")
    assert not orders.has_amounts


def test_list_of_customers_is_not_a_list_of_orders():
    rows = [(f"c{i}@example.com", "Ann", "Lee", "Boston", "yes") for i in range(30)]
    refused(csv_bytes(("Email", "First name", "Last name", "City", "Accepts marketing"), rows))
