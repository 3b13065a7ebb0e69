"""Definitions in words, with the numbers in force."""

from retention.segments.definitions import describe_rules
from retention.segments.rules import STAGES, TRAITS, SegmentRules


def test_descriptions_carry_the_numbers_in_force():
    words = describe_rules(SegmentRules(repeat_at_risk=45, loyal_orders=3), "EUR", {"vip": 412.4})
    assert list(words) == [*STAGES, *TRAITS]
    assert words["repeat"] == "2 orders, the last one less than 45 days ago, and not VIP."
    assert "top 10% (€412 or more)" in words["vip"]
    in_money = describe_rules(SegmentRules(value_unit="money", spender_value=250), "EUR")
    assert in_money["big_spender"] == "Revenue so far of €250 or more."
