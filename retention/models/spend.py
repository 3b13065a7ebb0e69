"""What a customer spends on a purchase day: the Gamma-Gamma model, or the store's averages."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    minimise,
    total,
)
from retention.models.histories import customer_counts
from retention.wording import count, decimal, percent

#: Repeat customers with a positive spend that the Gamma-Gamma model needs. It has three parameters,
#: and the spread between fewer customers says next to nothing about them.
MIN_REPEATERS = 30

#: The Gamma-Gamma mean of the population runs off to infinity as q falls to 1. Past this multiple
#: of what the repeat customers spend, it describes the tail of a curve and no customer.
MAX_MEAN_RATIO = 3.0

#: From this share of free repeat purchase days on they lower what a purchase day is expected to
#: bring. Fewer are left out, as in the published model.
FREE_DAYS = 0.02

#: From this likelihood ratio on (twice the difference of the logs), first orders tell what later
#: ones bring. Where they do not, one store in a thousand comes this far by chance.
FIRST_ORDERS_TELL = 10.83

#: A first order never counts as more repeat purchases than this.
MOST_FIRST_WEIGHT = 20.0

# The logarithm of a weight next to none.
_NO_WEIGHT = -16.0

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
    def level(self) -> float:
        """What expected spend is multiplied by, so that it counts free days."""

    @property
    def first_weight(self) -> float:
        """As how many repeat purchases a first order counts; 0 where it tells nothing."""

    @property
    def first_mean(self) -> float:
        """The mean first purchase day of the customers who paid on it, in money."""

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
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return the expected spend of a customer's next purchase day, always positive.

        One-time buyers get `mean`, or more or less by their first order where it tells something.

        Args:
            frequency: Repeat purchase days, one element a customer.
            monetary_value: Mean spend of a repeat purchase day, one element a customer, in money.
            initial_spend: Spend of the first purchase day, one element a customer, in money. Where
                it is not above 0, nothing is known of it; None if it is known of nobody.

        Returns:
            Money, one element a customer.
        """

    def scale(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return each customer's unit of spend.

        In this unit all customers of one frequency have the same distribution of future spend.

        Args:
            frequency: Repeat purchase days, one element a customer.
            monetary_value: Mean spend of a repeat purchase day, one element a customer, in money.
            initial_spend: Spend of the first purchase day, one element a customer, in money. Where
                it is not above 0, nothing is known of it; None if it is known of nobody.

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

    def log_slopes(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return the derivatives of log(expected order value) by the log parameters.

        Args:
            frequency: Repeat purchase days, one element a customer.
            monetary_value: Mean spend of a repeat purchase day, one element a customer, in money.
            initial_spend: Spend of the first purchase day, one element a customer, in money. Where
                it is not above 0, nothing is known of it; None if it is known of nobody.

        Returns:
            A row for each customer, and a column for each parameter of `covariance`.
        """


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The Gamma-Gamma model of spend.

    Attributes:
        kind: "gamma_gamma".
        mean: The mean of the population, in money: p v / (q - 1), times `level`.
        customers: How many repeat customers the model learned from.
        p: Shape of a customer's spends.
        q: Shape of the differences between customers.
        v: Scale of the differences between customers, in money.
        log_likelihood: The maximum that the fit reached.
        covariance: Of the estimated log(p, q, v), and of log(first_weight) where it is above 0;
            empty where they are taken as known.
        level: What the published model's expected spend is multiplied by. It learns from customers
            who have paid, so that free days (samples, gifts) are counted here: repeat purchase days
            of all customers are expected to bring what those of payers are. 1 where next to none
            are free.
        first_weight: As how many repeat purchases a customer's first order counts. An average
            first order stands for the mean of the population, so that first orders may be larger
            or smaller than later ones. 0 in the published model, and where first and later orders
            do not go together.
        first_mean: The mean first purchase day of the customers who paid on it, in money; 0 where
            first orders do not count.
    """

    kind: ClassVar[SpendKind] = "gamma_gamma"

    mean: float
    customers: int
    p: float
    q: float
    v: float
    log_likelihood: float
    covariance: Covariance = ()
    level: float = 1.0
    first_weight: float = 0.0
    first_mean: float = 0.0

    def expected_order_value(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return the expected spend of a customer's next purchase day, always positive.

        It weighs a customer's own mean with the population's by the number of repeat purchases.
        Free days lower both alike. The first order is one more observation of `first_weight`
        purchases.

        Source: eq. 5 in Fader and Hardie, note 025.
        """
        repeats, spend = _floats(frequency), _floats(monetary_value)
        first = self.first_weight * self.mean * self._first_ratio(initial_spend)
        own = self.p * (repeats + self.first_weight)
        paid = self.p * (repeats * spend * self.level + first)
        expected: np.ndarray = (paid + (self.q - 1) * self.mean) / (own + self.q - 1)
        return expected

    def _first_ratio(self, initial_spend: npt.ArrayLike | None) -> Numbers:
        """Each first order as a share of the mean one; 1 where it was free or is not known."""
        if initial_spend is None or not self.first_weight:
            return 1.0
        first = _floats(initial_spend)
        return np.where(first > 0, first / self.first_mean, 1.0)

    def _first_spend(self, initial_spend: npt.ArrayLike | None) -> Numbers:
        """What the first order adds to what a customer has spent, free days left out."""
        return self.first_weight * self.mean / self.level * self._first_ratio(initial_spend)

    def _shape(self, frequency: Numbers) -> Numbers:
        """The shape of a customer's own gamma rate, given the purchases seen."""
        return self.q + self.p * (frequency + self.first_weight)

    def scale(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return each customer's unit of spend, in money: v and all that the customer has spent."""
        spent: np.ndarray = _floats(frequency) * _floats(monetary_value)
        return self.level * (self.v + spent + self._first_spend(initial_spend))

    def probability_total_below(
        self, multiple: np.ndarray, orders: Numbers, frequency: float
    ) -> np.ndarray:
        """Return the probability that orders add up to less than a multiple of `scale`.

        A sum of n gamma spends over the customer's own gamma rate is a beta prime variable.

        Source: follows from Fader and Hardie, note 025, eq. 1 to 3.
        """
        share = multiple / (1 + multiple)
        below: np.ndarray = betainc(self.p * orders, self._shape(frequency), share)
        return below

    def total_quantile(self, level: float, orders: float, frequency: float) -> float:
        """Return the multiple to which `probability_total_below` gives the probability `level`."""
        share = betaincinv(self.p * orders, self._shape(frequency), level)
        return float(share / max(1 - share, np.finfo(float).tiny))

    def second_moment(self, frequency: npt.ArrayLike, customers: int) -> tuple[np.ndarray, float]:
        """Return f and c, from which the mean square of a total follows.

        The nearer the shape, q + p x purchases seen, comes to 2, the more of the moment rests on
        rare spends. Below 2 it would be infinite without the cut at one in `customers`.
        """
        shape = np.asarray(self._shape(_floats(frequency)))
        rarest = gammaincinv(shape, 1 / customers)
        return (shape - 1) ** 2 * _inverse_square_above(shape, rarest), 1 / self.p

    def log_slopes(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return the derivatives of log(expected order value) by log(p, q, v), row by row.

        A fourth column is by log(first_weight), where it is above 0.
        """
        repeats, spend = _floats(frequency), _floats(monetary_value)
        own = self.p * (repeats + self.first_weight)
        weight = own + self.q - 1
        first = self._first_spend(initial_spend)
        spent = self.v + repeats * spend + first
        # An average first order stands for the mean p v / (q - 1), which moves with them.
        of_first = first / spent
        columns = [
            1 - own / weight + of_first,
            -self.q / weight - self.q / (self.q - 1) * of_first,
            self.v / spent + of_first,
        ]
        if self.first_weight:
            columns.append(of_first - self.p * self.first_weight / weight)
        return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True)
class StoreAverage:
    """Customers' own averages, where the Gamma-Gamma model cannot be had.

    Attributes:
        kind: "store_average".
        p, q, v: None: there are no Gamma-Gamma parameters.
        level: 1: the mean counts free days.
        first_weight, first_mean: 0: first orders do not count.
        log_likelihood: None: nothing is maximised.
        mean: The mean of the store's repeat purchase days, free ones included, in money; of all
            purchase days where no repeat purchase had a price.
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
    level: ClassVar[float] = 1.0
    first_weight: ClassVar[float] = 0.0
    first_mean: ClassVar[float] = 0.0

    def expected_order_value(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return a customer's own mean as it is, and `mean` for one-time buyers."""
        del initial_spend  # without the Gamma-Gamma model nothing weighs it
        repeats, spend = _floats(frequency), _floats(monetary_value)
        return np.where((repeats > 0) & (spend > 0), spend, self.mean)

    def scale(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return each customer's unit of spend, in money: the expected order value."""
        return self.expected_order_value(frequency, monetary_value, initial_spend)

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

    def log_slopes(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        initial_spend: npt.ArrayLike | None = None,
    ) -> np.ndarray:
        """Return the derivatives of log(expected order value) by log(mean), row by row."""
        del initial_spend  # it does not move
        repeats, spend = _floats(frequency), _floats(monetary_value)
        return np.where((repeats > 0) & (spend > 0), 0.0, 1.0)[:, None]


def spend_columns(customers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return what the methods of a `SpendModel` take of customers.

    Args:
        customers: From `summarise_customers`.

    Returns:
        `frequency`, `monetary_value` and `initial_spend`; None for the last without such a column.
    """
    first = customers["initial_spend"].to_numpy() if "initial_spend" in customers else None
    return customers["frequency"].to_numpy(), customers["monetary_value"].to_numpy(), first


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

    The parameters are the published model's, of repeat purchases alone. Where first and later
    orders of the repeat customers go together, the first order is one more observation of every
    customer. Without the column `initial_spend` it is not.

    Args:
        customers: As `summarise_customers` or `summarise_histories` returns. `frequency` and
            `monetary_value` are used, `initial_spend` where it is there, and `revenue` where no
            repeat purchase had a price.

    Returns:
        The model.

    Raises:
        ModelError: No purchase has a price.

    Source: Fader and Hardie, note 025.
    """
    frequency = customers["frequency"].to_numpy(dtype=float)
    spend = customers["monetary_value"].to_numpy(dtype=float)
    paid = (frequency > 0) & (spend > 0)
    counts = customer_counts(customers)
    fitted = _gamma_gamma(frequency[paid], spend[paid], counts[paid])
    days = frequency * counts
    is_free_at_times = days[paid].sum() < (1 - FREE_DAYS) * days.sum()
    if isinstance(fitted, GammaGamma):
        fitted = _with_first_orders(fitted, customers, counts)
        return _with_free_days(fitted, customers, counts) if is_free_at_times else fitted
    average = _store_average(customers, frequency[paid], spend[paid], counts[paid], reason=fitted)
    if not (is_free_at_times and paid.any()):
        return average
    return replace(average, mean=float(average.mean * days[paid].sum() / days.sum()))


def _with_free_days(model: GammaGamma, customers: pd.DataFrame, counts: np.ndarray) -> GammaGamma:
    """The model with its `level`: free repeat days lower what a purchase day brings."""
    level = paid_share(model, customers, counts)
    return replace(model, mean=model.mean * level, level=level)


def paid_share(model: GammaGamma, customers: pd.DataFrame, counts: np.ndarray) -> float:
    """Return the share of customers who have paid in what repeat days are expected to bring.

    Args:
        model: The model of those who have paid, whose `level` is 1.
        customers: As `fit_spend` takes them.
        counts: How many customers each row stands for.

    Returns:
        A fraction; 1 where nobody has come back.
    """
    frequency, spend, first = spend_columns(customers)
    expected = frequency * counts * model.expected_order_value(frequency, spend, first)
    whole = float(expected.sum())
    return float(expected[spend > 0].sum()) / whole if whole > 0 else 1.0


def _with_first_orders(
    model: GammaGamma, customers: pd.DataFrame, counts: np.ndarray
) -> GammaGamma:
    """The model with the weight of first orders, where they tell what later ones bring."""
    frequency, spend, first = (
        None if values is None else _floats(values) for values in spend_columns(customers)
    )
    if frequency is None or spend is None or first is None or not (first > 0).any():
        return model
    mean = float(np.average(first[first > 0], weights=counts[first > 0]))
    known = (frequency > 0) & (spend > 0) & (first > 0)
    if counts[known].sum() < MIN_REPEATERS:
        return model
    spent, weights = frequency[known] * spend[known], counts[known]
    objective = first_weight_objective(
        model, frequency[known], spent, model.mean * first[known] / mean, weights
    )
    at_none = objective(np.array([_NO_WEIGHT]))[0]
    try:
        at, value, hessian = minimise(objective, [np.log(np.array([0.5]))])
    except ModelError:
        return model
    customers_known = float(weights.sum())
    weight = float(np.exp(at[0]))
    if 2 * customers_known * (at_none - value) < FIRST_ORDERS_TELL or weight > MOST_FIRST_WEIGHT:
        return model
    return replace(
        model,
        first_weight=weight,
        first_mean=mean,
        covariance=_independent(model.covariance, log_covariance(hessian, customers_known)),
    )


def _independent(*parts: Covariance) -> Covariance:
    """One covariance matrix of parameters that are estimated independently."""
    from scipy.linalg import block_diag  # a fit has loaded it; predictions do without

    return tuple(map(tuple, block_diag(*parts).tolist()))


def _gamma_gamma(frequency: np.ndarray, spend: np.ndarray, counts: np.ndarray) -> GammaGamma | str:
    """The Gamma-Gamma model of these repeat customers, or a sentence on why there is none."""
    repeaters = int(counts.sum())
    if repeaters < MIN_REPEATERS:
        return (
            f"Only {count(repeaters)} customers have paid on a second day; the spend model asks "
            "for "
            f"{MIN_REPEATERS}."
        )
    if np.ptp(spend) <= 1e-9 * spend.max():
        return (
            f"All {count(repeaters)} repeat customers spend the same, so there is no spread "
            "to model."
        )
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
            f"Spends are spread so widely (q = {decimal(q, 2)}, not above 1) that the spend "
            "model has no "
            "mean."
        )
    mean = p * v / (q - 1)
    if mean > MAX_MEAN_RATIO:
        return (
            f"The spend model puts the average customer at {decimal(mean, 1)} times what repeat "
            "customers "
            f"spend (q = {decimal(q, 2)}, close to 1)."
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
            f"the spends of the {count(repeaters)} repeat customers follow no pattern that it can "
            "describe"
        )
    share = "nearly all" if same > 0.99 else percent(same, 0)
    return f"{share} of the {count(repeaters)} repeat customers spend exactly the same"


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


def first_weight_objective(
    model: GammaGamma,
    frequency: np.ndarray,
    spent: np.ndarray,
    first: np.ndarray,
    counts: np.ndarray,
) -> Objective:
    """Return the mean negative log-likelihood of log(first_weight), with exact derivatives.

    It is the likelihood of what repeat customers spent after the first order, given that order. The
    published parameters stay as they are. So nothing is assumed of how first orders are
    distributed, and none is counted twice.

    Args:
        model: The published model.
        frequency: Repeat purchase days of each row.
        spent: What they brought together, in money.
        first: The first order in the money of later ones: as a share of the mean first order, times
            the model's mean.
        counts: How many customers each row stands for.

    Returns:
        The function, with its gradient and Hessian.
    """
    weights = counts / counts.sum()
    x, place = np.unique(frequency, return_inverse=True)
    share = np.bincount(place, weights=weights)
    bought, p = model.p * x, model.p
    p_frequency = p * frequency

    def objective(log_weight: np.ndarray) -> Derivatives:
        weight = np.exp(log_weight)
        q, v = model.q + p * weight[0], model.v + weight[0] * first
        whole = v + spent
        value = -share @ betaln(bought, q) - total(
            weights, p_frequency * np.log1p(v / spent) + q * np.log1p(spent / v)
        )
        by_q = share @ (digamma(bought + q) - digamma(q)) - total(weights, np.log1p(spent / v))
        by_v = (q * spent / v - p_frequency) / whole
        gradient = np.array([p * by_q + total(weights, first * by_v)])
        by_qq = share @ (polygamma(1, bought + q) - polygamma(1, q))
        by_qv = spent / (v * whole)
        by_vv = (p_frequency - q * spent * (2 * v + spent) / v**2) / whole**2
        curvature = (
            p**2 * by_qq + 2 * p * total(weights, first * by_qv) + total(weights, first**2 * by_vv)
        )
        return by_log_parameters(weight, float(value), gradient, np.array([[curvature]]))

    return objective
