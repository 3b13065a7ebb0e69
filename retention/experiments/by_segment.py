"""Did the campaign work better for some? Differences by segment, as measured and shrunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from retention.display import displayed
from retention.statistics import METRIC_LEVEL, normal_width

Floats = npt.NDArray[np.float64]

#: Customers that each group of a segment needs before its difference is shown.
FEWEST = 10


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class SegmentDifferences:
    """The difference between both groups in each segment, and whether the segments differ at all.

    Attributes:
        table: A row a segment, the largest first, indexed by `segment`: `addressed` and `held_out`
            (customers), `difference` as measured with `low` and `high` (95 %), `shrunk` with
            `shrunk_low` and `shrunk_high`. NaN for a segment with too few customers.
        common: The difference over all segments, weighted by how well each is known.
        between: The standard deviation of the true differences, as estimated; 0 where chance alone
            explains the spread.
        q: Cochran's Q: how far the measured differences lie apart.
        p_value: How often chance alone makes a Q as large.
    """

    table: pd.DataFrame
    common: float
    between: float
    q: float
    p_value: float

    @property
    def differ(self) -> bool:
        """Whether the segments differ by more than chance."""
        return self.p_value < 1 - METRIC_LEVEL


def compare_segments(
    segments: pd.Series, is_addressed: pd.Series, values: pd.Series
) -> SegmentDifferences:
    """Return the difference between both groups by segment.

    Args:
        segments: The segment of each customer; missing for those in none.
        is_addressed: Whether each customer got the campaign.
        values: What was measured of each customer.

    Returns:
        The differences.
    """
    frame = pd.DataFrame(
        {
            "segment": segments.to_numpy(),
            "is_addressed": is_addressed.to_numpy(dtype=bool),
            "value": values.to_numpy(dtype=float),
        }
    ).dropna(subset="segment")
    sums = frame.groupby(["segment", "is_addressed"], observed=True)["value"].agg(
        ["size", "mean", "var"]
    )
    wide: pd.DataFrame = sums.unstack("is_addressed")  # type: ignore[assignment]
    numbers, means, variances = (
        pd.DataFrame(wide[name]).reindex(columns=[True, False]) for name in ("size", "mean", "var")
    )
    numbers = numbers.fillna(0).astype(int)
    enough = (numbers[True] >= FEWEST) & (numbers[False] >= FEWEST)
    error = np.sqrt(variances[True] / numbers[True] + variances[False] / numbers[False])
    error = error.where(enough)
    difference = (means[True] - means[False]).where(enough)
    pooled = pool_differences(difference.to_numpy(), error.to_numpy())
    z = normal_width(METRIC_LEVEL)
    table = pd.DataFrame(
        {
            "addressed": numbers[True],
            "held_out": numbers[False],
            "difference": difference,
            "low": difference - z * error,
            "high": difference + z * error,
            "shrunk": pooled.shrunk,
            "shrunk_low": pooled.shrunk - z * pooled.errors,
            "shrunk_high": pooled.shrunk + z * pooled.errors,
        }
    ).rename_axis("segment")
    order = (-(table["addressed"] + table["held_out"])).argsort(kind="stable")
    return SegmentDifferences(
        table=table.iloc[order],
        common=pooled.common,
        between=pooled.between,
        q=pooled.q,
        p_value=pooled.p_value,
    )


@dataclass(frozen=True, slots=True, eq=False)
class PooledDifferences:
    """Several measured differences, each drawn towards their common one.

    Attributes:
        shrunk: The differences, by how much of their spread is more than chance.
        errors: Their standard errors after that.
        common: As in `SegmentDifferences`.
        between: As in `SegmentDifferences`.
        q: As in `SegmentDifferences`.
        p_value: As in `SegmentDifferences`.
    """

    shrunk: Floats
    errors: Floats
    common: float
    between: float
    q: float
    p_value: float


def pool_differences(differences: Floats, errors: Floats) -> PooledDifferences:
    """Draw measured differences towards their common one.

    Args:
        differences: As measured; NaN where there is none.
        errors: Their standard errors.

    Returns:
        The differences, shrunk by the share of their spread that is chance.

    Source: DerSimonian and Laird (1986), Controlled Clinical Trials 7, for the variance between
    segments; Morris (1983), Journal of the American Statistical Association 78, for the shrinking.

    >>> pooled = pool_differences(np.array([0.011, 0.074, 0.071]), np.full(3, 0.004))
    >>> round(pooled.q), pooled.p_value < 0.001
    (158, True)
    """
    from scipy.stats import chi2

    known = np.isfinite(differences) & (errors > 0)
    empty = np.full(len(differences), np.nan)
    if not known.any():
        return PooledDifferences(empty, empty.copy(), np.nan, np.nan, np.nan, np.nan)
    value, weight = differences[known], 1 / errors[known] ** 2
    middle = float(weight @ value / weight.sum())
    q = float(weight @ (value - middle) ** 2)
    free = int(known.sum()) - 1
    spread = weight.sum() - weight @ weight / weight.sum()
    variance = max((q - free) / spread, 0.0) if free else 0.0
    weight_random = 1 / (errors[known] ** 2 + variance)
    common = float(weight_random @ value / weight_random.sum())
    kept = variance / (variance + errors[known] ** 2)
    shrunk, shrunk_errors = empty.copy(), empty.copy()
    shrunk[known] = common + kept * (value - common)
    # What a segment's own data leaves open, what is open of the common difference, and that the
    # share of chance is estimated from few segments.
    drawn_in = 1 - kept
    open_variance = kept * errors[known] ** 2 + drawn_in**2 / weight_random.sum()
    open_variance += 2 / max(free, 1) * drawn_in**2 * (value - common) ** 2
    # Drawing together leaves no more open than the segment's own data does.
    shrunk_errors[known] = np.minimum(np.sqrt(open_variance), errors[known])
    return PooledDifferences(
        shrunk=shrunk,
        errors=shrunk_errors,
        common=common,
        between=float(np.sqrt(variance)),
        q=q,
        p_value=float(chi2.sf(q, free)) if free else float("nan"),
    )
