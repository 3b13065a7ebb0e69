"""Files that begin in the middle of a shop's life: whether they are told, and what it changes."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from benchmarks.coverage import CDNOW, LEAVES_AT_ONCE, LOYAL, MID_LIFE, mid_life_hits
from retention import (
    FileStart,
    ModelError,
    fit_cltv,
    fit_groups,
    group_scores,
    orders_uncertainty,
    predict_cltv,
)
from retention.daily_repeats import DailyRepeats, carry
from retention.models.histories import NUMBER
from retention.models.next_order import active_curve, next_order, order_distribution
from tests.support.histories import (
    FIRST_DAY,
    WINTER,
    CutStore,
    cdnow,
    cdnow_with_first_orders,
    cut_to_last,
    known_purchases,
    simulated,
)

YEARS = 6 * 365
COLUMNS = ["frequency", "recency", "T", "monetary_value"]


def mid_life(
    days: int = 365, customers: int = 6_000, seed: int = 1, kind: str = "bg_nbd", **more
) -> CutStore:
    """The last days of a stationary store of six years."""
    parameters = {"bg_nbd": CDNOW, "mbg_nbd": LEAVES_AT_ONCE}[kind]
    store = known_purchases(customers, YEARS, 365, seed, kind, **more, **parameters)
    return cut_to_last(store, days)


@pytest.fixture(scope="module")
def year() -> CutStore:
    """The last year of a store."""
    return mid_life()


def off(file: CutStore, **settings) -> float:
    """How far the forecast of the year ahead is off."""
    model = fit_cltv(file.customers, season=None, **settings)
    return orders_uncertainty(model, file.customers).total().expected / file.orders.sum() - 1


def test_the_older_customers_of_the_last_year_are_found(year: CutStore) -> None:
    start = fit_cltv(year.customers).file_start
    assert start.in_mid_life
    assert start.share == pytest.approx(year.came_before.mean(), abs=0.09)
    assert start.customers == len(year.customers)
    first = (365 - year.customers["T"])[year.came_before]
    assert start.half_by == pytest.approx(first.median(), abs=25)
    assert start.evidence > 20
    assert "begins in the middle of the shop's life" in start.in_words


def test_the_parameters_are_nearer_to_those_of_the_whole_store(year: CutStore) -> None:
    plain, model = (fit_cltv(year.customers, file_start=how) for how in (None, "auto"))
    leaving = CDNOW["a"] / (CDNOW["a"] + CDNOW["b"])
    away = [abs(fit.a / (fit.a + fit.b) - leaving) for fit in (plain, model)]
    assert away[1] < away[0] / 2
    away = [abs(np.log(fit.alpha / CDNOW["alpha"])) for fit in (plain, model)]
    assert away[1] < away[0] / 2


def test_the_forecast_of_the_last_year_is_no_longer_too_high(year: CutStore) -> None:
    assert off(year, file_start=None) > 0.1
    assert abs(off(year)) < 0.06


def test_two_years_and_one_time_buyers_are_foreseen_as_they_come() -> None:
    mean = mid_life_hits(MID_LIFE[0], 0, 730)
    assert mean.loc["plain", "orders"] > 0.08
    assert mean.loc["plain", "once"] > 0.15
    assert abs(mean.loc["seen", "orders"]) < 0.05
    assert abs(mean.loc["seen", "once"]) < 0.06
    assert mean.loc["seen", "fires"] == 1


def test_customers_who_may_leave_at_once_are_found_too() -> None:
    file = mid_life(730, seed=3, kind="mbg_nbd")
    plain, model = (
        fit_cltv(file.customers, "mbg_nbd", season=None, file_start=how) for how in (None, "auto")
    )
    came = file.orders.sum()
    ahead = [orders_uncertainty(kind, file.customers).total().expected for kind in (plain, model)]
    assert model.file_start.in_mid_life
    assert abs(ahead[1] / came - 1) < 0.06 < ahead[0] / came - 1


def test_the_single_scores_stay_in_order(year: CutStore) -> None:
    model = fit_cltv(year.customers)
    scores = predict_cltv(model, year.customers)
    assert np.isfinite(scores.to_numpy()).all()
    assert (scores["p_alive"] >= scores["p_purchase"]).all()
    assert (scores["orders_low"] <= scores["expected_orders"]).all()
    assert (scores["orders_high"] >= scores["expected_orders"]).all()
    inside = (scores["orders_low"] <= year.orders) & (year.orders <= scores["orders_high"])
    assert inside.mean() > 0.8


@pytest.mark.parametrize("parameters", [CDNOW, LOYAL])
@pytest.mark.parametrize("days", [365, 900])
def test_nothing_changes_where_the_file_begins_with_the_shop(
    parameters: dict[str, float], days: int
) -> None:
    for seed in range(5):
        customers = known_purchases(800, days, 0, seed, **parameters).customers
        model = fit_cltv(customers)
        assert not model.file_start.in_mid_life
        assert model == fit_cltv(customers, file_start=None)


def test_nothing_changes_where_demand_has_a_season() -> None:
    customers = known_purchases(2_000, 800, 0, 1, season=WINTER, **CDNOW).customers
    assert not fit_cltv(customers).file_start.in_mid_life
    assert not fit_cltv(customers, season=None).file_start.in_mid_life


@pytest.mark.parametrize("customers", [cdnow, cdnow_with_first_orders, simulated])
def test_single_intakes_and_young_shops_stay_plain(customers) -> None:
    assert fit_cltv(customers()).file_start == FileStart()


def test_a_launch_is_no_beginning_in_mid_life() -> None:
    early = known_purchases(600, 30, 570, 1, **CDNOW)
    later = known_purchases(900, 600, 0, 2, **CDNOW)
    # The customers of the first month, observed for 570 days more.
    intake = cut_to_last(early, 30)
    grown = intake.customers.assign(T=intake.customers["T"] + 570)
    customers = pd.concat([grown, later.customers])
    assert fit_cltv(customers, season=None).file_start == FileStart()


def test_the_clock_of_a_season_and_older_customers_go_together() -> None:
    file = mid_life(800, season=WINTER)
    model = fit_cltv(file.customers)
    assert not model.season.is_plain
    assert model.file_start.share == pytest.approx(file.came_before.mean(), abs=0.06)
    expected = orders_uncertainty(model, file.customers).total().expected
    assert expected == pytest.approx(file.orders.sum(), rel=0.06)


def test_distinct_histories_give_the_same_model(year: CutStore) -> None:
    columns = ["frequency", "recency", "T"]
    grouped = year.customers.groupby(columns).size().rename(NUMBER).reset_index()
    grouped["monetary_value"] = np.where(grouped["frequency"] > 0, 20.0, 0.0)
    one, many = (
        fit_cltv(table, season=None) for table in (year.customers, grouped.astype({NUMBER: int}))
    )
    assert many.file_start.older == one.file_start.older
    assert many.alpha == pytest.approx(one.alpha, rel=1e-3)


def test_groups_lean_on_a_store_whose_older_customers_are_known(year: CutStore) -> None:
    model = fit_cltv(year.customers)
    channel = pd.Series(
        np.where(np.arange(len(year.customers)) % 3, "Shop", "Web"), index=year.customers.index
    )
    groups = fit_groups(model, year.customers, channel)
    expected = group_scores(groups, year.customers, channel)["expected_orders"]
    assert expected.sum() == pytest.approx(year.orders.sum(), rel=0.07)


def test_a_later_look_at_the_customers_keeps_the_day_that_the_file_began(year: CutStore) -> None:
    model = fit_cltv(year.customers, season=None)
    later = year.customers.assign(T=year.customers["T"] + 30)
    carry(later, DailyRepeats(FIRST_DAY + timedelta(days=YEARS + 30), np.zeros(396, dtype=int)))
    moved = model.seen_with(later)
    assert moved.purchases.elders.length == 395
    assert model.seen_with(year.customers) is model
    again = moved.seen_with(year.customers)
    assert again.purchases.elders.length == 365
    assert model.today == (FIRST_DAY + timedelta(days=YEARS) - date(1970, 1, 1)).days


@pytest.mark.parametrize("row", [(0, 0, 350), (3, 200, 320)])
def test_a_single_customer_is_told_the_same_everywhere(
    year: CutStore, row: tuple[int, int, int]
) -> None:
    model = fit_cltv(year.customers, season=None)
    frequency, recency, age = row
    table = pd.DataFrame([(*row, 20.0 * (frequency > 0))], columns=COLUMNS)
    scores = predict_cltv(model, table).iloc[0]
    order = next_order(model, frequency, recency, age, 365)
    assert order.within == pytest.approx(scores["p_purchase"])
    assert 1 - order.never == pytest.approx(scores["p_alive"])
    counts = order_distribution(model, frequency, recency, age)
    mean = (counts["probability"] * (counts["orders"] + counts["to"]) / 2).sum()
    assert mean == pytest.approx(scores["expected_orders"], rel=0.04)
    curve = active_curve(model, frequency, recency, points=8)["p_alive"]
    assert (np.diff(curve) <= 0).all()


def test_the_checks_name_the_cause_once(year: CutStore) -> None:
    model = fit_cltv(year.customers)
    named = {check.name: check for check in model.checks}
    assert named["Start of the file"].finding.startswith("This file begins in the middle")
    assert "how they are won" not in named["Newest customers"].advice
    plain = {check.name: check for check in fit_cltv(year.customers, file_start=None).checks}
    assert "Start of the file" not in plain
    assert named["Newest customers"].status == "good"


def test_an_unknown_setting_is_refused(year: CutStore) -> None:
    with pytest.raises(ModelError, match="start of the file"):
        fit_cltv(year.customers, file_start="first")  # type: ignore[arg-type]
