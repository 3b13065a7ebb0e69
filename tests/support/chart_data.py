"""Small frames, and currencies, to draw charts of the forecast with."""

import pandas as pd

# None is a file without a currency; the last one is what a hostile file could name.
CURRENCIES = [None, "USD", "THB", "'+alert(1)+\""]


def expected_months() -> pd.DataFrame:
    """Two months of the forecast, the second of which is cut short."""
    return pd.DataFrame(
        {
            "month": [1, 2],
            "start_day": [0.0, 30.4375],
            "end_day": [30.4375, 60.0],
            "expected_orders": [3.0, 2.0],
            "expected_revenue": [90.0, 60.0],
            "revenue_low": [70.0, 41.0],
            "revenue_high": [113.0, 84.0],
            "expected_value": [45.0, 29.0],
        }
    )


def drawn_rows(spec: dict) -> int:
    """How many rows of data a chart's specification holds."""
    return sum(len(data) for data in spec["datasets"].values())
