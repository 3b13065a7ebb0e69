import dataclasses
import inspect
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    CltvModel,
    DataError,
    ModelError,
    RetentionError,
    expected_by_month,
    fit_cltv,
    orders_uncertainty,
    predict_cltv,
    purchase_probability,
    summarise_customers,
    value_uncertainty,
)
from retention.lifetimes_package import lifetimes
from retention.models import purchases
from retention.models.purchases import PurchaseModel
from retention.models.spend import GammaGamma
from retention.periods import DAYS_PER_MONTH
from retention.samples.simulator import simulate_orders
from tests.support.histories import cdnow, extreme_store, handmade, simulated
from tests.support.orders_stub import orders_of

COLUMNS = [
    *("p_alive", "p_purchase", "p_purchase_30d", "expected_orders", "expected_order_value", "cltv"),
    *("orders_low", "orders_high", "cltv_low", "cltv_high"),
]
NAN = (float("nan"),) * 4


@pytest.fixture(scope="module")
def model() -> CltvModel:
    return fit_cltv(cdnow())


@pytest.fixture(scope="module")
def mbg() -> CltvModel:
    return fit_cltv(cdnow(), "mbg_nbd")


def test_the_model_carries_the_published_numbers(model, mbg):
    assert (model.r, model.alpha / 7, model.a, model.b) == pytest.approx(
        (0.2426, 4.4136, 0.7929, 2.4259), abs=5e-5
    )
    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.005)
    assert model.spend_log_likelihood == pytest.approx(-4055.92, abs=0.005)
    assert (model.customers, model.repeaters, model.observation_days) == (2357, 946, 272)
    assert (model.purchase_model, model.spend_model) == ("bg_nbd", "gamma_gamma")
    assert mbg.purchase_model == "mbg_nbd"
    assert mbg.log_likelihood == pytest.approx(
        -9582.13 - cdnow()["frequency"].sum() * np.log(7), abs=0.006
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.customers = 1


def test_published_value_of_customer_1():
    """36.29 rests on the rounded published parameters and histories and on months of 4.345 weeks.

    Time is measured here in the unit of which such a month has as many as our months have days.
    """
    unit = DAYS_PER_MONTH / 4.345
    published = PurchaseModel("bg_nbd", 0.2426, 4.4136 * unit, 0.7929, 2.4259, 0.0, NAN)
    spend = GammaGamma(
        mean=6.25 * 15.44 / 2.74, customers=946, p=6.25, q=3.74, v=15.44, log_likelihood=0.0
    )
    model = CltvModel(published, published, spend, 2357, 946, 272, ())
    customer = handmade([(2, 30.43 * unit, 38.86 * unit, 22.35)])
    scores = predict_cltv(
        model, customer, horizon_days=12 * DAYS_PER_MONTH, annual_discount_rate=1.01**12 - 1
    )
    assert scores["cltv"].item() == pytest.approx(36.29, abs=0.005)


def test_value_of_customer_1_in_days(model):
    scores = predict_cltv(model, cdnow(), horizon_days=365.25, annual_discount_rate=1.01**12 - 1)
    assert scores["cltv"].iloc[0] == pytest.approx(36.29, abs=0.02)


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_published_holdout_totals(kind, model, mbg):
    """CDNOW's next 39 weeks had 1,882 repeat purchases; BG/NBD says 12.1 % less, MBG/NBD 16.2 %."""
    fitted, bias = {"bg_nbd": (model, -0.121), "mbg_nbd": (mbg, -0.162)}[kind]
    total = predict_cltv(fitted, cdnow(), horizon_days=39 * 7)["expected_orders"].sum()
    assert total / 1882 - 1 == pytest.approx(bias, abs=0.0015)


def test_one_time_buyers_are_never_certainly_active(model, mbg):
    scores = predict_cltv(model, cdnow())
    one_time = cdnow()["frequency"] == 0
    assert scores.loc[one_time, "p_alive"].between(0.2, 0.6).all()
    # In the holdout, by the published parameters: 0.41 on average.
    assert scores.loc[one_time, "p_alive"].mean() == pytest.approx(0.41, abs=0.005)
    others = predict_cltv(mbg, cdnow())
    assert scores.loc[one_time, "p_alive"].to_numpy() == pytest.approx(
        others.loc[one_time, "p_alive"].to_numpy()
    )
    # The rest of a one-time buyer's row is the purchase model's own, in closed form.
    age = cdnow().loc[one_time, "T"]
    closed = 1 - ((model.alpha + age) / (model.alpha + age + 365)) ** model.r
    assert scores.loc[one_time, "p_purchase"].to_numpy() == pytest.approx(
        closed.to_numpy(), rel=1e-12
    )


def test_scores_have_the_promised_columns_and_index(model):
    customers = cdnow()
    scores = predict_cltv(model, customers)
    assert scores.columns.tolist() == COLUMNS
    assert scores.index.equals(customers.index)
    assert "p_purchase_45d" in predict_cltv(model, customers, soon_days=45)


def test_value_is_the_discounted_sum_of_monthly_orders_times_spend_times_margin(model):
    customers = cdnow().head(300)
    horizon = 100
    scores = predict_cltv(model, customers, horizon, annual_discount_rate=0.2, margin=0.4)
    ends = [DAYS_PER_MONTH, 2 * DAYS_PER_MONTH, 3 * DAYS_PER_MONTH, 100.0]
    orders = [predict_cltv(model, customers, end)["expected_orders"] for end in ends]
    value = sum(
        (orders[i] - (orders[i - 1] if i else 0)) / 1.2 ** (end / 365.25)
        for i, end in enumerate(ends)
    )
    expected = value * scores["expected_order_value"] * 0.4
    assert scores["cltv"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-8)


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
@pytest.mark.parametrize("horizon", [1, 30, 365, 1000.5, 3650])
def test_months_add_up_to_the_scores(kind, horizon, model, mbg):
    fitted = {"bg_nbd": model, "mbg_nbd": mbg}[kind]
    customers = cdnow()
    months = expected_by_month(fitted, customers, horizon, annual_discount_rate=0.15, margin=0.3)
    scores = predict_cltv(fitted, customers, horizon, annual_discount_rate=0.15, margin=0.3)
    assert months.columns.tolist() == [
        "month", "start_day", "end_day", "expected_orders", "expected_revenue", "expected_value"
    ]  # fmt: skip
    assert months["expected_orders"].sum() == pytest.approx(
        scores["expected_orders"].sum(), rel=1e-10
    )
    revenue = (scores["expected_orders"] * scores["expected_order_value"]).sum()
    assert months["expected_revenue"].sum() == pytest.approx(revenue, rel=1e-10)
    assert months["expected_value"].sum() == pytest.approx(scores["cltv"].sum(), rel=1e-10)
    assert months["end_day"].iloc[-1] == horizon
    assert (months["start_day"].iloc[1:].to_numpy() == months["end_day"].iloc[:-1].to_numpy()).all()
    assert (months["expected_orders"] > 0).all()


def test_purchase_probability_is_the_scores_column(model):
    customers = cdnow()
    series = purchase_probability(model, customers, 30)
    assert series.name == "p_purchase_30d"
    pd.testing.assert_series_equal(series, predict_cltv(model, customers)["p_purchase_30d"])


def test_purchase_probability_is_calibrated_on_a_simulated_store():
    """Of the customers of a store that follows the model, as many buy as the probabilities say."""
    orders = simulate_orders(40_000, 700, r=0.6, alpha=20.0, a=0.8, b=3.0, p=5, q=4, v=20, seed=4)
    orders["customer_id"] = orders["customer_id"].astype(str)
    customers = summarise_customers(orders_of(orders), as_of="2024-12-31")
    probability = purchase_probability(fit_cltv(customers), customers, 90)
    later = orders[(orders["ordered_at"] >= "2025-01-01") & (orders["ordered_at"] < "2025-04-01")]
    bought = probability.index.isin(later["customer_id"])
    for group in np.array_split(np.argsort(probability.to_numpy()), 5):
        assert bought[group].mean() == pytest.approx(probability.to_numpy()[group].mean(), abs=0.02)


histories = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 270), st.integers(0, 200), st.floats(0.5, 500)),
    min_size=1,
    max_size=8,
)


