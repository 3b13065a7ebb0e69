from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import betaln
from scipy.stats import gamma, nbinom

from benchmarks.coverage import CDNOW, HEAVY_TAIL, LOYAL, SEGMENTS, Kind, hits
from retention import (
    CltvModel,
    DataError,
    ModelError,
    Total,
    Uncertainty,
    fit_cltv,
    orders_uncertainty,
    predict_cltv,
    value_uncertainty,
)
from retention.models import uncertainty as module
from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.purchases import PurchaseModel
from retention.models.spend import GammaGamma
from tests.support.histories import UNKNOWN, cdnow, future_orders, handmade, known_store


@pytest.fixture(scope="module")
def model() -> CltvModel:
    """The plain model, whose ranges hold what the model itself leaves open."""
    return fit_cltv(cdnow(), season=None)


@pytest.fixture(scope="module")
def value(model) -> Uncertainty:
    return value_uncertainty(model, cdnow())


def relative_width(total: Total) -> float:
    return (total.high - total.low) / total.expected


# --- the promise

STORES = 200
SMALL_STORES = (
    Kind("CDNOW", 400, 365, 90),
    Kind("loyal customers", 200, 365, 90, LOYAL),
    Kind("widely spread spend", 400, 540, 90, HEAVY_TAIL),
)


@pytest.fixture(scope="module")
def covered() -> pd.DataFrame:
    """What the intervals of stores 0 to 199 hold, each with its own seed, three kinds in turn."""
    return pd.DataFrame(
        [hits(SMALL_STORES[seed % len(SMALL_STORES)], seed) for seed in range(STORES)]
    )


@pytest.mark.parametrize("total", ["value", "orders", *SEGMENTS])
def test_four_in_five_intervals_hold_the_truth_of_simulated_stores(covered, total):
    found = covered[total].dropna()
    assert len(found) > 0.9 * STORES
    assert 0.72 <= found.mean() <= 0.88


# --- totals and groups


def test_totals_are_sums_of_the_scores(model):
    customers = cdnow()
    scores = predict_cltv(model, customers, 200, annual_discount_rate=0.2, margin=0.3)
    total = value_uncertainty(model, customers, 200, annual_discount_rate=0.2, margin=0.3).total()
    assert total.expected == pytest.approx(scores["cltv"].sum(), rel=1e-10)
    total = orders_uncertainty(model, customers, 200).total()
    assert total.expected == pytest.approx(scores["expected_orders"].sum(), rel=1e-10)


@settings(max_examples=40)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_groups_add_up_and_hold_their_mean(groups, seed):
    value = _cdnow_value()
    labels = np.random.default_rng(seed).integers(-1, groups, len(value.expected))
    found = value.totals(labels, groups)
    members = value.total(labels >= 0)
    assert sum(total.expected for total in found) == pytest.approx(members.expected, rel=1e-12)
    assert sum(total.chance**2 for total in found) == pytest.approx(members.chance**2, rel=1e-10)
    for group, total in enumerate(found):
        assert total == value.total(labels == group)
        assert 0 <= total.low <= total.expected <= total.high
        if (labels == group).any():
            assert total.expected == pytest.approx(value.expected[labels == group].sum(), rel=1e-12)
            assert total.low < total.expected < total.high
    # What the parameters leave open moves all groups together. It never averages out.
    assert members.parameters <= sum(total.parameters for total in found) * (1 + 1e-9)


_value: list[Uncertainty] = []


def _cdnow_value() -> Uncertainty:
    if not _value:
        _value.append(value_uncertainty(fit_cltv(cdnow()), cdnow()))
    return _value[0]


def test_everybody_is_the_group_of_all(value):
    everyone = np.ones(len(value.expected), dtype=bool)
    assert value.total() == value.total(everyone) == value.totals(everyone.astype(int) - 1, 1)[0]


