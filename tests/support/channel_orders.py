"""A few orders by channel, to be counted by hand."""

import pandas as pd


def shop(rows: list[tuple]) -> pd.DataFrame:
    """Orders from (customer, moment, revenue, channel)."""
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue", "channel"])


SMALL = shop(
    [
        ("ann", "2024-01-10 09:00", 10.0, "Shop"),
        ("ann", "2024-02-01 00:00", 30.0, "Mail"),  # the first moment of February
        ("ann", "2024-02-20 12:00", 50.0, "Shop"),
        ("bob", "2024-02-05 10:00", 20.0, "Mail"),
        ("bob", "2024-02-29 23:59", 40.0, "Shop"),  # its last
        ("cat", "2024-02-10 08:00", 60.0, None),
        ("cat", "2024-03-01 00:00", 70.0, "Mail"),  # the moment after
        ("dan", "2024-01-31 23:59", 5.0, "Mail"),  # the moment before
        ("dan", "2024-02-14 14:00", 15.0, "Mail"),
        ("eve", "2024-02-03 10:00", 25.0, "Shop"),
    ]
)
