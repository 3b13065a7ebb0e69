import pytest

from retention import STAGES, TRAITS, DataError, strategies, strategies_for, usual_campaign
from retention.campaigns.usual import MOST_COSTS, MOST_DELIVERY, usual_contact_cost
from retention.history.metrics import METRICS
from retention.playbook import left_out
from retention.reports.scorecard_verdict import READ


def test_every_strategy_says_for_whom_how_and_on_whose_word():
    assert len({strategy.key for strategy in strategies()}) == len(strategies()) == 10
    for strategy in strategies():
        assert set(strategy.audience) <= {*STAGES, *TRAITS}
        assert strategy.audience or strategy.others
        assert strategy.how
        assert all(step.endswith(".") for step in (*strategy.how, strategy.evidence))
        assert all("20" in source for source in strategy.source.split("; "))


def test_strategies_work_on_metrics_that_there_are():
    for strategy in strategies():
        assert strategy.metrics
        assert set(strategy.metrics) <= set(METRICS)
        assert len(set(strategy.metrics)) == len(strategy.metrics)


@pytest.mark.parametrize("metric", READ)
def test_every_metric_of_a_reading_has_a_strategy(metric):
    assert strategies_for(metric)


def test_what_works_on_a_metric_most_comes_first():
    found = strategies_for("customer_retention_rate")
    assert [strategy.metrics.index("customer_retention_rate") for strategy in found][:2] == [0, 1]
    assert found[0].key == "reactivation"
    assert found[0].audience == ("at_risk", "lapsed")
    with pytest.raises(DataError, match="happiness"):
        strategies_for("happiness")


def test_nobody_who_opted_out_is_written_to_and_nothing_is_offered_to_the_unhappy():
    for strategy in strategies():
        keys = [row.key for row in left_out(strategy.promotion)]
        assert "opted_out" in keys
        assert ("unhappy" in keys) == strategy.promotion
    assert not next(row for row in strategies() if row.key == "service_recovery").promotion


def test_messages_and_delivery_start_at_what_they_cost_at_most_where_the_currency_is_known():
    rich = usual_campaign("reactivation", order_value=1_200, currency="EUR")
    assert rich.terms.contact_cost == MOST_COSTS["email"]
    assert rich.terms.opening.value == MOST_DELIVERY
    # What a unit of an unknown currency is worth, nobody can tell: a share of the order.
    unknown = usual_campaign("reactivation", order_value=1_200)
    assert unknown.terms.opening.value == 60
    assert rich.terms.offer == unknown.terms.offer
    assert (
        usual_contact_cost("sms", 36.0, "USD")
        == usual_contact_cost("sms", 36.0)
        < MOST_COSTS["sms"]
    )
