import numpy as np
import pytest

from retention.models.file_start.likelihood import Likelihood
from retention.models.histories import Histories
from retention.models.purchases import PURCHASE_MODELS, PurchaseModel
from retention.models.season.clock import Clock
from retention.models.season.index import SeasonIndex

LENGTH = 1_000
DIFFERENCE = 1e-5
CLOCK = Clock(SeasonIndex(coefficients=(0.4, -0.2), reason=""), 19_000)


def histories(number: int) -> Histories:
    """Histories of a file, one of them of a customer who buys nearly every day."""
    rng = np.random.default_rng(3)
    age = rng.integers(1, LENGTH + 1, number)
    age[:2] = LENGTH
    frequency = np.minimum(rng.poisson(age / 90), age)
    frequency[1] = 950
    recency = np.where(frequency > 0, (age * rng.random(number)).astype(int).clip(1), 0)
    recency[1] = 990
    counts = rng.integers(1, 5, number)
    return Histories(frequency, recency, age, counts, np.arange(number))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", PURCHASE_MODELS)
@pytest.mark.parametrize("clock", [None, CLOCK])
@pytest.mark.parametrize("number", [60, 1_500])  # each history by itself, and many interpolated
@pytest.mark.parametrize(
    "parameters", [(0.6, 40.0, 0.7, 3.0, 200.0), (0.2, 90.0, 0.05, 0.02, 15.0), (2, 9, 6, 20, 2e3)]
)
def test_slopes_are_those_of_the_likelihood(kind, clock, number, parameters):
    model = PurchaseModel(kind, *parameters[:4], 0.0, (0.1,) * 4, clock=clock)
    likelihood = Likelihood.of(histories(number), model)
    point = np.log(np.array(parameters, dtype=float))
    value, slopes = likelihood.value_and_slope(point)
    assert value == pytest.approx(likelihood.value(point), rel=1e-12)
    loss, loss_slopes = likelihood.loss_and_slope(point)
    assert loss == pytest.approx(likelihood.loss(point), rel=1e-12)
    for function, found in ((likelihood.value, slopes), (likelihood.loss, loss_slopes)):
        numeric = [
            (function(point + step) - function(point - step)) / (2 * DIFFERENCE)
            for step in np.eye(5) * DIFFERENCE
        ]
        assert found == pytest.approx(numeric, rel=1e-5, abs=1e-6 * np.abs(numeric).max())
