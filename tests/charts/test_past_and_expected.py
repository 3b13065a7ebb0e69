"""Past and expected revenue: one chart of aggregates whose two parts meet."""

from datetime import date

import pandas as pd
import pytest

from retention.charts import axes as charts
from retention.charts.past_and_expected import past_and_expected_chart
from retention.history import revenue
from tests.support.chart_data import CURRENCIES, drawn_rows, expected_months

LAST_DAY = date(2024, 3, 31)


def history():
    return pd.DataFrame(
        {
            "start_day": [-60.875, -30.4375],
            "end_day": [-30.4375, 0.0],
            "first_revenue": [10.0, 5.0],
            "repeat_revenue": [0.0, 7.0],
            "orders": [2, 3],
        }
    )


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_chart_is_valid_and_small(currency):
    tidy = revenue.past_and_expected(history(), expected_months(), LAST_DAY)
    spec = past_and_expected_chart(tidy, currency).to_dict()
    assert 0 < drawn_rows(spec) < 500
    assert spec["height"] == charts.HEIGHT


def test_past_and_expected_meet_at_the_last_order_day():
    tidy = revenue.past_and_expected(history(), expected_months(), LAST_DAY)
    past, ahead = tidy[tidy["kind"] != "expected"], tidy[tidy["kind"] == "expected"]
    assert past["end"].max() == ahead["start"].min() == pd.Timestamp("2024-03-31")
    assert past["revenue"].sum() == 22
    assert ahead["revenue"].tolist() == [90, 60]
    assert (tidy["end"] > tidy["start"]).all()
