"""Whom a product brings: the value of customers by what their first order held."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from retention import wording
from retention.display import displayed
from retention.errors import DataError
from retention.history.changes import ENOUGH
from retention.models.uncertainty import Uncertainty
from retention.orders.orders import Orders
from retention.products.product_history import ProductHistory, products_of
from retention.reports.breakdown_verdict import LESS, MORE, SAME, THIN
from retention.statistics import FORECAST_LEVEL, METRIC_LEVEL, normal_width, wilson
from retention.validation import all_unknown

#: Customers on whom it is measured how far chance goes, in a store that has more.
MOST_SHUFFLED = 50_000
#: How often customers are shuffled for that.
SHUFFLES = 399
#: What this share of the customers bring at most is the most that one counts for in a comparison.
MOST_AMOUNT = 0.99
#: The first orders that are alike: of as many products as these, up to the next number.
SIZES = (1, 2, 3, 5, 9, 17, 33, 65)

Basis = Literal["value", "revenue", "orders"]


@displayed
@dataclass(frozen=True, slots=True)
class ProductValue:
    """What customers bring by the products of their first order; made by `product_value`.

    Attributes:
        values: A row for each product (index: its name), the most such customers first. Its columns
            are below.
        basis: What is measured of a customer: "value" (expected, in money), "revenue" (so far, in
            money) or "orders" (purchase days so far, where there are no amounts).
        average: Its mean over all customers whose first order names a product.
        customers: How many there are.
        most: In comparisons a customer counts for this at most: what 99 % bring at most. Otherwise
            one customer would speak for the product.
        critical: How many standard errors a difference has to be for 95 % of stores without any
            difference to show none at all. NaN where no product has enough customers.

    The columns of `values`:

    - `customers` whose first order had the product. A customer counts to each product of it.
    - `repeat_rate`: their share who came back for anything, with `_low` and `_high` (95 %).
    - `mean`: what such a customer brings, with `mean_low` and `mean_high` (80 %).
    - `alike`: what customers bring who came in the same months with first orders of as many
      products, each at `most`. A large first order holds many products, so without this all would
      stand out.
    - `difference`: what the product's customers bring, each at `most`, less `alike`, with
      `difference_low` and `difference_high` (95 %, for all products at once).
    - `pooled_difference`: the difference drawn to zero as far as the products together say that it
      is chance. Rank by this.
    - `verdict`: "more" where the interval lies above zero, "less" below, else "no clear
      difference". It is "too little data" below 30 customers with or without the product.
    """

    values: pd.DataFrame
    basis: Basis
    average: float
    customers: int
    most: float
    critical: float


class _First(NamedTuple):
    """The first orders.

    Attributes:
        customer: The place of a customer among those compared, an element for each product of the
            first order.
        product: The number of the product.
        rows: The rows of these customers in the caller's frame.
        stratum: Which of them are alike.
        products: The names.
    """

    customer: np.ndarray
    product: np.ndarray
    rows: np.ndarray
    stratum: np.ndarray
    products: pd.Index


def product_value(
    orders: Orders | ProductHistory,
    customers: pd.DataFrame,
    uncertainty: Uncertainty | None = None,
    by: str = "product",
) -> ProductValue:
    """Return what customers bring whose first order had a product, beside customers alike.

    It is an association: who buys a product first may differ in other ways.

    Args:
        orders: The orders, or their `product_history`.
        customers: From `summarise_customers` of these orders.
        uncertainty: Of the value of these customers, from `value_uncertainty`. Without it the
            revenue so far is compared.
        by: "product" or "category"; a history has its own.

    Returns:
        The products side by side.

    Raises:
        DataError: The orders name no products or categories, or the customers or the uncertainty
            are of other orders.

    Source: the stratified permutation distribution of a sum, Lehmann (1975), Nonparametrics,
    section 3.2. All products at once by the largest of their statistics, Westfall and Young (1993),
    Resampling-Based Multiple Testing. Pooling as DerSimonian and Laird (1986), Controlled Clinical
    Trials 7.
    """
    if uncertainty is not None:
        uncertainty.check(customers)
    with products_of(orders, by) as history:
        first = _first_orders(history, customers)
    basis, measured = _measured(customers, uncertainty)
    amounts = measured[first.rows]
    size = len(first.products)
    counts = np.bincount(first.product, minlength=size)
    came_back = customers["frequency"].to_numpy()[first.rows] > 0
    repeated = np.bincount(first.product, came_back[first.customer], minlength=size)
    low, high = wilson(repeated, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        frame = pd.DataFrame(
            {
                "customers": counts,
                "repeat_rate": repeated / counts,
                "repeat_rate_low": low,
                "repeat_rate_high": high,
                **_means(first, counts, amounts, uncertainty),
            },
            index=first.products,
        )
    most = float(np.quantile(amounts, MOST_AMOUNT)) if len(amounts) else float("nan")
    compared, critical = _compared(first, counts, np.minimum(amounts, most))
    frame = frame.join(compared.set_axis(first.products))
    frame = frame[frame["customers"] > 0]
    return ProductValue(
        values=frame.sort_values("customers", ascending=False, kind="stable"),
        basis=basis,
        average=float(amounts.mean()) if len(amounts) else float("nan"),
        customers=len(amounts),
        most=most,
        critical=critical,
    )


def _measured(customers: pd.DataFrame, uncertainty: Uncertainty | None) -> tuple[Basis, np.ndarray]:
    if uncertainty is not None:
        return "value", np.asarray(uncertainty.expected, dtype=float)
    if all_unknown(customers["revenue"]):
        return "orders", customers["frequency"].to_numpy(float) + 1
    return "revenue", customers["revenue"].to_numpy(float)


def _first_orders(history: ProductHistory, customers: pd.DataFrame) -> _First:
    table = history.table.filter(history.table.place == 0)
    pairs = table.select("customer", "product").order_by("customer", "product").to_pandas()
    rows = customers.index.get_indexer(history.customers)
    if len(customers) != len(history.customers) or (rows < 0).any():
        raise DataError(
            f"The {wording.count(len(customers))} customers are not those of the orders, which "
            "have "
            f"{wording.count(len(history.customers))}. Make them with summarise_customers of "
            "these orders."
        )
    of_pair, known = pd.factorize(pairs["customer"])
    held = np.bincount(of_pair, minlength=len(known))
    rows = rows[np.asarray(known, dtype=np.intp)]
    months = customers["first_order"].to_numpy()[rows].astype("datetime64[M]").astype(np.int64)
    sizes = np.searchsorted(SIZES, held, side="right")
    return _First(
        customer=of_pair,
        product=pairs["product"].to_numpy(np.intp),
        rows=rows,
        stratum=pd.factorize(months * (len(SIZES) + 1) + sizes)[0],
        products=history.products,
    )


def _means(
    first: _First, counts: np.ndarray, amounts: np.ndarray, uncertainty: Uncertainty | None
) -> dict[str, np.ndarray]:
    """The mean of each product's customers, with its 80 % range."""

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(first.product, values[first.customer], minlength=len(counts))

    total = sums(amounts)
    mean = total / counts
    if uncertainty is None:
        spread = np.sqrt(np.maximum(sums(amounts**2) / counts - mean**2, 0) / (counts - 1))
        width = normal_width(FORECAST_LEVEL) * spread
        return {"mean": mean, "mean_low": mean - width, "mean_high": mean + width}
    places = np.full(len(uncertainty.expected), -1)
    places[first.rows] = np.arange(len(first.rows))
    sampled = places[uncertainty.sample]
    inside = sampled >= 0
    in_sample = np.zeros(len(first.rows))
    in_sample[sampled[inside]] = 1.0
    slopes = np.zeros((len(first.rows), uncertainty.slopes.shape[1]))
    slopes[sampled[inside]] = uncertainty.slopes[inside]
    totals = uncertainty.totals_of_sums(
        total,
        sums(np.asarray(uncertainty.variance, dtype=float)[first.rows]),
        sums(amounts * in_sample),
        np.stack([sums(column) for column in slopes.T], axis=1),
    )
    return {
        "mean": mean,
        "mean_low": np.array([total.low for total in totals]) / counts,
        "mean_high": np.array([total.high for total in totals]) / counts,
    }


