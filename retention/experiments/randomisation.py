"""What the draw itself proves: the difference of two groups beside all draws that could have been.

Customers were drawn into the groups by chance. Without any effect each would have done the same in
the other group. So the difference of any other draw is known, and the share of draws with one as
large is the p-value, whatever the distribution of the amounts. Only customers who bought matter:
the others bring nothing to either group.

Source: Fisher (1935), The Design of Experiments. The interval inverts the test, as in Rosenbaum
(2002), Observational Studies, section 2.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Draws that a p-value rests on. The smallest one that can be told is one in as many.
DRAWS = 4_000
#: Numbers that are drawn at once at most, for the sake of memory.
_AT_ONCE = 4_000_000
_SEED = 20_151
#: Halvings of the search for an end of the interval.
_HALVINGS = 40


class Sample(NamedTuple):
    """One group, by those of it who bought.

    Attributes:
        customers: All customers of the group.
        amounts: What each buyer brought, none of them 0; 1 each to compare shares of buyers.
    """

    customers: int
    amounts: Floats

    @property
    def mean(self) -> float:
        """The mean amount of a customer."""
        return float(self.amounts.sum() / self.customers) if self.customers else float("nan")


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two groups' means, addressed less held out.

    Attributes:
        value: The difference.
        low: The lower end of its interval.
        high: The upper end.
        p_value: How often chance alone makes a difference as large.
    """

    value: float
    low: float
    high: float
    p_value: float


def randomisation_test(
    addressed: Sample, held_out: Sample, *, level: float = 0.95, draws: int = DRAWS
) -> Difference:
    """Compare the means of two groups by all the draws that could have been.

    Args:
        addressed: The customers who got the campaign.
        held_out: Those who did not.
        level: Of the interval.
        draws: How many draws to make.

    Returns:
        The difference with the two-sided p-value and the interval of effects that the test does not
        reject. An effect is taken to add the same amount to each customer. NaN throughout where a
        group is empty.
    """
    value = addressed.mean - held_out.mean
    if not (addressed.customers and held_out.customers):
        return Difference(value=np.nan, low=np.nan, high=np.nan, p_value=np.nan)
    redrawn = _redraw(addressed, held_out, draws)
    tail = (1 - level) / 2
    return Difference(
        value=value,
        low=_end(redrawn, value, tail, upper=False),
        high=_end(redrawn, value, tail, upper=True),
        p_value=_two_sided(redrawn, value),
    )


class _Redrawn(NamedTuple):
    """Other draws: the difference of each is `at_none` without an effect of the campaign.

    With an effect of e for each addressed customer it is `at_none + e * slope`.
    """

    at_none: Floats
    slope: Floats


def _redraw(addressed: Sample, held_out: Sample, draws: int) -> _Redrawn:
    """Draw the held-out group anew from all customers of both."""
    rng = np.random.default_rng(_SEED)
    n_addressed, n_held = addressed.customers, held_out.customers
    amounts = np.concatenate([addressed.amounts, held_out.amounts])
    was_addressed = np.arange(len(amounts)) < len(addressed.amounts)
    everybody, buyers, total = n_addressed + n_held, len(amounts), float(amounts.sum())
    # Of those who bought nothing, how many had been addressed.
    idle = everybody - buyers
    idle_addressed = n_addressed - len(addressed.amounts)
    sums, kept = np.zeros(draws), np.zeros(draws)
    taken = rng.hypergeometric(max(buyers, 1), everybody - max(buyers, 1), n_held, size=draws)
    taken = np.minimum(taken, buyers)
    rows = max(_AT_ONCE // max(buyers, 1), 1)
    for begin in range(0, draws, rows):
        part = slice(begin, min(begin + rows, draws))
        order = rng.random((part.stop - begin, buyers)).argsort(axis=1)
        is_taken = order < taken[part, None]
        sums[part] = is_taken @ amounts
        kept[part] = is_taken @ was_addressed.astype(float)
    kept += rng.hypergeometric(idle_addressed, idle - idle_addressed, n_held - taken)
    held_mean, addressed_mean = sums / n_held, (total - sums) / n_addressed
    # An effect of 1 less on each who was addressed: their number in either group of the draw.
    shift = (n_addressed - kept) / n_addressed - kept / n_held
    return _Redrawn(at_none=addressed_mean - held_mean, slope=-shift)


def _two_sided(redrawn: _Redrawn, value: float, effect: float = 0.0) -> float:
    """Return the share of draws at least as far from an effect as the one that was made."""
    lower, upper = _one_sided(redrawn, value, effect)
    return float(min(1.0, 2 * min(lower, upper)))


def _one_sided(redrawn: _Redrawn, value: float, effect: float) -> tuple[float, float]:
    """Return the shares of draws at or below, and at or above, the difference that was found.

    The draw that was made counts as one of them (Phipson and Smyth 2010).
    """
    drawn = redrawn.at_none + effect * redrawn.slope
    rest = value - effect
    slack = 1e-9 * max(1.0, abs(rest), float(np.abs(drawn).max(initial=0.0)))
    number = len(drawn) + 1
    return (
        (1 + np.count_nonzero(drawn <= rest + slack)) / number,
        (1 + np.count_nonzero(drawn >= rest - slack)) / number,
    )


def _end(redrawn: _Redrawn, value: float, tail: float, *, upper: bool) -> float:
    """Return the effect from which on the test rejects, above or below the value."""
    spread = float(redrawn.at_none.std()) or abs(value) or 1.0
    sign = 1.0 if upper else -1.0

    def is_rejected(effect: float) -> bool:
        return _one_sided(redrawn, value, effect)[0 if upper else 1] <= tail

    inside, outside = value, value + sign * 4 * spread
    for _ in range(60):
        if is_rejected(outside):
            break
        inside, outside = outside, value + 2 * (outside - value)
    else:
        return sign * np.inf
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if is_rejected(middle) else (middle, outside)
    return inside
