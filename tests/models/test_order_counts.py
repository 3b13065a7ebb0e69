import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from scipy.special import betaln
from scipy.stats import nbinom

from retention.models.order_counts import EVERY, order_counts
from retention.models.purchases import PURCHASE_MODELS, PurchaseModel
from tests.support.histories import UNKNOWN, future_orders

CDNOW = (0.2426, 30.9, 0.7929, 2.4259)
KINDS = list(PURCHASE_MODELS)


def model_of(kind: str, *parameters: float) -> PurchaseModel:
    return PurchaseModel(kind, *parameters, 0.0, UNKNOWN)


def reached_by_sum(model: PurchaseModel, x: int, T: float, days: float, most: int) -> np.ndarray:
    """The probabilities of at least 1, 2, ..., `most` orders, from the two conditions."""
    numbers = np.arange(1, most + 1)
    in_time = nbinom.sf(numbers - 1, model.r + x, (model.alpha + T) / (model.alpha + T + days))
    b = model.b_active + x
    return in_time * np.exp(betaln(model.a, b + numbers - 1) - betaln(model.a, b))


@pytest.mark.parametrize("kind", KINDS)
def test_chances_of_a_one_time_buyer_by_hand(kind):
    model, T, days = model_of(kind, *CDNOW), 100.0, 365.0
    found = order_counts(model, 0, np.array([T]), days)
    none = ((model.alpha + T) / (model.alpha + T + days)) ** model.r
    one = none * model.r * days / (model.alpha + T + days)
    b = model.b + (kind == "mbg_nbd")
    stays = b / (model.a + b)
    assert found.numbers[:2].tolist() == [1, 2]
    assert found.reached[0, :2] == pytest.approx([1 - none, stays * (1 - none - one)], rel=1e-12)
    # Exactly one order: nobody would come a second time, or the first was the last.
    assert found.share[0, 0] == pytest.approx(one + (1 - stays) * (1 - none - one), rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("x", "T", "days"), [(0, 200.0, 365.0), (2, 40.0, 90.0), (29, 266.0, 365.0)]
)
def test_chances_are_those_of_simulated_customers(kind, x, T, days):
    draws = 60_000
    model = model_of(kind, *CDNOW)
    found = order_counts(model, x, np.array([T]), days)
    who, _ = future_orders(model, x, T, days, draws, seed=x)
    orders = np.bincount(who, minlength=draws)
    simulated = (orders[:, None] >= found.numbers).mean(axis=0)
    error = np.sqrt(np.maximum(found.reached[0] * (1 - found.reached[0]), 1 / draws) / draws)
    assert (np.abs(simulated - found.reached[0]) < 4.5 * error).all()
    mean, variance = found.moments()
    square = variance + mean**2
    assert mean[0] == pytest.approx(orders.mean(), abs=4.5 * orders.std() / draws**0.5)
    assert square[0] == pytest.approx((orders**2).mean(), abs=4.5 * (orders**2).std() / draws**0.5)


EXTREMES = [
    (*CDNOW, 0, 100, 365),
    (*CDNOW, 30, 266, 365),
    (0.3, 20.0, 0.2, 0.3, 0, 5, 3650),  # a + b < 1
    (0.01, 1.0, 0.05, 0.05, 3, 400, 3650),
    (0.4, 25.0, 0.05, 1e7, 100, 900, 365),  # nobody ever leaves
    (0.4, 25.0, 500.0, 0.01, 2, 90, 365),  # everybody leaves at once
    (0.5, 10.0, 1e-6, 2.0, 500, 900, 365),
    (2.0, 5.0, 0.01, 0.02, 500, 500, 365),
    (1e-3, 1e5, 3.0, 1e-3, 0, 1, 1),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("r", "alpha", "a", "b", "x", "T", "days"), EXTREMES)
def test_extreme_parameters_agree_with_a_direct_sum(kind, r, alpha, a, b, x, T, days):
    model = model_of(kind, r, alpha, a, b)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = order_counts(model, x, np.array([float(T)]), days)
    exact = reached_by_sum(model, x, T, days, 200_000)
    at = found.numbers.astype(int) - 1
    assert found.reached[0] == pytest.approx(exact[at], rel=1e-9, abs=1e-14)
    # What is left out beyond the last number is next to nothing.
    assert exact[int(found.numbers[-1] + found.width[-1]) - 1] < 1e-5
    mean, variance = found.moments()
    square = variance + mean**2
    numbers = np.arange(1, len(exact) + 1)
    assert mean[0] == pytest.approx(exact.sum(), rel=1e-3)
    assert square[0] == pytest.approx(((2 * numbers - 1) * exact).sum(), rel=3e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("r", "alpha", "a", "b", "x", "T", "days"), EXTREMES)