def _compared(first: _First, counts: np.ndarray, amounts: np.ndarray) -> tuple[pd.DataFrame, float]:
    """How each product's customers differ from those alike, and how far chance goes."""
    inside = np.bincount(first.stratum).astype(float)
    middle = np.bincount(first.stratum, amounts) / np.maximum(inside, 1)
    off = amounts - middle[first.stratum]
    variances = np.bincount(first.stratum, off**2) / np.maximum(inside - 1, 1)
    size = len(counts)

    def sums(values: np.ndarray) -> np.ndarray:
        return np.bincount(first.product, values[first.customer], minlength=size)

    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.sqrt(_sum_variances(first, variances, inside, size))
        difference, error = sums(off) / counts, errors / counts
        enough = (counts >= ENOUGH) & (len(amounts) - counts >= ENOUGH) & (errors > 0)
        critical = _critical(first, off, errors, np.flatnonzero(enough))
        low, high = difference - critical * error, difference + critical * error
        verdict = np.select([~enough, low > 0, high < 0], [THIN, MORE, LESS], SAME)
        frame = pd.DataFrame(
            {
                "alike": sums(middle[first.stratum]) / counts,
                "difference": difference,
                "difference_low": np.where(enough, low, np.nan),
                "difference_high": np.where(enough, high, np.nan),
                "pooled_difference": _pooled(difference, error, enough),
                "verdict": verdict,
            }
        )
    return frame, critical


