"""Customers known by their phones: one number however it is typed."""

import pytest

import retention


def shop(phones: list[str], *, currency: str = "₱", orders: int = 60) -> bytes:
    """Orders of customers in turn; each writes the phone another way each time."""
    lines = [
        f"2024-{1 + n % 12:02}-{1 + n % 28:02},Ann,{phones[n % len(phones)]},{currency}{10 + n}.50"
        for n in range(orders)
    ]
    return "\n".join(["Date,Name,Contact Number,Amount", *lines]).encode()


def customers(data: bytes) -> set[str]:
    orders = retention.read_orders(data)
    return set(orders.table.customer_id.to_pandas())


@pytest.mark.parametrize(
    ("written", "key", "currency"),
    [
        (
            [
                "09170047514",
                "+639170047514",
                "639170047514",
                "9170047514",
                "0917 004 7514",
                "(0917) 004-7514",
                "'09170047514",
                "0063 917 004 7514",
            ],
            "+639170047514",
            "₱",
        ),
        (
            ["0812345678", "+66 81 234 5678", "66812345678", "0066 81 234 5678"],
            "+66812345678",
            "฿",
        ),
        (
            ["(617) 555-0100", "617.555.0100", "+1 617 555 0100", "16175550100"],
            "+16175550100",
            "$",
        ),
        (
            ["0151 23456789", "+49 151 23456789", "004915123456789", "4915123456789"],
            "+4915123456789",
            "€",
        ),
    ],
    ids=["Philippines", "Thailand", "United States", "Germany"],
)
def test_a_phone_is_one_customer_however_it_is_typed(written, key, currency):
    assert customers(shop(written, currency=currency)) == {key}


def test_without_calling_codes_the_currency_says_the_country():
    assert customers(shop(["0917 004 7514", "9170047514"])) == {"+639170047514"}


def test_where_no_country_is_known_the_digits_are_compared():
    assert customers(shop(["0917-0047514", "0917 004 7514"], currency="")) == {"+09170047514"}


def test_hidden_and_cut_phones_are_nobody():
    phones = ["09170047514", "09181112222", "09193334444", "0917****514", "n/a", "123"]
    orders = retention.read_orders(shop(phones))
    assert orders.table.customer_id.nunique().to_pyarrow().as_py() == 3
    assert orders.report.dropped == {"No customer (guest order)": 30}
