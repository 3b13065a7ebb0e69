"""Customers into lifecycle stages and traits, and what each group is worth.

`assign_segments` labels every customer. While a slider moves, the page needs only what the segments
amount to: `prepare_segments` once, then `place_segments` and `summarise_segments` for each new set
of rules. Both ways read the same tables and cutoffs.
"""

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.models.uncertainty import Uncertainty
from retention.segments.inputs import SegmentInputs, prepare_segments, value_cutoffs
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.totals import STAGE_CODES, VIP_ELIGIBLE, stage_table, summary_frame
from retention.validation import aligned


def assign_segments(
    customers: pd.DataFrame, scores: pd.DataFrame | None, rules: SegmentRules | None = None
) -> pd.DataFrame:
    """Label every customer with a lifecycle stage and traits.

    P(alive) plays no part, since a one-time buyer's is 1 by construction in BG/NBD.

    Args:
        customers: From `summarise_customers`. Without discounts nobody is a full-price customer or
            a discount shopper. Without amounts nobody is VIP, a big spender or of a high order
            value. `unavailable` names such groups.
        scores: From `predict_cltv`; its rows may stand in another order. Without scores nobody is
            VIP or ready to buy.
        rules: The thresholds; the published ones unless given.

    Returns:
        A frame with the customers' index and the columns:

        - `stage`: categorical, ordered as `STAGES`; every customer has exactly one;
        - `big_spender`, `high_order_value`, `full_price`, `discount_shopper`, `ready_to_buy`:
          booleans.

    Raises:
        DataError: A column is missing or not finite, or the scores are not these customers'.
    """
    rules = rules or SegmentRules()
    inputs = prepare_segments(customers, scores, rules.ready_days)
    return label_frame(assign_codes(inputs, rules), customers.index)


def assign_codes(inputs: SegmentInputs, rules: SegmentRules) -> np.ndarray:
    """Return each customer's groups as one byte.

    The stage is in the low three bits. Then comes one bit a trait, in the order of TRAITS.

    Args:
        inputs: From `prepare_segments`, with the days of the rules.
        rules: The thresholds.

    Returns:
        One byte a customer.

    Raises:
        DataError: The inputs hold the probability to buy within other days than the rules ask for.
    """
    raw, cutoffs = inputs.raw, value_cutoffs(inputs, rules)
    if "probability" in raw and inputs.ready_days != rules.ready_days:
        raise DataError(
            f"The rules ask for the probability to buy within {rules.ready_days} days, the inputs "
            f"hold {inputs.ready_days}. Prepare them with ready_days={rules.ready_days}."
        )
    codes: np.ndarray = stage_table(rules, inputs.span)[inputs.place]
    eligible = codes >= VIP_ELIGIBLE
    codes &= 7
    if "value" in raw:
        codes[eligible & (raw["value"] >= cutoffs["vip"])] = STAGE_CODES["vip"]
    traits: dict[str, np.ndarray] = {}
    if "revenue" in raw:
        traits["big_spender"] = raw["revenue"] >= cutoffs["big_spender"]
        traits["high_order_value"] = raw["order_value"] >= cutoffs["high_order_value"]
    if "discount" in raw:
        traits["discount_shopper"] = raw["discount"] >= rules.discount_shopper
        traits["full_price"] = (raw["discount"] <= rules.full_price) & ~traits["discount_shopper"]
    if "probability" in raw:
        traits["ready_to_buy"] = raw["probability"] >= rules.ready_probability
    for trait, inside in traits.items():
        codes |= inside.view(np.uint8) << _bit(trait)
    return codes


def label_frame(codes: np.ndarray, index: pd.Index) -> pd.DataFrame:
    """Return codes as the frame that `assign_segments` returns.

    Args:
        codes: From `assign_codes`.
        index: The customers' index.

    Returns:
        The frame.
    """
    stages = pd.Categorical.from_codes(  # type: ignore[call-overload]  # takes lists and arrays
        (codes & 7).astype(np.int8), categories=list(STAGES), ordered=True
    )
    columns: dict[str, object] = {"stage": stages}
    columns |= {trait: members(codes, trait) for trait in TRAITS}
    return pd.DataFrame(columns, index=index)


