"""What a group of customers will bring together: an interval from chance and from what the fit leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from retention.errors import DataError
from retention.models.forecast import Forecast, forecast
from retention.models.histories import group_histories
from retention.models.intervals import HIGH, LOW, history_intervals
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import PurchaseModel, log_slopes

#: Customers from whom the effect of the parameters on a total is measured, in a store that has more.
SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Total:
    """A total and its 80 % interval; `chance` and `parameters` are the standard deviations that make it."""

    expected: float
    low: float
    high: float
    chance: float
    parameters: float


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What is needed for the interval of any group of customers' total.

    `expected` and `variance` have one entry a customer: the mean and the variance of what the customer brings
    when the parameters are known. `sample` are positions of customers, `slopes` (a row each) the derivatives
    of their expected entries by the log parameters, whose covariance is `covariance`. `customers` is the index of
    these customers.
    """

    expected: np.ndarray
    variance: np.ndarray
    sample: np.ndarray
    slopes: np.ndarray
    covariance: np.ndarray
    customers: pd.Index | None = None

    def total(self, members: np.ndarray | pd.Series | None = None) -> Total:
        """Return the total of the customers whose entry in `members` (True or False) is True; of all if None.

        Raises:
            DataError: `members` does not say True or False for each customer.
        """
        if isinstance(members, pd.Series) and self.customers is not None:
            members = members.reindex(self.customers).to_numpy()
        mask = np.ones(len(self.expected), dtype=bool) if members is None else np.asarray(members)
        if mask.dtype != bool or len(mask) != len(self.expected):
            raise DataError(
                f"The members do not say True or False for each of the {len(self.expected):,} customers. Make them "
                "from their frame."
            )
        labels = np.where(mask, 0, -1)
        return self.totals(labels, 1)[0]

    def check(self, customers: pd.DataFrame) -> None:
        """Refuse the uncertainty of other customers, or of these in another order: DataError."""
        other = self.customers is not None and not self.customers.equals(customers.index)
        if other or len(self.expected) != len(customers):
            raise DataError(
                "The uncertainty is of other customers, or of these in another order. Make it from these."
            )

    def totals(self, labels: np.ndarray, groups: int) -> list[Total]:
        """Return the totals of groups 0 to `groups` - 1; customers with a negative label belong to none.

        In a large store the parameters' effect is measured on a sample, and scaled to the group; a group
        without anybody in the sample takes the effect on the whole store.
        """
        inside = labels >= 0
        everyone = bool(inside.all())

        def sums(values: np.ndarray, of: np.ndarray) -> np.ndarray:
            kept = slice(None) if everyone else of >= 0
            return np.bincount(of[kept], weights=values[kept], minlength=groups)

        expected, variance = sums(self.expected, labels), sums(self.variance, labels)
        sampled = labels[self.sample]
        measured = sums(self.expected[self.sample], sampled)
        slopes = np.stack([sums(column, sampled) for column in self.slopes.T], axis=1)
        return self.totals_of_sums(expected, variance, measured, slopes)

    def totals_of_sums(
        self, expected: np.ndarray, variance: np.ndarray, measured: np.ndarray, slopes: np.ndarray
    ) -> list[Total]:
        """Return the totals of groups, which may overlap, from sums over their customers; one element (row) a group.

        `expected` and `variance` are summed over all customers of a group, `measured` (their `expected`) and
        `slopes` over those of them in the sample.
        """
        relative = slopes / np.maximum(measured, 1e-300)[:, None]
        if (nobody := measured <= 0).any():
            relative[nobody] = self.slopes.sum(axis=0) / max(
                self.expected[self.sample].sum(), 1e-300
            )
        spread = expected**2 * np.einsum("ij,jk,ik->i", relative, self.covariance, relative)
        return [interval(*row) for row in zip(expected, variance, spread, strict=True)]


