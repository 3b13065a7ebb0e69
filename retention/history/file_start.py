"""Does a file begin with the shop, or in the middle of its life?

Where it begins in mid-life, customers from before the file are taken for new ones at first. So more
customers are first seen in the first days than later, and these come back sooner than new ones.
"""

from typing import Literal

import numpy as np

from retention.history.order_history import OrderHistory
from retention.statistics import METRIC_LEVEL, normal_width

#: What a file begins with; "unclear" where the orders fit both.
FileStart = Literal["shop", "mid-life", "unclear"]
#: The first days that are compared with later ones, at the most, and as a part of the file.
_EARLY_DAYS, _EARLY_PART = 30, 12
#: Later days, in spans as long as the early one: these are new customers for the most part.
_LATER = (3, 9)
#: First-seen customers a day, as a multiple of later ones, that growth or chance may well make.
_USUAL_EXCESS = 1.3
#: Days within which customers come back, and how much more often customers of old do.
_COME_BACK, _MORE_OFTEN = 60, 0.1
_YEAR = 365
_WIDTH = normal_width(METRIC_LEVEL)


def file_start(history: OrderHistory) -> FileStart:
    """Return whether the orders begin with the shop.

    Args:
        history: The history of the orders.

    Returns:
        "shop" where no more customers are first seen at the start than later, or as many as in
        the same season a year later, who come back no sooner. "mid-life" where there are clearly
        more and these come back clearly more often.
    """
    moves = history.moves[history.moves["stage"] == 0]
    day, number = moves["day"].to_numpy(), moves["orders"].to_numpy(float)
    came_back = number * ((moves["next_day"] - moves["day"]).to_numpy() <= _COME_BACK)
    span = min(_EARLY_DAYS, history.length // _EARLY_PART)
    if span < 1:
        return "unclear"

    def seen(start: int, end: int) -> tuple[float, float]:
        """Return the customers first seen in these days, and those of them who came back."""
        inside = (day >= start) & (day < end)
        return float(number[inside].sum()), float(came_back[inside].sum())

    early, early_back = seen(0, span)
    later, later_back = seen(_LATER[0] * span, _LATER[1] * span)
    year_later, _ = seen(_YEAR, _YEAR + span)
    least, most = _ratio_range(early, later / (_LATER[1] - _LATER[0]), later)
    least_back, most_back = _difference_range((early_back, early), (later_back, later))
    year_least, year_most = 0.0, np.inf
    if history.length >= _YEAR + span:
        year_least, year_most = _ratio_range(early, year_later, year_later)
    if most < _USUAL_EXCESS or (year_most < _USUAL_EXCESS and most_back < _MORE_OFTEN):
        return "shop"
    stands_out = least > _USUAL_EXCESS and (year_least > 1 or history.length < _YEAR + span)
    return "mid-life" if stands_out and least_back > 0 else "unclear"


def _ratio_range(early: float, later: float, counted: float) -> tuple[float, float]:
    """Return the 95 % interval of early customers a day beside later ones; both are Poisson."""
    if min(early, counted) <= 0:
        return 0.0, np.inf
    width = _WIDTH * np.sqrt(1 / early + 1 / counted)
    return float(early / later * np.exp(-width)), float(early / later * np.exp(width))


def _difference_range(
    early: tuple[float, float], later: tuple[float, float]
) -> tuple[float, float]:
    """Return the 95 % interval of the difference of two shares."""
    if min(early[1], later[1]) <= 0:
        return -1.0, 1.0
    shares = [part / whole for part, whole in (early, later)]
    error = np.sqrt(
        sum(
            share * (1 - share) / whole
            for share, (_, whole) in zip(shares, (early, later), strict=True)
        )
    )
    change = shares[0] - shares[1]
    return float(change - _WIDTH * error), float(change + _WIDTH * error)
