"""A form for orders: the columns that are read, with a few orders as an example."""

import pandas as pd

from retention.csv_export import to_csv

#: The columns of the form. Those after the amount may be left out.
COLUMNS = (
    "Order number",
    "Order date",
    "Customer e-mail",
    "Amount paid",
    "Currency",
    "Status",
    "Discount",
    "Refunded amount",
    "Product",
    "Category",
    "Channel",
    "Coupon",
    "Accepts marketing",
)
_ROWS = (
    "1001,2025-01-07,ada@example.com,24.50,USD,Paid,0.00,0.00,House Blend,Coffee,Search,,yes",
    "1002,2025-01-09,ben@example.com,31.00,USD,Paid,3.10,0.00,Sencha,Tea,Newsletter,HELLO10,no",
    "1003,2025-02-03,ada@example.com,49.00,USD,Paid,0.00,0.00,House Blend,Coffee,Search,,yes",
    "1004,2025-02-14,cleo@example.com,18.90,USD,Cancelled,0.00,0.00,Teapot,Gifts,Social,,yes",
    "1005,2025-02-15,cleo@example.com,18.90,USD,Paid,0.00,0.00,Teapot,Gifts,Social,,yes",
    "1006,2025-03-21,ben@example.com,27.90,USD,Paid,0.00,9.30,Sencha,Tea,Newsletter,,no",
    "1007,2025-04-02,dan@example.com,24.50,USD,Paid,2.45,0.00,House Blend,Coffee,Search,HELLO10,no",
    "1008,2025-04-30,ada@example.com,73.50,USD,Paid,0.00,0.00,House Blend,Coffee,Search,,yes",
)


def order_template() -> bytes:
    """Return a form for orders as a CSV file, one row an order, that is read without a question."""
    rows = [row.split(",") for row in _ROWS]
    return to_csv(pd.DataFrame(rows, columns=list(COLUMNS)), index=False)
