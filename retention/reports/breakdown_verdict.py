"""Which values of a dimension differ by more than chance, from before and from all others?"""

from typing import Final, Literal

import numpy as np
import pandas as pd

from retention.history.changes import DOWN, ENOUGH, NOISE, THIN as THIN, UP
from retention.models.uncertainty import Uncertainty
from retention.periods import Period
from retention.statistics import (
    METRIC_LEVEL,
    difference_interval,
    normal_width,
    weighted_quantile,
    wilson,
)

#: How a value compares with all others together.
Verdict = Literal[
    "more",
    "less",
    "no clear difference",
    "too little data",
    "many orders without a customer",
]
MORE: Final = "more"
LESS: Final = "less"
SAME: Final = "no clear difference"
UNNAMED: Final = "many orders without a customer"
#: The share of a value's orders without a customer from which it cannot be compared, and how many
#: times that of all values it must be.
MOST_UNNAMED, TIMES_USUAL = 0.05, 2.0
#: Stands for zero in a denominator.
_NOTHING = 1e-300


def growth(
    name: str, now: pd.DataFrame, before: pd.DataFrame | None, moments: pd.DataFrame
) -> pd.DataFrame:
    """Return how much a number of each value has grown from one period to another.

    A customer of both periods counts as two, so the interval is too wide rather than too narrow.

    Args:
        name: "customers", "new_customers", "orders", "revenue" or "average_order_value".
        now: These numbers, `average_order_value` aside, by value.
        before: The same of the period before; None without such a period.
        moments: Sums over `sampled` customers of `orders`, `revenue`, their squares and their
            `product`, by `value` and `now` (True or False).

    Returns:
        The columns `<name>_growth` (a fraction), `<name>_growth_low` and `<name>_growth_high`
        (95 % interval), and `<name>_growth_verdict`: "up", "down", "no clear change", or "too
        little data" below 30 customers in either period. The verdict is empty without a period
        before.

    Source: the delta method on the logarithm, with customers as the sampling unit and a Poisson
    number of them.
    """
    labels = [f"{name}_growth{end}" for end in ("", "_low", "_high", "_verdict")]
    if before is None:
        return pd.DataFrame(dict.fromkeys(labels[:3], np.nan) | {labels[3]: ""}, index=now.index)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, error = _with_error(name, now, moments, True)
        was, was_error = _with_error(name, before, moments, False)
        change, width = np.log(value / was), normal_width(METRIC_LEVEL) * np.hypot(error, was_error)
        growths = [np.expm1(log_ratio) for log_ratio in (change, change - width, change + width)]
    counted = "new_customers" if name == "new_customers" else "customers"
    finite = np.isfinite(growths).all(axis=0)
    thin = ((now[counted] < ENOUGH) | (before[counted] < ENOUGH)).to_numpy() | ~finite
    verdict = np.select([thin, growths[1] > 0, growths[2] < 0], [THIN, UP, DOWN], NOISE)
    # Growth from nothing is not defined.
    growths = [np.where(np.isfinite(values), values, np.nan) for values in growths]
    return pd.DataFrame(dict(zip(labels, [*growths, verdict], strict=True)), index=now.index)


def without_unnamed(verdicts: pd.Series, unnamed: pd.Series, orders: pd.Series) -> pd.Series:
    """Return the verdicts, but none for values of which many orders name no customer.

    Orders without a customer are nobody's second order. So a value that has far more of them than
    the others, such as a till, shows fewer customers who come back than it has.

    Args:
        verdicts: The verdict of each value.
        unnamed: The share of each value's orders that name no customer.
        orders: The orders of each value, by which the usual share is weighted.

    Returns:
        The verdicts, `UNNAMED` where such orders may decide.
    """
    if not unnamed.any():
        return verdicts
    usual = float(np.average(unnamed, weights=orders)) if orders.sum() else 0.0
    many = (unnamed >= MOST_UNNAMED) & (unnamed >= TIMES_USUAL * usual)
    return verdicts.where(~many | (verdicts == THIN), UNNAMED)


def compare_rates(did: pd.Series, counted: pd.Series, customers: float) -> pd.DataFrame:
    """Return how the share `did` / `counted` of each value compares with that of all others.

    Args:
        did: Customers who came back, by value.
        counted: All customers, by value. A customer may count to several values.
        customers: Customers in all, each counted once.

    Returns:
        The columns `average`, `compare_low`, `compare_high` and `verdict`, as in
        `Breakdown.values`.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in
    Medicine 27, on Wilson's intervals, with Bonferroni's correction for the number of values.
    """
    rest_did, rest_counted = did.sum() - did, counted.sum() - counted
    # The others are no more certain than all customers are, however many values these count to.
    shrink = np.minimum(1, customers / rest_counted.replace(0, np.nan))
    rate = did / counted.replace(0, np.nan)
    rest_rate = rest_did / rest_counted.replace(0, np.nan)
    enough = (counted >= ENOUGH) & (rest_counted * shrink >= ENOUGH)
    level = _level_for_all(enough)
    low, high = difference_interval(
        rate,
        wilson(did, counted, level),
        rest_rate,
        wilson(rest_did * shrink, rest_counted * shrink, level),
    )
    return _compared(
        average=did.sum() / counted.sum() if counted.sum() else np.nan,
        weight=1 - counted / counted.sum(),
        low=low,
        high=high,
        enough=enough,
        most=1.0,
    )


