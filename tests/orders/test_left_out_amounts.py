"""What the rows left out add up to, where an order's amount stands on each of its rows."""

import ibis
import pandas as pd
import pytest

from retention import read_orders
from retention.orders.repeated_orders import REPEATED
from retention.orders.rows import CANCELLED, FAILED

HEADER = ["Order ID", "Customer", "Date", "Status", "Total", "Product", "SKU"]
#: The totals stand on each row of an order: 50, 80 (cancelled), 25 (failed), 30 and 40.
ORDERS = [
    [1, "ann", "2025-01-05", "completed", 50.0, "Tea", "T"],
    [1, "ann", "2025-01-05", "completed", 50.0, "Pot", "P"],
    [2, "ben", "2025-01-07", "cancelled", 80.0, "Tea", "T"],
    [2, "ben", "2025-01-07", "cancelled", 80.0, "Pot", "P"],
    [2, "ben", "2025-01-07", "cancelled", 80.0, "Tin", "N"],
    [3, "cat", "2025-01-09", "failed", 25.0, "Tea", "T"],
    [3, "cat", "2025-01-09", "failed", 25.0, "Tin", "N"],
    [4, "ann", "2025-02-03", "completed", 30.0, "Tea", "T"],
    [5, "ben", "2025-02-08", "completed", 40.0, "Pot", "P"],
    [5, "ben", "2025-02-08", "completed", 40.0, "Tin", "N"],
]


def _frame(rows: list[list[object]] = ORDERS) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=HEADER)
    return frame.assign(Date=pd.to_datetime(frame["Date"]))


def _file(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def _amounts(orders) -> dict[str, float]:
    return {entry.reason: entry.revenue for entry in orders.report.reasons}


def test_an_orders_total_counts_once_among_the_rows_left_out():
    orders = read_orders(_file(_frame()), name="orders.csv")
    assert orders.table.revenue.sum().execute() == 120
    assert _amounts(orders) == {CANCELLED: 80, FAILED: 25}
    assert orders.report.dropped == {CANCELLED: 3, FAILED: 2}


def test_a_total_that_stands_on_another_row_than_the_first_counts_too():
    frame = _frame()
    frame["Total"] = frame["Total"].where(~frame["Order ID"].duplicated(keep="last"))
    assert _amounts(read_orders(_file(frame), name="orders.csv")) == {CANCELLED: 80, FAILED: 25}


def test_amounts_of_lines_are_added_up():
    frame = _frame().assign(Total=[20, 30, 40, 25, 15, 10, 15, 30, 22, 18])
    assert _amounts(read_orders(_file(frame), name="orders.csv")) == {CANCELLED: 80, FAILED: 25}


def test_a_databases_table_says_the_same():
    orders = read_orders(ibis.memtable(_frame()), name="orders")
    assert _amounts(orders) == {CANCELLED: 80, FAILED: 25}


def test_an_order_that_stands_twice_counts_its_total_once():
    orders = read_orders(_file(_frame([*ORDERS, *ORDERS])), name="orders.csv")
    assert _amounts(orders)[REPEATED] == 50 + 80 + 25 + 30 + 40


@pytest.mark.parametrize(("sku", "equal"), [("T", True), ("U", False)])
def test_rows_are_called_equal_only_where_every_cell_of_the_file_is(sku, equal):
    # The column of the product is not used, and SKU has no role beside it.
    rows = [*ORDERS, [5, "ben", "2025-02-08", "completed", 40.0, "Tea", "T"]]
    rows.append([5, "ben", "2025-02-08", "completed", 40.0, "Tea", sku])
    orders = read_orders(_file(_frame(rows)), {"product": None}, name="orders.csv")
    said = [note for note in orders.report.notes if "equal to another row" in note]
    assert bool(said) is equal
