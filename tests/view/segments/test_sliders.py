"""The sliders of the segments page reach what the rules can say."""

from hypothesis import given, strategies as st

from retention.segments.inputs import percentile_cutoff, prepare_segments
from retention.view.segments.sliders import VALUES, measure_of, money_scale
from tests.segments.examples import (
    calm,
    stores,
)


@calm
@given(stores(), st.integers(50, 99))
def test_a_slider_in_money_reaches_every_percentile_of_the_other(store, percentile):
    customers, scores = store
    inputs = prepare_segments(customers, scores)
    for slider in VALUES:
        ascending, scale = measure_of(inputs, slider), money_scale(inputs, slider)
        cutoff = percentile_cutoff(ascending, percentile)
        assert (ascending >= scale.within(cutoff)).sum() == (ascending >= cutoff).sum()
        assert 0 <= scale.standard <= scale.high
