"""What thresholds work on, prepared once: arrays for labelling, and totals for moved sliders.

A stage depends on a customer's orders and days since the last order alone, and for VIPs on value. A
trait depends on one measure. So the totals are kept per pair of orders and days, and along each
measure in ascending order. A new threshold is then a lookup, whatever the number of customers.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention import wording
from retention.errors import DataError
from retention.models.uncertainty import Uncertainty
from retention.segments.ranges import Sampled, check_uncertainty, sampled_customers
from retention.segments.rules import SegmentRules, thresholds
from retention.validation import aligned, all_unknown

ORDERS_CAP = int(thresholds()["loyal_orders"].high)
"""Orders beyond which no threshold tells two customers apart."""

MEASURES = ("orders", "revenue", "value", "probability", "variance")
"""The columns of `SegmentInputs.measures`; "variance" is the value's. Unknown ones are NaN."""

BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Ranking:
    """Customers in ascending order of one measure, with running totals.

    Attributes:
        ascending: The known amounts, in ascending order.
        rows: The customers' places in their frame, in that order.
        running: Sums of `MEASURES` at the start of every block of customers.
        running_days: Customers by days since the last order, at the start of every block.
    """

    ascending: np.ndarray
    rows: np.ndarray
    running: np.ndarray
    running_days: np.ndarray


@dataclass(frozen=True, slots=True)
class MapGrid:
    """Cells of the customer map, numbered row by row from the bottom.

    The probability to buy is across and the expected value is up.

    Attributes:
        probability_edges: Edges of the columns, as fractions.
        value_edges: Edges of the rows, in money.
        cell: Each customer's cell.
        pair_place: The place (see `SegmentInputs`) of each pair of place and cell that occurs.
        pair_cell: The cell of each pair.
        pair_count: The customers of each pair.
    """

    probability_edges: np.ndarray
    value_edges: np.ndarray
    cell: np.ndarray
    pair_place: np.ndarray
    pair_cell: np.ndarray
    pair_count: np.ndarray

    @property
    def cells(self) -> int:
        """Number of cells."""
        return (len(self.probability_edges) - 1) * (len(self.value_edges) - 1)


@dataclass(frozen=True, slots=True)
class SegmentInputs:
    """Arrays with one element a customer, in the order of the customers' frame, and totals.

    A customer's place numbers the pair of orders (capped) and days: orders x `span` + days.

    Attributes:
        ready_days: Days within which the probability to buy is meant.
        span: One more than the most days since the last order.
        days: Days since the last order.
        place: Each customer's place.
        measures: `MEASURES`, a column each.
        places: The places that occur.
        place_counts: The customers at each of them.
        place_sums: The sums of `MEASURES` at each of them.
        raw: Each known measure by name; without amounts none in money.
        rankings: By measure; without scores there is no "value" and "probability", without
            discounts no "discount", without amounts no "revenue", "order_value" and "value".
        grid: The customer map; None without scores or amounts.
        sampled: The customers behind the ranges; None without the value's uncertainty.
    """

    ready_days: int
    span: int
    days: np.ndarray
    place: np.ndarray
    measures: np.ndarray
    places: np.ndarray
    place_counts: np.ndarray
    place_sums: np.ndarray
    raw: dict[str, np.ndarray]
    rankings: dict[str, Ranking]
    grid: MapGrid | None
    sampled: Sampled | None

    @property
    def customers(self) -> int:
        """Number of customers."""
        return len(self.days)


def prepare_segments(
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    ready_days: int = SegmentRules().ready_days,
    uncertainty: Uncertainty | None = None,
) -> SegmentInputs:
    """Return the inputs of `assign_codes` and `place_segments`.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv`, of the same customers; None where there is no model.
        ready_days: Days within which the probability to buy is meant.
        uncertainty: From `value_uncertainty`, of the same customers in the same order and of the
            scores' terms.

    Returns:
        Arrays with one element a customer, and totals.

    Raises:
        DataError: A column is missing or not finite, or scores or uncertainty are not these
            customers'.
    """
    recency, age = (usable_column(customers, name, low=0) for name in ("recency", "T"))
    days = (age - recency).astype(np.int32)
    if len(days) and days.min() < 0:
        raise DataError(
            "A customer's last purchase is after the observation end: recency is larger than T."
        )
    raw = {"orders": usable_column(customers, "orders", low=1)}
    has_amounts = not ("revenue" in customers and all_unknown(customers["revenue"]))
    if has_amounts:
        raw["revenue"] = usable_column(customers, "revenue")
        raw["order_value"] = usable_column(customers, "average_order_value")
    if "discount_share" in customers and customers["discount_share"].notna().any():
        raw["discount"] = customers["discount_share"].to_numpy(float)
    if scores is not None:
        scores = aligned(scores, customers.index)
        if has_amounts:
            raw["value"] = usable_column(scores, "cltv")
        name = f"p_purchase_{ready_days}d"
        if name not in scores:
            raise DataError(
                f"The scores have no column '{name}', which the rule 'ready to buy within "
                f"{ready_days} days' reads. Call predict_cltv(..., soon_days={ready_days}), or add "
                f"purchase_probability(model, customers, days={ready_days})."
            )
        raw["probability"] = usable_column(scores, name)
    if uncertainty is not None:
        check_uncertainty(uncertainty, raw.get("value"))
    span = int(days.max(initial=0)) + 1
    place = np.minimum(raw["orders"], ORDERS_CAP).astype(np.int32) * span + days
    return _with_totals(ready_days, span, days, place, raw, {}, uncertainty)


