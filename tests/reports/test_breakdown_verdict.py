"""Intervals and verdicts of a dimension's values, against other calculations and chance."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from retention import (
    Period,
    breakdown,
    fit_cltv,
    fit_groups,
    group_value_uncertainty,
    preset_period,
    read_orders,
    summarise_customers,
    value_uncertainty,
)
from retention.reports.breakdown import breakdown_of
from retention.reports.breakdown_history import ATTRIBUTIONS, dimension_history
from retention.reports.breakdown_verdict import (
    UNNAMED,
    compare_rates,
    compare_values,
    without_unnamed,
)
from retention.statistics import wilson
from tests.support.channel_orders import shop
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def store():
    return shared_sample("store")


@pytest.fixture(scope="module")
def store_frame(store):
    return store.table.to_pandas()


def relative_errors(frame: pd.DataFrame, dimension: str, period: Period) -> pd.DataFrame:
    """Standard errors of revenue and order value by the values of all orders, as a share of
    them.
    """
    day = frame["ordered_at"].dt.normalize()
    now = frame[(day >= pd.Timestamp(period.start)) & (day < pd.Timestamp(period.end))]
    each = now.groupby([dimension, "customer_id"])["revenue"].agg(["sum", "size"])
    rows = {}
    for value, part in each.groupby(level=0):
        whole = part["sum"].sum()
        residual = part["sum"] - part["size"] * whole / part["size"].sum()
        rows[value] = {
            "revenue": np.sqrt((part["sum"] ** 2).sum()) / whole,
            "average_order_value": residual.std(ddof=0) * np.sqrt(len(part)) / whole,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def test_growth_has_the_interval_of_the_spread_between_customers(store, store_frame):
    period = preset_period("365", store.start, store.end)
    found = breakdown(store, "channel", period, "all_orders")
    now, before = (
        relative_errors(store_frame, "channel", part) for part in (period, found.previous)
    )
    for name in now.columns:
        width = 1.959964 * np.hypot(now[name], before[name]).reindex(found.values.index)
        change = np.log1p(found.values[f"{name}_growth"])
        assert np.log1p(found.values[f"{name}_growth_low"]).to_numpy() == pytest.approx(
            (change - width).to_numpy()
        )
        assert np.log1p(found.values[f"{name}_growth_high"]).to_numpy() == pytest.approx(
            (change + width).to_numpy()
        )
    counts = found.values["new_customers"]
    was = counts / (1 + found.values["new_customers_growth"])
    width = 1.959964 * np.sqrt(1 / counts + 1 / was)
    high = np.log1p(found.values["new_customers_growth_high"])
    assert high.to_numpy() == pytest.approx((np.log(counts / was) + width).to_numpy())
    up = found.values["revenue_growth_low"] > 0
    assert (found.values.loc[up, "revenue_growth_verdict"] == "up").all()
    assert up.any()


def test_rates_have_wilsons_interval(store):
    values = breakdown(store, "coupon", preset_period("90", store.start, store.end)).values
    for row in values.itertuples():
        some = round(row.repeat_purchase_rate * row.customers)
        expected = binomtest(some, row.customers).proportion_ci(method="wilson")
        assert (row.repeat_purchase_rate_low, row.repeat_purchase_rate_high) == pytest.approx(
            tuple(expected)
        )


def test_wilsons_interval_where_nobody_everybody_or_no_customer_is():
    low, high = wilson(pd.Series([0.0, 5.0, 0.0]), pd.Series([5.0, 5.0, 0.0]))
    for place, some in ((0, 0), (1, 5)):
        expected = binomtest(some, 5).proportion_ci(method="wilson")
        assert (low[place], high[place]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert np.isnan(low[2])
    assert np.isnan(high[2])


def test_a_sample_of_customers_gives_about_the_same_intervals(store):
    period = preset_period("365", store.start, store.end)
    history = dimension_history(store, "channel")
    exact = breakdown_of(history, period).values
    rough = breakdown_of(replace(history, parts=5), period).values
    for name in ("revenue", "orders", "average_order_value"):
        assert (rough[f"{name}_growth"] == exact[f"{name}_growth"]).all()
        widths = [
            np.log1p(part[f"{name}_growth_high"]) - np.log1p(part[f"{name}_growth"])
            for part in (rough, exact)
        ]
        assert (widths[0] / widths[1]).between(0.7, 1.4).all()


def test_a_value_that_the_sample_hardly_holds_takes_the_spread_of_the_store(store):
    period = preset_period("365", store.start, store.end)
    history = dimension_history(store, "channel")
    exact = breakdown_of(history, period).values
    rough = breakdown_of(replace(history, parts=60), period).values
    for name in ("revenue", "orders", "average_order_value"):
        known = exact[f"{name}_growth_low"].notna()
        assert known.any()
        assert rough.loc[known, f"{name}_growth_low"].notna().all()
        widths = [
            np.log1p(part[f"{name}_growth_high"]) - np.log1p(part[f"{name}_growth"])
            for part in (rough[known], exact[known])
        ]
        assert (widths[0] / widths[1]).between(0.4, 2.5).all()


@pytest.fixture(scope="module")
def forecast(store):
    customers = summarise_customers(store)
    model = fit_cltv(customers, "mbg_nbd")
    return customers, value_uncertainty(model, customers)


def test_the_value_is_that_of_the_periods_new_customers(store, forecast):
    customers, uncertainty = forecast
    period = preset_period("365", store.start, store.end)
    found = breakdown(store, "channel", period, customers=customers, uncertainty=uncertainty)
    assert found.basis == "value_per_customer"
    first = customers["first_order"].dt.date
    new = (first >= period.start) & (first < period.end)
    worth = pd.Series(uncertainty.expected, customers.index)
    for name, row in found.values.iterrows():
        inside = (new & (customers["first_channel"] == name)).to_numpy()
        assert row["new_customers"] == inside.sum()
        assert row["value_per_customer"] == pytest.approx(worth[inside].mean())
        assert row["revenue_per_customer"] == pytest.approx(customers["revenue"][inside].mean())
        total = uncertainty.total(inside)
        assert row["value_per_customer_low"] == pytest.approx(total.low / inside.sum())
        assert row["value_per_customer_high"] == pytest.approx(total.high / inside.sum())
        assert row["average"] == pytest.approx(worth[new.to_numpy()].mean())
        assert row["compare_low"] <= row["value_per_customer"] <= row["compare_high"]


def test_the_verdict_says_on_which_side_of_the_average_all_of_the_interval_lies(store, forecast):
    customers, uncertainty = forecast
    for attribution in ATTRIBUTIONS:
        for dimension in ("channel", "coupon"):
            found = breakdown(
                store, dimension, None, attribution, customers=customers, uncertainty=uncertainty
            )
            basis = "value_per_customer" if attribution == "first_order" else "repeat_purchase_rate"
            assert found.basis == basis
            values = found.values
            clear = values["verdict"] != "too little data"
            assert (
                (values["verdict"] == "more") == (values["compare_low"] > values["average"]) & clear
            ).all()
            assert (
                (values["verdict"] == "less")
                == (values["compare_high"] < values["average"]) & clear
            ).all()
            number = (
                values["new_customers"] if attribution == "first_order" else values["customers"]
            )
            assert (values.loc[number < 30, "verdict"] == "too little data").all()


def test_the_sample_stores_best_and_worst_channels_are_found(store, forecast):
    customers, uncertainty = forecast
    found = breakdown(store, "channel", None, customers=customers, uncertainty=uncertainty).values[
        "verdict"
    ]
    assert (found["Referral"], found["E-mail"]) == ("more", "more")
    assert (found["Marketplace"], found["Paid social"]) == ("less", "less")


def test_values_given_at_random_rarely_differ(store, forecast):
    """Where no value says anything, about 1 breakdown in 20 seems to, however many values it
    has.
    """
    customers, uncertainty = forecast
    period = preset_period("all", store.start, store.end)
    rng = np.random.default_rng(7)
    names = [f"value {n}" for n in range(8)]
    rows = pd.DataFrame({"name": names, "kind": "value"})
    said = []
    for _ in range(60):
        mixed = customers.assign(first_channel=rng.choice(names, len(customers)))
        found = compare_values(mixed, uncertainty, "channel", period, rows)["verdict"]
        said.append((found != "no clear difference").any())
    assert np.mean(said) <= 0.1


def test_values_given_at_random_rarely_differ_by_models_of_their_own(store, forecast):
    """More customers who came back by chance raise a group's model and what it is applied to."""
    customers, _ = forecast
    model = fit_cltv(customers, "mbg_nbd")
    period = preset_period("all", store.start, store.end)
    rng = np.random.default_rng(7)
    names = [f"value {n}" for n in range(8)]
    rows = pd.DataFrame({"name": names, "kind": "value"})
    said = []
    for _ in range(30):
        mixed = customers.assign(first_channel=rng.choice(names, len(customers)))
        by = mixed["first_channel"]
        own = group_value_uncertainty(fit_groups(model, mixed, by), mixed, by)
        found = compare_values(mixed, own, "channel", period, rows)["verdict"]
        said.append((found != "no clear difference").any())
    assert np.mean(said) <= 0.1


