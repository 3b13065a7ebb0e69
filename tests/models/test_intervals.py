import warnings
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings, strategies as st
from scipy.special import betaln
from scipy.stats import nbinom

from retention import CltvModel, fit_cltv, predict_cltv
from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.intervals import history_intervals, whole_orders
from retention.models.purchases import PURCHASE_MODELS, PurchaseModel
from retention.models.spend import GammaGamma, SpendModel, StoreAverage
from retention.periods import DAYS_PER_MONTH, DAYS_PER_YEAR
from tests.support.histories import UNKNOWN, cdnow, future_orders, handmade, known_store

ENDS = ["orders_low", "orders_high", "cltv_low", "cltv_high"]
CDNOW = (0.2426, 30.9, 0.7929, 2.4259)
#: What reading a percentile off the table of spends may be off.
TABLE_ERROR = 0.005


def gamma_gamma(p: float, q: float, v: float) -> GammaGamma:
    return GammaGamma(mean=p * v / (q - 1), customers=900, p=p, q=q, v=v, log_likelihood=0.0)


def store_average(mean: float, variation: float) -> StoreAverage:
    return StoreAverage(mean=mean, customers=900, variation=variation, covariance=((0.0,),))


def model_of(kind: str, parameters: tuple[float, ...], spend: SpendModel) -> CltvModel:
    purchases = PurchaseModel(kind, *parameters, 0.0, UNKNOWN)
    return CltvModel(purchases, purchases, spend, 2_000, 900, 365, ())