def with_probability(
    inputs: SegmentInputs, probability: np.ndarray, ready_days: int
) -> SegmentInputs:
    """Return the same inputs with the probability to buy within another number of days.

    Args:
        inputs: From `prepare_segments`.
        probability: One element a customer.
        ready_days: The days that it is meant for.

    Returns:
        The inputs.

    Raises:
        DataError: There is not one finite number for each customer.
    """
    probability = np.asarray(probability, dtype=float)
    if len(probability) != inputs.customers or not np.isfinite(probability).all():
        raise DataError(
            f"The probability to buy within {ready_days} days needs one finite number for each "
            "customer."
        )
    known = {name: ranking for name, ranking in inputs.rankings.items() if name != "probability"}
    raw = inputs.raw | {"probability": probability}
    uncertainty = None if inputs.sampled is None else inputs.sampled.uncertainty
    return _with_totals(ready_days, inputs.span, inputs.days, inputs.place, raw, known, uncertainty)


def unavailable(inputs: SegmentInputs) -> dict[str, str]:
    """Return the groups that stay empty on this data.

    Args:
        inputs: From `prepare_segments`.

    Returns:
        The reason in a sentence, by stage or trait.
    """
    missing = {}
    if "probability" not in inputs.raw:
        missing["vip"] = missing["ready_to_buy"] = "No model of these orders."
    if "revenue" not in inputs.raw:
        missing |= dict.fromkeys(("vip", "big_spender", "high_order_value"), "No amounts.")
    if "discount" not in inputs.raw:
        missing["full_price"] = missing["discount_shopper"] = "No discounts in this file."
    return missing


def value_cutoffs(inputs: SegmentInputs, rules: SegmentRules) -> dict[str, float]:
    """Return where vip, big_spender and high_order_value start.

    The cut of a percentile p is the smallest amount that at most (100 - p) % of the customers
    reach. It is infinite where nobody stands out.

    Args:
        inputs: From `prepare_segments`.
        rules: The thresholds.

    Returns:
        Amounts in money, by group; without scores there is none for vip.
    """
    measures = {
        "vip": ("value", rules.vip_value),
        "big_spender": ("revenue", rules.spender_value),
        "high_order_value": ("order_value", rules.order_value),
    }
    return {
        name: threshold
        if rules.value_unit == "money"
        else percentile_cutoff(inputs.rankings[measure].ascending, threshold)
        for name, (measure, threshold) in measures.items()
        if measure in inputs.rankings
    }


def percentile_cutoff(ascending: np.ndarray, percentile: float) -> float:
    """Return the smallest of the amounts that at most (100 - percentile) % reach.

    Args:
        ascending: The amounts in ascending order.
        percentile: From 0 to 100.

    Returns:
        The amount; infinite where all tie.
    """
    size = len(ascending)
    # Rounded first: a share a hair above a whole number would make one customer more.
    allowed = math.ceil(round(size * (100 - percentile) / 100, 9))
    if not allowed:
        return math.inf
    edge = ascending[size - allowed]
    if size == allowed or ascending[size - allowed - 1] < edge:
        return float(edge)
    beyond = np.searchsorted(ascending, edge, side="right")
    return float(ascending[beyond]) if beyond < size else math.inf


def percentile_of(ascending: np.ndarray, amount: float) -> float:
    """Return the percentile that lets in those of the amounts that reach `amount`.

    Args:
        ascending: The amounts in ascending order.
        amount: The smallest amount to let in.

    Returns:
        The percentile, 0 to 100, with as few digits as are needed.
    """
    size = len(ascending)
    reached = size - int(np.searchsorted(ascending, amount))
    exact = 100 * (1 - reached / size)
    for digits in range(8):
        percentile = round(exact, digits)
        if (
            size - int(np.searchsorted(ascending, percentile_cutoff(ascending, percentile)))
            == reached
        ):
            return percentile
    return exact


