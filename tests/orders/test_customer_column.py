"""Which column says who bought, where the usual one is empty for many orders and another is not."""

import pytest

import retention
from retention import detect_columns, open_sheet


def shop(row, header="Order ID,Customer ID,Email,Order date,Total", orders=300) -> bytes:
    """Orders of 75 customers; `row(n, c)` says order number, customer number and e-mail address."""
    lines = [
        f"{row(n, n * 7 % 75)},2024-{1 + n % 12:02}-{1 + n % 28:02},{10 + n % 40}.50"
        for n in range(orders)
    ]
    return "\n".join([header, *lines]).encode()


def customer(data: bytes) -> str:
    return detect_columns(open_sheet(data, name="orders.csv")).columns["customer_id"]


def test_a_number_that_every_order_has_wins_over_an_address_that_many_lack():
    data = shop(lambda n, c: f"{n},{1000 + c},{f'c{c}@x.com' if c % 3 else ''}")
    orders = retention.read_orders(data)
    assert customer(data) == "Customer ID"
    assert orders.report.rows_kept == 300
    assert orders.table.customer_id.nunique().to_pyarrow().as_py() == 75
    # The addresses are still there to write to.
    assert orders.table.email.nunique().to_pyarrow().as_py() == 50


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (lambda n, c: f"{n},{1000 + c},c{c}@x.com", "both are there throughout"),
        (
            lambda n, c: f"{n},{1000 + c},{f'c{c}@x.com' if c > 1 else ''}",
            "next to none would be gained",
        ),
        (
            lambda n, c: f"{n},{1000 + c if c % 3 else 1},{f'c{c}@x.com' if c % 3 else ''}",
            "all who walked in are 1",
        ),
        (
            lambda n, c: f"{n},{1000 + c if c % 3 else 0},{f'c{c}@x.com' if c % 3 else ''}",
            "0 is nobody",
        ),
        (
            lambda n, c: f"{n},{1000 + c % 9},{f'c{c}@x.com' if c % 3 else ''}",
            "a number is shared by many",
        ),
        (
            lambda n, c: f"{n},{'Ann' if c % 2 else 'Bob'} Lee,{f'c{c}@x.com' if c % 3 else ''}",
            "names are shared",
        ),
        (
            lambda n, c: f"{n},{'' if c % 3 else 1000 + c},{f'c{c}@x.com' if c % 3 else ''}",
            "they never meet",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_otherwise_the_address_is_the_customer(row, why):
    assert customer(shop(row)) == "Email"


def test_an_address_on_an_orders_first_row_only_is_that_of_the_order():
    data = shop(
        lambda n, c: (
            f"{n // 2},{1000 + n // 2 % 75},{f'c{n // 2 % 75}@x.com' if n % 2 == 0 else ''}"
        )
    )
    assert customer(data) == "Email"


def test_the_marketers_choice_stands():
    data = shop(lambda n, c: f"{n},{1000 + c},{f'c{c}@x.com' if c % 3 else ''}")
    assert (
        detect_columns(open_sheet(data), {"customer_id": "Email"}).columns["customer_id"] == "Email"
    )


def test_customer_numbers_that_a_spreadsheet_has_rounded_are_a_warning():
    rows = [f"{n},{'6.66E+11' if n % 3 else 'K' + str(n)},2024-01-{1 + n:02},10" for n in range(20)]
    orders = retention.read_orders("\n".join(["Order,Customer number,Date,Total", *rows]).encode())
    assert any(
        said.startswith("13 orders have a customer number such as '6.66E+11'")
        for said in orders.report.warnings
    )
    kept = retention.read_orders(
        "\n".join(
            ["Order,Customer number,Date,Total", "1,12E45,2024-01-01,5", "2,7,2024-01-02,5"]
        ).encode()
    )
    assert not any("rounded" in said for said in kept.report.warnings)


def rows(header: str, row, orders: int = 200) -> bytes:
    return "\n".join([header, *(row(n) for n in range(orders))]).encode()


def dated(n: int) -> str:
    return f"2024-{1 + n % 12:02}-{1 + n % 28:02}"


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (  # Olist gives each order a customer number of its own.
            "order_id,customer_id,customer_unique_id,order_purchase_timestamp,price",
            lambda n: f"o{n},c{n:04},u{n % 150:04},{dated(n)},{n}.50",
            "customer_unique_id",
        ),
        (
            "household_id,store_id,basket_id,product_id,sales_value,transaction_timestamp",
            lambda n: f"{900 + n % 40},{n % 3},{31000 + n},{n % 17},{n}.50,{dated(n)}",
            "household_id",
        ),
        (
            "id,Cus_id,date,total",
            lambda n: f"{n},{500 + n % 40},{dated(n)},{n}.50",
            "Cus_id",
        ),
        (
            "Order ID,Buyer Username,Recipient,Phone #,Created Time,Order Amount",
            lambda n: f"{n},buyer.{n % 40},R**** {n % 5},(+63)917*****{n % 7:02},{dated(n)},{n}.5",
            "Buyer Username",
        ),
        (
            "หมายเลขคำสั่งซื้อ,ชื่อผู้ใช้ (ผู้ซื้อ),หมายเลขโทรศัพท์,วันที่สั่งซื้อ,ยอดรวม",
            lambda n: f"{n},somchai{n % 40},66******{n % 7:02},{dated(n)},{n}.5",
            "ชื่อผู้ใช้ (ผู้ซื้อ)",
        ),
        (
            "No. Pesanan,Username (Pembeli),No. Telepon,Waktu Pesanan Dibuat,Total Pembayaran",
            lambda n: f"{n},budi{n % 40},62******{n % 7:02},{dated(n)},{n}.5",
            "Username (Pembeli)",
        ),
        (
            "ID do pedido,Nome de usuário (comprador),Data de criação do pedido,Valor Total",
            lambda n: f"{n},joao{n % 40},{dated(n)},{n}.5",
            "Nome de usuário (comprador)",
        ),
        (
            "Order,Account,Date,Total",
            lambda n: f"{n},A-{n % 40},{dated(n)},{n}.5",
            "Account",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "," not in value else "",
)
def test_a_column_of_people_wins_over_numbers_of_orders_and_hidden_phones(header, row, expected):
    assert customer(rows(header, row)) == expected


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Date,Order #,Status,Customer,Customer type,Product(s),Items sold,N. Revenue",
            lambda n: f"{dated(n)},{n},paid,,{'new' if n % 3 else 'returning'},Soap,{n % 9},9.5",
        ),
        (
            "Order Number,Opened,Server,Table,# of Guests,Total",
            lambda n: f"{n},{dated(n)} 10:{n % 60:02},Bo{n % 4},{n % 12},{n % 6},{n}.5",
        ),
        (
            "Order,Date,Phone,Total",
            lambda n: f"{n},{dated(n)},0812****{n % 40:02},{n}.5",
        ),
        (
            "Order,Date,New or returning customer,Qty,Total",
            lambda n: f"{n},{dated(n)},{'New' if n % 3 else 'Returning'},{n % 7},{n}.5",
        ),
    ],
    ids=["empty", "restaurant", "hidden", "kinds of customers"],
)
def test_without_a_column_of_people_the_file_is_refused(header, row):
    with pytest.raises(retention.DataError, match="customer"):
        retention.read_orders(rows(header, row))


def test_the_refusal_says_what_is_wrong_with_the_column_that_should_be_it():
    empty = rows("Order,Date,Customer,Total", lambda n: f"{n},{dated(n)},,{n}.5")
    with pytest.raises(retention.DataError, match="The column 'Customer' is empty"):
        retention.read_orders(empty)
    hidden = rows("Order,Date,Phone,Total", lambda n: f"{n},{dated(n)},0812****{n % 40:02},{n}.5")
    with pytest.raises(retention.DataError, match="The column 'Phone' hides its values"):
        retention.read_orders(hidden)
