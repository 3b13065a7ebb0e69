"""The 80 % interval of each segment's expected value, from sums that are looked up and a sample of customers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retention.errors import DataError
from retention.models.uncertainty import Uncertainty


@dataclass(frozen=True, slots=True)
class Sampled:
    """The customers on whom the effect of the model's parameters is measured (`Uncertainty.sample`), and where rules
    find them.

    `number` is each customer's number among them, -1 for the others; `place` their places, `ranks` where they stand
    in each ranking (see `SegmentInputs`); `effects` their expected value and its slopes, a row each.
    """

    uncertainty: Uncertainty
    number: np.ndarray
    place: np.ndarray
    ranks: dict[str, np.ndarray]
    effects: np.ndarray


def sampled_customers(
    uncertainty: Uncertainty,
    place: np.ndarray,
    raw: Mapping[str, np.ndarray],
    ascending: Mapping[str, np.ndarray],
) -> Sampled:
    """Prepare the sample: `place` and the measures `raw` are every customer's, `ascending` a ranking's amounts each."""
    rows = uncertainty.sample
    number = np.full(len(place), -1, dtype=np.int32)
    number[rows] = np.arange(len(rows))
    # A cut never parts customers who tie, so the first rank of their amount will do for all of them. Customers
    # without the measure come after the last.
    ranks = {name: np.searchsorted(amounts, raw[name][rows]) for name, amounts in ascending.items()}
    effects = np.column_stack([uncertainty.expected[rows], uncertainty.slopes])
    return Sampled(uncertainty, number, place[rows], ranks, effects)


def value_ranges(
    sampled: Sampled, value: np.ndarray, variance: np.ndarray, inside: np.ndarray
) -> dict[str, np.ndarray]:
    """The ends of the intervals as columns of a summary, one element a group.

    `value` and `variance` are the groups' sums; `inside` says who of the sampled customers (columns) is in which
    group (rows).
    """
    effects = inside.astype(float) @ sampled.effects
    # Running totals leave rests of the size of rounding errors, which may be below 0.
    totals = sampled.uncertainty.totals_of_sums(
        value, np.maximum(variance, 0), effects[:, 0], effects[:, 1:]
    )
    return {
        "expected_value_low": np.array([total.low for total in totals]),
        "expected_value_high": np.array([total.high for total in totals]),
    }


def check_uncertainty(uncertainty: Uncertainty, value: np.ndarray | None) -> None:
    """Raise DataError unless the uncertainty is that of these customers' expected `value` (None without scores)."""
    if value is None:
        raise DataError(
            "The uncertainty of the expected value needs the scores it belongs to: pass both, or neither."
        )
    if len(uncertainty.expected) != len(value) or not np.allclose(
        uncertainty.expected, value, rtol=1e-6
    ):
        raise DataError(
            "The uncertainty is not that of these scores' 'cltv'. Call value_uncertainty with these customers, in "
            "this order, and with the model, horizon, discount rate and margin of predict_cltv."
        )
