"""Any orders, written with any delimiter, encoding, date style and money style, come back as they
were."""

from datetime import datetime, timedelta

import pandas as pd
from hypothesis import given, settings, strategies as st

from retention import read_orders
from tests.support.order_files import (
    DATE_STYLES,
    MONEY_STYLES,
    assert_nothing_vanished,
    csv_bytes,
    csv_text,
)

CUSTOMERS = [f"c{i}@example.com" for i in range(6)]
# A day past the 12th and an amount with two separators leave every column one reading.
ANCHOR = ("c0@example.com", datetime(2024, 10, 28, 13, 5), 123456)
ORDER = st.tuples(
    st.sampled_from(CUSTOMERS),
    st.integers(0, 3 * 365 * 24 * 60).map(
        lambda minutes: datetime(2022, 1, 1) + timedelta(minutes=minutes)
    ),
    st.integers(0, 9_999_999),
)


def days_and_sums(rows) -> dict[tuple[str, str], int]:
    """Cents by customer and day."""
    sums: dict[tuple[str, str], int] = {}
    for customer, moment, cents in rows:
        key = (customer, f"{moment:%Y-%m-%d}")
        sums[key] = sums.get(key, 0) + cents
    return sums


def found_days_and_sums(orders) -> dict[tuple[str, str], int]:
    table = orders.table.to_pandas()
    moments = pd.to_datetime(table["ordered_at"]).dt.to_pydatetime()
    return days_and_sums(
        zip(
            table["customer_id"], moments, (table["revenue"] * 100).round().astype(int), strict=True
        )
    )


@settings(max_examples=12)
@given(
    rows=st.lists(ORDER, min_size=1, max_size=25),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    date_style=st.sampled_from(sorted(DATE_STYLES)),
    money_style=st.sampled_from(sorted(MONEY_STYLES)),
    numbered=st.booleans(),
)
def test_customers_days_and_sums_survive_every_way_of_writing(
    rows, delimiter, encoding, date_style, money_style, numbered
):
    rows = [*rows, ANCHOR]
    day, money = DATE_STYLES[date_style], MONEY_STYLES[money_style]
    table = [[customer, day(moment), money(cents)] for customer, moment, cents in rows]
    header = ["Email", "Order date", "Total"]
    if numbered:
        header, table = ["Order ID", *header], [[f"#{i}", *row] for i, row in enumerate(table)]
    orders = read_orders(csv_bytes(header, table, delimiter, encoding), name="orders.csv")
    assert found_days_and_sums(orders) == days_and_sums(rows)
    assert orders.report.rows_kept == len(rows)
    assert_nothing_vanished(orders)


@settings(max_examples=4)
@given(rows=st.lists(ORDER, min_size=2, max_size=15), data=st.data())
def test_line_items_add_up_however_the_order_is_split(rows, data):
    """Each order split into lines; the order's own columns on the first line only, or on each."""
    everywhere = data.draw(st.booleans(), label="order columns on each line")
    header = ["Order ID", "Email", "Order date", "Order total", "Item", "Quantity"]
    table = []
    for number, (customer, moment, cents) in enumerate([*rows, ANCHOR]):
        order = [customer, f"{moment:%Y-%m-%d %H:%M}", f"{cents / 100:.2f}"]
        for line in range(data.draw(st.integers(1, 3))):
            shown = order if everywhere or line == 0 else ["", "", ""]
            table.append([str(1001 + number), *shown, f"product {line}", "1"])
    if everywhere:  # several lines, so that the total is seen to repeat
        table.append([*table[-1][:4], "product 9", "1"])
    orders = read_orders(csv_bytes(header, table), name="orders.csv")
    assert found_days_and_sums(orders) == days_and_sums([*rows, ANCHOR])
    assert orders.report.rows_read == len(table)
    assert_nothing_vanished(orders)


@settings(max_examples=4)
@given(rows=st.lists(ORDER, min_size=1, max_size=12), order=st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_that_of_columns_matters(rows, order):
    table = [
        [str(1001 + i), customer, f"{moment:%Y-%m-%d %H:%M}", f"{cents / 100:.2f}"]
        for i, (customer, moment, cents) in enumerate([*rows, ANCHOR])
    ]
    places = list(range(4))
    order.shuffle(places)
    order.shuffle(table)
    header = ["Order ID", "Email", "Order date", "Total"]
    data = csv_bytes([header[i] for i in places], [[row[i] for i in places] for row in table])
    assert found_days_and_sums(read_orders(data, name="orders.csv")) == days_and_sums(
        [*rows, ANCHOR]
    )


@settings(max_examples=4)
@given(
    rows=st.lists(ORDER, min_size=1, max_size=10),
    title=st.sampled_from(["", "Sales report\r\n", "Sales report\r\nfrom 1 January\r\n\r\n"]),
    total=st.booleans(),
    blank=st.integers(0, 3),
)
def test_titles_totals_and_blank_lines_change_nothing(rows, title, total, blank):
    table = [
        [str(1001 + i), customer, f"{moment:%Y-%m-%d}", f"{cents / 100:.2f}"]
        for i, (customer, moment, cents) in enumerate([*rows, ANCHOR])
    ]
    text = title + csv_text(["Order ID", "Email", "Order date", "Total"], table) + "\r\n" * blank
    if total:
        text += csv_text(["Total", "", "", "99999.99"], [])
    orders = read_orders(text.encode(), name="orders.csv")
    assert found_days_and_sums(orders) == days_and_sums([*rows, ANCHOR])
    assert_nothing_vanished(orders)