def customers_from(rows) -> pd.DataFrame:
    return handmade(
        [(x, seen if x else 0, seen + rest, spend if x else 0.0) for x, seen, rest, spend in rows]
    )


@settings(max_examples=60)
@given(histories, st.integers(1, 3600), st.floats(0.01, 0.99))
def test_scores_are_sound_and_grow_with_horizon_and_margin(rows, horizon, margin):
    model = fit_cltv_once()
    customers = customers_from(rows)
    scores = predict_cltv(model, customers, horizon, margin=margin)
    assert np.isfinite(scores.to_numpy()).all()
    assert (
        scores[["p_alive", "p_purchase", "p_purchase_30d"]]
        .apply(lambda column: column.between(0, 1))
        .all(axis=None)
    )
    longer = predict_cltv(model, customers, horizon + 50, margin=margin)
    assert (longer["expected_orders"] > scores["expected_orders"]).all()
    assert (longer["cltv"] > scores["cltv"]).all()
    assert (longer["p_purchase"] >= scores["p_purchase"]).all()
    richer = predict_cltv(model, customers, horizon, margin=1.0)
    assert richer["cltv"].to_numpy() == pytest.approx((scores["cltv"] / margin).to_numpy())
    cheaper = predict_cltv(model, customers, horizon, annual_discount_rate=0.5, margin=margin)
    assert (cheaper["cltv"] < scores["cltv"]).all()
    undiscounted = predict_cltv(model, customers, horizon, annual_discount_rate=0.0)
    value = undiscounted["expected_orders"] * undiscounted["expected_order_value"]
    assert undiscounted["cltv"].to_numpy() == pytest.approx(value.to_numpy())


