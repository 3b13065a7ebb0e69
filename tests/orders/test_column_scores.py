"""Columns whose names or values look like a role's are told from the role's own."""

import pytest

from retention import read_orders
from tests.support.order_files import assert_same_orders, csv_bytes
from tests.support.plain_orders import EXPECTED, NEEDED, ORDER_CELLS, mapping_of


def test_a_date_or_reason_of_a_refund_is_no_refund_and_no_order_date():
    names = (
        "Bestellnummer",
        "E-Mail",
        "Bestelldatum",
        "Summe",
        "Erstattung Grund",
        "Erstattung Datum",
        "Geburt Datum",
    )
    rows = [(*row, "3", "2024-01-01", "1990-01-01") for row in ORDER_CELLS]
    found = mapping_of(csv_bytes(names, rows)).columns
    assert "refund" not in found
    assert found["ordered_at"] == "Bestelldatum"


def test_a_voucher_column_of_amounts_is_no_code():
    rows = [(*row, f"{1 + n % 7},50") for n, row in enumerate(ORDER_CELLS)]
    assert (
        "coupon"
        not in mapping_of(csv_bytes(("Nr", "E-Mail", "Datum", "Summe", "Gutschein"), rows)).columns
    )


DECOYS = {
    "phone": ("Phone", lambda i: f"0812{i * 7919 % 1_000_000:06}"),
    "postcode": ("Zip", lambda i: f"{10000 + i * 31 % 9000}"),
    "birthday": ("Date of birth", lambda i: f"{1950 + i % 50}-0{1 + i % 9}-11"),
    "delivered": ("Delivered at", lambda i: "2025-01-15 10:00:00"),
    "fee": ("Processing fee", lambda i: f"{1 + i % 5}.35"),
    "shipping": ("Shipping", lambda i: "4.95"),
    "tax": ("Tax", lambda i: f"{i % 9}.10"),
    "subtotal": ("Subtotal", lambda i: f"{5 + i}.00"),
    "points": ("Loyalty points", lambda i: str(i * 10)),
    "user agent": ("Browser", lambda i: "Mozilla/5.0"),
    "address": ("Billing address", lambda i: f"{i} Harbour Rd"),
    "row": ("", lambda i: str(i)),
    "total items": ("Total items", lambda i: str(1 + i % 3)),
    "campaign": ("Email campaign", lambda i: "spring"),
    "seller": ("Seller email", lambda i: "shop@example.com"),
}


@pytest.mark.parametrize("decoy", DECOYS)
@pytest.mark.parametrize("first", [True, False])
def test_columns_that_look_alike_are_left_alone(decoy, first):
    name, value = DECOYS[decoy]
    header = ("Order ID", "Email", "Order date", "Total")
    rows = [(value(i), *row) if first else (*row, value(i)) for i, row in enumerate(ORDER_CELLS)]
    mapping = mapping_of(csv_bytes((name, *header) if first else (*header, name), rows))
    assert [mapping.columns.get(role) for role in NEEDED] == list(header)


@pytest.mark.parametrize("first", [True, False])
def test_all_the_look_alikes_at_once_are_left_alone(first):
    header = ["Order ID", "Email", "Order date", "Total"]
    names = [name for name, _ in DECOYS.values()]
    decoys = [[value(i) for _, value in DECOYS.values()] for i in range(len(ORDER_CELLS))]
    rows = [
        [*decoy, *row] if first else [*row, *decoy]
        for row, decoy in zip(ORDER_CELLS, decoys, strict=True)
    ]
    data = csv_bytes([*names, *header] if first else [*header, *names], rows)
    assert_same_orders(read_orders(data, name="orders.csv"), EXPECTED)
