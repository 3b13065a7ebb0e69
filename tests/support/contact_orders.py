"""A few orders with contact details and signals, read from a file or made by hand."""

import pandas as pd

from tests.support.order_files import read_rows

HEADER = ("Order ID", "Email", "Order date", "Total")


def read_with(name: str, *cells: str, customers: str = "a", days: int = 1):
    """An order for each cell of one more column, each of its own customer or all of one."""
    rows = [
        (
            str(i),
            f"{customers if days > 1 else chr(97 + i)}@example.com",
            f"2024-03-{1 + i * days:02}",
            "10.00",
            cell,
        )
        for i, cell in enumerate(cells)
    ]
    return read_rows((*HEADER, name), *rows)


def column_of(orders, name: str) -> list:
    found = orders.table.order_by("ordered_at").to_pandas()[name]
    return [None if pd.isna(value) else value for value in found]


def store(**columns) -> pd.DataFrame:
    days = ["2024-01-10", "2024-03-01", "2024-03-01", "2024-02-01", "2024-02-02"]
    frame = pd.DataFrame(
        {"customer_id": ["b", "b", "b", "a", "c"], "ordered_at": days, "revenue": 10.0}
    )
    frame["order_id"] = ["1", "2", "3", "4", "5"]
    for name, values in columns.items():
        kind = "boolean" if name in ("consent", "subscription", "complaint") else None
        frame[name] = pd.array(values, dtype=kind) if kind else values
    return frame
