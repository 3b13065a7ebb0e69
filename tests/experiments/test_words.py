"""What a test has shown, in sentences."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from retention import read_orders
from retention.experiments.by_segment import SegmentDifferences
from retention.experiments.campaign_test import CampaignTest, MeasuredLift
from retention.experiments.measure import measure_test
from retention.experiments.result import CampaignResult, Range95
from retention.experiments.words import (
    amount_words,
    best_group,
    difference_words,
    explained_words,
    extra_words,
    lift_sentence,
    result_sentence,
    result_state_words,
    segments_sentence,
    state_words,
)
from tests.experiments.tested_shop import END, START, campaign_test, groups, order_csv


def measured(share_persuaded: float = 0.3, until: date | None = None, **changes) -> CampaignResult:
    content = order_csv(share_persuaded=share_persuaded) if until is None else order_csv(until)
    test = replace(campaign_test(share_persuaded=share_persuaded), **changes)
    return measure_test(read_orders(content, name="orders.csv"), test)


@pytest.fixture(scope="module")
def worked() -> CampaignResult:
    return measured()


def test_a_campaign_that_worked_says_what_would_not_have_come_and_what_it_gained(worked):
    words = result_sentence(worked, "Spring mail", "USD")
    assert worked.verdict == "worked"
    assert words.startswith("“Spring mail” worked: it brought ")
    orders = worked.groups[0].extra("orders")
    assert f"brought {round(orders.value)} orders that would not have come (95% range" in words
    assert "It gained $" in words
    assert "after its cost (80% range $" in words
    assert result_state_words(worked) == "Finished: worked"


def test_a_dear_campaign_without_effect_did_not_work():
    test = campaign_test(share_persuaded=0.0, contact_cost=9.0)
    result = measure_test(read_orders(order_csv(share_persuaded=0.0), name="o.csv"), test)
    words = result_sentence(result, "Gift", "EUR")
    assert result.verdict == "did_not"
    assert words.startswith("“Gift” did not work: it brought between ")
    assert "and lost €" in words
    assert result_state_words(result) == "Finished: did not work"


def test_what_cannot_be_told_says_what_could_have_been_seen():
    result = measured(share_persuaded=0.0)
    words = result_sentence(result, "Hello")
    assert result.verdict == "unclear"
    assert words.startswith("Whether “Hello” worked cannot be told: it brought between ")
    assert "Its gain after cost is " in words
    assert "customers held out bought: nothing below +" in words


def test_what_a_dear_campaign_brought_is_said_where_the_money_is_open():
    test = campaign_test(contact_cost=5.3)
    result = measure_test(read_orders(order_csv(), name="o.csv"), test)
    group = result.groups[0]
    assert result.verdict == "unclear"
    assert group.gain.total.low < 0 < group.gain.total.high
    words = result_sentence(result, "Hello", "EUR")
    assert words.startswith(f"“Hello” brought {round(group.extra().value)} orders that would not")
    assert "Whether that paid cannot be told: its gain after cost is " in words


def test_buyers_are_named_where_orders_are_within_chance(worked):
    group = worked.groups[0]
    metrics = group.metrics.copy()
    metrics.loc[metrics["metric"] == "orders", "low"] = -0.01
    only_buyers = replace(group, metrics=metrics)
    words = result_sentence(replace(worked, groups=(only_buyers,)), "Hello", "EUR")
    bought = round(group.extra("bought").value)
    assert words.startswith(f"“Hello” worked: {bought} customers bought who would not have (95%")
    unclear = replace(only_buyers, verdict="unclear")
    words = result_sentence(replace(worked, groups=(unclear,)), "Hello", "EUR")
    assert words.startswith(f"Because of “Hello” {bought} customers bought who would not have (95%")


def test_a_running_test_has_no_verdict_and_says_when_to_look():
    result = measured(until=date(2026, 3, 12))
    words = result_sentence(result, "Spring mail", "USD")
    assert result.state == "running"
    assert "is on day 12 of 28, and it is too early to tell." in words
    assert "a range that holds on every day" in words
    assert "Its verdict comes on 29 Mar 2026, and not before." in words
    assert "worked" not in words
    assert result_state_words(result) == "Running: day 12 of 28"


def test_a_planned_test_says_when_it_starts():
    result = measured(until=date(2026, 2, 20))
    words = result_sentence(result, "Spring mail")
    assert words.startswith("“Spring mail” counts orders from 1 Mar 2026 to 28 Mar 2026.")
    assert "Look on 29 Mar 2026: newer orders then hold every day of it" in words
    assert result_state_words(result) == "Planned: starts 1 Mar 2026"


def test_without_a_holdout_there_is_no_proof():
    everybody = groups().assign(group="addressed")
    result = measured(groups=everybody, control="")
    words = result_sentence(result, "To all")
    assert "cannot be proved to have worked: nobody was held out." in words
    assert "where the model from before expected" in words
    assert best_group(result) is None
    assert result_state_words(result) == "Finished: no holdout, no proof"


def test_of_several_groups_the_one_that_decides_is_named():
    listed = groups()
    places = np.arange(len(listed))
    arms = listed["group"].where(
        listed["group"] == "held_out", np.where(places % 2, "Blue & <b>", "Red")
    )
    result = measured(groups=listed.assign(group=arms))
    words = result_sentence(result, "Colours")
    assert len(result.groups) == 2
    assert f"“Colours”, group “{best_group(result).group}”, worked" in words


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (Range95(0, -62, 55), "between 62 fewer and 55 more orders"),
        (Range95(41, 12, 70), "between 12 and 70 more orders"),
        (Range95(-9, -15, -3), "between 3 and 15 fewer orders"),
    ],
)
def test_ranges_of_orders_have_no_minus(extra, words):
    assert extra_words(extra) == words


def test_the_forecast_says_how_many_customers_it_saves(worked):
    share = f"{100 * worked.explained:.0f}%"
    assert f"the test needs {share} fewer customers" in explained_words(worked)
    assert "hardly" not in explained_words(worked)
    assert explained_words(replace(worked, without_forecast="Too few.")).endswith("Too few.")


def test_segments_differ_or_they_do_not(worked):
    labels = worked.outcomes["group"].mask(worked.outcomes["bought"] >= 0, "All")
    few = worked.by_segment(labels)
    assert segments_sentence(few).startswith("Too few customers")
    places = np.arange(len(labels))
    halves = labels.where(places % 2 == 0, "Other")
    alike = worked.by_segment(halves)
    assert isinstance(alike, SegmentDifferences)
    assert ("no more than chance" in segments_sentence(alike)) == (not alike.differ)
    sure = replace(alike, p_value=0.001)
    assert "more than chance: most in" in segments_sentence(sure)


def test_what_was_learned_has_its_range():
    lift = MeasuredLift("a", "messages", (), 0.031, 0.01, 900, 100, END)
    assert lift_sentence(lift) == (
        "Of 100 customers who would not have ordered, 3.1 did because of it (80% range 1.8 to 4.4)."
    )
    assert "4.0 fewer ordered" in lift_sentence(replace(lift, lift=-0.04))
    assert "Nothing can be learned" in lift_sentence(replace(lift, lift=float("nan")))


def test_states_and_amounts():
    assert state_words("finished", START, END, END) == "Finished"
    assert amount_words("bought", 0.123) == "12%"
    assert amount_words("revenue", 4.5, "USD") == "$4.50"
    assert difference_words("bought", 0.054) == "+5.4 points"
    assert difference_words("margin", -1.5, "EUR") == "−€1.50"
    assert difference_words("orders", 0.0123) == "+0.012"
    assert isinstance(campaign_test(), CampaignTest)