_fitted: list[CltvModel] = []


def fit_cltv_once() -> CltvModel:
    if not _fitted:
        _fitted.append(fit_cltv(cdnow()))
    return _fitted[0]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_company_a_customer_keeps_changes_nothing(seed):
    model, customers = fit_cltv_once(), cdnow()
    all_scores = predict_cltv(model, customers)
    some = customers.sample(frac=0.1, random_state=seed)
    scores = predict_cltv(model, some)
    pd.testing.assert_frame_equal(scores, all_scores.loc[some.index], rtol=1e-9)


@pytest.mark.parametrize("block", range(10))
def test_two_hundred_extreme_stores_give_finite_numbers_without_a_warning(block):
    """From 20 customers to 300, from days to years, from a purchase a day to one in decades."""
    fitted = 0
    for seed in range(block * 20, block * 20 + 20):
        customers = extreme_store(seed)
        horizon = (1, 365, 3650)[seed % 3]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                model = fit_cltv(customers, ("bg_nbd", "mbg_nbd", "auto")[seed // 3 % 3])
            except ModelError:
                assert not customers[
                    "frequency"
                ].any()  # nobody came back: the one thing that is refused here
                continue
            fitted += 1
            scores = predict_cltv(model, customers, horizon, soon_days=1)
            months = expected_by_month(model, customers, horizon)
            value = value_uncertainty(model, customers, horizon)
            totals = [
                value.total(),
                *value.totals(np.minimum(customers["frequency"].to_numpy(), 2), 3),
            ]
        assert np.isfinite(scores.to_numpy()).all()
        assert (scores >= 0).all(axis=None)
        assert (scores["expected_order_value"] > 0).all()
        for name in ("expected_orders", "cltv"):
            start = name.removeprefix("expected_")
            assert (scores[f"{start}_low"] <= scores[name]).all()
            assert (scores[name] <= scores[f"{start}_high"]).all()
        assert months["expected_value"].sum() == pytest.approx(scores["cltv"].sum(), rel=1e-9)
        assert totals[0].expected == pytest.approx(scores["cltv"].sum(), rel=1e-9)
        for total in totals:
            assert np.isfinite(dataclasses.astuple(total)).all()
            assert 0 <= total.low <= total.expected <= total.high
            assert min(total.chance, total.parameters) >= 0
        assert all(check.status in ("good", "caution", "bad", "unknown") for check in model.checks)
    assert fitted >= 10


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_rescaling_time_changes_nothing(kind):
    """The same customers in days and in weeks, over the same time: the same orders and money."""
    customers = cdnow()
    weeks = customers.assign(recency=customers["recency"] / 7, T=customers["T"] / 7)
    # A season, and how far weeks vary, can be told in days alone.
    in_days, in_weeks = fit_cltv(customers, kind, season=None), fit_cltv(weeks, kind, season=None)
    scores = predict_cltv(in_days, customers, 364, annual_discount_rate=0.0, soon_days=28)
    rescaled = predict_cltv(in_weeks, weeks, 52, annual_discount_rate=0.0, soon_days=4)
    assert rescaled[["orders_low", "orders_high"]].equals(scores[["orders_low", "orders_high"]])
    assert rescaled.to_numpy() == pytest.approx(scores.to_numpy(), rel=1e-6, abs=1e-12)
    for uncertainty, options in (
        (value_uncertainty, {"annual_discount_rate": 0.0}),
        (orders_uncertainty, {}),
    ):
        total = uncertainty(in_days, customers, 364, **options).total()
        rescaled = uncertainty(in_weeks, weeks, 52, **options).total()
        assert dataclasses.astuple(rescaled) == pytest.approx(dataclasses.astuple(total), rel=1e-6)


def test_without_intervals_the_other_columns_are_the_same(model):
    full = predict_cltv(model, cdnow())
    pd.testing.assert_frame_equal(predict_cltv(model, cdnow(), intervals=False), full[COLUMNS[:6]])


def test_no_customers_to_score_give_an_empty_table(model):
    assert predict_cltv(model, cdnow().head(0)).columns.tolist() == COLUMNS
    assert purchase_probability(model, cdnow().head(0), 10).empty
    assert expected_by_month(model, cdnow().head(0))["expected_orders"].sum() == 0


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("horizon_days", 0, "horizon_days is 0.*1 to 3,650"),
        ("horizon_days", 3651, "horizon_days is 3651"),
        ("horizon_days", float("nan"), "horizon_days is nan"),
        ("annual_discount_rate", -0.1, "discount rate is -0.1"),
        ("annual_discount_rate", float("inf"), "discount rate is inf"),
        ("margin", 0, "margin is 0"),
        ("margin", 35, "margin is 35.*such as 0.35"),
        ("soon_days", 0, "soon_days is 0"),
    ],
)
def test_settings_out_of_range_are_named(model, setting, value, message):
    for function in (predict_cltv, expected_by_month):
        if setting not in inspect.signature(function).parameters:
            continue
        with pytest.raises(RetentionError, match=message):
            function(model, cdnow(), **{setting: value})
    if setting.endswith("days"):
        with pytest.raises(RetentionError, match="days is"):
            purchase_probability(model, cdnow(), value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns="T"), "no column 'T'"),
        (lambda frame: frame.assign(recency=np.nan), "empty or infinite"),
        (lambda frame: frame.assign(monetary_value=np.inf), "empty or infinite"),
        (
            lambda frame: frame.assign(recency=frame["T"] + 1),
            "2,357 of 2,357 customers have an impossible",
        ),
        (lambda frame: frame.assign(frequency=-1), "impossible history"),
        (lambda frame: frame.assign(frequency=frame["frequency"] + 0.5), "whole number"),
    ],
)
def test_a_table_of_something_else_is_refused(model, change, message):
    for call in (
        fit_cltv,
        lambda frame: predict_cltv(model, frame),
        lambda frame: expected_by_month(model, frame),
    ):
        with pytest.raises(DataError, match=message):
            call(change(cdnow()))


