"""When customers buy and when they leave: BG/NBD and MBG/NBD on grouped purchase histories.

Both models see a customer only through (frequency, recency, T), so everything here works on the
distinct histories and their counts. MBG/NBD differs from BG/NBD: a customer may leave right after
the first purchase too. Given that a customer with x repeats is active, its chance to leave then has
a shape parameter b that is one higher. All formulas below therefore serve both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit

from retention import wording
from retention.errors import ModelError
from retention.lifetimes_package import FitterName
from retention.models.file_start.elders import Elders, Survivors
from retention.models.fitting import (
    Covariance,
    Derivatives,
    Objective,
    by_log_parameters,
    fit,
    log_covariance,
    total,
)
from retention.models.histories import Histories
from retention.models.leaving import mean_purchases
from retention.models.season.clock import Clock

#: The purchase models this module can fit, with the names the field uses.
PURCHASE_MODELS = {"bg_nbd": "BG/NBD", "mbg_nbd": "MBG/NBD"}
#: The names of a purchase model's parameters, in the order of its covariance.
PARAMETERS = ("r", "alpha", "a", "b")
#: One number or an array of them.
Numbers = float | np.ndarray

_FITTERS: dict[str, FitterName] = {"bg_nbd": "BetaGeoFitter", "mbg_nbd": "ModifiedBetaGeoFitter"}


class _Likelihoods(NamedTuple):
    """Logarithms of the likelihoods of histories, but for what new customers and elders share.

    Attributes:
        new_active: A new customer has the history and is active.
        new: A new customer has the history.
        old_active: An elder has it and is active.
        old: An elder has it, for each new customer a day.
    """

    new_active: np.ndarray
    new: np.ndarray
    old_active: np.ndarray
    old: np.ndarray


@dataclass(frozen=True, slots=True)
class PurchaseModel:
    """A fitted BG/NBD or MBG/NBD model.

    Attributes:
        kind: Which of the two it is.
        r: Shape of the customers' purchase rates, which are gamma variables.
        alpha: Scale of these rates, in days (or in the unit of the histories).
        a: First shape of the chance to leave after a purchase, which is a beta variable.
        b: Second shape of that chance.
        log_likelihood: The maximum that the fit reached.
        relative_errors: The standard errors of r, alpha, a and b as a share of their values; NaN
            where the likelihood is flat and leaves a parameter open.
        covariance: Of the estimated log(r, alpha, a, b), with wide but finite entries there; zeros
            where the parameters are known.
        clock: What turns days into days of the season. None where there is no season: then a day is
            a day. All methods take days. The mean of a year's days is a day, so that the parameters
            are in days too.
        elders: What is known of the time before the file, where customers of the file came before
            it. A customer's first purchase in the file may then be no first one, and all methods
            weigh both cases. None where the file begins with the shop.
    """

    kind: str
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    relative_errors: tuple[float, float, float, float]
    covariance: Covariance = ((0.0,) * 4,) * 4
    clock: Clock | None = None
    elders: Elders | None = None

    @property
    def on_its_clock(self) -> PurchaseModel:
        """The same model for times that the clock has told already."""
        if self.clock is None:
            return self
        elders = self.elders
        if elders is not None:
            elders = replace(elders, length=float(self.age(elders.length)))
        return replace(self, clock=None, elders=elders)

    @property
    def of_new(self) -> PurchaseModel:
        """The same model for customers of whom it is known that they did not come before."""
        return self if self.elders is None else replace(self, elders=None)

    def later(self, days: float) -> PurchaseModel:
        """Return the same model for histories that go on for some days longer.

        Args:
            days: The days; below zero for histories that end earlier.

        Returns:
            The model. Its clock stays as it is.
        """
        if self.elders is None:
            return self
        length = max(self.elders.length + days, 1.0)
        return replace(self, elders=replace(self.elders, length=length))

    def at(self, today: int) -> PurchaseModel:
        """Return the same model for histories that are counted back from another day.

        Args:
            today: The day, in days since 1970.

        Returns:
            The model.
        """
        if self.clock is None or self.clock.today == today:
            return self
        moved = self.later(today - self.clock.today)
        return replace(moved, clock=replace(self.clock, today=today))

    def age(self, T: npt.ArrayLike) -> np.ndarray:
        """Return how far the model's clock has run since `T` days ago."""
        return np.asarray(T, dtype=float) if self.clock is None else self.clock.age(T)

    def ahead(self, days: npt.ArrayLike) -> np.ndarray:
        """Return how far the model's clock will run in the next `days`."""
        return np.asarray(days, dtype=float) if self.clock is None else self.clock.ahead(days)

    def days_ahead(self, elapsed: npt.ArrayLike, since: npt.ArrayLike = 0.0) -> np.ndarray:
        """Return after how many days the model's clock has run this far.

        Args:
            elapsed: Days of the clock; may be infinite.
            since: How many days ago the clock is taken from.

        Returns:
            Days, counted from `since`.
        """
        if self.clock is None:
            return np.asarray(elapsed, dtype=float)
        return self.clock.days_ahead(elapsed, since)

    @property
    def b_active(self) -> float:
        """The b of a one-time buyer who is known to be active.

        In MBG/NBD the first purchase was a chance to leave.
        """
        return self.b + (self.kind == "mbg_nbd")

    def probability_active(
        self, frequency: npt.ArrayLike, recency: Numbers, T: Numbers
    ) -> np.ndarray:
        """Return the probability that a customer with this history has not left for good.

        BG/NBD lets nobody leave before a repeat purchase. There it is 1 for every one-time buyer.

        Args:
            frequency: Repeat purchase days.
            recency: Days from the first to the last purchase day.
            T: Days since the first purchase day.

        Returns:
            The probabilities, in the shape of the arguments.

        Source: for BG/NBD, Fader, Hardie and Lee (2005), from eq. 10; for MBG/NBD, Batislam et al.
        (2007), appendix.
        """
        x = np.asarray(frequency, dtype=float)
        if self.clock is not None:
            recency, T = self.clock.recency(recency, T), self.clock.age(T)
        log_odds_left = (self.r + x) * np.log1p((T - recency) / (self.alpha + recency))
        leaving = np.maximum(self.b_active + x - 1, np.finfo(float).tiny)
        active: np.ndarray = expit(np.log(leaving) - np.log(self.a) - log_odds_left)
        active = np.where(x > 0, active, 1.0) if self.kind == "bg_nbd" else active
        if self.elders is None:
            return active
        row = np.broadcast_arrays(x, recency, T)
        odds = self.on_its_clock._likelihoods(*(part.ravel() for part in row))
        log_active = np.logaddexp(odds.new_active, odds.old_active)
        log_active -= np.logaddexp(odds.new, odds.old)
        return np.asarray(np.exp(np.minimum(log_active, 0.0)).reshape(row[0].shape))

    def _likelihoods(
        self, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray
    ) -> _Likelihoods:
        """Of histories on the clock, of new customers and of elders."""
        survivors = self.survivors
        last = np.clip(survivors.length - T + recency, 0.0, survivors.length)
        old_active = survivors.log_active(frequency)
        active = self.of_new.probability_active(frequency, recency, T)
        new_active = self._log_active(frequency, T)
        return _Likelihoods(
            new_active=new_active,
            new=new_active - np.log(np.maximum(active, np.finfo(float).tiny)),
            old_active=old_active,
            old=np.logaddexp(old_active, survivors.log_left(frequency, last)),
        )

    def _log_active(self, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """New customers' likelihood of a history with no leaving; as those of `Survivors`."""
        values, place = np.unique(frequency, return_inverse=True)
        spared = betaln(self.a, self.b_active + values) - betaln(self.a, self.b)
        return np.asarray(spared[place] - (self.r + frequency) * np.log(self.alpha + T))

    @property
    def survivors(self) -> Survivors:
        """The customers who came before the file, for a model that has elders; on its clock.

        Raises:
            ModelError: Nobody came before the file.
        """
        if self.elders is None:
            raise ModelError("No customers of this model came before the file.")
        return Survivors(
            r=self.r,
            alpha=self.alpha,
            a=self.a,
            b=self.b,
            modified=int(self.kind == "mbg_nbd"),
            length=self.elders.length,
            before=self.elders.before,
        )

    def new_share(self, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Return the probability that a customer with this history did not come before the file.

        Args:
            frequency: Repeat purchase days.
            recency: Days from the first to the last purchase day.
            T: Days since the first purchase day.

        Returns:
            The probabilities.
        """
        if self.elders is None:
            return np.ones(len(frequency))
        if self.clock is not None:
            recency, T = self.clock.recency(recency, T), self.clock.age(T)
        odds = self.on_its_clock._likelihoods(frequency, recency, T)
        return np.asarray(expit(odds.new - odds.old))

    def _new_if_active(self, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The same probability, given that the customer has not left; times on the clock."""
        return np.asarray(
            expit(self._log_active(frequency, T) - self.survivors.log_active(frequency))
        )

    def probability_purchase_if_active(
        self, frequency: npt.ArrayLike, T: Numbers, days: float
    ) -> np.ndarray:
        """Return the probability of a purchase in the next `days` by active customers.

        Args:
            frequency: Repeat purchase days.
            T: Days since the first purchase day.
            days: How far to look ahead.

        Returns:
            The probabilities, in the shape of the arguments.
        """
        x = np.asarray(frequency, dtype=float)
        stretch = self.ahead(days) / (self.alpha + self.age(T))
        probability: np.ndarray = -np.expm1(-(self.r + x) * np.log1p(stretch))
        if self.elders is None:
            return probability
        model, shape = self.on_its_clock, probability.shape
        frequency, age = (np.broadcast_to(part, shape).ravel() for part in (x, self.age(T)))
        new = model._new_if_active(frequency, age)
        old = model.survivors.purchase_probability(frequency, float(self.ahead(days)))
        return np.asarray(new * probability.ravel() + (1 - new) * old).reshape(shape)

    def expected_purchases_if_active(
        self, frequency: np.ndarray, T: np.ndarray, days: npt.ArrayLike
    ) -> np.ndarray:
        """Return the expected purchases in the next `days` by active customers.

        Args:
            frequency: Repeat purchase days; length n.
            T: Days since the first purchase; length n.
            days: One or several lengths of time, increasing; length m.

        Returns:
            An array of n rows and m columns. It never decreases along a row.

        Source: the numerator of eq. 10 in Fader, Hardie and Lee (2005), in a form that holds for
        all parameters. It is the mean, over the chance to leave, of a customer's purchases.
        """
        frequency, age = np.asarray(frequency), self.age(T)
        days = np.atleast_1d(self.ahead(days))
        expected = np.empty((len(frequency), len(days)))
        order = np.argsort(frequency, kind="stable")
        values, begins = np.unique(frequency[order], return_index=True)
        model = None if self.elders is None else self.on_its_clock
        for x, rows in zip(values, np.split(order, begins[1:]), strict=False):
            stretch = days / (self.alpha + age[rows, None])
            expected[rows] = mean_purchases(
                stretch, self.r + float(x), self.a, self.b_active + float(x)
            )
            if model is not None:
                new = model._new_if_active(frequency[rows].astype(float), age[rows])[:, None]
                old = model.survivors.purchases(float(x), days)
                expected[rows] = new * expected[rows] + (1 - new) * old
        return np.maximum.accumulate(expected, axis=1)

    def expected_purchases_of_new(self, days: npt.ArrayLike) -> np.ndarray:
        """Return the repeat purchases expected of customers who are new today.

        Args:
            days: One or several lengths of time from today, increasing; length m.

        Returns:
            An array of length m. It never decreases.

        Source: eq. 9 in Fader, Hardie and Lee (2005).
        """
        new = self.of_new
        if_active = new.expected_purchases_if_active(np.zeros(1), np.zeros(1), days)[0]
        expected: np.ndarray = if_active * new.probability_active(0, 0, 0)
        return expected

    def expected_purchases_so_far(self, T: np.ndarray, until: float = 0) -> np.ndarray:
        """Return the repeat purchases expected of customers by today, from their age alone.

        Args:
            T: Days since the first purchase; length n, in any order.
            until: How many days ago the purchases end that count.

        Returns:
            An array of length n; 0 where the first purchase is no older than `until`.
        """
        stretch = np.maximum(self.age(T) - self.age(until), 0.0)
        lengths, place = np.unique(stretch, return_inverse=True)
        known = lengths > 0
        expected = np.zeros(len(lengths))
        if known.any():
            expected[known] = self.on_its_clock.expected_purchases_of_new(lengths[known])
        expected = expected[place]
        if self.elders is None or not known.any():
            return np.asarray(expected)
        survivors = self.on_its_clock.survivors
        first = np.clip(survivors.length - self.age(T), 0.0, survivors.length)
        old = expit(survivors.log_seen(first))
        known = known[place]
        by_elders = np.zeros(len(expected))
        by_elders[known] = survivors.purchases_since(first[known], stretch[known])
        return np.asarray((1 - old) * expected + old * by_elders)

    def age_as_new(self, frequency: float, T: np.ndarray, days: float) -> np.ndarray:
        """Return at which age a new customer would be expected to buy as often.

        Args:
            frequency: Repeat purchase days of all customers.
            T: Times since their first purchase in the file, on the clock.
            days: How far to look ahead, on the clock.

        Returns:
            The ages, on the clock; negative ones above -alpha. They are `T` itself where nobody
            came before the file.
        """
        if self.elders is None:
            return T
        model = self.on_its_clock
        x = np.full(len(T), frequency)
        wanted = model.expected_purchases_if_active(x, T, days)[:, 0]
        ages = np.geomspace((self.alpha + T.min()) / 50, (self.alpha + T.max()) * 50, 200)
        new = model.of_new
        known = new.expected_purchases_if_active(
            np.full(len(ages), frequency), ages - self.alpha, days
        )[:, 0]
        logs = np.interp(-np.log(wanted), -np.log(known), np.log(ages))
        return np.asarray(np.exp(logs) - self.alpha)


def log_slopes(
    model: PurchaseModel,
    quantity: Callable[[PurchaseModel], Numbers],
    step: float = 1e-3,
) -> np.ndarray:
    """Return the derivatives of a quantity of a model by log(r, alpha, a, b).

    They are central differences.

    Args:
        model: The model.
        quantity: What a purchase model says; a number or an array.
        step: How far each log parameter is moved up and down.

    Returns:
        The derivatives, along a last axis of four.
    """

    def difference(name: str) -> Numbers:
        value = getattr(model, name)
        more = replace(model, **{name: value * np.exp(step)})
        less = replace(model, **{name: value * np.exp(-step)})
        return quantity(more) - quantity(less)

    return np.stack([difference(name) for name in PARAMETERS], axis=-1) / (2 * step)


def fit_purchases(
    histories: Histories,
    kind: str = "bg_nbd",
    start: PurchaseModel | None = None,
    clock: Clock | None = None,
) -> PurchaseModel:
    """Fit a purchase model by maximum likelihood.

    Args:
        histories: Grouped customers.
        kind: "bg_nbd" or "mbg_nbd".
        start: A model to start from, such as the other kind fitted to the same customers.
        clock: What turns the days of the histories into days of the season; None for days.

    Returns:
        The fitted model. Its likelihood is the one of the times on the clock.

    Raises:
        ModelError: The histories cannot tell the parameters apart, or no maximum was found.

    Source: Fader, Hardie and Lee (2005), section 7; Batislam, Denizel and Filiztekin (2007).
    """
    if kind not in PURCHASE_MODELS:
        known = ", ".join(repr(name) for name in PURCHASE_MODELS)
        raise ModelError(f"There is no purchase model {kind!r}. Choose one of {known}.")
    _refuse_degenerate(histories)
    recency, age = histories.recency, histories.T
    if clock is not None:
        recency, age = clock.recency(recency, age), clock.age(age)
    first_point = None
    if start is not None:
        scale = 1 / age.max()  # lifetimes fits in units of the longest history
        first_point = np.log([start.r, start.alpha * scale, start.a, start.b])
    try:
        fitted = fit(
            _FITTERS[kind],
            partial(purchase_objective, kind=kind),
            _starts,
            (histories.frequency, recency, age),
            weights=histories.counts,
            start=first_point,
        )
    except ModelError as error:
        raise ModelError(
            f"The {PURCHASE_MODELS[kind]} model could not be fitted to "
            f"{wording.count(histories.counts.sum())} customers: {error}. Load a longer period "
            "or more "
            "customers, and check that the customer column tells customers apart."
        ) from error
    # lifetimes divides time by the longest history, and each repeat purchase's density with it.
    scaling = np.log(age.max()) * (histories.counts @ histories.frequency)
    log_likelihood = fitted.mean_log_likelihood * histories.counts.sum() - scaling
    r, alpha, a, b = (float(fitted.parameters[name]) for name in PARAMETERS)
    errors = [float(fitted.standard_errors[name] / fitted.parameters[name]) for name in PARAMETERS]
    return PurchaseModel(
        kind=kind,
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        log_likelihood=float(log_likelihood),
        relative_errors=(errors[0], errors[1], errors[2], errors[3]),
        covariance=log_covariance(fitted.hessian, histories.counts.sum()),
        clock=clock,
    )


def _refuse_degenerate(histories: Histories) -> None:
    customers = int(histories.counts.sum())
    advice = "Load more orders: a longer period, or all customers of the store."
    if customers < 2:
        raise ModelError(
            f"There is {customers} customer, and a model needs many to learn from. {advice}"
        )
    if not (histories.frequency > 0).any():
        raise ModelError(
            f"None of the {wording.count(customers)} customers has bought on a second day, so "
            "there is no "
            f"returning to learn from. {advice} If customers do return, check the customer column: "
            "it may number orders."
        )
    if len(histories.frequency) == 1:
        raise ModelError(
            f"All {wording.count(customers)} customers have the same purchase history, so "
            "nothing tells them "
            f"apart. {advice}"
        )


def _starts(
    frequency: np.ndarray, _recency: np.ndarray, T: np.ndarray, weights: np.ndarray
) -> list[np.ndarray]:
    pace = (weights @ frequency) / (weights @ T)
    return [
        np.log([0.5, 0.5 / pace, *leaving]) for leaving in ((0.7, 2.0), (0.02, 0.02), (5.0, 5.0))
    ]


def purchase_objective(
    frequency: np.ndarray, recency: np.ndarray, T: np.ndarray, counts: np.ndarray, kind: str
) -> Objective:
    """Return the mean negative log-likelihood of log(r, alpha, a, b) with exact derivatives.

    The frequency is whole, so every ratio of gamma functions is a product over the purchases made.
    The sum over customers becomes one over purchase numbers, weighted by the share of customers who
    got there. Differences of large terms are taken in closed form: the likelihood then keeps its
    digits at the flat far ends, where a small store can send the optimiser.

    Args:
        frequency: Repeat purchase days of each history.
        recency: Days from the first to the last purchase day of each history.
        T: Days since the first purchase day of each history.
        counts: How many customers have each history.
        kind: "bg_nbd" or "mbg_nbd".

    Returns:
        The function, with its gradient and Hessian.
    """
    modified = int(kind == "mbg_nbd")
    weights = counts / counts.sum()
    x = frequency.astype(float)
    share = np.bincount(frequency, weights=weights)
    # The share of customers with a frequency of at least 0, 1, 2, ...
    reached = np.cumsum(share[::-1])[::-1]
    # ... and of those whom the chance to leave has spared that often.
    stays = reached if modified else reached[1:]
    bought, spared = np.arange(len(reached) - 1.0), np.arange(float(len(stays)))
    last_chance = np.maximum(np.arange(len(share)) + modified, 1) - 1  # by frequency
    can_have_left = (frequency > 0) | bool(modified)

    ages, age_code = np.unique(T, return_inverse=True)
    age_share = np.bincount(age_code, weights=weights)
    age_bought = np.bincount(age_code, weights=weights * x)
    silence = T - recency
    weights_at_risk, ones = weights * can_have_left, np.ones_like(x)

    def objective(log_parameters: np.ndarray) -> Derivatives:
        r, alpha, a, b = parameters = np.exp(log_parameters)
        hessian = np.zeros((4, 4))

        # Purchases made, and chances to leave not taken, by a customer who is still active.
        per_r, per_age = 1 / (r + bought), 1 / (alpha + ages)
        per_b, per_ab = 1 / (b + spared), 1 / (a + b + spared)
        value = reached[1:] @ np.log(r + bought) - stays @ np.log1p(a * per_b)
        value -= r * (age_share @ np.log1p(ages / alpha)) + age_bought @ np.log(alpha + ages)
        by_r = reached[1:] @ per_r - age_share @ np.log1p(ages / alpha)
        by_alpha = r / alpha * (age_share @ (ages * per_age)) - age_bought @ per_age
        gradient = np.array([by_r, by_alpha, -(stays @ per_ab), a * (stays @ (per_b * per_ab))])
        hessian[0, 0] = -(reached[1:] @ per_r**2)
        hessian[0, 1] = age_share @ (ages * per_age) / alpha
        hessian[1, 1] = (r * age_share + age_bought) @ per_age**2 - r / alpha**2
        hessian[2, 2] = hessian[2, 3] = stays @ per_ab**2
        hessian[3, 3] = -a * (stays @ ((per_b + per_ab) * per_b * per_ab))

        # Having left right after the last purchase, next to being active: `odds` is the log of the
        # ratio, `left` its probability.
        since_last = 1 / (alpha + recency)
        gap = np.log1p(silence * since_last)
        shape = r + x
        odds = np.log(a / (b + last_chance))[frequency] + shape * gap
        decay = np.exp(-np.abs(odds))
        left = np.where(odds > 0, 1.0, decay) / (1 + decay) * can_have_left
        value += total(np.maximum(odds, 0) + np.log1p(decay), weights_at_risk)

        since_start = per_age[age_code]
        slope = -silence * since_last * since_start
        slopes = [gap, shape * slope, ones / a, (-1 / (b + last_chance))[frequency]]
        unsure = left * (1 - left) * weights
        left *= weights
        gradient += [total(row, left) for row in slopes]
        hessian[0, 1] += total(slope, left)
        hessian[1, 1] -= total(slopes[1] * (since_last + since_start), left)
        hessian[2, 2] -= left.sum() / a**2
        hessian[3, 3] += total(slopes[3] ** 2, left)
        for i, row in enumerate(slopes):
            row = row * unsure
            for j in range(i, 4):
                hessian[i, j] += total(row, slopes[j])
        hessian += np.triu(hessian, 1).T

        return by_log_parameters(parameters, value, gradient, hessian)

    return objective
