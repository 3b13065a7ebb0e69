"""A model for each group of customers: the groups of a store differ, and lean on each other.

A group's parameters are drawn around a centre that all groups share, which the store's own
parameters hold. How far groups differ is learned from them. So a large group has the parameters of
its own customers, and a small one those of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from retention.display import displayed
from retention.errors import DataError
from retention.models.cltv import predict_cltv
from retention.models.fitting import Covariance, Objective
from retention.models.histories import group_histories
from retention.models.model import CltvModel
from retention.models.purchases import PurchaseModel, purchase_objective
from retention.models.spend import (
    MAX_MEAN_RATIO,
    GammaGamma,
    SpendModel,
    StoreAverage,
    paid_share,
    spend_columns,
    spend_objective,
)
from retention.models.uncertainty import (
    SAMPLE,
    Uncertainty,
    orders_uncertainty,
    value_uncertainty,
    with_store,
)

#: A value with fewer customers has no model of its own.
FEWEST_CUSTOMERS = 30
#: Values with a model of their own, the largest.
MOST_GROUPS = 30

# The spread between groups that is taken for usual, in logs, and as how many groups that counts. Of
# two or three groups nobody can tell how far groups differ.
_USUAL_SPREAD, _AS_GROUPS = 0.5, 2.0
# How far the centre of the groups may lie from the store's parameters, in logs.
_CENTRE_SPREAD = 1.0
_ROUNDS, _INNER_ROUNDS, _LONGEST_STEP, _HALVINGS = 25, 200, 1.0, 8
_NEAR = 0.1  # in logs: the likelihoods are normal enough from here on
_CLOSE = 1e-4  # in logs: far below what any group tells
# Repeat days that the store's share of paid ones counts as, in a group's.
_SHARE_AS_DAYS = 20.0
#: Customers of each group on whom the effect of the parameters is measured, at least.
_SAMPLE_OF_GROUP = 300


@displayed
@dataclass(frozen=True, slots=True)
class GroupModels:
    """The models of the groups of a store; made by `fit_groups`.

    Attributes:
        store: The model of all customers, from `fit_cltv`.
        names: The values with a model of their own, the most customers first.
        models: Their models, in the same order.
        rest: The model of all customers without one of these values.
    """

    store: CltvModel
    names: tuple[str, ...]
    models: tuple[CltvModel, ...]
    rest: CltvModel

    def model_of(self, name: str) -> CltvModel:
        """Return the model of the customers with a value.

        Args:
            name: The value.

        Returns:
            Its own model, or that of the rest.
        """
        return self.models[self.names.index(name)] if name in self.names else self.rest

    def codes(self, values: pd.Series) -> np.ndarray:
        """Return which model each customer has.

        Args:
            values: The value of each customer.

        Returns:
            Positions in `models`; their number for the rest.
        """
        codes = pd.Index(self.names, dtype=object).get_indexer(pd.Index(values, dtype=object))
        return np.where(codes < 0, len(self.names), codes)

    def parts(self, values: pd.Series) -> list[tuple[CltvModel, np.ndarray]]:
        """Return each model with its customers, where it has any.

        Args:
            values: The value of each customer.

        Returns:
            The models, and the positions of their customers.
        """
        codes = self.codes(values)
        members = [np.flatnonzero(codes == code) for code in range(len(self.names) + 1)]
        models = (*self.models, self.rest)
        return [(model, rows) for model, rows in zip(models, members, strict=True) if len(rows)]


class _Likelihood(NamedTuple):
    """What the customers of a group say of its parameters.

    Attributes:
        objective: The mean negative log-likelihood of the log parameters.
        customers: The number of customers in that mean.
    """

    objective: Objective
    customers: float


class _Quadratics(NamedTuple):
    """The log-likelihoods of the groups near their parameters, in the directions of the prior.

    Attributes:
        information: A matrix for each group.
        pull: The information times where the likelihood is highest.
    """

    information: np.ndarray
    pull: np.ndarray


class _Prior(NamedTuple):
    """Where the parameters of groups lie, in directions that are taken as independent.

    Attributes:
        centre: The middle of the groups.
        variance: How far they spread around it.
    """

    centre: np.ndarray
    variance: np.ndarray


def fit_groups(model: CltvModel, customers: pd.DataFrame, values: pd.Series) -> GroupModels:
    """Fit a model to each group of customers, by partial pooling.

    Args:
        model: The model of all customers, from `fit_cltv`.
        customers: The customers that it was fitted to, from `summarise_customers`.
        values: The value of each customer that makes the groups, such as
            `customers["first_channel"]`. Missing values belong to the rest.

    Returns:
        The models. Values with fewer than `FEWEST_CUSTOMERS` customers share one with the rest, as
        do all beyond the `MOST_GROUPS` largest.

    Raises:
        DataError: The values are not those of these customers.

    Source: empirical Bayes by expectation maximisation, with the likelihood of each group taken as
    normal near its parameters: Dempster, Laird and Rubin (1977), and Laird and Ware (1982). The
    spreads between groups have a weak prior, after Chung et al. (2013).
    """
    if len(values) != len(customers) or not values.index.equals(customers.index):
        raise DataError("The values that make groups are of other customers.")
    sizes = values[values.notna() & (values != "")].value_counts()
    ordered = sizes.rename_axis("name").reset_index(name="size")
    ordered = ordered.sort_values(["size", "name"], ascending=[False, True])
    names = tuple(ordered.loc[ordered["size"] >= FEWEST_CUSTOMERS, "name"].head(MOST_GROUPS))
    alone = GroupModels(store=model, names=names, models=(model,) * len(names), rest=model)
    codes = alone.codes(values)
    parts = [customers[codes == code] for code in range(len(names) + 1)]
    if not names or (len(names) == 1 and parts[-1].empty):
        return alone
    if parts[-1].empty:
        parts.pop()
    purchases = _purchases(model.purchases, parts)
    spends = _spends(model.spend, parts)
    models = [
        replace(
            model,
            purchases=of_purchases,
            spend=of_spend,
            customers=len(part),
            repeaters=int((part["frequency"] > 0).sum()),
        )
        for part, of_purchases, of_spend in zip(parts, purchases, spends, strict=True)
    ]
    rest = models[len(names)] if len(models) > len(names) else model
    return replace(alone, models=tuple(models[: len(names)]), rest=rest)


def group_scores(
    groups: GroupModels,
    customers: pd.DataFrame,
    values: pd.Series,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    *,
    intervals: bool = True,
) -> pd.DataFrame:
    """Return `predict_cltv` of every customer, by the model of the customer's group.

    Args:
        groups: From `fit_groups`.
        customers: From `summarise_customers`.
        values: The value of each customer.
        horizon_days: As in `predict_cltv`.
        annual_discount_rate: As in `predict_cltv`.
        margin: As in `predict_cltv`.
        intervals: As in `predict_cltv`.

    Returns:
        The scores with the customers' index.

    Raises:
        ModelError: A setting is out of range; the message says which.
    """

    def score(model: CltvModel, part: pd.DataFrame) -> pd.DataFrame:
        return predict_cltv(
            model, part, horizon_days, annual_discount_rate, margin, intervals=intervals
        )

    parts = [score(model, customers.iloc[rows]) for model, rows in groups.parts(values)]
    return pd.concat(parts).reindex(customers.index) if parts else score(groups.store, customers)


def group_value_uncertainty(
    groups: GroupModels,
    customers: pd.DataFrame,
    values: pd.Series,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> Uncertainty:
    """Return the uncertainty of the value of any customers, by the models of their groups.

    Args:
        groups: From `fit_groups`.
        customers: From `summarise_customers`.
        values: The value of each customer.
        horizon_days: As in `value_uncertainty`.
        annual_discount_rate: As in `value_uncertainty`.
        margin: As in `value_uncertainty`.

    Returns:
        The uncertainty, as that of `value_uncertainty`. Groups are estimated independently.

    Raises:
        ModelError: A setting is out of range, or the orders have no amounts.
    """
    joined = _joined(
        groups,
        customers,
        values,
        lambda model, part: value_uncertainty(
            model, part, horizon_days, annual_discount_rate, margin
        ),
    )
    return with_store(joined, groups.store.seen_with(customers), "revenue", horizon_days)


def group_orders_uncertainty(
    groups: GroupModels, customers: pd.DataFrame, values: pd.Series, horizon_days: float = 365
) -> Uncertainty:
    """Return the uncertainty of the orders of any customers, by the models of their groups.

    Args:
        groups: From `fit_groups`.
        customers: From `summarise_customers`.
        values: The value of each customer.
        horizon_days: As in `orders_uncertainty`.

    Returns:
        The uncertainty, as that of `orders_uncertainty`.

    Raises:
        ModelError: `horizon_days` is out of range.
    """
    joined = _joined(
        groups,
        customers,
        values,
        lambda model, part: orders_uncertainty(model, part, horizon_days),
    )
    return with_store(joined, groups.store.seen_with(customers), "orders", horizon_days)


def _joined(
    groups: GroupModels,
    customers: pd.DataFrame,
    values: pd.Series,
    measure: Callable[[CltvModel, pd.DataFrame], Uncertainty],
) -> Uncertainty:
    """The uncertainties of the groups side by side: each has parameters of its own."""
    from scipy.linalg import block_diag  # a fit has loaded it; predictions do without

    number = len(customers)
    expected, variance = np.zeros(number), np.zeros(number)
    samples, slopes, covariances, models = [], [], [], []
    whole = None
    for place, (model, rows) in enumerate(groups.parts(values)):
        whole = measure(model, customers.iloc[rows])
        expected[rows], variance[rows] = whole.expected, whole.variance
        # Of a large store a share of each group, so that together they are no more than of one.
        most = max(_SAMPLE_OF_GROUP, int(np.ceil(SAMPLE * len(rows) / number)))
        step = max(1, len(whole.sample) // most)
        samples.append(rows[whole.sample[::step]])
        slopes.append(whole.slopes[::step])
        models.append(np.full(len(slopes[-1]), place, dtype=np.int32))
        covariances.append(whole.covariance)
    if whole is None:
        return measure(groups.store, customers)
    order = np.argsort(np.concatenate(samples), kind="stable")
    return replace(
        whole,
        expected=expected,
        variance=variance,
        sample=np.concatenate(samples)[order],
        slopes=np.concatenate(slopes)[order],
        covariance=block_diag(*covariances),
        customers=customers.index,
        models=np.concatenate(models)[order],
    )


def _purchases(store: PurchaseModel, parts: Sequence[pd.DataFrame]) -> list[PurchaseModel]:
    """The purchase model of each group."""
    likelihoods = []
    for part in parts:
        histories = group_histories(part)
        recency, age = histories.recency, histories.T
        # Customers who came before the file say nothing of new ones.
        counts = histories.counts * store.new_share(histories.frequency, recency, age)
        if store.clock is not None:
            recency, age = store.clock.recency(recency, age), store.clock.age(age)
        objective = purchase_objective(histories.frequency, recency, age, counts, store.kind)
        likelihoods.append(_Likelihood(objective, float(counts.sum())))
    # Groups differ in how often their customers buy, and in how many leave. How alike the customers
    # of a group are in that are two more directions.
    directions = np.array(
        [[1.0, -1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0], [0.0, 0.0, 0.5, 0.5]]
    )
    point = np.log([store.r, store.alpha, store.a, store.b])
    models = []
    for found, covariance in _pooled(likelihoods, point, directions):
        r, alpha, a, b = np.exp(found).tolist()
        errors = np.sqrt(np.diag(covariance)).tolist()
        models.append(
            replace(
                store,
                r=r,
                alpha=alpha,
                a=a,
                b=b,
                relative_errors=(errors[0], errors[1], errors[2], errors[3]),
                covariance=_frozen(covariance),
            )
        )
    return models


def _spends(store: SpendModel | None, parts: Sequence[pd.DataFrame]) -> list[SpendModel | None]:
    """The spend model of each group."""
    if isinstance(store, GammaGamma):
        return [*_gamma_gammas(store, parts)]
    if isinstance(store, StoreAverage) and store.customers:
        return [*_averages(store, parts)]
    return [store] * len(parts)


def _gamma_gammas(store: GammaGamma, parts: Sequence[pd.DataFrame]) -> list[GammaGamma]:
    likelihoods = []
    for part in parts:
        frequency, spend, _ = spend_columns(part)
        paid = (frequency > 0) & (spend > 0)
        objective = spend_objective(frequency[paid].astype(float), spend[paid], np.ones(paid.sum()))
        likelihoods.append(_Likelihood(objective, float(paid.sum())))
    # The mean, and how far the orders of a customer and customers differ.
    directions = np.array([[1.0, -store.q / (store.q - 1), 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    point = np.log([store.p, store.q, store.v])
    estimates = _pooled(likelihoods, point, directions)
    return [
        _gamma_gamma(store, part, *estimate)
        for part, estimate in zip(parts, estimates, strict=True)
    ]


def _gamma_gamma(
    store: GammaGamma, part: pd.DataFrame, found: np.ndarray, covariance: np.ndarray
) -> GammaGamma:
    """The spend model of a group; the store's where that of the group has no sensible mean."""
    p, q, v = np.exp(found).tolist()
    frequency, spend, first = spend_columns(part)
    paid = (frequency > 0) & (spend > 0)
    if q <= 1 or p * v / (q - 1) > MAX_MEAN_RATIO * max(
        store.mean / store.level, float(spend[paid].mean()) if paid.any() else 0.0
    ):
        return store
    whole = np.array(store.covariance)
    if len(whole) == 0:
        whole = np.zeros((3, 3))
    whole[:3, :3] = covariance
    known = None if first is None else first[first > 0]
    model = replace(
        store,
        mean=p * v / (q - 1),
        customers=int(paid.sum()),
        p=p,
        q=q,
        v=v,
        level=1.0,
        covariance=_frozen(whole),
        # A first order counts by its share of the group's mean.
        first_mean=float(known.mean()) if known is not None and len(known) else store.first_mean,
    )
    if store.level == 1:
        return model
    days = float(frequency.sum())
    share = paid_share(model, part, np.ones(len(part)))
    level = (days * share + _SHARE_AS_DAYS * store.level) / (days + _SHARE_AS_DAYS)
    return replace(model, mean=model.mean * level, level=level)