def _sum_variances(
    first: _First, variances: np.ndarray, inside: np.ndarray, size: int
) -> np.ndarray:
    """The variance of each product's sum if its customers were drawn by lot from those alike."""
    cell = first.product * len(inside) + first.stratum[first.customer]
    cells, drawn = np.unique(cell, return_counts=True)
    stratum = cells % len(inside)
    of_cell = drawn * (1 - drawn / inside[stratum]) * variances[stratum]
    return np.bincount(cells // len(inside), of_cell, minlength=size)


def _critical(first: _First, off: np.ndarray, errors: np.ndarray, products: np.ndarray) -> float:
    """The largest of all statistics that chance reaches in 5 % of stores without a difference.

    Customers alike change places. Of a large store a share of the customers does: fewer customers
    vary more by chance, so that the bound is no lower.
    """
    # Loaded when it is needed, as the fits do.
    from scipy.sparse import csr_array

    if not len(products):
        return float("nan")
    rng = np.random.default_rng(0)
    customers = len(off)
    kept = np.ones(customers, dtype=bool)
    if customers > MOST_SHUFFLED:
        kept[rng.permutation(customers)[MOST_SHUFFLED:]] = False
    row_of = np.full(len(errors), -1)
    row_of[products] = np.arange(len(products))
    used = (row_of[first.product] >= 0) & kept[first.customer]
    place = np.cumsum(kept) - 1
    members = csr_array(
        (np.ones(used.sum()), (row_of[first.product[used]], place[first.customer[used]])),
        shape=(len(products), int(kept.sum())),
    )
    values, stratum = off[kept], first.stratum[kept]
    scale = errors[products] * np.sqrt(members.sum(axis=1) / _counts_of(first, errors)[products])
    order = np.argsort(stratum, kind="stable")
    largest = np.empty(SHUFFLES)
    for number in range(SHUFFLES):
        shuffled = np.empty(len(values))
        shuffled[order] = values[np.lexsort((rng.random(len(values)), stratum))]
        statistics = np.abs(members @ shuffled) / scale
        largest[number] = np.max(statistics[np.isfinite(statistics)], initial=0.0)
    return float(np.quantile(largest, METRIC_LEVEL, method="higher"))


def _counts_of(first: _First, errors: np.ndarray) -> np.ndarray:
    return np.bincount(first.product, minlength=len(errors))


def _pooled(difference: np.ndarray, error: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """The differences drawn to zero by how much of their spread is chance."""
    pooled = np.full(len(difference), np.nan)
    if not enough.any():
        return pooled
    weights = 1 / error[enough] ** 2
    excess = float(weights @ difference[enough] ** 2) - enough.sum()
    between = max(excess / weights.sum(), 0.0)
    pooled[enough] = difference[enough] * between / (between + error[enough] ** 2)
    return pooled
