"""What customers bring together: an interval from chance and from what the fit leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from retention.display import displayed
from retention.errors import DataError
from retention.models.forecast import Forecast, forecast
from retention.models.histories import Histories, group_histories
from retention.models.intervals import HIGH, LOW
from retention.models.misses import Measure
from retention.models.model import CltvModel, check_settings
from retention.models.order_moments import mean_square_orders, order_slopes
from retention.models.spend import spend_columns
from retention.validation import mask_of

#: Customers on whom the effect of the parameters is measured, in a store that has more.
SAMPLE = 10_000


@displayed
@dataclass(frozen=True, slots=True)
class Total:
    """A total and its 80 % interval.

    Attributes:
        expected: The expected total, in money or in orders.
        low: The lower end of the interval.
        high: The upper end of the interval.
        chance: The standard deviation of the total if the parameters were known.
        parameters: The standard deviation that comes from the estimated parameters.
        store: The standard deviation that comes from what moves the whole store: its level, weeks
            that vary beyond chance, and the error of its season.
        missed: The standard deviation that comes from how far earlier forecasts were off beyond
            all that; 0 where the model's `misses` are not known.
    """

    expected: float
    low: float
    high: float
    chance: float
    parameters: float
    store: float = 0.0
    missed: float = 0.0


@displayed
@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What the interval of a total needs, for any group of these customers.

    Attributes:
        expected: What each customer is expected to bring, in money or in orders.
        variance: Its variance for each customer if the parameters were known.
        sample: Positions of the customers on whom the effect of the parameters is measured.
        slopes: A row for each of them: the derivatives of `expected` by the log parameters of the
            model that the customer has.
        covariance: Of the estimated log parameters; those of several models follow each other.
        customers: The customers' index; None where it is not known.
        common: The variance that all customers share, as a share of the expected total squared:
            `SeasonIndex.common_variance`.
        missed: The variance that comes from how far earlier forecasts were off, likewise.
        models: The model of each row of `slopes`, by its place in `covariance`; None where all have
            the same one.
    """

    expected: np.ndarray
    variance: np.ndarray
    sample: np.ndarray
    slopes: np.ndarray
    covariance: np.ndarray
    customers: pd.Index | None = None
    common: float = 0.0
    missed: float = 0.0
    models: np.ndarray | None = None

    @property
    def model_only(self) -> Uncertainty:
        """The same with chance and the fit alone: as if nothing moved the whole store."""
        return replace(self, common=0.0, missed=0.0)

    def total(self, members: np.ndarray | pd.Series | None = None) -> Total:
        """Return the total of a group of customers.

        Args:
            members: True or False for each customer; a Series is matched by its index. All
                customers if None.

        Returns:
            The total and its 80 % interval.

        Raises:
            DataError: `members` does not say True or False for each customer.
        """
        number = len(self.expected)
        if members is None:
            return self.totals(np.zeros(number, dtype=int), 1)[0]
        customers = pd.RangeIndex(number) if self.customers is None else self.customers
        mask = mask_of(members, customers, "The choice of members")
        return self.totals(np.where(mask, 0, -1), 1)[0]

    def check(self, customers: pd.DataFrame) -> None:
        """Refuse other customers than the ones of this uncertainty.

        Args:
            customers: The customers of a caller.

        Raises:
            DataError: These are other customers, or the same ones in another order.
        """
        other = self.customers is not None and not self.customers.equals(customers.index)
        if other or len(self.expected) != len(customers):
            raise DataError(
                "The uncertainty is of other customers, or of these in another order. Make it "
                "from these."
            )

    def totals(self, labels: np.ndarray, groups: int) -> list[Total]:
        """Return the totals of groups 0 to `groups` - 1.

        In a large store the effect of the parameters is measured on a sample, and scaled to the
        group. A group without anybody in the sample takes the effect on the whole store.

        Args:
            labels: The group of each customer; a negative label belongs to none.
            groups: The number of groups.

        Returns:
            A total for each group.
        """
        inside = labels >= 0
        everyone = bool(inside.all())

        def sums(values: np.ndarray, group: np.ndarray) -> np.ndarray:
            kept = slice(None) if everyone else group >= 0
            return np.bincount(group[kept], weights=values[kept], minlength=groups)

        expected, variance = sums(self.expected, labels), sums(self.variance, labels)
        sampled = labels[self.sample]
        measured = sums(self.expected[self.sample], sampled)
        slopes = self.summed_slopes(sampled, groups)
        return self.totals_of_sums(expected, variance, measured, slopes)

    def summed_slopes(self, labels: np.ndarray, groups: int) -> np.ndarray:
        """Return the sums of the slopes over groups of the customers of the sample.

        Args:
            labels: The group of each of them, 0 to `groups` - 1; a negative label belongs to none.
            groups: The number of groups.

        Returns:
            A row for each group, and a column for each parameter of `covariance`.
        """
        labels = labels.astype(np.intp)  # small integers would overflow
        width = self.slopes.shape[1]
        models = len(self.covariance) // width
        place = labels if self.models is None else labels * models + self.models
        kept = slice(None) if (labels >= 0).all() else labels >= 0
        sums = [
            np.bincount(place[kept], weights=column[kept], minlength=groups * models)
            for column in self.slopes.T
        ]
        return np.stack(sums, axis=1).reshape(groups, models * width)

    def totals_of_sums(
        self, expected: np.ndarray, variance: np.ndarray, measured: np.ndarray, slopes: np.ndarray
    ) -> list[Total]:
        """Return the totals of groups from sums over their customers. Groups may overlap.

        Args:
            expected: The sum of `expected` over each group.
            variance: The sum of `variance` over each group.
            measured: The sum of `expected` over each group's customers in the sample.
            slopes: A row for each group: `summed_slopes` of the same customers.

        Returns:
            A total for each group.
        """
        relative = slopes / np.maximum(measured, 1e-300)[:, None]
        if (nobody := measured <= 0).any():
            of_all = max(self.expected[self.sample].sum(), 1e-300)
            everyone = np.zeros(len(self.sample), dtype=int)
            relative[nobody] = self.summed_slopes(everyone, 1)[0] / of_all
        spread = expected**2 * np.einsum("ij,jk,ik->i", relative, self.covariance, relative)
        return [
            interval(total, chance, fit, total**2 * self.common, total**2 * self.missed)
            for total, chance, fit in zip(expected, variance, spread, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class CustomerSample:
    """The customers on whom the effect of the parameters is measured.

    Attributes:
        rows: Their positions in the customers' frame.
        histories: Their distinct purchase histories.
        frequency: The repeat purchase days of each of them.
        spending: What the methods of a `SpendModel` take of them.
    """

    rows: np.ndarray
    histories: Histories
    frequency: np.ndarray
    spending: tuple[np.ndarray, np.ndarray, np.ndarray | None]

    def order_values(self, model: CltvModel) -> np.ndarray:
        """Return the expected order value of each of them.

        Args:
            model: From `fit_cltv`.

        Returns:
            One element for each of them, in money.
        """
        return model.known_spend.expected_order_value(*self.spending)

    def spend_slopes(self, model: CltvModel) -> np.ndarray:
        """Return the derivatives of log(order value) by the log spend parameters.

        Args:
            model: The model whose parameters move.

        Returns:
            A row for each customer of the sample.
        """
        return model.known_spend.log_slopes(*self.spending)


def sample_customers(customers: pd.DataFrame) -> CustomerSample:
    """Return the customers on whom the effect of the parameters is measured.

    Args:
        customers: From `summarise_customers`.

    Returns:
        The sample: all customers, or `SAMPLE` of them, the same ones every time.
    """
    rows = sample_of(len(customers))
    sampled = customers.iloc[rows]
    return CustomerSample(
        rows=rows,
        histories=group_histories(sampled),
        frequency=sampled["frequency"].to_numpy(dtype=float),
        spending=spend_columns(sampled),
    )


def spend_squares(model: CltvModel, frequency: np.ndarray) -> tuple[np.ndarray, float]:
    """Return `SpendModel.second_moment` for each of these frequencies, computed once a value.

    Args:
        model: From `fit_cltv`.
        frequency: Repeat purchase days, one element a customer.

    Returns:
        The factor f of each customer, and c.
    """
    frequencies, place = np.unique(frequency, return_inverse=True)
    factor, within = model.known_spend.second_moment(frequencies, max(model.customers, 2))
    return factor[place], within


def value_uncertainty(
    model: CltvModel,
    customers: pd.DataFrame,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> Uncertainty:
    """Return the uncertainty of the value (`cltv`) of any group of these customers.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        horizon_days: How far to look ahead, in days, 1 to 3650.
        annual_discount_rate: What money a year from now loses, as a fraction; 0 or more.
        margin: The share of revenue that is profit, above 0 and up to 1.

    Returns:
        The uncertainty. Its `expected` are the customers' `cltv` as in `predict_cltv`, in money.

    Raises:
        DataError: The table is not a customer table.
        ModelError: A setting is out of range, or the orders have no amounts. The message says
            which.

    Source: the delta method on the log parameters; chance from the distribution behind
    `order_counts` and the posterior of the Gamma-Gamma model.
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    model = model.seen_with(customers)
    ahead = forecast(
        model.purchases, group_histories(customers), horizon_days, annual_discount_rate
    )
    square = mean_square_orders(model.purchases, ahead.histories, ahead.ends[-1:])[:, 0]
    return value_of_forecast(model, customers, ahead, square, margin)


def orders_uncertainty(
    model: CltvModel, customers: pd.DataFrame, horizon_days: float = 365
) -> Uncertainty:
    """Return the uncertainty of the orders (purchase days) of any group of these customers.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        horizon_days: How far to look ahead, in days, 1 to 3650.

    Returns:
        The uncertainty. Its `expected` are the `expected_orders` of `predict_cltv`.

    Raises:
        DataError: The table is not a customer table.
        ModelError: `horizon_days` is out of range.
    """
    check_settings(horizon_days)
    model = model.seen_with(customers)
    ahead = forecast(model.purchases, group_histories(customers), horizon_days)
    square = mean_square_orders(model.purchases, ahead.histories, ahead.ends[-1:])[:, 0]
    return orders_of_forecast(model, customers, ahead, square)


def value_of_forecast(
    model: CltvModel,
    customers: pd.DataFrame,
    ahead: Forecast,
    orders_square: np.ndarray,
    margin: float = 1.0,
    slopes: np.ndarray | None = None,
) -> Uncertainty:
    """Return `value_uncertainty` of a forecast that is at hand.

    Args:
        model: The model.
        customers: The customers of the forecast.
        ahead: The discounted forecast.
        orders_square: The mean square of the number of orders of each history.
        margin: The share of revenue that is profit.
        slopes: The forecast's `purchase_slopes`, where they are at hand.

    Returns:
        The uncertainty of the value, in money.
    """
    codes, orders = ahead.histories.codes, ahead.discounted_orders
    order_value = model.known_spend.expected_order_value(*spend_columns(customers)) * margin
    factor, within = spend_squares(model, ahead.histories.frequency)
    square = factor * (orders_square + within * ahead.orders) * ahead.mean_discount**2
    expected = orders[codes] * order_value
    sample = sample_of(len(customers))
    by_purchases = purchase_slopes(model, customers, ahead) if slopes is None else slopes
    by_spend = model.known_spend.log_slopes(*spend_columns(customers.iloc[sample]))
    alone = Uncertainty(
        expected=expected,
        variance=np.maximum(square - orders**2, 0)[codes] * order_value**2,
        sample=sample,
        slopes=np.concatenate(
            [by_purchases * order_value[sample, None], by_spend * expected[sample, None]], axis=1
        ),
        covariance=covariance_of(model, by_spend.shape[1]),
        customers=customers.index,
    )
    return with_store(alone, model, "revenue", float(ahead.ends[-1]))


def orders_of_forecast(
    model: CltvModel,
    customers: pd.DataFrame,
    ahead: Forecast,
    orders_square: np.ndarray,
    slopes: np.ndarray | None = None,
) -> Uncertainty:
    """Return `orders_uncertainty` of an undiscounted forecast that is at hand.

    Args:
        model: The model.
        customers: The customers of the forecast.
        ahead: The undiscounted forecast.
        orders_square: The mean square of the number of orders of each history.
        slopes: The forecast's `purchase_slopes`, where they are at hand.

    Returns:
        The uncertainty of the orders (purchase days).
    """
    codes, orders = ahead.histories.codes, ahead.orders
    alone = Uncertainty(
        expected=orders[codes],
        variance=np.maximum(orders_square - orders**2, 0)[codes],
        sample=sample_of(len(customers)),
        slopes=purchase_slopes(model, customers, ahead) if slopes is None else slopes,
        covariance=np.array(model.purchases.covariance),
        customers=customers.index,
    )
    return with_store(alone, model, "orders", float(ahead.ends[-1]))


def with_store(
    uncertainty: Uncertainty, model: CltvModel, measure: Measure, horizon_days: float
) -> Uncertainty:
    """Join what moves the whole store, and how far earlier forecasts were off.

    Args:
        uncertainty: Chance and the fit.
        model: The model, with its season and past misses.
        measure: What `expected` counts.
        horizon_days: How far to look ahead, in days.

    Returns:
        The uncertainty with `common` and `missed`.
    """
    total = uncertainty.model_only.total()
    alone = (total.chance**2 + total.parameters**2) / max(total.expected, 1e-150) ** 2
    common, missed = model.store_variance(measure, horizon_days, alone)
    return replace(uncertainty, common=common, missed=missed)


def purchase_slopes(model: CltvModel, customers: pd.DataFrame, ahead: Forecast) -> np.ndarray:
    """Return the derivatives of the sampled customers' discounted orders.

    Args:
        model: From `fit_cltv`.
        customers: The customers of the forecast.
        ahead: The discounted forecast.

    Returns:
        A row for each sampled customer, and a column each for log(r, alpha, a, b).
    """
    histories = group_histories(customers.iloc[sample_of(len(customers))])
    by_end = order_slopes(model.purchases, histories, ahead.ends)
    # An order of a month counts in the sums up to all later ends.
    weights = ahead.discount - np.append(ahead.discount[1:], 0.0)
    return np.asarray(np.einsum("ijk,j->ik", by_end, weights)[histories.codes])


def covariance_of(model: CltvModel, spend_parameters: int) -> np.ndarray:
    """Return the covariance of the log parameters.

    Args:
        model: From `fit_cltv`.
        spend_parameters: The number of the spend model's parameters.

    Returns:
        A square matrix: first the purchase model's log parameters, then the spend model's.
    """
    purchases = np.array(model.purchases.covariance)
    spend = spend_covariance(model, spend_parameters)
    apart = np.zeros((len(purchases), len(spend)))
    return np.block([[purchases, apart], [apart.T, spend]])


def spend_covariance(model: CltvModel, spend_parameters: int) -> np.ndarray:
    """Return the covariance of the spend model's log parameters.

    Args:
        model: From `fit_cltv`.
        spend_parameters: The number of these parameters.

    Returns:
        A square matrix; zeros where they are taken as known.
    """
    return np.array(model.known_spend.covariance or np.zeros((spend_parameters,) * 2))


def sample_of(customers: int) -> np.ndarray:
    """Return the positions of the sampled customers: of all of them, up to `SAMPLE`.

    Args:
        customers: The number of customers.

    Returns:
        The positions, ascending.
    """
    if customers <= SAMPLE:
        return np.arange(customers)
    # The same customers every time, so that a number does not change without a cause.
    return np.sort(np.random.default_rng(1).choice(customers, SAMPLE, replace=False))


def interval(
    expected: float, variance: float, spread: float, of_store: float = 0.0, missed: float = 0.0
) -> Total:
    """Return the 80 % interval of a total, that of a gamma variable: neither can be negative.

    Args:
        expected: The mean of the total.
        variance: Its variance from chance.
        spread: Its variance from the estimated parameters.
        of_store: Its variance from what moves the whole store.
        missed: Its variance from how far earlier forecasts were off.

    Returns:
        The total, its ends at 10 % and 90 %, and the standard deviations.
    """
    whole = variance + spread + of_store + missed
    low = high = expected
    if expected > 0 and whole > 0:
        shape = expected**2 / whole
        low, high = gammaincinv(shape, [LOW, HIGH]) * (whole / expected)
    return Total(
        expected=float(expected),
        low=float(min(low, expected)),
        high=float(max(high, expected)),
        chance=float(variance**0.5),
        parameters=float(spread**0.5),
        store=float(of_store**0.5),
        missed=float(missed**0.5),
    )