def _with_totals(
    ready_days: int,
    span: int,
    days: np.ndarray,
    place: np.ndarray,
    raw: dict[str, np.ndarray],
    known: dict[str, Ranking],
    uncertainty: Uncertainty | None,
) -> SegmentInputs:
    """Everything that is summed up; `known` rankings are not sorted again."""
    nothing = np.full(len(days), math.nan)
    summed = raw if uncertainty is None else raw | {"variance": uncertainty.variance}
    measures = np.column_stack([summed.get(name, nothing) for name in MEASURES])
    size = (ORDERS_CAP + 1) * span
    counts = np.bincount(place, minlength=size)
    places = np.flatnonzero(counts)
    sums = [np.bincount(place, column, minlength=size)[places] for column in measures.T]
    rankings = {
        name: _rank(values, measures, days, span, known.get(name))
        for name, values in raw.items()
        if name != "orders"
    }
    ascending = {name: ranking.ascending for name, ranking in rankings.items()}
    return SegmentInputs(
        ready_days=ready_days,
        span=span,
        days=days,
        place=place,
        measures=measures,
        places=places,
        place_counts=counts[places],
        place_sums=np.column_stack(sums),
        raw=raw,
        rankings=rankings,
        grid=_map_grid(raw["probability"], raw["value"], place) if "value" in raw else None,
        sampled=sampled_customers(uncertainty, place, raw, ascending)
        if uncertainty is not None
        else None,
    )


def _rank(
    values: np.ndarray, measures: np.ndarray, days: np.ndarray, span: int, known: Ranking | None
) -> Ranking:
    if known is not None:
        ascending, rows = known.ascending, known.rows
    else:
        # Missing values sort to the end.
        rows = np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))].astype(
            np.int32
        )
        ascending = values[rows]
    blocks = -(-len(rows) // BLOCK)
    running = np.zeros((blocks + 1, len(MEASURES)))
    running_days = np.zeros((blocks + 1, span), dtype=np.int32)
    for block in range(blocks):
        inside = rows[block * BLOCK : (block + 1) * BLOCK]
        running[block + 1] = running[block] + measures[inside].sum(axis=0)
        running_days[block + 1] = running_days[block] + np.bincount(days[inside], minlength=span)
    return Ranking(ascending=ascending, rows=rows, running=running, running_days=running_days)


def _map_grid(
    probability: np.ndarray, value: np.ndarray, place: np.ndarray, across: int = 40, up: int = 24
) -> MapGrid:
    """Even steps in the square root of the probability and in the logarithm of the value."""
    most = max(math.ceil(20 * probability.max(initial=0)) / 20, 0.05)
    root = np.sqrt(np.clip(probability, 0, 1) / most) * across
    high = max(float(value.max(initial=0)), 1e-9)
    positive = value[value > 0]
    low = max(float(np.quantile(positive, 0.01)), high / 1e4) if len(positive) else high / 10
    low = min(low, high / 10)
    step = math.log(high / low) / up
    height = np.log(np.maximum(value, low) / low) / step
    column = np.clip(root.astype(np.int64), 0, across - 1)
    cell = np.clip(height.astype(np.int64), 0, up - 1) * across + column
    pairs, counts = np.unique(place.astype(np.int64) * (across * up) + cell, return_counts=True)
    return MapGrid(
        probability_edges=most * (np.arange(across + 1) / across) ** 2,
        value_edges=low * np.exp(step * np.arange(up + 1)),
        cell=cell.astype(np.int32),
        pair_place=pairs // (across * up),
        pair_cell=pairs % (across * up),
        pair_count=counts,
    )


def usable_column(frame: pd.DataFrame, name: str, low: float | None = None) -> np.ndarray:
    """Return a column as finite numbers.

    Args:
        frame: One row a customer.
        name: The column.
        low: The smallest value allowed.

    Returns:
        The numbers, one element a customer.

    Raises:
        DataError: The column is missing, or a value is not a number that large.
    """
    if name not in frame:
        raise DataError(
            f"The column '{name}' is missing. Found: {', '.join(map(str, frame.columns))}."
        )
    values = frame[name].to_numpy(float)
    broken = ~np.isfinite(values)
    if low is not None:
        broken |= values < low
    if broken.any():
        wanted = "a number" if low is None else f"a number of {low:g} or more"
        raise DataError(
            f"{wording.count(broken.sum())} of {wording.count(len(values))} customers have no "
            f"usable '{name}': "
            f"it needs to be {wanted}."
        )
    return values
