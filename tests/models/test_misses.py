import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import norm

from retention.models.misses import (
    Miss,
    MissSpread,
    past_misses_of,
    store_misses,
    store_spreads,
)

CUTS = (30, 60, 90, 180, 365)
WIDTH = norm.ppf(0.9)


def forecasts(miss: float, deviation: float = 0.03, revenue: float | None = None) -> list[Miss]:
    """Forecasts from five cuts, all off by as much, on the log scale."""
    money = miss if revenue is None else revenue
    return [
        Miss(cut, days, miss, deviation, money, deviation)
        for cut in CUTS
        for days in CUTS
        if days <= cut
    ]


def test_misses_of_other_stores_are_told_by_data_set():
    stores = store_misses()
    assert len(stores) == len(store_spreads()) == 6
    # Online Retail, 365 days hidden: 54 % too many were foreseen.
    assert stores["Online Retail I and II"][2, 0] == pytest.approx(-np.log(1.542))
    assert store_spreads()[0] == 0
    assert store_spreads()[-1] == pytest.approx(0.39, abs=0.01)


def test_a_model_that_held_in_the_past_keeps_its_own_range():
    misses = past_misses_of(forecasts(0.01), is_short=False)
    assert misses.variance("orders", 0.03**2) < (0.3 * 0.03) ** 2


@pytest.mark.parametrize("miss", [0.2, -0.2])
def test_large_misses_of_the_past_widen_the_range_on_both_sides(miss):
    misses = past_misses_of(forecasts(miss), is_short=False)
    assert 0.1 < misses.variance("orders", 0.03**2) ** 0.5 < 0.4


def test_what_the_model_allowed_for_is_no_miss():
    """A miss of 20 % within a range that was wide anyway says little."""
    narrow = past_misses_of(forecasts(0.2, deviation=0.03), is_short=False)
    wide = past_misses_of(forecasts(0.2, deviation=0.3), is_short=False)
    assert wide.variance("orders", 0.3**2) < narrow.variance("orders", 0.3**2)


def test_orders_and_revenue_miss_by_themselves():
    misses = past_misses_of(forecasts(0.01, revenue=0.3), is_short=False)
    assert misses.variance("orders", 0.001) < 0.001
    assert misses.variance("revenue", 0.001) > 0.02


def test_without_revenue_only_other_stores_tell_of_it():
    misses = past_misses_of(forecasts(0.01, revenue=float("nan")), is_short=False)
    assert misses.revenue.chances == pytest.approx([1 / 6] * 6)


def test_a_short_history_has_at_least_the_spread_of_other_stores():
    """No season can be told from less than a year and a half, whatever the misses were."""
    misses = past_misses_of(forecasts(0.0), is_short=True)
    assert misses.variance("orders", 0.001) ** 0.5 == pytest.approx(0.264, abs=0.001)
    # What is known to move the whole store counts towards it.
    joined = misses.variance("orders", 0.02, common=0.02) + 0.02
    assert joined**0.5 == pytest.approx(0.264, abs=0.001)
    assert misses.variance("orders", 0.09, common=0.09) < 0.01


def test_the_range_says_what_it_rests_on():
    assert (
        "5 forecasts of this store's past were off"
        in past_misses_of(forecasts(0.1), is_short=False).words
    )
    short = past_misses_of(forecasts(0.1)[:1], is_short=True).words
    assert "1 forecast of this store's past was off" in short
    assert "misses of 6 other stores" in short
    assert "this store's past" not in past_misses_of([], is_short=True).words


@settings(max_examples=60)
@given(
    chances=st.lists(st.floats(0.01, 1), min_size=6, max_size=6),
    own=st.floats(0, 4),
)
def test_the_joined_range_holds_80_percent_of_the_mixture(chances, own):
    shares = np.array(chances) / sum(chances)
    variance = MissSpread(tuple(shares)).variance(own)
    assert variance >= 0
    each = np.sqrt(np.maximum(own + store_spreads() ** 2, 1e-300))
    width = WIDTH * (own + variance) ** 0.5
    inside = shares @ (2 * norm.cdf(width / each) - 1)
    assert inside == pytest.approx(0.8, abs=1e-6) or (inside > 0.8 and variance < 1e-12)
