import dataclasses
import warnings
from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import (
    Backtest,
    DataError,
    ModelError,
    Orders,
    backtest,
    fit_cltv,
    orders_uncertainty,
    predict_cltv,
    summarise_customers,
    value_uncertainty,
)
from retention.evaluation.accuracy import poisson_deviance
from retention.evaluation.backtest import MIN_HOLDOUT, choose_model, default_holdout
from retention.samples.simulator import simulate_orders
from tests.support.histories import cdnow, cdnow_with_first_orders
from tests.support.messy_store import messy_store, split_in_pandas
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample

HOLDOUT = 273  # 39 weeks


@pytest.fixture(scope="module")
def orders() -> Orders:
    return shared_sample("cdnow")


@pytest.fixture(scope="module")
def result(orders) -> Backtest:
    return backtest(orders, HOLDOUT)


@pytest.fixture(scope="module")
def auto(orders) -> Backtest:
    return backtest(orders, HOLDOUT, "auto")


# --- CDNOW, against what is published -------------------------------------------------------------


def test_the_cut_and_who_is_known_by_then(result):
    assert (result.cut, result.end, result.holdout_days) == (
        date(1997, 9, 30),
        date(1998, 6, 30),
        HOLDOUT,
    )
    assert (result.customers, result.model.customers) == (2_357, 2_357)
    assert (result.purchase_model, result.reason) == ("bg_nbd", "")
    assert (result.model.r, result.model.alpha / 7) == pytest.approx((0.2426, 4.4136), abs=5e-5)


@pytest.mark.parametrize(
    ("model", "bias", "mae"),
    [("bg_nbd", -0.121, 0.786), ("mbg_nbd", -0.162, 0.765), ("past_rate", 0.557, 1.024)],
)
def test_published_holdout_of_cdnow(result, model, bias, mae):
    found = result.models.loc[model]
    assert found["actual_orders"] == 1_882
    assert found["bias"] == pytest.approx(bias, abs=7e-4)
    assert found["mae"] == pytest.approx(mae, abs=7e-4)


def test_published_total_and_verdict(result):
    assert result.models.loc["bg_nbd", "orders"] == pytest.approx(1_653, abs=0.5)
    assert result.orders.expected == pytest.approx(1_653, abs=0.5)
    assert result.verdict == (
        "In the last 273 days this model foresaw 1,653 of 1,882 repeat orders, 12% too few; its "
        "best 20% of "
        "customers brought 67% of the revenue; guessing from past rates was 56% too high."
    )


def test_one_time_buyers_are_foreseen_as_published(result):
    row = result.by_frequency.iloc[0]
    assert (row["frequency"], row["customers"]) == ("0", 1_411)
    assert (row["expected"], row["actual"]) == pytest.approx((0.225, 0.237), abs=5e-4)


def test_the_table_of_models_against_plain_pandas(orders, result):
    """Each figure from the scores and the orders themselves."""
    customers = cdnow_with_first_orders()
    _, after = split_in_pandas(orders, "1997-09-30")
    groups = after.groupby("customer_id")
    actual = groups.size().reindex(customers.index, fill_value=0)
    revenue = groups["revenue"].sum().reindex(customers.index, fill_value=0.0)
    bought = (customers["frequency"] * customers["monetary_value"]).sum()
    rate = customers["frequency"].sum() / customers["T"].sum()
    by_rate = customers["frequency"] / customers["T"].clip(lower=1) * HOLDOUT
    everybody = pd.Series(rate * HOLDOUT, index=customers.index)
    predicted = {
        "past_rate": (by_rate, by_rate * customers["monetary_value"]),
        "average": (everybody, everybody * bought / customers["frequency"].sum()),
    }
    for kind in ("bg_nbd", "mbg_nbd"):
        scores = predict_cltv(
            fit_cltv(customers, kind), customers, HOLDOUT, annual_discount_rate=0.0
        )
        predicted[kind] = scores["expected_orders"], scores["cltv"]
    assert sorted(result.models.index) == sorted(predicted)
    for kind, (orders_each, revenue_each) in predicted.items():
        row = result.models.loc[kind]
        off = orders_each - actual
        assert row["orders"] == pytest.approx(orders_each.sum())
        assert row["revenue"] == pytest.approx(revenue_each.sum())
        assert row["actual_revenue"] == pytest.approx(revenue.sum())
        assert row["revenue_bias"] == pytest.approx(revenue_each.sum() / revenue.sum() - 1)
        assert row["mae"] == pytest.approx(off.abs().mean())
        assert row["rmse"] == pytest.approx((off**2).mean() ** 0.5)
        assert row["deviance"] == pytest.approx(
            poisson_deviance(orders_each.to_numpy(), actual.to_numpy()).mean()
        )
        if kind == "average":
            assert (row["top_10"], row["top_20"]) == pytest.approx((0.1, 0.2), abs=1e-3)
            continue
        for name, share in (("top_10", 0.1), ("top_20", 0.2)):
            best = revenue_each.nlargest(int(np.ceil(share * len(customers)))).index
            assert row[name] == pytest.approx(revenue[best].sum() / revenue.sum(), abs=2e-3)


