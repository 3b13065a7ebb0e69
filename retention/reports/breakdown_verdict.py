"""Which values of a dimension differ by more than chance: their growth, and how they compare with all others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.history.changes import DOWN, ENOUGH, NOISE, UP
from retention.models.uncertainty import Uncertainty
from retention.periods import Period
from retention.statistics import (
    METRIC_LEVEL,
    difference_interval,
    normal_width,
    weighted_quantile,
    wilson,
)

MORE, LESS, SAME, THIN = "more", "less", "no clear difference", "too little data"
#: Columns that say how a value compares with the others.
COMPARED = ("average", "compare_low", "compare_high", "verdict")


def growth(
    name: str, now: pd.DataFrame, before: pd.DataFrame | None, moments: pd.DataFrame
) -> pd.DataFrame:
    """Return how much a number of each value has grown from one period to another.

    Args:
        name: "customers", "new_customers", "orders", "revenue" or "average_order_value".
        now, before: These numbers (`average_order_value` aside) by value; None where there is no period before.
        moments: By `value` and `now` (True or False): sums over `sampled` customers of `orders`, `revenue`, their
            squares and their `product`.

    Returns:
        Columns `<name>_growth` (a fraction), `<name>_growth_low`, `<name>_growth_high` (95 % interval),
        `<name>_growth_verdict` ("up", "down", "no clear change", "too little data" below 30 customers in either
        period; empty without a period before).

    Source: the delta method on the logarithm, with customers as the sampling unit and their number Poisson. Customers
    of both periods are taken for two, which makes the interval rather too wide than too narrow.
    """
    labels = [f"{name}_growth{end}" for end in ("", "_low", "_high", "_verdict")]
    if before is None:
        return pd.DataFrame(dict.fromkeys(labels[:3], np.nan) | {labels[3]: ""}, index=now.index)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, error = _with_error(name, now, moments, True)
        was, was_error = _with_error(name, before, moments, False)
        change, width = np.log(value / was), normal_width(METRIC_LEVEL) * np.hypot(error, was_error)
        found = [np.expm1(at) for at in (change, change - width, change + width)]
    counted = "new_customers" if name == "new_customers" else "customers"
    finite = np.isfinite(found).all(axis=0)
    thin = (np.minimum(now[counted], before[counted]) < ENOUGH).to_numpy() | ~finite
    verdict = np.select([thin, found[1] > 0, found[2] < 0], [THIN, UP, DOWN], NOISE)
    # Where nothing was, there is no growth to speak of, whatever came.
    found = [np.where(np.isfinite(at), at, np.nan) for at in found]
    return pd.DataFrame(dict(zip(labels, [*found, verdict], strict=True)), index=now.index)


def compare_rates(some: pd.Series, of: pd.Series, customers: float) -> pd.DataFrame:
    """Return how the share `some` / `of` of each value compares with that of all others together.

    Args:
        some, of: Customers by value; a customer may count to several values.
        customers: Customers in all, each counted once.

    Returns:
        The columns `COMPARED`, as `Breakdown.basis` describes them.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in Medicine 27, on Wilson's
    intervals, with Bonferroni's correction for the number of values.
    """
    # Customers of several values do not make the others more certain than all customers would.
    rest, rest_of = some.sum() - some, of.sum() - of
    shrink = np.minimum(1, customers / rest_of.replace(0, np.nan))
    rate, other = some / of.replace(0, np.nan), rest / rest_of.replace(0, np.nan)
    enough = (of >= ENOUGH) & (rest_of * shrink >= ENOUGH)
    level = _all_at_once(enough)
    ends = wilson(some, of, level), wilson(rest * shrink, rest_of * shrink, level)
    found = difference_interval(rate, ends[0], other, ends[1])
    return _compared(
        some.sum() / of.sum() if of.sum() else np.nan, 1 - of / of.sum(), *found, enough, 1.0
    )


def compare_values(
    customers: pd.DataFrame,
    uncertainty: Uncertainty,
    dimension: str,
    period: Period,
    rows: pd.DataFrame,
) -> pd.DataFrame:
    """Return what new customers are expected to bring, by the value on their first order, and how it compares.

    Args:
        customers: As `summarise_customers` returns.
        uncertainty: Of the value of these customers.
        dimension: Of which their first order has a value.
        period: Days of the first order.
        rows: The values (`name`, `kind`), in any order.

    Returns:
        With the rows' index: `value_per_customer`, `value_per_customer_low`, `value_per_customer_high` (the 80 %
        interval of what these customers will bring), `revenue_per_customer` (so far) and the columns `COMPARED`.

    The comparison is about whom a value brings, of whom these customers are a sample: its interval comes from how far
    their expected values differ and from what the fit leaves open, as far as that moves a value against the others.
    What each of them will happen to do, which the 80 % interval adds, does not matter to it.

    Source: the delta method on the means and the log parameters, with Bonferroni's correction for the number of values.
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
        gap = _mean_slopes(uncertainty, labels, groups, number, total)
        spread = np.sqrt(drawn + np.einsum("ij,jk,ik->i", gap, uncertainty.covariance, gap))
        ranges = (
            np.array([[t.low, t.high] for t in uncertainty.totals(labels, groups)])
            / number[:, None]
        )
        revenue = sums(customers["revenue"].to_numpy(float)[inside]) / number
    frame = pd.DataFrame(
        {
            "value_per_customer": mean,
            "value_per_customer_low": ranges[:, 0],
            "value_per_customer_high": ranges[:, 1],
            "revenue_per_customer": revenue,
        },
        index=rows.index,
    )
    people = pd.Series(number, rows.index)
    enough = (people >= ENOUGH) & (number.sum() - people >= ENOUGH)
    z = normal_width(_all_at_once(enough))
    compared = _compared(
        total.sum() / number.sum() if number.sum() else np.nan,
        1 - people / number.sum(),
        pd.Series(mean - rest_mean - z * spread, rows.index),
        pd.Series(mean - rest_mean + z * spread, rows.index),
        enough,
    )
    return frame.join(compared)


