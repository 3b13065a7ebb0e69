"""Past and expected revenue: one chart of calendar months, the present one in two parts."""

from datetime import date

import pandas as pd
import pytest

from retention.charts import axes as charts
from retention.charts.past_and_expected import past_and_expected_chart
from retention.history import revenue
from retention.periods import calendar_days
from tests.support.chart_data import CURRENCIES, drawn_rows, expected_months


def tidy_frame():
    history = calendar_days(date(2024, 2, 10), date(2024, 3, 28)).assign(
        first_revenue=[10.0, 5.0], repeat_revenue=[0.0, 7.0], orders=[2, 3]
    )
    return revenue.past_and_expected(history, expected_months())


def bars(spec):
    """The rows of the bars of a chart, and the titles of their tooltips."""
    for layer in spec["layer"][:2]:
        rows = spec["datasets"][layer["data"]["name"]]
        yield rows, [line["title"] for line in layer["encoding"]["tooltip"]]


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_chart_is_valid_and_small(currency):
    spec = past_and_expected_chart(tidy_frame(), currency).to_dict()
    assert 0 < drawn_rows(spec) < 500
    assert spec["height"] == charts.HEIGHT


def test_what_is_expected_begins_the_day_after_the_last_order_day():
    tidy = tidy_frame()
    past, ahead = tidy[tidy["kind"] != "expected"], tidy[tidy["kind"] == "expected"]
    assert past["last_day"].max() == pd.Timestamp("2024-03-28")
    assert ahead["first_day"].min() == pd.Timestamp("2024-03-29")
    assert past["revenue"].sum() == 22
    assert ahead["revenue"].tolist() == [90, 60]
    assert set(tidy["start"].dt.day) == set(tidy["end"].dt.day) == {1}


def test_tooltips_name_the_first_and_the_last_day_and_have_no_empty_line():
    past, expected = bars(past_and_expected_chart(tidy_frame(), "USD").to_dict())
    assert [row["days"] for row in past[0][:2]] == [
        "10 Feb 2024 to 29 Feb 2024",
        "1 Mar 2024 to 28 Mar 2024, so far",
    ]
    assert [row["days"] for row in expected[0]] == [
        "29 Mar 2024 to 31 Mar 2024",
        "1 Apr 2024 to 27 Apr 2024",
    ]
    assert past[1] == ["What", "Days", "Revenue"]
    assert expected[1] == ["What", "Days", "Revenue", "80% range"]
    for rows, _ in (past, expected):
        assert all(row["days"] and row["amount"] for row in rows)
    assert all(row["between"] for row in expected[0])


def test_the_rest_of_a_month_stands_on_what_came_so_far():
    (past, _), (expected, _) = bars(past_and_expected_chart(tidy_frame(), "USD").to_dict())
    march = {row["kind"]: (row["bottom"], row["top"]) for row in [*past, *expected][1:5]}
    assert march == {"first": (7, 12), "repeat": (0, 7), "expected": (12, 102)}
    assert (expected[0]["revenue_low"], expected[0]["revenue_high"]) == (82, 125)