def test_the_models_rank_better_than_chance_and_err_less_than_the_guesses(result):
    models = result.models
    assert (models.loc[["bg_nbd", "mbg_nbd"], "gini"] > 0.6).all()
    assert models.loc["average", "gini"] == pytest.approx(0, abs=1e-9)
    assert (
        models.loc[["bg_nbd", "mbg_nbd"], "mae"].max()
        < models.loc[["past_rate", "average"], "mae"].min()
    )
    assert models.loc["past_rate", "deviance"] == np.inf  # one-time buyers came back


def test_totals_are_those_of_the_model_with_their_intervals(result):
    customers = cdnow_with_first_orders()
    orders = orders_uncertainty(result.model, customers, HOLDOUT)
    revenue = value_uncertainty(result.model, customers, HOLDOUT, annual_discount_rate=0.0)
    # Not to the last digit: sums may be taken in another order from one call to the next.
    for found, expected in ((result.orders, orders.total()), (result.revenue, revenue.total())):
        assert dataclasses.astuple(found) == pytest.approx(dataclasses.astuple(expected), rel=1e-9)
    assert result.revenue.expected == pytest.approx(result.models.loc["bg_nbd", "revenue"])


def test_order_intervals_hold_most_customers(orders, result):
    scores = predict_cltv(result.model, cdnow(), HOLDOUT)
    _, after = split_in_pandas(orders, "1997-09-30")
    actual = after.groupby("customer_id").size().reindex(scores.index, fill_value=0)
    within = actual.between(scores["orders_low"], scores["orders_high"])
    assert result.coverage == pytest.approx(within.mean(), rel=1e-12)
    assert 0.85 <= result.coverage <= 0.97


def test_calibration_is_of_the_probability_to_buy(orders, result):
    p_purchase = predict_cltv(result.model, cdnow(), HOLDOUT)["p_purchase"]
    _, after = split_in_pandas(orders, "1997-09-30")
    found = result.calibration
    assert found["customers"].sum() == 2_357
    assert len(found) == 10
    assert found["customers"] @ found["predicted"] == pytest.approx(p_purchase.sum())
    assert round(found["customers"] @ found["observed"]) == after["customer_id"].nunique()
    # The likeliest tenth did buy most of all.
    assert found["observed"].idxmax() == 9
    assert found["observed"].iloc[-1] == pytest.approx(found["predicted"].iloc[-1], abs=0.1)


def test_by_frequency_adds_up_to_the_totals(result):
    found = result.by_frequency
    assert found["frequency"].tolist() == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert found["customers"].sum() == 2_357
    assert found["customers"] @ found["actual"] == pytest.approx(1_882)
    assert found["customers"] @ found["expected"] == pytest.approx(result.orders.expected)


def test_tracking_ends_where_the_totals_do(result):
    foreseen = result.tracking[result.tracking["part"] == "foreseen"]
    assert len(foreseen) == 39
    assert foreseen["actual"].sum() == 1_882
    assert foreseen["expected"].sum() == pytest.approx(result.orders.expected, rel=1e-3)


def test_the_other_model_is_the_same_one_as_fitted_alone(orders, result):
    found = backtest(orders, HOLDOUT, "mbg_nbd")
    assert found.purchase_model == found.model.purchase_model == "mbg_nbd"
    pd.testing.assert_frame_equal(found.models, result.models)
    assert found.orders.expected == pytest.approx(result.models.loc["mbg_nbd", "orders"])
    alone = fit_cltv(cdnow(), "mbg_nbd")
    assert (found.model.r, found.model.a) == pytest.approx((alone.r, alone.a), rel=1e-6)
    assert "foresaw 1,577 of 1,882 repeat orders, 16% too few" in found.verdict


# --- which model ----------------------------------------------------------------------------------


