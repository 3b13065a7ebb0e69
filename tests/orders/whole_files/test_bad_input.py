"""Every bad file is read in full or refused with a message that says what to do; none crashes."""

import gzip
import random

import pytest
from hypothesis import example, given, settings, strategies as st

from retention import DataError, read_orders
from tests.support.order_files import assert_nothing_vanished, csv_bytes, csv_text
from tests.support.plain_orders import HEADER, ROWS, refused

GOOD = csv_bytes(HEADER, ROWS)


# --- no table at all ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"\xef\xbb\xbf", b"\n\n\n", b"   \r\n \r\n", gzip.compress(b"")],
    # Names of their own: a gzip file carries the second of its making, and every worker must see
    # the same test.
    ids=["nothing", "byte order mark", "line ends", "blanks", "gzip of nothing"],
)
def test_empty_file(data):
    message = refused(data)
    assert "empty" in message or "no rows" in message or "nothing" in message


@pytest.mark.parametrize(
    "data", [b"Email\na@example.com\nb@example.com\n", b"hello\n", b"just one line of text"]
)
def test_one_column(data):
    message = refused(data)
    assert "column" in message or "row" in message


def test_header_only():
    message = refused(csv_bytes(HEADER, []))
    assert "row" in message or "order" in message


@pytest.mark.parametrize("seed", range(5))
def test_binary_junk(seed):
    refused(random.Random(seed).randbytes(20_000))


@pytest.mark.parametrize("data", [bytes(5000), b"\x00" * 10 + GOOD[:50]])
def test_zero_bytes(data):
    refused(data)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Please log in</body></html>",
        "<html>\n<table>\n</table>\n</html>",
    ],
)
def test_login_page_saved_as_csv(page):
    refused(page.encode())


def test_json_saved_as_csv():
    refused(b'{"orders": [{"id": 1, "email": "a@example.com", "total": "10.00"}]}\n')


# --- anything -------------------------------------------------------------------------------------


def holds_together(data: bytes, name: str = "orders.csv") -> None:
    """Orders that account for every row, or a DataError; no other exception."""
    try:
        orders = read_orders(data, name=name)
    except DataError:
        return
    assert_nothing_vanished(orders)
    table = orders.table.to_pandas()
    assert len(table) > 0
    assert table["revenue"].between(0, float("inf"), inclusive="left").all()
    assert table[["order_id", "customer_id", "ordered_at"]].notna().all().all()
    assert not table.duplicated(["order_id", "customer_id"]).any()


@settings(max_examples=8)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_never_a_crash(data):
    damaged = bytearray(GOOD[:1500])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        piece = data.draw(
            st.sampled_from(
                [
                    b'"',
                    b"\x00",
                    b"\xff",
                    b",",
                    b"\n",
                    b"\r",
                    b";",
                    b"-",
                    b"",
                    b"\xe0\xb8",
                    b"9" * 30,
                ]
            )
        )
        damaged[at : at + data.draw(st.integers(0, 5))] = piece
    holds_together(bytes(damaged))


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-5",
            "NaN",
            "=1+1",
            "2024-03-05",
            "31/12/2024",
            "9999-01-01",
            "a@b.co",
            "$1,2",
            "#N/A",
        ]
    ),
    st.text(max_size=12),
    st.floats().map(str),
)


@settings(max_examples=10)
@example([["", "00", "", "2024-03-05"]])
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=8))
def test_any_cells_under_the_right_names_are_read_or_refused(rows):
    text = csv_text(("Order ID", "Email", "Order date", "Total"), rows)
    holds_together(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=20)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    holds_together(text.encode("utf-8", "surrogatepass"))