def test_an_empty_group_is_nothing_for_certain(value):
    assert value.total(np.zeros(len(value.expected), dtype=bool)) == Total(0.0, 0.0, 0.0, 0.0, 0.0)


def test_a_bigger_group_is_relatively_surer(value):
    order = np.random.default_rng(3).permutation(len(value.expected))
    widths = []
    for number in (5, 50, 500, len(order)):
        members = np.zeros(len(order), dtype=bool)
        members[order[:number]] = True
        widths.append(relative_width(value.total(members)))
    assert widths == sorted(widths, reverse=True)
    # What a single customer brings is next to unknown; of a whole store, most is known.
    assert widths[0] > 1
    assert widths[-1] < 0.3


def test_the_interval_is_that_of_a_gamma_variable(value):
    total = value.total()
    spread = np.hypot(total.chance, total.parameters)
    reference = gamma((total.expected / spread) ** 2, scale=spread**2 / total.expected)
    assert (total.low, total.high) == pytest.approx(
        (reference.ppf(0.1), reference.ppf(0.9)), rel=1e-9
    )


def test_margin_scales_everything_and_discounting_takes_from_it(model):
    whole = value_uncertainty(model, cdnow()).total()
    some = value_uncertainty(model, cdnow(), margin=0.25).total()
    for name in ("expected", "low", "high", "chance", "parameters"):
        assert getattr(some, name) == pytest.approx(getattr(whole, name) / 4, rel=1e-9)
    discounted = value_uncertainty(model, cdnow(), annual_discount_rate=0.5).total()
    assert (discounted.expected, discounted.low, discounted.high) < (
        whole.expected,
        whole.low,
        whole.high,
    )


def test_totals_grow_with_the_horizon(model):
    for uncertainty in (value_uncertainty, orders_uncertainty):
        found = [uncertainty(model, cdnow(), horizon).total() for horizon in (30, 90, 365, 1825)]
        for name in ("expected", "low", "high", "chance", "parameters"):
            values = [getattr(total, name) for total in found]
            assert values == sorted(values), name


def test_rows_in_another_order_change_nothing(model, value):
    shuffled = cdnow().sample(frac=1, random_state=5)
    found = value_uncertainty(model, shuffled).total()
    for name in ("expected", "low", "high", "chance", "parameters"):
        assert getattr(found, name) == pytest.approx(getattr(value.total(), name), rel=1e-9)


@pytest.mark.parametrize(
    ("setting", "message"),
    [({"horizon_days": 0}, "horizon_days is 0"), ({"horizon_days": 4_000}, "horizon_days is 4000")],
)
def test_settings_out_of_range_are_named(model, setting, message):
    for uncertainty in (value_uncertainty, orders_uncertainty):
        with pytest.raises(ModelError, match=message):
            uncertainty(model, cdnow(), **setting)
    with pytest.raises(ModelError, match="margin is 2"):
        value_uncertainty(model, cdnow(), margin=2)


# --- chance and parameters, each against a simulation


def known_model(q: float = 3.74) -> CltvModel:
    """The CDNOW model with nothing left open."""
    purchases = PurchaseModel("bg_nbd", 0.2426, 30.9, 0.7929, 2.4259, 0.0, UNKNOWN)
    spend = GammaGamma(
        mean=6.25 * 15.44 / (q - 1), customers=946, p=6.25, q=q, v=15.44, log_likelihood=0.0
    )
    return CltvModel(purchases, purchases, spend, 10**9, 946, 272, ())


