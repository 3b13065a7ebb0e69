"""Both groups of a test side by side: every metric with its interval and what chance makes of it.

tea-tasting compares means and ratios, adjusted by what was expected of each customer. Where few
customers bought, its normal intervals are too narrow, and the draw itself is the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from retention.experiments.outcomes import COVARIATES
from retention.experiments.randomisation import (
    Sample,
    expected_buyers,
    randomisation_test,
    share_test,
    skewness_of_difference,
)
from retention.statistics import METRIC_LEVEL

Metric = Literal["bought", "orders", "revenue", "order_value", "margin", "year_margin"]

#: The metrics by what they are called.
METRICS: dict[Metric, str] = {
    "bought": "Bought",
    "orders": "Orders per customer",
    "revenue": "Revenue per customer",
    "order_value": "Order value",
    "margin": "Margin per customer, after the campaign's cost",
    "year_margin": "The same over a year",
}
#: What a row of metrics holds.
COLUMNS = (
    *("metric", "addressed", "held_out", "difference", "low", "high", "p_value"),
    *("adjusted", "by_draws", "standard_error"),
)
#: Beyond this skewness of the difference a normal test is wrong too often: of shares, and of
#: amounts, whose standard error moves with their mean.
MOST_SKEWED_SHARE: Final = 0.25
MOST_SKEWED: Final = 0.15
#: Buyers expected in the smaller group below which the draw itself is the test.
FEW_BUYERS: Final = 15.0
#: Orders that each group needs before its order value is compared.
FEWEST_ORDERS: Final = 5
#: Revenue beyond this quantile of buyers is cut, only in the row beside the raw one.
CUT_AT: Final = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Both groups side by side.

    Attributes:
        metrics: A row a metric, with `COLUMNS`; adjusted by the forecast where that is of use.
        unadjusted: The same rows without the forecast.
        capped: The row of revenue with the largest buyers cut to the 99th percentile; empty where
            the orders have no amounts.
    """

    metrics: pd.DataFrame
    unadjusted: pd.DataFrame
    capped: pd.DataFrame


def compare_groups(
    frame: pd.DataFrame, costs: dict[str, float], level: float = METRIC_LEVEL
) -> Compared:
    """Compare two groups in every metric that the frame has.

    Args:
        frame: A row a customer: `is_addressed`, the metrics and their covariates, as `COVARIATES`
            names them. Metrics are 0 for customers who did not order.
        costs: What the messages to a customer addressed cost on average, in money, for each metric
            that they come off.
        level: Of the intervals.

    Returns:
        The metrics.
    """
    present = [name for name in METRICS if name in frame or name == "order_value"]
    present = [name for name in present if name != "order_value" or _can_compare_values(frame)]
    # What a customer bought, before the messages: 0 for all who bought nothing.
    gross = {name: _samples(frame, name) for name in present if name != "order_value"}
    is_addressed = frame["is_addressed"].astype(float)
    frame = frame.assign(
        **{name: frame[name] - cost * is_addressed for name, cost in costs.items()}
    )
    adjusted = _normal_rows(frame, present, level, adjust=True)
    plain = _normal_rows(frame, present, level, adjust=False)
    for name, samples in gross.items():
        if needs_draws(*samples):
            row = _row_of_draws(name, samples, level, costs.get(name, 0.0))
            plain[name] = adjusted[name] = row
    capped = {}
    if "revenue" in frame:
        buyers = frame.loc[frame["revenue"] > 0, "revenue"]
        most = float(buyers.quantile(CUT_AT)) if len(buyers) else 0.0
        cut = frame.assign(revenue=frame["revenue"].clip(upper=most))
        capped = _normal_rows(cut, ["revenue"], level, adjust=False)
    return Compared(_frame(adjusted), _frame(plain), _frame(capped))


