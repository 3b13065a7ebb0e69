"""What a customer spends on a purchase day: the Gamma-Gamma model, or the store's averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import (
    betainc,
    betaincinv,
    betaln,
    digamma,
    gamma,
    gammainc,
    gammaincc,
    gammaincinv,
    gammaln,
    polygamma,
)

from retention.errors import ModelError
from retention.models.fitting import (
    Covariance,
    Derivatives,
    Objective,
    by_log_parameters,
    fit,
    log_covariance,
    total,
)
from retention.models.histories import customer_counts
from retention.wording import percent

#: Repeat customers with a positive spend that the Gamma-Gamma model needs. It has three parameters,
#: and the spread between fewer customers says next to nothing about them.
MIN_REPEATERS = 30

#: The Gamma-Gamma mean of the population runs off to infinity as q falls to 1. Past this multiple
#: of what the repeat customers spend, it describes the tail of a curve and no customer.
MAX_MEAN_RATIO = 3.0

#: One number or an array of them.
Numbers = float | np.ndarray
#: The kinds of spend models.
SpendKind = Literal["gamma_gamma", "store_average"]


class SpendModel(Protocol):
    """How expected order values are made: `GammaGamma` or `StoreAverage`.

    Attributes:
        kind: Which of the two it is.
    """

    kind: ClassVar[SpendKind]

    @property
    def mean(self) -> float:
        """What a customer without repeat purchases is expected to spend on a purchase day."""

    @property
    def customers(self) -> int:
        """How many customers the model learned from."""

    @property
    def p(self) -> float | None:
        """Gamma-Gamma's p; None for the store average, as are the next three."""

    @property
    def q(self) -> float | None:
        """Gamma-Gamma's q."""

    @property
    def v(self) -> float | None:
        """Gamma-Gamma's v, in money."""

    @property
    def log_likelihood(self) -> float | None:
        """The maximum that the fit reached."""

    @property
    def covariance(self) -> Covariance:
        """Of the estimated log parameters; empty where they are taken as known."""

    def expected_order_value(
        self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike
    ) -> np.ndarray:
        """Return the expected spend of a customer's next purchase day, always positive.

        One-time buyers get `mean`.

        Args:
            frequency: Repeat purchase days, one element a customer.
            monetary_value: Mean spend of a repeat purchase day, one element a customer, in money.

        Returns:
            Money, one element a customer.
        """

    def scale(self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> np.ndarray:
        """Return each customer's unit of spend.

        In this unit all customers of one frequency have the same distribution of future spend.

        Args:
            frequency: Repeat purchase days, one element a customer.
            monetary_value: Mean spend of a repeat purchase day, one element a customer, in money.

        Returns:
            Money, one element a customer.
        """

    def probability_total_below(
        self, multiple: np.ndarray, orders: Numbers, frequency: float
    ) -> np.ndarray:
        """Return the probability that orders add up to less than a multiple of `scale`.

        Args:
            multiple: Multiples of `scale`.
            orders: How many orders are added up.
            frequency: Repeat purchase days.

        Returns:
            The probabilities, in the shape of `multiple` and `orders`.
        """

    def total_quantile(self, level: float, orders: float, frequency: float) -> float:
        """Return the multiple to which `probability_total_below` gives the probability `level`.

        Args:
            level: A probability, above 0 and below 1.
            orders: How many orders are added up.
            frequency: Repeat purchase days.

        Returns:
            A multiple of `scale`.
        """

    def second_moment(self, frequency: npt.ArrayLike, customers: int) -> tuple[np.ndarray, float]:
        """Return f and c, from which the mean square of a total follows.

        The total of n orders has the second moment f x (n² + c x n) x expected value².

        Args:
            frequency: Repeat purchase days.
            customers: Spends that fewer than one in this number of customers reach are cut off.

        Returns:
            The factor f of each frequency, and c.
        """

    def log_slopes(self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> np.ndarray:
        """Return the derivatives of log(expected order value) by the log parameters.

        Args:
            frequency: Repeat purchase days, one element a customer.
            monetary_value: Mean spend of a repeat purchase day, one element a customer, in money.

        Returns:
            A row for each customer, and a column for each parameter of `covariance`.
        """


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The Gamma-Gamma model of spend.

    Attributes:
        kind: "gamma_gamma".
        mean: The mean of the population, in money: p v / (q - 1).
        customers: How many repeat customers the model learned from.
        p: Shape of a customer's spends.
        q: Shape of the differences between customers.
        v: Scale of the differences between customers, in money.
        log_likelihood: The maximum that the fit reached.
        covariance: Of the estimated log(p, q, v); empty where they are taken as known.
    """

    kind: ClassVar[SpendKind] = "gamma_gamma"

    mean: float
    customers: int
    p: float
    q: float
    v: float
    log_likelihood: float
    covariance: Covariance = ()

    def expected_order_value(
        self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike
    ) -> np.ndarray:
        """Return the expected spend of a customer's next purchase day, always positive.

        It weighs a customer's own mean with the population's by the number of repeat purchases.

        Source: eq. 5 in Fader and Hardie, note 025.
        """
        repeats, spend = _floats(frequency), _floats(monetary_value)
        own = self.p * repeats
        expected: np.ndarray = (own * spend + (self.q - 1) * self.mean) / (own + self.q - 1)
        return expected

    def scale(self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> np.ndarray:
        """Return each customer's unit of spend, in money: v and all that the customer has spent."""
        spent: np.ndarray = _floats(frequency) * _floats(monetary_value)
        return self.v + spent

    def probability_total_below(
        self, multiple: np.ndarray, orders: Numbers, frequency: float
    ) -> np.ndarray:
        """Return the probability that orders add up to less than a multiple of `scale`.

        A sum of n gamma spends over the customer's own gamma rate is a beta prime variable.

        Source: follows from Fader and Hardie, note 025, eq. 1 to 3.
        """
        share = multiple / (1 + multiple)
        below: np.ndarray = betainc(self.p * orders, self.q + self.p * frequency, share)
        return below

    def total_quantile(self, level: float, orders: float, frequency: float) -> float:
        """Return the multiple to which `probability_total_below` gives the probability `level`."""
        share = betaincinv(self.p * orders, self.q + self.p * frequency, level)
        return float(share / max(1 - share, np.finfo(float).tiny))

    def second_moment(self, frequency: npt.ArrayLike, customers: int) -> tuple[np.ndarray, float]:
        """Return f and c, from which the mean square of a total follows.

        The nearer q + p x frequency comes to 2, the more of the moment rests on rare spends. Below
        2 it would be infinite without the cut at one in `customers`.
        """
        shape = self.q + self.p * _floats(frequency)
        rarest = gammaincinv(shape, 1 / customers)
        return (shape - 1) ** 2 * _inverse_square_above(shape, rarest), 1 / self.p

    def log_slopes(self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> np.ndarray:
        """Return the derivatives of log(expected order value) by log(p, q, v), row by row."""
        repeats, spend = _floats(frequency), _floats(monetary_value)
        own = self.p * repeats
        weight = own + self.q - 1
        return np.stack(
            [1 - own / weight, -self.q / weight, self.v / (self.v + repeats * spend)], axis=1
        )


@dataclass(frozen=True, slots=True)
class StoreAverage:
    """Customers' own averages, where the Gamma-Gamma model cannot be had.

    Attributes:
        kind: "store_average".
        p, q, v: None: there are no Gamma-Gamma parameters.
        log_likelihood: None: nothing is maximised.
        mean: The mean of the store's repeat purchase days, in money; of all purchase days where no
            repeat purchase had a price.
        customers: How many repeat customers the model learned from.
        reason: A sentence on why the Gamma-Gamma model cannot be had.
        variation: The standard deviation of an order value as a share of the customer's mean.
        covariance: The variance of the estimated log(mean); empty where it is taken as known.
    """

    kind: ClassVar[SpendKind] = "store_average"
    p: ClassVar[None] = None
    q: ClassVar[None] = None
    v: ClassVar[None] = None
    log_likelihood: ClassVar[None] = None

    mean: float
    customers: int
    reason: str = ""
    variation: float = 0.0
    covariance: Covariance = ()

    def expected_order_value(
        self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike
    ) -> np.ndarray:
        """Return a customer's own mean as it is, and `mean` for one-time buyers."""
        repeats, spend = _floats(frequency), _floats(monetary_value)
        return np.where((repeats > 0) & (spend > 0), spend, self.mean)

    def scale(self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> np.ndarray:
        """Return each customer's unit of spend, in money: the expected order value."""
        return self.expected_order_value(frequency, monetary_value)

    def probability_total_below(
        self,
        multiple: np.ndarray,
        orders: Numbers,
        frequency: float,
    ) -> np.ndarray:
        """Return the probability that orders add up to less than a multiple of `scale`.

        The sum is taken as gamma with the customer's mean and the store's variation.
        """
        del frequency  # in units of `scale`, all customers are alike
        shape = self._shape(orders)
        below: np.ndarray = gammainc(shape, multiple * shape / orders)
        return below

    def total_quantile(self, level: float, orders: float, frequency: float) -> float:
        """Return the multiple to which `probability_total_below` gives the probability `level`."""
        del frequency  # in units of `scale`, all customers are alike
        shape = self._shape(orders)
        return float(gammaincinv(shape, level) * orders / shape)

    def _shape(self, orders: Numbers) -> np.ndarray:
        shape: np.ndarray = _floats(orders) / max(self.variation, 1e-3) ** 2
        return shape

    def second_moment(
        self,
        frequency: npt.ArrayLike,
        customers: int,
    ) -> tuple[np.ndarray, float]:
        """Return f and c, from which the mean square of a total follows: 1 and the variation²."""
        del customers  # no spend is so rare that it has to be cut off
        return np.ones_like(_floats(frequency)), self.variation**2

    def log_slopes(self, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> np.ndarray:
        """Return the derivatives of log(expected order value) by log(mean), row by row."""
        repeats, spend = _floats(frequency), _floats(monetary_value)
        return np.where((repeats > 0) & (spend > 0), 0.0, 1.0)[:, None]


def _floats(values: npt.ArrayLike) -> np.ndarray:
    return np.asarray(values, dtype=float)


def _inverse_square_above(shape: np.ndarray, least: np.ndarray) -> np.ndarray:
    """E[1/g²; g > least] of a gamma variable g with this shape, which may be 2 or less."""
    s = shape - 2
    above = np.empty_like(s)
    usual = s > 1e-6
    above[usual] = gammaincc(s[usual], least[usual]) * np.exp(
        gammaln(s[usual]) - gammaln(shape[usual])
    )
    y, low = least[~usual], np.minimum(s[~usual], -1e-6)
    # One step down by recursion: the incomplete gamma function of a shape below zero.
    incomplete = (gammaincc(low + 1, y) * gamma(low + 1) - y**low * np.exp(-y)) / low
    above[~usual] = incomplete / gamma(shape[~usual])
    return above


def fit_spend(customers: pd.DataFrame) -> GammaGamma | StoreAverage:
    """Fit the Gamma-Gamma model to the repeat customers, or take the store's average and say why.

    Args:
        customers: As `summarise_customers` or `summarise_histories` returns. `frequency` and
            `monetary_value` are used, and `revenue` where no repeat purchase had a price.

    Returns:
        The model.

    Raises:
        ModelError: No purchase has a price.

    Source: Fader and Hardie, note 025.
    """
    frequency = customers["frequency"].to_numpy(dtype=float)
    spend = customers["monetary_value"].to_numpy(dtype=float)
    paid = (frequency > 0) & (spend > 0)
    counts = customer_counts(customers)[paid]
    frequency, spend = frequency[paid], spend[paid]
    fitted = _gamma_gamma(frequency, spend, counts)
    if isinstance(fitted, GammaGamma):
        return fitted
    return _store_average(customers, frequency, spend, counts, reason=fitted)


def _gamma_gamma(frequency: np.ndarray, spend: np.ndarray, counts: np.ndarray) -> GammaGamma | str:
    """The Gamma-Gamma model of these repeat customers, or a sentence on why there is none."""
    repeaters = int(counts.sum())
    if repeaters < MIN_REPEATERS:
        return (
            f"Only {repeaters:,} customers have paid on a second day; the spend model asks for "
            f"{MIN_REPEATERS}."
        )
    if np.ptp(spend) <= 1e-9 * spend.max():
        return f"All {repeaters:,} repeat customers spend the same, so there is no spread to model."
    # Fitted in units of the mean, so that the currency makes no difference.
    unit = float(np.average(spend, weights=counts))
    data = frequency, spend / unit
    try:
        fitted = fit("GammaGammaFitter", spend_objective, _starts, data, weights=counts)
    except ModelError:
        return f"The spend model did not fit: {_why_it_did_not_fit(spend, counts)}."
    p, q, v = fitted.parameters[["p", "q", "v"]].tolist()
    if q <= 1:
        return (
            f"Spends are spread so widely (q = {q:.2f}, not above 1) that the spend model has no "
            "mean."
        )
    mean = p * v / (q - 1)
    if mean > MAX_MEAN_RATIO:
        return (
            f"The spend model puts the average customer at {mean:.1f} times what repeat customers "
            f"spend (q = {q:.2f}, close to 1)."
        )
    return GammaGamma(
        mean=mean * unit,
        customers=repeaters,
        p=p,
        q=q,
        v=v * unit,
        log_likelihood=float(fitted.mean_log_likelihood * repeaters - repeaters * np.log(unit)),
        covariance=log_covariance(fitted.hessian, repeaters),
    )


def _why_it_did_not_fit(spend: np.ndarray, counts: np.ndarray) -> str:
    # What the fitter says is about its arithmetic. The customers' own spends say why.
    repeaters = int(counts.sum())
    place = np.unique(spend.round(2), return_inverse=True)[1]
    same = float(np.bincount(place, counts).max() / repeaters)
    if same < 0.25:
        return (
            f"the spends of the {repeaters:,} repeat customers follow no pattern that it can "
            "describe"
        )
    share = "nearly all" if same > 0.99 else percent(same, 0)
    return f"{share} of the {repeaters:,} repeat customers spend exactly the same"


def _store_average(
    customers: pd.DataFrame,
    frequency: np.ndarray,
    spend: np.ndarray,
    counts: np.ndarray,
    reason: str,
) -> StoreAverage:
    payers = int(counts.sum())
    if payers:
        mean = (frequency * counts @ spend) / (frequency @ counts)
    elif "revenue" in customers and customers["revenue"].sum() > 0:
        purchases = (customers["frequency"].to_numpy() + 1) @ customer_counts(customers)
        mean = customers["revenue"].sum() / purchases
    else:
        raise ModelError(
            "No purchase has a price above zero, so nothing can be said about spending. Check "
            "which column holds the amount paid."
        )
    variation = 1.0
    if payers > 1:
        average = np.average(spend, weights=counts)
        variation = float(np.sqrt(np.average((spend - average) ** 2, weights=counts)) / mean)
    return StoreAverage(
        mean=float(mean),
        customers=payers,
        reason=reason,
        variation=variation,
        covariance=((variation**2 / max(payers, 1),),),
    )


def _starts(
    _frequency: np.ndarray, monetary_value: np.ndarray, weights: np.ndarray
) -> list[np.ndarray]:
    mean = np.average(monetary_value, weights=weights)
    return [np.log([4.0, 3.0, mean / 2]), np.log([1.1, 1.1, 1.1 * mean])]


def spend_objective(
    frequency: np.ndarray, monetary_value: np.ndarray, counts: np.ndarray
) -> Objective:
    """Return the mean negative log-likelihood of log(p, q, v) with exact gradient and Hessian.

    The beta functions depend on the frequency alone, and are computed for its distinct values.

    Args:
        frequency: Repeat purchase days of each row.
        monetary_value: Mean spend of a repeat purchase day of each row, in money.
        counts: How many customers each row stands for.

    Returns:
        The function, with its gradient and Hessian.
    """
    weights = counts / counts.sum()
    x, place = np.unique(frequency, return_inverse=True)
    share = np.bincount(place, weights=weights)
    spent = frequency * monetary_value
    bought = weights * frequency
    constant = -total(weights, np.log(monetary_value))

    def objective(log_parameters: np.ndarray) -> Derivatives:
        p, q, v = parameters = np.exp(log_parameters)
        inverse = 1 / (spent + v)
        below, above = total(bought, np.log1p(v / spent)), total(weights, np.log1p(spent / v))
        spent_share, bought_share = total(weights, spent * inverse), total(bought, inverse)
        value = constant - share @ betaln(p * x, q) - p * below - q * above
        both = digamma(p * x + q)
        gradient = np.array(
            [
                share @ (x * (both - digamma(p * x))) - below,
                share @ (both - digamma(q)) - above,
                q / v * spent_share - p * bought_share,
            ]
        )
        both, squared = polygamma(1, p * x + q), inverse**2
        hessian = np.empty((3, 3))
        hessian[0, 0] = share @ (x**2 * (both - polygamma(1, p * x)))
        hessian[0, 1] = hessian[1, 0] = share @ (x * both)
        hessian[0, 2] = hessian[2, 0] = -bought_share
        hessian[1, 1] = share @ (both - polygamma(1, q))
        hessian[1, 2] = hessian[2, 1] = spent_share / v
        hessian[2, 2] = p * total(bought, squared) + q * total(weights, squared) - q / v**2
        return by_log_parameters(parameters, value, gradient, hessian)

    return objective
