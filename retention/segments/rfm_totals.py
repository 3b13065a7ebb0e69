"""What the groups and cells of the RFM grid amount to.

They are added up from sums over the 125 combinations of scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.models.uncertainty import Uncertainty
from retention.segments.inputs import usable_column
from retention.segments.ranges import check_uncertainty
from retention.segments.rfm import (
    RFM_CELLS,
    RFM_GROUPS,
    SCORES,
    RfmRules,
    group_codes,
    mean_score,
    places_of,
    present_name,
    rfm_cut_points,
    rfm_measures,
    score_measures,
    scores_of_places,
)
from retention.segments.totals import medians
from retention.validation import aligned

PLACES = 125
CELLS = tuple((recency, mean) for recency in reversed(SCORES) for mean in SCORES)
"""The cells in the order of `rfm_grid`: the latest orders first, then the lowest mean first."""


@dataclass(frozen=True, slots=True)
class RfmInputs:
    """Arrays with one element a customer, prepared once for any cut points.

    Attributes:
        measures: What is scored, by name.
        fifths: Where fifths of the customers are cut.
        value: The expected value; None without scores or amounts.
        uncertainty: The uncertainty of the value, where it is known.
    """

    measures: dict[str, np.ndarray]
    fifths: RfmRules
    value: np.ndarray | None
    uncertainty: Uncertainty | None


def prepare_rfm(
    customers: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    uncertainty: Uncertainty | None = None,
) -> RfmInputs:
    """Return the inputs of `place_rfm` and `summarise_rfm`.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv`, of the same customers.
        uncertainty: From `value_uncertainty`, of the same customers in the same order and of the
            scores' terms.

    Returns:
        What is scored and summed, one element a customer.

    Raises:
        DataError: A column is missing or not finite, or the scores or the uncertainty are not these
            customers'.
    """
    measures = rfm_measures(customers)
    value = None
    if scores is not None and "revenue" in measures:
        value = usable_column(aligned(scores, customers.index), "cltv")
    if uncertainty is not None:
        check_uncertainty(uncertainty, value)
    return RfmInputs(
        measures=measures, fifths=rfm_cut_points(measures), value=value, uncertainty=uncertainty
    )


def cuts_in_force(inputs: RfmInputs, rules: RfmRules) -> RfmRules:
    """Return what `rfm_cut_points` does, without sorting the customers again.

    Args:
        inputs: From `prepare_rfm`.
        rules: Where to cut.

    Returns:
        Rules with every cut point.
    """
    fifths = inputs.fifths
    return RfmRules(
        days=rules.days or fifths.days,
        orders=rules.orders or fifths.orders,
        revenue=rules.revenue or fifths.revenue,
    )


def place_rfm(inputs: RfmInputs, rules: RfmRules) -> np.ndarray:
    """Return the number of each customer's combination of scores.

    Args:
        inputs: From `prepare_rfm`.
        rules: Where to cut.

    Returns:
        The places, 0 to 124, one element a customer.
    """
    return places_of(*score_measures(inputs.measures, cuts_in_force(inputs, rules)))


def summarise_rfm(inputs: RfmInputs, places: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each group and each cell amounts to.

    Args:
        inputs: From `prepare_rfm`.
        places: From `place_rfm`.

    Returns:
        The frames of `rfm_table` and of `rfm_grid`.
    """
    places = places.astype(np.intp)
    days = inputs.measures["days"]
    span = int(days.max(initial=0)) + 1
    by_day = np.bincount(places * span + days, minlength=PLACES * span).reshape(PLACES, span)
    sums = {
        "customers": by_day.sum(axis=1).astype(float),
        "once": np.bincount(places[inputs.measures["orders"] <= 1], minlength=PLACES).astype(float),
    }
    if "revenue" in inputs.measures:
        sums["revenue"] = np.bincount(places, inputs.measures["revenue"], minlength=PLACES)
    if inputs.value is not None:
        sums["value"] = np.bincount(places, inputs.value, minlength=PLACES)
    effects = None
    if inputs.uncertainty is not None:
        known = inputs.uncertainty
        sums["variance"] = np.bincount(places, known.variance, minlength=PLACES)
        sampled = places[known.sample]
        columns = [known.expected[known.sample], *known.slopes.T]
        effects = np.stack(
            [np.bincount(sampled, column, minlength=PLACES) for column in columns], axis=1
        )
    in_group = group_codes() == np.arange(len(RFM_GROUPS))[:, None]
    recency, frequency, monetary = scores_of_places().T
    means = mean_score(frequency, monetary)
    in_cell = np.array([(recency == r) & (means == m) for r, m in CELLS])
    groups = _frame(inputs, in_group, sums, by_day, effects).set_axis(
        pd.Index(RFM_GROUPS, name="group")
    )
    cells = _frame(inputs, in_cell, sums, by_day, effects)
    cells.insert(
        0,
        "group",
        pd.Series(
            pd.Categorical([RFM_CELLS[cell] for cell in CELLS], list(RFM_GROUPS), ordered=True)
        ),
    )
    return groups, cells.set_axis(
        pd.MultiIndex.from_tuples(CELLS, names=["recency_score", "mean_score"])
    )


def rfm_table(
    labels: pd.DataFrame,
    customers: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    uncertainty: Uncertainty | None = None,
) -> pd.DataFrame:
    """Return what each RFM group amounts to, one row a group in the order of `RFM_GROUPS`.

    Args:
        labels: From `rfm`.
        customers: The customers that were labelled, as `summarise_customers` returns.
        scores: From `predict_cltv`, of the same customers.
        uncertainty: From `value_uncertainty`, of the same customers in the same order and of the
            scores' terms.

    Returns:
        A frame with the columns:

        - `customers`: the number in the group;
        - `customer_share`: their share of all customers;
        - `ordered_once`: share of the group with a single order;
        - `revenue`: in money;
        - `revenue_share`: its share of all revenue;
        - `expected_value`: sum of `cltv`, in money;
        - `expected_value_low`, `expected_value_high`: its 80 % interval, with the uncertainty;
        - `expected_value_share`: its share of all expected value;
        - `median_days`: days since the last order.

        Without scores or amounts, and in an empty group, unknown numbers are NaN.

    Raises:
        DataError: A column is missing or not finite, or labels, scores or uncertainty are
            not these customers'.
    """
    return _tables(labels, customers, scores, uncertainty)[0]


def rfm_grid(
    labels: pd.DataFrame,
    customers: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    uncertainty: Uncertainty | None = None,
) -> pd.DataFrame:
    """Return what each of the 25 cells of the RFM grid amounts to.

    Args:
        labels: From `rfm`.
        customers: The customers that were labelled, as `summarise_customers` returns.
        scores: From `predict_cltv`, of the same customers.
        uncertainty: From `value_uncertainty`, of the same customers in the same order and of the
            scores' terms.

    Returns:
        A frame with the columns `group` and those of `rfm_table`. Its index is `recency_score` and
        `mean_score`: the mean of the frequency and the monetary score, halves rounded up.

    Raises:
        DataError: A column is missing or not finite, or labels, scores or uncertainty are not these
            customers'.
    """
    return _tables(labels, customers, scores, uncertainty)[1]


def members(
    places: np.ndarray, group: str | None = None, cell: tuple[int, int] | None = None
) -> np.ndarray:
    """Return which customers are in a group or a cell; all if neither is given.

    Args:
        places: From `place_rfm`.
        group: One of `RFM_GROUPS`, or what practitioners call it.
        cell: A recency score and a mean score.

    Returns:
        True or False for each customer.
    """
    recency, frequency, monetary = scores_of_places().T
    inside = np.ones(PLACES, dtype=bool)
    if group is not None:
        inside &= group_codes() == RFM_GROUPS.index(present_name(group))
    if cell is not None:
        inside &= (recency == cell[0]) & (mean_score(frequency, monetary) == cell[1])
    chosen: np.ndarray = inside[places]
    return chosen


def _tables(
    labels: pd.DataFrame,
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    uncertainty: Uncertainty | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    labels = aligned(labels, customers.index)
    inputs = prepare_rfm(customers, scores, uncertainty)
    last = "monetary" if "revenue" in inputs.measures else "frequency"
    names = [f"{name}_score" for name in ("recency", "frequency", last)]
    if missing := [name for name in names if name not in labels]:
        raise DataError(f"The labels have no column '{missing[0]}'. Take them from rfm(customers).")
    recency, frequency, monetary = (labels[name].to_numpy(np.int8) for name in names)
    places = places_of(recency, frequency, monetary)
    return summarise_rfm(inputs, places)


def _frame(
    inputs: RfmInputs,
    inside: np.ndarray,
    sums: dict[str, np.ndarray],
    by_day: np.ndarray,
    effects: np.ndarray | None,
) -> pd.DataFrame:
    """Columns of `rfm_table` for groups (rows of `inside`) of places (its columns)."""
    inside = inside.astype(float)
    added = {name: inside @ column for name, column in sums.items()}
    count, nothing = added["customers"], np.full(len(inside), math.nan)
    value, revenue = added.get("value", nothing), added.get("revenue", nothing)
    ranges = {}
    if effects is not None and inputs.uncertainty is not None:
        of_sample = inside @ effects
        totals = inputs.uncertainty.totals_of_sums(
            value, added["variance"], of_sample[:, 0], of_sample[:, 1:]
        )
        ranges = {
            "expected_value_low": [total.low for total in totals],
            "expected_value_high": [total.high for total in totals],
        }
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "customers": count.astype(np.int64),
                "customer_share": count / count.sum(),
                "ordered_once": added["once"] / count,
                "revenue": revenue,
                "revenue_share": revenue / revenue.sum(),
                "expected_value": value,
                **ranges,
                "expected_value_share": value / value.sum(),
                "median_days": medians(inside @ by_day, count),
            }
        )