def compare_values(
    customers: pd.DataFrame,
    uncertainty: Uncertainty,
    dimension: str,
    period: Period,
    rows: pd.DataFrame,
) -> pd.DataFrame:
    """Return what new customers are expected to bring by value, and how the values compare.

    The comparison is about the kind of customers that a value brings; these customers are a
    sample of them. Its interval adds how far their expected values differ to what the fit leaves
    open between values. It leaves out what each customer will happen to do, which the 80 %
    interval holds.

    Args:
        customers: As `summarise_customers` returns.
        uncertainty: The uncertainty of the value of these customers.
        dimension: The dimension. Its value on the first order counts.
        period: Days of the first order.
        rows: The values (`name`, `kind`), in any order.

    Returns:
        With the index of `rows`: `value_per_customer`, `value_per_customer_low` and
        `value_per_customer_high` (the 80 % interval of what these customers will bring),
        `revenue_per_customer` (so far), and the columns of `compare_rates`.

    Source: the delta method on the means and the log parameters, with Bonferroni's correction for
    the number of values.
    """
    uncertainty.check(customers)
    labels = _labels(customers, dimension, period, rows)
    groups, inside = len(rows), labels >= 0
    codes, expected = labels[inside], uncertainty.expected[inside]

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(codes, weights=values, minlength=groups)

    number, total = np.bincount(codes, minlength=groups).astype(float), sums(expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, rest_mean = total / number, (total.sum() - total) / (number.sum() - number)
        drawn = _mean_variances(number, total, sums(expected**2))
        slopes = _mean_slopes(uncertainty, labels, groups, number, total)
        of_fit = np.einsum("ij,jk,ik->i", slopes, uncertainty.covariance, slopes)
        # Where every value has its own model, the same customers decide both: more of them who
        # came back by chance raise the fit and the histories it is applied to.
        spread = np.sqrt(drawn) + np.sqrt(of_fit)
        totals = uncertainty.totals(labels, groups)
        values = pd.DataFrame(
            {
                "value_per_customer": mean,
                "value_per_customer_low": np.array([total.low for total in totals]) / number,
                "value_per_customer_high": np.array([total.high for total in totals]) / number,
                "revenue_per_customer": sums(customers["revenue"].to_numpy(float)[inside]) / number,
            },
            index=rows.index,
        )
    counted = pd.Series(number, rows.index)
    enough = (counted >= ENOUGH) & (number.sum() - counted >= ENOUGH)
    width = normal_width(_level_for_all(enough)) * spread
    compared = _compared(
        average=total.sum() / number.sum() if number.sum() else np.nan,
        weight=1 - counted / number.sum(),
        low=mean - rest_mean - width,
        high=mean - rest_mean + width,
        enough=enough,
    )
    return values.join(compared)


def median_intervals(waits: pd.DataFrame) -> pd.DataFrame:
    """Return the median wait of each value.

    Args:
        waits: `value`, `days`, and how many `orders` followed after as many days.

    Returns:
        By value:

        - `days_to_second_order`: the median, in days;
        - `days_to_second_order_low`, `days_to_second_order_high`: its 95 % interval;
        - `second_orders`: how many waits there are.

    Source: the order statistics within the ranks that a binomial variable leaves open, Conover
    (1999), section 3.2.
    """
    rows = {}
    for value, part in waits.groupby("value"):
        number = int(part["orders"].sum())
        width = normal_width(METRIC_LEVEL) / (2 * np.sqrt(number))
        ranks = np.clip([0.5, 0.5 - width, 0.5 + width], 0, 1)
        rows[value] = (
            *weighted_quantile(part["days"].to_numpy(float), part["orders"].to_numpy(), ranks),
            number,
        )
    names = [f"days_to_second_order{end}" for end in ("", "_low", "_high")]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=[*names, "second_orders"])
    return frame.astype(dict.fromkeys(names, float))


def _level_for_all(enough: pd.Series) -> float:
    """The level of each interval at which all of them hold at once in 95 % of cases.

    Source: Bonferroni's inequality. Two values have one difference between them.
    """
    compared = int(enough.sum())
    return 1 - (1 - METRIC_LEVEL) / (compared if compared > 2 else 1)


