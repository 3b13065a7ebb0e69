"""The season that the orders show, on stores whose demand is known."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retention import (
    DataError,
    ModelError,
    SeasonIndex,
    fit_cltv,
    next_order,
    orders_uncertainty,
    predict_cltv,
    purchase_probability,
    read_orders,
    summarise_customers,
    value_uncertainty,
)
from retention.models.season.fit import CHANCE, LEAST_EVIDENCE, TOO_FEW, TOO_SHARP, TOO_SHORT
from retention.models.season.index import PLAIN, day_number
from tests.support.histories import (
    PARAMETERS,
    WINTER,
    SeasonalStore,
    cdnow,
    handmade,
    seasonal_store,
)

YEAR = np.arange(day_number("2023-01-01"), day_number("2024-01-01"))


@pytest.fixture(scope="module")
def store() -> SeasonalStore:
    return seasonal_store(WINTER, customers=8_000, days=1_000, after=180)


@pytest.fixture(scope="module")
def model(store):
    return fit_cltv(store.customers)


def log_error(season: SeasonIndex) -> float:
    """The root mean square error of the log index."""
    return float(np.sqrt(np.mean(np.log(season.on(YEAR) / WINTER.on(YEAR)) ** 2)))


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_a_known_season_is_recovered_and_the_parameters_too(kind):
    store = seasonal_store(WINTER, customers=8_000, days=1_000, kind=kind)
    fitted = fit_cltv(store.customers, kind)
    assert not fitted.season.is_plain
    assert fitted.season.evidence > LEAST_EVIDENCE
    assert log_error(fitted.season) < 0.05
    for name, true in PARAMETERS.items():
        assert getattr(fitted, name) == pytest.approx(true, rel=0.3)
    assert (fitted.season.end, fitted.purchases.clock.today) == (
        store.end,
        day_number(store.end),
    )
    assert fitted.companion.clock == fitted.purchases.clock


def test_the_error_of_the_index_is_what_it_says():
    """Over stores, the squared error of months is that of the stated range."""
    ratios = []
    for seed in range(8):
        season = fit_cltv(seasonal_store(WINTER, 3_000, 800, seed).customers).season
        found, true = season.by_month(), WINTER.by_month()
        deviation = np.log(found["high"] / found["index"]) / 1.2816
        ratios.append(np.mean((np.log(found["index"] / true["index"]) / deviation) ** 2))
    assert 0.4 < np.mean(ratios) < 2


@pytest.mark.parametrize(("customers", "days"), [(2_000, 730), (600, 1_095), (4_000, 600)], ids=str)
def test_stores_without_a_season_stay_plain(customers, days):
    """Twenty stores: one in a hundred may be taken for seasonal."""
    seasons = [
        fit_cltv(seasonal_store(PLAIN, customers, days, seed).customers).season
        for seed in range(20)
    ]
    assert sum(not season.is_plain for season in seasons) <= 1
    assert {season.reason for season in seasons if season.is_plain} == {CHANCE}
    # Nor do ranges widen much beyond chance, which a store of this size cannot tell from nothing.
    assert np.mean([season.level_spread for season in seasons]) < 0.06


def test_a_trend_and_a_wandering_level_are_no_season():
    def decline(day: np.ndarray) -> np.ndarray:
        return np.exp(-0.5 * day / 365)

    def wander(day: np.ndarray) -> np.ndarray:
        return np.exp(0.2 * np.sin(2 * np.pi * day / 230))

    for demand in (decline, wander):
        season = fit_cltv(seasonal_store(demand, 4_000, 800).customers).season
        assert season.is_plain
        assert season.level_spread > 0.08


@pytest.mark.parametrize("days", [28, 91])
def test_a_gap_in_the_orders_is_no_season_and_no_level(days):
    def with_gap(day: np.ndarray) -> np.ndarray:
        return np.where((day >= 300) & (day < 300 + days), 1e-9, 1.0)

    def season_and_gap(day: np.ndarray) -> np.ndarray:
        return with_gap(day) * WINTER.on(day_number("2021-03-07") + day)

    plain = fit_cltv(seasonal_store(with_gap, 4_000, 800).customers).season
    assert plain.is_plain
    assert plain.level_spread < 0.1
    seasonal = fit_cltv(seasonal_store(season_and_gap, 8_000, 1_000).customers).season
    assert log_error(seasonal) < 0.08


def test_a_sale_that_does_not_come_back_is_no_season():
    def with_sale(day: np.ndarray) -> np.ndarray:
        return np.where((day >= 400) & (day < 407), 4.0, 1.0)

    assert fit_cltv(seasonal_store(with_sale, 4_000, 900).customers).season.is_plain


def test_weeks_that_vary_are_measured_and_are_no_season():
    def uneven(day: np.ndarray) -> np.ndarray:
        weeks = np.random.default_rng(3).normal(size=day[-1] // 7 + 1)
        return np.exp(0.3 * weeks[day // 7])

    season = fit_cltv(seasonal_store(uneven, 4_000, 800).customers).season
    assert season.is_plain
    assert season.weekly_spread == pytest.approx(0.3, abs=0.08)


def test_a_season_stands_out_of_weeks_that_vary():
    def both(day: np.ndarray) -> np.ndarray:
        weeks = np.random.default_rng(4).normal(size=day[-1] // 7 + 1)
        return WINTER.on(day_number("2021-03-07") + day) * np.exp(0.15 * weeks[day // 7])

    season = fit_cltv(seasonal_store(both, 6_000, 1_000).customers).season
    assert log_error(season) < 0.1
    assert season.weekly_spread == pytest.approx(0.15, abs=0.05)


def test_less_than_a_year_and_a_half_is_too_short():
    season = fit_cltv(seasonal_store(WINTER, 4_000, 540).customers).season
    assert (season.is_plain, season.reason) == (True, TOO_SHORT)
    assert season.level_spread > 0


def test_a_few_purchases_cannot_tell():
    season = fit_cltv(seasonal_store(WINTER, 40, 700).customers).season
    assert (season.is_plain, season.reason) == (True, TOO_FEW)


def test_cdnow_is_left_plain_and_its_numbers_stay():
    auto, plain = fit_cltv(cdnow()), fit_cltv(cdnow(), season=None)
    assert (auto.season.is_plain, auto.season.reason) == (True, TOO_SHORT)
    for name in ("r", "alpha", "a", "b", "log_likelihood"):
        assert getattr(auto, name) == getattr(plain, name)
    assert predict_cltv(auto, cdnow()).equals(predict_cltv(plain, cdnow()))


def test_the_seasonal_forecast_is_nearer_to_what_came(store, model):
    """Half a year from late autumn on, by month and in all."""
    plain = fit_cltv(store.customers, season=None)
    came = store.later.sum()
    on_clock, without = (
        orders_uncertainty(fitted, store.customers, 180).total() for fitted in (model, plain)
    )
    assert abs(on_clock.expected / came - 1) < abs(without.expected / came - 1)
    assert on_clock.low <= came <= on_clock.high
    month = predict_cltv(model, store.customers, 30)["expected_orders"].sum()
    assert month == pytest.approx(store.later[:30].sum(), rel=0.1)


def test_everything_that_looks_ahead_uses_one_clock(store, model):
    customers = store.customers
    scores = predict_cltv(model, customers, 90, annual_discount_rate=0.0, soon_days=30)
    assert purchase_probability(model, customers, 30).to_numpy() == pytest.approx(
        scores["p_purchase_30d"].to_numpy()
    )
    assert value_uncertainty(model, customers, 90, 0.0).expected == pytest.approx(
        scores["cltv"].to_numpy()
    )
    row = customers.iloc[customers["frequency"].to_numpy().argmax()]
    due = next_order(model, int(row["frequency"]), row["recency"], row["T"], days=30)
    assert due.within == pytest.approx(scores["p_purchase_30d"].loc[row.name])
    # Half of the active customers have ordered by the middle of the wait.
    frequency, T = np.array([row["frequency"]]), np.array([row["T"]])
    by_middle = model.purchases.probability_purchase_if_active(frequency, T, due.middle)
    assert by_middle[0] == pytest.approx(0.5, rel=1e-6)


def test_customers_of_another_day_are_seen_from_that_day(store, model):
    """The same histories, half a year later in the calendar, order at another pace."""
    later = store.customers.assign(
        first_order=store.customers["first_order"] + pd.Timedelta(days=182)
    )
    later.attrs.clear()
    now, then = (
        predict_cltv(model, customers, 60)["expected_orders"].sum()
        for customers in (store.customers, later)
    )
    assert abs(np.log(then / now)) > 0.1
    assert model.at(day_number(store.end) + 182).today == day_number(store.end) + 182
    # Without any day the customers are taken to be of the model's own.
    undated = later.drop(columns="first_order")
    assert predict_cltv(model, undated, 60)["expected_orders"].sum() == pytest.approx(now)


def test_histories_that_end_on_different_days_have_no_season(store, model):
    mixed = store.customers.copy()
    mixed.attrs.clear()
    mixed.loc[mixed.index[0], "first_order"] += pd.Timedelta(days=1)
    with pytest.raises(DataError, match="end on different days"):
        predict_cltv(model, mixed)
    predict_cltv(fit_cltv(store.customers, season=None), mixed)


def test_a_season_of_all_customers_serves_a_part_of_them(store, model):
    part = store.customers.iloc[::2]
    by_itself = fit_cltv(part)
    assert by_itself.season.is_plain
    assert "not all customers" in by_itself.season.reason
    shared = fit_cltv(part, season=model.season)
    assert shared.season == model.season
    assert shared.purchases.clock == model.purchases.clock
    assert shared.alpha == pytest.approx(model.alpha, rel=0.2)


def test_customers_without_days_are_modelled_plain(store):
    undated = handmade([(0, 0, 20, 0.0), (1, 5, 30, 9.0), (2, 20, 25, 8.0), (4, 90, 90, 7.0)] * 9)
    model = fit_cltv(undated)
    assert model.season.is_plain
    assert "without the days" in model.season.reason
    with pytest.raises(ModelError, match="do not say on which day"):
        fit_cltv(undated, season=WINTER)
    assert fit_cltv(undated, season=PLAIN).season is PLAIN


def test_a_strange_season_is_refused(store):
    with pytest.raises(ModelError, match="SeasonIndex"):
        fit_cltv(store.customers, season="winter")


def test_counts_that_are_not_in_days_are_not_used(store):
    weeks = store.customers.assign(
        recency=store.customers["recency"] / 7, T=store.customers["T"] / 7
    )
    assert fit_cltv(weeks).season.is_plain


def test_the_order_of_rows_does_not_matter(store, model):
    shuffled = store.customers.sample(frac=1, random_state=1)
    assert fit_cltv(shuffled).season.coefficients == pytest.approx(
        model.season.coefficients, abs=1e-6
    )


def test_what_moves_the_store_widens_its_totals_and_not_its_customers(store, model):
    still = replace(model, season=model.season.without_scatter())
    wide, narrow = (
        orders_uncertainty(fitted, store.customers, 60).total() for fitted in (model, still)
    )
    assert wide.high - wide.low >= narrow.high - narrow.low
    assert wide.expected == narrow.expected
    shaky = replace(model, season=replace(model.season, level_spread=0.3))
    total = value_uncertainty(shaky, store.customers, 60).total()
    assert total.store > 0.2 * total.expected
    columns = ["cltv_low", "cltv_high", "orders_low", "orders_high"]
    assert predict_cltv(shaky, store.customers)[columns].equals(
        predict_cltv(model, store.customers)[columns]
    )


def test_purchases_on_few_days_of_the_year_alone_have_no_season():
    """A file made by a formula: its index would be 0 on some days, whose logarithm is none."""
    number = np.arange(9_000)
    days = pd.to_datetime(
        {"year": 2023 + number % 3, "month": 1 + number % 12, "day": 1 + 7 * (number % 4)}
    )
    frame = pd.DataFrame(
        {
            "order": number,
            "customer": np.random.default_rng(1).integers(0, 900, 9_000),
            "date": days,
            "total": 20.0,
        }
    )
    customers = summarise_customers(read_orders(frame))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model = fit_cltv(customers)
    assert (model.season.is_plain, model.season.reason) == (True, TOO_SHARP)
