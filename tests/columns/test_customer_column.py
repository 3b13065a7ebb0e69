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