def median_intervals(waits: pd.DataFrame) -> pd.DataFrame:
    """Return the median of `days`, of which there are `orders` each, by `value`.

    Returns:
        By value: `days_to_second_order`, `days_to_second_order_low`, `days_to_second_order_high` (95 % interval) and
        `second_orders`, their number.

    Source: the order statistics whose ranks a binomial variable leaves open, Conover (1999), section 3.2.
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


def _all_at_once(enough: pd.Series) -> float:
    """The level at which each value's interval holds, so that in 95 % of cases all of them hold at once.

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
    part = moments[moments.index.get_level_values("now") == now].droplevel("now")
    everyone = part.sum()
    part = part.reindex(counts.index)
    # A value with few customers in the sample takes how far customers of the store differ.
    part = part.where(part["sampled"] >= ENOUGH, everyone, axis=0)
    orders, revenue, number = (
        part[column].to_numpy() for column in ("orders", "revenue", "sampled")
    )
    if name == "average_order_value":
        mean = revenue / orders
        square = (
            part["revenue_square"] - 2 * mean * part["product"] + mean**2 * part["orders_square"]
        )
        value, whole = counts["revenue"] / counts["orders"].replace(0, np.nan), revenue
    else:
        square, value, whole = part[f"{name}_square"], counts[name], part[name].to_numpy()
    spread = np.sqrt(np.maximum(square.to_numpy(), 0) * number) / whole
    return value.to_numpy(float), spread / np.sqrt(counts["customers"].to_numpy(float))


def _labels(
    customers: pd.DataFrame, dimension: str, period: Period, rows: pd.DataFrame
) -> np.ndarray:
    """Return the row of each customer, -1 for those who first ordered at another time."""
    first = customers["first_order"].to_numpy()
    inside = (first >= np.datetime64(period.start)) & (first < np.datetime64(period.end))
    places = {
        kind: int(np.flatnonzero(rows["kind"] == kind)[0])
        for kind in ("others", "missing")
        if kind in set(rows["kind"])
    }
    named = {
        name: place
        for place, (name, kind) in enumerate(zip(rows["name"], rows["kind"], strict=True))
        if kind == "value"
    }
    codes, found = pd.factorize(customers.loc[inside, f"first_{dimension}"])
    of = np.array(
        [
            *(
                named.get(name, places.get("others", -1)) if name else places.get("missing", -1)
                for name in found
            ),
            places.get("missing", -1),
        ]
    )
    labels = np.full(len(customers), -1)
    labels[inside] = of[codes]  # those without a value have the code -1: the last
    return labels


def _mean_variances(number: np.ndarray, total: np.ndarray, square: np.ndarray) -> np.ndarray:
    """Return the variance of each group's mean less that of everybody else's, from sums and sums of squares."""

    def variance(n: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
        return np.maximum(squares / n - (sums / n) ** 2, 0) / n

    rest = variance(number.sum() - number, total.sum() - total, square.sum() - square)
    return variance(number, total, square) + rest


def _mean_slopes(
    uncertainty: Uncertainty, labels: np.ndarray, groups: int, number: np.ndarray, total: np.ndarray
) -> np.ndarray:
    """Return the derivatives, by the log parameters, of each group's mean less everybody else's."""
    sampled = labels[uncertainty.sample]
    kept = sampled >= 0
    measured = np.bincount(
        sampled[kept], weights=uncertainty.expected[uncertainty.sample[kept]], minlength=groups
    )
    slopes = np.stack(
        [
            np.bincount(sampled[kept], weights=column[kept], minlength=groups)
            for column in uncertainty.slopes.T
        ],
        axis=1,
    )
    whole = slopes.sum(axis=0) / max(measured.sum(), 1e-300)

    def of_means(
        slopes: np.ndarray, measured: np.ndarray, total: np.ndarray, number: np.ndarray
    ) -> np.ndarray:
        relative = np.where(
            measured[:, None] > 0, slopes / np.maximum(measured, 1e-300)[:, None], whole
        )
        return relative * (total / number)[:, None]

    rest = of_means(
        slopes.sum(axis=0) - slopes,
        measured.sum() - measured,
        total.sum() - total,
        number.sum() - number,
    )
    return of_means(slopes, measured, total, number) - rest


def _compared(
    average: float,
    weight: pd.Series,
    low: pd.Series,
    high: pd.Series,
    enough: pd.Series,
    most: float | None = None,
) -> pd.DataFrame:
    """Return `COMPARED` from the interval of the difference to the others, which have this weight in the average.

    Nothing lies below 0 or above `most`.
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
