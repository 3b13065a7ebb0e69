"""The report says in words what became of a file's rows."""

from dataclasses import fields
from datetime import timedelta
from typing import get_args

import pandas as pd
import pytest

from retention import Mapping, read_orders
from retention.orders.report import FIRST_LINES, Setting, count_reasons
from tests.support.order_files import TODAY, csv_bytes, read_rows
from tests.support.plain_orders import HEADER, ORDER_CELLS, ROWS, refused

ORDER_HEADER = ("Order ID", "Email", "Order date", "Total")


def notes_of(header: tuple[str, ...], *rows: tuple[str, ...]) -> str:
    """All notes on a file of these rows."""
    return " ".join(read_rows(header, *rows).report.notes)


# --- rows left out --------------------------------------------------------------------------------


def test_reasons_are_counted_the_most_rows_first_with_their_first_lines_and_money():
    left_out = pd.DataFrame(
        {
            "line": [3, *range(5, 5 + FIRST_LINES + 2)],
            "reason": ["no date", *["cancelled"] * (FIRST_LINES + 2)],
            "amount": [7.5, *[2.0] * (FIRST_LINES + 2)],
        }
    )
    cancelled, undated = count_reasons(left_out)
    assert (cancelled.reason, cancelled.rows) == ("cancelled", FIRST_LINES + 2)
    assert cancelled.first_lines == tuple(range(5, 5 + FIRST_LINES))
    assert cancelled.revenue == 2.0 * (FIRST_LINES + 2)
    assert (undated.reason, undated.rows, undated.first_lines) == ("no date", 1, (3,))
    assert undated.revenue == 7.5


def test_all_rows_dropped_names_the_reasons():
    header = (*HEADER, "Status")
    message = refused(csv_bytes(header, [[*row, "cancelled"] for row in ROWS]))
    assert "cancel" in message
    assert str(len(ROWS)) in message


# --- notes ----------------------------------------------------------------------------------------


def test_columns_that_nothing_is_read_from_are_named():
    header = ("Order ID", "Email", "Order date", "Total")
    rows = [(*row, "x", "y") for row in ORDER_CELLS]
    notes = read_orders(
        csv_bytes((*header, "Shelf", "Picker"), rows), name="orders.csv"
    ).report.notes
    assert any(
        note.startswith("2 columns are not used: Shelf, Picker. If refunds") for note in notes
    )
    many = [f"Extra {n}" for n in range(15)]
    rows = [(*row, *("x" * 15)) for row in ORDER_CELLS]
    notes = read_orders(csv_bytes((*header, *many), rows), name="orders.csv").report.notes
    assert any(
        "15 columns are not used: Extra 0, " in note and "Extra 11 and 3 more." in note
        for note in notes
    )
    notes = read_orders(csv_bytes(header, ORDER_CELLS), name="orders.csv").report.notes
    assert not any("not used" in note for note in notes)


def test_rows_without_an_order_number_are_orders_of_their_own_and_that_is_said():
    row = ("a@example.com", "2024-03-13", "10")
    assert "each row counts as one order" in notes_of(ORDER_HEADER[1:], row, row)
    assert "each row counts" not in notes_of(ORDER_HEADER, ("1", *row), ("2", *row))


@pytest.mark.parametrize(
    ("totals", "how"),
    [(("35", "35"), "the amount was read once for each order"), (("10", "25"), "were added up")],
)
def test_how_amounts_of_several_rows_were_read_is_said(totals, how):
    rows = [("1", "a@example.com", "2024-03-13", total) for total in totals]
    assert how in notes_of(ORDER_HEADER, *rows, ("2", "b@example.com", "2024-03-14", "5"))


def test_an_amount_of_pieces_and_prices_is_named_by_its_columns():
    header = (*ORDER_HEADER[:3], "Quantity", "Unit price")
    rows = [(str(n), "a@example.com", f"2024-03-1{n}", str(1 + n), "2.50") for n in range(3)]
    assert "'Quantity' × 'Unit price', added up for each order" in notes_of(header, *rows)


def test_orders_that_were_refunded_in_full_and_how_refunds_were_placed_are_named():
    rows = [
        ("1", "a@example.com", "2024-03-13", "10", "10"),
        ("2", "b@example.com", "2024-03-14", "5", "5"),
        ("3", "b@example.com", "2024-03-15", "5", ""),
    ]
    notes = notes_of((*ORDER_HEADER, "Refunded amount"), *rows)
    assert "2 orders were refunded in full: they count as orders with revenue 0." in notes
    assert "A refund came off the order it names" in notes


