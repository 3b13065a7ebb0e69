from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from retention import (
    ModelError,
    backtest,
    fit_cltv,
    sample_orders,
    season_index,
    summarise_customers,
    summarise_histories,
)
from retention.daily_repeats import carried
from retention.evaluation.holdout import hold_out
from retention.models.season.fit import TOO_SHORT
from tests.support.orders_stub import orders_of


@pytest.fixture(scope="module")
def orders():
    return sample_orders("store", customers=4_000)


def test_all_tables_carry_the_same_repeat_purchases(orders):
    cut = orders.end - timedelta(days=100)
    tables = (
        summarise_customers(orders, cut),
        summarise_histories(orders, cut),
        hold_out(orders, cut).customers,
    )
    counts = [carried(table).counts for table in tables]
    assert all(np.array_equal(counts[0], other) for other in counts[1:])
    customers = tables[0]
    assert counts[0].sum() == customers["frequency"].sum()
    assert len(counts[0]) == customers["T"].max() + 1
    assert {carried(table).end for table in tables} == {cut}


def test_repeats_are_counted_on_their_days():
    rows = [
        ("ann", "2024-01-01 09:00"),
        ("ann", "2024-01-01 18:00"),  # the same day
        ("ann", "2024-01-04 10:00"),
        ("bob", "2024-01-02 10:00"),
        ("bob", "2024-01-04 11:00"),
        ("bob", "2024-01-04 12:00"),
        ("cid", "2024-01-05 12:00"),
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(revenue=5.0)
    orders = orders_of(frame)
    assert carried(summarise_customers(orders)).counts.tolist() == [0, 0, 0, 2, 0]
    assert carried(summarise_customers(orders, "2024-01-03")).counts.tolist() == [0, 0, 0]


def test_the_season_of_the_orders_is_the_one_that_the_model_finds(orders):
    season = season_index(orders)
    assert not season.is_plain
    assert season.by_month()["index"].idxmax() in (10, 11)  # November and December
    model = fit_cltv(summarise_customers(orders))
    assert model.season.coefficients == pytest.approx(season.coefficients, abs=1e-6)
    from_histories = fit_cltv(summarise_histories(orders))
    assert from_histories.season.coefficients == pytest.approx(season.coefficients, abs=1e-6)
    assert season_index(orders, orders.start + timedelta(days=400)).reason == TOO_SHORT


def test_a_backtest_knows_the_season_of_what_came_before_the_cut_alone(orders):
    result = backtest(orders, 180)
    assert result.model.season.end == result.cut
    assert result.model.season == fit_cltv(hold_out(orders, result.cut).customers).season
    plain = backtest(orders, 180, season=None)
    assert plain.model.season.is_plain
    assert result.figures["deviance"] < plain.figures["deviance"]

    def weeks_in(tested):
        weeks = tested.tracking[tested.tracking["part"] == "foreseen"]
        return ((weeks["low"] <= weeks["actual"]) & (weeks["actual"] <= weeks["high"])).mean()

    assert weeks_in(result) >= 0.7 > weeks_in(plain)
    total = result.tracking.loc[result.tracking["part"] == "foreseen", "expected"].sum()
    whole_weeks = result.figures["orders"] * (175 / 180)
    assert total == pytest.approx(whole_weeks, rel=0.02)


def test_weeks_before_the_cut_follow_the_season(orders):
    """What new customers would have done by now, week by week."""
    errors = []
    for season in (None, "auto"):
        weeks = backtest(orders, 90, season=season).tracking
        fitted = weeks[(weeks["part"] == "fitted") & (weeks["expected"] > 20)]
        errors.append((fitted["actual"] / fitted["expected"] - 1).std())
    assert errors[1] < errors[0]


def test_a_backtest_takes_no_index_that_knows_what_it_hides(orders):
    with pytest.raises(ModelError, match="season of a backtest"):
        backtest(orders, 90, season=season_index(orders))
