"""The models on a season's clock, against what the season says in calendar time."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln, gammaln

from retention.models.order_counts import order_counts
from retention.models.purchases import PurchaseModel, purchase_objective
from retention.models.season.clock import Clock
from retention.models.season.index import PLAIN, day_number
from tests.support.histories import UNKNOWN, WINTER

TODAY = day_number("2024-08-31")
CLOCK = Clock(WINTER, TODAY)


def model(kind: str = "bg_nbd", clock: Clock | None = CLOCK) -> PurchaseModel:
    return PurchaseModel(kind, 0.8, 40.0, 0.7, 2.5, 0.0, UNKNOWN, clock=clock)


def direct_likelihood(purchases: list[int], kind: str, r: float, alpha: float, a: float, b: float):
    """The density of a customer's purchase days, integrated over rate and leaving.

    The rate on a day is the customer's own times the index. The first day is no choice.
    """
    on_days = WINTER.on(np.array(purchases[1:], dtype=float)) if len(purchases) > 1 else np.ones(1)
    x = len(purchases) - 1
    through = WINTER.elapsed(purchases[0], TODAY)
    until_last = WINTER.elapsed(purchases[0], purchases[-1])

    def over_rates(run: float) -> float:
        """The mean of rate^x exp(-rate run) over gamma(r, alpha), integrated by numbers."""
        scale = r * np.log(alpha) - gammaln(r)

        def density(log_rate: float) -> float:
            rate = np.exp(log_rate)
            return float(np.exp(scale + (r + x) * log_rate - rate * (alpha + run)))

        return quad(density, -60, 10, limit=400, points=[-8, -4, -2])[0]

    chances = x if kind == "bg_nbd" else x + 1

    def over_leaving(stays: int, leaves: int) -> float:
        """The mean of (1 - p)^stays p^leaves over beta(a, b)."""
        return float(np.exp(betaln(a + leaves, b + stays) - betaln(a, b)))

    active = over_rates(through) * over_leaving(chances, 0)
    left = over_rates(until_last) * over_leaving(chances - 1, 1) if chances else 0.0
    return np.log(active + left) + np.log(on_days).sum()


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_the_likelihood_on_the_clock_is_that_of_purchases_at_a_seasonal_rate(kind):
    """Up to the index on the purchase days, which holds no parameter of the customers."""
    days_ago = [[400, 380, 250, 60], [900, 300], [365], [30, 12, 11], [90]]
    stores = [[TODAY - ago for ago in each] for each in days_ago]
    frequency = np.array([len(each) - 1 for each in stores])
    T = np.array([TODAY - each[0] for each in stores])
    recency = np.array([each[-1] - each[0] for each in stores])
    counts = np.ones(len(stores))
    index = sum(float(np.log(WINTER.on(np.array(each[1:], float))).sum()) for each in stores)
    likelihood = purchase_objective(
        frequency, CLOCK.recency(recency, T), CLOCK.age(T), counts, kind
    )
    for parameters in ((0.8, 40.0, 0.7, 2.5), (0.3, 90.0, 1.4, 1.1)):
        on_clock = -likelihood(np.log(parameters))[0] * len(stores) + index
        direct = sum(direct_likelihood(each, kind, *parameters) for each in stores)
        assert on_clock == pytest.approx(direct, rel=1e-6)


@pytest.mark.parametrize("days", [20, 120])
def test_expected_orders_and_chances_are_those_of_simulated_days(days):
    """Active customers, day by day at a seasonal rate: no clock in the simulation."""
    x, T, number, steps = 3, 200, 100_000, 4
    fitted, rng = model(), np.random.default_rng(7)
    past = WINTER.on(TODAY - np.arange(T)).sum()
    rate = rng.gamma(fitted.r + x, 1 / (fitted.alpha + past), number)
    leaving = rng.beta(fitted.a, fitted.b + x, number)
    orders, here = np.zeros(number), np.ones(number, dtype=bool)
    for index in WINTER.on(TODAY + 1 + np.arange(days)).repeat(steps) / steps:
        bought = here & (rng.random(number) < rate * index)
        orders += bought
        here &= ~(bought & (rng.random(number) < leaving))
    frequency, age = np.array([x]), np.array([float(T)])
    assert fitted.expected_purchases_if_active(frequency, age, days)[0, 0] == pytest.approx(
        orders.mean(), rel=0.02
    )
    assert fitted.probability_purchase_if_active(frequency, age, days)[0] == pytest.approx(
        (orders > 0).mean(), rel=0.02
    )
    counts = order_counts(fitted, x, fitted.age(age), float(fitted.ahead(days)))
    assert counts.reached[0, 1] == pytest.approx((orders > 1).mean(), rel=0.04)


def test_a_clock_without_a_season_changes_nothing():
    even, plain = model(clock=Clock(PLAIN, TODAY)), model(clock=None)
    frequency, recency, T = np.array([0, 1, 4]), np.array([0, 30, 200]), np.array([10, 50, 300])
    for name in ("probability_active",):
        assert (
            getattr(even, name)(frequency, recency, T)
            == getattr(plain, name)(frequency, recency, T)
        ).all()
    days = np.array([1.0, 30.0, 365.0])
    assert even.expected_purchases_if_active(frequency, T, days) == pytest.approx(
        plain.expected_purchases_if_active(frequency, T, days), rel=1e-12
    )
    assert even.expected_purchases_of_new(days) == pytest.approx(
        plain.expected_purchases_of_new(days), rel=1e-12
    )


def test_new_customers_buy_more_before_the_high_season():
    autumn, spring = model().at(day_number("2024-10-31")), model().at(day_number("2024-04-30"))
    assert autumn.expected_purchases_of_new(60) > 1.2 * spring.expected_purchases_of_new(60)
    # Over whole years the season evens out, but for who buys and leaves early.
    assert autumn.expected_purchases_of_new(3_650) == pytest.approx(
        spring.expected_purchases_of_new(3_650), rel=0.02
    )


def test_purchases_so_far_are_those_of_new_customers_on_their_first_day():
    ages = np.array([400, 3, 0, 90])
    so_far = model().expected_purchases_so_far(ages)
    for age, expected in zip(ages, so_far, strict=True):
        of_new = model().at(TODAY - int(age)).expected_purchases_of_new(age) if age else 0.0
        assert expected == pytest.approx(float(np.squeeze(of_new)), rel=1e-9)
    until = model().expected_purchases_so_far(np.array([90, 20]), until=30)
    assert until[1] == 0
    assert until[0] == pytest.approx(
        float(model().at(TODAY - 90).expected_purchases_of_new(60)[0]), rel=1e-9
    )


def test_silence_in_the_high_season_says_more():
    """Sixty days without an order after a last order in October, or in May."""
    frequency, recency, T = 4, 200.0, 260.0
    december, july = (
        float(model().at(day_number(day)).probability_active(frequency, recency, T))
        for day in ("2024-12-20", "2024-07-20")
    )
    assert december < july - 0.03


def test_days_ahead_undo_the_clock():
    fitted = model()
    days = np.array([1.0, 45.0, 500.0])
    assert fitted.days_ahead(fitted.ahead(days)) == pytest.approx(days)
    since = fitted.age(200) - fitted.age(120)
    assert fitted.days_ahead(since, since=200) == pytest.approx(80)
    assert replace(fitted, clock=None).days_ahead([3.0]).tolist() == [3.0]