def _with_error(
    name: str, counts: pd.DataFrame, moments: pd.DataFrame, now: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers and their standard errors as a share of them."""
    if name in ("customers", "new_customers"):
        number = counts[name].to_numpy(float)
        return number, 1 / np.sqrt(number)
    of_period = moments[moments.index.get_level_values("now") == now].droplevel("now")
    # A value with few customers in the sample takes the spread of the whole store's customers.
    measured = of_period[of_period["sampled"] >= ENOUGH].reindex(counts.index)
    sums = measured.fillna(of_period.sum())
    orders, revenue, sampled = (
        sums[column].to_numpy() for column in ("orders", "revenue", "sampled")
    )
    if name == "average_order_value":
        mean = revenue / orders
        square = (
            sums["revenue_square"] - 2 * mean * sums["product"] + mean**2 * sums["orders_square"]
        )
        value, whole = counts["revenue"] / counts["orders"].replace(0, np.nan), revenue
    else:
        square, value, whole = sums[f"{name}_square"], counts[name], sums[name].to_numpy()
    spread = np.sqrt(np.maximum(square.to_numpy(), 0) * sampled) / whole
    return value.to_numpy(float), spread / np.sqrt(counts["customers"].to_numpy(float))


def _labels(
    customers: pd.DataFrame, dimension: str, period: Period, rows: pd.DataFrame
) -> np.ndarray:
    """Return the row of each customer, -1 for those with a first order at another time."""
    first = customers["first_order"].to_numpy()
    inside = (first >= np.datetime64(period.start)) & (first < np.datetime64(period.end))
    kinds, names = rows["kind"].tolist(), rows["name"].tolist()
    others = kinds.index("others") if "others" in kinds else -1
    missing = kinds.index("missing") if "missing" in kinds else -1
    row_of = {
        name: row
        for row, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if kind == "value"
    }
    codes, values = pd.factorize(customers.loc[inside, f"first_{dimension}"])
    rows_of_values = [row_of.get(value, others) if value else missing for value in values]
    labels = np.full(len(customers), -1)
    # Customers without a value have the code -1, which takes the last entry.
    labels[inside] = np.array([*rows_of_values, missing])[codes]
    return labels


def _mean_variances(number: np.ndarray, total: np.ndarray, square: np.ndarray) -> np.ndarray:
    """Return the variance of each group's mean less that of all others.

    The arguments are each group's size, sum and sum of squares.
    """

    def variance(size: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
        of_mean: np.ndarray = np.maximum(squares / size - (sums / size) ** 2, 0) / size
        return of_mean

    rest = variance(number.sum() - number, total.sum() - total, square.sum() - square)
    of_difference: np.ndarray = variance(number, total, square) + rest
    return of_difference


def _mean_slopes(
    uncertainty: Uncertainty, labels: np.ndarray, groups: int, number: np.ndarray, total: np.ndarray
) -> np.ndarray:
    """Return the derivatives of each group's mean less that of all others, by log parameter."""
    sampled = labels[uncertainty.sample]
    kept = sampled >= 0

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(sampled[kept], weights=values[kept], minlength=groups)

    measured = sums(uncertainty.expected[uncertainty.sample])
    slopes = uncertainty.summed_slopes(sampled, groups)
    relative_of_all = slopes.sum(axis=0) / max(measured.sum(), _NOTHING)

    def slopes_of_means(
        slopes: np.ndarray, measured: np.ndarray, total: np.ndarray, number: np.ndarray
    ) -> np.ndarray:
        relative = np.where(
            measured[:, None] > 0,
            slopes / np.maximum(measured, _NOTHING)[:, None],
            relative_of_all,
        )
        of_means: np.ndarray = relative * (total / number)[:, None]
        return of_means

    rest = slopes_of_means(
        slopes.sum(axis=0) - slopes,
        measured.sum() - measured,
        total.sum() - total,
        number.sum() - number,
    )
    of_difference: np.ndarray = slopes_of_means(slopes, measured, total, number) - rest
    return of_difference


def _compared(
    *,
    average: float,
    weight: pd.Series,
    low: np.ndarray,
    high: np.ndarray,
    enough: pd.Series,
    most: float | None = None,
) -> pd.DataFrame:
    """Return where each value lies beside the average, and its verdict.

    `low` and `high` are the interval of the difference to all others, `weight` the share of the
    others in the average. Nothing lies below 0 or above `most`.
    """
    verdict = np.select(
        [~enough | ~np.isfinite(low + high), low > 0, high < 0], [THIN, MORE, LESS], SAME
    )
    return pd.DataFrame(
        {
            "average": average,
            "compare_low": (average + weight * low).clip(0, most),
            "compare_high": (average + weight * high).clip(0, most),
            "verdict": verdict,
        },
        index=weight.index,
    )
