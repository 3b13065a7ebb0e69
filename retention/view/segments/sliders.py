"""The sliders of the segments page: what each sets, its words and colours, and scales in money.

A slider takes bounds, step and help from `SegmentRules`. Two thresholds of which one must not pass
the other share a slider with two handles, so no move can contradict itself. Every key is a name in
the URL.
"""

from dataclasses import dataclass

import numpy as np

from retention.charts import palette
from retention.segments.inputs import SegmentInputs, percentile_cutoff
from retention.segments.rules import defaults, thresholds
from retention.view import text
from retention.view.segments.strips import MEASURES
from retention.view.text import slider_step

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
    """One slider.

    Attributes:
        key: Its widget key, which is its name in the URL.
        rules: The fields of `SegmentRules` that it sets, one a handle.
        label: What stands above it.
        help: What is one hover away: the first slider of a part explains all of them.
        colours: The colours of its parts, from left to right.
    """

    key: str
    rules: tuple[str, ...]
    label: str
    help: str
    colours: tuple[str, ...]


_STAGE, _TRAIT, _REST = palette.STAGE_COLOURS, palette.TRAIT_COLOURS, palette.NEUTRAL
LAST_ORDER = (
    Slider(
        key="one",
        rules=("new_days", "one_order_lapsed"),
        label="Bought once: new until, lapsed after (days)",
        help=text.one_help(
            {
                "Bought once": "New for fewer than the first number of days since the only order, "
                "lapsed after more than the second. In between the second order is to be won.",
                "Repeat and loyal customers": "At risk from the first number of days since the "
                "last order, lapsed after more than the second.",
                "Loyal": thresholds()["loyal_orders"].help,
            }
        ),
        colours=(_STAGE["new"], _STAGE["first_time"], _STAGE["lapsed"]),
    ),
    Slider(
        key="repeat",
        rules=("repeat_at_risk", "repeat_lapsed"),
        label="Repeat customers: at risk from, lapsed after (days)",
        help="",
        colours=(_STAGE["repeat"], _STAGE["at_risk"], _STAGE["lapsed"]),
    ),
    Slider(
        key="loyal",
        rules=("loyal_at_risk", "loyal_lapsed"),
        label="Loyal customers: at risk from, lapsed after (days)",
        help="",
        colours=(_STAGE["loyal"], _STAGE["at_risk"], _STAGE["lapsed"]),
    ),
    Slider(
        key="loyal_orders",
        rules=("loyal_orders",),
        label="Loyal from this many orders",
        help="",
        colours=(_STAGE["repeat"], _STAGE["loyal"]),
    ),
)
VALUES = (
    Slider(
        key="vip",
        rules=("vip_value",),
        label="VIP: expected value from",
        help="",
        colours=(_REST, _STAGE["vip"]),
    ),
    Slider(
        key="spender",
        rules=("spender_value",),
        label="Big spender: revenue so far from",
        help="",
        colours=(_REST, _TRAIT["big_spender"]),
    ),
    Slider(
        key="order_value",
        rules=("order_value",),
        label="High order value: average order from",
        help="",
        colours=(_REST, _TRAIT["high_order_value"]),
    ),
)
VIP_ORDERS = Slider(
    key="vip_orders",
    rules=("vip_orders",),
    label="VIP: at least this many orders",
    help="",
    colours=(_REST, _STAGE["vip"]),
)
DISCOUNT = Slider(
    key="discount",
    rules=("full_price", "discount_shopper"),
    label="Discount share: full price up to, discount shopper from",
    help="Discounts as a share of what the orders would have cost without them.",
    colours=(_TRAIT["full_price"], _REST, _TRAIT["discount_shopper"]),
)
READY = Slider(
    key="ready",
    rules=("ready_probability",),
    label="Ready to buy: probability from",
    help=thresholds()["ready_probability"].help,
    colours=(_REST, _TRAIT["ready_to_buy"]),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of a slider in money, which starts at 0.

    A moved slider keeps to its steps. Where it starts, or takes over from percentiles, it stands at
    the exact amount between two steps, so that no customer changes sides.

    Attributes:
        high: The upper end.
        step: The distance of two steps.
        standard: Where the slider stands at first.
    """

    high: float
    step: float
    standard: float

    def within(self, amount: float) -> float:
        """The amount, or the slider's end nearest to it."""
        return min(max(float(amount), 0.0), self.high)


def money_scale(inputs: SegmentInputs, slider: Slider) -> Scale:
    """A slider from 0 to where only one customer in 200 is above, in about 200 round steps.

    It reaches at least as far as its percentiles do. Where these let nobody in, it reaches beyond
    all customers.
    """
    ascending = measure_of(inputs, slider)
    if ascending is None or not len(ascending):
        step, steps = _steps(1.0)
        return Scale(high=steps * step, step=step, standard=steps * step)
    rule = slider.rules[0]
    last = percentile_cutoff(ascending, thresholds()[rule].high)
    if np.isfinite(last):
        step, steps = _steps(max(float(np.quantile(ascending, 0.995)), last))
    else:
        step, steps = _steps(float(ascending[-1]))
        steps += 1
    high = steps * step
    standard = percentile_cutoff(ascending, defaults()[rule])
    return Scale(high=high, step=step, standard=min(max(float(standard), 0.0), high))


def _steps(top: float) -> tuple[float, float]:
    """A round step, and how many steps reach `top`: about 200."""
    step = slider_step(top)
    return step, float(np.ceil(max(top, 0.01) / step))


def measure_of(inputs: SegmentInputs, slider: Slider) -> np.ndarray | None:
    """The amounts that a value slider cuts, ascending; None where the data have none."""
    ranking = inputs.rankings.get(MEASURES[slider.key])
    return None if ranking is None else ranking.ascending