def futures(
    model: CltvModel,
    row: tuple[int, int, int, float],
    days: float,
    number: int,
    seed: int,
    rate: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate the orders and the discounted spend of customers with one history."""
    x, seen, age, value = row
    purchases, spend = model.purchases, model.spend
    who, when = future_orders(purchases, x, age, days, number, seed)
    rng = np.random.Generator(np.random.PCG64(seed + 1_000))
    active = rng.random(number) < purchases.probability_active(x, seen, age)
    who, when = who[active[who]], when[active[who]]
    if spend.kind == "gamma_gamma":
        shape, unit = spend.p, (spend.v + x * value) / rng.gamma(spend.q + spend.p * x, size=number)
    else:
        shape = 1 / spend.variation**2
        unit = np.full(number, (value if x else spend.mean) / shape)
    month_end = np.minimum(np.ceil(when / DAYS_PER_MONTH) * DAYS_PER_MONTH, days)
    money = rng.gamma(shape, unit[who]) / (1 + rate) ** (month_end / DAYS_PER_YEAR)
    return np.bincount(who, minlength=number), np.bincount(who, weights=money, minlength=number)


SPENDS = {
    "gamma_gamma": gamma_gamma(6.25, 3.74, 15.44),
    "wide gamma_gamma": gamma_gamma(1.5, 1.6, 20.0),
    "store_average": store_average(30.0, 0.6),
}


@pytest.mark.parametrize("spend", SPENDS)
@pytest.mark.parametrize("kind", list(PURCHASE_MODELS))
@pytest.mark.parametrize(
    ("row", "days"),
    [((2, 213, 272, 22.35), 365), ((3, 256, 262, 22.3), 90), ((29, 264, 266, 26.3), 365)],
)
def test_customers_ends_are_percentiles_of_simulated_futures(row, days, kind, spend):
    """Against 40,000 futures a customer, drawn order by order."""
    model = model_of(kind, CDNOW, SPENDS[spend])
    scores = predict_cltv(model, handmade([row]), days, annual_discount_rate=0.0).iloc[0]
    orders, money = futures(model, row, days, 40_000, seed=days)
    error = 4 * 0.3 / 200  # four standard errors of a share near 10 %
    assert scores["expected_orders"] == pytest.approx(orders.mean(), abs=4 * orders.std() / 200)
    assert (orders <= scores["orders_high"]).mean() >= 0.9 - error
    assert (orders < scores["orders_high"]).mean() <= 0.9 + error or scores["orders_high"] == 1
    assert (orders <= scores["orders_low"]).mean() >= 0.1 - error
    assert (orders < scores["orders_low"]).mean() <= 0.1 + error
    assert (money <= scores["cltv_high"]).mean() == pytest.approx(0.9, abs=error)
    if scores["cltv_low"] > 0:
        assert (money <= scores["cltv_low"]).mean() == pytest.approx(0.1, abs=error)
    else:
        assert (money == 0).mean() >= 0.1 - error


def test_who_hardly_comes_back_has_an_interval_from_nothing_to_the_expected_value():
    """Where nine in ten bring nothing, the 90th percentile is 0; the ends hold the mean."""
    model = model_of("bg_nbd", CDNOW, SPENDS["gamma_gamma"])
    row = (1, 3, 272, 20.0)
    scores = predict_cltv(model, handmade([row]), 90).iloc[0]
    orders, _ = futures(model, row, 90, 20_000, seed=1)
    assert (orders == 0).mean() > 0.95
    assert scores[["orders_low", "orders_high", "cltv_low"]].tolist() == [0, 1, 0]
    assert scores["cltv_high"] == scores["cltv"] > 0


@pytest.mark.parametrize("days", [365, 1825])
@pytest.mark.parametrize("row", [(6, 250, 266, 26.3), (29, 264, 266, 26.3)])
def test_discounted_intervals_hold_four_fifths_of_discounted_futures(row, days):
    """A shorter horizon stands for the discounts: too wide for customers who leave early."""
    model = model_of("bg_nbd", CDNOW, SPENDS["gamma_gamma"])
    _, money = futures(model, row, days, 20_000, seed=1, rate=0.1)
    scores = predict_cltv(model, handmade([row]), days, annual_discount_rate=0.1).iloc[0]
    assert money.mean() == pytest.approx(scores["cltv"], rel=0.03)
    assert 0.89 <= (money <= scores["cltv_high"]).mean() <= 0.93
    assert (money < scores["cltv_low"]).mean() <= 0.112


def test_discounting_lowers_values_and_leaves_orders():
    model = fit_cltv(cdnow())
    plain, discounted = (
        predict_cltv(model, cdnow(), annual_discount_rate=rate) for rate in (0.0, 0.3)
    )
    for name in ("cltv_low", "cltv", "cltv_high"):
        assert (discounted[name] <= plain[name]).all()
        assert discounted[name].sum() < plain[name].sum()
    assert discounted[["orders_low", "orders_high"]].equals(plain[["orders_low", "orders_high"]])


# --- whatever the model and the customers


def log_uniform(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(np.log(low), np.log(high)).map(lambda power: float(np.exp(power)))


spends = st.one_of(
    st.builds(gamma_gamma, log_uniform(0.8, 12), log_uniform(1.1, 12), log_uniform(1, 200)),
    st.builds(store_average, log_uniform(1, 500), log_uniform(0.3, 1.5)),
)
models = st.builds(
    model_of,
    st.sampled_from(list(PURCHASE_MODELS)),
    st.tuples(
        log_uniform(0.05, 8), log_uniform(2, 300), log_uniform(0.02, 10), log_uniform(0.05, 30)
    ),
    spends,
)


@st.composite
def customer_tables(draw) -> pd.DataFrame:
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        x = draw(st.integers(0, 40))
        seen = draw(st.integers(x, 500)) if x else 0
        rows.append(
            (x, seen, seen + draw(st.integers(0, 400)), draw(st.floats(0.5, 300)) if x else 0.0)
        )
    return handmade(rows)


@settings(max_examples=60)
@given(models, customer_tables(), st.integers(1, 700), st.floats(0.05, 0.95))
def test_the_ends_are_sound_hold_the_mean_and_follow_the_margin(model, customers, horizon, margin):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = predict_cltv(model, customers, horizon, margin=margin)
        whole = predict_cltv(model, customers, horizon)
    assert np.isfinite(scores.to_numpy()).all()
    assert (scores[ENDS] >= 0).all(axis=None)
    assert (scores["orders_low"] <= scores["expected_orders"]).all()
    assert (scores["expected_orders"] <= scores["orders_high"]).all()
    assert (scores[["orders_low", "orders_high"]] % 1 == 0).all(axis=None)
    assert (scores["cltv_low"] <= scores["cltv"]).all()
    assert (scores["cltv"] <= scores["cltv_high"]).all()
    for end in ("cltv_low", "cltv_high"):
        assert scores[end].to_numpy() == pytest.approx(margin * whole[end].to_numpy(), rel=1e-12)
    assert (scores[["orders_low", "orders_high"]] == whole[["orders_low", "orders_high"]]).all(
        axis=None
    )


@settings(max_examples=60)
@given(models, customer_tables(), st.integers(1, 600), st.integers(1, 400))
def test_the_ends_never_fall_when_the_horizon_grows(model, customers, horizon, more):
    shorter = predict_cltv(model, customers, horizon, annual_discount_rate=0.0)
    longer = predict_cltv(model, customers, horizon + more, annual_discount_rate=0.0)
    for end in ("orders_low", "orders_high"):
        assert (longer[end] >= shorter[end]).all()
    for end in ("cltv_low", "cltv_high"):
        assert (longer[end] >= shorter[end] * (1 - TABLE_ERROR)).all()


def test_the_ends_never_fall_when_the_horizon_grows_and_money_is_discounted():
    model, customers = fit_cltv(cdnow()), cdnow()
    shorter = predict_cltv(model, customers, 30)
    for horizon in (90, 180, 365, 730, 1825, 3650):
        longer = predict_cltv(model, customers, horizon)
        for end in ENDS:
            assert (longer[end] >= shorter[end] * (1 - TABLE_ERROR)).all(), (end, horizon)
        shorter = longer


@settings(max_examples=40)
@example(  # two ages of which one in ten thousand reaches different numbers of orders
    model_of("bg_nbd", (1.0, np.e, 1.0, 1.0), store_average(1.0, 1.0)),
    handmade([(0, 0, 1, 0.0), (0, 0, 0, 0.0)]),
    1,
    Random(0),
)
@given(models, customer_tables(), st.integers(1, 700), st.randoms(use_true_random=False))
def test_order_and_company_of_the_customers_change_nothing(model, customers, horizon, random):
    scores = predict_cltv(model, customers, horizon)
    order = random.sample(range(len(customers)), len(customers))
    twice = pd.concat([customers.iloc[order], customers.add_prefix("again ", axis=0)])
    among = predict_cltv(model, twice, horizon)
    pd.testing.assert_frame_equal(among.loc[scores.index], scores, rtol=1e-9)
    assert among.iloc[len(scores) :].to_numpy() == pytest.approx(scores.to_numpy(), rel=1e-9)
    alone = predict_cltv(model, customers.iloc[[order[0]]], horizon)
    pd.testing.assert_frame_equal(alone, scores.iloc[[order[0]]], rtol=1e-9)


def test_hundreds_of_ages_change_nothing_either():
    """From 49 ages of a frequency on, the chances are interpolated between ages."""
    model, customers = fit_cltv(cdnow()), cdnow()
    scores = predict_cltv(model, customers)
    assert (customers[customers["frequency"] == 1]["T"].nunique()) > 48
    some = customers.groupby("frequency").head(10)
    pd.testing.assert_frame_equal(predict_cltv(model, some), scores.loc[some.index], rtol=1e-6)


# --- what the intervals hold


def held(
    model: PurchaseModel, x: int, seen: int, T: int, days: int, low: float, high: float
) -> float:
    """The probability of low to high orders, summed over the exact distribution."""
    numbers = np.arange(1, 6_000)
    b = model.b_active + x
    stays = np.exp(betaln(model.a, b + numbers - 1) - betaln(model.a, b))
    reached = stays * nbinom.sf(
        numbers - 1, model.r + x, (model.alpha + T) / (model.alpha + T + days)
    )
    reached *= model.probability_active(x, seen, T)
    at_least = np.concatenate([[1.0], reached])
    return float(at_least[int(low)] - at_least[int(high) + 1])


@settings(max_examples=100)
@given(models, customer_tables(), st.integers(1, 500))
def test_order_intervals_hold_four_fifths_of_the_distribution(model, customers, horizon):
    histories = group_histories(customers)
    ahead = forecast(model.purchases, histories, horizon)
    low, high = whole_orders(ahead, history_intervals(model.purchases, model.spend, ahead))
    rows = zip(histories.frequency, histories.recency, histories.T, low, high, strict=True)
    for x, seen, T, least, most in rows:
        assert held(model.purchases, x, seen, T, horizon, least, most) >= 0.8 - 1e-6


@pytest.mark.parametrize(
    ("x", "T", "days"), [(120, 360, 365), (200, 360, 365), (900, 1000, 365), (100, 360, 3650)]
)
def test_order_intervals_of_very_frequent_customers_hold_four_fifths_too(x, T, days):
    model = model_of("bg_nbd", (0.4, 25.0, 0.05, 1e4), SPENDS["gamma_gamma"])
    scores = predict_cltv(model, handmade([(x, T - 1, T, 20.0)]), days).iloc[0]
    share = held(model.purchases, x, T - 1, T, days, scores["orders_low"], scores["orders_high"])
    assert 0.8 <= share <= 0.88


@pytest.mark.parametrize(
    "spend",
    [gamma_gamma(100, 300, 15.0), store_average(30.0, 0.05)],
    ids=["alike", "nearly one price"],
)
@pytest.mark.parametrize(("x", "T"), [(29, 270), (120, 360), (300, 360)])
def test_value_intervals_hold_four_fifths_where_prices_hardly_differ(x, T, spend):
    model = model_of("bg_nbd", (0.4, 25.0, 0.3, 4.0), spend)
    row = (x, T - 5, T, 30.0)
    scores = predict_cltv(model, handmade([row]), 365, annual_discount_rate=0.0).iloc[0]
    _, money = futures(model, row, 365, 20_000, seed=x)
    within = ((money >= scores["cltv_low"]) & (money <= scores["cltv_high"])).mean()
    assert 0.78 <= within <= 0.88


STORES = [
    (
        3_000,
        365,
        365,
        "bg_nbd",
        {"r": 0.25, "alpha": 31, "a": 0.8, "b": 2.4, "p": 6.25, "q": 3.74, "v": 15.44},
    ),
    (
        3_000,
        700,
        180,
        "bg_nbd",
        {"r": 1.2, "alpha": 60, "a": 0.5, "b": 5, "p": 3, "q": 2.5, "v": 40},
    ),
    (
        3_000,
        540,
        365,
        "bg_nbd",
        {"r": 0.6, "alpha": 80, "a": 0.6, "b": 1.5, "p": 2, "q": 1.8, "v": 20},
    ),
    (
        3_000,
        450,
        365,
        "mbg_nbd",
        {"r": 0.5, "alpha": 45, "a": 0.9, "b": 1.6, "p": 6.25, "q": 3.74, "v": 15.44},
    ),
]


def test_customers_of_simulated_stores_stay_within_their_intervals():
    surely_back = []
    for number, days, after, kind, parameters in STORES:
        customers, orders, revenue = known_store(number, days, after, 1, kind, **parameters)
        scores = predict_cltv(fit_cltv(customers, kind), customers, after, annual_discount_rate=0.0)
        within = (orders >= scores["orders_low"]) & (orders <= scores["orders_high"])
        assert within.mean() >= 0.8
        within = (revenue >= scores["cltv_low"]) & (revenue <= scores["cltv_high"])
        assert 0.78 <= within.mean() <= 0.95
        surely_back.append(within[scores["cltv_low"] > 0])
    # Where an interval does not begin with nothing, it has no reason to hold more than four fifths.
    surely_back = pd.concat(surely_back)
    assert len(surely_back) > 200
    assert 0.74 <= surely_back.mean() <= 0.86