def test_with_known_parameters_only_chance_is_left():
    for uncertainty in (value_uncertainty, orders_uncertainty):
        total = uncertainty(known_model(), cdnow()).total()
        assert total.parameters == 0
        assert total.chance > 0
        assert total.low < total.expected < total.high


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_chance_is_the_spread_of_simulated_futures(kind):
    known = known_model()
    model = replace(known, purchases=replace(known.purchases, kind=kind))
    rows = [
        (0, 0, 40, 0.0),
        (1, 30, 90, 12.0),
        (3, 200, 270, 40.0),
        (12, 180, 200, 25.0),
        (29, 264, 266, 26.3),
    ]
    draws = 60_000
    orders = orders_uncertainty(model, handmade(rows), 365)
    value = value_uncertainty(model, handmade(rows), 365, annual_discount_rate=0.0)
    rng = np.random.Generator(np.random.PCG64(9))
    for place, (x, seen, age, spent) in enumerate(rows):
        who, _ = future_orders(model.purchases, x, age, 365, draws, seed=place)
        came = np.bincount(who, minlength=draws)
        came[rng.random(draws) >= model.purchases.probability_active(x, seen, age)] = 0
        assert orders.variance[place] == pytest.approx(came.var(), rel=0.06)
        scale = (model.v + x * spent) / rng.gamma(model.q + model.p * x, size=draws)
        # Gamma variables of one rate add up to one of the added shapes.
        money = np.where(came > 0, rng.gamma(model.p * np.maximum(came, 1)) * scale, 0.0)
        assert value.variance[place] == pytest.approx(money.var(), rel=0.12)


@pytest.mark.parametrize(
    ("x", "T", "days"), [(29, 266, 365), (120, 360, 365), (300, 360, 365), (900, 1_000, 365)]
)
def test_chance_of_very_frequent_customers_is_that_of_the_exact_distribution(x, T, days):
    """Many numbers of orders share a bin there."""
    purchases = PurchaseModel("bg_nbd", 0.4, 25.0, 0.05, 1e4, 0.0, UNKNOWN)
    numbers = np.arange(1, 6_000)
    reached = nbinom.sf(
        numbers - 1, purchases.r + x, (purchases.alpha + T) / (purchases.alpha + T + days)
    )
    b = purchases.b + x
    reached *= np.exp(betaln(purchases.a, b + numbers - 1) - betaln(purchases.a, b))
    reached *= purchases.probability_active(x, T, T)
    exact = (2 * numbers - 1) @ reached - reached.sum() ** 2
    found = orders_uncertainty(
        replace(known_model(), purchases=purchases), handmade([(x, T, T, 20.0)]), days
    )
    assert found.variance.item() == pytest.approx(exact, rel=0.05)


def test_what_the_parameters_leave_open_is_the_spread_over_drawn_parameters(model):
    """The delta method, against the totals of models drawn from the covariance of the estimates."""
    customers = cdnow()
    histories, spent = (
        group_histories(customers),
        (customers["frequency"], customers["monetary_value"]),
    )
    rng = np.random.default_rng(11)
    orders, values = [], []
    for _ in range(150):
        moved = np.exp(rng.multivariate_normal(np.zeros(4), model.purchases.covariance))
        r, alpha, a, b = moved * [model.r, model.alpha, model.a, model.b]
        p, q, v = np.exp(rng.multivariate_normal(np.zeros(3), model.spend.covariance)) * [
            model.p,
            model.q,
            model.v,
        ]
        purchases = replace(model.purchases, r=r, alpha=alpha, a=a, b=b)
        spend = replace(model.spend, p=p, q=q, v=v, mean=p * v / (q - 1))
        ahead = forecast(purchases, histories, 180)
        orders.append(histories.counts @ ahead.orders)
        values.append(ahead.orders[histories.codes] @ spend.expected_order_value(*spent))
    for drawn, uncertainty in (
        (orders, orders_uncertainty(model, customers, 180)),
        (values, value_uncertainty(model, customers, 180, annual_discount_rate=0.0)),
    ):
        total = uncertainty.total()
        # 150 draws give their own spread to 6 %.
        assert total.parameters / total.expected == pytest.approx(np.log(drawn).std(), rel=0.2)