def needs_draws(addressed: Sample, held_out: Sample) -> bool:
    """Return whether buyers are too few, or amounts too skewed, for a normal test.

    Args:
        addressed: The customers who got the campaign.
        held_out: Those who did not.
    """
    if expected_buyers(addressed, held_out) < FEW_BUYERS:
        return True
    are_shares = bool((addressed.amounts == 1).all() and (held_out.amounts == 1).all())
    most = MOST_SKEWED_SHARE if are_shares else MOST_SKEWED
    return abs(skewness_of_difference(addressed, held_out)) > most


def _samples(frame: pd.DataFrame, metric: str) -> tuple[Sample, Sample]:
    values = frame[metric].to_numpy(dtype=float)
    addressed = frame["is_addressed"].to_numpy(dtype=bool)

    def sample(inside: np.ndarray) -> Sample:
        amounts = values[inside]
        return Sample(customers=int(inside.sum()), amounts=amounts[amounts != 0])

    return sample(addressed), sample(~addressed)


def _normal_rows(
    frame: pd.DataFrame, names: list[Metric], level: float, *, adjust: bool
) -> dict[str, dict[str, object]]:
    """Return the rows of tea-tasting's tests."""
    # Loaded when it is needed: it takes 0.7 s.
    import tea_tasting as tt

    tests: dict[str, tt.RatioOfMeans] = {}
    columns = {"is_addressed"}
    adjusted = set()
    for name in names:
        if name == "order_value":
            tests[name] = tt.RatioOfMeans("revenue", "orders", confidence_level=level)
            columns |= {"revenue", "orders"}
            continue
        covariate = COVARIATES[name]
        if adjust and covariate in frame and frame[covariate].nunique() > 1:
            adjusted.add(name)
            tests[name] = tt.Mean(name, covariate, confidence_level=level)
            columns |= {name, covariate}
        else:
            tests[name] = tt.Mean(name, confidence_level=level)
            columns.add(name)
    data = frame[sorted(columns)].astype(float).astype({"is_addressed": int})
    with np.errstate(divide="ignore", invalid="ignore"):
        results = tt.Experiment(tests, variant="is_addressed").analyze(data, control=0)
    rows: dict[str, dict[str, object]] = {}
    for name in names:
        result = results[name]
        rows[name] = {
            "metric": name,
            "addressed": result.treatment,
            "held_out": result.control,
            "difference": result.effect_size,
            "low": result.effect_size_ci_lower,
            "high": result.effect_size_ci_upper,
            "p_value": result.pvalue,
            "adjusted": name in adjusted,
            "by_draws": False,
            "standard_error": _error(result.effect_size, result.statistic),
        }
    return rows


def _error(difference: float, statistic: float) -> float:
    return abs(difference / statistic) if statistic else float("nan")


def _can_compare_values(frame: pd.DataFrame) -> bool:
    """Return whether both groups have some orders, of values that differ."""
    if "revenue" not in frame:
        return False
    buyers = frame[frame["orders"] > 0]
    values = (buyers["revenue"] / buyers["orders"]).groupby(buyers["is_addressed"])
    ranges = values.max() - values.min()
    return (
        len(ranges) == 2
        and bool(values.size().min() >= FEWEST_ORDERS)
        and bool(ranges.max() > 1e-6 * values.max().max())
    )


def _row_of_draws(
    name: str, samples: tuple[Sample, Sample], level: float, cost: float
) -> dict[str, object]:
    """Return the row of a metric as the randomisation test has it, the messages' cost taken off."""
    if name == "bought":
        test = share_test(*samples, level=level)
    else:
        test = randomisation_test(*samples, level=level, null=cost)
    variance = 0.0
    for sample in samples:
        square = float((sample.amounts**2).sum()) - sample.customers * sample.mean**2
        variance += square / max(sample.customers - 1, 1) / max(sample.customers, 1)
    return {
        "metric": name,
        "addressed": samples[0].mean - cost,
        "held_out": samples[1].mean,
        "difference": test.value - cost,
        "low": test.low - cost,
        "high": test.high - cost,
        "p_value": test.p_value,
        "adjusted": False,
        "by_draws": True,
        "standard_error": float(np.sqrt(variance)),
    }


def _frame(rows: dict[str, dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows.values()), columns=list(COLUMNS))
