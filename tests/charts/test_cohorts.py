"""Curves of cohorts: the axis reaches as far as cohorts with enough customers."""

import pandas as pd

from retention.charts.cohorts import beyond_reach, growth_chart


def curves(customers: int) -> pd.DataFrame:
    """A cohort of 100 customers who bring 50 each, and one of `customers` who bring 900."""
    rows = [("big", age, 25.0 * (age + 1), 100) for age in range(2)]
    rows += [("tiny", age, 450.0 * (age + 1), customers) for age in range(2)]
    frame = pd.DataFrame(rows, columns=["key", "age", "value", "customers"])
    return frame.assign(
        label=frame["key"].where(frame["key"] == "big", None), name=frame["key"], words="–"
    )


def top_of(past: pd.DataFrame) -> float:
    chart = growth_chart(past, pd.DataFrame(), "Revenue a customer", "Month", "EUR", True)
    return chart.to_dict()["layer"][0]["encoding"]["y"]["scale"]["domainMax"]


def test_a_tiny_cohort_does_not_press_the_others_down():
    assert top_of(curves(customers=2)) == 50
    assert beyond_reach(curves(customers=2), pd.DataFrame()) == 1


def test_a_cohort_with_enough_customers_is_drawn_whole():
    assert top_of(curves(customers=30)) == 900
    assert beyond_reach(curves(customers=30), pd.DataFrame()) == 0
