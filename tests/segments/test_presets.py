"""Thresholds fitted to a store's own reorder times."""

from dataclasses import replace

import pandas as pd

from retention import (
    fitted_rules,
)
from retention.segments.definitions import describe_rules
from retention.segments.presets import FEWEST_REORDERS, reorder_gaps, rules_from_gaps
from retention.segments.rules import SegmentRules
from tests.support.orders_stub import orders_of


def test_reorder_gaps_count_days_between_purchase_days():
    orders = orders_of(
        pd.DataFrame(
            {
                "customer_id": ["a", "a", "a", "a", "b", "b", "c"],
                "ordered_at": [
                    "2024-01-01 10:00:00",
                    "2024-01-01 18:00:00",
                    "2024-01-31 09:00:00",
                    "2024-03-01 09:00:00",
                    "2024-01-01 09:00:00",
                    "2024-01-31 23:00:00",
                    "2024-01-01 09:00:00",
                ],
                "revenue": 10.0,
            }
        )
    )
    gaps = reorder_gaps(orders)
    assert gaps.to_numpy().tolist() == [[1, 30, 2], [2, 30, 1]]
    assert list(gaps) == ["purchase", "days", "reorders"]
    fitted = fitted_rules(orders)
    assert fitted.rules == SegmentRules()
    assert len(fitted.notes) == 3


def gaps_of(**waits):
    rows = [
        (int(name[1:]), day, count) for name, days in waits.items() for day, count in days.items()
    ]
    return pd.DataFrame(rows, columns=["purchase", "days", "reorders"])


def test_fitted_days_are_the_quantiles_of_each_class_of_customers():
    first = dict.fromkeys(range(1, 101), 1)
    repeat = dict.fromkeys(range(1, 201), 1)
    loyal = dict.fromkeys(range(10, 30), 10)
    fitted = rules_from_gaps(gaps_of(p1=first, p2=repeat, p5=loyal))
    rules = fitted.rules
    assert (rules.new_days, rules.one_order_lapsed) == (50, 90)
    assert (rules.repeat_at_risk, rules.repeat_lapsed) == (150, 180)
    assert (rules.loyal_at_risk, rules.loyal_lapsed) == (24, 27)
    assert rules.loyal_orders == SegmentRules().loyal_orders
    assert fitted.notes == ()
    assert "500 reorders" in fitted.method


def test_where_reorders_come_like_clockwork_there_is_time_between_at_risk_and_lapsed():
    monthly = {30: 200, 31: 9}
    fitted = rules_from_gaps(gaps_of(p1=monthly, p2=monthly, p4={28: 50, 30: 40, 45: 10}))
    rules = fitted.rules
    assert (rules.new_days, rules.one_order_lapsed) == (30, 38)
    assert (rules.repeat_at_risk, rules.repeat_lapsed) == (30, 38)
    assert (rules.loyal_at_risk, rules.loyal_lapsed) == (30, 38)
    assert len(fitted.notes) == 3
    assert "so regularly" in fitted.notes[0]
    assert "30 to 38 days" in describe_rules(rules)["at_risk"]
    assert "and 30 days since" in describe_rules(replace(rules, repeat_lapsed=30))["at_risk"]


def test_too_few_reorders_of_loyal_customers_borrow_the_repeat_customers_days():
    few = dict.fromkeys(range(1, FEWEST_REORDERS), 1)
    enough = {20: FEWEST_REORDERS, 40: 10}
    fitted = rules_from_gaps(gaps_of(p1=enough, p2=enough, p4=few))
    assert fitted.rules.loyal_lapsed == fitted.rules.repeat_lapsed
    assert fitted.notes == (
        "Too few reorders of loyal customers: the days of repeat customers stand in.",
    )


def test_waits_beyond_the_slider_are_cut_with_a_note():
    fitted = rules_from_gaps(gaps_of(p1={900: 60}, p2={30: 60}, p4={30: 60}))
    assert fitted.rules.new_days == fitted.rules.one_order_lapsed == 730
    assert any("900 days" in note for note in fitted.notes)
