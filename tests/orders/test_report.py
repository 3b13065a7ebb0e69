"""The report says in words what became of a file's rows."""

from retention import read_orders
from tests.support.order_files import csv_bytes
from tests.support.plain_orders import HEADER, ORDER_CELLS, ROWS, refused


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


def test_all_rows_dropped_names_the_reasons():
    header = (*HEADER, "Status")
    message = refused(csv_bytes(header, [[*row, "cancelled"] for row in ROWS]))
    assert "cancel" in message
    assert str(len(ROWS)) in message
