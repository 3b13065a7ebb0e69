"""The quadratic likelihood of a season, against fits of the model on other clocks."""

from dataclasses import replace

import numpy as np
import pytest

from retention.daily_repeats import carried
from retention.models.histories import group_histories
from retention.models.purchases import fit_purchases
from retention.models.season.clock import Clock
from retention.models.season.index import PLAIN, SeasonIndex, day_number
from retention.models.season.likelihood import bins_of, expected_by_day, likelihood_of, open_days
from tests.support.histories import WINTER, seasonal_store


@pytest.fixture(scope="module")
def store():
    return seasonal_store(WINTER, 3_000, 700)


def parts(store):
    """Histories, their last day, the repeat purchases of each day, and the bins."""
    histories, today = group_histories(store.customers), day_number(store.end)
    purchases = carried(store.customers).counts.astype(float)
    return histories, today, purchases, bins_of(today, int(histories.T.max()), 4)


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_its_slope_and_bend_are_those_of_refitted_models(store, kind):
    """Along each harmonic, with the model fitted anew on every clock."""
    histories, today, purchases, bins = parts(store)
    model = fit_purchases(histories, kind)
    quadratic = likelihood_of(histories, purchases, model, PLAIN, bins)
    slopes = quadratic.axes @ quadratic.score
    information = quadratic.axes @ quadratic.axes.T

    def profile(coefficients: tuple[float, ...]) -> float:
        season = SeasonIndex(coefficients=coefficients, reason="")
        fitted = fit_purchases(histories, kind, start=model, clock=Clock(season, today))
        return fitted.log_likelihood + float(purchases @ np.log(season.on(bins.days)))

    step, here = 0.02, profile((0.0,) * 8)
    for place in range(8):
        moved = np.zeros(8)
        moved[place] = step
        up, down = profile(tuple(moved.tolist())), profile(tuple((-moved).tolist()))
        direction = bins.harmonics[:, place]
        bend = (2 * here - up - down) / step**2
        assert direction @ information @ direction == pytest.approx(bend, rel=0.05)
        # Bins are averages, so that the higher harmonics differ by a part of their own error.
        slope = (up - down) / (2 * step)
        assert direction @ slopes == pytest.approx(slope, abs=0.2 * np.sqrt(bend))


def test_the_level_of_all_days_is_left_to_the_model(store):
    histories, _, purchases, bins = parts(store)
    model = fit_purchases(histories, "bg_nbd")
    quadratic = likelihood_of(histories, purchases, model, PLAIN, bins)
    everywhere = np.ones(bins.number)
    at_level = everywhere @ quadratic.axes
    assert at_level @ at_level < 0.02 * purchases.sum() / 50
    assert expected_by_day(histories, model, bins).sum() == pytest.approx(purchases.sum(), rel=1e-3)


def test_days_of_a_gap_are_not_open():
    purchases = np.array([1.0, 0, 2, 0, 0, 0, 0, 3, 1])
    assert open_days(purchases, np.full(9, 2.0)).all()
    closed = ~open_days(purchases, np.full(9, 4.0))
    assert closed.tolist() == [False] * 3 + [True] * 4 + [False] * 2


def test_what_is_left_out_changes_nothing(store):
    """Whatever came in days that are not open."""
    histories, _, purchases, bins = parts(store)
    model = fit_purchases(histories, "bg_nbd")
    shut = np.zeros(len(bins.days), dtype=bool)
    shut[300:330] = True
    bins = replace(bins, is_open=~shut)
    one, other = (
        likelihood_of(histories, np.where(shut, many, purchases), model, PLAIN, bins)
        for many in (0.0, 50.0)
    )
    assert one.axes @ one.score == pytest.approx(other.axes @ other.score)
