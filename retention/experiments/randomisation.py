"""What the draw itself proves: the difference of two groups beside all draws that could have been.

Customers were drawn into the groups by chance. Without any effect each would have done the same in
the other group. So the difference of any other draw is known, and the share of draws with one as
large is the p-value, whatever the distribution of the amounts. Only customers who bought matter:
the others bring nothing to either group.

Source: Fisher (1935), The Design of Experiments. Differences are divided by their standard errors,
as in Chung and Romano (2013), Annals of Statistics 41, so that the test also holds where the effect
differs between customers. The interval inverts the test, as in Rosenbaum (2002), Observational
Studies, section 2.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retention.statistics import difference_interval, wilson

Floats = npt.NDArray[np.float64]

#: Draws that a p-value rests on, and their number where buyers are many.
DRAWS, LEAST_DRAWS = 4_000, 1_000
#: Buyers times draws at most, which takes some two seconds.
_MOST_WORK = 20_000_000
#: Numbers that are drawn at once at most, for the sake of memory.
_AT_ONCE = 2_000_000
_SEED = 20_151
#: Halvings of the search for an end of the interval.
_HALVINGS = 40
#: Buyers expected in the smaller group below which its standard error is no use.
_FEWEST_FOR_ERRORS = 5.0


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


def expected_buyers(addressed: Sample, held_out: Sample) -> float:
    """Return how many buyers a draw puts into the smaller group on average."""
    everybody = addressed.customers + held_out.customers
    buyers = len(addressed.amounts) + len(held_out.amounts)
    return buyers * min(addressed.customers, held_out.customers) / max(everybody, 1)


def skewness_of_difference(addressed: Sample, held_out: Sample) -> float:
    """Return the skewness of the difference over all draws that could have been.

    It is 0 where both groups are of one size, and large where a small group meets rare, large
    amounts. Where it is small, a normal test holds its level.

    Args:
        addressed: The customers who got the campaign.
        held_out: Those who did not.

    Returns:
        The skewness, a pure number; 0 where all amounts are alike.
    """
    n1, n0 = addressed.customers, held_out.customers
    if not (n1 and n0):
        return 0.0
    amounts = np.concatenate([addressed.amounts, held_out.amounts])
    everybody = n1 + n0
    mean = amounts.sum() / everybody
    idle = everybody - len(amounts)
    second = (((amounts - mean) ** 2).sum() + idle * mean**2) / everybody
    third = (((amounts - mean) ** 3).sum() - idle * mean**3) / everybody
    if second <= 0:
        return 0.0
    return float(third / second**1.5 * (1 / n1**2 - 1 / n0**2) / (1 / n1 + 1 / n0) ** 1.5)


def randomisation_test(
    addressed: Sample,
    held_out: Sample,
    *,
    level: float = 0.95,
    null: float = 0.0,
    draws: int | None = None,
) -> Difference:
    """Compare the means of two groups by all the draws that could have been.

    Args:
        addressed: The customers who got the campaign.
        held_out: Those who did not.
        level: Of the interval.
        null: The effect that the p-value speaks of.
        draws: How many draws to make; 4,000 unless given, and fewer where buyers are many.

    Returns:
        The difference with the two-sided p-value and the interval of effects that the test does not
        reject. An effect is taken to add the same amount to each customer. NaN throughout where a
        group is empty.
    """
    value = addressed.mean - held_out.mean
    if not (addressed.customers and held_out.customers):
        return Difference(value=np.nan, low=np.nan, high=np.nan, p_value=np.nan)
    buyers = len(addressed.amounts) + len(held_out.amounts)
    if not buyers:
        return Difference(value=0.0, low=-np.inf, high=np.inf, p_value=1.0)
    if draws is None:
        draws = int(np.clip(_MOST_WORK // buyers, LEAST_DRAWS, DRAWS))
    test = _Test(
        both=_sums(addressed, held_out),
        redrawn=_redraw(addressed, held_out, draws),
        # Known before the draw, so that the choice does not depend on it.
        by_errors=expected_buyers(addressed, held_out) >= _FEWEST_FOR_ERRORS,
    )
    return Difference(
        value=value,
        low=_end(test, value, 1 - level, sign=-1.0),
        high=_end(test, value, 1 - level, sign=1.0),
        p_value=test.p_value(null),
    )


def share_test(addressed: Sample, held_out: Sample, *, level: float = 0.95) -> Difference:
    """Compare the shares of buyers of two groups by all the draws that could have been.

    For shares the draws need not be made: how many buyers are held out is hypergeometric.

    Args:
        addressed: The customers who got the campaign, with an amount of 1 for each buyer.
        held_out: Those who did not.
        level: Of the interval.

    Returns:
        The difference of the shares, with the two-sided p-value and Newcombe's interval. Inverting
        the test would not do: no effect adds a part of a purchase to each customer.

    Source: the mid-p of Fisher's exact test, Lancaster (1961), Journal of the American Statistical
    Association 56. The interval is method 10 of Newcombe (1998), Statistics in Medicine 17.
    """
    from scipy.stats import hypergeom

    value = addressed.mean - held_out.mean
    if not (addressed.customers and held_out.customers):
        return Difference(value=np.nan, low=np.nan, high=np.nan, p_value=np.nan)
    buyers, held_buyers = len(addressed.amounts), len(held_out.amounts)
    everybody = addressed.customers + held_out.customers
    draws = hypergeom(everybody, buyers + held_buyers, held_out.customers)
    half = draws.pmf(held_buyers) / 2
    p_value = 2 * min(draws.cdf(held_buyers) - half, draws.sf(held_buyers) + half)
    low, high = difference_interval(
        addressed.mean,
        wilson(buyers, addressed.customers, level),
        held_out.mean,
        wilson(held_buyers, held_out.customers, level),
    )
    return Difference(
        value=value, low=float(low), high=float(high), p_value=float(min(p_value, 1.0))
    )


class _Sums(NamedTuple):
    """A held-out group and everybody: what the difference under any effect follows from.

    All but the customers are numbers for the draw that was made, and arrays for other draws.
    """

    addressed: int
    held_out: int
    amount: Floats
    square: Floats
    treated: Floats
    treated_amount: Floats
    total: float
    total_square: float
    total_treated: float

    def differences(self, effect: float) -> tuple[Floats, Floats]:
        """Return differences without the effect on those treated, and their standard errors."""
        n1, n0 = self.addressed, self.held_out
        amount = self.amount - effect * self.treated
        square = self.square - 2 * effect * self.treated_amount + effect**2 * self.treated
        rest = self.total - effect * n1 - amount
        rest_square = self.total_square - 2 * effect * self.total_treated + effect**2 * n1 - square
        variance = np.maximum(square - amount**2 / n0, 0) / max(n0 - 1, 1) / n0
        variance += np.maximum(rest_square - rest**2 / n1, 0) / max(n1 - 1, 1) / n1
        return rest / n1 - amount / n0, np.sqrt(variance)


class _Test(NamedTuple):
    both: _Sums
    redrawn: _Sums
    by_errors: bool

    def p_value(self, effect: float) -> float:
        """Return the share of draws farther from an effect than the one that was made.

        The draw that was made counts as one of them (Phipson and Smyth 2010), and draws that are
        just as far as half. Otherwise the test would be too cautious where amounts are alike.
        """
        made, made_error = self.both.differences(effect)
        drawn, errors = self.redrawn.differences(effect)
        if self.by_errors:
            # Where nobody's amount differs, no standard error can divide.
            made = made / np.maximum(made_error, 1e-12)
            drawn = drawn / np.maximum(errors, 1e-12)
        distance = float(np.abs(made))
        slack = 1e-9 * max(distance, 1e-300)
        distances = np.abs(drawn)
        farther = np.count_nonzero(distances > distance + slack)
        as_far = np.count_nonzero(distances >= distance - slack) - farther
        return float((1 + farther + as_far / 2) / (len(drawn) + 1))


def _sums(addressed: Sample, held_out: Sample) -> _Sums:
    """Return the sums of the draw that was made."""
    total = addressed.amounts.sum() + held_out.amounts.sum()
    squares = (addressed.amounts**2).sum(), (held_out.amounts**2).sum()
    return _Sums(
        addressed=addressed.customers,
        held_out=held_out.customers,
        amount=held_out.amounts.sum(),
        square=squares[1],
        treated=np.zeros(()),
        treated_amount=np.zeros(()),
        total=float(total),
        total_square=float(sum(squares)),
        total_treated=float(addressed.amounts.sum()),
    )


def _redraw(addressed: Sample, held_out: Sample, draws: int) -> _Sums:
    """Draw the held-out group anew from all customers of both."""
    rng = np.random.default_rng(_SEED)
    n_addressed, n_held = addressed.customers, held_out.customers
    amounts = np.concatenate([addressed.amounts, held_out.amounts])
    was_addressed = (np.arange(len(amounts)) < len(addressed.amounts)).astype(float)
    buyers = len(amounts)
    idle = n_addressed + n_held - buyers
    columns = np.stack([amounts, amounts**2, was_addressed, was_addressed * amounts], axis=1)
    taken = rng.hypergeometric(buyers, idle, n_held, size=draws)
    sums = np.zeros((draws, 4))
    rows = max(_AT_ONCE // buyers, 1)
    for begin in range(0, draws, rows):
        part = slice(begin, min(begin + rows, draws))
        order = rng.random((part.stop - begin, buyers)).argsort(axis=1)
        sums[part] = (order < taken[part, None]) @ columns
    # Of those who bought nothing, how many had been addressed.
    idle_addressed = n_addressed - len(addressed.amounts)
    treated = sums[:, 2] + rng.hypergeometric(idle_addressed, idle - idle_addressed, n_held - taken)
    return _sums(addressed, held_out)._replace(
        amount=sums[:, 0], square=sums[:, 1], treated=treated, treated_amount=sums[:, 3]
    )


def _end(test: _Test, value: float, rejected: float, *, sign: float) -> float:
    """Return the effect from which on the test rejects, above or below the value."""
    _, error = test.redrawn.differences(0.0)
    step = float(error.mean()) or abs(value) or 1.0
    inside, outside = value, value + sign * 4 * step
    for _ in range(60):
        if test.p_value(outside) <= rejected:
            break
        inside, outside = outside, value + 2 * (outside - value)
    else:
        return float(sign * np.inf)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if test.p_value(middle) <= rejected:
            outside = middle
        else:
            inside = middle
        if abs(outside - inside) <= 1e-4 * step:
            break
    return inside