def _averages(store: StoreAverage, parts: Sequence[pd.DataFrame]) -> list[StoreAverage]:
    """The mean of each group, drawn to the store's."""
    means, numbers = [], []
    for part in parts:
        frequency, spend, _ = spend_columns(part)
        paid = (frequency > 0) & (spend > 0)
        brought = float(frequency @ spend)
        means.append(brought / float(frequency.sum()) if brought > 0 else store.mean)
        numbers.append(int(paid.sum()) if brought > 0 else 0)
    information = np.array(numbers) / max(store.variation, 1e-3) ** 2
    quadratics = _Quadratics(
        information[:, None, None], information[:, None] * np.log(means)[:, None]
    )
    centre = np.log([store.mean])
    prior = _learned(quadratics, centre, _first_prior(centre))
    found, covariance = _posterior(quadratics, prior, centre)
    return [
        replace(
            store,
            mean=float(np.exp(found[place, 0])),
            customers=number,
            covariance=_frozen(covariance[place]),
        )
        for place, number in enumerate(numbers)
    ]


def _pooled(
    likelihoods: Sequence[_Likelihood], store: np.ndarray, directions: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The log parameters of each group, and their covariance.

    Each group's parameters and the prior are found in turn: near them the likelihoods are taken as
    normal, the prior is learned from all of them, and each group takes a step to where likelihood
    and prior together are highest.

    Args:
        likelihoods: What each group's customers say.
        store: The store's log parameters.
        directions: A row for each direction in which groups differ independently, as weights of the
            log parameters. Its spread between groups is learned.
    """
    back = np.linalg.inv(directions)
    centre = directions @ store
    prior = _first_prior(centre)
    points = np.tile(store, (len(likelihoods), 1))
    parts = [_derivatives(*pair) for pair in zip(likelihoods, points, strict=True)]
    moved = np.inf
    for _ in range(_ROUNDS):
        quadratics = _quadratics(parts, points, directions, back)
        if moved < _NEAR:
            prior = _learned(quadratics, centre, prior)
        elif moved < np.inf:
            # Far from where it is highest a likelihood is not normal: the prior follows the points.
            _, covariances = _posterior(quadratics, prior, centre)
            prior = _next_prior(points @ directions.T, covariances, prior, centre)
        wanted, _ = _posterior(quadratics, prior, centre)
        moved = 0.0
        for place, likelihood in enumerate(likelihoods):
            step = back @ wanted[place] - points[place]
            step *= min(1.0, _LONGEST_STEP / max(np.abs(step).max(), 1e-300))
            points[place], parts[place], length = _stepped(
                likelihood, prior, directions, points[place], parts[place], step
            )
            moved = max(moved, length)
        if moved < _CLOSE:
            break
    quadratics = _quadratics(parts, points, directions, back)
    _, covariances = _posterior(quadratics, prior, centre)
    return [
        (point, back @ covariance @ back.T)
        for point, covariance in zip(points, covariances, strict=True)
    ]


#: The negative log-likelihood of a group, its gradient and its Hessian.
_Part = tuple[float, np.ndarray, np.ndarray]


def _derivatives(likelihood: _Likelihood, point: np.ndarray) -> _Part:
    if not likelihood.customers:
        size = len(point)
        return 0.0, np.zeros(size), np.zeros((size, size))
    value, gradient, hessian = likelihood.objective(point)
    number = likelihood.customers
    return value * number, gradient * number, hessian * number


def _stepped(
    likelihood: _Likelihood,
    prior: _Prior,
    directions: np.ndarray,
    point: np.ndarray,
    part: _Part,
    step: np.ndarray,
) -> tuple[np.ndarray, _Part, float]:
    """The point after a step that makes likelihood and prior together no worse."""

    def penalty(at: np.ndarray) -> float:
        return float(np.sum((directions @ at - prior.centre) ** 2 / prior.variance) / 2)

    before = part[0] + penalty(point)
    for _ in range(_HALVINGS):
        if np.abs(step).max() < _CLOSE / 10:
            break
        ahead = _derivatives(likelihood, point + step)
        if ahead[0] + penalty(point + step) <= before + 1e-9 * abs(before):
            return point + step, ahead, float(np.abs(step).max())
        step = step / 3
    return point, part, 0.0


def _quadratics(
    parts: Sequence[_Part], points: np.ndarray, directions: np.ndarray, back: np.ndarray
) -> _Quadratics:
    """The likelihoods near the points. Directions in which they bend upwards say nothing."""
    hessians = np.einsum("ki,gkl,lj->gij", back, np.array([part[2] for part in parts]), back)
    curvatures, axes = np.linalg.eigh(hessians)
    information = np.einsum("gik,gk,gjk->gij", axes, np.maximum(curvatures, 0.0), axes)
    slopes = np.array([part[1] for part in parts]) @ back
    at = points @ directions.T
    return _Quadratics(information, np.einsum("gij,gj->gi", information, at) - slopes)


def _first_prior(centre: np.ndarray) -> _Prior:
    return _Prior(centre, np.full(len(centre), _USUAL_SPREAD**2))


def _learned(quadratics: _Quadratics, store: np.ndarray, prior: _Prior) -> _Prior:
    """The prior that the groups make likely, by expectation maximisation."""
    for _ in range(_INNER_ROUNDS):
        before = prior
        prior = _next_prior(*_posterior(quadratics, prior, store), prior, store)
        change = np.abs(np.log(prior.variance / before.variance)).max()
        if change + np.abs(prior.centre - before.centre).max() < _CLOSE:
            break
    return prior


def _next_prior(
    found: np.ndarray, covariances: np.ndarray, prior: _Prior, store: np.ndarray
) -> _Prior:
    """One step of the maximisation: the prior of groups that lie where they do."""
    groups = len(found)
    spread = ((found - prior.centre) ** 2).sum(axis=0) + np.einsum("gii->i", covariances)
    variance = (spread + _AS_GROUPS * _USUAL_SPREAD**2) / (groups + _AS_GROUPS)
    hold = variance / _CENTRE_SPREAD**2
    return _Prior((found.sum(axis=0) + hold * store) / (groups + hold), variance)


def _posterior(
    quadratics: _Quadratics, prior: _Prior, store: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each group's parameters given customers and prior, with what is open of the centre."""
    information, pull = quadratics
    precision = np.diag(1 / prior.variance)
    covariances = np.linalg.inv(information + precision)
    found = np.einsum("gij,gj->gi", covariances, pull + precision @ prior.centre)
    # What each group says of the centre: less than of itself, because groups differ.
    of_centre = precision - precision @ covariances @ precision
    centre = np.linalg.inv(of_centre.sum(axis=0) + np.eye(len(store)) / _CENTRE_SPREAD**2)
    leaning = covariances @ precision
    return found, covariances + leaning @ centre @ leaning.transpose(0, 2, 1)


def _frozen(matrix: np.ndarray) -> Covariance:
    return tuple(map(tuple, matrix.tolist()))
