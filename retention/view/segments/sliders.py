"""The sliders of the segments page: what each sets, says and looks like, and the scale of those in money.

A slider takes bounds, step and help from `SegmentRules`. Two thresholds of which one must not pass the other
share a slider with two handles, so no move can contradict itself. Every key is a name in the URL.
"""

from dataclasses import dataclass

import numpy as np

from retention.segments.inputs import SegmentInputs, percentile_cutoff
from retention.segments.rules import defaults, thresholds
from retention.view import palette
from retention.view.segments.strips import MEASURES

DAYS_RULES = (
    "new_days",
    "one_order_lapsed",
    "repeat_at_risk",
    "repeat_lapsed",
    "loyal_at_risk",
    "loyal_lapsed",
)


@dataclass(frozen=True, slots=True)
class Slider:
    """One slider: its URL key, the rules it sets (two: one a handle), label, help and the colours of its
    parts."""

    key: str
    rules: tuple[str, ...]
    label: str
    help: str
    colours: tuple[str, ...]


_STAGE, _TRAIT, _REST = palette.STAGE_COLOURS, palette.TRAIT_COLOURS, palette.NEUTRAL
LAST_ORDER = (
    Slider(
        "one",
        ("new_days", "one_order_lapsed"),
        "Bought once: new until, lapsed after (days)",
        "New for fewer than the first number of days since the only order, lapsed after more than "
        "the second. In between the second order is to be won.",
        (_STAGE["new"], _STAGE["first_time"], _STAGE["lapsed"]),
    ),
    Slider(
        "repeat",
        ("repeat_at_risk", "repeat_lapsed"),
        "Repeat customers: at risk from, lapsed after (days)",
        "At risk from the first number of days since the last order, lapsed after more than the "
        "second.",
        (_STAGE["repeat"], _STAGE["at_risk"], _STAGE["lapsed"]),
    ),
    Slider(
        "loyal",
        ("loyal_at_risk", "loyal_lapsed"),
        "Loyal customers: at risk from, lapsed after (days)",
        "At risk from the first number of days since the last order, lapsed after more than the "
        "second.",
        (_STAGE["loyal"], _STAGE["at_risk"], _STAGE["lapsed"]),
    ),
    Slider(
        "loyal_orders",
        ("loyal_orders",),
        "Loyal from this many orders",
        thresholds()["loyal_orders"].help,
        (_STAGE["repeat"], _STAGE["loyal"]),
    ),
)
VALUES = (
    Slider(
        "vip",
        ("vip_value",),
        "VIP: expected value from",
        thresholds()["vip_value"].help,
        (_REST, _STAGE["vip"]),
    ),
    Slider(
        "spender",
        ("spender_value",),
        "Big spender: revenue so far from",
        thresholds()["spender_value"].help,
        (_REST, _TRAIT["big_spender"]),
    ),
    Slider(
        "order_value",
        ("order_value",),
        "High order value: average order from",
        thresholds()["order_value"].help,
        (_REST, _TRAIT["high_order_value"]),
    ),
)
VIP_ORDERS = Slider(
    "vip_orders",
    ("vip_orders",),
    "VIP: at least this many orders",
    thresholds()["vip_orders"].help,
    (_REST, _STAGE["vip"]),
)
DISCOUNT = Slider(
    "discount",
    ("full_price", "discount_shopper"),
    "Discount share: full price up to, discount shopper from",
    "Discounts as a share of what the orders would have cost without them.",
    (_TRAIT["full_price"], _REST, _TRAIT["discount_shopper"]),
)
READY = Slider(
    "ready",
    ("ready_probability",),
    "Ready to buy: probability from",
    thresholds()["ready_probability"].help,
    (_REST, _TRAIT["ready_to_buy"]),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Bounds of a slider in money: from 0 to `high` in steps of `step`, at first at `standard`.

    Moved, the slider keeps to its steps; where it starts, or takes over from percentiles, it stands at the
    exact amount between two of them, so that nobody changes sides.
    """

    high: float
    step: float
    standard: float

    def within(self, amount: float) -> float:
        """The amount, or the slider's end nearest to it."""
        return min(max(float(amount), 0.0), self.high)


def money_scale(inputs: SegmentInputs, slider: Slider) -> Scale:
    """A slider from 0 to where only one customer in 200 is above, in about 200 round steps.

    It reaches at least as far as its percentiles do, beyond everybody where they let nobody in.
    """
    ascending = measure_of(inputs, slider)
    some = ascending is not None and len(ascending) > 0
    top, everybody_below = 1.0, False
    if some:
        last = percentile_cutoff(ascending, thresholds()[slider.rules[0]].high)
        everybody_below = not np.isfinite(last)
        top = (
            float(ascending[-1])
            if everybody_below
            else max(float(np.quantile(ascending, 0.995)), last)
        )
    power = 10.0 ** np.floor(np.log10(max(top, 0.01) / 200))
    step = float(
        next(power * nice for nice in (1, 2, 5, 10) if power * nice * 200 >= max(top, 0.01) * 0.999)
    )
    steps = np.ceil(max(top, 0.01) / step)
    high = float((steps + 1 if everybody_below else steps) * step)
    empty = Scale(high, step, high)
    if not some:
        return empty
    return Scale(
        high, step, empty.within(percentile_cutoff(ascending, defaults()[slider.rules[0]]))
    )


def measure_of(inputs: SegmentInputs, slider: Slider) -> np.ndarray | None:
    """The amounts a value slider cuts, ascending; None where the data have none."""
    ranking = inputs.rankings.get(MEASURES[slider.key])
    return None if ranking is None else ranking.ascending
