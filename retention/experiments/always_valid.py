"""An interval that may be looked at every day, and holds all the time."""

from __future__ import annotations

import math

from retention.statistics import METRIC_LEVEL


def always_valid_width(
    standard_error: float, share_of_window: float, level: float = METRIC_LEVEL
) -> float:
    """Return the half width of a confidence sequence of a difference.

    The variance of the difference grows as orders come in. The sequence is the tightest at the end
    of the window, and holds the truth on all days at once with this probability.

    Args:
        standard_error: Of the difference so far.
        share_of_window: The share of the window that is over, above 0 and up to 1.
        level: The probability that it holds on every day.

    Returns:
        The half width, in the unit of the standard error.

    Source: Robbins (1970), Annals of Mathematical Statistics 41; the asymptotic form is
    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52.

    >>> round(always_valid_width(1.0, 1.0), 2), round(always_valid_width(1.0, 0.25), 2)
    (3.04, 3.26)
    """
    alpha = 1 - level
    # rho squared times the variance at the end of the window; see section 2.3 of the paper.
    at_end = -2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)
    mixed = at_end * share_of_window
    return standard_error * math.sqrt(
        2 * (mixed + 1) / mixed * math.log(math.sqrt(mixed + 1) / alpha)
    )
