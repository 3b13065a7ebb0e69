import pandas as pd
import pytest

from retention.evaluation.value_checks import largest_customer


@pytest.mark.parametrize(
    ("largest", "status"), [(1.0, "good"), (9.0, "good"), (11.0, "caution"), (99.0, "bad")]
)
def test_a_customer_who_holds_much_of_the_forecast_is_named(largest, status):
    rest = [(100 - largest) / 99] * 99 if largest > 1 else [1.0] * 99
    check = largest_customer(pd.DataFrame({"cltv": [largest, *rest], "expected_orders": 1.0}))
    assert check.status == status
    assert f"One customer holds {largest:.0f}" in check.finding
    assert bool(check.advice) == (status != "good")


def test_without_amounts_orders_are_looked_at():
    check = largest_customer(pd.DataFrame({"expected_orders": [3.0, 1.0, 1.0]}))
    assert (check.status, check.finding) == (
        "bad",
        "One customer holds 60% of the expected orders.",
    )
