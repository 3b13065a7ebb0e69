"""What a customer spends on a purchase day: the Gamma-Gamma model, or averages where it cannot be had."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
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
from retention.models.fitting import ExactFit, Objective, lifetimes, log_covariance, total

#: Repeat customers with a positive spend that the Gamma-Gamma model asks for. It has three parameters, and
#: the spread between fewer customers says next to nothing about them.
MIN_REPEATERS = 30

#: The Gamma-Gamma mean of the population runs off to infinity as q falls to 1. Past this multiple of what the
#: repeat customers do spend, it describes the tail of a curve and no customer.
MAX_MEAN_RATIO = 3.0


@dataclass(frozen=True, slots=True)
class SpendModel:
    """How expected order values are made.

    `kind` is "gamma_gamma", with the parameters `p, q, v` and the maximum `log_likelihood`, or
    "store_average", where these are None and `reason` is a sentence saying why. `mean` is what a customer
    without repeat purchases is expected to spend on a purchase day: the Gamma-Gamma mean of the population,
    or the mean of the store's repeat purchase days (of all purchase days where no repeat had a price).
    `customers` is how many the model learned from. `variation` (store average only) is the standard deviation
    of an order value as a share of the customer's mean. `covariance` is that of the estimated log(p, q, v), or
    the variance of the estimated log(mean); empty where the parameters are taken as known.
    """

    kind: str
    mean: float
    customers: int
    p: float | None = None
    q: float | None = None
    v: float | None = None
    log_likelihood: float | None = None
    reason: str = ""
    variation: float = 0.0
    covariance: tuple[tuple[float, ...], ...] = ()

    def expected_order_value(self, frequency: np.ndarray, monetary_value: np.ndarray) -> np.ndarray:
        """Return the expected spend of a customer's next purchase day, always positive.

        Gamma-Gamma weighs a customer's own mean with the population's by the number of repeat purchases. The
        store average takes a customer's own mean as it is. One-time buyers get `mean` from both.

        Source: eq. 5 in Fader and Hardie, note 025.
        """
        frequency, spend = (
            np.asarray(frequency, dtype=float),
            np.asarray(monetary_value, dtype=float),
        )
        if self.kind == "store_average":
            return np.where((frequency > 0) & (spend > 0), spend, self.mean)
        own = self.p * frequency
        return (own * spend + (self.q - 1) * self.mean) / (own + self.q - 1)

    def scale(self, frequency: np.ndarray, monetary_value: np.ndarray) -> np.ndarray:
        """Return the unit in which customers of one frequency have the same distribution of future spend."""
        if self.kind == "store_average":
            return self.expected_order_value(frequency, monetary_value)
        return self.v + np.asarray(frequency, dtype=float) * np.asarray(monetary_value, dtype=float)

    def probability_total_below(
        self, multiple: np.ndarray, orders: np.ndarray, frequency: float
    ) -> np.ndarray:
        """Return the probability that so many orders add up to less than a multiple of the customer's `scale`.

        Gamma-Gamma: a sum of n gamma spends over the customer's own gamma rate is a beta prime variable. Store
        average: the sum is taken as gamma with the customer's mean and the store's variation.

        Source: follows from Fader and Hardie, note 025, eq. 1 to 3.
        """
        if self.kind == "gamma_gamma":
            return betainc(self.p * orders, self.q + self.p * frequency, multiple / (1 + multiple))
        shape = orders / max(self.variation, 1e-3) ** 2
        return gammainc(shape, multiple * shape / orders)

    def total_quantile(self, level: float, orders: float, frequency: float) -> float:
        """Return the multiple that `probability_total_below` gives the probability `level`."""
        if self.kind == "gamma_gamma":
            share = betaincinv(self.p * orders, self.q + self.p * frequency, level)
            return float(share / max(1 - share, np.finfo(float).tiny))
        shape = orders / max(self.variation, 1e-3) ** 2
        return float(gammaincinv(shape, level) * orders / shape)

    def second_moment(self, frequency: np.ndarray, customers: int) -> tuple[np.ndarray, float]:
        """Return f and c such that n orders' total has the second moment f x (n² + c x n) x expected value².

        Spends so rare that not one in `customers` customers shows them are cut off: the nearer q + p x frequency comes
        to 2, the more of the moment rests on them, and below 2 it is infinite.
        """
        frequency = np.asarray(frequency, dtype=float)
        if self.kind == "store_average":
            return np.ones_like(frequency), self.variation**2
        shape = self.q + self.p * frequency
        rarest = gammaincinv(shape, 1 / customers)
        return (shape - 1) ** 2 * _inverse_square_above(shape, rarest), 1 / self.p

    def log_slopes(self, frequency: np.ndarray, monetary_value: np.ndarray) -> np.ndarray:
        """Return the derivatives of log(expected order value) by the log parameters of `covariance`, row by row."""
        frequency, spend = (
            np.asarray(frequency, dtype=float),
            np.asarray(monetary_value, dtype=float),
        )
        if self.kind == "store_average":
            return np.where((frequency > 0) & (spend > 0), 0.0, 1.0)[:, None]
        own = self.p * frequency
        weight = own + self.q - 1
        return np.stack(
            [1 - own / weight, -self.q / weight, self.v / (self.v + frequency * spend)], axis=1
        )


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


def fit_spend(customers: pd.DataFrame) -> SpendModel:
    """Fit the Gamma-Gamma model to the repeat customers, or fall back to the store's average and say why.

    Args:
        customers: As `summarise_customers` returns; `frequency` and `monetary_value` are used, and `revenue`
            where no repeat purchase had a price.

    Raises:
        ModelError: No purchase has a price.

    Source: Fader and Hardie, note 025.
    """
    frequency = customers["frequency"].to_numpy(dtype=float)
    spend = customers["monetary_value"].to_numpy(dtype=float)
    paid = (frequency > 0) & (spend > 0)
    frequency, spend = frequency[paid], spend[paid]
    found = len(spend)
    if found < MIN_REPEATERS:
        reason = f"Only {found:,} customers have paid on a second day; the spend model asks for {MIN_REPEATERS}."
        return _store_average(customers, frequency, spend, reason)
    if np.ptp(spend) <= 1e-9 * spend.max():
        reason = f"All {found:,} repeat customers spend the same, so there is no spread to model."
        return _store_average(customers, frequency, spend, reason)
    scale = float(
        spend.mean()
    )  # fitted in units of the mean, so that the currency makes no difference
    try:
        fitter = _fitter()().fit(frequency, spend / scale)
    except ModelError:
        # What the fitter says is about its arithmetic; the customers' own spends say why.
        same = float(np.unique(spend.round(2), return_counts=True)[1].max() / found)
        share = "nearly all" if same > 0.99 else f"{same:.0%}"
        why = f"{share} of the {found:,} repeat customers spend exactly the same"
        if same < 0.25:
            why = f"the spends of the {found:,} repeat customers follow no pattern that it can describe"
        return _store_average(customers, frequency, spend, f"The spend model did not fit: {why}.")
    p, q, v = fitter.params_[["p", "q", "v"]].tolist()
    if q <= 1:
        reason = f"Spends are spread so widely (q = {q:.2f}, not above 1) that the spend model has no mean."
        return _store_average(customers, frequency, spend, reason)
    mean = p * v / (q - 1)
    if mean > MAX_MEAN_RATIO:
        reason = (
            f"The spend model puts the average customer at {mean:.1f} times what repeat customers spend "
            f"(q = {q:.2f}, close to 1)."
        )
        return _store_average(customers, frequency, spend, reason)
    log_likelihood = -float(fitter._negative_log_likelihood_) * found - found * np.log(scale)
    return SpendModel(
        "gamma_gamma",
        mean * scale,
        found,
        *(p, q, v * scale),
        log_likelihood=float(log_likelihood),
        covariance=log_covariance(fitter._hessian_, found),
    )


def _store_average(
    customers: pd.DataFrame, frequency: np.ndarray, spend: np.ndarray, reason: str
) -> SpendModel:
    if len(spend):
        mean = (frequency @ spend) / frequency.sum()
    elif "revenue" in customers and customers["revenue"].sum() > 0:
        mean = customers["revenue"].sum() / (customers["frequency"] + 1).sum()
    else:
        raise ModelError(
            "No purchase has a price above zero, so nothing can be said about spending. Check which column "
            "holds the amount paid."
        )
    variation = float(spend.std() / mean) if len(spend) > 1 else 1.0
    known = variation**2 / max(len(spend), 1)
    return SpendModel(
        "store_average",
        float(mean),
        len(spend),
        reason=reason,
        variation=variation,
        covariance=((known,),),
    )


@cache
def _fitter() -> type:
    return type("ExactGammaGammaFitter", (_ExactSpend, lifetimes().GammaGammaFitter), {})


class _ExactSpend(ExactFit):
    def _objective(self, frequency, monetary_value, weights):
        return spend_objective(frequency, monetary_value, weights)

    def _starts(self, frequency, monetary_value, weights):
        mean = np.average(monetary_value, weights=weights)
        return [np.log([4.0, 3.0, mean / 2]), np.log([1.1, 1.1, 1.1 * mean])]


def spend_objective(
    frequency: np.ndarray, monetary_value: np.ndarray, counts: np.ndarray
) -> Objective:
    """Return the mean negative log-likelihood of log(p, q, v) with exact gradient and Hessian.

    The beta functions depend on the frequency alone and are evaluated on its distinct values.
    """
    weights = counts / counts.sum()
    x, place = np.unique(frequency, return_inverse=True)
    share = np.bincount(place, weights=weights)
    spent = frequency * monetary_value
    bought = weights * frequency
    constant = -total(weights, np.log(monetary_value))

    def objective(log_parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
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
        gradient *= parameters
        hessian = hessian * np.outer(parameters, parameters) + np.diag(gradient)
        return -value, -gradient, -hessian

    return objective
