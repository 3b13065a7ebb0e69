"""The 80 % interval of each segment's expected value, from looked-up sums and a sample."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retention.errors import DataError
from retention.models.uncertainty import Uncertainty


@dataclass(frozen=True, slots=True)
class Sampled:
    """The customers on whom the effect of the model's parameters is measured.

    Attributes:
        uncertainty: The uncertainty of every customer's value; its `sample` lists these customers.
        number: Each customer's number in the sample, -1 for the others.
        place: The places of the sample (see `SegmentInputs`).
        expected: The expected value of each.
        ranks: Where the sample stands in each ranking, by measure.
    """

    uncertainty: Uncertainty
    number: np.ndarray
    place: np.ndarray
    expected: np.ndarray
    ranks: dict[str, np.ndarray]


def sampled_customers(
    uncertainty: Uncertainty,
    place: np.ndarray,
    raw: Mapping[str, np.ndarray],
    ascending: Mapping[str, np.ndarray],
) -> Sampled:
    """Return the sample with its places and ranks.

    Args:
        uncertainty: The uncertainty of every customer's value.
        place: Every customer's place.
        raw: Every customer's measures, by name.
        ascending: The amounts of each ranking, by measure.

    Returns:
        The sample.
    """
    rows = uncertainty.sample
    number = np.full(len(place), -1, dtype=np.int32)
    number[rows] = np.arange(len(rows))
    # A cut never parts customers who tie, so the first rank of their amount stands for all.
    # Customers without the measure come after the last.
    ranks = {
        name: np.searchsorted(amounts, raw[name][rows]).astype(np.int32)
        for name, amounts in ascending.items()
    }
    return Sampled(
        uncertainty=uncertainty,
        number=number,
        place=place[rows],
        expected=uncertainty.expected[rows],
        ranks=ranks,
    )


def value_ranges(
    sampled: Sampled, value: np.ndarray, variance: np.ndarray, inside: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the ends of the intervals as columns of a summary, one element a group.

    Args:
        sampled: The sample.
        value: The groups' sums of expected values.
        variance: The groups' sums of variances.
        inside: Which sampled customers (columns) are in which group (rows).

    Returns:
        `expected_value_low` and `expected_value_high`, in money.
    """
    weights = inside.astype(float)
    # Running totals leave rests of the size of rounding errors, which may be below 0.
    totals = sampled.uncertainty.totals_of_sums(
        value,
        np.maximum(variance, 0),
        weights @ sampled.expected,
        weights @ sampled.uncertainty.slopes,
    )
    return {
        "expected_value_low": np.array([total.low for total in totals]),
        "expected_value_high": np.array([total.high for total in totals]),
    }


def check_uncertainty(uncertainty: Uncertainty, value: np.ndarray | None) -> None:
    """Refuse an uncertainty of other customers or of other values.

    Args:
        uncertainty: From `value_uncertainty`.
        value: The customers' expected value, in money; None without scores.

    Raises:
        DataError: There are no scores, or the uncertainty is not of these customers' values.
    """
    if value is None:
        raise DataError(
            "The uncertainty of the expected value needs the scores it belongs to: pass both, "
            "or neither."
        )
    if len(uncertainty.expected) != len(value) or not np.allclose(
        uncertainty.expected, value, rtol=1e-6
    ):
        raise DataError(
            "The uncertainty is not that of these scores' 'cltv'. Call value_uncertainty with "
            "these customers, in this order, and with the model, horizon, discount rate and margin "
            "of predict_cltv."
        )