def test_a_channels_own_model_tells_more_of_it(store, forecast):
    """Hidden last year: what new customers of each channel bring, by the store's and own models."""
    cut = "2025-10-31"
    customers = summarise_customers(store, cut)
    later = summarise_customers(store).loc[customers.index]
    brought = later["revenue"] - customers["revenue"]
    days = (store.end - pd.Timestamp(cut).date()).days
    model, by = fit_cltv(customers, "mbg_nbd"), customers["first_channel"]
    pooled = value_uncertainty(model, customers, days, annual_discount_rate=0.0)
    own = group_value_uncertainty(
        fit_groups(model, customers, by), customers, by, days, annual_discount_rate=0.0
    )
    off = {
        name: [
            one.expected[(by == name).to_numpy()].sum() / brought[by == name].sum() - 1
            for one in (pooled, own)
        ]
        for name in by.dropna().unique()
    }
    errors = pd.DataFrame(off).T.abs()
    assert errors[1].mean() < 0.7 * errors[0].mean()


@pytest.mark.parametrize("values", [2, 3, 8, 20])
def test_rates_that_are_alike_rarely_differ_however_many_there_are(values):
    rng = np.random.default_rng(11)
    said = []
    for _ in range(1_000):
        of = rng.integers(200, 900, values)
        found = compare_rates(
            pd.Series(rng.binomial(of, 0.3).astype(float)), pd.Series(of.astype(float)), of.sum()
        )
        said.append((found["verdict"] != "no clear difference").any())
    assert 0.02 <= np.mean(said) <= 0.07