def test_the_mean_is_that_of_the_purchase_model(kind, r, alpha, a, b, x, T, days):
    model = model_of(kind, r, alpha, a, b)
    found = order_counts(model, x, np.array([float(T)]), days)
    expected = model.expected_purchases_if_active([x], [T], days).item()
    wide = found.numbers[-1] > EVERY
    assert found.moments()[0][0] == pytest.approx(expected, rel=1e-3 if wide else 2e-5)


def test_every_number_belongs_to_one_bin():
    found = order_counts(model_of("bg_nbd", *CDNOW), 80, np.array([300.0]), 3650)
    assert found.numbers[:EVERY].tolist() == list(range(1, EVERY + 1))
    assert (found.numbers[1:] == found.numbers[:-1] + found.width[:-1]).all()
    assert (found.middle >= found.numbers).all()
    assert (found.width[found.numbers < EVERY] == 1).all()
    assert (found.width <= 0.06 * found.numbers + 1).all()
    assert found.share.sum() == pytest.approx(found.reached[0, 0], rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("days", [30, 365, 3650])
@pytest.mark.parametrize("x", [0, 3, 40, 300])
def test_many_ages_agree_with_few(kind, x, days):
    """The chances of many ages are interpolated between some; those of a few are not."""
    model = model_of(kind, *CDNOW)
    ages = x + np.arange(0.0, 3_000, 7)  # nobody buys on more days than have passed
    together = order_counts(model, x, ages, days)
    for rows in np.array_split(np.arange(len(ages)), 60):
        alone = order_counts(model, x, np.append(ages[0], ages[rows]), days)
        assert (alone.numbers == together.numbers).all()
        assert together.reached[rows] == pytest.approx(alone.reached[1:], abs=1e-7)
    assert (np.diff(together.reached, axis=1) <= 0).all()


def test_a_customers_chances_do_not_depend_on_the_other_ages():
    model = model_of("bg_nbd", *CDNOW)
    for ages in ([250.0, 90.0, 400.0], np.arange(90.0, 400.0)):
        together = order_counts(model, 4, np.array(ages), 180)
        alone = order_counts(model, 4, np.array([250.0]), 180)
        row, shared = list(ages).index(250.0), min(len(alone.numbers), len(together.numbers))
        assert together.reached[row, :shared] == pytest.approx(alone.reached[0, :shared], abs=1e-9)


positive = st.floats(-4, 4).map(lambda power: 10.0**power)


@settings(max_examples=80)
@given(
    st.builds(model_of, st.sampled_from(KINDS), *[positive] * 4),
    st.integers(0, 500),
    st.lists(st.integers(0, 3_000), min_size=1, max_size=4),
    st.floats(1, 1825),
)
@example(
    model_of("mbg_nbd", 1.0, 1.0, 1.0, 0.1), 14, [0], 4.0
)  # b plus a frequency that rounding changes
def test_any_parameters_give_a_distribution_that_moves_up_with_the_days(
    model, frequency, ages, days
):
    ages = np.array(ages, dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = order_counts(model, frequency, ages, days)
        longer = order_counts(model, frequency, ages, 2 * days)
    for counts in (found, longer):
        assert np.isfinite(counts.reached).all()
        assert ((counts.reached >= 0) & (counts.reached <= 1)).all()
        assert (np.diff(counts.reached, axis=1) <= 1e-15).all()
        assert (np.diff(counts.numbers) > 0).all()
        assert np.isfinite(counts.moments()).all()
    shared = min(len(found.numbers), len(longer.numbers))
    shared -= found.numbers[shared - 1] != longer.numbers[shared - 1]
    assert (longer.reached[:, :shared] >= found.reached[:, :shared] - 1e-12).all()
    buying = model.probability_purchase_if_active(np.full(len(ages), frequency), ages, days)
    assert found.reached[:, 0] == pytest.approx(buying, rel=1e-9, abs=1e-300)
