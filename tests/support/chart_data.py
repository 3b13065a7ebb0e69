"""Small frames, and currencies, to draw charts of the forecast with."""

from datetime import date

import pandas as pd

from retention.periods import calendar_days

# None is a file without a currency; the last one is what a hostile file could name.
CURRENCIES = [None, "USD", "THB", "'+alert(1)+\""]


def expected_months() -> pd.DataFrame:
    """Two months of the forecast: the rest of the present one, and one that is cut short."""
    return pd.DataFrame(
        {
            "month": [1, 2],
            "start_day": [0.0, 3.0],
            "end_day": [3.0, 30.0],
            "expected_orders": [3.0, 2.0],
            "expected_revenue": [90.0, 60.0],
            "revenue_low": [70.0, 41.0],
            "revenue_high": [113.0, 84.0],
            "expected_value": [45.0, 29.0],
        }
    ).join(calendar_days(date(2024, 3, 29), date(2024, 4, 27)))


def drawn_rows(spec: dict) -> int:
    """How many rows of data a chart's specification holds."""
    return sum(len(data) for data in spec["datasets"].values())
