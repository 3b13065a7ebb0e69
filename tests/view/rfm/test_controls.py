"""The sliders of own cut points."""

import pytest

from retention.view.text import slider_step


@pytest.mark.parametrize("top", [1.0, 3.7, 90.0, 1_700.0, 98_765.0, 1e9])
def test_a_slider_in_money_has_about_200_round_steps(top):
    step = slider_step(top)
    assert 75 <= top / step <= 200.3
    assert float(f"{step:.0e}") == pytest.approx(step)
