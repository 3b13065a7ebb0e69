"""The integrals behind customers who came before the file."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad
from scipy.special import betaln, gammaln

from retention.models.file_start.elders import Elders, Survivors
from retention.models.purchases import PurchaseModel
from tests.support.histories import UNKNOWN

SURVIVORS = Survivors(r=0.5, alpha=40.0, a=0.8, b=2.4, modified=0, length=365.0, before=900.0)
LEAVERS = Survivors(r=1.2, alpha=60.0, a=1.6, b=3.0, modified=1, length=365.0, before=2000.0)
HISTORIES = st.integers(1, 40).flatmap(
    lambda frequency: st.tuples(st.just(frequency), st.floats(1, 365), st.floats(0, 1))
)


def model_of(survivors: Survivors, before: float | None = None) -> PurchaseModel:
    """The purchase model with these elders."""
    return PurchaseModel(
        kind="mbg_nbd" if survivors.modified else "bg_nbd",
        r=survivors.r,
        alpha=survivors.alpha,
        a=survivors.a,
        b=survivors.b,
        log_likelihood=0.0,
        relative_errors=UNKNOWN,
        elders=Elders(
            length=survivors.length, before=survivors.before if before is None else before
        ),
    )


def over_rates_and_leaving(survivors: Survivors, rate_power: float, decay, each=None) -> float:
    """The integral over both, of survivors with a power of the rate and exp(-rate x decay(p)).

    `each` weighs the chance to leave. The rates' integral is a gamma function.
    """
    s = survivors
    shape = s.r + rate_power
    constant = gammaln(shape) - gammaln(s.r) + s.r * np.log(s.alpha)

    def at(p: float) -> float:
        density = np.exp((s.a - 1) * np.log(p) + (s.b - 1) * np.log1p(-p) - betaln(s.a, s.b))
        time = s.alpha + decay(p)
        here = time**-shape - (time + p * s.before) ** -shape
        return density * here / p * (1 - p) ** s.modified * (1.0 if each is None else each(p))

    value = sum(
        quad(at, *ends, limit=200, epsabs=0, epsrel=1e-9)[0]
        for ends in ((1e-12, 0.01), (0.01, 0.3), (0.3, 1))
    )
    return float(value * np.exp(constant))


@pytest.mark.parametrize("survivors", [SURVIVORS, LEAVERS])
@pytest.mark.parametrize("day", [0.0, 40.0, 300.0])
def test_elders_first_seen_on_a_day_are_an_integral_over_survivors(
    survivors: Survivors, day: float
) -> None:
    seen = np.exp(survivors.log_seen(np.array([day])))[0]
    assert seen == pytest.approx(over_rates_and_leaving(survivors, 0, lambda p: day), rel=1e-5)


@pytest.mark.parametrize("survivors", [SURVIVORS, LEAVERS])
@pytest.mark.parametrize(("frequency", "last"), [(0, 10.0), (2, 200.0), (15, 350.0)])
def test_the_likelihood_of_elders_histories_is_an_integral_too(
    survivors: Survivors, frequency: int, last: float
) -> None:
    x = np.array([float(frequency)])
    constant = gammaln(survivors.r + frequency) - gammaln(survivors.r)
    constant += survivors.r * np.log(survivors.alpha)
    active = over_rates_and_leaving(
        survivors, frequency, lambda p: survivors.length, lambda p: (1 - p) ** (frequency + 1)
    )
    left = over_rates_and_leaving(
        survivors, frequency, lambda p: last, lambda p: p * (1 - p) ** frequency
    )
    assert np.exp(survivors.log_active(x)[0] + constant) == pytest.approx(active, rel=1e-5)
    found = np.exp(survivors.log_left(x, np.array([last]))[0] + constant)
    assert found == pytest.approx(left, rel=1e-5)


def test_the_likelihoods_of_many_days_are_interpolated_without_a_trace() -> None:
    frequency, last = np.repeat([1.0, 4.0, 60.0], 300), np.tile(np.linspace(1, 365, 300), 3)
    together = SURVIVORS.log_left(frequency, last)
    alone = [SURVIVORS.log_left(frequency[[row]], last[[row]])[0] for row in range(0, 900, 7)]
    np.testing.assert_allclose(together[::7], alone, atol=1e-6)


@pytest.mark.parametrize("survivors", [SURVIVORS, LEAVERS])
def test_expected_purchases_start_at_the_rate_of_buying_and_add_up(survivors: Survivors) -> None:
    short = np.array([1e-3])
    rate = survivors.purchases(3.0, short)[0] / short[0]
    chance = survivors.purchase_probability(np.array([3.0]), short[0])[0] / short[0]
    assert rate == pytest.approx(chance, rel=1e-3)
    days = np.linspace(1, 3650, 50)
    slowing = np.diff(survivors.purchases(3.0, days), prepend=0.0)
    assert (slowing > 0).all()
    assert (np.diff(slowing[1:]) < 0).all()


@given(history=HISTORIES, modified=st.booleans())
def test_a_shop_that_opens_with_its_file_has_no_elders(
    history: tuple[int, float, float], modified: bool
) -> None:
    frequency, age, place = history
    model = model_of(LEAVERS if modified else SURVIVORS, before=1e-7)
    row = (np.array([float(frequency)]), np.array([age * place]), np.array([age]))
    plain = model.of_new
    assert model.probability_active(*row) == pytest.approx(plain.probability_active(*row), rel=1e-5)
    for ahead in (30.0, 365.0):
        old, new = (
            kind.expected_purchases_if_active(row[0], row[2], ahead)[0, 0]
            for kind in (model, plain)
        )
        assert old == pytest.approx(new, rel=1e-5)
        assert model.probability_purchase_if_active(row[0], row[2], ahead) == pytest.approx(
            plain.probability_purchase_if_active(row[0], row[2], ahead), rel=1e-5
        )
    assert model.new_share(*row) == pytest.approx(1, abs=1e-5)


@given(history=HISTORIES, modified=st.booleans())
def test_probabilities_stay_between_0_and_1(
    history: tuple[int, float, float], modified: bool
) -> None:
    frequency, age, place = history
    model = model_of(LEAVERS if modified else SURVIVORS)
    row = (np.array([float(frequency)]), np.array([age * place]), np.array([age]))
    for probability in (
        model.probability_active(*row),
        model.new_share(*row),
        model.probability_purchase_if_active(row[0], row[2], 90.0),
    ):
        assert 0 <= probability[0] <= 1
    months = model.expected_purchases_if_active(row[0], row[2], [30.0, 90.0, 365.0])[0]
    assert (np.diff(months) > 0).all()


def test_elders_are_met_on_the_first_days_and_customers_of_today_are_new() -> None:
    model = model_of(SURVIVORS)
    once, ages = np.zeros(3), np.array([365.0, 200.0, 20.0])
    share = model.new_share(once, once, ages)
    assert (np.diff(share) > 0).all()
    assert share[0] < 0.6
    assert model.expected_purchases_of_new(90.0) == pytest.approx(
        model.of_new.expected_purchases_of_new(90.0)
    )


def test_the_age_as_new_gives_the_same_expected_orders() -> None:
    model = model_of(SURVIVORS)
    ages = np.array([365.0, 300.0, 50.0])
    as_new = model.age_as_new(2, ages, 365.0)
    x = np.full(3, 2.0)
    np.testing.assert_allclose(
        model.of_new.expected_purchases_if_active(x, as_new, 365.0),
        model.expected_purchases_if_active(x, ages, 365.0),
        rtol=1e-3,
    )
    assert (model.of_new.age_as_new(2, ages, 365.0) == ages).all()