def value_uncertainty(
    model: CltvModel,
    customers: pd.DataFrame,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> Uncertainty:
    """Return the uncertainty of the value (`cltv`) of any group of these customers.

    Arguments and errors as in `predict_cltv`, whose customers' values are the `expected` entries.

    Source: the delta method on the log parameters; chance from the distribution behind `order_counts` and the
    posterior of the Gamma-Gamma model.
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    ahead = forecast(
        model.purchases, group_histories(customers), horizon_days, annual_discount_rate
    )
    square = history_intervals(model.purchases, None, ahead).orders_square
    return value_of_forecast(model, customers, ahead, square, margin)


def orders_uncertainty(
    model: CltvModel, customers: pd.DataFrame, horizon_days: float = 365
) -> Uncertainty:
    """Return the uncertainty of the number of orders (purchase days) of any group of these customers.

    Arguments and errors as in `predict_cltv`; `expected` are its `expected_orders`.
    """
    check_settings(horizon_days)
    ahead = forecast(model.purchases, group_histories(customers), horizon_days)
    square = history_intervals(model.purchases, None, ahead).orders_square
    return orders_of_forecast(model, customers, ahead, square)


def value_of_forecast(
    model: CltvModel,
    customers: pd.DataFrame,
    ahead: Forecast,
    orders_square: np.ndarray,
    margin: float = 1.0,
    slopes: np.ndarray | None = None,
) -> Uncertainty:
    """`value_uncertainty` of a forecast that is there already, with its `purchase_slopes` where they are too."""
    codes, orders = ahead.histories.codes, ahead.discounted_orders
    spent = customers["frequency"].to_numpy(), customers["monetary_value"].to_numpy()
    worth = model.spend.expected_order_value(*spent) * margin
    frequencies, place = np.unique(ahead.histories.frequency, return_inverse=True)
    factor, within = model.spend.second_moment(frequencies, max(model.customers, 2))
    square = factor[place] * (orders_square + within * ahead.orders) * ahead.mean_discount**2
    expected = orders[codes] * worth
    sample = sample_of(len(customers))
    if slopes is None:
        slopes = purchase_slopes(model, customers, ahead)
    by_spend = model.spend.log_slopes(spent[0][sample], spent[1][sample])
    return Uncertainty(
        expected,
        np.maximum(square - orders**2, 0)[codes] * worth**2,
        sample,
        np.concatenate([slopes * worth[sample, None], by_spend * expected[sample, None]], axis=1),
        covariance_of(model, by_spend.shape[1]),
        customers.index,
    )


def orders_of_forecast(
    model: CltvModel,
    customers: pd.DataFrame,
    ahead: Forecast,
    orders_square: np.ndarray,
    slopes: np.ndarray | None = None,
) -> Uncertainty:
    """`orders_uncertainty` of an undiscounted forecast that is there already, with its `purchase_slopes`."""
    codes, orders = ahead.histories.codes, ahead.orders
    return Uncertainty(
        orders[codes],
        np.maximum(orders_square - orders**2, 0)[codes],
        sample_of(len(customers)),
        purchase_slopes(model, customers, ahead) if slopes is None else slopes,
        np.array(model.purchases.covariance),
        customers.index,
    )


def purchase_slopes(model: CltvModel, customers: pd.DataFrame, ahead: Forecast) -> np.ndarray:
    """Return the derivatives of the sampled customers' discounted orders by log(r, alpha, a, b), a row each."""
    histories = group_histories(customers.iloc[sample_of(len(customers))])

    def orders(purchases: PurchaseModel) -> np.ndarray:
        return replace(
            forecast(purchases, histories, ahead.ends[-1]), discount=ahead.discount
        ).discounted_orders

    return log_slopes(model.purchases, orders)[histories.codes]


def covariance_of(model: CltvModel, spend_parameters: int) -> np.ndarray:
    """Return that of the log parameters of the purchase model and then of the spend model."""
    purchases = np.array(model.purchases.covariance)
    spend = np.array(model.spend.covariance or np.zeros((spend_parameters,) * 2))
    apart = np.zeros((len(purchases), len(spend)))
    return np.block([[purchases, apart], [apart.T, spend]])


def sample_of(customers: int) -> np.ndarray:
    """Return the positions of the customers from whom the parameters' effect is measured: all, or `SAMPLE` of them."""
    if customers <= SAMPLE:
        return np.arange(customers)
    # The same customers every time, so that a number does not change without a cause.
    return np.sort(np.random.default_rng(1).choice(customers, SAMPLE, replace=False))


def interval(expected: float, variance: float, spread: float) -> Total:
    """Return the 80 % interval of a total with this mean and these variances (chance, parameters).

    It is that of a gamma variable, which like a total cannot be negative.
    """
    whole = variance + spread
    low = high = expected
    if expected > 0 and whole > 0:
        shape = expected**2 / whole
        low, high = gammaincinv(shape, [LOW, HIGH]) * (whole / expected)
    return Total(
        float(expected),
        float(min(low, expected)),
        float(max(high, expected)),
        float(variance**0.5),
        float(spread**0.5),
    )