def test_more_customers_leave_less_open():
    wide, narrow = (
        value_uncertainty(fit_cltv(customers), customers).total()
        for customers, _, _ in (known_store(number, 400, 0, 3, **CDNOW) for number in (300, 4_800))
    )
    # A sixteenth of the customers: four times the spread.
    ratio = (wide.parameters / wide.expected) / (narrow.parameters / narrow.expected)
    assert ratio == pytest.approx(4, rel=0.35)


@pytest.mark.parametrize("q", [1.05, 1.5, 1.999999, 2.0, 2.000001, 2.5])
def test_spends_without_a_variance_still_have_an_interval(q):
    """Below q = 2 a one-time buyer's spend has infinite variance; the rarest spends are cut off."""
    customers = cdnow()
    total = value_uncertainty(replace(known_model(q), customers=len(customers)), customers).total()
    assert np.isfinite([total.expected, total.low, total.high, total.chance]).all()
    assert 0 < total.low < total.expected < total.high


def test_the_chance_of_a_spend_without_a_variance_has_no_step_at_two():
    chances = [
        value_uncertainty(replace(known_model(q), customers=2_000), cdnow()).total().chance
        for q in (1.999, 1.9999999, 2.0, 2.0000001, 2.001)
    ]
    assert chances == pytest.approx([chances[2]] * 5, rel=5e-3)


def test_a_store_average_leaves_open_what_its_few_repeaters_leave_open():
    customers = known_store(60, 200, 0, 8, **CDNOW)[0]
    model = fit_cltv(customers)
    assert (model.spend_model, model.spend.customers) == ("store_average", model.repeaters)
    known = replace(model, spend=replace(model.spend, covariance=((0.0,),)))
    some, less = (value_uncertainty(one, customers).total().parameters for one in (model, known))
    assert some > less > 0


# --- large stores


def test_a_sample_of_a_large_store_says_what_all_of_it_would(monkeypatch):
    customers, _, _ = known_store(24_000, 400, 0, 2, **CDNOW)
    model = fit_cltv(customers)
    groups = np.select([customers["frequency"] == 0, customers["frequency"] <= 2], [0, 1], 2)
    sampled = value_uncertainty(model, customers)
    assert len(sampled.sample) == module.SAMPLE < len(customers)
    monkeypatch.setattr(module, "SAMPLE", len(customers))
    whole = value_uncertainty(model, customers)
    pairs = [
        (sampled.total(), whole.total()),
        *zip(sampled.totals(groups, 3), whole.totals(groups, 3), strict=True),
    ]
    for some, all_of_it in pairs:
        assert some.expected == all_of_it.expected
        assert some.chance == pytest.approx(all_of_it.chance, rel=1e-9)
        assert some.parameters == pytest.approx(all_of_it.parameters, rel=0.03)
        assert (some.low, some.high) == pytest.approx((all_of_it.low, all_of_it.high), rel=0.01)


def test_a_group_of_whom_nobody_was_sampled_takes_the_effect_on_the_store(monkeypatch, model):
    monkeypatch.setattr(module, "SAMPLE", 300)
    customers = cdnow()
    sampled = value_uncertainty(model, customers)
    outside = np.setdiff1d(np.arange(len(customers)), sampled.sample)[:40]
    members = np.isin(np.arange(len(customers)), outside)
    total, store = sampled.total(members), sampled.total()
    assert total.parameters / total.expected == pytest.approx(
        store.parameters / store.expected, rel=1e-9
    )


def test_members_go_by_their_index_and_must_be_of_these_customers(model):
    customers = cdnow()
    found = value_uncertainty(model, customers)
    some = customers["frequency"] > 2
    assert (
        found.total(some.sample(frac=1, random_state=3))
        == found.total(some.to_numpy())
        == found.total(some)
    )
    for members in (some.to_numpy()[:50], ["a", "b"], some.astype(int).to_numpy()):
        with pytest.raises(DataError, match="True or False"):
            found.total(members)
    with pytest.raises(DataError, match="other customers"):
        found.check(customers.iloc[::-1])