@pytest.mark.parametrize(("days", "named"), [(-10, False), (30, True)])
def test_a_last_order_in_the_future_is_named(days, named):
    last = TODAY + timedelta(days=days)
    rows = [("1", "a@example.com", "2024-03-13", "10"), ("2", "b@example.com", f"{last}", "5")]
    assert ("dated in the future" in notes_of(ORDER_HEADER, *rows)) == named


# --- warnings -------------------------------------------------------------------------------------


def test_thin_data_is_named_by_what_it_lacks():
    rows = [("1", "a@example.com", "2024-03-13", "10"), ("2", "b@example.com", "2024-03-14", "5")]
    few, short, no_third = read_rows(ORDER_HEADER, *rows).report.warnings
    assert few.startswith("Only 2 customers")
    assert short.startswith("Only 2 days of orders")
    assert no_third.startswith("No customer has three orders or more")


def test_enough_customers_days_and_orders_are_no_warning():
    rows = [
        (
            f"{buyer}-{turn}",
            f"c{buyer}@example.com",
            f"2024-{1 + 3 * turn:02}-{1 + buyer % 28:02}",
            "10",
        )
        for buyer in range(500)
        for turn in range(3)
    ]
    filled = [
        (f"d{day}", "c1@example.com", f"{day:%Y-%m-%d}", "10")
        for day in pd.date_range("2024-01-01", "2024-07-28")
    ]
    assert read_rows(ORDER_HEADER, *rows, *filled).report.warnings == ()


def test_customer_numbers_that_a_spreadsheet_has_rounded_are_a_warning():
    rows = [f"{n},{'6.66E+11' if n % 3 else 'K' + str(n)},2024-01-{1 + n:02},10" for n in range(20)]
    orders = read_orders("\n".join(["Order,Customer number,Date,Total", *rows]).encode())
    assert any(
        warning.startswith("13 orders have a customer number such as '6.66E+11'")
        for warning in orders.report.warnings
    )
    kept = read_orders(
        "\n".join(
            ["Order,Customer number,Date,Total", "1,12E45,2024-01-01,5", "2,7,2024-01-02,5"]
        ).encode()
    )
    assert not any("rounded" in warning for warning in kept.report.warnings)


# --- questions ------------------------------------------------------------------------------------


def test_several_currencies_are_a_question_with_the_rows_of_each():
    codes = ["EUR", "USD", "USD", "EUR", "USD"]
    rows = [(str(n), "a@example.com", f"2024-03-1{n}", "10", code) for n, code in enumerate(codes)]
    (question,) = read_rows((*ORDER_HEADER, "Currency"), *rows).report.questions
    assert question.setting == "currency"
    assert question.options == {"USD": "USD (3 rows)", "EUR": "EUR (2 rows)"}
    assert question.assumed == "USD"


def test_an_amount_with_one_mark_before_three_digits_is_a_question():
    rows = [(str(n), "a@example.com", f"2024-03-1{n}", f"{1 + n}.250") for n in range(3)]
    (question,) = read_rows(ORDER_HEADER, *rows).report.questions
    assert question.setting == "decimal"
    assert set(question.options) == {",", "."}
    assert question.assumed in question.options


def test_amounts_that_are_alike_on_some_orders_alone_are_a_question():
    alike = [("1", "a@example.com", "2024-03-13", "10")] * 2
    different = [("2", "b@example.com", "2024-03-14", total) for total in ("5", "7")]
    (question,) = read_rows(ORDER_HEADER, *alike, *different).report.questions
    assert question.setting == "per_order"
    assert set(question.options) == {True, False}
    assert question.assumed is False


def test_every_question_is_settled_by_a_field_of_the_mapping():
    assert set(get_args(Setting)) <= {field.name for field in fields(Mapping)}


def test_one_customer_one_day_and_one_refund_are_singular():
    rows = ["Order,Email,Date,Total,Status", "1,a@x.com,2024-03-01,5.00,Refunded"]
    report = read_orders("\n".join(rows).encode()).report
    assert any(text.startswith("Only 1 customer;") for text in report.warnings)
    assert any(text.startswith("Only 1 day of orders;") for text in report.warnings)
    assert "1 order was refunded in full: it counts as an order with revenue 0." in report.notes


@pytest.mark.parametrize(("name", "asked"), [("Total (Rp)", False), ("Total", True)])
def test_thousands_of_a_currency_without_cents_are_no_question(name, asked):
    rows = [f"{n},c{n % 5}@x.com,2024-03-{1 + n:02},{12 + n}.500" for n in range(20)]
    report = read_orders("\n".join([f"Order,Email,Date,{name}", *rows]).encode()).report
    assert bool(report.questions) == asked
