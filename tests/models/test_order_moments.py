import numpy as np
import pytest

from retention.models.file_start.elders import Elders
from retention.models.forecast import forecast_by
from retention.models.histories import Histories
from retention.models.order_counts import order_counts
from retention.models.order_moments import mean_square_orders, order_slopes
from retention.models.purchases import PURCHASE_MODELS, PurchaseModel, log_slopes
from retention.models.season.clock import Clock
from retention.models.season.index import SeasonIndex

CLOCK = Clock(SeasonIndex(coefficients=(0.4, -0.2), reason=""), 19_000)
ENDS = np.array([30.0, 90.0, 365.0])
PARAMETERS = {
    "usual": (0.45, 42.0, 0.55, 1.9),
    "hardly anybody leaves": (0.8, 40.0, 1e-4, 4.0),
    "all leave at once": (0.3, 30.0, 5.0, 0.05),
    "customers alike": (60.0, 2_000.0, 25.0, 90.0),
}


def histories() -> Histories:
    """A few frequencies with many ages, and one with a single age."""
    rng = np.random.default_rng(5)
    frequency = np.append(rng.integers(0, 5, 400), 31)
    age = np.append(rng.integers(1, 800, 400), 700)
    recency = np.where(frequency > 0, (age * rng.random(401)).astype(int).clip(1, age), 0)
    return Histories(frequency, recency, age, np.ones(401, dtype=int), np.arange(401))


def model(kind: str, parameters: str, clock: Clock | None = None, elders: Elders | None = None):
    chosen = PARAMETERS[parameters]
    return PurchaseModel(kind, *chosen, 0.0, (0.1,) * 4, clock=clock, elders=elders)


@pytest.mark.parametrize("kind", PURCHASE_MODELS)
@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("clock", [None, CLOCK])
def test_slopes_are_those_of_the_forecast(kind, parameters, clock):
    moved, rows = model(kind, parameters, clock), histories()
    numeric = log_slopes(moved, lambda other: forecast_by(other, rows, ENDS).by_end)
    found = order_slopes(moved, rows, ENDS)
    assert found.shape == (401, 3, 4)
    scale = np.abs(numeric).max(axis=(0, 1))
    assert np.abs(found - numeric).max(axis=(0, 1)) == pytest.approx(0, abs=2e-6 * scale.max())


def test_slopes_know_customers_who_came_before_the_file():
    elders = Elders(length=800.0, before=500.0)
    rows = histories()
    found = order_slopes(model("bg_nbd", "usual", elders=elders), rows, ENDS)
    numeric = log_slopes(
        model("bg_nbd", "usual", elders=elders),
        lambda other: forecast_by(other, rows, ENDS).by_end,
    )
    assert found == pytest.approx(numeric)
    assert found != pytest.approx(order_slopes(model("bg_nbd", "usual"), rows, ENDS), rel=0.01)


@pytest.mark.parametrize("kind", PURCHASE_MODELS)
@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("elders", [None, Elders(length=800.0, before=500.0)])
def test_mean_squares_are_those_of_the_distribution(kind, parameters, elders):
    """The distribution tells numbers apart up to 64, and leaves out what is rare."""
    buys, rows = model(kind, parameters, CLOCK, elders), histories()
    found = mean_square_orders(buys, rows, ENDS)
    active = buys.probability_active(rows.frequency, rows.recency, rows.T)
    for place, end in enumerate(ENDS):
        for frequency in np.unique(rows.frequency):
            same = rows.frequency == frequency
            counts = order_counts(
                buys, int(frequency), buys.age(rows.T[same]), float(buys.ahead(end))
            )
            mean, variance = counts.moments()
            expected = active[same] * (variance + mean**2)
            assert found[same, place] == pytest.approx(expected, rel=2e-3)