def test_no_customers_to_learn_from_are_refused():
    with pytest.raises(ModelError, match="no customers"):
        fit_cltv(cdnow().head(0))


def test_without_the_companion_model_nothing_is_said_about_one_time_buyers(monkeypatch):
    def fails_for_mbg(histories, kind="bg_nbd", start=None, clock=None):
        if kind == "mbg_nbd":
            raise ModelError("The MBG/NBD model could not be fitted.")
        return purchases.fit_purchases(histories, kind, start, clock)

    monkeypatch.setattr("retention.models.cltv.fit_purchases", fails_for_mbg)
    with pytest.raises(ModelError, match="MBG/NBD"):
        fit_cltv(cdnow())


def test_a_store_average_model_still_gives_everybody_a_number():
    customers = simulated(400, 300, seed=5).head(60)
    model = fit_cltv(
        customers.assign(monetary_value=np.where(customers["frequency"] > 0, 20.0, 0.0))
    )
    assert model.spend_model == "store_average"
    assert (model.p, model.q, model.v, model.spend_log_likelihood) == (None, None, None, None)
    scores = predict_cltv(model, customers.assign(monetary_value=0.0))
    assert (scores["expected_order_value"] == 20.0).all()


def test_fitting_does_not_need_an_autograd_graph(monkeypatch):
    package = lifetimes()

    def refuse(*args, **kwargs):
        raise AssertionError("the likelihood of lifetimes was evaluated")

    monkeypatch.setattr(package.BetaGeoFitter, "_negative_log_likelihood", staticmethod(refuse))
    monkeypatch.setattr(package.GammaGammaFitter, "_negative_log_likelihood", staticmethod(refuse))
    assert fit_cltv(cdnow()).r > 0