def test_a_value_is_compared_with_all_others_together():
    found = compare_rates(pd.Series([60.0, 30.0, 10.0]), pd.Series([100.0, 100.0, 20.0]), 220)
    assert found["average"].tolist() == pytest.approx([100 / 220] * 3)
    assert found["verdict"].tolist() == ["more", "less", "too little data"]
    # Zou and Donner: 0.6 - 40 / 120, with Wilson's intervals of both.
    one, other = (binomtest(*x).proportion_ci(method="wilson") for x in ((60, 100), (40, 120)))
    low = 0.6 - 1 / 3 - np.hypot(0.6 - one.low, other.high - 1 / 3)
    assert found["compare_low"][0] == pytest.approx(100 / 220 + 120 / 220 * low)


def test_one_value_alone_has_nothing_to_be_compared_with():
    frame = shop([(f"c{n}", f"2024-01-{1 + n % 28:02d}", 10.0, "Shop") for n in range(60)])
    found = breakdown(orders_of(frame), "channel")
    assert found.values["verdict"].tolist() == ["too little data"]


def test_a_channel_with_many_orders_of_nobody_has_no_verdict():
    # Both channels' customers order twice, but half of the till's second orders name nobody.
    rows = ["Order,Email,Date,Total,Source"]
    for n in range(400):
        source, day = ("pos", "web")[n % 2], pd.Timestamp("2026-01-01") + pd.Timedelta(days=n % 90)
        later = (day + pd.Timedelta(days=30)).date()
        named = "" if n % 4 == 0 else f"c{n}@example.com"
        rows.append(f"a{n},c{n}@example.com,{day.date()},20,{source}")
        rows.append(f"b{n},{named},{later},20,{source}")
    orders = read_orders("\n".join(rows).encode(), {"channel": "Source"})
    values = breakdown(orders, "channel").values
    assert values["without_customer"].to_dict() == pytest.approx({"pos": 100 / 400, "web": 0.0})
    assert values["verdict"].to_dict() == {"pos": UNNAMED, "web": "more"}


def test_a_few_orders_of_nobody_everywhere_change_no_verdict():
    verdicts = pd.Series(["less", "more", "too little data"])
    orders = pd.Series([100, 900, 10])
    for shares in ([0.0, 0.0, 0.0], [0.04, 0.0, 0.0], [0.3, 0.25, 0.3]):
        assert without_unnamed(verdicts, pd.Series(shares), orders).tolist() == verdicts.tolist()
    many = without_unnamed(verdicts, pd.Series([0.15, 0.0, 0.5]), orders)
    assert many.tolist() == [UNNAMED, "more", "too little data"]