def test_auto_keeps_the_usual_model_where_the_backtest_does_not_tell_them_apart(auto, result):
    assert auto.purchase_model == auto.model.purchase_model == "bg_nbd"
    assert auto.reason.startswith(
        "BG/NBD, the usual model: the backtest does not tell the two apart"
    )
    deviance = result.models["deviance"]
    assert (
        f"{deviance['bg_nbd']:.4f} with BG/NBD and {deviance['mbg_nbd']:.4f} with MBG/NBD"
        in auto.reason
    )
    pd.testing.assert_frame_equal(auto.models, result.models)


def leave_at_once(customers: int, days: int, seed: int) -> Orders:
    """A store of frequent buyers of whom half leave right after the first purchase."""
    frame = simulate_orders(
        customers, days, r=2.0, alpha=30, a=0.5, b=0.5, p=5, q=4, v=20, seed=seed
    )
    rng = np.random.default_rng(seed)
    gone = frame["customer_id"].isin(rng.choice(customers, customers // 2, replace=False) + 1)
    frame = frame[~gone | ~frame["customer_id"].duplicated()]
    return orders_of(frame.assign(customer_id=frame["customer_id"].astype(str)))


def test_auto_takes_the_model_that_foresaw_customers_better():
    orders = leave_at_once(10_000, 400, seed=1)
    found = backtest(orders, 120, "auto")
    assert found.models.loc["mbg_nbd", "deviance"] < found.models.loc["bg_nbd", "deviance"]
    assert found.purchase_model == found.model.purchase_model == "mbg_nbd"
    assert found.reason.startswith("MBG/NBD: it foresaw the orders of single customers better")
    customers = summarise_customers(orders)
    model = fit_cltv(customers, "auto", backtest=found)
    assert (model.purchase_model, model.choice) == ("mbg_nbd", found.reason)
    assert model.customers == len(
        customers
    )  # fitted to everything, not to what came before the cut


def test_a_model_picked_by_the_backtest_says_so(auto):
    model = fit_cltv(cdnow(), "auto", backtest=auto)
    assert (model.purchase_model, model.choice) == ("bg_nbd", auto.reason)
    plain = fit_cltv(cdnow())
    assert (model.r, model.alpha, model.a, model.b) == (plain.r, plain.alpha, plain.a, plain.b)
    assert plain.choice == ""


def test_a_model_picked_without_a_backtest_says_so():
    customers = summarise_customers(leave_at_once(2_000, 400, seed=1))
    model = fit_cltv(customers, "auto")
    assert model.purchase_model == "mbg_nbd"
    assert model.choice.startswith("MBG/NBD: it fits these customers better (log-likelihood higher")
    assert "Without a backtest nothing is known" in model.choice
    assert model.purchases == model.companion
    assert model.r == pytest.approx(fit_cltv(customers, "mbg_nbd").r, rel=1e-6)


def test_a_likelihood_ahead_by_next_to_nothing_picks_the_usual_model():
    model = fit_cltv(cdnow(), "auto")  # -9,582.13 against -9,582.43
    assert model.purchase_model == "bg_nbd"
    assert "fits these customers as well (log-likelihoods differ by 0.3)" in model.choice


def test_a_gain_that_does_not_matter_picks_the_usual_model():
    """A difference of a thousandth is clear among very many customers, and still nothing."""
    actual = np.tile([0.0, 1.0, 2.0], 20_000)
    near = np.tile([0.5, 1.0, 1.5], 20_000)
    nearer = np.tile([0.4999, 1.0, 1.5001], 20_000)
    kind, reason = choose_model({"bg_nbd": near, "mbg_nbd": nearer}, actual)
    assert kind == "bg_nbd"
    assert "no better by any amount that matters" in reason
    much_nearer = np.tile([0.4, 1.0, 1.6], 20_000)
    assert choose_model({"bg_nbd": near, "mbg_nbd": much_nearer}, actual)[0] == "mbg_nbd"


def test_a_ranking_by_lot_is_a_part_of_the_verdict(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["gini", "gini_by_chance"]] = [0.02, 0.05]
    by_lot = dataclasses.replace(result, models=models)
    assert "ranked the customers no better than by lot" in by_lot.verdict
    assert "best 20%" not in by_lot.verdict
    assert not result.ranks_by_chance


def test_a_backtest_that_compared_nothing_picks_nothing(result):
    with pytest.raises(ModelError, match=r'compared no models\. Run it with purchase_model="auto"'):
        fit_cltv(cdnow(), "auto", backtest=result)


# --- the cut --------------------------------------------------------------------------------------


def span_of(days: int) -> Orders:
    ends = pd.to_datetime(["2023-01-01", "2023-01-01"]) + pd.to_timedelta([0, days], unit="D")
    return orders_of(pd.DataFrame({"customer_id": ["A", "B"], "ordered_at": ends, "revenue": 1.0}))


@pytest.mark.parametrize(
    ("span", "holdout"), [(545, 181), (30, 14), (1_094, 364), (1_095, 365), (4_000, 365)]
)
def test_the_default_hides_the_last_third_within_two_weeks_and_a_year(span, holdout):
    assert default_holdout(span_of(span)) == holdout


def test_the_default_is_what_is_hidden(orders):
    found = backtest(orders)
    assert found.holdout_days == default_holdout(orders) == 181
    assert found.cut == date(1997, 12, 31)
    assert len(found.tracking[found.tracking["part"] == "foreseen"]) == 181 // 7


def test_the_day_of_the_cut_belongs_to_what_the_model_sees():
    frame = simulate_orders(300, 200, r=1, alpha=20, a=0.5, b=3, p=5, q=4, v=20, seed=2)
    frame["customer_id"] = frame["customer_id"].astype(str)
    orders = orders_of(frame, end="2024-07-18")
    cut = pd.Timestamp("2024-07-18") - pd.Timedelta(days=60)
    first = frame["ordered_at"].min()
    extra = pd.DataFrame(
        {
            "customer_id": ["last minute", "last minute", "next morning", "first"],
            "ordered_at": [
                cut + pd.Timedelta("23:59:59"),
                cut + pd.Timedelta("1D"),
                cut + pd.Timedelta("1D"),
                first,
            ],
            "revenue": [10.0, 7.0, 20.0, 1.0],
        }
    )
    with_extra = orders_of(pd.concat([frame, extra]), end="2024-07-18")
    before, after = backtest(orders, 60), backtest(with_extra, 60)
    assert after.cut == cut.date()
    # "last minute" and "first" are known by the cut, "next morning" is not; of the three, one comes
    # back after it.
    assert after.customers == before.customers + 2
    assert (
        after.models.loc["bg_nbd", "actual_orders"]
        == before.models.loc["bg_nbd", "actual_orders"] + 1
    )
    change = (
        after.models.loc["bg_nbd", "actual_revenue"] - before.models.loc["bg_nbd", "actual_revenue"]
    )
    assert change == pytest.approx(7.0)


def test_the_totals_are_those_of_the_orders_after_the_cut():
    orders = messy_store()
    before, after = split_in_pandas(orders, "2024-08-27")
    result = backtest(orders, 60)
    assert result.cut == date(2024, 8, 27)
    assert result.models.loc["bg_nbd", "actual_orders"] == len(after)
    assert result.models.loc["bg_nbd", "actual_revenue"] == pytest.approx(after["revenue"].sum())
    assert result.customers == before["customer_id"].nunique()


def test_what_comes_after_the_cut_does_not_reach_the_model():
    orders = messy_store()
    table = orders.table.to_pandas()
    after = table["ordered_at"] >= "2024-08-28"
    changed = orders_of(
        table.assign(revenue=np.where(after, 1e6, table["revenue"])), end="2024-10-26"
    )
    one, other = backtest(orders, 60), backtest(changed, 60)
    names = ("r", "alpha", "a", "b", "p", "q", "v")
    assert [getattr(one.model, name) for name in names] == pytest.approx(
        [getattr(other.model, name) for name in names], rel=1e-9
    )
    for found, expected in ((one.orders, other.orders), (one.revenue, other.revenue)):
        assert dataclasses.astuple(found) == pytest.approx(dataclasses.astuple(expected), rel=1e-9)


# --- too little -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "holdout", "message"),
    [
        (27, None, "orders span 28 days; a backtest asks for 29 or more. Load a longer period"),
        (100, 13, "13 cannot be hidden: hide 14 to 86 days"),
        (100, 87, "Of 101 days, 87 cannot be hidden.*or load a longer period"),
        (0, None, "orders span 1 day;"),
        (100, 0, "0 cannot be hidden"),
    ],
)
def test_a_history_too_short_to_hide_anything_is_refused(span, holdout, message):
    with pytest.raises(DataError, match=message):
        backtest(span_of(span), holdout)


def test_nothing_to_fit_before_the_cut_is_refused_with_the_reason():
    with pytest.raises(
        ModelError,
        match=r"too little before 2023-03-31 to predict them from\. There is 1 customer",
    ):
        backtest(span_of(109), 20)


def test_an_unknown_model_is_refused(orders):
    with pytest.raises(ModelError, match=r"'pareto'.*bg_nbd, mbg_nbd or auto"):
        backtest(orders, purchase_model="pareto")


def test_the_shortest_hidden_part_works(orders):
    found = backtest(orders, MIN_HOLDOUT)
    assert found.holdout_days == 14
    assert len(found.tracking[found.tracking["part"] == "foreseen"]) == 2


def test_a_hidden_part_without_an_order_is_said_plainly():
    frame = simulate_orders(300, 200, r=1, alpha=20, a=0.5, b=3, p=5, q=4, v=20, seed=2)
    frame["customer_id"] = frame["customer_id"].astype(str)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", category=RuntimeWarning)
        found = backtest(orders_of(frame, end="2024-10-27"), 100)
    assert found.models.loc["bg_nbd", "actual_orders"] == 0
    assert np.isnan(found.models.loc["bg_nbd", ["bias", "gini", "top_20"]].astype(float)).all()
    assert found.verdict.startswith(
        f"In the last 100 days none of the {found.customers} customers ordered again"
    )


def test_free_orders_leave_nothing_to_say_about_revenue():
    frame = simulate_orders(300, 200, r=1, alpha=20, a=0.5, b=3, p=5, q=4, v=20, seed=2)
    free = frame["ordered_at"] > frame["ordered_at"].max().normalize() - pd.Timedelta(days=59)
    frame = frame.assign(
        customer_id=frame["customer_id"].astype(str), revenue=frame["revenue"].where(~free, 0.0)
    )
    found = backtest(orders_of(frame), 60)
    assert found.models.loc["bg_nbd", "actual_orders"] > 0
    assert found.models.loc["bg_nbd", "actual_revenue"] == 0
    assert "revenue" not in found.verdict


def test_a_store_where_all_spend_the_same_once_in_the_hidden_part():
    """No ranking of customers by what they brought is better than another."""
    rows = []
    for number in range(80):
        days = [number % 20, 25 + number % 13, 40 + number % 7] if number % 2 else [number % 30]
        rows += [
            (f"C{number:02}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=day))
            for day in [*days, 80]
        ]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(revenue=10.0)
    found = backtest(orders_of(frame), 25)
    assert found.models.loc["bg_nbd", "actual_orders"] == 80
    assert np.isnan(found.models.loc["bg_nbd", "gini"]) or found.models.loc["bg_nbd", "gini"] == 0


@pytest.mark.parametrize("block", range(4))
def test_backtests_of_random_stores_are_finite_and_without_a_warning(block):
    done = 0
    for seed in range(block * 6, block * 6 + 6):
        rng = np.random.default_rng(seed)
        low = {"r": -1.5, "alpha": 0, "a": -2, "b": -2, "p": -0.5, "q": -0.3, "v": -2}
        high = {"r": 1.5, "alpha": 3, "a": 1.3, "b": 2, "p": 2, "q": 1.5, "v": 5}
        parameters = {name: float(10 ** rng.uniform(low[name], high[name])) for name in low}
        parameters["alpha"] = max(parameters["alpha"], parameters["r"])
        frame = simulate_orders(
            int(10 ** rng.uniform(1.3, 2.7)),
            int(10 ** rng.uniform(1.6, 3.3)),
            seed=seed,
            **parameters,
        )
        orders = orders_of(frame.assign(customer_id=frame["customer_id"].astype(str)))
        with warnings.catch_warnings():
            warnings.filterwarnings("error", category=RuntimeWarning)
            try:
                found = backtest(orders, None, ("bg_nbd", "mbg_nbd", "auto")[seed % 3])
            except (DataError, ModelError):
                continue
        done += 1
        foreseen = found.tracking[found.tracking["part"] == "foreseen"]
        assert np.isfinite(foreseen[["expected", "low", "high"]]).all(axis=None)
        assert np.isfinite(found.tracking["expected"]).all()
        assert np.isfinite(found.models[["orders", "revenue", "mae", "rmse"]].astype(float)).all(
            axis=None
        )
        assert 0 <= found.coverage <= 1
        for total in (found.orders, found.revenue):
            assert np.isfinite(dataclasses.astuple(total)).all()
            assert 0 <= total.low <= total.expected <= total.high
        assert "nan" not in found.verdict
    assert done >= 3