def members(codes: np.ndarray, group: str) -> np.ndarray:
    """Return which customers are in a stage or have a trait.

    Args:
        codes: From `assign_codes`.
        group: One of `STAGES` or of `TRAITS`.

    Returns:
        True or False for each customer.
    """
    if group in STAGE_CODES:
        inside: np.ndarray = (codes & 7) == STAGE_CODES[group]
    else:
        inside = ((codes >> _bit(group)) & 1).astype(bool)
    return inside


def segment_table(
    labels: pd.DataFrame,
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    uncertainty: Uncertainty | None = None,
) -> pd.DataFrame:
    """Return what each lifecycle stage amounts to, one row a stage in the order of STAGES.

    Args:
        labels: From `assign_segments`.
        customers: The customers that were labelled.
        scores: From `predict_cltv`, of the same customers.
        uncertainty: From `value_uncertainty`, of the same customers in the same order and of the
            scores' horizon, discount rate and margin.

    Returns:
        A frame with the columns:

        - `customers`, `customer_share`: their number, and their share of all customers;
        - `revenue`, `revenue_share`: in money, and as a share of all revenue;
        - `expected_value`, `expected_value_share`: sum of `cltv` in money, and its share;
        - `average_order_value`: revenue / orders;
        - `median_days`: days since the last order;
        - `mean_probability`: to buy within the days of the first `p_purchase_<days>d` column;
        - `expected_value_low`, `expected_value_high`: with the uncertainty, the 80 % interval of
          `expected_value`.

        Unknown numbers are NaN without scores, or in an empty stage. The interval joins chance with
        the uncertainty of the fit; it is 0 in an empty stage.

    Raises:
        DataError: A column is missing or not finite, or labels, scores or uncertainty are not these
            customers'.
    """
    return _table(labels, customers, scores, uncertainty).loc[list(STAGES)].rename_axis("stage")


def trait_table(
    labels: pd.DataFrame,
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    uncertainty: Uncertainty | None = None,
) -> pd.DataFrame:
    """Return what each trait amounts to, one row a trait in the order of TRAITS.

    Traits overlap, so shares do not add up to 1.

    Args:
        labels: From `assign_segments`.
        customers: The customers that were labelled.
        scores: From `predict_cltv`, of the same customers.
        uncertainty: From `value_uncertainty`, of the same customers in the same order and of the
            scores' horizon, discount rate and margin.

    Returns:
        A frame with the columns of `segment_table`.

    Raises:
        DataError: A column is missing or not finite, or labels, scores or uncertainty are not these
            customers'.
    """
    return _table(labels, customers, scores, uncertainty).loc[list(TRAITS)].rename_axis("trait")


def _table(
    labels: pd.DataFrame,
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    uncertainty: Uncertainty | None,
) -> pd.DataFrame:
    labels = aligned(labels, customers.index)
    ready_days = _ready_days(scores)
    inputs = prepare_segments(customers, scores, ready_days, uncertainty)
    groups = [labels["stage"] == stage for stage in STAGES] + [labels[trait] for trait in TRAITS]
    masks = [group.to_numpy(bool) for group in groups]
    days = [np.bincount(inputs.days[mask], minlength=inputs.span) for mask in masks]
    sums = [inputs.measures[mask].sum(axis=0) for mask in masks]
    sampled = None if uncertainty is None else np.array(masks)[:, uncertainty.sample]
    return summary_frame(inputs, np.array(days, float), np.array(sums), sampled)


def _ready_days(scores: pd.DataFrame | None) -> int:
    """The days of the first `p_purchase_<days>d` column, the published ones where there is none."""
    for column in () if scores is None else map(str, scores):
        if column.startswith("p_purchase_") and column.endswith("d"):
            return int(column.removeprefix("p_purchase_").removesuffix("d"))
    return SegmentRules().ready_days


def _bit(trait: str) -> int:
    return 3 + TRAITS.index(trait)
