"""The distribution of the number of orders that an active customer will place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import betainc, betaln, gammaln

from retention.models.purchases import PurchaseModel

#: Numbers of orders up to this are told apart one by one; beyond it in steps of a twentieth.
EVERY = 64
_STEP = 1.05
_ONE_THREAD = 200_000  # multiplications that BLAS leaves to one thread
#: Numbers of orders less likely than this are left out.
_RAREST = 1e-6


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """The numbers of orders of active customers with one frequency and m ages.

    Attributes:
        numbers: Numbers of orders, increasing from 1 (k).
        reached: The probabilities of at least these numbers (m x k).
        width: How many numbers, from `numbers[j]` on, share the probability `share[:, j]` (k).
    """

    numbers: np.ndarray
    reached: np.ndarray
    width: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """Probability of each bin of numbers (m x k)."""
        never = np.zeros((len(self.reached), 1))
        share: np.ndarray = self.reached - np.append(self.reached[:, 1:], never, axis=1)
        return share

    @property
    def middle(self) -> np.ndarray:
        """The number of orders that stands for each bin (k)."""
        return self.numbers + (self.width - 1) / 2

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the variance of the number of orders (m each).

        The variance has Sheppard's correction for bins.
        """
        share, middle = self.share, self.middle
        mean = share @ middle
        return mean, share @ (middle**2 - (self.width**2 - 1) / 12) - mean**2


def order_counts(
    model: PurchaseModel, frequency: int, T: np.ndarray, days: float, every: int = EVERY
) -> OrderCounts:
    """Return the distribution of the next orders of active customers with one frequency.

    A customer reaches n orders under two independent conditions: at the customer's own rate, n
    orders would come in time, and none of the n - 1 before was the last.

    Args:
        model: The purchase model.
        frequency: Repeat purchase days so far.
        T: Days since the first purchase, on the model's clock; length m.
        days: How far to look ahead, on the model's clock.
        every: Up to which number of orders to tell them apart one by one.

    Returns:
        The probabilities, m ages by k numbers of orders.

    Source: follows from the assumptions of BG/NBD, section 2 of Fader, Hardie and Lee (2005). It is
    their eq. 8 with the parameters of a customer whose history is known.
    """
    # Elders buy as new customers of another age would, as far as the mean goes.
    T = model.age_as_new(frequency, np.asarray(T, dtype=float), days)
    shape = model.r + frequency
    numbers, width = _numbers(shape, days / (model.alpha + T.min()), every)
    b = model.b_active + frequency
    # The brackets make the first one exactly 1.
    stays = np.exp(betaln(model.a, b + (numbers - 1)) - betaln(model.a, b))

    single = numbers[: every - 1]
    coefficients = gammaln(shape + single) - gammaln(shape) - gammaln(single + 1)

    def in_time(age: np.ndarray) -> np.ndarray:
        """Probability of n orders or more (columns) at each age, if nobody ever leaves.

        The number is a negative binomial variable.
        """
        share = (days / (model.alpha + age + days))[:, None]
        beyond = betainc(
            numbers[len(single) :] if len(numbers) > len(single) else single[-1:] + 1, shape, share
        )
        # Probabilities of single numbers, added up from the end, are cheaper than as many
        # incomplete beta functions.
        exactly = np.exp(coefficients + shape * np.log1p(-share) + single * np.log(share))
        reached = np.cumsum(exactly[:, ::-1], axis=1)[:, ::-1] + beyond[:, :1]
        every_number = np.concatenate([reached, beyond], axis=1)[:, : len(numbers)]
        return np.asarray(np.minimum(every_number, 1.0))

    low, high = np.log(model.alpha + T.min()), np.log(model.alpha + T.max())
    half = max((high - low) / 2, 1e-9)
    # A smooth function of the logarithm, steeper for frequent customers, whose rates are better
    # known. This many Chebyshev points give it to a relative error below 1e-8.
    points = int(half * (8 + 5 * np.sqrt(shape))) + 6
    if len(T) <= points:
        return OrderCounts(numbers=numbers, reached=stays * in_time(T), width=width)

    def at_position(position: np.ndarray) -> np.ndarray:
        return in_time(np.exp(low + half * (position + 1)) - model.alpha)

    series: np.ndarray = chebyshev.chebinterpolate(at_position, points - 1)
    position = (np.log(model.alpha + T) - low) / half - 1
    reached = np.clip(product(chebyshev.chebvander(position, points - 1), series), 0, 1)
    # Rounding must not let a larger number be likelier than a smaller one.
    return OrderCounts(
        numbers=numbers, reached=stays * np.minimum.accumulate(reached, axis=1), width=width
    )


def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the matrix product, in slices too small for BLAS to split over threads of its own.

    Where the caller already uses every processor, its threads and theirs would wait for each other.

    Args:
        left: A matrix.
        right: A matrix with as many rows as `left` has columns.

    Returns:
        The product.
    """
    rows = max(1, _ONE_THREAD // max(right.size, 1))
    return np.concatenate(
        [left[start : start + rows] @ right for start in range(0, len(left), rows)]
    )


def _numbers(shape: float, stretch: float, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of orders up to one that hardly anybody passes, and how many each stands for."""
    from scipy.stats import nbinom  # loads 0.3 s of distributions

    most = int(nbinom.isf(_RAREST, shape, 1 / (1 + stretch))) + 1
    numbers = np.arange(1, min(most, every) + 1)
    if most > every:
        steps = int(np.ceil(np.log(most / every) / np.log(_STEP)))
        wide = np.unique(np.ceil(every * _STEP ** np.arange(1, steps + 1)).astype(int))
        numbers = np.concatenate([numbers, wide])
    return numbers.astype(float), np.diff(numbers, append=numbers[-1] + 1).astype(float)
