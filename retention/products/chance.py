"""Which pairs of products go together by more than chance, among all pairs at once."""

import numpy as np
import numpy.typing as npt

#: The share of the pairs shown that may be there by chance.
FALSE_SHARE = 0.05


def pair_chances(counted: npt.ArrayLike, expected: npt.ArrayLike) -> np.ndarray:
    """Return the probability that chance alone brings a pair as often as it was counted, or more.

    Args:
        counted: How often each pair was counted.
        expected: How often it is expected by chance.

    Returns:
        One element a pair.

    Source: the Poisson limit of a sum of rare events, whose upper tail is no lighter than theirs.
    Saracco et al. (2017), New Journal of Physics 19, test co-occurrences that way.
    """
    # Loaded when it is needed, as the fits do.
    from scipy.special import gammainc

    number, mean = np.asarray(counted, dtype=float), np.asarray(expected, dtype=float)
    chances: np.ndarray = np.where(number > 0, gammainc(np.maximum(number, 1e-9), mean), 1.0)
    return chances


def false_shares(chances: np.ndarray, tests: int) -> np.ndarray:
    """Return the share of false ones among all that are at least as unlikely by chance.

    Args:
        chances: The smallest p-values of all tests; those left out are larger.
        tests: How many tests there were.

    Returns:
        One element for each p-value, at most 1.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57.

    >>> false_shares(np.array([0.001, 0.5, 0.02]), 4).round(3).tolist()
    [0.004, 0.667, 0.04]
    """
    order = np.argsort(chances, kind="stable")
    scaled = chances[order] * tests / np.arange(1, len(chances) + 1)
    shares = np.empty(len(chances))
    shares[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return shares
