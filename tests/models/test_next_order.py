import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    ModelError,
    active_curve,
    fit_cltv,
    frequency_recency_map,
    next_order,
    order_distribution,
    predict_cltv,
)
from retention.models.next_order import silence_chance
from tests.support.histories import cdnow, handmade

KINDS = ["bg_nbd", "mbg_nbd"]


@pytest.fixture(scope="module")
def models():
    return {kind: fit_cltv(cdnow(), kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("history", [(0, 0, 272), (1, 12, 272), (2, 213, 272), (20, 260, 272)])
def test_one_customer_agrees_with_the_scores_of_everybody(models, kind, history):
    model = models[kind]
    scores = predict_cltv(model, handmade([(*history, 20.0)]), 365).iloc[0]
    due = next_order(model, *history, days=30)
    assert due.never == pytest.approx(1 - scores["p_alive"])
    assert due.within == pytest.approx(scores["p_purchase_30d"])
    counts = order_distribution(model, *history, days=365)
    assert counts["probability"].sum() == pytest.approx(1, abs=1.1e-3)
    assert tuple(counts.loc[0, ["orders", "to"]]) == (0, 0)
    assert (counts["to"] - counts["orders"])[1:].nunique() == 1
    middle = (counts["orders"] + counts["to"]) / 2
    assert counts["probability"] @ middle == pytest.approx(
        scores["expected_orders"], rel=0.03, abs=0.02
    )
    if counts["to"].iloc[0] == 0:
        assert 1 - counts["probability"].iloc[0] == pytest.approx(scores["p_purchase"])
    running = counts["probability"].cumsum()
    assert counts["orders"][running >= 0.9].iloc[0] <= scores["orders_high"]
    silence = history[2] - history[1]
    curve = active_curve(model, *history[:2], days=silence, points=silence + 1)
    assert curve["p_alive"].iloc[-1] == pytest.approx(scores["p_alive"])


def test_the_waiting_time_is_that_of_a_simulated_customer(models):
    model = models["bg_nbd"]
    frequency, recency, age = 5, 250, 272
    rng = np.random.default_rng(3)
    rate = rng.gamma(model.r + frequency, 1 / (model.alpha + age), 400_000)
    waits = rng.exponential(1 / rate)
    due = next_order(model, frequency, recency, age)
    assert (due.early, due.middle, due.late) == pytest.approx(
        np.quantile(waits, [0.1, 0.5, 0.9]), rel=0.01
    )


def test_a_wait_beyond_all_counting_is_infinite_and_no_error(models):
    flat = dataclasses.replace(models["bg_nbd"].purchases, r=1e-6)
    due = next_order(dataclasses.replace(models["bg_nbd"], purchases=flat), 0, 0, 100)
    assert due.late == np.inf
    assert 0 <= due.within <= 1


@settings(max_examples=60)
@given(
    kind=st.sampled_from(KINDS),
    frequency=st.integers(0, 60),
    recency=st.integers(1, 600),
    days=st.integers(1, 1500),
)
def test_silence_only_ever_makes_it_less_likely_that_a_customer_is_active(
    models, kind, frequency, recency, days
):
    curve = active_curve(models[kind], frequency, recency if frequency else 0, days=days)
    assert curve["p_alive"].between(0, 1).all()
    assert (curve["p_alive"].diff().dropna() <= 1e-12).all()


def test_the_map_agrees_with_the_scores_of_customers_in_its_cells(models):
    model = models["bg_nbd"]
    cells = frequency_recency_map(model, 272, 365, order_value=30.0, most=4, steps=4)
    assert len(cells) == 4 * 4 + 1
    rows = [
        (int(x), (272 - (low + high) / 2) if x else 0, 272, 30.0)
        for x, low, high in cells[["frequency", "silence_from", "silence_to"]].itertuples(
            index=False
        )
    ]
    scores = predict_cltv(model, handmade(rows), 365, annual_discount_rate=0.0)
    assert cells["p_purchase"].tolist() == pytest.approx(scores["p_purchase"].tolist())
    assert cells["p_alive"].tolist() == pytest.approx(scores["p_alive"].tolist())
    assert cells["expected_value"].tolist() == pytest.approx(
        (scores["expected_orders"] * 30).tolist()
    )


def test_a_longer_silence_is_worth_less_in_every_column_of_the_map(models):
    cells = frequency_recency_map(models["mbg_nbd"], 500, 180)
    for _, column in cells[cells["frequency"] > 0].groupby("frequency"):
        assert column.sort_values("silence_from")["p_purchase"].is_monotonic_decreasing


@pytest.mark.parametrize("days", [0, -5, float("nan"), float("inf"), "30", None])
def test_days_that_are_none_are_refused(models, days):
    model = models["bg_nbd"]
    for ask in (
        lambda: next_order(model, 2, 10, 20, days),
        lambda: order_distribution(model, 2, 10, 20, days),
        lambda: active_curve(model, 2, 10, days),
        lambda: frequency_recency_map(model, days),
        lambda: frequency_recency_map(model, 100, days),
    ):
        with pytest.raises(ModelError, match="number of days"):
            ask()


@pytest.mark.parametrize("history", [(-1, 0, 10), (0, 5, 10), (2, 0, 10), (2, 11, 10)])
def test_an_impossible_history_is_refused(models, history):
    for call in (next_order, order_distribution):
        with pytest.raises(ModelError, match="No customer can have"):
            call(models["bg_nbd"], *history)


def test_silence_is_unusual_beyond_the_late_end_of_the_usual_wait():
    """After as many days as 9 of 10 waits last, the chance of such a silence is 10 %."""
    customers = cdnow()
    model = fit_cltv(customers)
    late = next_order(model, 3, 120, 120).late
    one = customers.iloc[:1].assign(frequency=3, recency=120, T=120 + late)
    assert silence_chance(model, one)[0] == pytest.approx(0.1, rel=1e-6)
    assert silence_chance(model, one.assign(T=120))[0] == pytest.approx(1.0)
