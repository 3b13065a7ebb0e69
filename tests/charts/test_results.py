"""Charts of results for notebooks: each is valid, and is drawn from the result's own numbers."""

import altair as alt
import pandas as pd
import pytest

import retention
from retention.charts import results


@pytest.fixture(scope="module")
def store() -> dict[str, object]:
    orders = retention.sample_orders("store", customers=800)
    customers = retention.summarise_customers(orders)
    model = retention.fit_cltv(customers, season=retention.season_index(orders))
    scores = retention.predict_cltv(model, customers)
    return {"orders": orders, "customers": customers, "model": model, "scores": scores}


def rows_of(chart: alt.Chart | alt.LayerChart) -> list[pd.DataFrame]:
    """The data that a chart carries; the chart must be valid."""
    spec = chart.to_dict()
    return [pd.DataFrame(rows) for rows in spec["datasets"].values()]


def test_the_backtest_draws_its_weeks_and_groups(store):
    proof = retention.backtest(store["orders"])
    weeks = pd.concat(rows_of(results.backtest_chart(proof)))
    assert weeks["actual"].dropna().sum() >= proof.tracking["actual"].dropna().sum()
    groups = max(rows_of(results.calibration_chart(proof)), key=len)
    assert len(groups) == len(proof.calibration)


def test_the_season_draws_twelve_months(store):
    months = max(rows_of(results.season_chart(store["model"])), key=len)
    assert months["name"].tolist()[:2] == ["Jan", "Feb"]
    assert len(months) == 12


def test_the_months_add_up_to_the_expected_revenue(store):
    chart = results.months_chart(store["model"], store["customers"], store["orders"])
    months = max(rows_of(chart), key=len)
    scores = store["scores"]
    expected = (scores["expected_orders"] * scores["expected_order_value"]).sum()
    assert months["expected_revenue"].sum() == pytest.approx(expected, rel=0.02)


def test_values_and_who_holds_them(store):
    shown = max(rows_of(results.value_chart(store["customers"], store["scores"], "USD")), key=len)
    assert shown["customers"].sum() == len(store["customers"])
    curve = max(rows_of(results.concentration_chart(store["scores"], "USD")), key=len)
    assert curve["value_share"].max() == pytest.approx(1)


def test_channels_stand_beside_the_average(store):
    split = retention.breakdown(store["orders"], "channel", customers=store["customers"])
    shown = max(rows_of(results.breakdown_chart(split, "USD")), key=len)
    assert set(shown["name"]) == set(split.values.index)


def test_stages_of_some_stand_beside_everybody(store):
    labels = retention.assign_segments(store["customers"], store["scores"])
    [rows] = rows_of(results.stages_chart(labels, labels["stage"] == "vip"))
    assert rows.set_index("stage")["share"].to_dict()["VIP"] == 1
    assert rows["all_share"].sum() == pytest.approx(1)
    [everybody] = rows_of(results.stages_chart(labels))
    assert everybody["customers"].sum() == len(labels)
